"""J20 to J22: links, deleting, moving a case to other hands, the conversation and the history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.journeys.groundwork import Groundwork
    from tests.journeys.people import Person
    from tests.journeys.service import Inbox, Service

pytestmark = pytest.mark.journey


def test_j20_link_and_delete(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox, service: Service
) -> None:
    case, other = groundwork.assigned_case(), groundwork.new_case(subject="Cost of drawing pins")
    mailed = inbox.wait_for(1, about=case.number)[0].link(service.url)
    bea = signed_in("Bea Manager")
    bea.goes_to(case)
    assert "No linked cases" in bea.panel("Linked cases").inner_text()
    bea.follows("Link a case")
    messages = set()
    for number in ("", "999999999", case.number):
        bea.fills(number=number)
        bea.presses("Link case", 422)
        bea.sees_errors("number")
        messages.add(bea.page.locator(".govuk-error-summary li").inner_text())
    assert len(messages) == 3
    bea.fills(number=other.number)
    bea.presses("Link case")
    bea.sees_notice(other.number)
    assert other.number in bea.panel("Linked cases").inner_text()
    bea.follows(other.number, within=bea.panel("Linked cases"))
    assert bea.path == other.path
    assert case.number in bea.panel("Linked cases").inner_text()

    bea.goes_to(case)
    assert not bea.offers("Delete case")
    bea.follows("Why can I not do something with this case?")
    bea.sees("Delete case", "This case is linked to others. Remove the links first.")
    bea.opens(f"{case.path}delete/")
    assert bea.path == case.path
    bea.sees_notice("This case is linked to others.")
    bea.follows(f"Remove link to case {other.number}")
    bea.presses("Remove link")
    for one in (other, case):
        bea.goes_to(one)
        assert "No linked cases" in bea.panel("Linked cases").inner_text()

    bea.follows("Delete case")
    bea.presses("Delete case", 422)
    bea.sees_errors("reason")
    bea.fills(reason="It was logged twice.")
    bea.presses("Delete case")
    assert bea.path == "/cases/open/"
    bea.sees_notice(f"Case {case.number} was deleted.")
    bea.does_not_find(case)
    bea.searches_for(case.number)
    bea.sees("0 cases found")
    bea.goes_to(case, 404)

    rhys = signed_in("Rhys Responder")
    rhys.opens(mailed)
    assert rhys.path == "/cases/open/"
    rhys.sees_notice(f"Case {case.number} was deleted.")
    rhys.does_not_find(case)


def test_j21_reassign_and_move(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox
) -> None:
    case = groundwork.accepted_case(flagged=True)
    groundwork.take_on(case)
    rhys, rina = signed_in("Rhys Responder"), signed_in("Rina Responder")
    rhys.goes_to(case)
    rhys.follows("Reassign case")
    rhys.presses("Reassign", 422)
    rhys.sees_error("user", "No changes")
    rhys.page.get_by_label("Rina Responder").check()
    rhys.presses("Reassign")
    rhys.sees_notice("Rina Responder")
    inbox.one(to=rina.email, about=f"Assigned to you - FOI - {case.number}")
    rina.opens("/cases/mine/")
    rina.finds(case)
    rhys.opens("/cases/mine/")
    rhys.does_not_find(case)

    dora = signed_in("Dora Disclosure")
    dora.goes_to(case)
    dora.follows("Reassign case")
    people = dora.page.get_by_role("radio").evaluate_all(
        "radios => radios.map(radio => radio.labels[0].innerText)"
    )
    assert len(people) >= 2
    for told in people:
        assert re.fullmatch(r"[\w ]+ \(\d+ open cases?\)", told.strip())

    bea = signed_in("Bea Manager")
    bea.goes_to(case)
    bea.follows("Assign to another team")
    bea.assigns_to("Unit B", group="Operations")
    assert (bea.status, bea.holder) == ("To be accepted", "Unit B")
    rina.goes_to(case, 404)
    rhys.goes_to(case, 404)


def test_j22_conversation_and_history(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox
) -> None:
    case = groundwork.accepted_case()
    bea, rhys = signed_in("Bea Manager"), signed_in("Rhys Responder")
    bea.goes_to(case)
    bea.presses("Add message", 422)
    bea.sees_errors("message")
    bea.fills(message="Do you need more time?")
    bea.presses("Add message")
    mine = bea.panel("Conversation").locator(".moj-message-item--sent")
    assert re.search(
        r"Do you need more time\?.*Bea Manager - Disclosure BMT.*\d\d:\d\d", mine.inner_text(), re.DOTALL
    )
    inbox.one(to=rhys.email, about=f"Message received - FOI - {case.number}")
    rhys.opens("/cases/mine/")
    assert "New message" in rhys.row_of(case)
    rhys.goes_to(case)
    assert rhys.panel("Conversation").locator(".moj-message-item--received").count() == 1
    rhys.opens("/cases/mine/")
    assert "New message" not in rhys.row_of(case)

    rhys.goes_to(case)
    rhys.fills(message="No, thank you.")
    rhys.presses("Add message")
    assert rhys.panel("Conversation").locator(".moj-message-item").count() == 2
    bea.opens("/cases/open/")
    assert "New message" in bea.row_of(case)

    # Logged, assigned, accepted: three events; the edits make them twenty-five.
    for number in range(22):
        groundwork.edit(case, subject=f"Cost of paper clips, version {number}")
    bea.goes_to(case)
    history = bea.panel("Case history")
    assert history.locator("tbody tr").count() == 20
    assert "Case details edited" in history.locator("tbody tr").first.inner_text()
    assert "Message" not in history.locator("table").inner_text()
    bea.follows(re.compile("Next"), within=history)
    assert history.locator("tbody tr").count() == 5
    assert "Case created" in history.locator("tbody tr").last.inner_text()
    assert len(inbox.mails(to=rhys.email, about=case.number)) == 1
