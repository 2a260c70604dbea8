"""Changing what is recorded of a request, and deleting a case."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction

from correspondence.cases import queries, transitions
from correspondence.cases.acting import NO_STAMP, FormStamp
from correspondence.cases.actions.deadlines import clock_of, drop_extensions
from correspondence.cases.validation import compliant_date_problem, received_date_problems
from correspondence.core import clock
from correspondence.core.errors import Invalid, Refused
from correspondence.rulebook import deadlines as rules
from correspondence.rulebook import loader, timeliness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from correspondence.cases.acting import Acting
    from correspondence.cases.models import Case
    from correspondence.cases.transitions import Datum
    from correspondence.cases.validation import Problem, RequestDetails

NO_CHANGES = "No changes were made."

TYPE_FIELD = "case_type"


@dataclass(frozen=True, slots=True)
class PitChoice:
    """What becomes of an extension that a corrected date of receipt no longer fits.

    Attributes:
        until: the new extended deadline, when it is kept.
    """

    keep: Literal["new_date", "remove"]
    until: date | None = None


class AsksForExtension(Refused):
    """The corrected date of receipt leaves the extended deadline out of range: the form has to ask.

    Args:
        statutory: the deadline without an extension, counted from the new date.
        latest: the last date that the extension may reach.
    """

    def __init__(self, *, statutory: date, latest: date) -> None:
        super().__init__(
            "With this date of receipt the extended deadline no longer fits. "
            f"Choose a new one up to {rules.in_words(latest)}, or remove the extension.",
            field="pit_keep",
        )
        self.statutory = statutory
        self.latest = latest


@transaction.atomic
def edit_case(
    *,
    case_id: int,
    case_type: str,
    details: RequestDetails,
    draft_compliant_date: date | None,
    pit: PitChoice | None = None,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Change what is recorded of a request.

    A changed date of receipt is always accepted within its limits: it is a fact (FOIA 2000
    s.10(6)). Draft and final deadline are counted anew, the escalation deadline never moves.

    Args:
        case_type: another form of the same request, such as a review.
        draft_compliant_date: only once there is one.
        pit: asked for when an extension no longer fits the date of receipt.

    Raises:
        Refused: nothing changed, or the workflow does not allow it.
        Invalid: what cannot be, field by field.
        AsksForExtension: the form has to ask what becomes of the extension.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, "edit_case", acting=acting)
    new = {**asdict(details), TYPE_FIELD: case_type}
    new["received_date"] = new["received_date"] or case.received_date
    if case.draft_compliant_date is not None:
        new["draft_compliant_date"] = draft_compliant_date
    changed = sorted(name for name, value in new.items() if getattr(case, name) != value)
    if not changed:
        raise Refused(NO_CHANGES)
    _check(case, new, changed)
    told: dict[str, Datum] = {"changed": changed}
    if {"received_date", TYPE_FIELD} & set(changed):
        case.received_date, case.case_type = new["received_date"], case_type
        told |= _move_deadlines(case, pit, now=now)
    for name in changed:
        setattr(case, name, new[name])
    case.save()
    transitions.apply(case, "edit_case", acting=acting, now=now, stamp=stamp, data=told)
    return case


def _check(case: Case, new: dict[str, Any], changed: list[str]) -> None:
    today = clock.today()
    problems = (
        *_type_problems(case, new, changed),
        *_received_problems(case, new, changed, today),
        *_compliant_problems(case, new, changed, today),
    )
    if problems:
        raise Invalid(problems)


def _type_problems(case: Case, new: dict[str, Any], changed: list[str]) -> Iterator[Problem]:
    if TYPE_FIELD not in changed:
        return
    tables = loader.edition(case.edition_id)
    here, there = tables.case_type(case.case_type), tables.case_type(new[TYPE_FIELD])
    if here.form != there.form or here.always_flagged != there.always_flagged:
        yield TYPE_FIELD, "A request cannot become a review, or a review a request. Log a new case."


def _received_problems(case: Case, new: dict[str, Any], changed: list[str], today: date) -> Iterator[Problem]:
    if "received_date" not in changed:
        return
    received: date = new["received_date"]
    years = loader.edition(case.edition_id).case_types.limits.received_at_most_years_ago
    yield from received_date_problems(received, today=today, at_most_years_ago=years)
    if case.response_date and received > case.response_date:
        yield "received_date", "The date received cannot be after the response was sent."


def _compliant_problems(
    case: Case, new: dict[str, Any], changed: list[str], today: date
) -> Iterator[Problem]:
    if case.draft_compliant_date is None:
        return
    compliant: date | None = new["draft_compliant_date"]
    if compliant is None:
        yield "draft_compliant_date", "Enter the date on which the compliant draft was uploaded."
    elif {"received_date", "draft_compliant_date"} & set(changed):
        problem = compliant_date_problem(
            compliant, received=new["received_date"], responded=case.response_date, today=today
        )
        if problem:
            yield "draft_compliant_date", problem


def _move_deadlines(case: Case, pit: PitChoice | None, *, now: datetime) -> dict[str, Datum]:
    """Count the deadlines anew; what the history says of it."""
    before, was_extended = case.final_deadline, case.pit_extended
    row, holidays = clock_of(case)
    active = case.pit_extensions.filter(removed_at__isnull=True).count()
    moved = rules.received_date_edited(
        row,
        received=case.received_date,
        holidays=holidays,
        extended_until=case.final_deadline if case.pit_extended else None,
        extensions=active,
        remove_extension=bool(pit and pit.keep == "remove"),
        new_extension=pit.until if pit and pit.keep == "new_date" else None,
    )
    if moved.asks_for_extension and moved.latest_extension:
        raise AsksForExtension(statutory=moved.statutory.date, latest=moved.latest_extension)
    case.draft_deadline, case.statutory_deadline = moved.draft.date, moved.statutory.date
    if case.pit_extended and moved.final.date == moved.statutory.date:
        drop_extensions(case, now=now)
    case.final_deadline = moved.final.date
    if not timeliness.responded_late(final=case.final_deadline, responded=case.response_date):
        # An answer that was in time after all has no team that made it late.
        case.late_team = None
    told: dict[str, Datum] = {}
    if case.final_deadline != before:
        told["final_deadline_moved"] = [before.isoformat(), case.final_deadline.isoformat()]
    if was_extended and not case.pit_extended:
        told["extension_removed"] = True
    return told


@transaction.atomic
def destroy_case(
    *, case_id: int, reason: str, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Delete a case, with a reason: it leaves every list, search and address, and stays on record.

    Raises:
        Refused: no reason, linked cases, or the workflow does not allow it.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    if not reason.strip():
        raise Refused("Enter why the case is deleted.", field="reason")
    transitions.apply(case, "destroy_case", acting=acting, now=now, stamp=stamp, message=reason.strip())
    case.deleted_at, case.deletion_reason = now, reason.strip()
    case.save(update_fields=["deleted_at", "deletion_reason"])
    return case
