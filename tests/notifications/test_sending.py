"""From the outbox to the provider: each message once, whatever the provider answers."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now
from pydantic import SecretStr

from correspondence.core import clock, settings
from correspondence.jobs import actions as jobs
from correspondence.jobs import worker
from correspondence.jobs.models import Job, State
from correspondence.notifications import actions, provider, tasks
from correspondence.notifications.models import Delivery, Message, Outcome

if TYPE_CHECKING:
    from tests.stubs.running import RunningStub

pytestmark = pytest.mark.django_db

VALUES: dict[str, Any] = {
    "name": "Disclosure BMT",
    "number": "261125001",
    "type": "SAR",
    "subject": "My file",
    "received": date(2026, 11, 5),
    "final_deadline": date(2026, 12, 7),
    "state": "not used by this wording",
}


def written(email: str = "bmt@example.invalid", **values: Any) -> tuple[Message, Job]:
    message = actions.enqueue(
        kind="case_closed", recipient_email=email, case_id=7, values={**VALUES, **values}
    )
    return message, Job.objects.get(unique_key=f"send_message:{message.pk}")


def run(job: Job) -> Job:
    Job.objects.filter(pk=job.pk).update(run_after=Now())
    worker.run(job.pk, job.queue)
    job.refresh_from_db()
    return job


def next_look(message: Message) -> Job:
    return Job.objects.get(kind="check_delivery", state=State.WAITING, arguments__message_id=message.pk)


def outcomes(message: Message) -> list[str]:
    return list(message.deliveries.order_by("pk").values_list("outcome", flat=True))


def sent(stub: RunningStub, message: Message) -> list[dict[str, Any]]:
    return stub.messages(reference=str(message.reference))


def test_a_message_keeps_what_its_wording_uses_and_has_one_job() -> None:
    message, job = written()

    assert message.values == {
        "name": "Disclosure BMT",
        "number": "261125001",
        "type": "SAR",
        "subject": "My file",
        "received": "5 Nov 2026",
        "final_deadline": "7 Dec 2026",
    }
    assert (job.kind, job.queue, job.arguments) == ("send_message", "quick", {"message_id": message.pk})


def test_a_message_that_could_not_be_written_later_is_refused_now() -> None:
    with pytest.raises(LookupError, match="no wording for 'tea'"):
        actions.enqueue(kind="tea", recipient_email="a@example.invalid", values={})
    with pytest.raises(ValueError, match="case_closed lacks final_deadline, name, number"):
        actions.enqueue(
            kind="case_closed",
            recipient_email="a@example.invalid",
            values={name: VALUES[name] for name in ("type", "subject", "received")},
        )
    with pytest.raises(ValueError, match="nobody to go to"):
        actions.enqueue(kind="case_closed", recipient_email="", values=VALUES)

    assert not Message.objects.exists()
    assert not Job.objects.exists()


def test_a_message_reaches_the_provider_as_it_is_worded(stub: RunningStub) -> None:
    message, job = written()

    assert run(job).state == State.DONE
    (one,) = sent(stub, message)
    assert (one["to"], one["subject"]) == ("bmt@example.invalid", "Case closed - SAR - 261125001 - My file")
    assert f"\n{settings.current().base_url}/cases/7/\n" in one["body"]
    assert "* Final deadline: 7 Dec 2026" in one["body"]
    accepted = message.deliveries.get()
    assert (accepted.outcome, accepted.provider_id) == (Outcome.ACCEPTED, one["id"])


def test_the_first_attempt_does_not_ask_first(stub: RunningStub) -> None:
    before = len(stub.asked())
    run(written()[1])

    assert [method for method, _, _ in stub.asked()[before:]] == ["POST"]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}, {"status": 503}, {"status": 408}])
def test_a_provider_that_cannot_now_is_asked_again(stub: RunningStub, fault: dict[str, int]) -> None:
    message, job = written()
    stub.fault(fail_next=1, **fault)
    run(job)
    assert (job.state, job.last_error) == (State.WAITING, f"GOV.UK Notify answered with {fault['status']}.")
    assert sent(stub, message) == []

    assert run(job).state == State.DONE
    assert len(sent(stub, message)) == 1


def test_a_message_whose_answer_was_lost_is_asked_for_and_sent_once(stub: RunningStub) -> None:
    message, job = written()
    stub.fault(fail_next=1, accept_then_drop=True)
    before = len(stub.asked())
    run(job)
    assert job.state == State.WAITING
    assert job.last_error == "GOV.UK Notify could not be reached, or did not answer in time."
    assert outcomes(message) == []

    assert run(job).state == State.DONE
    (one,) = sent(stub, message)
    assert message.deliveries.get().provider_id == one["id"]
    assert [method for method, _, _ in stub.asked()[before:]] == ["POST", "GET"]


def test_a_slow_answer_is_not_waited_for_and_the_message_is_sent_once(
    stub: RunningStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "TIME_LIMITS_SECONDS", (1, 0.3))
    message, job = written()
    stub.fault(fail_next=1, delay_seconds=4)
    started = time.monotonic()
    run(job)
    assert time.monotonic() - started < 4
    assert job.state == State.WAITING

    assert run(job).state == State.DONE
    assert len(sent(stub, message)) == 1


def test_every_call_has_a_time_limit_below_that_of_the_job() -> None:
    connect, answer = provider.TIME_LIMITS_SECONDS
    assert 0 < connect <= 2
    assert 0 < answer <= 5


def test_nothing_is_sent_while_the_provider_cannot_say_what_it_has(stub: RunningStub) -> None:
    message, job = written()
    stub.fault(fail_next=1, accept_then_drop=True)
    run(job)
    stub.fault(fail_next=2, on="read", status=500)
    for _ in range(2):
        assert run(job).state == State.WAITING
    assert len(sent(stub, message)) == 1

    assert run(job).state == State.DONE
    assert len(sent(stub, message)) == 1


def test_a_message_sent_by_a_worker_that_died_is_not_sent_again(stub: RunningStub) -> None:
    message, job = written()
    tasks.send_message(message_id=message.pk, again=False)
    Job.objects.filter(pk=job.pk).update(attempts=1)

    assert run(job).state == State.DONE
    assert len(sent(stub, message)) == 1
    assert outcomes(message) == [Outcome.ACCEPTED]


def test_a_message_that_was_accepted_is_left_alone(stub: RunningStub) -> None:
    message, job = written()
    run(job)
    before = len(stub.asked())

    tasks.send_message(message_id=message.pk, again=True)()
    assert len(stub.asked()) == before
    assert outcomes(message) == [Outcome.ACCEPTED]


def test_a_refused_message_has_failed_at_once_and_says_why(stub: RunningStub) -> None:
    message, job = written(email="no-address")
    run(job)

    assert (job.state, job.attempts) == (State.FAILED, 1)
    assert job.last_error == (
        "GOV.UK Notify refused with 400: ValidationError: email_address Not a valid email address"
    )
    assert sent(stub, message) == []


def test_a_wrong_key_fails_at_once_and_a_restart_sends_once_it_is_right(stub: RunningStub) -> None:
    message, job = written()
    right = settings.current()
    wrong = SecretStr("x-00000000-0000-4000-8000-000000000000-00000000-0000-4000-8000-000000000000")
    settings.use(right.model_copy(update={"notify_api_key": wrong}))
    run(job)
    settings.use(right)
    assert job.state == State.FAILED
    assert job.last_error == "GOV.UK Notify refused with 403: AuthError: Invalid token: service not found"

    jobs.restart_job(job.pk, actor_id=1, actor_name="Ada Admin")
    assert run(job).state == State.DONE
    assert len(sent(stub, message)) == 1


def test_a_provider_that_cannot_be_reached_is_tried_for_more_than_half_a_day(stub: RunningStub) -> None:
    message, job = written()
    with_nobody = settings.current().model_copy(update={"notify_url": "http://127.0.0.1:9"})
    right = settings.current()
    settings.use(with_nobody)
    for _ in range(tasks.ATTEMPTS - 1):
        assert run(job).state == State.WAITING
    settings.use(right)

    assert run(job).state == State.DONE
    assert len(sent(stub, message)) == 1


def test_a_message_that_is_no_longer_kept_is_given_up() -> None:
    job = jobs.enqueue("send_message", arguments={"message_id": 10**12})
    run(job)

    assert (job.state, job.last_error) == (State.FAILED, "The message is no longer kept.")


FATES = {
    "bmt@example.invalid": (Outcome.DELIVERED, ""),
    "perm-fail@example.invalid": (Outcome.FAILED, "permanent-failure"),
    "temp-fail@example.invalid": (Outcome.FAILED, "temporary-failure"),
}


def test_what_became_of_messages_is_learned_once(stub: RunningStub) -> None:
    messages = {}
    for address in FATES:
        messages[address], job = written(email=address)
        run(job)
        look = next_look(messages[address])
        assert 5 < (look.run_after - clock.actual_now()).total_seconds() <= 15
        # Too early: nothing is settled yet.
        run(look)
        assert outcomes(messages[address]) == [Outcome.ACCEPTED]
    time.sleep(2.1)
    for message in messages.values():
        run(next_look(message))
        tasks.check_delivery(message_id=message.pk, look=1, again=True)()

    learned = Delivery.objects.exclude(outcome=Outcome.ACCEPTED).select_related("message")
    assert {one.message.recipient_email: (one.outcome, one.detail) for one in learned} == FATES
    assert learned.count() == len(FATES)
    assert not Job.objects.filter(kind="check_delivery", state=State.WAITING).exists()


def test_a_message_without_news_is_looked_at_ever_more_rarely_and_then_no_more(stub: RunningStub) -> None:
    message, job = written(email="never-settled@example.invalid")
    run(job)
    waits = []
    while looks := Job.objects.filter(kind="check_delivery", state=State.WAITING):
        look = looks.get()
        waits.append((look.run_after - clock.actual_now()).total_seconds())
        run(look)

    assert waits == pytest.approx([wait.total_seconds() for wait in tasks.CHECKED_AFTER], abs=5)
    assert list(tasks.CHECKED_AFTER) == sorted(tasks.CHECKED_AFTER)
    assert waits[-1] <= 24 * 3600 < 3 * 24 * 3600 < sum(waits)
    assert outcomes(message) == [Outcome.ACCEPTED]


def test_the_provider_forgetting_a_message_is_told(stub: RunningStub) -> None:
    message, _ = written()
    Delivery.objects.create(
        message=message, outcome=Outcome.ACCEPTED, provider_id="740e5834-3a29-46b4-9a6f-16142fde533a"
    )
    job = run(jobs.enqueue("check_delivery", arguments={"message_id": message.pk, "look": 0}))

    assert (job.state, job.last_error) == (
        State.FAILED,
        "GOV.UK Notify refused with 404: NoResultFound: No result found",
    )
