"""Counting working days: the few ways in which the rules count."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from correspondence.rulebook.tables.bank_holidays import Calendar


def nth_after(days: int, start: date, calendar: Calendar) -> date:
    """The nth working day after a date that itself never counts, even when it is a working day."""
    day = start
    for _ in range(days):
        day = calendar.next_working_day(day)
    return day


def nth_from(days: int, start: date, calendar: Calendar) -> date:
    """The nth working day counted from a date that is day 1 if it is a working day."""
    return nth_after(days, start - timedelta(days=1), calendar)


def moved_on(days: int, start: date, calendar: Calendar) -> date:
    """So many working days on; a start that is no working day first moves forward, uncounted."""
    begin = start if calendar.is_working_day(start) else calendar.next_working_day(start)
    return nth_after(days, begin, calendar)


def moved_back(days: int, start: date, calendar: Calendar) -> date:
    """So many working days back; a start that is no working day first moves back, uncounted."""
    day = start if calendar.is_working_day(start) else calendar.next_working_day(start, step=-1)
    for _ in range(days):
        day = calendar.next_working_day(day, step=-1)
    return day


def between(first: date, last: date, calendar: Calendar) -> int:
    """Working days from one date to another, both counted; 0 when the last is before the first."""
    return sum(
        calendar.is_working_day(first + timedelta(days=offset)) for offset in range((last - first).days + 1)
    )


def before(first: date, end: date, calendar: Calendar) -> int:
    """Working days from the first date up to the end, which does not count."""
    return between(first, end - timedelta(days=1), calendar)


def number_of(day: date, start: date, calendar: Calendar) -> int:
    """Which working day after the start a date is: 0 on the start; a day off counts as the one before it."""
    return between(start + timedelta(days=1), day, calendar)
