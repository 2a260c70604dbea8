"""Teams, their members, their cases, and taking somebody out of a team."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.audit.models import Entry
from correspondence.cases.models import Transition
from correspondence.core import clock
from correspondence.notifications.models import Message
from correspondence.organisation.models import Kind, Membership, Role, Team
from tests.clients import form, signed_in
from tests.factories import FoiCase, Person, fresh, person, responding_assignment, unit
from tests.pages.reading import read
from tests.statements import counted

if TYPE_CHECKING:
    from django.test import Client

    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db

FRAME = 5
"""Statements of every page: session, person, memberships, the types that teams deal with, and the date."""


def address(team: str, name: str = "") -> str:
    base = f"/teams/{unit(team).pk}/"
    return f"{base}people/{person(name).pk}/remove/" if name else base


def rows(client: Client, where: str, table: str = "results") -> list[list[str]]:
    response = client.get(where)
    assert response.status_code == 200
    page = read(response.content.decode())
    return [
        [cell.text for cell in row.all() if cell.tag in ("th", "td") and cell.parent is row]
        for row in page.one("div", id=table).one("tbody").all("tr")
    ]


def held_by_rhys(count: int = 1, **more: str) -> list[Case]:
    return [FoiCase(state="drafting", **more) for _ in range(count)]  # type: ignore[arg-type]  # keywords of the factory


def test_a_manager_sees_every_group_with_its_units(as_manager: Client) -> None:
    group = Team.objects.get(kind=Kind.BUSINESS_GROUP, name="Operations")
    told = rows(as_manager, "/teams/", f"group-{group.pk}")
    assert [row[0] for row in told] == [
        "Contracts and Suppliers",
        "Property and Maintenance",
        "Field Services North",
        "Unit B",
    ]
    assert told[3] == ["Unit B", "Regional Operations", "Emil Hart", "", "3"]


def test_groups_are_paged(as_manager: Client) -> None:
    for number in range(25):
        Team.objects.create(name=f"Group {number:02}", kind=Kind.BUSINESS_GROUP)
    first, second, beyond = (
        as_manager.get(f"/teams/?page={number}").content.decode() for number in (1, 2, 9)
    )
    assert "Group 00" in first
    assert "Group 24" not in first
    assert "Group 24" in second
    assert "There are no teams here." in beyond


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "²", "9" * 30, "%00"])
def test_a_page_that_is_no_number_is_not_found(as_manager: Client, page: str) -> None:
    assert as_manager.get(f"/teams/?page={page}").status_code == 404


def test_others_see_their_own_units(as_responder: Client) -> None:
    assert rows(as_responder, "/teams/") == [["Unit A", "Ruth Calder", "unit-a@example.invalid", "2"]]
    assert [row[0] for row in rows(signed_in("Mara Both"), "/teams/")] == ["Disclosure", "Unit B"]
    assert "You are not in a team." in signed_in("Nora Newcomer").get("/teams/").content.decode()


def test_a_team_tells_what_it_does_and_who_is_in_it(as_manager: Client) -> None:
    held_by_rhys(2)
    page = as_manager.get(address("Unit A")).content.decode()
    for told in ("Responder", "FOI", "Sentencing policy", "Ruth Calder", "unit-a@example.invalid"):
        assert told in page
    assert "Dean Departed" not in page
    assert [row[:3] for row in rows(as_manager, address("Unit A"))] == [
        ["Rhys Responder (open cases)", "rhys.responder@example.invalid", "2"],
        ["Rina Responder (open cases)", "rina.responder@example.invalid", "0"],
    ]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Bea Manager", 200),
        ("Rina Responder", 200),
        ("Bob Responder", 403),
        ("Dora Disclosure", 403),
        ("Tess Admin", 403),
        ("Adam System", 403),
        ("Nora Newcomer", 403),
    ],
)
def test_a_team_is_shown_to_managers_and_its_members(name: str, status: int) -> None:
    assert signed_in(name).get(address("Unit A")).status_code == status


def test_only_a_business_unit_has_a_page(as_manager: Client) -> None:
    directorate = unit("Unit A").parent
    assert directorate is not None
    for team_id in (directorate.pk, 999_999, 10**30):
        assert as_manager.get(f"/teams/{team_id}/").status_code == 404


def test_a_count_is_what_its_link_lists_for_whoever_looks() -> None:
    held_by_rhys(2)
    closed = FoiCase(state="closed")
    assert responding_assignment(closed).user == person("Rhys Responder")
    for viewer in ("Bea Manager", "Rina Responder", "Rhys Responder"):
        client = signed_in(viewer)
        (rhys,) = (row for row in rows(client, address("Unit A")) if row[0].startswith("Rhys"))
        assert rhys[2] == "2"
        assert len(rows(client, f"/users/{person('Rhys Responder').pk}/cases/")) == 2


def test_cases_of_somebody_are_those_the_viewer_may_see() -> None:
    held_by_rhys()
    rhys = person("Rhys Responder")
    Membership.objects.create(user=rhys, team=unit("Unit B"), role=Role.RESPONDER)
    page = signed_in("Bob Responder").get(f"/users/{rhys.pk}/cases/").content.decode()
    assert "Rhys Responder has no open cases that you can see." in page


def test_cases_of_somebody_are_listed_with_their_deadlines(as_manager: Client) -> None:
    (case,) = held_by_rhys(subject="Minutes of the board")
    ((number, kind, flag, subject, draft, final, state),) = rows(
        as_manager, f"/users/{person('Rhys Responder').pk}/cases/"
    )
    assert (number, subject, flag, draft, state) == (
        case.number,
        "Minutes of the board",
        "",
        "",
        "Draft in progress",
    )
    assert kind
    assert str(case.final_deadline.year) in final


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Bea Manager", 200),
        ("Rhys Responder", 200),
        ("Rina Responder", 200),
        ("Bob Responder", 403),
        ("Adam System", 403),
        ("Nora Newcomer", 403),
    ],
)
def test_cases_of_somebody_are_shown_to_managers_and_team_mates(name: str, status: int) -> None:
    assert signed_in(name).get(f"/users/{person('Rhys Responder').pk}/cases/").status_code == status


@pytest.mark.parametrize("path", ["/users/999999/cases/", "/teams/999999/people/1/remove/"])
def test_what_is_not_there_is_not_found(as_manager: Client, path: str) -> None:
    assert as_manager.get(path).status_code == 404


def test_pages_cost_the_same_whatever_they_show(as_manager: Client) -> None:
    def cost(where: str) -> int:
        with counted() as asked:
            assert as_manager.get(where).status_code == 200
        return len(asked)

    rhys = f"/users/{person('Rhys Responder').pk}/cases/"
    held_by_rhys()
    few = [cost(where) for where in ("/teams/", address("Unit A"), rhys)]
    held_by_rhys(5)
    for number in range(10):
        Person(f"Further Colleague{number}")
    many = [cost(where) for where in ("/teams/", address("Unit A"), rhys)]
    assert few == many
    assert max(many) <= FRAME + 12


def test_before_removing_is_told_what_follows(as_manager: Client) -> None:
    held_by_rhys(2)
    page = read(as_manager.get(address("Unit A", "Rhys Responder")).content.decode()).one("main").text
    assert "has 2 cases in hand for Unit A. They go back to the team" in page
    assert "The account will be deactivated" in page
    page = read(as_manager.get(address("Unit B", "Mara Both")).content.decode()).one("main").text
    assert "has no cases in hand for Unit B" in page
    assert "They stay in this other team" in page
    assert "Disclosure" in page


def test_asking_changes_nothing(as_manager: Client) -> None:
    held_by_rhys()
    as_manager.get(address("Unit A", "Rhys Responder"))
    assert Membership.objects.filter(user=person("Rhys Responder")).exists()


def test_removing_gives_the_cases_back_and_keeps_the_history(as_manager: Client) -> None:
    (case,) = held_by_rhys()
    before = list(
        Transition.objects.filter(case=case).order_by("sort_key").values_list("pk", "acting_user__full_name")
    )
    mails = Message.objects.count()
    response = as_manager.post(address("Unit A", "Rhys Responder"), form(), follow=True)
    assert response.redirect_chain == [(address("Unit A"), 302)]
    assert "Rhys Responder is no longer in Unit A." in response.content.decode()
    assert fresh(case).state == "awaiting_responder"
    assignment = responding_assignment(case)
    assert (assignment.user, assignment.state, assignment.team) == (None, "pending", unit("Unit A"))
    history = list(
        Transition.objects.filter(case=case).order_by("sort_key").values_list("pk", "acting_user__full_name")
    )
    assert history[: len(before)] == before
    last = Transition.objects.filter(case=case).latest("sort_key")
    assert (last.event, last.target_user, last.acting_user) == (
        "unassign_from_user",
        person("Rhys Responder"),
        person("Bea Manager"),
    )
    assert Message.objects.count() == mails + 1
    assert not person("Rhys Responder").is_active
    assert Entry.objects.filter(action="deactivated", subject=f"user:{person('Rhys Responder').pk}").exists()


def test_what_is_held_for_another_team_stays(as_manager: Client) -> None:
    other = FoiCase(state="drafting", unit="Unit B", responder="Mara Both")
    theirs = FoiCase(state="drafting", unit="Unit B", responder="Bob Responder")
    as_manager.post(address("Disclosure", "Mara Both"), form())
    assert responding_assignment(other).user == person("Mara Both")
    assert responding_assignment(theirs).user == person("Bob Responder")
    assert person("Mara Both").is_active


def test_a_second_click_gets_a_notice(as_manager: Client) -> None:
    sent = form()
    as_manager.post(address("Unit B", "Mara Both"), sent)
    entries = Entry.objects.count()
    response = as_manager.post(address("Unit B", "Mara Both"), sent, follow=True)
    assert "Mara Both is not in Unit B." in response.content.decode()
    assert Entry.objects.count() == entries


def test_a_manager_does_not_remove_themselves_from_their_only_team(as_manager: Client) -> None:
    response = as_manager.post(address("Disclosure BMT", "Bea Manager"), form())
    assert response.status_code == 422
    assert "ask a colleague" in response.content.decode()
    assert person("Bea Manager").is_active


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Bea Manager", 200),
        ("Tess Admin", 200),
        ("Bob Responder", 403),
        ("Rhys Responder", 403),
        ("Dora Disclosure", 403),
        ("Adam System", 403),
    ],
)
def test_managers_and_team_administrators_remove(name: str, status: int) -> None:
    client = signed_in(name)
    assert client.get(address("Unit B", "Mara Both")).status_code == status
    page = client.get(address("Unit B")).content.decode()
    assert ("/remove/" in page) == (status == 200)
    if status == 403:
        assert client.post(address("Unit B", "Mara Both"), form()).status_code == 403
        assert Membership.objects.filter(user=person("Mara Both"), team=unit("Unit B")).exists()


def test_a_team_administrator_removes_from_their_own_team_alone() -> None:
    assert signed_in("Tess Admin").post(address("Unit A", "Rina Responder"), form()).status_code == 403
    assert person("Rina Responder").is_active


def test_somebody_who_is_not_in_the_team_gets_a_notice(as_manager: Client) -> None:
    response = as_manager.get(address("Unit A", "Bob Responder"), follow=True)
    assert "Bob Responder is not in Unit A." in response.content.decode()


def test_a_form_without_its_key_does_nothing(as_manager: Client) -> None:
    assert as_manager.post(address("Unit B", "Mara Both"), {}).status_code == 422
    assert Membership.objects.filter(user=person("Mara Both"), team=unit("Unit B")).exists()


def test_the_actual_date_of_removal_is_that_of_case_work(as_manager: Client) -> None:
    before = clock.now()
    as_manager.post(address("Unit A", "Rina Responder"), form())
    assert person("Rina Responder").deactivated_at >= before  # type: ignore[operator]  # it is set by now
