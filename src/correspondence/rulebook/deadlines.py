"""When an answer is due, with the steps that lead to the date. Pure: dates in, dates out.

Every computed deadline carries its working, so that a page can show it and a test can add it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from correspondence.core.errors import Refused
from correspondence.rulebook import working_days

if TYPE_CHECKING:
    from correspondence.rulebook.tables.bank_holidays import Calendar
    from correspondence.rulebook.tables.clocks import Clock, Extension, Kind, Limit

type StepKind = Literal["start", "day", "skipped", "moved"]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the working.

    Attributes:
        day: which working day it is, for a day that counts; 0 for the start.
        kind: where counting starts; a day that counts; a bank holiday left out; a date set by a person.
    """

    date: date
    what: str
    kind: StepKind
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date by which something is due; the day itself is still in time.

    Attributes:
        name: which deadline it is, as pages call it.
        kind: ``statutory`` when the law sets it, ``target`` when the department does.
        source: the law or the document.
        steps: how the date comes about, in order.
        unpublished_years: years on the way whose bank holidays are not yet known.
    """

    date: date
    name: str
    kind: Kind
    source: str
    steps: tuple[Step, ...]
    unpublished_years: tuple[int, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a page says beside a date that may still move."""
        return tuple(f"bank holidays for {year} not yet published" for year in self.unpublished_years)


@dataclass(frozen=True, slots=True)
class Extended:
    """A final deadline moved by a person.

    Attributes:
        deadline: the new final deadline.
        working_days_in_all: which working day after receipt it is.
        past_yardstick: it lies beyond the yardstick, so that a second reason was needed.
        late_notice: the requester was told of it only after the statutory date (s.17(1)).
    """

    deadline: Deadline
    working_days_in_all: int
    past_yardstick: bool
    late_notice: bool


@dataclass(frozen=True, slots=True)
class ReceivedDateEdited:
    """What a new date of receipt does to the deadlines.

    Attributes:
        draft: the draft deadline from the new date.
        statutory: the final deadline from the new date, without any extension.
        final: the final deadline that now applies.
        asks_for_extension: the extended date no longer fits; the form asks for another, or for its removal.
        latest_extension: the last date that the active extensions can reach, when there are any.
    """

    draft: Deadline
    statutory: Deadline
    final: Deadline
    asks_for_extension: bool = False
    latest_extension: date | None = None


def in_words(day: date) -> str:
    """``Fri 1 May 2026``."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def draft_deadline(clock: Clock, *, received: date, holidays: Calendar) -> Deadline:
    """The date by which the draft is due, that day included; the department's own, never the law's."""
    return _counted(
        "Draft deadline", "target", clock.draft, start=_started("Received", received), holidays=holidays
    )


def statutory_deadline(clock: Clock, *, received: date, holidays: Calendar) -> Deadline:
    """The date by which the law wants an answer, that day included; for a review, the department's target.

    The day of receipt is day nought: counting starts on the next working day
    (FOIA 2000 s.10(1) with s.10(6)).

    Args:
        clock: the row of ``policy/clocks.yaml`` for the case type.
        received: the date of receipt, in London.
        holidays: bank holidays in any part of the UK, for as long as the clock can run.
    """
    return _counted(
        "Final deadline", clock.kind, clock.final, start=_started("Received", received), holidays=holidays
    )


def escalation_deadline(clock: Clock, *, created: date, holidays: Calendar) -> Deadline:
    """The last day of the sensitivity review, counted from the day the case was logged.

    It begins again on the day on which further clearance is requested.
    """
    return _counted(
        "Escalation deadline",
        "target",
        clock.escalation,
        start=_started("Logged", created),
        holidays=holidays,
    )


def in_escalation_window(escalation: date, *, today: date) -> bool:
    """The sensitivity review lasts to the end of the escalation deadline's day."""
    return today <= escalation


