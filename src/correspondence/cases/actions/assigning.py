"""Which unit and which person answer a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases import access, mail, queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Case
from correspondence.core.errors import Refused
from correspondence.organisation import queries as people
from correspondence.organisation.actions import teams as organisation
from correspondence.organisation.models import Role, Team, User
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from datetime import datetime

GONE = "This assignment no longer stands: the case was assigned to somebody else or rejected."


def _unit(case: Case, team_id: int) -> Team:
    """An active business unit that answers cases of this type."""
    kind = loader.edition(case.edition_id).case_type(case.case_type).correspondence_type
    team = Team.objects.filter(
        pk=team_id, deactivated_at__isnull=True, role=Role.RESPONDER, correspondence_types__code=kind
    ).first()
    if team is None:
        raise Refused("Choose a business unit that answers this type of case.", field="team")
    return team


@transaction.atomic
def assign_responder(
    *, case_id: int, team_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Give the case to a business unit, which is told and has to accept it."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, "assign_responder", acting=acting)
    team = _unit(case, team_id)
    Assignment.objects.create(case=case, team=team, role=AssignmentRole.RESPONDING, created_at=now)
    transitions.apply(case, "assign_responder", acting=acting, now=now, stamp=stamp, target_team=team)
    return case


@transaction.atomic
def assign_to_new_team(
    *, case_id: int, team_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Move the case to another business unit, which has to accept it.

    On a closed case only the responsibility moves: nobody is asked or told.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, "assign_to_new_team", acting=acting)
    team = _unit(case, team_id)
    assignment = queries.responding_assignment(case)
    if assignment is None:
        raise Refused("No business unit has this case yet: assign it instead.")
    if assignment.team_id == team.pk:
        raise Refused(f"The case is already with {team.name}.", field="team")
    assignment.team, assignment.user = team, None
    assignment.state = AssignmentState.ACCEPTED if case.is_closed else AssignmentState.PENDING
    assignment.save(update_fields=["team", "user", "state"])
    transitions.apply(case, "assign_to_new_team", acting=acting, now=now, stamp=stamp, target_team=team)
    return case


def _pending(case: Case, assignment_id: int) -> Assignment:
    assignment = queries.responding_assignment(case)
    if assignment is None or assignment.pk != assignment_id:
        raise Refused(GONE)
    if assignment.state != AssignmentState.PENDING:
        who = assignment.user.full_name if assignment.user else "Somebody"
        raise Refused(f"{who} has already accepted this case.")
    return assignment


@transaction.atomic
def accept_responder_assignment(
    *, case_id: int, assignment_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Take the case for one's unit, and become its responder."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    assignment = _pending(case, assignment_id)
    transitions.apply(
        case,
        "accept_responder_assignment",
        acting=acting,
        now=now,
        stamp=stamp,
        target_user=acting.user,
        target_team=assignment.team,
    )
    assignment.state, assignment.user = AssignmentState.ACCEPTED, acting.user
    assignment.save(update_fields=["state", "user"])
    return case


@transaction.atomic
def reject_responder_assignment(
    *,
    case_id: int,
    assignment_id: int,
    reason: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Refuse the case for one's unit, with a reason that the history keeps."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    assignment = _pending(case, assignment_id)
    if not reason.strip():
        raise Refused("Enter why the case is not for your unit.", field="reason")
    transitions.apply(
        case,
        "reject_responder_assignment",
        acting=acting,
        now=now,
        stamp=stamp,
        target_team=assignment.team,
        message=reason.strip(),
    )
    assignment.state = AssignmentState.REJECTED
    assignment.save(update_fields=["state"])
    return case


@transaction.atomic
def reassign_user(
    *,
    case_id: int,
    assignment_id: int,
    user_id: int,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Hand the case to a colleague of the team that holds the assignment; they are told."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    assignment = (
        case.assignments.filter(pk=assignment_id, state=AssignmentState.ACCEPTED)
        .exclude(role=AssignmentRole.MANAGING)
        .select_related("team")
        .first()
    )
    if assignment is None:
        raise Refused(GONE)
    if acting.user and not acting.user.memberships.filter(team=assignment.team).exists():
        raise Refused(f"Only members of {assignment.team.name} can hand this case on.")
    colleague = User.objects.filter(
        pk=user_id, memberships__team=assignment.team, deactivated_at__isnull=True
    ).first()
    if colleague is None:
        raise Refused(f"Choose a member of {assignment.team.name}.", field="user")
    if assignment.user_id == colleague.pk:
        raise Refused(f"No changes: {colleague.full_name} already has this case.", field="user")
    assignment.user = colleague
    assignment.save(update_fields=["user"])
    transitions.apply(
        case,
        "reassign_user",
        acting=acting,
        now=now,
        stamp=stamp,
        target_user=colleague,
        target_team=assignment.team,
    )
    return case


@transaction.atomic
def remove_from_team(*, user_id: int, team_id: int, acting_user: User, now: datetime) -> int:
    """Take a person out of a team; what they hold for it goes back to the team first.

    Cases of other teams stay with them. Without another team the account is deactivated.

    Returns:
        how many cases went back.
    """
    team = Team.objects.get(pk=team_id)
    access.require(acting_user, "remove_user", team=team)
    # Not a full lock: whoever holds a case may be writing this person into its history, which would wait
    # for us while we wait for the case.
    person = User.objects.select_for_update(no_key=True).get(pk=user_id)
    held = queries.live_with(person, team)
    given_back = 0
    for case_id in sorted(set(held.values_list("case_id", flat=True))):
        case = queries.locked(case_id)
        # Meanwhile it may have gone to somebody else, or its response to the requester.
        for assignment in held.filter(case=case).select_related("team"):
            if assignment.role == AssignmentRole.RESPONDING:
                _unassign_from_user(case, assignment, caused_by=acting_user, now=now)
            else:
                _give_back_level(case, assignment, person, caused_by=acting_user, now=now)
            given_back += 1
    organisation.remove_from_team(user_id=user_id, team_id=team_id, acting_user=acting_user, now=now)
    return given_back


def _caused_by(case: Case, user: User) -> Acting:
    """Whoever caused an event that follows from something else, for the managing team."""
    system = access.system_acting(case)
    return Acting(user, system.team, system.role)


def _unassign_from_user(case: Case, assignment: Assignment, *, caused_by: User, now: datetime) -> None:
    """Put the responding assignment back to the unit, which has to accept again and is told."""
    person = assignment.user
    assignment.user, assignment.state = None, AssignmentState.PENDING
    assignment.save(update_fields=["user", "state"])
    transitions.apply(
        case,
        "unassign_from_user",
        acting=_caused_by(case, caused_by),
        now=now,
        target_user=person,
        target_team=assignment.team,
        follows=True,
    )
    mail.tell_team_of_assignment(case, assignment)


def _give_back_level(
    case: Case, assignment: Assignment, person: User, *, caused_by: User, now: datetime
) -> None:
    """Free a clearance level of its person.

    Where somebody of the office can take it on again it waits for them; where nobody could, because
    the case is already before the office, it goes to a colleague.
    """
    acting = _caused_by(case, caused_by)
    try:
        transitions.check(case, "unaccept_approver_assignment", acting=acting, follows=True)
    except Refused:
        kind = loader.edition(case.edition_id).case_type(case.case_type).correspondence_type
        colleague = _colleague(assignment.team, kind, person)
        assignment.user = colleague
        assignment.save(update_fields=["user"])
        transitions.apply(
            case,
            "reassign_user",
            acting=acting,
            now=now,
            target_user=colleague,
            target_team=assignment.team,
            follows=True,
        )
        return
    transitions.apply(
        case,
        "unaccept_approver_assignment",
        acting=acting,
        now=now,
        target_user=person,
        target_team=assignment.team,
        follows=True,
    )
    assignment.user, assignment.state = None, AssignmentState.PENDING
    assignment.save(update_fields=["user", "state"])


def _colleague(team: Team, correspondence_type: str, person: User) -> User:
    """The office's default officer, or else the first other member by name."""
    officer = people.default_officer(team, correspondence_type)
    others = people.members(team).exclude(pk=person.pk)
    colleague = officer if officer in others else others.first()
    if colleague is None:
        raise Refused(f"Nobody else in {team.name} could clear what this person holds. Add somebody first.")
    return colleague
