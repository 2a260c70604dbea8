"""Sessions: how one begins, how long it lasts, how it ends.

All on actual time. A session ends after an hour without a request, and twelve hours after signing
in whatever happens; also with a new password, and when the account is deactivated (Django looks at
the person on each request). Its row is in the database: deleting it ends the session.

``enter`` is where every way of signing in arrives. A second factor will stand before it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib import auth

if TYPE_CHECKING:
    from django.http import HttpRequest

    from correspondence.organisation.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
IDLE_FOR = timedelta(minutes=60)
LASTS_FOR = timedelta(hours=12)
WRITTEN_EVERY = timedelta(minutes=1)
"""How often a request is written down: an idle session may end this much early, never late."""

BEGAN, LAST_SEEN = "began", "last_seen"
"""What the session holds beside who it is."""


def enter(request: HttpRequest, person: User, *, now: datetime) -> None:
    """Begin a session for this person, under a new id and with nothing of an earlier one in it."""
    request.session.flush()
    auth.login(request, person, backend=BACKEND)
    request.session[BEGAN] = request.session[LAST_SEEN] = now.timestamp()


def leave(request: HttpRequest) -> None:
    """End the session: its row is deleted and the cookie's id is worth nothing."""
    auth.logout(request)


def too_old(request: HttpRequest, *, now: datetime) -> str:
    """Why the session is over: ``idle``, ``age``, or an empty string when it is not."""
    began, last_seen = _moment(request, BEGAN), _moment(request, LAST_SEEN)
    if began is None or last_seen is None or now - began >= LASTS_FOR:
        return "age"
    return "idle" if now - last_seen >= IDLE_FOR else ""


def note_request(request: HttpRequest, *, now: datetime) -> None:
    """Remember that the person is there; written at most once a minute."""
    last_seen = _moment(request, LAST_SEEN)
    if last_seen is None or now - last_seen >= WRITTEN_EVERY:
        request.session[LAST_SEEN] = now.timestamp()


def _moment(request: HttpRequest, key: str) -> datetime | None:
    kept = request.session.get(key)
    return datetime.fromtimestamp(kept, UTC) if isinstance(kept, int | float) else None
