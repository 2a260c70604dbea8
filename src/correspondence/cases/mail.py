"""The messages about a case: to whom they go and what they may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.cases.models import AssignmentRole, AssignmentState
from correspondence.notifications import actions as notifications
from correspondence.organisation.models import Role, User
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from datetime import date

    from correspondence.cases.models import Assignment, Case


def _short(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def _values(case: Case, *, name: str) -> dict[str, str | int]:
    """What every message about a case may say."""
    return {
        "name": name,
        "number": case.number,
        "type": loader.edition(case.edition_id).case_type(case.case_type).label,
        "subject": case.subject,
        "state": loader.current().state(case.state).label,
        "received": _short(case.received_date),
        "final_deadline": _short(case.final_deadline),
        "draft_deadline": _short(case.draft_deadline),
    }


def tell_person(case: Case, kind: str, person: User | None) -> None:
    """Send a person a message about a case; nothing goes to people who were deactivated."""
    if person is None or not person.is_active:
        return
    notifications.enqueue(
        kind=kind,
        recipient_email=person.email,
        recipient_name=person.full_name,
        recipient_id=person.pk,
        case_id=case.pk,
        values=_values(case, name=person.full_name),
    )


def tell_mailbox(case: Case, kind: str, *, email: str, name: str) -> None:
    """Send a team's mailbox a message about a case."""
    notifications.enqueue(
        kind=kind,
        recipient_email=email,
        recipient_name=name,
        case_id=case.pk,
        values=_values(case, name=name),
    )


def responder_of(case: Case) -> User | None:
    """The named person of the first accepted responding assignment."""
    accepted = (
        case.assignments.filter(role=AssignmentRole.RESPONDING, state=AssignmentState.ACCEPTED)
        .select_related("user")
        .order_by("id")
        .first()
    )
    return accepted.user if accepted else None


def tell_team_of_assignment(case: Case, assignment: Assignment) -> None:
    """Tell a business unit that a case waits for it: by its mailbox, or each responder without one."""
    team = assignment.team
    recipients: list[tuple[str, str, int | None]]
    if team.email:
        recipients = [(team.email, team.name, None)]
    else:
        people = User.objects.filter(
            memberships__team=team, memberships__role=Role.RESPONDER, deactivated_at__isnull=True
        ).order_by("full_name")
        recipients = [(person.email, person.full_name, person.pk) for person in people]
    for email, name, person_id in recipients:
        notifications.enqueue(
            kind="new_assignment",
            recipient_email=email,
            recipient_name=name,
            recipient_id=person_id,
            case_id=case.pk,
            values={**_values(case, name=name), "team": team.name, "assignment_id": assignment.pk},
        )
