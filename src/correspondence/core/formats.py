"""How dates, sizes and counts are written for people, on pages and in messages alike."""

from __future__ import annotations

from datetime import date, datetime

from correspondence.core.clock import LONDON

_KILO = 1000


def short_date(day: date) -> str:
    """``5 Jan 2024``. A moment shows the date it has in London."""
    day = _london_day(day)
    return f"{day.day} {day:%b %Y}"


def long_date(day: date) -> str:
    """``5 January 2024``, as letters write it. A moment shows the date it has in London."""
    day = _london_day(day)
    return f"{day.day} {day:%B %Y}"


def date_time(moment: datetime) -> str:
    """``5 Jan 2024 09:07``, by a London clock.

    Raises:
        ValueError: the moment has no time zone, so nobody can say what it means.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown.")
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%b %Y %H:%M}"


def file_size(size_bytes: int) -> str:
    """``812 bytes``, ``13 kB``, ``1.4 MB``: powers of a thousand, one decimal below ten."""
    if size_bytes < _KILO:
        return counted(size_bytes, "byte")
    amount = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        amount /= _KILO
        # 999.5 and above would round to 1000 of this unit: it is one of the next.
        if amount < _KILO - 0.5 or unit == "GB":
            break
    rounded = f"{amount:.0f}" if amount >= 9.95 else f"{amount:.1f}".removesuffix(".0")
    return f"{rounded} {unit}"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 case``, ``1,204 cases``; an irregular plural is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _london_day(day: date) -> date:
    if isinstance(day, datetime):
        if day.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be shown.")
        return day.astimezone(LONDON).date()
    return day
