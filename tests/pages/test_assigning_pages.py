"""Giving a case to a unit and to a person, through the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.notifications.models import Message
from correspondence.organisation.models import Role
from tests.clients import form, signed_in
from tests.factories import FoiCase, Person, fresh, person, responding_assignment, unit
from tests.pages.answers import led_to, told
from tests.pages.reading import Element, read

if TYPE_CHECKING:
    from django.test import Client

    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db


def cards(page: Element) -> dict[str, str]:
    """The units on the page, each with what is said of it."""
    return {card.one("h2").text: card.text for card in page.all(class_="govuk-summary-card")}


def accept_address(case: Case) -> str:
    return f"/cases/{case.pk}/assignments/{responding_assignment(case).pk}/"


def test_units_are_browsed_by_group(as_manager: Client) -> None:
    address = f"/cases/{FoiCase().pk}/assignments/new/"
    page = read(as_manager.get(address).content)
    assert not cards(page)
    groups = {link.text: link["href"] for link in page.one("nav", class_="moj-sub-navigation").all("a")}
    assert list(groups) == ["Corporate Services", "Operations", "Policy and Strategy", "Show all"]
    shown = cards(read(as_manager.get(address + groups["Policy and Strategy"]).content))
    assert set(shown) == {"Unit A", "Courts Reform", "Legal Aid Policy"}
    for words in ("Sentencing policy", "Ruth Calder", "unit-a@example.invalid"):
        assert words in shown["Unit A"]
    assert len(cards(read(as_manager.get(address + groups["Show all"]).content))) == 9
    assert not cards(read(as_manager.get(address + "?group=999999").content))


def test_a_new_case_is_created_and_assigned(as_manager: Client) -> None:
    case = FoiCase(workflow="trigger", taken_on=False)
    sent = form(team=unit("Unit A").pk, version=case.version)
    answer = as_manager.post(f"/cases/{case.pk}/assignments/new/", sent, follow=True)
    assert answer.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    assert told(answer, "success") == f"Case {case.number} was created and assigned to Unit A."
    assert fresh(case).state == "awaiting_responder"
    assert [mail.recipient_email for mail in Message.objects.filter(kind="new_assignment")] == [
        "unit-a@example.invalid"
    ]


def test_a_rejected_case_is_assigned_only(as_manager: Client, as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    as_responder.post(accept_address(case), form(decision="reject", reason="Not ours"))
    answer = as_manager.post(f"/cases/{case.pk}/assignments/new/", form(team=unit("Unit B").pk), follow=True)
    assert told(answer, "success") == f"Case {case.number} was assigned to Unit B."


@pytest.mark.parametrize("team", ["", "0", "x", "Press Office"])
def test_a_forged_unit_is_refused(as_manager: Client, team: str) -> None:
    case = FoiCase()
    chosen = unit(team).pk if team == "Press Office" else team
    answer = as_manager.post(f"/cases/{case.pk}/assignments/new/?group=all", form(team=chosen))
    assert answer.status_code == 422
    assert fresh(case).state == "unassigned"


def test_assigning_twice_with_one_form_happens_once(as_manager: Client) -> None:
    case = FoiCase()
    sent = form(team=unit("Unit A").pk, version=case.version)
    for _ in range(2):
        answer = as_manager.post(f"/cases/{case.pk}/assignments/new/", sent)
        assert led_to(answer) == f"/cases/{case.pk}/"
    assert case.assignments.filter(role="responding").count() == 1


def test_a_stale_tab_is_told(as_manager: Client) -> None:
    case = FoiCase()
    as_manager.post(f"/cases/{case.pk}/assignments/new/", form(team=unit("Unit A").pk))
    answer = as_manager.post(f"/cases/{case.pk}/assignments/new/", form(team=unit("Unit B").pk), follow=True)
    assert "not possible while the case is “To be accepted”" in told(answer, "error")
    assert responding_assignment(case).team == unit("Unit A")


def test_an_outdated_page_tells_what_changed(as_manager: Client) -> None:
    case = FoiCase()
    sent = form(team=unit("Unit A").pk, version=case.version - 1)
    answer = as_manager.post(f"/cases/{case.pk}/assignments/new/", sent, follow=True)
    assert "Case created by Bea Manager" in told(answer, "error")
    assert fresh(case).state == "unassigned"


def test_a_responder_is_led_to_accept_first(as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder", message="Hours, please", request_files=["request.pdf"])
    answer = as_responder.get(f"/cases/{case.pk}/")
    assert led_to(answer) == accept_address(case)
    page = read(as_responder.get(led_to(answer)).content)
    for words in ("Hours, please", "Case details", "Case history", "request.pdf", "To be accepted"):
        assert words in page.one("main").text
    assert not page.all(class_="app-actions")
    assert case.number in page.one("title").text


def test_accepting_makes_the_person_the_responder(as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    answer = as_responder.post(accept_address(case), form(decision="accept"), follow=True)
    assert answer.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    banner = read(answer.content).one(class_="moj-alert--success")
    assert banner.one("a")["href"] == "/cases/mine/"
    assert responding_assignment(case).user == person("Rhys Responder")
    assert fresh(case).state == "drafting"


@pytest.mark.parametrize(
    ("answers", "words"),
    [({}, "accept or reject"), ({"decision": "reject"}, "not for your unit"), ({"decision": "x"}, "one of")],
)
def test_an_answer_is_needed(as_responder: Client, answers: dict[str, str], words: str) -> None:
    case = FoiCase(state="awaiting_responder")
    answer = as_responder.post(accept_address(case), form(**answers))
    assert answer.status_code == 422
    assert words in read(answer.content).one(class_="govuk-error-summary").text
    assert fresh(case).state == "awaiting_responder"


def test_rejecting_gives_the_case_back_with_the_reason(as_manager: Client, as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    answer = as_responder.post(
        accept_address(case), form(decision="reject", reason="Courts Reform has it."), follow=True
    )
    assert answer.redirect_chain[0] == ("/", 302)
    assert case.number in told(answer, "success")
    page = read(as_manager.get(f"/cases/{case.pk}/").content)
    assert "Needs reassigning" in page.one("main").text
    assert "Courts Reform has it." in page.one(id="history").text


def test_an_accepted_link_leads_to_the_case(as_responder: Client, as_colleague: Client) -> None:
    case = FoiCase(state="drafting")
    for client in (as_responder, as_colleague):
        answer = client.get(accept_address(case))
        assert led_to(answer) == f"/cases/{case.pk}/"


def test_the_link_of_an_assignment_that_is_gone_says_so(as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    old = accept_address(case)
    as_responder.post(old, form(decision="reject", reason="Not ours"))
    answer = as_responder.get(old, follow=True)
    assert answer.redirect_chain[0] == ("/", 302)
    assert "not assigned to your unit any more" in told(answer, "error")


def test_the_link_of_a_moved_assignment_says_so(as_manager: Client, as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    old = accept_address(case)
    as_manager.post(old + "move/", form(team=unit("Unit B").pk))
    assert "not assigned to your unit any more" in told(as_responder.get(old, follow=True), "error")
    assert as_responder.post(old, form(decision="accept")).status_code == 302
    assert fresh(case).state == "awaiting_responder"


def test_the_link_of_a_deleted_case_says_so(as_manager: Client, as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    old = accept_address(case)
    as_manager.post(f"/cases/{case.pk}/delete/", form(reason="Logged twice"))
    answer = as_responder.get(old, follow=True)
    assert answer.redirect_chain[0] == ("/cases/open/", 302)
    assert told(answer, "error") == f"Case {case.number} was deleted."


def test_a_manager_cannot_accept_for_a_unit(as_manager: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    answer = as_manager.get(accept_address(case), follow=True)
    assert answer.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    assert told(answer, "error")


def test_unknown_assignments_are_not_found(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    other = FoiCase(state="drafting")
    assert as_responder.get(f"/cases/{case.pk}/assignments/999999/").status_code == 404
    mixed = f"/cases/{case.pk}/assignments/{responding_assignment(other).pk}/"
    assert as_responder.get(mixed).status_code == 404
    assert as_responder.get(mixed + "reassign/").status_code == 404


def test_a_case_is_handed_to_a_colleague(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    address = accept_address(case) + "reassign/"
    page = read(as_responder.get(address).content)
    assert [box["value"] for box in page.all("input", name="user")] == [
        str(person(name).pk) for name in ("Rhys Responder", "Rina Responder")
    ]
    assert "checked" in page.one("input", name="user", value=str(person("Rhys Responder").pk))
    answer = as_responder.post(address, form(user=person("Rina Responder").pk), follow=True)
    assert told(answer, "success") == "The case was reassigned to Rina Responder."
    assert responding_assignment(case).user == person("Rina Responder")
    assert Message.objects.filter(kind="assigned_to_you").count() == 1


def test_the_same_person_is_no_change(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    sent = form(user=person("Rhys Responder").pk)
    answer = as_responder.post(accept_address(case) + "reassign/", sent)
    assert answer.status_code == 422
    assert "No changes" in read(answer.content).one(class_="govuk-error-summary").text


def test_a_forged_colleague_is_refused(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    for pk in (person("Bob Responder").pk, person("Dean Departed").pk, 0):
        answer = as_responder.post(accept_address(case) + "reassign/", form(user=pk))
        assert answer.status_code == 422
    assert responding_assignment(case).user == person("Rhys Responder")


def test_disclosure_sees_how_many_cases_each_person_has(as_disclosure: Client) -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    FoiCase(state="drafting", workflow="trigger")
    level = case.assignments.get(role="approving")
    page = read(as_disclosure.get(f"/cases/{case.pk}/assignments/{level.pk}/reassign/").content)
    labels = [label.text for label in page.all("label")]
    assert "Dora Disclosure (2 open cases)" in labels
    assert "Dan Disclosure (0 open cases)" in labels


def test_somebody_in_two_teams_chooses_the_team_first() -> None:
    both = Person("Noor Twice", roles=((Role.RESPONDER, "Unit A"), (Role.APPROVER, "Disclosure")))
    case = FoiCase(state="drafting", workflow="trigger")
    client = signed_in(both)
    page = read(client.get(f"/cases/{case.pk}/").content)
    buttons = {one.text: one for one in page.one(class_="app-actions").all("a")}
    assert buttons["Reassign case"]["href"] == f"/cases/{case.pk}/assignments/select/"
    choice = read(client.get(buttons["Reassign case"]["href"]).content)
    assert [link.text for link in choice.one("main").all("a")] == ["Unit A", "Disclosure"]


def test_a_case_moves_to_another_unit(as_manager: Client, as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    address = accept_address(case) + "move/"
    shown = cards(read(as_manager.get(address + "?group=all").content))
    assert "Unit A" not in shown
    answer = as_manager.post(address, form(team=unit("Unit B").pk, version=case.version), follow=True)
    assert told(answer, "success") == f"Case {case.number} was assigned to Unit B."
    assert fresh(case).state == "awaiting_responder"
    assert as_responder.get(f"/cases/{case.pk}/").status_code == 404


def test_an_approver_cannot_move_a_case(as_disclosure: Client) -> None:
    case = FoiCase(state="drafting")
    answer = as_disclosure.get(accept_address(case) + "move/", follow=True)
    assert answer.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    assert told(answer, "error")
