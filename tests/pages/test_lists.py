"""The pages of the lists: who has which, what they show, and what they ask of the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from correspondence.caseload import paging
from correspondence.cases.models import Assignment, Case
from correspondence.core import clock
from tests import statements
from tests.clients import form, signed_in
from tests.factories import FoiCase, fresh, message, person
from tests.pages.answers import led_to, told
from tests.pages.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db

LISTS = ("/cases/open/", "/cases/mine/in-time/", "/cases/mine/late/", "/cases/closed/", "/cases/incoming/")
MOST_STATEMENTS = 12


def rows(answer: Any) -> list[list[str]]:
    """The cells of the table, row by row."""
    assert answer.status_code == 200, answer.status_code
    return [
        [cell.text for cell in row.all() if cell.tag in ("th", "td") and cell.parent is row]
        for row in read(answer.content).one("tbody").all("tr")
    ]


def tabs(answer: Any, name: str) -> list[tuple[str, bool]]:
    """The tabs of a name, and which of them is the page's own."""
    strip = read(answer.content).one("nav", **{"aria-label": name})
    return [(link.text, "aria-current" in link) for link in strip.all("a")]


# --- what they show -------------------------------------------------------------------------------


def test_the_open_list_has_nine_columns(as_manager: Client) -> None:
    case = FoiCase(state="drafting", workflow="trigger", name="Ada Lyle", subject="Prison budgets")
    plain = FoiCase(name="Otto Friel", subject="Opening hours")
    message(case, "When will it be ready?", sender="Rhys Responder")
    page = read(as_manager.get("/cases/open/").content)
    assert page.one("h1").text == "All open cases"
    assert [cell.text for cell in page.one("thead").all("th")] == [
        "Case number",
        "Flag",
        "Type",
        "Request",
        "Draft deadline",
        "Final deadline",
        "Status",
        "With",
        "Messages",
    ]
    assert page.one("a", href=f"/cases/{case.pk}/").text == case.number
    (first, second) = rows(as_manager.get("/cases/open/"))
    assert first[:4] == [case.number, "Trigger", "FOI", "Prison budgets Ada Lyle"]
    assert first[4] != ""
    assert first[6:] == ["Draft in progress", "Unit A", "New message"]
    assert second == [
        plain.number,
        "",
        "FOI",
        "Opening hours Otto Friel",
        "",
        second[5],
        "Needs reassigning",
        "Disclosure BMT",
        "",
    ]