def latest_extension(clock: Clock, *, final: date, holidays: Calendar, extensions: int = 1) -> date:
    """The last date to which the final deadline, as it stands, can be moved.

    Each of several extensions in a row has an allowance of its own.
    """
    extension = _extension(clock)
    return working_days.moved_on(extension.most_working_days * extensions, final, holidays)


def extended_for_pit(
    clock: Clock,
    *,
    received: date,
    final: date,
    until: date,
    holidays: Calendar,
    statutory: date | None = None,
    notice: date | None = None,
    second_reason: str = "",
) -> Extended:
    """Give a case longer for the public interest test (FOIA 2000 s.10(3)); a review, because it is complex.

    The new date need not be a working day. The draft deadline stays.

    Args:
        clock: the row for the case type.
        received: the date of receipt.
        final: the final deadline as it stands, extended before or not.
        until: the new final deadline.
        holidays: the working days of the clock.
        statutory: the deadline without any extension; ``final``, unless that was extended before.
        notice: when the requester was told (s.17(1)); None where the clock asks for no notice. No
            extension gives the notice itself more time.
        second_reason: why even the Commissioner's yardstick is not enough, where it is passed.

    Raises:
        Refused: the date does not extend, goes too far, or needs what was not given; its field is named.
    """
    extension = _extension(clock)
    latest = latest_extension(clock, final=final, holidays=holidays)
    if until <= final:
        raise Refused(f"The new deadline must be after the present one, {in_words(final)}.", field="until")
    if until > latest:
        raise Refused(
            f"The new deadline can be {in_words(latest)} at the latest, {extension.most_working_days} "
            f"working days after the present one, {in_words(final)}.",
            field="until",
        )
    if extension.needs_qualified_exemption and notice is None:
        raise Refused("Enter the date on which the requester was told.", field="notice_date")
    if notice is not None and notice < received:
        raise Refused("The requester cannot have been told before asking.", field="notice_date")
    in_all = working_days.number_of(until, received, holidays)
    past_yardstick = in_all > extension.yardstick_working_days
    if past_yardstick and not second_reason.strip():
        raise Refused(
            f"This is working day {in_all} from receipt, more than {extension.yardstick_working_days}. "
            "Say why that much time is needed.",
            field="second_reason",
        )
    steps = (
        Step(final, f"The final deadline was {in_words(final)}", "start"),
        Step(until, f"{extension.verb[:1].upper()}{extension.verb[1:]} until {in_words(until)}", "moved"),
    )
    deadline = _deadline(
        "Final deadline", clock.kind, extension.source, steps, holidays=holidays, since=received
    )
    is_late = notice is not None and notice > (statutory or final)
    return Extended(deadline, in_all, past_yardstick, late_notice=is_late)


def pit_removed(clock: Clock, *, statutory: date, final: date, holidays: Calendar) -> Deadline:
    """Take all extensions off at once: the deadline is again what it is without them (FOIA 2000 s.10(1)).

    The statutory date is the one underneath: as it stood before the first extension, or as a new date of
    receipt has since moved it.
    """
    steps = (
        Step(final, f"The final deadline was extended until {in_words(final)}", "start"),
        Step(statutory, f"The extension is taken off: {in_words(statutory)} applies again", "moved"),
    )
    return _deadline(
        "Final deadline", clock.kind, clock.final.source, steps, holidays=holidays, since=statutory
    )


