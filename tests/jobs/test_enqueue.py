"""Writing jobs: with the change that causes them, once, and whatever the broker does."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from correspondence.core import clock
from correspondence.jobs import actions, broker
from correspondence.jobs.models import Job, State

if TYPE_CHECKING:
    from tests.jobs.engines import OwnValkey


@pytest.mark.django_db
def test_a_job_waits_on_the_queue_of_its_kind() -> None:
    job = actions.enqueue("leave_trace", arguments={"name": "a"})

    job.refresh_from_db()
    assert (job.queue, job.state, job.arguments, job.attempts) == ("quick", State.WAITING, {"name": "a"}, 0)
    assert job.run_after <= clock.actual_now() + timedelta(seconds=1)


@pytest.mark.django_db
def test_an_unknown_kind_is_a_defect() -> None:
    with pytest.raises(LookupError, match="No kind of job is called 'make_tea'"):
        actions.enqueue("make_tea")


@pytest.mark.django_db
def test_a_second_job_for_the_same_thing_is_the_first() -> None:
    first = actions.enqueue("leave_trace", arguments={"name": "a"}, unique_key="trace:a")
    second = actions.enqueue("leave_trace", arguments={"name": "b"}, unique_key="trace:a")

    assert second.pk == first.pk
    assert Job.objects.get().arguments == {"name": "a"}


@pytest.mark.django_db
def test_jobs_without_a_key_are_all_made() -> None:
    for _ in range(2):
        actions.enqueue("leave_trace", arguments={"name": "a"})

    assert Job.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_job_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        actions.enqueue("leave_trace", arguments={"name": "a"})

    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_sent_once_its_change_is_committed(valkey: OwnValkey) -> None:
    with transaction.atomic():
        job = actions.enqueue("leave_trace", arguments={"name": "a"})
        assert broker.in_line("quick") == set()

    job.refresh_from_db()
    assert job.sent_at is not None
    assert broker.in_line("quick") == {job.broker_id}
    assert broker.forgotten("quick", [job.broker_id, "another"]) == {"another"}


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_leaves_no_job_and_no_message(valkey: OwnValkey) -> None:
    def change() -> None:
        with transaction.atomic():
            actions.enqueue("leave_trace", arguments={"name": "a"})
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        change()

    assert not Job.objects.exists()
    assert broker.in_line("quick") == set()


@pytest.mark.django_db(transaction=True)
def test_a_job_for_later_is_not_sent_yet(valkey: OwnValkey) -> None:
    with transaction.atomic():
        job = actions.enqueue("leave_trace", run_after=clock.actual_now() + timedelta(minutes=1))

    job.refresh_from_db()
    assert job.sent_at is None
    assert broker.in_line("quick") == set()


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_change_is_made_and_nobody_waits(no_broker: None) -> None:
    started = time.monotonic()
    for number in range(20):
        with transaction.atomic():
            actions.enqueue("leave_trace", arguments={"name": str(number)})

    assert Job.objects.filter(state=State.WAITING, sent_at=None).count() == 20
    assert time.monotonic() - started < 3


@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_key_make_one_job(valkey: OwnValkey) -> None:
    start = threading.Barrier(8)
    made: list[int] = []

    def ask() -> None:
        start.wait()
        with transaction.atomic():
            made.append(actions.enqueue("leave_trace", arguments={"name": "a"}, unique_key="trace:a").pk)
        connection.close()

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert made == [Job.objects.get().pk] * 8
    assert len(broker.in_line("quick")) == 1
