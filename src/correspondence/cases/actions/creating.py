"""Logging a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from correspondence.cases import access, numbering, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.actions import clearing
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Case
from correspondence.cases.validation import creation_problems
from correspondence.core import clock
from correspondence.core.errors import Invalid, Refused
from correspondence.organisation.models import Role, Team, User
from correspondence.organisation.queries import managing_team
from correspondence.rulebook import deadlines as rules
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.cases.validation import RequestDetails


def reserve_case_id() -> int:
    """An id that no other case has or will have: files are encrypted for a case before it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", ["cases_case"])
        (reserved,) = cursor.fetchone()
    return int(reserved)


@transaction.atomic
def create_case(
    *,
    case_type: str,
    details: RequestDetails,
    flag_for_disclosure: bool,
    request_files: int,
    user: User,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
    case_id: int | None = None,
) -> Case:
    """Make a case of a request: number, deadlines, managing team, and Disclosure when it is flagged.

    Args:
        case_type: a row of ``policy/case_types.yaml``.
        flag_for_disclosure: asked where the type is not always flagged.
        request_files: how many files come with the request, in the same transaction.
        case_id: reserved for the case, when its files were already stored under it.

    Raises:
        Refused: the person may not log requests.
        Invalid: what is missing or cannot be, field by field.
        AlreadyDone: the form was sent before.
    """
    transitions.once(stamp)
    access.require(user, "create_case")
    edition_id = loader.current_edition_id()
    tables = loader.edition(edition_id)
    kind, today = tables.case_type(case_type), clock.london_date(now)
    problems = tuple(
        creation_problems(
            details,
            request_files=request_files,
            today=today,
            at_most_years_ago=tables.case_types.limits.received_at_most_years_ago,
        )
    )
    if problems:
        raise Invalid(problems)
    received = details.received_date
    if received is None:
        raise Invalid((("received_date", "Enter the date on which the request was received."),))
    row = tables.clock(case_type)
    holidays = loader.current().holidays.calendar(row.holidays)
    managing = managing_team(kind.managing_team, user)
    final = rules.statutory_deadline(row, received=received, holidays=holidays).date
    case = Case.objects.create(
        pk=case_id,
        number=numbering.next_number(received),
        case_type=case_type,
        workflow=kind.initial_workflow,
        state=kind.initial_state,
        edition_id=edition_id,
        creator=user,
        name=details.name,
        email=details.email,
        postal_address=details.postal_address,
        requester_type=details.requester_type,
        delivery_method=details.delivery_method,
        subject=details.subject,
        message=details.message,
        received_date=received,
        escalation_deadline=rules.escalation_deadline(row, created=today, holidays=holidays).date,
        draft_deadline=rules.draft_deadline(row, received=received, holidays=holidays).date,
        statutory_deadline=final,
        final_deadline=final,
        for_smoke_tests=managing.for_smoke_tests,
        last_transition_at=now,
        created_at=now,
    )
    Assignment.objects.create(
        case=case,
        team=managing,
        role=AssignmentRole.MANAGING,
        state=AssignmentState.ACCEPTED,
        created_at=now,
    )
    acting = _creator(case, user, managing)
    transitions.record(case, "create", acting=acting, now=now, stamp=stamp)
    if kind.always_flagged or flag_for_disclosure:
        clearing.flag(case, acting=acting, now=now)
    return case


def _creator(case: Case, user: User, managing: Team) -> Acting:
    """The person for the managing team if they are in it, else for the first team that makes them manager."""
    teams = [held.team for held in user.active_memberships if held.role == Role.MANAGER and held.team]
    if not teams:
        raise Refused(f"Only a manager may log case {case.number}.")
    return Acting(user, next((team for team in teams if team.pk == managing.pk), teams[0]), Role.MANAGER)
