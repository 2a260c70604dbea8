"""One case and one person, as the rules of the tables look at them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState
from correspondence.organisation.models import DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from correspondence.cases.models import Case
    from correspondence.organisation.models import Membership, Team, User

OFFICES = (DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE)
"""The clearance levels in their order."""

OFFICE_OF_STATE = {
    "pending_dacu_clearance": DISCLOSURE,
    "pending_press_office_clearance": PRESS_OFFICE,
    "pending_private_office_clearance": PRIVATE_OFFICE,
}
"""With which office a case is while it waits for clearance."""


@dataclass(eq=False)
class Situation:
    """What facts are asked about: a case, a person, a day. Each part is read at most once.

    Args:
        case: the case; for permissions that concern none, None.
        user: the person; None when the system asks.
        today: the date of case work, in London.
        team: the team that a page is about, for permissions on teams.
    """

    case: Case | None
    user: User | None
    today: date
    team: Team | None = None

    @property
    def the_case(self) -> Case:
        """The case, for facts that only make sense with one."""
        if self.case is None:
            raise LookupError("This fact is about a case, and none was given.")
        return self.case

    @cached_property
    def assignments(self) -> Sequence[Assignment]:
        """All assignments of the case in any state, oldest first."""
        if self.case is None:
            return ()
        return list(self.case.assignments.select_related("team", "user").order_by("id"))

    @cached_property
    def memberships(self) -> Sequence[Membership]:
        """All memberships of the person, in deactivated teams too."""
        return self.user.held_memberships if self.user else ()

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """The teams in which the person has a membership of any role."""
        return frozenset(held.team_id for held in self.memberships if held.team_id)

    @property
    def managing(self) -> Assignment | None:
        """The managing assignment: made with the case."""
        return next((held for held in self.assignments if held.role == AssignmentRole.MANAGING), None)

    @property
    def responding(self) -> Assignment | None:
        """The newest responding assignment that was not rejected."""
        held = [
            one
            for one in self.assignments
            if one.role == AssignmentRole.RESPONDING and one.state != AssignmentState.REJECTED
        ]
        return held[-1] if held else None

    @property
    def approving(self) -> Sequence[Assignment]:
        """The clearance levels on the case, in any state."""
        return [held for held in self.assignments if held.role == AssignmentRole.APPROVING]

    def level(self, code: str) -> Assignment | None:
        """The clearance level of this office, in any state."""
        return next((held for held in self.approving if held.team.code == code), None)

    def holds_level(self, code: str) -> bool:
        """Whether the person is named on this office's live assignment."""
        level = self.level(code)
        return bool(level and level.is_live and self.user and level.user_id == self.user.pk)

    @property
    def approving_team(self) -> Team | None:
        """The person's own approving team."""
        return self.user.approving_team if self.user else None

    @property
    def is_flagged(self) -> bool:
        """Whether the case has any clearance level."""
        return bool(self.approving)

    @property
    def holder(self) -> Assignment | None:
        """The assignment with which the case now is; nobody holds a closed case."""
        state = self.the_case.state
        if state in ("unassigned", "responded"):
            return self.managing
        if state in ("awaiting_responder", "drafting", "awaiting_dispatch"):
            return self.responding
        return self.level(OFFICE_OF_STATE[state]) if state in OFFICE_OF_STATE else None

    def has_role_in(self, team_id: int | None, role: Role) -> bool:
        """Whether the person has this role in this team."""
        return any(held.team_id == team_id and held.role == role for held in self.memberships)
