"""Who clears the response, level by level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from correspondence.cases.models import AssignmentState
from correspondence.cases.situation import OFFICES
from correspondence.organisation.models import DISCLOSURE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from correspondence.cases.models import Assignment
    from correspondence.cases.situation import Situation
    from correspondence.rulebook.workflow import Move


@dataclass(frozen=True, slots=True)
class Level:
    """One level of clearance.

    Attributes:
        person: who clears; empty where nobody is named.
        status: what they have done; empty for the deputy director, whom the service does not ask.
        removable: this person may take the level off the case.
    """

    name: str
    person: str
    status: str = ""
    removable: bool = False


@dataclass(frozen=True, slots=True)
class Clearance:
    """The panel of clearance levels.

    Attributes:
        decided_by: until then the offices decide whether they want to clear; none once that is over.
        may_ask_for_more: this person may ask for further clearance.
        may_flag: this person may put Disclosure on the case.
    """

    levels: Sequence[Level]
    decided_by: date | None
    may_ask_for_more: bool
    may_flag: bool

    def __bool__(self) -> bool:
        return bool(self.levels or self.decided_by or self.may_ask_for_more or self.may_flag)


def clearance(situation: Situation, moves: Mapping[str, Move]) -> Clearance:
    """The levels on the case, the deputy director of the responding unit first.

    Inside the sensitivity window a case without a level shows none: that is still to be decided.
    """
    case = situation.the_case
    in_window = situation.today <= case.escalation_deadline and not case.response_date
    offices = sorted(situation.approving, key=_rank)
    removable = "unflag_for_clearance" in moves
    own = situation.approving_team
    levels = [
        Level(
            name=level.team.name,
            person=level.user.full_name if level.user else "Not yet accepted",
            status=_status(level),
            removable=removable and bool(own and own.pk == level.team_id),
        )
        for level in offices
    ]
    if (responding := situation.responding) and (levels or not in_window):
        levels.insert(0, Level("Deputy director", responding.team.lead))
    return Clearance(
        levels=levels,
        decided_by=case.escalation_deadline if in_window else None,
        may_ask_for_more="request_further_clearance" in moves,
        may_flag="flag_for_clearance" in moves and situation.level(DISCLOSURE) is None,
    )


def _rank(level: Assignment) -> int:
    code = level.team.code or ""
    return OFFICES.index(code) if code in OFFICES else len(OFFICES)


def _status(level: Assignment) -> str:
    if level.state == AssignmentState.BYPASSED:
        return "Not needed"
    return "Cleared" if level.approved else "Not cleared yet"
