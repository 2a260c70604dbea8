"""One job, as a worker does it."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now

from correspondence.core import clock
from correspondence.jobs import actions, backoff, kinds, worker
from correspondence.jobs.models import Job, State
from tests.jobs.kinds_for_tests import traces as traced

if TYPE_CHECKING:
    from correspondence.jobs.kinds import Argument


def made(kind: str, **arguments: Argument) -> Job:
    job = actions.enqueue(kind, arguments=arguments)
    job.refresh_from_db()
    return job


def run(job: Job) -> Job:
    worker.run(job.pk, job.queue)
    job.refresh_from_db()
    return job


def make_due(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(run_after=Now())


@pytest.mark.django_db
def test_a_job_is_done_and_says_so() -> None:
    job = run(made("leave_trace", name="a"))

    assert traced() == {"a": 1}
    assert (job.state, job.attempts, job.claim, job.claimed_until) == (State.DONE, 1, None, None)
    assert job.finished_at is not None


@pytest.mark.django_db
@pytest.mark.usefixtures("caplog")
def test_a_second_message_for_a_job_is_dropped() -> None:
    job = run(made("leave_trace", name="a"))

    assert run(job).attempts == 1
    assert traced() == {"a": 1}


@pytest.mark.django_db
def test_a_message_on_another_queue_claims_nothing() -> None:
    job = made("leave_trace", name="a")
    worker.run(job.pk, "batch")

    assert traced() == {}


@pytest.mark.django_db
def test_a_message_before_its_time_is_dropped() -> None:
    job = actions.enqueue(
        "leave_trace", arguments={"name": "a"}, run_after=clock.actual_now() + timedelta(hours=1)
    )

    assert run(job).attempts == 0
    assert traced() == {}


@pytest.mark.django_db
def test_what_another_worker_holds_is_left_alone_until_its_lease_is_over() -> None:
    job = made("leave_trace", name="a")
    Job.objects.update(claim=uuid.uuid4(), claimed_until=Now() + timedelta(seconds=30), attempts=1)
    assert run(job).state == State.WAITING
    assert traced() == {}

    Job.objects.update(claimed_until=Now() - timedelta(seconds=1))
    assert run(job).state == State.DONE
    assert (traced(), job.attempts) == ({"a": 1}, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("queue", kinds.QUEUES.values(), ids=kinds.QUEUES)
def test_a_lease_outlasts_the_time_limit_of_its_queue(queue: kinds.Queue) -> None:
    job = made("leave_trace", name="a")
    Job.objects.update(queue=queue.name)
    held = worker.claim(job.pk, queue.name)

    job.refresh_from_db()
    assert held is not None
    assert job.claim == held.token
    assert job.claimed_until is not None
    lease = (job.claimed_until - clock.actual_now()).total_seconds()
    assert queue.time_limit < lease <= queue.lease < queue.redispatch_age


@pytest.mark.django_db
def test_a_job_that_cannot_be_done_now_waits_ever_longer_and_then_has_failed() -> None:
    job = made("fail_for_now", name="a")
    waits = []
    for _ in range(2):
        Job.objects.update(sent_at=Now(), broker_id="x")
        run(job)
        waits.append((job.run_after - clock.actual_now()).total_seconds())
        assert (job.state, job.claim, job.sent_at, job.broker_id) == (State.WAITING, None, None, "")
        assert job.last_error == "The printer is out of paper."
        make_due(job)
    run(job)

    assert 3 < waits[0] <= 6 < waits[1] <= 12
    assert (job.state, job.attempts, job.claim) == (State.FAILED, 3, None)
    assert job.last_error == "The printer is out of paper."
    assert job.finished_at is not None
    # What each attempt had written was undone with it.
    assert traced() == {}


def test_the_wait_doubles_from_five_seconds_to_an_hour() -> None:
    chance = random.Random(1)  # noqa: S311 - a fixed sequence
    waits = [
        [backoff.after(attempt, chance=chance).total_seconds() for _ in range(200)]
        for attempt in range(1, 16)
    ]

    for attempt, seconds in enumerate(waits, start=1):
        exact = min(5 * 2 ** (attempt - 1), 3600)
        assert 0.8 * exact <= min(seconds) < exact < max(seconds) <= 1.2 * exact
    assert sum(seconds[0] for seconds in waits) > 4 * 3600


@pytest.mark.django_db
def test_a_defect_is_told_by_its_class_and_place_and_never_by_its_text() -> None:
    job = run(made("fail_by_defect"))
    assert job.state == State.WAITING
    make_due(job)
    run(job)

    assert job.state == State.FAILED
    assert job.last_error.startswith("ValueError at ")
    assert "Smith" not in job.last_error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "words"),
    [("fail_for_good", "There is no such printer."), ("be_refused", "The case was deleted.")],
)
def test_what_cannot_help_is_not_tried_again(kind: str, words: str) -> None:
    job = run(made(kind))

    assert (job.state, job.attempts, job.last_error) == (State.FAILED, 1, words)


@pytest.mark.django_db
def test_a_job_of_a_kind_that_this_version_lacks_has_failed_in_words() -> None:
    job = made("leave_trace", name="a")
    Job.objects.update(kind="make_tea")
    run(job)

    assert job.state == State.FAILED
    assert job.last_error == "This version of the service has no job called make_tea."


@pytest.mark.django_db
def test_a_job_whose_workers_all_died_is_set_aside() -> None:
    job = made("fail_for_now", name="a")
    Job.objects.update(claim=uuid.uuid4(), claimed_until=Now() - timedelta(seconds=1), attempts=3)
    run(job)

    assert (job.state, job.last_error) == (State.FAILED, "Its worker was lost during the last attempt.")


@pytest.mark.django_db
def test_a_job_says_where_its_entries_come_from_and_sees_one_date() -> None:
    job = run(made("tell_where"))

    assert traced() == {f"job-{job.pk}": 1, "one date": 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("traces", "no_broker")
def test_an_effect_outside_happens_outside_a_transaction_and_is_told_of_earlier_attempts() -> None:
    job = Job.objects.create(kind="do_outside", queue="quick", arguments={"name": "a"})
    again = Job.objects.create(
        kind="do_outside",
        queue="quick",
        arguments={"name": "b"},
        attempts=1,
        claim=uuid.uuid4(),
        claimed_until=clock.actual_now() - timedelta(seconds=5),
    )
    run(job)
    run(again)

    assert traced() == {
        "a, outside a transaction, again: False": 1,
        "b, outside a transaction, again: True": 1,
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("traces", "no_broker")
def test_whoever_lost_the_claim_undoes_everything() -> None:
    job = Job.objects.create(kind="lose_claim", queue="quick")
    Job.objects.update(arguments={"job_id": job.pk})
    run(job)

    assert traced() == {}
    assert (job.state, job.claim is None, job.last_error) == (State.WAITING, False, "")


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="leave_trace"):
        kinds.kind("leave_trace", queue="quick")(lambda: None)
