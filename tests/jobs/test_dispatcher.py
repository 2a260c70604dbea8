"""What the dispatcher sends, and what it leaves alone."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from correspondence.core import clock
from correspondence.jobs import broker, dispatcher, kinds
from correspondence.jobs.dispatcher import Dispatcher
from correspondence.jobs.errors import BrokerAway
from correspondence.jobs.models import Job, State
from correspondence.jobs.schedule import Schedule

if TYPE_CHECKING:
    from tests.jobs.engines import OwnValkey

pytestmark = pytest.mark.django_db(transaction=True)


def waiting(count: int = 1, **fields: object) -> list[Job]:
    return Job.objects.bulk_create(
        Job(kind="leave_trace", queue="quick", arguments={"name": str(number)}, **fields)
        for number in range(count)
    )


def a_round() -> int:
    return Dispatcher(Schedule(())).round()


def time_passes(seconds: float) -> None:
    Job.objects.update(
        sent_at=F("sent_at") - timedelta(seconds=seconds),
        claimed_until=F("claimed_until") - timedelta(seconds=seconds),
    )


def test_it_sends_what_is_due_and_was_never_sent(valkey: OwnValkey) -> None:
    (job,) = waiting()
    assert a_round() == 1

    job.refresh_from_db()
    assert broker.in_line("quick") == {job.broker_id}
    assert job.sent_at is not None
    assert a_round() == 0


def test_it_leaves_what_is_not_due_or_over(valkey: OwnValkey) -> None:
    waiting(run_after=clock.actual_now() + timedelta(seconds=30))
    waiting(state=State.DONE)
    waiting(state=State.FAILED)

    assert a_round() == 0


def test_a_retry_is_sent_when_its_wait_is_over(valkey: OwnValkey) -> None:
    waiting(attempts=1, run_after=clock.actual_now() + timedelta(seconds=30))
    assert a_round() == 0

    Job.objects.update(run_after=Now())
    assert a_round() == 1


def test_what_the_broker_forgot_is_sent_again_after_five_seconds(valkey: OwnValkey) -> None:
    waiting(3)
    a_round()
    valkey.client().flushall()
    assert a_round() == 0

    time_passes(1)
    assert a_round() == 0
    time_passes(5)
    assert a_round() == 3
    assert len(broker.in_line("quick")) == 3


def test_what_stands_in_line_is_not_sent_again_however_long_the_line(valkey: OwnValkey) -> None:
    waiting(3)
    a_round()
    time_passes(3600)

    assert a_round() == 0
    assert len(broker.in_line("quick")) == 3


def test_what_a_lost_worker_had_fetched_is_sent_again_after_the_age_of_its_queue(valkey: OwnValkey) -> None:
    waiting(2)
    a_round()
    # A worker has taken one message out of the line, and was lost before it claimed the job.
    valkey.client().lpop("correspondence:quick")
    time_passes(kinds.QUEUES["quick"].redispatch_age - 10)
    assert a_round() == 0

    time_passes(11)
    assert a_round() == 1
    assert a_round() == 0


def test_a_lease_that_is_over_is_sent_again_once(valkey: OwnValkey) -> None:
    held = clock.actual_now() + timedelta(seconds=30)
    waiting(claim=uuid.uuid4(), claimed_until=held, attempts=1, sent_at=clock.actual_now(), broker_id="x")
    time_passes(20)
    assert a_round() == 0

    time_passes(11)
    assert a_round() == 1
    assert a_round() == 0


def test_a_message_lost_after_a_lease_was_over_is_sent_again_too(valkey: OwnValkey) -> None:
    waiting(claim=uuid.uuid4(), claimed_until=clock.actual_now() - timedelta(seconds=60), attempts=1)
    assert a_round() == 1
    valkey.client().flushall()

    time_passes(6)
    assert a_round() == 1


def test_a_long_line_is_looked_through_in_several_rounds(
    valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "LOOKED_AT", 10)
    waiting(35)
    a_round()
    valkey.client().flushall()
    time_passes(6)
    looking = Dispatcher(Schedule(()))

    assert [looking.round() for _ in range(5)] == [10, 10, 10, 5, 0]


def test_jobs_of_a_queue_that_this_version_lacks_stand_in_nobodys_way(valkey: OwnValkey) -> None:
    waiting()
    Job.objects.update(queue="telex")
    waiting()

    assert a_round() == 1


def test_without_the_broker_nothing_is_noted_as_sent(no_broker: None) -> None:
    waiting(3)
    with pytest.raises(BrokerAway):
        a_round()

    assert Job.objects.filter(sent_at=None).count() == 3


def test_two_dispatchers_at_once_send_each_job_once(valkey: OwnValkey) -> None:
    waiting(600)
    start = threading.Barrier(2)

    def dispatch() -> None:
        mine = Dispatcher(Schedule(()))
        start.wait()
        for _ in range(6):
            mine.round()
        connection.close()

    both = [threading.Thread(target=dispatch) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    sent = set(Job.objects.values_list("broker_id", flat=True))
    assert len(sent) == 600
    assert broker.in_line("quick") == sent
