"""Work on people and teams that is due by the clock."""

from __future__ import annotations

from datetime import time

from correspondence.core import clock
from correspondence.jobs import kinds, schedule
from correspondence.organisation.actions import sessions

schedule.daily("purge_sessions", kind="purge_sessions", at=time(3, 20))


@kinds.kind("purge_sessions", queue="batch")
def purge_sessions() -> None:
    """Delete the sessions that are over."""
    sessions.purge_sessions(now=clock.actual_now())
