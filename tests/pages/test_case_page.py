"""The page of a case: who sees which panels and buttons, and what it costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.urls import reverse

from correspondence.cases.actions import linking
from correspondence.cases.models import AssignmentState, Seen
from correspondence.core import clock
from correspondence.documents.models import Kind
from correspondence.pages.presenting import buttons
from correspondence.rulebook import loader
from correspondence.rulebook.closure import Answers, PublicInterest
from tests.clients import form, signed_in
from tests.factories import FoiCase, acting, attach, link, message, person, unit
from tests.pages.reading import Element, read
from tests.statements import counted

if TYPE_CHECKING:
    from django.test import Client

    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 18


def shown(client: Client, case: Case, query: str = "") -> Element:
    answer = client.get(f"/cases/{case.pk}/{query}")
    assert answer.status_code == 200
    return read(answer.content)


def facts(page: Element) -> dict[str, str]:
    """The rows of the case details."""
    keys = [one.text for one in page.all("dt", class_="govuk-summary-list__key")]
    values = [one.text for one in page.all("dd", class_="govuk-summary-list__value")]
    return dict(zip(keys, values, strict=True))


def offered(page: Element) -> list[str]:
    """The buttons at the top, in their order."""
    actions = page.all("div", class_="app-actions")
    return [one.text for row in actions for one in row.all() if one.tag in ("a", "button")]


def table(page: Element, identifier: str) -> list[list[str]]:
    body = page.one(id=identifier).one("tbody")
    return [[cell.text for cell in row.all() if cell.tag in ("td", "th")] for row in body.all("tr")]


def test_the_page_names_the_case(as_manager: Client) -> None:
    case = FoiCase(subject="Opening hours", workflow="trigger")
    page = shown(as_manager, case)
    assert page.one("title").text.startswith(f"Opening hours - {case.number} - FOI - ")
    assert page.one("h1").text == "Opening hours"
    assert page.one(class_="govuk-caption-l").text == f"{case.number} - FOI"
    assert "Trigger" in page.one("main").text


@pytest.mark.parametrize(
    ("state", "workflow", "who", "labels"),
    [
        ("unassigned", "standard", "Bea Manager", ["Assign to a responder", "Delete case"]),
        (
            "drafting",
            "standard",
            "Bea Manager",
            ["Assign to another team", "Extend for PIT", "Delete case"],
        ),
        ("drafting", "standard", "Rhys Responder", ["Upload response", "Reassign case"]),
        (
            "awaiting_dispatch",
            "standard",
            "Rhys Responder",
            ["Mark response as sent", "Upload response", "Reassign case"],
        ),
        ("responded", "standard", "Bea Manager", ["Close case", "Send back", "Delete case"]),
        ("closed", "standard", "Rhys Responder", []),
        (
            "pending_dacu_clearance",
            "trigger",
            "Dora Disclosure",
            [
                "Clear response",
                "Upload response and clear",
                "Upload changes and return for redraft",
                "Undo take on",
                "De-escalate",
                "Reassign case",
            ],
        ),
        ("unassigned", "standard", "Pete Press", ["Take case on"]),
    ],
)
def test_buttons_are_what_the_workflow_offers(state: str, workflow: str, who: str, labels: list[str]) -> None:
    case = FoiCase(state=state, workflow=workflow)
    assert offered(shown(signed_in(who), case)) == labels


def test_inside_the_window_no_response_can_be_uploaded(as_responder: Client) -> None:
    case = FoiCase(state="drafting", in_window=True)
    page = shown(as_responder, case)
    assert offered(page) == ["Reassign case"]
    last = f"{case.escalation_deadline.day} {case.escalation_deadline:%b %Y}"
    assert f"reviewed for sensitivity until the end of {last}" in page.one(class_="moj-alert--warning").text
    assert f"decide by the end of {last}" in page.one("main").text


def test_after_the_window_there_is_no_banner(as_responder: Client) -> None:
    assert not shown(as_responder, FoiCase(state="drafting")).all(class_="moj-alert--warning")


def test_every_offered_event_leads_somewhere() -> None:
    """A button without an address would be a page that fails for whoever may press it."""
    arguments = {"reassign_user": [1, 1], "assign_to_new_team": [1, 1]}
    for event in loader.current().events.events:
        if event.button and event.offered_to and event.code not in buttons.ELSEWHERE:
            name = buttons.ADDRESSES.get(event.code, event.code)
            assert reverse(name, args=arguments.get(event.code, [1])).startswith("/cases/1/")


@time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC))
def test_details_of_an_open_case_leave_out_what_is_empty() -> None:
    case = FoiCase(state="drafting", received=date(2026, 11, 16), name="Ada Quist")
    assert facts(shown(signed_in("Bea Manager"), case)) == {
        "Type": "FOI",
        "Requester name": "Ada Quist",
        "Email": "harriet.lowe@example.invalid",
        "Requester type": "Member of the public",
        "Date received": "16 Nov 2026",
        "Final deadline": "15 Dec 2026",
        "Delivery method": "Sent by email",
        "Responding team": "Unit A",
        "Responder": "Rhys Responder",
    }


def test_details_of_a_late_closed_case(as_manager: Client) -> None:
    received = clock.today() - timedelta(days=60)
    case = FoiCase(
        state="closed",
        received=received,
        logged=clock.now() - timedelta(days=60),
        closure=Answers(
            late_team_id=unit("Unit A").pk,
            information_held="part_held",
            outcome="part",
            exemptions=frozenset({"s22", "s40_2_3a"}),
            public_interest={"s22": PublicInterest(True, "The report comes out in June.")},
        ),
    )
    told = facts(shown(as_manager, case))
    assert told["Timeliness"] == "Answered late"
    assert told["Business unit responsible for the late response"] == "Unit A"
    assert told["Time taken"].startswith("Working day ")
    assert told["Time taken"].endswith(" of 20")
    assert (told["Information held"], told["Outcome"]) == ("Held in part", "Refused in part")
    assert "s.22" in told["Exemptions"]
    assert "Public interest: The report comes out in June." in told["Exemptions"]
    assert "s.40(2)" in told["Exemptions"]


@time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC))
def test_the_deadline_shows_its_working() -> None:
    case = FoiCase(state="drafting", received=date(2026, 11, 16))
    panel = shown(signed_in("Bea Manager"), case).one("article", class_="moj-ticket-panel")
    assert "15 December 2026" in panel.text
    assert [step.text for step in panel.one("ol").all("li")] == [
        "Received Mon 16 Nov 2026",
        "Day 1 is Tue 17 Nov 2026",
        "Mon 30 Nov 2026 does not count: St Andrew's Day (Scotland)",
        "Day 20 is Tue 15 Dec 2026",
    ]
    assert "FOIA 2000 s.10(1)" in panel.text


def test_a_review_has_targets_and_cites_the_code_of_practice(as_manager: Client) -> None:
    page = shown(as_manager, FoiCase(case_type="foi_compliance_review", state="drafting"))
    panels = page.all("article", class_="moj-ticket-panel")
    assert [panel.one("h2").text for panel in panels] == [
        "Draft deadline (target)",
        "Final deadline (target)",
    ]
    assert "Code of Practice" in panels[1].text
    assert "s.10" not in panels[1].text
    assert "Extend target date" in offered(page)


def test_only_flagged_cases_show_a_draft_deadline(as_manager: Client) -> None:
    plain, flagged = FoiCase(), FoiCase(workflow="trigger")
    assert "Draft deadline" not in facts(shown(as_manager, plain))
    assert "Draft deadline" in facts(shown(as_manager, flagged))


def test_colleagues_see_the_person_and_others_the_team(as_manager: Client, as_colleague: Client) -> None:
    case = FoiCase(state="drafting")
    assert "Who it's with Unit A" in shown(as_manager, case).one("main").text
    assert "Who it's with Rhys Responder" in shown(as_colleague, case).one("main").text


def test_nobody_holds_a_closed_case(as_manager: Client) -> None:
    assert "Who it's with" not in shown(as_manager, FoiCase(state="closed")).one("main").text


def test_a_responder_sees_no_case_of_another_unit(as_other_unit: Client) -> None:
    assert as_other_unit.get(f"/cases/{FoiCase(state='drafting').pk}/").status_code == 404


def test_a_linked_case_that_is_not_ones_own_shows_its_number_alone(
    as_manager: Client, as_responder: Client
) -> None:
    mine, other = FoiCase(state="drafting"), FoiCase(subject="Secret of another unit")
    link(mine, other)
    assert table(shown(as_manager, mine), "links")[0][2].startswith("Secret of another unit")
    row = table(shown(as_responder, mine), "links")[0]
    assert row[0] == other.number
    assert row[2] == "Not one of your cases"


def test_response_files_that_need_no_clearance_are_the_units_own_until_sent(
    as_manager: Client, as_responder: Client
) -> None:
    case = FoiCase(state="awaiting_dispatch")
    assert "response.pdf" in shown(as_responder, case).one("main").text
    assert "Response files" not in shown(as_manager, case).one("main").text
    assert "Response files" in shown(as_manager, FoiCase(state="responded")).one("main").text


def test_request_files_can_be_downloaded_and_by_a_manager_removed(
    as_manager: Client, as_responder: Client
) -> None:
    case = FoiCase(state="drafting", request_files=["request.pdf"])
    for client, links in ((as_manager, 2), (as_responder, 1)):
        file = shown(client, case).one("li", class_="app-files__file")
        assert file.text.startswith("request.pdf")
        assert len(file.all("a")) == links


def test_clearance_levels_stand_in_their_order(as_manager: Client) -> None:
    case = FoiCase(state="pending_press_office_clearance", workflow="full_approval")
    assert table(shown(as_manager, case), "levels") == [
        ["Deputy director", "Ruth Calder", ""],
        ["Disclosure", "Dora Disclosure", "Cleared"],
        ["Press Office", "Pete Press", "Not cleared yet"],
        ["Private Office", "Vera Private", "Not cleared yet"],
    ]


def test_a_level_nobody_took_on_says_so(as_manager: Client) -> None:
    case = FoiCase(state="drafting", workflow="trigger", taken_on=False, in_window=True)
    assert table(shown(as_manager, case), "levels")[1] == [
        "Disclosure",
        "Not yet accepted",
        "Not cleared yet",
    ]


def test_the_conversation_is_not_in_the_history(as_manager: Client, as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    message(case, "Is March in it?")
    page = shown(as_responder, case)
    assert "Is March in it?" in page.one(class_="app-conversation").text
    assert "Bea Manager - Disclosure BMT" in page.one(class_="app-conversation").text
    assert not any("Message" in row[3] for row in table(page, "history"))
    assert page.all(class_="moj-message-item--received")
    assert shown(as_manager, case).all(class_="moj-message-item--sent")


def test_opening_the_page_marks_messages_as_seen(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    sent = message(case, "Is March in it?")
    shown(as_responder, case)
    assert Seen.objects.get(case=case, user__full_name="Rhys Responder").sort_key == sent.sort_key


def test_the_history_tells_in_words(as_manager: Client) -> None:
    case = FoiCase(state="responded", response_date=clock.today())
    history = table(shown(as_manager, case), "history")
    today = f"{clock.today().day} {clock.today():%b %Y}"
    assert [row[3] for row in history] == [
        f"Response marked as sent Sent on {today}",
        "Response uploaded Files: response.pdf",
        "Case accepted by the business unit",
        "Case assigned to a business unit To Unit A",
        "Case created",
    ]
    assert history[0][1:3] == ["Rhys Responder", "Unit A"]


def test_the_history_has_pages_of_twenty(as_manager: Client) -> None:
    case = FoiCase()
    many_events(case, 24)
    assert len(table(shown(as_manager, case), "history")) == 20
    second = shown(as_manager, case, "?history=2")
    assert len(table(second, "history")) == 5
    assert second.one("a", rel="prev")["href"] == "?history=1#history"
    for wrong in ("0", "3", "x", "-1", "9" * 30):
        assert as_manager.get(f"/cases/{case.pk}/?history={wrong}").status_code == 404


def many_events(case: Case, events: int) -> None:
    other = FoiCase()
    for _ in range(events // 2):
        link(case, other)
        unlink(case, other)


def unlink(case: Case, other: Case) -> None:
    linking.remove_linked_case(
        case_id=case.pk,
        linked_case_id=other.pk,
        acting=acting(case, "Bea Manager", "remove_linked_case"),
        now=clock.now(),
    )


@pytest.mark.parametrize("who", ["Bea Manager", "Rhys Responder", "Dora Disclosure"])
@pytest.mark.parametrize("state", ["drafting", "closed"])
def test_the_page_costs_the_same_for_one_and_for_many(who: str, state: str) -> None:
    few = FoiCase(state=state, workflow="trigger", request_files=["one.pdf"])
    many = FoiCase(state=state, workflow="full_approval", request_files=["one.pdf", "two.pdf"])
    link(few, FoiCase())
    message(few, "One", sender="Dora Disclosure")
    for number in range(6):
        link(many, FoiCase())
        message(many, f"Message {number}", sender="Dora Disclosure")
        attach(many, Kind.REQUEST, [f"request {number}.pdf"])
        attach(many, Kind.RESPONSE, [f"response {number}.pdf"], by="Rhys Responder")
    attach(few, Kind.RESPONSE, ["response.pdf"], by="Rhys Responder")
    client = signed_in(who)
    costs = []
    for case in (few, many):
        with counted() as first:
            shown(client, case)
        with counted() as again:
            shown(client, case)
        costs.append((len(first), len(again)))
    assert costs[0] == costs[1]
    assert max(costs[0]) <= MOST_STATEMENTS


def test_why_not_tells_what_stands_in_the_way(as_responder: Client) -> None:
    case = FoiCase(state="drafting", in_window=True)
    page = read(as_responder.get(f"/cases/{case.pk}/why/").content)
    told = facts(page)
    assert told["Upload response"].startswith("The case is being reviewed for sensitivity until")
    assert "only while it is “Ready to send”" in told["Mark response as sent"]
    assert "Close case" not in told
    assert "Reassign case" not in told


def test_why_not_is_for_those_who_see_the_case(as_other_unit: Client) -> None:
    assert as_other_unit.get(f"/cases/{FoiCase(state='drafting').pk}/why/").status_code == 404


def test_an_office_takes_on_what_was_given_back_to_it(as_press: Client) -> None:
    case = FoiCase(state="drafting", workflow="full_approval")
    level = case.assignments.get(team__code="PRESS-OFFICE")
    level.state, level.user = AssignmentState.PENDING, None
    level.save()
    assert offered(shown(as_press, case))[0] == "Take case on"
    as_press.post(f"/cases/{case.pk}/take-on/", form(version=case.version))
    taken = case.assignments.get(pk=level.pk)
    assert (taken.state, taken.user) == ("accepted", person("Pete Press"))


@pytest.mark.parametrize("address", ["/cases/999999/", "/cases/999999/why/", "/cases/999999/edit/"])
def test_an_unknown_case_is_not_found(as_manager: Client, address: str) -> None:
    assert as_manager.get(address).status_code == 404
