"""Kinds of jobs that leave a trace of every effect, so that one lost or doubled is seen.

Imported by tests and by their workers alike: kinds are registered by name in each process.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import connection

from correspondence.core import clock, logs
from correspondence.core.errors import Refused
from correspondence.core.models import DateOfCaseWork
from correspondence.jobs import kinds, middleware
from correspondence.jobs.errors import GiveUp, TryAgain
from correspondence.jobs.models import Job

if TYPE_CHECKING:
    from correspondence.jobs.kinds import Recording

TRACES = "CREATE TABLE IF NOT EXISTS jobs_test_trace (id bigserial PRIMARY KEY, name text NOT NULL)"


def shorten_limits() -> None:
    """Limits of seconds, so that what takes a lease to heal heals within a test."""
    kinds.QUEUES["quick"] = short(kinds.QUEUES["quick"])
    middleware.OVER_ITS_LIMIT_SECONDS = 1


def short(queue: kinds.Queue) -> kinds.Queue:
    return replace(queue, time_limit=2, lease=3, redispatch_age=4)


def traces() -> dict[str, int]:
    """How often each effect happened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, count(*) FROM jobs_test_trace GROUP BY name")
        return dict(cursor.fetchall())


def trace(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO jobs_test_trace (name) VALUES (%s)", [name])


@kinds.kind("leave_trace", queue="quick", attempts=100)
def leave_trace(*, name: str, milliseconds: int = 0) -> None:
    trace(name)
    time.sleep(milliseconds / 1000)


@kinds.kind("leave_trace_slowly", queue="documents", attempts=3)
def leave_trace_slowly(*, name: str, milliseconds: int) -> None:
    leave_trace(name=name, milliseconds=milliseconds)


@kinds.outward_kind("do_outside", queue="quick", attempts=3)
def do_outside(*, name: str, again: bool) -> Recording:
    where = "inside" if connection.in_atomic_block else "outside"
    return lambda: trace(f"{name}, {where} a transaction, again: {again}")


@kinds.kind("fail_for_now", queue="quick", attempts=3)
def fail_for_now(*, name: str) -> None:
    trace(name)
    raise TryAgain("The printer is out of paper.")


@kinds.kind("fail_by_defect", queue="quick", attempts=2)
def fail_by_defect() -> None:
    raise ValueError("Mrs Smith of 4 High Street")


@kinds.kind("fail_for_good", queue="quick", attempts=5)
def fail_for_good() -> None:
    raise GiveUp("There is no such printer.")


@kinds.kind("lose_claim", queue="quick", attempts=5)
def lose_claim(*, job_id: int) -> None:
    """Another worker takes the job while this one is at it."""
    trace("by the one who lost it")
    thief = threading.Thread(target=_take, args=(job_id,))
    thief.start()
    thief.join()


def _take(job_id: int) -> None:
    Job.objects.filter(pk=job_id).update(claim=uuid4())
    connection.close()


@kinds.kind("tell_where", queue="quick")
def tell_where() -> None:
    """Leaves the reference that audit entries get, and whether the date stood still while the job ran."""
    before = clock.shift()
    DateOfCaseWork.objects.create(days_ahead=3)
    trace(logs.request_id.get())
    trace("one date" if clock.shift() == before else "two dates")


@kinds.kind("be_refused", queue="quick", attempts=5)
def be_refused() -> None:
    raise Refused("The case was deleted.")


@kinds.kind("run_for_ever", queue="quick", attempts=3)
def run_for_ever() -> None:
    """Python code without an end: the time limit interrupts it."""
    while True:
        time.sleep(0.01)


@kinds.kind("hang", queue="quick", attempts=3)
def hang() -> None:
    """Foreign code without an end: no time limit reaches it."""
    time.sleep(600)
