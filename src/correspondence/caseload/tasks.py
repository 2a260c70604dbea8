"""Work of the lists and the search that is due by the clock."""

from __future__ import annotations

from datetime import time

from correspondence.caseload import actions
from correspondence.core import clock
from correspondence.jobs import kinds, schedule

schedule.daily("purge_searches", kind="purge_searches", at=time(3, 40))


@kinds.kind("purge_searches", queue="batch")
def purge_searches() -> None:
    """Delete the searches that have been kept for long enough."""
    actions.purge_searches(now=clock.now())
