"""How invented cases end: the answers given at closure, as the closure tables want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.cases.models import ReliedExemption
from correspondence.config.example import requests
from correspondence.rulebook.closure import Answers, Opinion, PublicInterest

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from correspondence.cases.models import Case
    from correspondence.rulebook.tables.closure import Closure
    from correspondence.rulebook.tables.rulebook import BoundTables

WEIGHTS = {"granted": 46, "part": 20, "refused": 14, "not_held": 12, "not_confirmed": 8}
REASONS = {"tmm": 40, "cost": 35, "vex": 10, "repeat": 5, "ncnd": 10}
REFUSED_ON_GROUNDS = 0.4
OPINION = "Disclosure would inhibit the free and frank provision of advice."
FREQUENT = 16
"""An exemption that stands first in choices is relied on so many times as often as another."""


def drawn(dice: random.Random, tables: BoundTables, case: Case, *, unit_id: int) -> Answers:
    """The answers for a case that was answered on ``case.response_date``."""
    table = tables.closure
    what = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    reason, exemptions, grounds = None, frozenset[str](), frozenset[str]()
    if what == "not_confirmed":
        reason = dice.choices(list(REASONS), list(REASONS.values()))[0]
        exemptions = _some(dice, table, "confirm_or_deny", most=1) if reason == "ncnd" else exemptions
    elif what == "refused" and dice.random() < REFUSED_ON_GROUNDS:
        grounds = frozenset({dice.choice([row.code for row in table.grounds])})
    elif what in ("part", "refused"):
        exemptions = _some(dice, table, "inform", most=3)
    asks_outcome = what in ("granted", "part", "refused")
    rows = [row for row in table.exemptions if row.code in exemptions]
    answered = case.response_date or case.received_date
    return Answers(
        response_date=answered,
        late_team_id=unit_id if answered > case.final_deadline else None,
        appeal_outcome=_appeal(dice, table) if tables.case_type(case.case_type).review else None,
        information_held=("part_held" if what == "part" else "held") if asks_outcome else what,
        outcome=what if asks_outcome else None,
        refusal_reason=reason,
        exemptions=exemptions,
        grounds=grounds,
        public_interest={
            row.code: PublicInterest(
                favours_maintaining=True, reasons=dice.choice(requests.words().in_favour)
            )
            for row in rows
            if row.kind == "qualified"
        },
        opinion=Opinion(OPINION, answered) if any(row.needs_opinion for row in rows) else None,
    )


def _some(dice: random.Random, table: Closure, duty: str, *, most: int) -> frozenset[str]:
    rows = [row for row in table.exemptions if row.duty == duty]
    weights = [FREQUENT if row.frequent else 1 for row in rows]
    return frozenset(row.code for row in dice.choices(rows, weights, k=dice.randrange(1, most + 1)))


def _appeal(dice: random.Random, table: Closure) -> str:
    return dice.choice([row.code for row in table.appeal_outcomes])


def qualified_exemption(dice: random.Random, table: Closure) -> str:
    """One that asks for the public interest test."""
    return dice.choice([row.code for row in table.for_duty("inform") if row.kind == "qualified"])


def write_down(answers: Answers, case: Case) -> None:
    """Put the answers into the fields of an unsaved case."""
    case.late_team_id = answers.late_team_id
    case.appeal_outcome = answers.appeal_outcome or ""
    case.information_held = answers.information_held or ""
    case.outcome = answers.outcome or ""
    case.refusal_reason = answers.refusal_reason or ""
    case.refusal_ground = next(iter(answers.grounds), "")


def relied_on(answers: Answers, table: Closure, case: Case) -> list[ReliedExemption]:
    """The exemptions as rows."""
    rows = []
    for code in sorted(answers.exemptions):
        exemption, interest = table.exemption(code), answers.public_interest.get(code)
        opinion = answers.opinion if exemption and exemption.needs_opinion else None
        rows.append(
            ReliedExemption(
                case=case,
                code=code,
                public_interest_reasons=interest.reasons if interest else "",
                opinion=opinion.text if opinion else "",
                opinion_date=opinion.given_on if opinion else None,
            )
        )
    return rows


def told(answers: Answers) -> dict[str, str | Sequence[str]]:
    """What the history says of the closure: codes and dates, as the action writes them."""
    said = {
        "response_date": answers.response_date.isoformat() if answers.response_date else None,
        "information_held": answers.information_held,
        "outcome": answers.outcome,
        "refusal_reason": answers.refusal_reason,
        "grounds": sorted(answers.grounds),
        "exemptions": sorted(answers.exemptions),
        "appeal_outcome": answers.appeal_outcome,
    }
    return {name: value for name, value in said.items() if value}
