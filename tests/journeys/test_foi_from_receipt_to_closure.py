"""J3 to J6: a request is logged, assigned, accepted, answered and closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from correspondence.core.formats import long_date, short_date
from tests.journeys.days import working_days_after, working_days_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.journeys.groundwork import Groundwork
    from tests.journeys.people import Person
    from tests.journeys.service import Inbox, Service

pytestmark = pytest.mark.journey

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])

LONG_REQUEST = "\n\n".join(
    f"{number}. Please tell me what your department spent on paper clips of size {number}, and who sold them."
    for number in range(1, 9)
)


def height(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["height"]


@with_and_without_scripts
def test_j3_create_and_assign(signed_in: Callable[..., Person], inbox: Inbox, *, scripts: bool) -> None:
    bea = signed_in("Bea Manager", scripts=scripts)
    bea.follows("Create case", within=bea.page.get_by_role("navigation", name="Main"))
    assert bea.main.locator("ul.govuk-list a").all_inner_texts() == ["FOI"]
    bea.follows("FOI", within=bea.main)
    today = bea.today

    bea.presses("Create case", 422)
    bea.sees_errors(
        "flag_for_disclosure",
        "name",
        "email",
        "postal_address",
        "requester_type",
        "received_date",
        "delivery_method",
        "subject",
    )

    if scripts:
        message, scan = bea.page.locator("[name=message]"), bea.page.locator("[name=documents]")
        assert not message.is_visible()
        bea.chooses(delivery_method="sent_by_email")
        assert message.is_visible()
        assert not scan.is_visible()
        bea.chooses(delivery_method="sent_by_post")
        assert scan.is_visible()
        assert not message.is_visible()
        bea.page.get_by_role("button", name="Today for Date received").click()
        assert [
            bea.page.locator(f"#id_received_date-{part}").input_value() for part in ("day", "month", "year")
        ] == [
            str(today.day),
            str(today.month),
            str(today.year),
        ]

    bea.fills_in_request(flag="no", request=LONG_REQUEST)
    bea.chooses(delivery_method="sent_by_post")
    bea.presses("Create case", 422)
    bea.sees_errors("postal_address", "documents")
    for received in (today + timedelta(days=1), today - timedelta(days=396)):
        bea.fills_in_request(flag="no", request=LONG_REQUEST, received=received)
        bea.presses("Create case", 422)
        bea.sees_errors("received_date")

    bea.fills_in_request(flag="no", request=LONG_REQUEST)
    bea.presses("Create case")
    case = bea.has_created()
    assert case.number.startswith(f"{today:%y%m%d}")
    bea.sees_notice(f"Case {case.number} was created.")

    bea.does_not_see("Unit A")
    bea.follows("Operations", within=bea.main)
    bea.sees("Unit B")
    bea.does_not_see("Unit A")
    bea.follows("Policy and Strategy", within=bea.main)
    bea.sees("Unit A", "Sentencing policy", "Ruth Calder")
    bea.does_not_see("Unit B")
    bea.presses("Assign to this unit: Unit A")
    assert bea.path == case.path
    bea.sees_notice(case.number, "Unit A")

    assert bea.status == "To be accepted"
    assert bea.holder == "Unit A"
    due = working_days_after(20, today)
    assert long_date(due) in bea.panel("Final deadline").inner_text()
    assert bea.detail("Final deadline") == short_date(due)
    last_words = "paper clips of size 8"
    if scripts:
        text = bea.page.locator("[data-long-text]")
        folded = height(text)
        bea.page.get_by_role("button", name="Show more of the request").click()
        assert height(text) > folded
        bea.page.get_by_role("button", name="Show less of the request").click()
        assert height(text) == folded
    else:
        bea.sees(last_words)

    mail = inbox.wait_for(1, about=case.number)[0]
    assert mail.to == "unit-a@example.invalid"


def test_j4_accept_reject_and_stale_links(
    signed_in: Callable[..., Person], groundwork: Groundwork, inbox: Inbox, service: Service
) -> None:
    case = groundwork.assigned_case()
    link = inbox.wait_for(1, about=case.number)[0].link(service.url)

    rhys = signed_in("Rhys Responder")
    rhys.opens(link)
    rhys.sees("Request", "Case history", "Accept", "Reject")
    rhys.presses("Confirm", 422)
    rhys.sees_errors("decision")

    rhys.chooses(decision="reject")
    rhys.presses("Confirm", 422)
    rhys.sees_errors("reason")
    rhys.fills(reason="Paper clips are bought by Unit B.")
    rhys.presses("Confirm")
    assert rhys.path == "/cases/open/"
    rhys.sees_notice(f"Case {case.number} was rejected")

    bea = signed_in("Bea Manager")
    bea.goes_to(case)
    assert bea.status == "Needs reassigning"
    assert "Paper clips are bought by Unit B." in bea.panel("Case history").inner_text()
    bea.follows("Assign to a responder")
    bea.assigns_to("Unit B", group="Operations")
    responders = {"bob.responder@example.invalid", "mara.both@example.invalid"}
    mails = inbox.wait_for(3, about=case.number)
    assert {mail.to for mail in mails} == {"unit-a@example.invalid", *responders}

    bob = signed_in("Bob Responder")
    before = bob.counts_of_my_open_cases()
    bob.goes_to(case)
    assert bob.path.startswith(f"{case.path}assignments/")
    bob.chooses(decision="accept")
    bob.presses("Confirm")
    assert bob.path == case.path
    bob.sees_notice("You accepted this case.", "your open cases")
    assert bob.status == "Draft in progress"
    assert bob.holder == "Bob Responder"
    bea.goes_to(case)
    assert bea.holder == "Unit B"

    bob.opens(inbox.mails(to=bob.email, about=case.number)[0].link(service.url))
    assert bob.path == case.path
    assert not bob.main.locator("[name=decision]").count()
    rhys.opens(link)
    assert rhys.path == "/cases/open/"
    rhys.sees_notice("This case is not assigned to your unit any more.")

    assert bob.counts_of_my_open_cases() == (before[0] + 1, before[1])
    bob.finds(case)


@with_and_without_scripts
def test_j5_upload_send_and_close_as_granted(
    signed_in: Callable[..., Person], groundwork: Groundwork, *, scripts: bool
) -> None:
    case = groundwork.accepted_case()
    received = groundwork.today()
    sent = groundwork.move_the_date(4)

    rhys = signed_in("Rhys Responder", scripts=scripts)
    rhys.goes_to(case)
    rhys.follows("Upload response")
    rhys.presses("Upload response", 422)
    rhys.sees_errors("documents")
    chosen = rhys.attaches("documents", ["answer.docx", "figures.pdf"])
    rhys.fills(message="The figures are complete.")
    rhys.presses("Upload response")
    rhys.sees_notice("The response was uploaded.")
    assert rhys.status == "Ready to send"
    files = " ".join(rhys.panel("Response files").inner_text().split())
    for words in ("answer.docx", "figures.pdf", "Rhys Responder, Unit A", short_date(sent)):
        assert words in files
    for name, content in chosen.items():
        assert rhys.downloads(name) == content
    assert "The figures are complete." in rhys.panel("Conversation").inner_text()

    rhys.follows("Mark response as sent")
    rhys.sees("the response was sent to the requester", "You cannot change the response after this.")
    for wrong in (sent + timedelta(days=1), received - timedelta(days=1)):
        rhys.enters_date("response_date", wrong)
        rhys.presses("Mark as sent", 422)
        rhys.sees_errors("response_date")
    rhys.enters_date("response_date", sent)
    rhys.presses("Mark as sent")
    rhys.sees_notice("The response was marked as sent.")
    assert rhys.status == "Ready to close"
    assert rhys.holder == "Disclosure BMT"
    assert not rhys.offers("Mark response as sent")

    bea = signed_in("Bea Manager", scripts=scripts)
    bea.goes_to(case)
    bea.follows("Close case")
    bea.presses("Continue")
    bea.presses("Close the case", 422)
    bea.sees_errors("information_held")
    bea.chooses(information_held="held")
    bea.presses("Close the case", 422)
    bea.sees_errors("outcome")
    bea.chooses(outcome="granted")
    bea.presses("Close the case")
    notice = bea.main.locator(".govuk-notification-banner, [role=alert]").first
    assert f"Case {case.number} is closed" in notice.inner_text()
    assert notice.get_by_role("link", name="Edit closure details").count() == 1
    assert bea.status == "Closed"

    bea.follows("Closed cases")
    assert case.number in bea.main.locator("tbody tr").first.inner_text()
    bea.follows(case.number)
    assert bea.detail("Date response sent") == short_date(sent)
    assert bea.detail("Timeliness") == "Answered in time"
    assert bea.detail("Time taken") == "Working day 4 of 20"
    assert bea.detail("Information held") == "Yes"
    assert bea.detail("Outcome") == "Granted in full"


def test_j6_late_closure_with_exemptions_and_its_correction(
    signed_in: Callable[..., Person], groundwork: Groundwork
) -> None:
    # The window takes four working days; that makes the answer five working days late.
    received = working_days_before(21, groundwork.today())
    case = groundwork.accepted_case(received=received)
    groundwork.move_the_date(4)
    groundwork.upload(case)
    groundwork.mark_as_sent(case)

    bea = signed_in("Bea Manager")
    bea.goes_to(case)
    assert "Answered late" in bea.panel("Final deadline").inner_text()
    bea.follows("Close case")
    bea.presses("Continue")
    ground = bea.page.locator("[name=grounds][value=s12_1]")
    exemptions = bea.page.locator("[name=exemptions]").first
    assert not exemptions.is_visible()
    bea.chooses(information_held="part_held", outcome="part")
    assert exemptions.is_visible()
    assert not ground.is_visible()
    bea.presses("Close the case", 422)
    bea.sees_errors("late_team", "exemptions")

    ground.evaluate("radio => { radio.checked = true; }")
    bea.page.get_by_role("group", name="Business unit responsible").get_by_label("Unit A", exact=True).check()
    bea.ticks("exemptions", "s40_2_3a", "s22")
    bea.presses("Close the case", 422)
    bea.sees_errors("grounds", "public_interest_s22", "public_interest_reasons_s22")
    bea.page.locator("[name=grounds][value='']").evaluate("radio => { radio.checked = true; }")
    bea.chooses(public_interest_s22="yes")
    bea.fills(public_interest_reasons_s22="The figures come out in January, with what explains them.")
    bea.presses("Close the case")
    assert bea.status == "Closed"

    assert bea.detail("Timeliness") == "Answered late"
    assert bea.detail("Time taken") == "Working day 25 of 20"
    assert bea.detail("Business unit responsible for the late response") == "Unit A"
    assert bea.detail("Information held") == "Held in part"
    assert bea.detail("Outcome") == "Refused in part"
    relied_on = bea.detail("Exemptions")
    for words in ("s.22 ", "s.40(2) with (3A)", "The figures come out in January"):
        assert words in relied_on

    bea.follows("Edit closure details")
    bea.chooses(information_held="not_held")
    assert not exemptions.is_visible()
    assert not bea.page.locator("[name=outcome]").first.is_visible()
    bea.presses("Save")
    bea.sees_notice("The closure details were updated.")
    assert bea.detail("Information held") == "No"
    assert not bea.has_detail("Outcome")
    assert not bea.has_detail("Exemptions")
    assert "Closure details edited" in bea.panel("Case history").locator("tbody tr").first.inner_text()

    bea.follows("Edit closure details")
    bea.chooses(information_held="not_confirmed", refusal_reason="ncnd")
    bea.presses("Save", 422)
    bea.sees_errors("exemptions_deny")
    offered = bea.page.locator("[name=exemptions_deny]").evaluate_all("boxes => boxes.map(box => box.value)")
    assert not {"s21", "s12_1"} & set(offered)
    bea.ticks("exemptions_deny", "s23_5")
    bea.presses("Save")
    assert bea.detail("Reason for refusal") == "Neither confirm nor deny (NCND)"
    assert "s.23(5)" in bea.detail("Exemptions")
