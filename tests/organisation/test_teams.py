"""Who belongs to which team, and what is read of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from correspondence.audit.models import Entry
from correspondence.core.errors import Refused
from correspondence.organisation import queries
from correspondence.organisation.actions.teams import add_to_team, remove_from_team
from correspondence.organisation.models import DISCLOSURE, Membership, Role
from tests.factories import person, unit

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from pytest_django import DjangoAssertNumQueries

    from correspondence.organisation.actions.teams import Removal

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def memberships(name: str) -> QuerySet[Membership, str]:
    return (
        Membership.objects.filter(user__full_name=name)
        .values_list("team__name", flat=True)
        .order_by("team__name")
    )


def remove(name: str, team: str, *, by: str = "Bea Manager") -> Removal:
    return remove_from_team(user_id=person(name).pk, team_id=unit(team).pk, acting_user=person(by), now=NOW)


def add(name: str, team: str, role: Role = Role.RESPONDER) -> Membership:
    return add_to_team(
        user_id=person(name).pk, team_id=unit(team).pk, role=role, acting_user=person("Bea Manager"), now=NOW
    )


def test_somebody_is_added_once() -> None:
    first = add("Rhys Responder", "Courts Reform")
    assert add("Rhys Responder", "Courts Reform") == first
    assert list(memberships("Rhys Responder")) == ["Courts Reform", "Unit A"]
    entry = Entry.objects.get(
        action="added_to_team", subject=f"user:{person('Rhys Responder').pk}", actor_id__gt=0
    )
    assert (entry.actor_name, entry.data) == (
        "Bea Manager",
        {"team_id": unit("Courts Reform").pk, "roles": ["responder"]},
    )


def test_a_deactivated_person_is_not_added() -> None:
    with pytest.raises(Refused, match="deactivated"):
        add("Dean Departed", "Courts Reform")


def test_only_a_business_unit_has_members() -> None:
    directorate = unit("Unit A").parent
    assert directorate is not None
    with pytest.raises(Refused, match="business unit"):
        add_to_team(
            user_id=person("Rhys Responder").pk,
            team_id=directorate.pk,
            role=Role.RESPONDER,
            acting_user=None,
            now=NOW,
        )


def test_whoever_leaves_one_of_two_teams_keeps_the_other() -> None:
    assert not remove("Mara Both", "Unit B").deactivated
    assert list(memberships("Mara Both")) == ["Disclosure"]
    assert person("Mara Both").is_active


def test_whoever_leaves_their_last_team_is_deactivated() -> None:
    assert remove("Rhys Responder", "Unit A").deactivated
    assert list(memberships("Rhys Responder")) == []
    assert person("Rhys Responder").deactivated_at == NOW
    told = Entry.objects.filter(subject=f"user:{person('Rhys Responder').pk}", actor_name="Bea Manager")
    assert list(told.order_by("sequence").values_list("action", flat=True)) == [
        "removed_from_team",
        "deactivated",
    ]


def test_a_deactivated_team_is_no_team_to_stay_for() -> None:
    old = unit("Unit B")
    old.deactivated_at = NOW
    old.save()
    assert remove("Mara Both", "Disclosure").deactivated


def test_a_system_administrator_stays() -> None:
    Membership.objects.create(user=person("Rhys Responder"), team=None, role=Role.ADMIN, created_at=NOW)
    assert not remove("Rhys Responder", "Unit A").deactivated


def test_all_roles_in_a_team_go_together() -> None:
    add("Rhys Responder", "Unit A", Role.TEAM_ADMIN)
    assert remove("Rhys Responder", "Unit A").roles == ("responder", "team_admin")


def test_an_office_forgets_a_default_officer_who_left() -> None:
    office = unit("Press Office")
    assert queries.default_officer(office, "FOI") == person("Pete Press")
    remove("Pete Press", "Press Office")
    assert queries.default_officer(office, "FOI") is None


def test_removing_twice_is_refused_and_changes_nothing() -> None:
    remove("Mara Both", "Unit B")
    before = Entry.objects.count()
    with pytest.raises(Refused, match="not in Unit B any more"):
        remove("Mara Both", "Unit B")
    assert Entry.objects.count() == before


def test_nobody_locks_themselves_out() -> None:
    with pytest.raises(Refused, match="ask a colleague"):
        remove("Bea Manager", "Disclosure BMT", by="Bea Manager")
    assert list(memberships("Bea Manager")) == ["Disclosure BMT"]


def test_units_that_answer_stand_under_their_groups(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):
        groups = queries.units_that_answer("FOI")
        told = {
            group.team.name: [
                (unit.name, unit.lead, [area.text for area in unit.areas.all()]) for unit in group.units
            ]
            for group in groups
        }
    assert list(told) == ["Corporate Services", "Operations", "Policy and Strategy"]
    assert [name for name, _, _ in told["Policy and Strategy"]] == [
        "Courts Reform",
        "Legal Aid Policy",
        "Unit A",
    ]
    assert ("Unit B", "Emil Hart", ["Local offices and opening hours", "Complaints statistics"]) in told[
        "Operations"
    ]
    every_unit = [name for units in told.values() for name, _, _ in units]
    assert not {"Disclosure", "Disclosure BMT", "Press Office", "Private Office"} & set(every_unit)


def test_a_deactivated_unit_and_one_of_another_type_do_not_answer() -> None:
    gone = unit("Unit B")
    gone.deactivated_at = NOW
    gone.save()
    unit("Unit A").correspondence_types.update(code="SAR")
    names = [unit.name for group in queries.units_that_answer("FOI") for unit in group.units]
    assert "Courts Reform" in names
    assert not {"Unit A", "Unit B"} & set(names)
    assert [unit.name for group in queries.units_that_answer("SAR") for unit in group.units] == ["Unit A"]


def test_the_tree_costs_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        groups = queries.with_units(queries.business_groups())
        counts = {
            unit.name: vars(unit)["member_count"] for group in groups for unit in group.units if unit.parent
        }
    assert counts["Unit A"] == 2, "Dean has left and does not count"
    assert counts["Disclosure"] == 3


def test_members_are_those_who_can_sign_in_by_name() -> None:
    assert [member.full_name for member in queries.members(unit("Unit A"))] == [
        "Rhys Responder",
        "Rina Responder",
    ]
    add("Rhys Responder", "Unit A", Role.TEAM_ADMIN)
    assert queries.members(unit("Unit A")).count() == 2, "two roles are one member"


def test_special_teams_are_known_by_code_whatever_their_name() -> None:
    disclosure = unit("Disclosure")
    disclosure.name = "Information Access Team"
    disclosure.save()
    assert queries.special_team(DISCLOSURE) == disclosure


def test_who_shares_a_team() -> None:
    rhys, rina, bob, mara = (
        person(name) for name in ("Rhys Responder", "Rina Responder", "Bob Responder", "Mara Both")
    )
    assert queries.share_a_team(rhys, rina)
    assert queries.share_a_team(bob, mara)
    assert not queries.share_a_team(rhys, bob)
    assert [team.name for team in queries.other_teams(mara, unit("Unit B"))] == ["Disclosure"]
