"""Whether an answer was in time, and how long it took. Pure: dates in, numbers and yes or no out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from correspondence.rulebook import working_days

if TYPE_CHECKING:
    from datetime import date

    from correspondence.rulebook.tables.bank_holidays import Calendar
    from correspondence.rulebook.tables.clocks import Clock


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """Which working day of its time a case is on, the day of receipt being nought."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"working day {self.number} of {self.of}"


def working_day_of(*, received: date, on: date, final: date, holidays: Calendar) -> WorkingDay:
    """On its deadline an unextended FOI request is on working day 20 of 20."""
    return WorkingDay(
        working_days.number_of(on, received, holidays), working_days.number_of(final, received, holidays)
    )


def days_taken(*, received: date, responded: date, holidays: Calendar) -> int:
    """Working days from receipt to answer, both days counted: an answer on day 20 took 21."""
    return working_days.between(received, responded, holidays)


def days_late(*, final: date, on: date, holidays: Calendar) -> int | None:
    """Working days from the deadline to the answer (to today without one), the answer's day not counted.

    None when it was in time.
    """
    return working_days.before(final, on, holidays) or None


def already_late(*, final: date, today: date) -> bool:
    """The day of the deadline itself is in time."""
    return today > final


def responded_late(*, final: date, responded: date | None) -> bool:
    """There was an answer, after the deadline."""
    return responded is not None and responded > final


def responded_in_time(*, final: date, responded: date | None, state: str) -> bool:
    """The case is answered or closed, and its answer went out by the deadline."""
    return state in ("responded", "closed") and responded is not None and responded <= final


def in_time(*, final: date, responded: date | None, state: str, today: date) -> bool | None:
    """On which of the tabs, in time and late, a case stands.

    Judged by the answer once there is one, whatever the state; before that by today. None for a case that
    was closed without an answer: it stands on neither.
    """
    if responded is not None:
        return responded <= final
    if state == "closed":
        return None
    return not already_late(final=final, today=today)


def draft_in_time(*, draft: date, compliant: date | None) -> bool | None:
    """Whether a compliant draft was there by the draft deadline; None while it is not known."""
    return None if compliant is None else compliant <= draft


def business_unit_in_time(
    clock: Clock, *, assigned: date, responded: date | None, holidays: Calendar
) -> bool | None:
    """Whether the unit answered within the shorter of its limits, flagged or not; None before it has."""
    if responded is None:
        return None
    limit = clock.business_unit.flagged_working_days
    return responded <= working_days.nth_from(limit, assigned, holidays)


def flagged_in_time(clock: Clock, *, assigned: date, approved: date, holidays: Calendar) -> bool:
    """Statistics of flagged cases: Disclosure cleared the response within the unit's shorter limit."""
    limit = clock.business_unit.flagged_working_days
    return approved <= working_days.nth_from(limit, assigned, holidays)
