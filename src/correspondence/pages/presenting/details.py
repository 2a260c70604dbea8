"""The facts of a case, row by row in their order; what is empty has no row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from correspondence.core.formats import short_date
from correspondence.pages.presenting import deadlines, words
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from correspondence.cases.models import Case, ReliedExemption
    from correspondence.cases.situation import Situation
    from correspondence.rulebook.tables.closure import Closure


@dataclass(frozen=True, slots=True)
class Reliance:
    """An exemption that was relied on, and why.

    Attributes:
        reasons: why the public interest favours maintaining it; empty for an absolute one.
        opinion: the qualified person's opinion and its date, where the exemption rests on one.
    """

    name: str
    reasons: str = ""
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A fact with its name.

    Attributes:
        trigger: the value is followed by the Trigger mark.
        reliances: stand in place of the value.
    """

    key: str
    value: str = ""
    trigger: bool = False
    reliances: Sequence[Reliance] = ()


def details(situation: Situation) -> list[Row]:
    """The table of case details."""
    case = situation.the_case
    rows = [
        Row("Type", words.type_label(case), trigger=case.is_trigger),
        Row("Requester name", case.name),
        Row("Email", case.email),
        Row("Postal address", case.postal_address),
        Row("Requester type", words.requester_type(case.requester_type)),
        Row("Date received", short_date(case.received_date)),
        *_dates(situation),
        Row("Delivery method", words.delivery_method(case.delivery_method)),
        *_responding(situation),
        *_draft(case),
        *_closed(case),
    ]
    return [row for row in rows if row.value or row.reliances]


def _dates(situation: Situation) -> Iterator[Row]:
    case = situation.the_case
    target = " (target)" if words.is_review(case) else ""
    if situation.is_flagged:
        yield Row(f"Draft deadline{target}", short_date(case.draft_deadline))
    yield Row(f"Final deadline{target}", short_date(case.final_deadline))


def _responding(situation: Situation) -> Iterator[Row]:
    if responding := situation.responding:
        yield Row("Responding team", responding.team.name)
        if responding.user:
            yield Row("Responder", responding.user.full_name)


def _draft(case: Case) -> Iterator[Row]:
    if case.draft_compliant_date:
        yield Row("Date draft uploaded", short_date(case.draft_compliant_date))
        yield Row("Draft timeliness", deadlines.draft_timeliness_words(case))


def _closed(case: Case) -> Iterator[Row]:
    if case.response_date:
        yield Row("Date response sent", short_date(case.response_date))
        yield Row("Timeliness", deadlines.timeliness_words(case))
        if case.late_team:
            yield Row("Business unit responsible for the late response", case.late_team.name)
        yield Row("Time taken", str(deadlines.working_day(case, on=case.response_date)).capitalize())
    if case.is_closed:
        yield from _closure(case, loader.edition(case.edition_id).closure)


def _closure(case: Case, table: Closure) -> Iterator[Row]:
    if held := table.held(case.information_held):
        yield Row("Information held", held.label)
    if appeal := table.appeal_outcome(case.appeal_outcome):
        yield Row("Appeal outcome", appeal.label)
    if outcome := table.outcome(case.outcome):
        yield Row("Outcome", outcome.label)
    if reason := table.refusal_reason(case.refusal_reason):
        yield Row("Reason for refusal", reason.label)
    if ground := table.ground(case.refusal_ground):
        yield Row("Ground for refusal", f"{ground.section} {ground.label}")
    yield Row(
        "Exemptions", reliances=[_reliance(table, relied) for relied in case.exemptions.order_by("code")]
    )


def _reliance(table: Closure, relied: ReliedExemption) -> Reliance:
    row = table.exemption(relied.code)
    given = f" (given on {short_date(relied.opinion_date)})" if relied.opinion_date else ""
    return Reliance(
        name=f"{row.section} {row.label}" if row else relied.code,
        reasons=relied.public_interest_reasons,
        opinion=f"{relied.opinion}{given}" if relied.opinion or relied.opinion_date else "",
    )
