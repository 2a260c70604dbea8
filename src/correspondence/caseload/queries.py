"""The lists of cases. Each is a part of what the person may see, in the order in which it is read.

Someone in several roles or teams has the cases of each of them. A list is a queryset of cases without
joins: membership in a list is asked by semi-joins on the assignments, so that no case is there twice
and its ids can be read from an index alone. What a row shows is read for the rows of one page
(``rows``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q

from correspondence.cases import access
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Transition
from correspondence.cases.models.assignment import LIVE
from correspondence.organisation.models import PRESS_OFFICE, PRIVATE_OFFICE, Role
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from correspondence.cases.models import Case
    from correspondence.organisation.models import Team, User

OPEN = ~Q(state="closed")
CLOSED = Q(state="closed")

WATCHING_OFFICES = (PRESS_OFFICE, PRIVATE_OFFICE)
"""The offices that look through what is new; others wait to be asked."""


def is_late(*, today: date) -> Q:
    """Answered after the final deadline, or open after it and not yet answered.

    The deadline day itself is in time. What was closed without an answer is neither late nor in time.
    """
    overdue = Q(response_date__isnull=True, final_deadline__lt=today) & OPEN
    return overdue | Q(response_date__gt=F("final_deadline"))


def is_in_time(*, today: date) -> Q:
    """Answered by the final deadline, or open and not answered, with the deadline today or later."""
    waiting = Q(response_date__isnull=True, final_deadline__gte=today) & OPEN
    return waiting | Q(response_date__lte=F("final_deadline"))


def open_cases(user: User) -> QuerySet[Case]:
    """The open cases that this person's teams have a part in, the nearest final deadline first.

    A manager sees all: the managing team has a part in each. A responder sees those of their units,
    accepted or not; an approver those that their office took on.
    """
    cases = access.visible_to(user).filter(OPEN).order_by("final_deadline", "pk")
    if user.is_a(Role.MANAGER):
        return cases
    held = Q(role=AssignmentRole.RESPONDING, team__in=_teams(user, Role.RESPONDER), state__in=LIVE)
    cleared = Q(
        role=AssignmentRole.APPROVING, team__in=_teams(user, Role.APPROVER), state=AssignmentState.ACCEPTED
    )
    return cases.filter(_assigned(held | cleared))


def my_open(user: User, *, late: bool | None = None, today: date) -> QuerySet[Case]:
    """The open cases that this person holds, the nearest final deadline first.

    A manager or responder holds what names them, accepted or not; an approver what they took on for
    their office.

    Args:
        user: whose cases.
        late: the late ones alone, or those in time; both unless given.
        today: the day by which lateness is judged, in London.
    """
    named = Q(pk__in=())
    if user.is_a(Role.MANAGER) or user.is_a(Role.RESPONDER):
        named |= Q(state__in=LIVE)
    if user.is_a(Role.APPROVER):
        teams = _teams(user, Role.APPROVER)
        named |= Q(role=AssignmentRole.APPROVING, team__in=teams, state=AssignmentState.ACCEPTED)
    cases = access.visible_to(user).filter(OPEN).filter(_assigned(Q(user=user) & named))
    if late is not None:
        cases = cases.filter(is_late(today=today) if late else is_in_time(today=today))
    return cases.order_by("final_deadline", "pk")


def closed(user: User) -> QuerySet[Case]:
    """The closed cases that this person may see, the one last touched first."""
    return access.visible_to(user).filter(CLOSED).order_by("-last_transition_at", "-pk")


def incoming(user: User, *, today: date) -> QuerySet[Case]:
    """The open cases that wait for this person's office to take them on, or that it could take on.

    An office waits for what was flagged for it and nobody has accepted, the nearest final deadline
    first. The Press and Private Offices look through what is new instead: cases whose sensitivity
    window is open, its last day included, and on which their office is not; internal reviews only
    once further clearance was asked for; the newest first.
    """
    offices = [held.team for held in user.active_memberships if held.role == Role.APPROVER and held.team]
    watching = [office for office in offices if office.code in WATCHING_OFFICES]
    waiting = [office for office in offices if office.code not in WATCHING_OFFICES]
    wanted = Q(pk__in=())
    if waiting:
        wanted |= Q(
            _assigned(Q(role=AssignmentRole.APPROVING, team__in=waiting, state=AssignmentState.PENDING))
        )
    if watching:
        wanted |= _could_be_taken_on(watching, today=today)
    cases = access.visible_to(user).filter(OPEN).filter(wanted)
    if waiting or not watching:
        return cases.order_by("final_deadline", "pk")
    return cases.order_by("-created_at", "final_deadline", "pk")


def _could_be_taken_on(offices: list[Team], *, today: date) -> Q:
    missing = Q(pk__in=())
    for office in offices:
        missing |= ~Q(_assigned(Q(role=AssignmentRole.APPROVING, team=office)))
    asked_for = Exists(Transition.objects.filter(case=OuterRef("pk"), event="request_further_clearance"))
    return Q(escalation_deadline__gte=today) & missing & (~Q(case_type__in=_review_types()) | Q(asked_for))


def _review_types() -> list[str]:
    tables = loader.edition(loader.current_edition_id())
    return [row.code for row in tables.case_types.case_types if row.review]


def _assigned(which: Q) -> Exists:
    """Whether the case has an assignment of this kind."""
    return Exists(Assignment.objects.filter(which, case=OuterRef("pk")))


def _teams(user: User, role: Role) -> list[int]:
    return [held.team_id for held in user.held_memberships if held.role == role and held.team_id]