def test_a_case_is_marked_late_the_day_after_its_deadline(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    Case.objects.update(statutory_deadline=clock.today(), final_deadline=clock.today())
    ((*_, deadline, _status, _holder, _messages),) = rows(as_manager.get("/cases/open/"))
    assert "Late" not in deadline
    yesterday = clock.today() - timedelta(days=1)
    Case.objects.update(statutory_deadline=yesterday, final_deadline=yesterday)
    ((*_, deadline, _status, _holder, _messages),) = rows(as_manager.get("/cases/open/"))
    assert deadline.endswith("Late")
    assert fresh(case).number


def test_the_closed_list_shows_name_subject_and_answer(as_manager: Client) -> None:
    case = FoiCase(state="closed", workflow="trigger", name="Ada Lyle", subject="Prison budgets")
    ((number, kind, about, answered),) = rows(as_manager.get("/cases/closed/"))
    assert (number, kind, about) == (case.number, "FOI Trigger", "Ada Lyle Prison budgets")
    assert "Late" not in answered
    Case.objects.update(response_date=case.final_deadline + timedelta(days=1))
    ((*_, answered),) = rows(as_manager.get("/cases/closed/"))
    assert answered.endswith("Late")


def test_what_a_person_typed_is_shown_as_it_is(as_manager: Client) -> None:
    FoiCase(name="<b>Ada</b> & Söhne", subject="<script>alert(1)</script>")
    answer = as_manager.get("/cases/open/")
    assert b"<script>alert" not in answer.content
    assert rows(answer)[0][3] == "<script>alert(1)</script> <b>Ada</b> & Söhne"


# --- tabs -----------------------------------------------------------------------------------------


def test_the_menu_entry_leads_to_the_cases_in_time(as_responder: Client) -> None:
    assert led_to(as_responder.get("/cases/mine/")) == "/cases/mine/in-time/"


def test_both_halves_say_how_many_cases_they_have(as_responder: Client) -> None:
    FoiCase(state="drafting")
    FoiCase(state="drafting")
    late = FoiCase(state="drafting")
    Case.objects.filter(pk=late.pk).update(
        statutory_deadline=clock.today() - timedelta(days=1), final_deadline=clock.today() - timedelta(days=1)
    )
    answer = as_responder.get("/cases/mine/in-time/")
    assert tabs(answer, "My open cases") == [("In time (2)", True), ("Late (1)", False)]
    assert len(rows(answer)) == 2
    answer = as_responder.get("/cases/mine/late/")
    assert tabs(answer, "My open cases") == [("In time (2)", False), ("Late (1)", True)]
    assert rows(answer)[0][0] == late.number


def test_the_tabs_lead_to_the_lists_that_the_person_has(as_manager: Client, as_disclosure: Client) -> None:
    assert tabs(as_manager.get("/cases/closed/"), "Lists of cases") == [
        ("All open cases", False),
        ("My open cases", False),
        ("Closed cases", True),
    ]
    assert tabs(as_disclosure.get("/cases/mine/late/"), "Lists of cases") == [
        ("New cases", False),
        ("All open cases", False),
        ("My open cases", True),
        ("Closed cases", False),
    ]


def test_managers_are_offered_to_create_a_case(as_manager: Client, as_responder: Client) -> None:
    for client, offered in ((as_manager, True), (as_responder, False)):
        page = read(client.get("/cases/open/").content)
        assert bool(page.one("main").all("a", href="/cases/new/")) is offered


def test_each_list_searches_but_the_new_cases(as_disclosure: Client) -> None:
    for address in LISTS:
        bars = read(as_disclosure.get(address).content).all("form", role="search")
        assert bool(bars) is (address != "/cases/incoming/"), address


# --- empty lists, pages ---------------------------------------------------------------------------


def test_an_empty_list_says_so_without_a_table(as_disclosure: Client) -> None:
    for address in LISTS:
        page = read(as_disclosure.get(address).content)
        assert page.one(class_="app-empty").text
        assert not page.all("table")


def test_pages_follow_each_other(as_manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    cases = [FoiCase(received=clock.today() - timedelta(days=9 - day)) for day in range(3)]
    first, second = as_manager.get("/cases/open/"), as_manager.get("/cases/open/?page=2")
    assert [row[0] for row in rows(first)] == [case.number for case in cases[:2]]
    assert [row[0] for row in rows(second)] == [cases[2].number]
    page = read(second.content)
    assert page.one("title").text == "All open cases (page 2 of 2) - Correspondence Tool"
    assert page.one("a", rel="prev")["href"] == "?page=1#results"
    assert read(first.content).one("a", rel="next")["href"] == "?page=2#results"


def test_a_page_beyond_the_end_is_empty_and_leads_back(as_manager: Client) -> None:
    FoiCase()
    for address in ("/cases/open/?page=2", "/cases/open/?page=999999"):
        answer = as_manager.get(address)
        assert answer.status_code == 200
        page = read(answer.content)
        assert "There is no page" in page.one(class_="app-empty").text
        assert page.one("a", href="?page=1").text == "Go to the first page"


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "1.5", "\uff11", "1e3", "9999999", "%00", "1%20"])
def test_what_is_no_page_number_is_no_page(as_disclosure: Client, number: str) -> None:
    for address in LISTS:
        assert as_disclosure.get(f"{address}?page={number}").status_code == 404


