"""The dispatcher: every second it sends the jobs that are due and that no message is carrying.

Any number of copies may run. A job is sent

- when it is due and was never sent, or its retry is due;
- when it was sent over five seconds ago, nobody claimed it, and the broker has forgotten the message;
- when the lease of the worker that held it is over;
- when it was fetched by a worker that then was lost: nobody claimed it within the re-dispatch age of its
  queue, and it no longer stands in the broker's line.

A message too many does no harm: a worker drops what it cannot claim.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from correspondence.core import clock, settings
from correspondence.jobs import active, alive, broker, connections, kinds
from correspondence.jobs.errors import BrokerAway
from correspondence.jobs.models import Job, State
from correspondence.jobs.schedule import Schedule

if TYPE_CHECKING:
    from threading import Event

    from django.db.models import QuerySet

log = structlog.get_logger(__name__)

BATCH = 200
LOOKED_AT = 2_000
"""Jobs whose messages are looked for in one round; a longer line is gone through over several rounds."""
FORGOTTEN_AFTER = timedelta(seconds=5)
INTERVAL_SECONDS = 1.0
NOT_HERE = -1
"""In place of the number of jobs sent: another site is the active one."""
AFTER_A_DEFECT_SECONDS = 5.0

AWAY = {
    "broker": "The broker is away; the dispatcher waits for it.",
    "database": "The database is away; the dispatcher waits for it.",
    "site": "This site is not the active one; its dispatcher keeps still.",
}
BACK = {
    "broker": "The broker is back.",
    "database": "The database is back.",
    "site": "This site is the active one.",
}

NOTE_SENT = """
    UPDATE jobs_job
       SET sent_at = statement_timestamp(), broker_id = sent.broker_id
      FROM unnest(%(job_ids)s::bigint[], %(broker_ids)s::text[]) AS sent(job_id, broker_id)
     WHERE id = sent.job_id
"""

IN_NO_HANDS = Q(claim__isnull=True) | Q(claimed_until__lt=Now())


def _due() -> QuerySet[Job]:
    return Job.objects.filter(state=State.WAITING, run_after__lte=Now(), queue__in=list(kinds.QUEUES))


def _unsent() -> QuerySet[Job]:
    return _due().filter(sent_at__isnull=True, claim__isnull=True).order_by("run_after")


def _lease_over() -> QuerySet[Job]:
    return (
        _due()
        .filter(claim__isnull=False, claimed_until__lt=Now())
        .filter(Q(sent_at__isnull=True) | Q(sent_at__lt=F("claimed_until")))
        .order_by("claimed_until")
    )


def _sent_a_while_ago() -> QuerySet[Job]:
    """Sent, and in no worker's hands: the message should be with the broker."""
    return _due().filter(IN_NO_HANDS, sent_at__lt=Now() - FORGOTTEN_AFTER).order_by("pk")


@dataclass(slots=True)
class Dispatcher:
    """One dispatcher, and how far it has looked through the jobs that were sent."""

    schedule: Schedule = field(default_factory=Schedule)
    looked_up_to: int = 0

    def round(self) -> int:
        """Make what is due by the clock, and send what no message is carrying.

        Returns:
            How many jobs were sent; as many as a batch means that there may be more.

        Raises:
            BrokerAway: what was not sent stays due.
        """
        self.schedule.make_due(clock.actual_now())
        return max(_send(_unsent()), _send(_lease_over()), self._send_what_was_lost())

    def _send_what_was_lost(self) -> int:
        looked_at = list(
            _sent_a_while_ago()
            .filter(pk__gt=self.looked_up_to)
            .annotate(age=Now() - F("sent_at"))
            .values_list("pk", "queue", "broker_id", "age")[:LOOKED_AT]
        )
        # From the start again, once the end is reached.
        self.looked_up_to = looked_at[-1][0] if len(looked_at) == LOOKED_AT else 0
        lost: list[int] = []
        for queue in kinds.QUEUES.values():
            messages = {broker_id: (pk, age) for pk, name, broker_id, age in looked_at if name == queue.name}
            if not messages:
                continue
            gone = broker.forgotten(queue.name, messages)
            old = {
                broker_id
                for broker_id, (_, age) in messages.items()
                if age.total_seconds() > queue.redispatch_age and broker_id not in gone
            }
            if old:
                gone |= old - broker.in_line(queue.name)
            lost += [messages[broker_id][0] for broker_id in gone]
        sent = 0
        for start in range(0, len(lost), BATCH):
            sent += _send(_sent_a_while_ago().filter(pk__in=lost[start : start + BATCH]))
        return sent


@transaction.atomic
def _send(jobs: QuerySet[Job]) -> int:
    """Send up to a batch of these jobs that no other dispatcher has in hand, and note it."""
    noted: dict[int, str] = {}
    trouble: BrokerAway | None = None
    for pk, queue in jobs.select_for_update(skip_locked=True).values_list("pk", "queue")[:BATCH]:
        try:
            noted[pk] = broker.send(pk, queue)
        except BrokerAway as away:
            trouble = away
            break
    _note(noted)
    if trouble and not noted:
        raise trouble
    return len(noted)


def _note(sent: dict[int, str]) -> None:
    if sent:
        with connection.cursor() as cursor:
            cursor.execute(NOTE_SENT, {"job_ids": list(sent), "broker_ids": list(sent.values())})


def _tell_once(away: str, missing: str, **more: str) -> None:
    """Say what is away, or back, when that is news."""
    if away and away != missing:
        log.warning(AWAY[away], **more)
    elif missing and not away:
        log.info(BACK[missing])


def run(stop: Event) -> None:
    """Dispatch until told to stop.

    While the database or the broker is away, or another site is the active one, it waits, and says so once.
    """
    dispatcher = Dispatcher()
    site = active.Site(settings.current().active_url, settings.current().active_ca_file)
    missing = ""
    log.info("The dispatcher has started.")
    while not stop.is_set():
        pause = INTERVAL_SECONDS
        alive.beat("dispatcher")
        try:
            connections.tidy()
            sent = dispatcher.round() if site.is_active() else NOT_HERE
        except (BrokerAway, OperationalError, InterfaceError) as trouble:
            connections.renew()
            away = "broker" if isinstance(trouble, BrokerAway) else "database"
            _tell_once(away, missing, error=type(trouble).__qualname__)
            missing = away
        except Exception:
            connections.renew()
            log.exception("The dispatcher met a defect; it goes on.")
            pause = AFTER_A_DEFECT_SECONDS
        else:
            away = "site" if sent == NOT_HERE else ""
            _tell_once(away, missing)
            missing = away
            if sent >= BATCH:
                continue
        stop.wait(pause)
    connections.close()
    log.info("The dispatcher has stopped.")
