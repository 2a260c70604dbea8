"""The dates by which a case has to be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases import queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.models import Case, PitExtension
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.rulebook import deadlines as rules
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from datetime import date, datetime

    from correspondence.rulebook.tables.bank_holidays import Calendar
    from correspondence.rulebook.tables.clocks import Clock


def clock_of(case: Case) -> tuple[Clock, Calendar]:
    """The clock by which this case runs, and the holidays that it counts."""
    row = loader.edition(case.edition_id).clock(case.case_type)
    return row, loader.current().holidays.calendar(row.holidays)


@dataclass(frozen=True, slots=True)
class CaseDeadlines:
    """The deadlines of a case with the steps that led to them.

    Attributes:
        agrees: the working leads to all dates that are stored; a holiday added later can undo that.
    """

    draft: rules.Deadline
    final: rules.Deadline
    escalation: rules.Deadline
    agrees: bool


def working_of(case: Case) -> CaseDeadlines:
    """How the dates of a case came about, worked out anew for the page."""
    row, holidays = clock_of(case)
    draft = rules.draft_deadline(row, received=case.received_date, holidays=holidays)
    final = statutory = rules.statutory_deadline(row, received=case.received_date, holidays=holidays)
    if case.pit_extended:
        extended = rules.received_date_edited(
            row,
            received=case.received_date,
            holidays=holidays,
            extended_until=case.final_deadline,
            extensions=case.pit_extensions.filter(removed_at__isnull=True).count(),
        )
        final = extended.final
    escalation = rules.escalation_deadline(row, created=escalation_start(case), holidays=holidays)
    worked_out = (draft.date, statutory.date, final.date, escalation.date)
    stored = (case.draft_deadline, case.statutory_deadline, case.final_deadline, case.escalation_deadline)
    return CaseDeadlines(draft, final, escalation, agrees=worked_out == stored)


def escalation_start(case: Case) -> date:
    """The day from which the sensitivity window counts: creation, or the newest request for clearance."""
    asked = (
        case.transitions.filter(event="request_further_clearance")
        .order_by("-sort_key")
        .values_list("created_at", flat=True)
        .first()
    )
    return clock.london_date(asked or case.created_at)


def restart_escalation_window(case: Case, *, now: datetime) -> None:
    """Let the sensitivity window run again, counted from this day."""
    row, holidays = clock_of(case)
    today = clock.london_date(now)
    case.escalation_deadline = rules.escalation_deadline(row, created=today, holidays=holidays).date
    case.save(update_fields=["escalation_deadline"])


@transaction.atomic
def extend_for_pit(
    *,
    case_id: int,
    until: date,
    reason: str,
    exemption: str,
    notice_date: date | None,
    second_reason: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Give a case longer for the public interest test (FOIA 2000 s.10(3)); a review, because it is complex.

    Args:
        until: the new final deadline, later than the present one and at most 20 working days beyond it.
        exemption: the qualified exemption being weighed; not asked of a review.
        notice_date: when the requester was told (s.17(1)); not asked of a review.
        second_reason: asked for beyond 40 working days in all.

    Raises:
        Refused: the workflow, or the clock, does not allow it.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, "extend_for_pit", acting=acting)
    row, holidays = clock_of(case)
    if not reason.strip():
        raise Refused("Enter the reason for the extension.", field="reason")
    weighed = loader.edition(case.edition_id).closure.exemption(exemption) if exemption else None
    if (
        row.extension
        and row.extension.needs_qualified_exemption
        and (weighed is None or weighed.kind != "qualified")
    ):
        raise Refused("Choose the qualified exemption that is being weighed.", field="exemption")
    if notice_date and notice_date > clock.today():
        raise Refused("The date of the notice must be today or in the past.", field="notice_date")
    extended = rules.extended_for_pit(
        row,
        received=case.received_date,
        final=case.final_deadline,
        until=until,
        holidays=holidays,
        statutory=case.statutory_deadline,
        notice=notice_date,
        second_reason=second_reason,
    )
    before = case.final_deadline
    PitExtension.objects.create(
        case=case,
        until=until,
        before=before,
        reason=reason.strip(),
        exemption=exemption,
        notice_date=notice_date,
        late_notice=extended.late_notice,
        long_reason=second_reason.strip() if extended.past_yardstick else "",
        created_at=now,
    )
    case.final_deadline, case.pit_extended = until, True
    case.save(update_fields=["final_deadline", "pit_extended"])
    transitions.apply(
        case,
        "extend_for_pit",
        acting=acting,
        now=now,
        stamp=stamp,
        message=reason.strip(),
        data={"final_deadline": until.isoformat(), "original_final_deadline": before.isoformat()},
    )
    return case


@transaction.atomic
def remove_pit_extension(*, case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP) -> Case:
    """Take all extensions back at once: the final deadline is the statutory one again."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    # The workflow asks whether there is an extension, so it is asked before there is none.
    before = case.final_deadline
    transitions.apply(
        case,
        "remove_pit_extension",
        acting=acting,
        now=now,
        stamp=stamp,
        data={
            "final_deadline": case.statutory_deadline.isoformat(),
            "original_final_deadline": before.isoformat(),
        },
    )
    drop_extensions(case, now=now)
    return case


def drop_extensions(case: Case, *, now: datetime) -> None:
    """End the extensions of a locked case."""
    case.pit_extensions.filter(removed_at__isnull=True).update(removed_at=now)
    case.final_deadline, case.pit_extended = case.statutory_deadline, False
    case.save(update_fields=["statutory_deadline", "final_deadline", "pit_extended"])
