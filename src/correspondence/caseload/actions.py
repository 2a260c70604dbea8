"""Keeping searches, and letting them go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from correspondence.caseload.models import Search
from correspondence.core import settings
from correspondence.core.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.organisation.models import User

LONGEST_TEXT = 200


def keep_search(*, user: User, text: str, now: datetime) -> Search:
    """Keep what a person searches for, so that the result has an address without a name in it.

    Raises:
        Refused: nothing but blanks, or too long.
    """
    text = " ".join(text.replace("\0", " ").split())
    if not text:
        raise Refused("Enter what to search for.", field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"Search for {LONGEST_TEXT} characters or fewer.", field="text")
    return Search.objects.create(user=user, text=text, created_at=now)


def purge_searches(*, now: datetime) -> int:
    """Delete the searches that are older than the setting ``search_days``; return how many."""
    oldest = now - timedelta(days=settings.current().search_days)
    deleted, _ = Search.objects.filter(created_at__lt=oldest).delete()
    return deleted