def test_a_long_list_says_that_it_goes_on(as_manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNTED_AT_MOST", 1)
    FoiCase()
    FoiCase()
    page = read(as_manager.get("/cases/open/").content).one("main").text
    assert "more than 1 case found" in page
    assert "The list goes on." in page


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Adam System", "Nora Newcomer", "Tess Admin"])
def test_lists_are_for_people_who_work_on_cases(name: str) -> None:
    client = signed_in(name)
    for address in LISTS:
        assert client.get(address).status_code == 403, address


def test_new_cases_are_for_approvers(as_manager: Client, as_responder: Client, as_press: Client) -> None:
    assert as_manager.get("/cases/incoming/").status_code == 403
    assert as_responder.get("/cases/incoming/").status_code == 403
    assert as_press.get("/cases/incoming/").status_code == 200


def test_a_list_is_only_looked_at(as_disclosure: Client) -> None:
    for address in LISTS:
        assert as_disclosure.post(address).status_code == 405


# --- new cases ------------------------------------------------------------------------------------


def press(client: Client, label: str, **more: Any) -> Any:
    """Press the first button that says this, as a browser without scripts would send its form."""
    page = read(client.get("/cases/incoming/").content)
    button = next(one for one in page.all("button") if one.text.startswith(label))
    return client.post(*sent(button), **more)


def sent(button: Any) -> tuple[str, dict[str, str]]:
    around = button.parent
    while around.tag != "form":
        around = around.parent
    return around["action"], {field["name"]: field["value"] for field in around.all("input")}


def test_a_row_tells_what_is_asked_and_offers_what_may_be_done(
    as_disclosure: Client, as_press: Client
) -> None:
    case = FoiCase(workflow="trigger", taken_on=False, in_window=True, name="Ada Lyle", subject="Budgets")
    ((number, asked, acts),) = rows(as_disclosure.get("/cases/incoming/"))
    assert number == case.number
    assert asked.startswith("Budgets Ada Lyle | Member of the public Please tell me")
    assert acts == f"Take case on {number} De-escalate {number}"
    ((_, _, acts),) = rows(as_press.get("/cases/incoming/"))
    assert acts == f"Take case on {number}"


def test_taking_a_case_on_is_told_and_can_be_taken_back(as_disclosure: Client) -> None:
    case = FoiCase(workflow="trigger", taken_on=False)
    assert led_to(press(as_disclosure, "Take case on")) == "/cases/incoming/"
    level = Assignment.objects.get(case=case, role="approving")
    assert (level.state, level.user) == ("accepted", person("Dora Disclosure"))
    answer = as_disclosure.get("/cases/incoming/")
    assert told(answer, "success") == f"You have taken case {case.number} on. Undo"
    # It is told once.
    assert not read(as_disclosure.get("/cases/incoming/").content).all(class_="moj-alert")
    button = next(one for one in read(answer.content).all("button") if one.text == "Undo")
    answer = as_disclosure.post(*sent(button), follow=True)
    assert told(answer, "success") == f"Case {case.number} is back among the new cases."
    assert rows(answer)[0][0] == case.number


def test_de_escalating_is_told_and_can_be_taken_back(as_disclosure: Client) -> None:
    case = FoiCase(workflow="trigger", taken_on=False)
    press(as_disclosure, "De-escalate")
    assert not Assignment.objects.filter(case=case, role="approving").exists()
    answer = as_disclosure.get("/cases/incoming/")
    assert told(answer, "success") == f"Case {case.number} needs no clearance by your team any more. Undo"
    button = next(one for one in read(answer.content).all("button") if one.text == "Undo")
    answer = as_disclosure.post(*sent(button), follow=True)
    assert told(answer, "success") == f"Case {case.number} needs clearance by your team again."
    assert rows(answer)[0][0] == case.number


def test_the_press_office_takes_a_case_on_with_the_levels_that_come_along_and_back(
    as_press: Client,
) -> None:
    case = FoiCase(in_window=True)
    press(as_press, "Take case on")
    assert Assignment.objects.filter(case=case, role="approving").count() == 3
    button = next(
        one for one in read(as_press.get("/cases/incoming/").content).all("button") if one.text == "Undo"
    )
    answer = as_press.post(*sent(button), follow=True)
    assert told(answer, "success") == f"Case {case.number} is back among the new cases."
    assert not Assignment.objects.filter(case=case, role="approving").exists()
    assert fresh(case).workflow == "standard"


def test_where_scripts_run_the_answer_is_data_for_the_row(as_disclosure: Client) -> None:
    case = FoiCase(workflow="trigger", taken_on=False)
    answer = press(as_disclosure, "Take case on", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    said = answer.json()
    assert said["words"] == f"You have taken case {case.number} on."
    assert said["undo"]["version"] == fresh(case).version
    undone = as_disclosure.post(
        said["undo"]["action"],
        {"form_key": said["undo"]["form_key"], "version": said["undo"]["version"], "next": "incoming"},
        headers={"Accept": "application/json"},
    )
    taken_back = undone.json()
    assert taken_back["words"] == f"Case {case.number} is back among the new cases."
    assert taken_back["undo"] is None
    assert taken_back["again"]["version"] == fresh(case).version
    # Nothing is left to be told by the list.
    assert not read(as_disclosure.get("/cases/incoming/").content).all(class_="moj-alert")


def test_who_comes_second_is_told(as_disclosure: Client) -> None:
    case = FoiCase(workflow="trigger", taken_on=False)
    shown = read(as_disclosure.get("/cases/incoming/").content)
    button = next(one for one in shown.all("button") if one.text.startswith("Take case on"))
    press(signed_in("Dan Disclosure"), "Take case on")
    for headers in ({}, {"Accept": "application/json"}):
        answer = as_disclosure.post(*sent(button), headers=headers)
        assert led_to(answer) == "/cases/incoming/"
    answer = as_disclosure.get("/cases/incoming/")
    assert "Dan Disclosure" in read(answer.content).one("main").text
    assert Assignment.objects.get(case=case, role="approving").user == person("Dan Disclosure")


def test_a_second_click_does_nothing_more(as_disclosure: Client) -> None:
    case = FoiCase(workflow="trigger", taken_on=False)
    sending = form(version=case.version, next="incoming")
    for _ in range(2):
        answer = as_disclosure.post(f"/cases/{case.pk}/take-on/", sending, follow=True)
        assert told(answer, "success").startswith(f"You have taken case {case.number} on.")
    assert case.transitions.filter(event="accept_approver_assignment").count() == 1


# --- statements -----------------------------------------------------------------------------------


def with_message(**more: Any) -> Case:
    case = FoiCase(**more)
    message(case, "When will it be ready?")
    return case


@pytest.mark.parametrize(
    ("address", "name", "make"),
    [
        ("/cases/open/", "Bea Manager", with_message),
        ("/cases/open/", "Rhys Responder", lambda: with_message(state="drafting")),
        ("/cases/open/", "Dora Disclosure", lambda: with_message(workflow="trigger")),
        ("/cases/mine/in-time/", "Rhys Responder", lambda: with_message(state="drafting")),
        ("/cases/closed/", "Rhys Responder", lambda: with_message(state="closed")),
        ("/cases/incoming/", "Dora Disclosure", lambda: FoiCase(workflow="trigger", taken_on=False)),
        ("/cases/incoming/", "Pete Press", lambda: FoiCase(in_window=True)),
    ],
)
def test_a_full_page_takes_as_many_statements_as_one_row(
    address: str, name: str, make: Callable[[], Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "ROWS", 6)
    client = signed_in(name)
    make()
    assert len(rows(client.get(address))) == 1
    with statements.counted() as of_one:
        client.get(address)
    for _ in range(7):
        make()
    with statements.counted() as of_many:
        answer = client.get(address)
    assert len(rows(answer)) == 6
    assert len(of_many) == len(of_one), of_many
    assert len(of_one) <= MOST_STATEMENTS
