"""What can be said of the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Now

from correspondence.jobs import kinds
from correspondence.jobs.models import Job, State

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

COUNTED_UP_TO = 1000


@dataclass(frozen=True, slots=True)
class QueueOverview:
    """How a queue stands. A count of ``COUNTED_UP_TO`` means that many or more.

    Attributes:
        ready: due and waiting for a worker.
        running: held by a worker now.
        later: to be done, or tried again, at a later time.
        ready_since: since when the one that has waited longest is due.
    """

    queue: str
    ready: int
    running: int
    later: int
    failed: int
    ready_since: datetime | None


def failed() -> QuerySet[Job]:
    """The jobs that failed for good, the latest first."""
    return Job.objects.filter(state=State.FAILED).order_by("-finished_at", "-pk")


def overview() -> tuple[QueueOverview, ...]:
    """Every queue, in the order of its table."""
    return tuple(_of(name) for name in kinds.QUEUES)


def _of(queue: str) -> QueueOverview:
    jobs = Job.objects.filter(queue=queue)
    waiting = jobs.filter(state=State.WAITING)
    held = Q(claimed_until__gt=Now())
    ready = waiting.filter(run_after__lte=Now()).exclude(held)
    return QueueOverview(
        queue=queue,
        ready=_count(ready),
        running=_count(waiting.filter(held)),
        later=_count(waiting.filter(run_after__gt=Now()).exclude(held)),
        failed=_count(jobs.filter(state=State.FAILED)),
        ready_since=ready.order_by("run_after").values_list("run_after", flat=True).first(),
    )


def _count(jobs: QuerySet[Job]) -> int:
    return jobs.order_by()[:COUNTED_UP_TO].count()
