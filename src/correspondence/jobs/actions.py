"""Making jobs, and restarting those that failed."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from correspondence.audit import actions as audit
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.jobs import broker, kinds
from correspondence.jobs.errors import BrokerAway
from correspondence.jobs.models import Job, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from correspondence.jobs.kinds import Argument

log = structlog.get_logger(__name__)

AUDIT_STREAM = "jobs"
BROKER_REST_SECONDS = 5.0


class _Rest:
    """When this process may ask the broker again, after it did not answer.

    A page must not wait for it once for every job: the dispatcher sends what was not sent.
    """

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        self._until = time.monotonic() + BROKER_REST_SECONDS

    def end(self) -> None:
        self._until = 0.0

    @property
    def on(self) -> bool:
        return time.monotonic() < self._until


broker_rest = _Rest()


def enqueue(
    kind: str,
    *,
    arguments: Mapping[str, Argument] | None = None,
    unique_key: str | None = None,
    run_after: datetime | None = None,
) -> Job:
    """Write a job in the transaction of the change that causes it.

    Args:
        kind: a name registered in ``jobs.kinds``.
        arguments: ids and codes, which its function takes by keyword.
        unique_key: what the job is for; when there is one with this key, that one is returned.
        run_after: an actual moment, never a moved one; at once when it is not given.

    Raises:
        LookupError: the kind is not registered.
        TransactionManagementError: there is no transaction that the job could belong to.
    """
    known = kinds.named(kind)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A job is written in the transaction of its cause.")
    fields = {
        "kind": kind,
        "queue": known.queue.name,
        "arguments": dict(arguments or {}),
        "run_after": run_after or Now(),
    }
    if unique_key is None:
        job, made = Job.objects.create(**fields), True
    else:
        job, made = Job.objects.get_or_create(unique_key=unique_key, defaults=fields)
    if made and (run_after is None or run_after <= clock.actual_now()):
        transaction.on_commit(partial(_send, job.pk, job.queue))
    return job


@transaction.atomic
def restart_job(job_id: int, *, actor_id: int, actor_name: str) -> Job:
    """Let a job that failed be tried again, from the first attempt on. Who did so is audited.

    Raises:
        Refused: it has not failed, or it is gone.
    """
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise Refused("This job is no longer kept.")
    if job.state != State.FAILED:
        raise Refused(
            "This job was done meanwhile." if job.state == State.DONE else "This job was already restarted."
        )
    audit.record(
        AUDIT_STREAM,
        "restart_job",
        actor_id=actor_id,
        actor_name=actor_name,
        subject=f"job:{job.pk}",
        data={"kind": job.kind, "attempts": job.attempts},
    )
    Job.objects.filter(pk=job.pk).update(
        state=State.WAITING,
        attempts=0,
        restarts=F("restarts") + 1,
        run_after=Now(),
        sent_at=None,
        broker_id="",
        finished_at=None,
    )
    job.refresh_from_db()
    transaction.on_commit(partial(_send, job.pk, job.queue))
    return job


def _send(job_id: int, queue: str) -> None:
    """Hand a committed job to the broker. That it cannot be is no error: the dispatcher will."""
    if broker_rest.on:
        return
    try:
        broker_id = broker.send(job_id, queue)
        # Unless the job was already claimed, or a dispatcher was quicker.
        Job.objects.filter(pk=job_id, sent_at=None, attempts=0).update(sent_at=Now(), broker_id=broker_id)
    except BrokerAway:
        broker_rest.begin()
        log.warning("The broker did not take a job; the dispatcher will send it.", job_id=job_id, queue=queue)
    except DatabaseError:
        log.warning(
            "A job was sent and this could not be noted; it may be sent twice.", job_id=job_id, queue=queue
        )
