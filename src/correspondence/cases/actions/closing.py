"""Closing a case with what was answered, and correcting that later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases import queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.models import Case, ReliedExemption
from correspondence.core import clock
from correspondence.core.errors import Invalid
from correspondence.rulebook import closure, loader

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.cases.transitions import Datum
    from correspondence.rulebook.closure import Answers


def closing_case(case: Case) -> closure.ClosingCase:
    """What the closure rules need to know of a case."""
    kind = loader.edition(case.edition_id).case_type(case.case_type)
    return closure.ClosingCase(received=case.received_date, final=case.final_deadline, review=kind.review)


@transaction.atomic
def close_case(
    *, case_id: int, answers: Answers, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Close a case that was responded to.

    Answers that the others make irrelevant are dropped; a late team is kept only for a late answer.

    Raises:
        Refused: the workflow does not allow it.
        Invalid: what is missing or does not agree, field by field.
    """
    return _closed(case_id, "close", answers, acting=acting, now=now, stamp=stamp)


@transaction.atomic
def update_closure(
    *, case_id: int, answers: Answers, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Correct the closure details of a closed case; the same rules apply as at closing."""
    return _closed(case_id, "update_closure", answers, acting=acting, now=now, stamp=stamp)


def _closed(
    case_id: int, event: str, answers: Answers, *, acting: Acting, now: datetime, stamp: FormStamp
) -> Case:
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, event, acting=acting)
    table, about = loader.edition(case.edition_id).closure, closing_case(case)
    answers = closure.cleared(table, answers, case=about)
    faults = closure.faults(table, answers, case=about, today=clock.today())
    problems = [(fault.field, fault.message) for fault in faults]
    if answers.late_team_id and not queries.teams_in_history(case).filter(pk=answers.late_team_id).exists():
        problems.append(("late_team", "Choose one of the teams that worked on the case."))
    if problems:
        raise Invalid(tuple(problems))
    _store(case, answers)
    transitions.apply(case, event, acting=acting, now=now, stamp=stamp, data=_told(answers))
    return case


def _store(case: Case, answers: Answers) -> None:
    case.response_date = answers.response_date
    case.late_team_id = answers.late_team_id
    case.appeal_outcome = answers.appeal_outcome or ""
    case.information_held = answers.information_held or ""
    case.outcome = answers.outcome or ""
    case.refusal_reason = answers.refusal_reason or ""
    case.refusal_ground = next(iter(answers.grounds), "")
    case.save(
        update_fields=[
            "response_date",
            "late_team",
            "appeal_outcome",
            "information_held",
            "outcome",
            "refusal_reason",
            "refusal_ground",
        ]
    )
    case.exemptions.all().delete()
    table = loader.edition(case.edition_id).closure
    for code in sorted(answers.exemptions):
        row, interest = table.exemption(code), answers.public_interest.get(code)
        opinion = answers.opinion if row and row.needs_opinion else None
        ReliedExemption.objects.create(
            case=case,
            code=code,
            public_interest_reasons=interest.reasons if interest else "",
            opinion=opinion.text if opinion else "",
            opinion_date=opinion.given_on if opinion else None,
        )


def _told(answers: Answers) -> dict[str, Datum]:
    """What the history says of the closure: codes and dates."""
    told: dict[str, Datum] = {
        "response_date": answers.response_date.isoformat() if answers.response_date else None,
        "information_held": answers.information_held,
        "outcome": answers.outcome,
        "refusal_reason": answers.refusal_reason,
        "grounds": sorted(answers.grounds),
        "exemptions": sorted(answers.exemptions),
        "appeal_outcome": answers.appeal_outcome,
    }
    return {name: value for name, value in told.items() if value}


def answers_of(case: Case) -> Answers:
    """The closure details as they are stored: what the form that corrects them begins with."""
    exemptions = list(case.exemptions.all())
    opinion = next((one for one in exemptions if one.opinion or one.opinion_date), None)
    return closure.Answers(
        response_date=case.response_date,
        late_team_id=case.late_team_id,
        appeal_outcome=case.appeal_outcome or None,
        information_held=case.information_held or None,
        outcome=case.outcome or None,
        refusal_reason=case.refusal_reason or None,
        grounds=frozenset({case.refusal_ground} if case.refusal_ground else ()),
        exemptions=frozenset(one.code for one in exemptions),
        public_interest={
            one.code: closure.PublicInterest(favours_maintaining=True, reasons=one.public_interest_reasons)
            for one in exemptions
            if one.public_interest_reasons
        },
        opinion=closure.Opinion(opinion.opinion, opinion.opinion_date) if opinion else None,
    )
