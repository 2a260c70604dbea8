"""Nothing is lost and nothing done twice: workers are killed in the middle of jobs, the broker is emptied."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from correspondence.core import clock
from correspondence.jobs import actions, broker, kinds
from correspondence.jobs.dispatcher import Dispatcher
from correspondence.jobs.errors import BrokerAway
from correspondence.jobs.models import Job, State
from correspondence.jobs.schedule import Schedule
from correspondence.notifications import actions as notifications
from correspondence.notifications.models import Delivery, Message, Outcome
from tests.jobs.engines import Workers, alive, forker, kill, wait_until
from tests.jobs.kinds_for_tests import traces as traced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tests.jobs.engines import OwnValkey
    from tests.stubs.running import RunningStub

KILLS = 50

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("traces", "short_limits")]


@pytest.fixture(scope="module")
def workers(django_db_setup: None, server: OwnValkey, stub: RunningStub) -> Iterator[Workers]:
    with forker({"REDIS_URL": server.url, "NOTIFY_URL": stub.url}) as workers:
        yield workers


@pytest.fixture
def start_worker(valkey: OwnValkey, workers: Workers) -> Iterator[Callable[[int], int]]:
    """Starts a worker with so many threads; called again, another one."""
    yield workers.start
    workers.kill_all()


class Dispatching:
    """A dispatcher that has a round whenever it is asked how things stand."""

    def __init__(self) -> None:
        self._dispatcher = Dispatcher(Schedule(()))
        self._next = 0.0

    def until(self, done: Callable[[], object], what: str) -> None:
        wait_until(lambda: self._round() or bool(done()), what)

    def _round(self) -> bool:
        if time.monotonic() > self._next:
            with suppress(BrokerAway):
                self._dispatcher.round()
            self._next = time.monotonic() + 0.2
        return False


def all_done() -> bool:
    return not Job.objects.filter(kind__in=("leave_trace", "send_message")).exclude(state=State.DONE).exists()


def busy_since(moment: datetime) -> int:
    """How many jobs a worker holds that it claimed after this moment."""
    return Job.objects.filter(
        state=State.WAITING, claimed_until__gt=moment + timedelta(seconds=kinds.QUEUES["quick"].lease)
    ).count()


class Asked:
    """Effects asked for: each is expected once."""

    def __init__(self) -> None:
        self.traces: dict[str, int] = {}
        self.messages: list[Message] = []

    def for_traces(self, count: int, *, milliseconds: int = 0) -> None:
        for _ in range(count):
            name = f"trace {len(self.traces)}"
            with transaction.atomic():
                actions.enqueue("leave_trace", arguments={"name": name, "milliseconds": milliseconds})
            self.traces[name] = 1

    def for_messages(self, count: int) -> None:
        for _ in range(count):
            values = dict.fromkeys(("name", "number", "type", "subject", "received", "final_deadline"), "x")
            self.messages.append(
                notifications.enqueue(
                    kind="case_closed", recipient_email="team@example.invalid", case_id=1, values=values
                )
            )

    def happened_once(self, stub: RunningStub) -> None:
        assert traced() == self.traces
        sent = stub.counts()
        references = [str(message.reference) for message in self.messages]
        assert {reference: sent.get(reference) for reference in references} == dict.fromkeys(references, 1)
        assert Delivery.objects.filter(outcome=Outcome.ACCEPTED).count() == len(self.messages)


def test_killed_workers_lose_nothing_and_double_nothing(
    start_worker: Callable[[int], int], stub: RunningStub
) -> None:
    chance = random.Random(20261125)  # noqa: S311 - a fixed sequence
    stub.fault(fail_next=100_000, on="send", delay_seconds=0.05)
    asked = Asked()
    dispatching = Dispatching()
    struck = 0
    for _ in range(KILLS):
        asked.for_traces(4, milliseconds=50)
        asked.for_messages(4)
        born = clock.actual_now()
        worker = start_worker(4)
        dispatching.until(partial(busy_since, born), "the worker to be busy")
        time.sleep(chance.uniform(0, 0.1))
        struck += busy_since(born) > 0
        kill(worker)
    start_worker(4)
    dispatching.until(all_done, "all jobs to be done")
    stub.fault(fail_next=0)

    asked.happened_once(stub)
    assert struck >= 0.9 * KILLS
    assert Job.objects.filter(attempts__gt=1).count() >= 0.9 * KILLS


def test_an_emptied_broker_loses_nothing_and_doubles_nothing(
    start_worker: Callable[[int], int], valkey: OwnValkey, stub: RunningStub
) -> None:
    asked = Asked()
    asked.for_traces(120)
    asked.for_messages(80)
    assert len(broker.in_line("quick")) == 200

    valkey.client().flushall()
    assert len(broker.in_line("quick")) == 0
    start_worker(4)
    Dispatching().until(all_done, "all jobs to be done")

    asked.happened_once(stub)


def test_a_broker_emptied_at_work_loses_nothing_and_doubles_nothing(
    start_worker: Callable[[int], int], valkey: OwnValkey, stub: RunningStub
) -> None:
    asked = Asked()
    asked.for_traces(100, milliseconds=20)
    start_worker(4)
    dispatching = Dispatching()
    dispatching.until(lambda: sum(traced().values()) >= 10, "some of the jobs to be done")
    assert broker.in_line("quick")
    valkey.client().flushall()
    dispatching.until(all_done, "all jobs to be done")

    asked.happened_once(stub)


def test_a_broker_that_dies_and_returns_empty_loses_nothing(
    start_worker: Callable[[int], int], valkey: OwnValkey, stub: RunningStub
) -> None:
    asked = Asked()
    asked.for_traces(60, milliseconds=20)
    start_worker(2)
    dispatching = Dispatching()
    dispatching.until(lambda: sum(traced().values()) >= 10, "some of the jobs to be done")
    valkey.stop()
    asked.for_traces(20)
    with pytest.raises(BrokerAway):
        Dispatcher(Schedule(())).round()
    valkey.start()
    dispatching.until(all_done, "all jobs to be done")

    asked.happened_once(stub)


def test_a_job_over_its_time_limit_is_interrupted_and_waits(start_worker: Callable[[int], int]) -> None:
    with transaction.atomic():
        job = actions.enqueue("run_for_ever")
    worker = start_worker(1)
    wait_until(lambda: bool(Job.objects.get().last_error), "the job to be interrupted", seconds=20)

    job.refresh_from_db()
    assert (job.last_error, job.state, job.attempts) == (
        "It took longer than its time limit.",
        State.WAITING,
        1,
    )
    assert job.claim is None
    # The thread goes on with other jobs.
    Job.objects.all().delete()
    asked = Asked()
    asked.for_traces(1)
    wait_until(all_done, "the next job to be done")
    assert alive(worker)


def test_a_process_that_hangs_ends_itself_and_the_job_is_tried_elsewhere(
    start_worker: Callable[[int], int],
) -> None:
    with transaction.atomic():
        actions.enqueue("hang")
    worker = start_worker(1)
    wait_until(lambda: not alive(worker), "the process to end itself", seconds=20)
    assert Job.objects.get().claim is not None

    # The next worker hangs as well. It takes the job once the lease of the first is over.
    start_worker(1)
    Dispatching().until(lambda: Job.objects.get().attempts == 2, "the job to be tried again")
