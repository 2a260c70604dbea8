"""Housekeeping of the job table itself."""

from __future__ import annotations

from datetime import time, timedelta

from django.db.models.functions import Now

from correspondence.jobs import actions, kinds, schedule
from correspondence.jobs.models import Job, State

KEPT_DAYS = 30
BATCH = 5_000

schedule.daily("purge_finished_jobs", kind="purge_finished_jobs", at=time(3, 10))


@kinds.kind("purge_finished_jobs", queue="batch")
def purge_finished_jobs() -> None:
    """Delete the oldest jobs that were done more than 30 days ago; another job goes on with the rest.

    Failed jobs stay until somebody has seen to them.
    """
    old = Job.objects.filter(state=State.DONE, finished_at__lt=Now() - timedelta(days=KEPT_DAYS))
    batch = list(old.order_by("finished_at").values_list("pk", flat=True)[:BATCH])
    Job.objects.filter(pk__in=batch).delete()
    if len(batch) == BATCH:
        actions.enqueue("purge_finished_jobs")
