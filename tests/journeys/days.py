"""The days that journeys reckon with, by the rules alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.rulebook import reading, working_days

if TYPE_CHECKING:
    from datetime import date

_HOLIDAYS = reading.load(reading.SHIPPED).holidays.united_kingdom()


def working_days_after(days: int, start: date) -> date:
    """So many working days later; the first day does not count."""
    return working_days.nth_after(days, start, _HOLIDAYS)


def working_days_before(days: int, start: date) -> date:
    """So many working days earlier."""
    return working_days.moved_back(days, start, _HOLIDAYS)
