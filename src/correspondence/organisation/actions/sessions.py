"""Sessions that are over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session

if TYPE_CHECKING:
    from datetime import datetime


def purge_sessions(*, now: datetime) -> int:
    """Delete the sessions that can no longer be used; returns how many there were.

    Args:
        now: the actual time.
    """
    deleted, _ = Session.objects.filter(expire_date__lte=now).delete()
    return deleted
