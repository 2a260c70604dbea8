"""Correcting what is recorded of a request, and deleting a case, through the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from correspondence.cases.actions import deadlines
from correspondence.cases.models import Case
from correspondence.core import clock
from tests.clients import form, signed_in
from tests.factories import FoiCase, acting, fresh, link
from tests.pages.answers import led_to, problems, told
from tests.pages.reading import read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

WEDNESDAY = time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC))


def details(case: Case, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it, with some answers changed."""
    names = (
        "case_type",
        "name",
        "email",
        "postal_address",
        "requester_type",
        "received_date",
        "delivery_method",
        "subject",
        "message",
        "draft_compliant_date",
        "version",
    )
    return form(**{name: getattr(case, name) for name in names} | changes)


def address(case: Case) -> str:
    return f"/cases/{case.pk}/edit/"


def test_the_form_begins_with_what_is_recorded(as_manager: Client) -> None:
    case = FoiCase(state="drafting", name="Ada Quist", message="Hours, please")
    page = read(as_manager.get(address(case)).content)
    assert page.one("input", name="name")["value"] == "Ada Quist"
    assert page.one("textarea", name="message").text == "Hours, please"
    assert page.one("input", name="received_date-day")["value"] == str(case.received_date.day)
    assert not page.all("input", name="flag_for_disclosure")
    assert not page.all("input", name="draft_compliant_date-day")
    assert not page.all("input", name="pit_keep")


def test_a_change_is_kept_and_told(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    sent = details(case, subject="Closing hours", postal_address="1 Long Lane\r\nLeeds")
    answer = as_manager.post(address(case), sent, follow=True)
    assert told(answer, "success") == "The case details were updated."
    assert (fresh(case).subject, fresh(case).postal_address) == ("Closing hours", "1 Long Lane\nLeeds")
    history = read(as_manager.get(f"/cases/{case.pk}/").content).one(id="history").text
    assert "Case details edited Changed: postal address and subject" in history


def test_no_change_is_told_and_not_recorded(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    answer = as_manager.post(address(case), details(case), follow=True)
    assert told(answer, "error") == "No changes were made."
    assert fresh(case).version == case.version


def test_words_beside_files_stay_as_they_came(as_manager: Client) -> None:
    case = FoiCase(request_files=["request.pdf"], message="As it came")
    assert not read(as_manager.get(address(case)).content).all("textarea", name="message")
    as_manager.post(address(case), details(case, subject="New", message="Forged"))
    assert (fresh(case).subject, fresh(case).message) == ("New", "As it came")


def test_a_request_stays_a_request_and_a_review_a_review(as_manager: Client) -> None:
    case, review = FoiCase(), FoiCase(case_type="foi_compliance_review")
    assert not read(as_manager.get(address(case)).content).all("input", name="case_type")
    as_manager.post(address(case), details(case, case_type="foi_compliance_review", subject="New"))
    assert (fresh(case).case_type, fresh(case).subject) == ("foi", "New")
    as_manager.post(address(review), details(review, case_type="foi_timeliness_review"))
    assert fresh(review).case_type == "foi_timeliness_review"
    found = problems(as_manager.post(address(review), details(fresh(review), case_type="foi")))
    assert "one of the choices" in found["case_type"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"subject": "x" * 101}, "subject"),
        ({"received_date": date(2200, 1, 1)}, "received_date-day"),
        ({"received_date": date(2001, 1, 1)}, "received_date-day"),
        ({"delivery_method": "by_pigeon"}, "delivery_method"),
    ],
)
def test_what_is_wrong_is_told(as_manager: Client, changes: dict[str, Any], field: str) -> None:
    case = FoiCase(state="drafting")
    assert list(problems(as_manager.post(address(case), details(case, **changes)))) == [field]
    assert fresh(case).version == case.version


@WEDNESDAY
def test_another_date_of_receipt_moves_the_deadlines() -> None:
    case = FoiCase(state="drafting", received=date(2026, 11, 13))
    answer = signed_in("Bea Manager").post(address(case), details(case, received_date=date(2026, 11, 12)))
    assert led_to(answer) == f"/cases/{case.pk}/"
    assert fresh(case).final_deadline == date(2026, 12, 11)
    assert fresh(case).escalation_deadline == case.escalation_deadline


