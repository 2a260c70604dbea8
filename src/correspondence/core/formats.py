"""How dates, sizes and counts are written for people, on pages and in messages alike."""

from __future__ import annotations

from datetime import date, datetime

from correspondence.core.clock import LONDON

_STEP = 1024


def short_date(day: date) -> str:
    """``5 Jan 2024``. A moment shows the date it has in London."""
    day = _london_day(day)
    return f"{day.day} {day:%b %Y}"


def long_date(day: date) -> str:
    """``5 January 2024``, as letters write it. A moment shows the date it has in London."""
    day = _london_day(day)
    return f"{day.day} {day:%B %Y}"


def date_time(moment: datetime) -> str:
    """``5 Jan 2024 09:07``, by a London clock. A moment without a time zone means nothing and is refused."""
    local = _in_london(moment)
    return f"{local.day} {local:%b %Y %H:%M}"


def time_of_day(moment: datetime) -> str:
    """``09:07``, by a London clock."""
    return f"{_in_london(moment):%H:%M}"


def file_size(size_bytes: int) -> str:
    """``812 bytes``, ``13 KB``, ``1.4 MB``: steps of 1024, one decimal below ten."""
    if size_bytes < _STEP:
        return counted(size_bytes, "byte")
    amount, unit = size_bytes / _STEP, "KB"
    for larger in ("MB", "GB"):
        if round(amount) >= _STEP:
            amount, unit = amount / _STEP, larger
    one_decimal = f"{amount:.1f}"
    return f"{one_decimal.removesuffix('.0') if len(one_decimal) == len('9.9') else round(amount)} {unit}"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 case``, ``1,204 cases``; an irregular plural is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _london_day(day: date) -> date:
    return _in_london(day).date() if isinstance(day, datetime) else day


def _in_london(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown.")
    return moment.astimezone(LONDON)
