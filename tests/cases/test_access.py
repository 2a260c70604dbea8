"""Who sees a case, and in which role a person with several acts."""

from __future__ import annotations

import pytest

from correspondence.cases import access
from correspondence.cases.models import Case
from correspondence.core.errors import Refused
from correspondence.organisation.models import Membership, Role, User
from tests.factories import FoiCase, Person, acting, assign, fresh, person, unit

pytestmark = pytest.mark.django_db


def sees(name: str, case: Case) -> bool:
    return access.visible_to(person(name)).filter(pk=case.pk).exists()


def again(user: User) -> User:
    """The person read anew, with memberships added meanwhile."""
    return User.objects.get(pk=user.pk)


def test_managers_and_approvers_see_every_case_and_responders_those_of_their_unit() -> None:
    case = FoiCase(state="drafting", unit="Unit A")
    assert [
        name for name in ("Bea Manager", "Dora Disclosure", "Pete Press", "Vera Private") if sees(name, case)
    ] == [
        "Bea Manager",
        "Dora Disclosure",
        "Pete Press",
        "Vera Private",
    ]
    assert sees("Rhys Responder", case)
    assert sees("Rina Responder", case)
    assert not sees("Bob Responder", case)
    assert not sees("Adam Admin", case) if User.objects.filter(full_name="Adam Admin").exists() else True


def test_a_unit_that_rejected_a_case_sees_it_no_more() -> None:
    case = FoiCase(state="awaiting_responder")
    assert sees("Rhys Responder", case)
    case.assignments.filter(role="responding").update(state="rejected")
    assert not sees("Rhys Responder", case)


def test_a_deleted_case_is_seen_by_nobody() -> None:
    case = FoiCase()
    assert sees("Bea Manager", case)
    Case.objects.filter(pk=case.pk).update(deleted_at=case.created_at, deletion_reason="A double")
    assert not sees("Bea Manager", case)


def test_a_person_without_the_case_type_sees_nothing() -> None:
    FoiCase()
    user = Person("Nadia Frost", role=Role.MANAGER, unit="Disclosure BMT")
    assert access.visible_to(again(user)).exists()
    unit("Disclosure BMT").correspondence_types.all().delete()
    assert not access.visible_to(again(user)).exists()


def test_the_unit_of_a_pending_case_has_to_accept_first_and_nobody_else() -> None:
    case = FoiCase(state="awaiting_responder")
    for name, asked in (("Rhys Responder", True), ("Bea Manager", False), ("Bob Responder", False)):
        found = access.must_accept_first(access.situation_of(case, person(name)))
        assert (found is not None) is asked, name


def test_the_highest_role_that_permits_the_event_acts() -> None:
    case = FoiCase(state="drafting")
    both = Person("Nadia Frost", unit="Unit A")
    Membership.objects.create(user=both, team=unit("Disclosure BMT"), role=Role.MANAGER)
    assert acting(case, "Nadia Frost", "add_message_to_case").role == Role.MANAGER
    # A manager cannot upload; the responder that the same person is can.
    assert acting(case, "Nadia Frost", "add_responses").role == Role.RESPONDER


def test_a_team_that_holds_the_case_comes_before_a_higher_role_elsewhere() -> None:
    case = FoiCase(state="drafting", unit="Unit A")
    both = Person("Nadia Frost", unit="Unit A")
    office = person("Pete Press").approving_team
    assert office is not None
    Membership.objects.create(user=both, team=office, role=Role.APPROVER)
    chosen = acting(case, "Nadia Frost", "add_message_to_case")
    assert (chosen.role, chosen.team) == (Role.RESPONDER, unit("Unit A"))


def test_an_administrator_has_no_part_in_a_case() -> None:
    case = FoiCase()
    admin = Person("Nadia Frost", unit="Unit A")
    admin.memberships.all().delete()
    Membership.objects.create(user=admin, team=None, role=Role.ADMIN)
    with pytest.raises(Refused):
        access.acting_on(case, again(admin), event="assign_responder")
    assert access.open_events(access.situation_of(case, again(admin))) == {}


def test_open_events_and_why_not_agree() -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    for name in ("Bea Manager", "Dora Disclosure", "Rhys Responder", "Bob Responder"):
        user = person(name)
        opened = access.open_events(access.situation_of(fresh(case), user))
        for event in (
            "add_responses",
            "add_message_to_case",
            "extend_for_pit",
            "unflag_for_clearance",
            "close",
        ):
            assert (access.why_not(fresh(case), user, event) is None) == (event in opened), (name, event)


def test_the_second_unit_sees_the_case_once_it_was_moved_there() -> None:
    case = FoiCase()
    assign(case, unit_name="Unit B")
    assert sees("Bob Responder", case)
    assert not sees("Rhys Responder", case)
