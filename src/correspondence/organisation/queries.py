"""Reading people and teams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Lower

from correspondence.organisation.models import DefaultOfficer, Kind, Membership, Role, Team, TeamArea, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

NEWEST_AREAS_FIRST = Prefetch("areas", TeamArea.objects.order_by("-id"))


@dataclass(slots=True)
class Group:
    """A business group with business units, in the order of names."""

    team: Team
    units: list[Team] = field(default_factory=list)


def special_team(code: str) -> Team:
    """The team with this code, such as ``DISCLOSURE``. Looked up each time: rows can change."""
    return Team.objects.get(code=code)


def managing_team(code: str, user: User) -> Team:
    """The team that manages a case which this person logs: the one with this code.

    A case by which the service is tried out stays with the unit that does so.
    """
    own = next(
        (held.team for held in user.active_memberships if held.team and held.team.for_smoke_tests), None
    )
    return own or special_team(code)


def is_tried_out_by(*, recipient_id: int | None, email: str) -> bool:
    """Whether a recipient is an account, or the mailbox, of those who only try the service out."""
    teams = Team.objects.filter(for_smoke_tests=True)
    people = Q(email=email.lower()) if recipient_id is None else Q(pk=recipient_id)
    return (
        User.objects.filter(people, memberships__team__in=teams).exists()
        or teams.filter(email=email).exclude(email="").exists()
    )


def units_that_answer(correspondence_type: str) -> list[Group]:
    """The active business units that answer this type, under their business groups.

    Each unit has its areas, newest first, in memory, and its deputy director in ``lead``. Two queries.
    """
    units = (
        Team.objects.filter(
            kind=Kind.BUSINESS_UNIT,
            role=Role.RESPONDER,
            deactivated_at__isnull=True,
            correspondence_types__code=correspondence_type,
        )
        .select_related("parent__parent")
        .prefetch_related(NEWEST_AREAS_FIRST)
        .order_by(Lower("parent__parent__name"), Lower("name"))
    )
    groups: dict[int, Group] = {}
    for unit in units:
        group = unit.parent.parent if unit.parent else None
        if group is not None:
            groups.setdefault(group.pk, Group(group)).units.append(unit)
    return list(groups.values())


def business_groups() -> QuerySet[Team]:
    """The active business groups, by name."""
    groups = Team.objects.filter(kind=Kind.BUSINESS_GROUP, deactivated_at__isnull=True)
    return groups.exclude(for_smoke_tests=True).order_by(Lower("name"))


def with_units(business_groups: Iterable[Team]) -> list[Group]:
    """These business groups with their active units, by directorate and name; in one query.

    A unit has its directorate in memory, and ``member_count``.
    """
    groups = {group.pk: Group(group) for group in business_groups}
    units = Team.objects.filter(
        kind=Kind.BUSINESS_UNIT,
        deactivated_at__isnull=True,
        parent__deactivated_at__isnull=True,
        parent__parent__in=groups,
    ).select_related("parent")
    for unit in _counted(units).order_by(Lower("parent__name"), Lower("name")):
        if unit.parent is not None and unit.parent.parent_id is not None:
            groups[unit.parent.parent_id].units.append(unit)
    return list(groups.values())


def units_of(person: User) -> QuerySet[Team]:
    """The active business units that a person belongs to, by name, each with ``member_count``."""
    mine = Membership.objects.filter(user=person).values("team")
    return _counted(Team.objects.filter(pk__in=mine, deactivated_at__isnull=True)).order_by(Lower("name"))


def _counted(units: QuerySet[Team]) -> QuerySet[Team]:
    active = Q(memberships__user__deactivated_at__isnull=True)
    return units.annotate(member_count=Count("memberships__user", filter=active, distinct=True))


def members(team: Team) -> QuerySet[User]:
    """The people of a team who can sign in, by name."""
    in_team = Membership.objects.filter(team=team).values("user")
    return User.objects.filter(pk__in=in_team, deactivated_at__isnull=True).order_by(Lower("full_name"), "id")


def other_teams(person: User, team: Team) -> list[Team]:
    """The active teams besides this one that a person belongs to, by name."""
    mine = Membership.objects.filter(user=person).exclude(team=team).values("team")
    return list(Team.objects.filter(pk__in=mine, deactivated_at__isnull=True).order_by(Lower("name")))


def share_a_team(one: User, other: User) -> bool:
    """Whether two people belong to one active team."""
    teams = [held.team_id for held in one.active_memberships if held.team_id]
    return Membership.objects.filter(user=other, team__in=teams).exists()


def default_officer(team: Team, correspondence_type: str) -> User | None:
    """Who is named for an office that another one brought into a case."""
    named = DefaultOfficer.objects.filter(
        team=team, correspondence_type=correspondence_type, user__deactivated_at__isnull=True
    )
    officer = named.select_related("user").first()
    return officer.user if officer else None
