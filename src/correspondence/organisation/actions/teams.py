"""Who belongs to which team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.audit.actions import record
from correspondence.core.errors import Refused
from correspondence.organisation.models import DefaultOfficer, Membership, Role, Team, User

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking somebody out of a team led to.

    Attributes:
        roles: those that they held in the team.
        deactivated: it was their last team, so they can no longer sign in.
    """

    roles: tuple[str, ...]
    deactivated: bool


@transaction.atomic
def add_to_team(
    *, user_id: int, team_id: int, role: Role, acting_user: User | None, now: datetime
) -> Membership:
    """Give a person a role in a business unit; a second time changes nothing.

    Raises:
        Refused: it is no active business unit, or the account is deactivated.
    """
    person = User.objects.select_for_update().get(pk=user_id)
    team = Team.objects.get(pk=team_id)
    if not team.role or team.deactivated_at is not None:
        raise Refused("Only an active business unit has members.")
    if not person.is_active:
        raise Refused(f"{person.full_name}'s account is deactivated.")
    membership, is_new = Membership.objects.get_or_create(
        user=person, team=team, role=role, defaults={"created_at": now}
    )
    if is_new:
        _tell(person, "added_to_team", team, acting_user, (role,))
    return membership


@transaction.atomic
def remove_from_team(*, user_id: int, team_id: int, acting_user: User, now: datetime) -> Removal:
    """Take a person out of a team, and deactivate the account if that was the last one.

    Their cases must have gone back to the team before: ``cases.actions.assigning.remove_from_team``
    does both. History and audit record keep the name.

    Args:
        user_id: who leaves.
        team_id: the team that they leave.
        acting_user: who removes them.
        now: the moment of case work; an account is deactivated from then on.

    Raises:
        Refused: they are not in this team, or it would lock out whoever asks.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=user_id)
    team = Team.objects.get(pk=team_id)
    leaving = list(Membership.objects.select_for_update().filter(user=person, team=team).order_by("role"))
    if not leaving:
        raise Refused(f"{person.full_name} is not in {team.name} any more.")
    stays = (
        Membership.objects.filter(user=person).exclude(team=team).exclude(team__deactivated_at__isnull=False)
    )
    is_last = not stays.exists()
    if is_last and person == acting_user:
        raise Refused(
            "This is your only team, so you would not be able to sign in any more: ask a colleague to do it."
        )
    roles = tuple(held.role for held in leaving)
    Membership.objects.filter(pk__in=[held.pk for held in leaving]).delete()
    DefaultOfficer.objects.filter(team=team, user=person).delete()
    _tell(person, "removed_from_team", team, acting_user, roles)
    if is_last and person.is_active:
        person.deactivated_at = now
        person.save(update_fields=["deactivated_at"])
        _tell(person, "deactivated", team, acting_user, ())
    return Removal(roles, deactivated=is_last)


def _tell(person: User, action: str, team: Team, acting_user: User | None, roles: tuple[str, ...]) -> None:
    record(
        f"user:{person.pk}",
        action,
        actor_id=acting_user.pk if acting_user else None,
        actor_name=acting_user.full_name if acting_user else "System update",
        subject=f"user:{person.pk}",
        data={"team_id": team.pk, "roles": [str(role) for role in roles]},
    )
