"""The business units that can be given a case, by business group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from correspondence.organisation import queries
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from correspondence.cases.models import Case
    from correspondence.organisation.models import Team

ALL = "all"


@dataclass(frozen=True, slots=True)
class Unit:
    """A business unit as whoever chooses one sees it."""

    pk: int
    name: str
    areas: Sequence[str]
    lead: str
    email: str


@dataclass(frozen=True, slots=True)
class Group:
    """A business group that has such units."""

    label: str
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The groups to browse by, the units shown, and every unit that could be chosen.

    Attributes:
        shown: the units of the chosen group; none until one is chosen.
        choices: id and name of all of them, whichever group is shown.
    """

    groups: Sequence[Group]
    shown: Sequence[Unit]
    choices: Sequence[tuple[int, str]]

    def name_of(self, pk: int) -> str:
        """The name of one of the units."""
        return dict(self.choices)[pk]


def units(case: Case, *, group: str, without: int | None = None) -> Choice:
    """The units that answer cases of this type.

    Args:
        group: the id of a business group, or ``all``, as it stands in the address; anything else shows none.
        without: a unit that cannot be chosen, because it has the case.
    """
    kind = loader.edition(case.edition_id).case_type(case.case_type).correspondence_type
    branches = queries.units_that_answer(kind)
    offered = {
        str(branch.team.pk): [unit for unit in branch.units if unit.pk != without] for branch in branches
    }
    every = [unit for branch in offered.values() for unit in branch]
    groups = [
        Group(branch.team.name, f"?group={branch.team.pk}", current=group == str(branch.team.pk))
        for branch in branches
        if offered[str(branch.team.pk)]
    ]
    return Choice(
        groups=[*groups, Group("Show all", f"?group={ALL}", current=group == ALL)],
        shown=[_unit(unit) for unit in (every if group == ALL else offered.get(group, []))],
        choices=[(unit.pk, unit.name) for unit in every],
    )


def _unit(unit: Team) -> Unit:
    return Unit(unit.pk, unit.name, [area.text for area in unit.areas.all()], unit.lead, unit.email)
