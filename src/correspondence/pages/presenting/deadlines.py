"""The dates of a case with their working."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from correspondence.cases.actions import deadlines
from correspondence.core.formats import counted, short_date
from correspondence.pages.presenting import words
from correspondence.rulebook import timeliness, working_days
from correspondence.rulebook.deadlines import in_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from correspondence.cases.models import Case
    from correspondence.rulebook.deadlines import Deadline
    from correspondence.rulebook.tables.bank_holidays import Calendar

SOON = 3
"""With so many working days left, or fewer, a deadline is shown as near."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A date, what it means today, and how it was worked out."""

    label: str
    day: date
    status: str
    tone: str
    steps: Sequence[str]
    source: str


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a case. The draft has one only where somebody clears it."""

    draft: Panel | None
    final: Panel


def dates(case: Case, *, flagged: bool, today: date) -> Dates:
    """The draft deadline of a flagged case, and the final deadline of every case."""
    worked_out = deadlines.working_of(case)
    _, holidays = deadlines.clock_of(case)
    target = " (target)" if words.is_review(case) else ""
    draft = Panel(
        label=f"Draft deadline{target}",
        day=case.draft_deadline,
        status=_draft_status(case),
        tone="grey" if case.draft_compliant_date else "blue",
        steps=_steps(worked_out.draft, case.draft_deadline),
        source=worked_out.draft.source,
    )
    final = Panel(
        label=f"Final deadline{target}",
        day=case.final_deadline,
        status=_final_status(case, today=today, holidays=holidays),
        tone=_tone(case, today=today, holidays=holidays),
        steps=_final_steps(case, worked_out.final),
        source=worked_out.final.source,
    )
    return Dates(draft if flagged else None, final)


def _steps(deadline: Deadline, stored: date) -> list[str]:
    if deadline.date != stored:
        return [
            f"{short_date(stored)} was recorded for this case and stands.",
            f"Worked out with today's table of bank holidays it would be {short_date(deadline.date)}.",
        ]
    warnings = [f"{warning[:1].upper()}{warning[1:]}: the date may move." for warning in deadline.warnings]
    return [step.what for step in deadline.steps] + warnings


def _final_steps(case: Case, deadline: Deadline) -> list[str]:
    if not case.pit_extended:
        return _steps(deadline, case.final_deadline)
    counted_days = [step.what for step in deadline.steps if step.kind != "moved"]
    return [*counted_days, f"{_extended(case)} until {in_words(case.final_deadline)}"]


def working_day(case: Case, *, on: date) -> timeliness.WorkingDay:
    """Which working day of its time the case is on: an answer on the last day is on day 20 of 20."""
    _, holidays = deadlines.clock_of(case)
    return timeliness.working_day_of(
        received=case.received_date, on=on, final=case.final_deadline, holidays=holidays
    )


def timeliness_words(case: Case) -> str:
    """Whether the answer was in time."""
    return "Answered late" if _was_late(case) else "Answered in time"


def draft_timeliness_words(case: Case) -> str:
    """Whether a compliant draft was there by its deadline; empty while there is none."""
    in_time = timeliness.draft_in_time(draft=case.draft_deadline, compliant=case.draft_compliant_date)
    return "" if in_time is None else "Uploaded in time" if in_time else "Uploaded late"


def _was_late(case: Case) -> bool:
    return timeliness.responded_late(final=case.final_deadline, responded=case.response_date)


def _draft_status(case: Case) -> str:
    if case.draft_compliant_date is None:
        return ""
    return f"{draft_timeliness_words(case)} on {short_date(case.draft_compliant_date)}"


def _final_status(case: Case, *, today: date, holidays: Calendar) -> str:
    if case.response_date:
        told = f"{timeliness_words(case)}, on {working_day(case, on=case.response_date)}"
    elif late := timeliness.days_late(final=case.final_deadline, on=today, holidays=holidays):
        told = f"Late by {counted(late, 'working day')}"
    elif timeliness.already_late(final=case.final_deadline, today=today):
        told = "Late"
    else:
        told = str(working_day(case, on=today)).capitalize()
    if not case.pit_extended:
        return told
    return f"{told}. {_extended(case)}; without that it was {short_date(case.statutory_deadline)}."


def _extended(case: Case) -> str:
    """What the clock calls its extension: for the public interest test, or of a complex review."""
    extension = deadlines.clock_of(case)[0].extension
    verb = extension.verb if extension else "extended"
    return f"{verb[:1].upper()}{verb[1:]}"


def _tone(case: Case, *, today: date, holidays: Calendar) -> str:
    if case.response_date:
        return "red" if _was_late(case) else "green"
    if timeliness.already_late(final=case.final_deadline, today=today):
        return "red"
    left = working_days.number_of(case.final_deadline, today, holidays)
    return "orange" if left <= SOON else "blue"
