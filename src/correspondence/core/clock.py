"""The one place that knows what time it is.

Two clocks: the *actual* time, for sessions, tokens, leases, retries and audit stamps; and the
moment of *case work*, which a demonstration may move forwards by whole days so that a window that
takes days can be walked through in minutes. Outside a demonstration the two are the same.

The law's days are London days.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from correspondence.core import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONDON = ZoneInfo("Europe/London")

_reading: ContextVar[list[timedelta] | None] = ContextVar("reading", default=None)
"""What one request or job has read: nothing yet, or the shift."""


def _unmoved() -> timedelta:
    return timedelta()


_read_shift: Callable[[], timedelta] = _unmoved


def read_shift_with(reader: Callable[[], timedelta]) -> None:
    """Say how the shift of the date of case work is read (once, at start)."""
    global _read_shift  # noqa: PLW0603 - the one seam between the clock and the row that moves it
    _read_shift = reader


@contextmanager
def one_reading() -> Iterator[None]:
    """Read the shift once, when it is first asked for: a request or a job sees one date throughout."""
    token = _reading.set([])
    try:
        yield
    finally:
        _reading.reset(token)


def shift() -> timedelta:
    """By how much case work is ahead of the actual time; nought unless the date may be moved."""
    if not settings.current().movable_date:
        return timedelta()
    reading = _reading.get()
    if reading is None:
        return _read_shift()
    if not reading:
        reading.append(_read_shift())
    return reading[0]


def actual_now() -> datetime:
    """The actual time, never moved."""
    return datetime.now(UTC)


def now() -> datetime:
    """The moment of case work."""
    return actual_now() + shift()


def today() -> date:
    """The date of case work, in London."""
    return london_date(now())


def london_date(moment: datetime) -> date:
    """The date that a clock on a London wall shows at this moment."""
    return moment.astimezone(LONDON).date()
