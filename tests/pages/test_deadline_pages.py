"""Extending a deadline and taking that back, through the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from tests.clients import form, signed_in
from tests.factories import FoiCase, fresh
from tests.pages.answers import led_to, problems, told
from tests.pages.reading import Element, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday() -> Iterator[None]:
    """25 November 2026: a case received on the 13th is due on 14 December."""
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def manager(db: None, wednesday: None) -> Client:
    return signed_in("Bea Manager")


def drafting(case_type: str = "foi") -> Case:
    return FoiCase(state="drafting", received=date(2026, 11, 13), case_type=case_type)


def extension(**changes: Any) -> dict[str, Any]:
    return form(
        **{
            "exemption": "s43",
            "notice_date": date(2026, 11, 24),
            "until": date(2027, 1, 13),
            "reason": "The public interest in the price is being weighed.",
        }
        | changes
    )


def facts(page: Element) -> dict[str, str]:
    keys, values = page.all("dt"), page.all("dd")
    return dict(zip((key.text for key in keys), (value.text for value in values), strict=True))


def test_the_page_tells_the_present_and_the_latest_date(manager: Client) -> None:
    page = read(manager.get(f"/cases/{drafting().pk}/pit-extension/").content)
    assert facts(page) == {
        "Present final deadline": "14 Dec 2026",
        "Latest date allowed": "15 Jan 2027",
        "Source": "FOIA 2000 s.10(3), with a notice under s.17(1) and s.17(2)",
    }
    assert "it is due by 14 Dec 2026" in page.one(class_="moj-alert--warning").text
    offered = [option["value"] for option in page.one("select", name="exemption").all("option")]
    assert "s43" in offered
    assert "s40_1" not in offered
    assert not page.all("textarea", name="second_reason")


def test_extending_shows_on_the_case(manager: Client) -> None:
    case = drafting()
    answer = manager.post(f"/cases/{case.pk}/pit-extension/", extension(version=case.version), follow=True)
    assert told(answer, "success") == "The final deadline was extended."
    page = read(answer.content)
    panel = page.one("article", class_="moj-ticket-panel")
    assert "13 January 2027" in panel.text
    assert "Extended for the public interest test; without that it was 14 Dec 2026." in panel.text
    assert panel.one("ol").all("li")[-1].text == (
        "Extended for the public interest test until Wed 13 Jan 2027"
    )
    history = page.one(id="history").text
    assert "From 14 Dec 2026 to 13 Jan 2027 The public interest in the price" in history


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"exemption": ""}, "exemption", "qualified exemption"),
        ({"exemption": "s40_1"}, "exemption", "one of the choices"),
        ({"notice_date": ""}, "notice_date-day", "date of the notice"),
        ({"notice_date": date(2026, 11, 26)}, "notice_date-day", "today or in the past"),
        ({"notice_date": date(2026, 11, 12)}, "notice_date-day", "cannot have been told before"),
        ({"reason": " "}, "reason", "why more time"),
        ({"until": ""}, "until-day", "new final deadline"),
        ({"until": date(2026, 12, 14)}, "until-day", "after the present one"),
        ({"until": date(2027, 1, 18)}, "until-day", "at the latest"),
    ],
)
def test_what_is_wrong_is_told(manager: Client, changes: dict[str, Any], field: str, words: str) -> None:
    case = drafting()
    found = problems(manager.post(f"/cases/{case.pk}/pit-extension/", extension(**changes)))
    assert words in found[field]
    assert not fresh(case).pit_extended


def test_a_very_long_extension_asks_for_a_second_reason(manager: Client) -> None:
    case = drafting()
    address = f"/cases/{case.pk}/pit-extension/"
    manager.post(address, extension())
    again = extension(until=date(2027, 2, 3))
    asked = manager.post(address, again)
    assert "more than 40" in problems(asked)["second_reason"]
    warnings = [box.text for box in read(asked.content).all(class_="moj-alert--warning")]
    assert any("beyond 40 working days" in warning for warning in warnings)
    assert fresh(case).final_deadline == date(2027, 1, 13)
    told_why = again | {"second_reason": "The third party answers late."}
    assert led_to(manager.post(address, told_why)) == f"/cases/{case.pk}/"
    assert fresh(case).final_deadline == date(2027, 2, 3)
    assert fresh(case).pit_extensions.latest("id").long_reason == "The third party answers late."


def test_a_review_is_extended_without_an_exemption(manager: Client) -> None:
    case = drafting("foi_compliance_review")
    page = read(manager.get(f"/cases/{case.pk}/pit-extension/").content)
    assert page.one("h1").text == "Extend the target date"
    assert not page.all("select", name="exemption")
    assert not page.all("input", name="notice_date-day")
    sent = form(until=date(2027, 1, 13), reason="The records are on paper.")
    answer = manager.post(f"/cases/{case.pk}/pit-extension/", sent, follow=True)
    assert "Extended: complex review until Wed 13 Jan 2027" in read(answer.content).one("main").text


def test_the_extension_is_removed_after_showing_what_comes_back(manager: Client) -> None:
    case = drafting()
    manager.post(f"/cases/{case.pk}/pit-extension/", extension())
    address = f"/cases/{case.pk}/pit-extension/remove/"
    page = read(manager.get(address).content)
    assert facts(page) == {"Extended deadline": "13 Jan 2027", "Restored deadline": "14 Dec 2026"}
    assert not page.all(class_="govuk-warning-text")
    answer = manager.post(address, form(version=fresh(case).version), follow=True)
    assert told(answer, "success") == "The extension was removed."
    assert (fresh(case).final_deadline, fresh(case).pit_extended) == (date(2026, 12, 14), False)


def test_a_restored_date_that_has_passed_is_warned_of(manager: Client) -> None:
    case = FoiCase(state="drafting", received=date(2026, 10, 1))
    sent = extension(until=date(2026, 11, 26), notice_date=date(2026, 10, 20))
    assert led_to(manager.post(f"/cases/{case.pk}/pit-extension/", sent))
    page = read(manager.get(f"/cases/{case.pk}/pit-extension/remove/").content)
    assert "already passed" in page.one(class_="govuk-warning-text").text


def test_there_is_nothing_to_remove_without_an_extension(manager: Client) -> None:
    case = drafting()
    answer = manager.get(f"/cases/{case.pk}/pit-extension/remove/", follow=True)
    assert "was not extended" in told(answer, "error")


def test_a_responder_does_not_extend(wednesday: None) -> None:
    case = drafting()
    answer = signed_in("Rhys Responder").post(f"/cases/{case.pk}/pit-extension/", extension())
    assert led_to(answer) == f"/cases/{case.pk}/"
    assert not fresh(case).pit_extended
