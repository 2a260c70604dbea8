"""Who may see a case, and who may do what to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from correspondence.cases.acting import Acting
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Case
from correspondence.cases.models.assignment import LIVE
from correspondence.cases.situation import Situation
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.organisation.models import CASE_ROLES, Role
from correspondence.rulebook import loader, names, permissions, workflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from correspondence.organisation.models import Membership, Team, User

FOI = "FOI"


def visible_to(user: User) -> QuerySet[Case]:
    """The cases that a person may open: also what lists, search and counts contain.

    Managers and approvers whose teams deal with FOI see all of its cases; a responder sees those
    with an assignment, not rejected, to a team in which they are responder (UK GDPR art. 5(1)(c)).
    Deleted cases are not there. Those by which a deployment tries the service out are seen by its own
    account alone, which sees no others.
    """
    cases = Case.objects.filter(deleted_at__isnull=True)
    if FOI not in user.handled_types:
        return cases.none()
    if user.tries_out:
        return cases.filter(for_smoke_tests=True)
    # By their ids, which are few and have an index: lists go on being read from theirs alone.
    cases = cases.exclude(pk__in=Case.objects.filter(for_smoke_tests=True).values("pk"))
    if user.is_a(Role.MANAGER) or user.is_a(Role.APPROVER):
        return cases
    teams = [held.team_id for held in user.held_memberships if held.role == Role.RESPONDER]
    mine = Assignment.objects.filter(case=OuterRef("pk"), team__in=teams).exclude(
        state=AssignmentState.REJECTED
    )
    return cases.filter(Exists(mine))


def situation_of(case: Case, user: User | None) -> Situation:
    """The case and the person as the rules look at them today."""
    return Situation(case, user, clock.today())


def must_accept_first(situation: Situation) -> Assignment | None:
    """The pending assignment that this person's unit has to accept or reject before it sees the case.

    None for managers and approvers, who see the case whatever its responding unit decides.
    """
    user, responding = situation.user, situation.responding
    if user is None or responding is None or responding.state != AssignmentState.PENDING:
        return None
    if user.is_a(Role.MANAGER) or user.is_a(Role.APPROVER):
        return None
    return responding if situation.has_role_in(responding.team_id, Role.RESPONDER) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the tables: which of the candidates may do this?"""

    situation: Situation
    candidates: Sequence[Membership]
    holds: names.Asking

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the candidates, the highest first."""
        held = {member.role for member in self.candidates}
        return tuple(role for role in CASE_ROLES if role in held)

    def move(self, event: str) -> workflow.Move | workflow.Refusal:
        """The row by which one of the candidates may do it, or what stands in the way."""
        case = self.situation.the_case
        return workflow.best_move(
            loader.edition(case.edition_id),
            loader.current(),
            case_type=case.case_type,
            workflow=case.workflow,
            state=case.state,
            roles=self.roles,
            event=event,
            holds=self.holds,
        )

    def open_moves(self) -> tuple[workflow.Move, ...]:
        """Every event that one of the candidates may do now."""
        case = self.situation.the_case
        return workflow.moves(
            loader.edition(case.edition_id),
            loader.current(),
            case_type=case.case_type,
            workflow=case.workflow,
            state=case.state,
            roles=self.roles,
            holds=self.holds,
        )

    def team_in(self, role: str) -> Team | None:
        """The team for which the person acts in this role: the first that they joined."""
        return next((held.team for held in self.candidates if held.role == role), None)


def _questions(situation: Situation, holds: names.Asking) -> tuple[Asked, Asked]:
    """First the memberships in teams that hold the case, then all in active teams."""
    live = {held.team_id for held in situation.assignments if held.state in LIVE}
    working = [held for held in situation.memberships if held.role in CASE_ROLES]
    active = [held for held in working if held.team and held.team.deactivated_at is None]
    on_case = [held for held in working if held.team_id in live]
    return Asked(situation, on_case, holds), Asked(situation, active, holds)


def acting_on(case: Case, user: User, *, event: str, situation: Situation | None = None) -> Acting:
    """In which role, and for which team, this person may do this to the case now.

    Candidates are the memberships in teams with a pending or accepted assignment on the case; if
    none of them permits the event, all memberships in active teams. Of those that permit it the
    highest acts: manager, approver, responder.

    Raises:
        Refused: the first thing that stands in the way, in words.
    """
    situation = situation or situation_of(case, user)
    holds = names.asking(situation)
    on_case, anywhere = _questions(situation, holds)
    asked, answer = on_case, on_case.move(event)
    if isinstance(answer, workflow.Refusal):
        asked, answer = anywhere, anywhere.move(event)
    if isinstance(answer, workflow.Refusal):
        raise Refused(answer.words)
    return Acting(user, asked.team_in(answer.role), Role(answer.role))


def why_not(case: Case, user: User, event: str) -> str | None:
    """What stands in the way of this person doing this, in words; None when nothing does."""
    try:
        acting_on(case, user, event=event)
    except Refused as refusal:
        return str(refusal)
    return None


def open_events(situation: Situation) -> dict[str, workflow.Move]:
    """The events that this person may do to the case now, by name: what the pages show buttons for."""
    holds = names.asking(situation)
    found: dict[str, workflow.Move] = {}
    for asked in _questions(situation, holds):
        for move in asked.open_moves():
            found.setdefault(move.event, move)
    return found


def system_acting(case: Case) -> Acting:
    """The system, for the managing team: how jobs act. It passes no person's test and every state's."""
    managing = case.assignments.filter(role=AssignmentRole.MANAGING).select_related("team").first()
    return Acting(None, managing.team if managing else None, Role.MANAGER)


def why_not_permitted(
    user: User, action: str, *, case: Case | None = None, team: Team | None = None
) -> str | None:
    """What stands in the way of something that is not an event, in words; None when nothing does."""
    return _refusal(Situation(case, user, clock.today(), team), action)


def permits(situation: Situation, action: str) -> bool:
    """Whether the person of this situation may do something that is not an event."""
    return _refusal(situation, action) is None


def _refusal(situation: Situation, action: str) -> str | None:
    active = situation.user.active_memberships if situation.user else ()
    roles = tuple(dict.fromkeys(held.role for held in active))
    refusal = permissions.refusal(loader.current(), action, roles=roles, holds=names.asking(situation))
    return refusal.words if refusal else None


def require(user: User, action: str, *, case: Case | None = None, team: Team | None = None) -> None:
    """Refuse, in words, what ``policy/permissions.yaml`` does not let this person do.

    Raises:
        Refused: they may not.
    """
    if words := why_not_permitted(user, action, case=case, team=team):
        raise Refused(words)
