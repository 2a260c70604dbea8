"""J7 to J10 and J19: a response that others clear before it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from correspondence.core.formats import short_date
from tests.journeys.days import working_days_after

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tests.journeys.groundwork import Groundwork
    from tests.journeys.people import Case, Person
    from tests.journeys.service import Inbox

pytestmark = pytest.mark.journey


def next_monday(day: date) -> date:
    """The next Monday that is no bank holiday."""
    monday = day + timedelta(days=7 - day.weekday())
    return monday if working_days_after(1, monday - timedelta(days=1)) == monday else next_monday(monday)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_j7_through_disclosure(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox, *, scripts: bool
) -> None:
    bea = signed_in("Bea Manager", scripts=scripts)
    monday = next_monday(bea.today)
    bea.moves_the_date_to(monday)
    bea.opens("/cases/foi/new/")
    bea.fills_in_request(flag="yes")
    bea.presses("Create case")
    case = bea.has_created()
    bea.assigns_to("Unit A", group="Policy and Strategy")
    bea.follows("Cases")
    row = bea.row_of(case)
    assert "Trigger" in row
    assert short_date(working_days_after(10, monday)) in row

    dora, dan = signed_in("Dora Disclosure", scripts=scripts), signed_in("Dan Disclosure", scripts=scripts)
    dan.follows("New cases")
    stale = dan.finds(case)
    dora.follows("New cases")
    row = dora.row_of(case)
    for words in (case.subject, "Member of the public", "Please tell me what your department spent"):
        assert words in row
    dora.takes_on_from_list(case)
    dora.undoes_on_list(case)
    dora.finds(case)
    dora.takes_on_from_list(case)
    dan.presses(f"Take case on {case.number}", within=stale)
    dan.sees_notice("Dora Disclosure")
    dan.goes_to(case)
    assert not dan.offers("Take case on")

    groundwork.accept(case, "Rhys Responder")
    rhys = signed_in("Rhys Responder", scripts=scripts)
    rhys.goes_to(case)
    rhys.sees(f"until the end of {short_date(working_days_after(3, monday))}", "Do not send the response")
    assert not rhys.offers("Upload response")

    bea.moves_the_date_on(4)
    rhys.uploads(case, "answer.docx")
    assert (rhys.status, rhys.holder) == ("Pending clearance", "Disclosure")
    dora.goes_to(case)
    assert dora.holder == "Dora Disclosure"

    dora.follows("Clear response")
    dora.presses("Clear the response")
    dora.sees_notice("You have cleared the response.", "Unit A", "Ready to send")
    assert dora.status == "Ready to send"
    assert inbox.one(to=rhys.email, about=f"Ready to send - FOI - {case.number}")

    rhys.marks_as_sent(case)
    bea.goes_to(case)
    bea.closes_as_granted(case)
    bea.follows("Closed cases")
    assert "Trigger" in bea.row_of(case)


def test_j8_press_and_private_offices(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox
) -> None:
    old = groundwork.assigned_case(flagged=True)
    groundwork.move_the_date(4)
    case, second = groundwork.accepted_case(flagged=True), groundwork.accepted_case(flagged=True)
    for one in (case, second):
        groundwork.take_on(one)

    pete = signed_in("Pete Press")
    pete.follows("New cases")
    pete.takes_on_from_list(case)
    pete.takes_on_from_list(second)
    pete.does_not_find(old)
    pete.goes_to(case)
    levels = " ".join(pete.panel("Clearance levels").inner_text().split())
    for words in ("Press Office Pete Press", "Private Office Vera Private", "Disclosure Dora Disclosure"):
        assert words in levels

    groundwork.move_the_date(4)
    rhys = signed_in("Rhys Responder")
    rhys.uploads(case, "answer.docx")
    assert (rhys.status, rhys.holder) == ("Pending clearance", "Disclosure")
    groundwork.upload(second)

    dora = signed_in("Dora Disclosure")
    dora.goes_to(case)
    dora.follows("Clear response")
    assert dora.page.locator("[name=press][value=yes]").is_checked()
    dora.chooses(press="no")
    dora.presses("Clear the response", 422)
    dora.sees_errors("reason")
    dora.chooses(press="yes")
    dora.presses("Clear the response")
    assert (dora.status, dora.holder) == ("Pending clearance", "Press Office")
    inbox.one(to=pete.email, about=case.number)

    pete.goes_to(case)
    pete.follows("Request amends")
    pete.fills(message="Please say which year each figure is of.")
    pete.chooses(compliant="yes")
    pete.presses("Request amends")
    assert (pete.status, pete.holder) == ("Pending clearance", "Disclosure")
    assert "Please say which year" in pete.panel("Conversation").inner_text()

    dora.goes_to(case)
    dora.follows("Upload response and clear")
    dora.attaches("documents", ["answer-with-years.docx"])
    dora.presses("Upload and clear")
    assert dora.holder == "Press Office"
    pete.clears(case)
    assert pete.holder == "Private Office"
    vera = signed_in("Vera Private")
    inbox.one(to=vera.email, about=case.number)
    vera.clears(case)
    assert vera.status == "Ready to send"
    inbox.one(to=rhys.email, about=f"Ready to send - FOI - {case.number}")

    dora.goes_to(second)
    dora.follows("Clear response")
    dora.chooses(press="no")
    dora.fills(reason="The same figures were published last week.")
    dora.presses("Clear the response")
    assert dora.status == "Ready to send"
    assert "The same figures were published last week." in dora.panel("Case history").inner_text()


def pending_disclosure(groundwork: Groundwork) -> Case:
    """A flagged case whose response Dora Disclosure has to clear."""
    case = groundwork.accepted_case(flagged=True)
    groundwork.take_on(case)
    groundwork.move_the_date(4)
    groundwork.upload(case)
    return case


def test_j9_redraft_with_compliance_date(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox
) -> None:
    received = groundwork.today()
    case = pending_disclosure(groundwork)

    dora = signed_in("Dora Disclosure")
    dora.goes_to(case)
    dora.follows("Upload changes and return for redraft")
    dora.presses("Upload and return", 422)
    dora.sees_errors("documents", "compliant")
    dora.attaches("documents", ["answer-marked.docx"])
    dora.fills(message="Please shorten the second paragraph.")
    dora.chooses(compliant="yes")
    dora.presses("Upload and return")
    assert dora.status == "Draft in progress"
    assert "Please shorten the second paragraph." in dora.panel("Conversation").inner_text()
    rhys = signed_in("Rhys Responder")
    inbox.one(to=rhys.email, about=f"Redraft requested - FOI - {case.number}")

    drafted = dora.today
    assert dora.detail("Date draft uploaded") == short_date(drafted)
    assert dora.detail("Draft timeliness") == "Uploaded in time"

    groundwork.move_the_date(1)
    rhys.uploads(case, "answer-shorter.docx")
    dora.clears(case)
    assert dora.status == "Ready to send"
    assert dora.detail("Date draft uploaded") == short_date(drafted)

    bea = signed_in("Bea Manager")
    bea.goes_to(case)
    bea.follows("Edit case details")
    bea.enters_date("draft_compliant_date", received - timedelta(days=1))
    bea.presses("Save changes", 422)
    bea.sees_errors("draft_compliant_date")
    corrected = working_days_after(2, received)
    bea.enters_date("draft_compliant_date", corrected)
    bea.presses("Save changes")
    assert bea.detail("Date draft uploaded") == short_date(corrected)


def test_j10_de_escalate_and_remove_clearance(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox
) -> None:
    case = groundwork.new_case(flagged=True)
    bea, dora = signed_in("Bea Manager"), signed_in("Dora Disclosure")
    dora.follows("New cases")
    row = dora.finds(case)
    row.get_by_role("button", name="De-escalate").click()
    expect(row).to_contain_text("needs no clearance")
    bea.follows("Cases")
    assert "Trigger" not in bea.row_of(case)
    dora.undoes_on_list(case)
    bea.follows("Cases")
    assert "Trigger" in bea.row_of(case)

    pending = pending_disclosure(groundwork)
    dora.goes_to(pending)
    dora.follows("Remove clearance by Disclosure")
    dora.presses("Remove clearance", 422)
    dora.sees_errors("reason")
    dora.fills(reason="Nothing in it is sensitive.")
    dora.presses("Remove clearance")
    dora.sees_notice("The clearance was removed.")
    assert dora.status == "Ready to send"
    dora.does_not_see("Trigger")
    assert "Nothing in it is sensitive." in dora.panel("Case history").inner_text()
    inbox.one(to="rhys.responder@example.invalid", about=f"Ready to send - FOI - {pending.number}")

    standard = groundwork.assigned_case()
    bea.goes_to(standard)
    bea.presses("Request further clearance")
    bea.sees_notice("Further clearance was requested.")
    dora.follows("New cases")
    assert "Disclosure BMT asked for further clearance" in dora.row_of(standard)


def test_j19_internal_review_and_press_visibility(
    signed_in: Callable[..., Person], groundwork: Groundwork
) -> None:
    bea, pete = signed_in("Bea Manager"), signed_in("Pete Press")
    bea.opens("/cases/foi/new/")
    flag = bea.page.locator("[name=flag_for_disclosure]").first
    assert flag.is_visible()
    bea.fills_in_request(kind="foi_compliance_review")
    assert not flag.is_visible()
    bea.presses("Create case")
    case = bea.has_created()
    bea.assigns_to("Unit A", group="Policy and Strategy")
    bea.sees("FOI - Internal review for compliance", "Trigger")
    groundwork.accept(case, "Rhys Responder")
    groundwork.take_on(case)
    pete.follows("New cases")
    pete.does_not_find(case)

    groundwork.move_the_date(4)
    bea.goes_to(case)
    bea.presses("Request further clearance")
    bea.sees_notice("Further clearance was requested.")
    pete.follows("New cases")
    assert "Disclosure BMT asked for further clearance" in pete.row_of(case)

    groundwork.move_the_date(4)
    groundwork.upload(case)
    dora = signed_in("Dora Disclosure")
    dora.clears(case)
    groundwork.mark_as_sent(case)
    bea.goes_to(case)
    bea.follows("Close case")
    bea.presses("Continue")
    bea.chooses(information_held="held", outcome="granted")
    bea.presses("Close the case", 422)
    bea.sees_errors("appeal_outcome")
    bea.chooses(appeal_outcome="upheld")
    bea.presses("Close the case")
    assert bea.status == "Closed"
    assert bea.detail("Appeal outcome") == "Upheld"
