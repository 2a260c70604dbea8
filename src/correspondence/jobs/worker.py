"""A worker's part: claim a job, do it, and commit its result and its end together.

Leases and waits are measured by the database's clock, so that a host whose own clock is wrong neither
gives up its claim early nor takes another's.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from django.db import connection, transaction
from django.db.models.functions import Now
from dramatiq.middleware.time_limit import TimeLimitExceeded

from correspondence.core import clock, logs
from correspondence.core.errors import Refused
from correspondence.jobs import backoff, connections, kinds
from correspondence.jobs.errors import GiveUp, TryAgain
from correspondence.jobs.models import Job, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from correspondence.jobs.kinds import Argument, Kind, Recording

log = structlog.get_logger(__name__)

CLAIM = """
    UPDATE jobs_job
       SET claim = %(token)s,
           claimed_until = statement_timestamp() + make_interval(secs => %(lease)s),
           attempts = attempts + 1
     WHERE id = %(job_id)s
       AND queue = %(queue)s
       AND state = 'waiting'
       AND run_after <= statement_timestamp()
       AND (claim IS NULL OR claimed_until < statement_timestamp())
 RETURNING kind, arguments, attempts, restarts
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A job that this worker has claimed.

    Attributes:
        token: whoever has another one in the row has lost the job.
        again: an earlier attempt may have had its effect outside.
    """

    job_id: int
    kind: str
    queue: str
    arguments: Mapping[str, Argument]
    token: uuid.UUID
    attempts: int
    again: bool

    @property
    def told(self) -> dict[str, int | str]:
        """What a log line says of it."""
        return {"job_id": self.job_id, "kind": self.kind, "queue": self.queue, "attempts": self.attempts}


class ClaimLost(Exception):
    """The lease was over and somebody else has the job: what was done in the transaction is undone."""


def run(job_id: int, queue: str) -> None:
    """Do one job, if it is there to be done.

    A job that is done, held by another worker, or not due yet is a duplicate of the message: it is dropped.
    """
    held = claim(job_id, queue)
    if held is None:
        return
    # Audit entries and log lines made by the job say which one it was.
    reference = logs.request_id.set(f"job-{job_id}")
    try:
        with clock.one_reading():
            _do(held)
    finally:
        logs.request_id.reset(reference)


def claim(job_id: int, queue: str) -> Held | None:
    """Take a job by one statement; None when it cannot be had."""
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM, {"token": token, "lease": kinds.QUEUES[queue].lease, "job_id": job_id, "queue": queue}
        )
        row = cursor.fetchone()
    if row is None:
        return None
    kind, arguments, attempts, restarts = row
    return Held(
        job_id=job_id,
        kind=kind,
        queue=queue,
        arguments=json.loads(arguments),
        token=token,
        attempts=attempts,
        again=attempts > 1 or restarts > 0,
    )


def _do(held: Held) -> None:
    kind = kinds.known(held.kind)
    if kind is None:
        _end_in_failure(held, f"This version of the service has no job called {held.kind}.")
    elif held.attempts > kind.attempts:
        _end_in_failure(held, "Its worker was lost during the last attempt.")
    else:
        _attempt(held, kind)


def _attempt(held: Held, kind: Kind) -> None:
    started = time.monotonic()
    on_its_own = not connection.in_atomic_block
    try:
        recording = kind.outward(again=held.again, **held.arguments) if kind.outward else None
        _finish(held, kind, recording)
    except ClaimLost:
        log.warning("The job was claimed by another worker; what this one did is undone.", **held.told)
    except (GiveUp, Refused) as reason:
        if on_its_own:
            connections.renew()
        _end_in_failure(held, str(reason))
    except (Exception, TimeLimitExceeded) as trouble:  # whatever it was, the row must know
        if on_its_own:
            connections.renew()
        _set_back(held, kind, trouble)
    else:
        log.info("The job is done.", milliseconds=round((time.monotonic() - started) * 1000), **held.told)


@transaction.atomic
def _finish(held: Held, kind: Kind, recording: Recording | None) -> None:
    """Write the result and the end of the job in one transaction, or nothing."""
    if kind.inside:
        kind.inside(**held.arguments)
    elif recording:
        recording()
    ours = Job.objects.filter(pk=held.job_id, claim=held.token).update(
        state=State.DONE, claim=None, claimed_until=None, finished_at=Now(), last_error=""
    )
    if not ours:
        raise ClaimLost


def _set_back(held: Held, kind: Kind, trouble: BaseException) -> None:
    """Let the job wait for its next attempt, or end it after the last."""
    if held.attempts >= kind.attempts:
        _end_in_failure(held, _words(trouble), trouble)
        return
    Job.objects.filter(pk=held.job_id, claim=held.token).update(
        claim=None,
        claimed_until=None,
        run_after=Now() + backoff.after(held.attempts),
        sent_at=None,
        broker_id="",
        last_error=_words(trouble),
    )
    if isinstance(trouble, TryAgain):
        log.warning("The job could not be done and will be tried again.", **held.told)
    else:
        log.warning("The job failed and will be tried again.", exc_info=trouble, **held.told)


def _end_in_failure(held: Held, words: str, trouble: BaseException | None = None) -> None:
    ended = Job.objects.filter(pk=held.job_id, claim=held.token).update(
        state=State.FAILED, claim=None, claimed_until=None, finished_at=Now(), last_error=words
    )
    if ended:
        log.error("The job failed for good.", exc_info=trouble, **held.told)


def _words(trouble: BaseException) -> str:
    """What the row says of a failure.

    The text of an unexpected exception may quote what a person typed: its class and its place must do.
    """
    if isinstance(trouble, TryAgain):
        return str(trouble)
    if isinstance(trouble, TimeLimitExceeded):
        return "It took longer than its time limit."
    here = trouble.__traceback__
    while here is not None and here.tb_next is not None:
        here = here.tb_next
    place = f" at {here.tb_frame.f_code.co_filename.rpartition('/src/')[2]}:{here.tb_lineno}" if here else ""
    return f"{type(trouble).__qualname__}{place}"
