"""Who acts in the invented cases: the people of the example organisation, by what their units do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from correspondence.organisation.models import (
    DISCLOSURE,
    DISCLOSURE_BMT,
    PRESS_OFFICE,
    PRIVATE_OFFICE,
    Membership,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from correspondence.organisation.models import Team, User


@dataclass(frozen=True, slots=True)
class Crew:
    """A team and those of its people who act in it."""

    team: Team
    people: list[User]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts: the managing team, the units that answer, the offices that clear by their code."""

    managing: Crew
    units: Sequence[Crew]
    offices: Mapping[str, Crew]


def cast() -> Cast:
    """The example organisation as those who act in it: active people, in the role of their active unit."""
    crews: dict[int, Crew] = {}
    members = Membership.objects.filter(
        role=F("team__role"), team__deactivated_at__isnull=True, user__deactivated_at__isnull=True
    )
    for member in members.select_related("team", "user").order_by("team_id", "user_id"):
        if member.team:
            crews.setdefault(member.team.pk, Crew(member.team, [])).people.append(member.user)
    by_code = {crew.team.code: crew for crew in crews.values() if crew.team.code}
    return Cast(
        managing=by_code[DISCLOSURE_BMT],
        units=[crew for crew in crews.values() if crew.team.role == Role.RESPONDER],
        offices={code: by_code[code] for code in (DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE)},
    )