def extended(case: Case, until: date) -> Case:
    return deadlines.extend_for_pit(
        case_id=case.pk,
        until=until,
        reason="The public interest is being weighed.",
        exemption="s43",
        notice_date=clock.today(),
        second_reason="",
        acting=acting(case, "Bea Manager", "extend_for_pit"),
        now=clock.now(),
    )


@WEDNESDAY
def test_an_extension_that_no_longer_fits_is_asked_about() -> None:
    client, case = signed_in("Bea Manager"), FoiCase(state="drafting", received=date(2026, 11, 13))
    case = extended(case, date(2027, 1, 13))
    sent = details(fresh(case), received_date=date(2026, 10, 1))
    asked = client.post(address(case), sent)
    assert "extended deadline no longer fits" in problems(asked)["pit_keep"]
    page = read(asked.content)
    assert [box["value"] for box in page.all("input", name="pit_keep")] == ["new_date", "remove"]
    assert fresh(case).final_deadline == date(2027, 1, 13)
    too_late = sent | form(pit_keep="new_date", new_extension=date(2027, 1, 13))
    assert "at the latest" in problems(client.post(address(case), too_late))["new_extension-day"]
    fits = details(fresh(case), received_date=date(2026, 10, 1)) | form(
        pit_keep="new_date", new_extension=date(2026, 11, 20)
    )
    assert led_to(client.post(address(case), fits)) == f"/cases/{case.pk}/"
    assert (fresh(case).final_deadline, fresh(case).pit_extended) == (date(2026, 11, 20), True)
    assert fresh(case).statutory_deadline == date(2026, 10, 29)


@WEDNESDAY
def test_an_extension_that_no_longer_fits_can_be_removed() -> None:
    client, case = signed_in("Bea Manager"), FoiCase(state="drafting", received=date(2026, 11, 13))
    case = extended(case, date(2027, 1, 13))
    sent = details(fresh(case), received_date=date(2026, 10, 1)) | form(pit_keep="remove")
    assert led_to(client.post(address(case), sent)) == f"/cases/{case.pk}/"
    assert (fresh(case).final_deadline, fresh(case).pit_extended) == (date(2026, 10, 29), False)


def test_the_date_of_the_draft_is_corrected_within_limits(as_manager: Client) -> None:
    case = FoiCase(state="awaiting_dispatch", workflow="trigger")
    assert case.draft_compliant_date == clock.today()
    before = case.received_date - timedelta(days=1)
    found = problems(as_manager.post(address(case), details(case, draft_compliant_date=before)))
    assert "on or after the date received" in found["draft_compliant_date-day"]
    as_manager.post(address(case), details(case, draft_compliant_date=case.received_date))
    assert fresh(case).draft_compliant_date == case.received_date


def test_only_managers_edit(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    for answer in (
        as_responder.get(address(case)),
        as_responder.post(address(case), details(case, name="X")),
    ):
        assert led_to(answer) == f"/cases/{case.pk}/"
    assert fresh(case).name == case.name


def test_a_case_is_deleted_with_a_reason(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    page = read(as_manager.get(f"/cases/{case.pk}/delete/").content)
    assert "cannot be undone" in page.one(class_="govuk-warning-text").text
    found = problems(as_manager.post(f"/cases/{case.pk}/delete/", form(reason=" ")))
    assert list(found) == ["reason"]
    sent = form(reason="Logged twice", version=case.version)
    answer = as_manager.post(f"/cases/{case.pk}/delete/", sent, follow=True)
    assert answer.redirect_chain[0] == ("/cases/open/", 302)
    assert told(answer, "success") == f"Case {case.number} was deleted."
    assert as_manager.get(f"/cases/{case.pk}/").status_code == 404
    assert Case.objects.get(pk=case.pk).deletion_reason == "Logged twice"
    assert led_to(as_manager.post(f"/cases/{case.pk}/delete/", sent)) == "/cases/open/"


def test_a_linked_case_is_not_deleted(as_manager: Client) -> None:
    case, other = FoiCase(), FoiCase()
    link(case, other)
    answer = as_manager.post(f"/cases/{case.pk}/delete/", form(reason="Logged twice"), follow=True)
    assert "linked to others" in told(answer, "error")
    assert fresh(case).deleted_at is None


def test_a_responder_does_not_delete(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    assert led_to(as_responder.post(f"/cases/{case.pk}/delete/", form(reason="No"))) == f"/cases/{case.pk}/"
    assert fresh(case).deleted_at is None