def received_date_edited(
    clock: Clock,
    *,
    received: date,
    holidays: Calendar,
    extended_until: date | None = None,
    extensions: int = 0,
    remove_extension: bool = False,
    new_extension: date | None = None,
) -> ReceivedDateEdited:
    """What a corrected date of receipt moves. It is always taken: it is a fact (FOIA 2000 s.10(6)).

    Draft and final deadline are counted anew; the escalation deadline never moves. An extended date stays
    as long as it still extends, and by no more than the allowance of each active extension; otherwise the
    answer asks for a new one or for its removal, and is complete once either is given.

    Args:
        clock: the row for the case type.
        received: the new date of receipt.
        holidays: the working days of the clock.
        extended_until: the extended final deadline, when there is one.
        extensions: how many extensions are active.
        remove_extension: the person chose to take the extensions off.
        new_extension: the person gave a new extended date.

    Raises:
        Refused: the new extended date does not fit either.
    """
    draft = draft_deadline(clock, received=received, holidays=holidays)
    statutory = statutory_deadline(clock, received=received, holidays=holidays)
    if extended_until is None or remove_extension:
        return ReceivedDateEdited(draft, statutory, statutory)
    latest = latest_extension(clock, final=statutory.date, holidays=holidays, extensions=max(extensions, 1))
    until = new_extension or extended_until
    fits = statutory.date < until <= latest
    if new_extension is not None and not fits:
        raise Refused(
            f"The extended deadline must be after {in_words(statutory.date)}, "
            f"and {in_words(latest)} at the latest.",
            field="new_extension",
        )
    steps = (
        *statutory.steps,
        Step(until, f"The extension until {in_words(until)} stays", "moved"),
    )
    final = _deadline(
        "Final deadline", clock.kind, _extension(clock).source, steps, holidays=holidays, since=received
    )
    return ReceivedDateEdited(draft, statutory, final, asks_for_extension=not fits, latest_extension=latest)


def business_unit_deadline(clock: Clock, *, assigned: date, flagged: bool, holidays: Calendar) -> Deadline:
    """The date by which the unit is to answer, counted from its assignment.

    The day of assignment is day 1 when it is a working day, unlike the day of receipt. A unit has less time
    when the case is flagged, since it is cleared before it goes. A case never assigned counts from receipt.
    """
    limit = clock.business_unit
    days = limit.flagged_working_days if flagged else limit.working_days
    start = assigned - timedelta(days=1)
    steps = (_started("Assigned", assigned), *_days(days, start, holidays))
    return _deadline(
        "Business unit's deadline", "target", limit.source, steps, holidays=holidays, since=assigned
    )


def check_received(received: date, *, today: date, at_most_years_ago: int) -> None:
    """A date of receipt, when a case is logged or the date is changed, is neither to come nor too old.

    Raises:
        Refused: with the field ``received_date``.
    """
    if received > today:
        raise Refused("The date received cannot be in the future.", field="received_date")
    earliest = years_before(today, at_most_years_ago)
    if received < earliest:
        raise Refused(f"The date received cannot be before {in_words(earliest)}.", field="received_date")


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _extension(clock: Clock) -> Extension:
    if clock.extension is None:
        raise Refused(f"The deadline of this kind of case cannot be extended ({clock.source}).")
    return clock.extension


def _counted(name: str, kind: Kind, limit: Limit, *, start: Step, holidays: Calendar) -> Deadline:
    steps = (start, *_days(limit.working_days, start.date, holidays))
    return _deadline(name, kind, limit.source, steps, holidays=holidays, since=start.date)


def _started(happened: str, day: date) -> Step:
    return Step(day, f"{happened} {in_words(day)}", "start", 0)


def _deadline(
    name: str, kind: Kind, source: str, steps: tuple[Step, ...], *, holidays: Calendar, since: date
) -> Deadline:
    """The deadline on which the steps end."""
    end = steps[-1].date
    return Deadline(end, name, kind, source, steps, holidays.unpublished(min(since, end), end))


def _days(days: int, start: date, holidays: Calendar) -> tuple[Step, ...]:
    """Day 1, each bank holiday that is left out, and the last day."""
    steps: list[Step] = []
    number, day = 0, start
    while number < days:
        day += timedelta(days=1)
        if day in holidays.days and day.weekday() < WEEKDAYS.index("Sat"):
            steps.append(Step(day, f"{in_words(day)} does not count: {holidays.days[day]}", "skipped"))
        elif holidays.is_working_day(day):
            number += 1
            if number in (1, days):
                steps.append(Step(day, f"Day {number} is {in_words(day)}", "day", number))
    return tuple(steps)
