"""Logging a request through its pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from correspondence.cases.models import Case
from correspondence.core import clock
from correspondence.documents.models import Attachment
from tests.clients import form
from tests.pages.answers import led_to, problems
from tests.pages.reading import Element, read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

ADDRESS = "/cases/foi/new/"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def request_form(**changes: Any) -> dict[str, Any]:
    """A request that can be logged as it is."""
    return form(
        **{
            "case_type": "foi",
            "flag_for_disclosure": "no",
            "name": "Harriet Lowe",
            "email": "harriet.lowe@example.invalid",
            "requester_type": "journalist",
            "received_date": clock.today(),
            "delivery_method": "sent_by_email",
            "message": "Please send me the opening hours.",
            "subject": "Opening hours",
        }
        | changes
    )


def pdf(name: str = "request.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def test_the_menu_offers_the_types_that_exist(as_manager: Client) -> None:
    page = read(as_manager.get("/cases/new/").content)
    assert [link.text for link in page.one("main").all("a")] == ["FOI"]
    assert page.one("main").one("a")["href"] == ADDRESS


def test_three_kinds_share_the_form(as_manager: Client) -> None:
    page = read(as_manager.get(ADDRESS).content)
    assert [box["value"] for box in page.all("input", name="case_type")] == [
        "foi",
        "foi_timeliness_review",
        "foi_compliance_review",
    ]
    assert "checked" in page.one("input", name="case_type", value="foi")


@pytest.mark.parametrize("address", ["/cases/new/", ADDRESS])
def test_only_managers_log_requests(as_responder: Client, address: str) -> None:
    answer = as_responder.get(address, follow=True)
    assert answer.redirect_chain[0] == ("/", 302)
    assert "Only a manager may log a request." in read(answer.content).one(class_="moj-alert--error").text


def test_a_responder_cannot_post_one_either(as_responder: Client) -> None:
    assert as_responder.post(ADDRESS, request_form()).status_code == 302
    assert not Case.objects.exists()


def test_everything_missing_is_told_at_once(as_manager: Client) -> None:
    answer = as_manager.post(ADDRESS, form(case_type="foi"))
    assert list(problems(answer)) == [
        "flag_for_disclosure",
        "name",
        "email",
        "postal_address",
        "requester_type",
        "received_date-day",
        "delivery_method",
        "subject",
    ]
    assert not Case.objects.exists()


def test_a_request_becomes_a_case_and_leads_to_its_assignment(as_manager: Client) -> None:
    answer = as_manager.post(ADDRESS, request_form(), follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain == [(f"/cases/{case.pk}/assignments/new/", 302)]
    assert case.number == f"{clock.today():%y%m%d}001"
    assert case.number in read(answer.content).one(class_="moj-alert--success").text
    assert (case.workflow, case.state, case.requester_type) == ("standard", "unassigned", "journalist")


def test_a_flag_puts_disclosure_on_the_case(as_manager: Client) -> None:
    as_manager.post(ADDRESS, request_form(flag_for_disclosure="yes"))
    assert Case.objects.get().workflow == "trigger"


@pytest.mark.parametrize("flag", [None, "no", "yes"])
def test_a_review_is_flagged_whatever_the_hidden_question_says(as_manager: Client, flag: str | None) -> None:
    as_manager.post(ADDRESS, request_form(case_type="foi_compliance_review", flag_for_disclosure=flag))
    case = Case.objects.get()
    assert (case.case_type, case.workflow) == ("foi_compliance_review", "trigger")
    assert case.assignments.filter(role="approving").count() == 1


def year_ago(*, days: int) -> date:
    return clock.today().replace(year=clock.today().year - 1, day=min(clock.today().day, 28)) - timedelta(
        days
    )


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "full name"),
        ({"name": "x" * 201}, "name", "200 characters or fewer"),
        ({"subject": "x" * 101}, "subject", "100 characters or fewer"),
        ({"message": "x" * 100_001}, "message", "100,000 characters or fewer"),
        ({"postal_address": "x" * 1001}, "postal_address", "1,000 characters or fewer"),
        ({"name": "Har\0riet"}, "name", "cannot be kept"),
        ({"email": "x" * 250 + "@example.invalid"}, "email", "254 characters or fewer"),
        ({"email": "not an address"}, "email", "name@example.com"),
        ({"email": ""}, "email", "an email address or a postal address"),
        ({"message": ""}, "message", "words of the request"),
        ({"message": "  \r\n "}, "message", "words of the request"),
        ({"delivery_method": "sent_by_post"}, "documents", "scanned request"),
        ({"delivery_method": "by_pigeon"}, "delivery_method", "one of the choices"),
        ({"requester_type": "king"}, "requester_type", "one of the choices"),
        ({"case_type": "sar"}, "case_type", "one of the choices"),
        ({"received_date": ""}, "received_date-day", "date received"),
        ({"received_date": date(2200, 1, 1)}, "received_date-day", "in the future"),
        ({"received_date": date(2001, 1, 1)}, "received_date-day", "cannot be before"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(
    as_manager: Client, changes: dict[str, Any], field: str, words: str
) -> None:
    found = problems(as_manager.post(ADDRESS, request_form(**changes)))
    assert words in found[field]
    assert not Case.objects.exists()


def test_a_mistyped_address_is_not_told_as_missing_too(as_manager: Client) -> None:
    assert list(problems(as_manager.post(ADDRESS, request_form(email="harriet@")))) == ["email"]


@pytest.mark.parametrize(
    ("day", "month", "year"), [("31", "2", "2026"), ("x", "1", "2026"), ("1", "13", "2026"), ("1", "1", "26")]
)
def test_a_date_that_is_none(as_manager: Client, day: str, month: str, year: str) -> None:
    sent = request_form() | {
        "received_date-day": day,
        "received_date-month": month,
        "received_date-year": year,
    }
    assert any(field.startswith("received_date") for field in problems(as_manager.post(ADDRESS, sent)))


def test_a_request_by_post_comes_with_its_scan(as_manager: Client) -> None:
    name = "Anfrage „Öffnungszeiten“ שעות 📬.pdf"
    sent = request_form(delivery_method="sent_by_post", postal_address="1 Long Lane\r\nLeeds", email="")
    as_manager.post(ADDRESS, sent | {"documents": [pdf(name), pdf("second.pdf")]})
    case = Case.objects.get()
    assert case.message == ""
    assert case.postal_address == "1 Long Lane\nLeeds"
    assert {file.filename for file in Attachment.objects.filter(case=case)} == {name, "second.pdf"}


def test_files_stand_in_for_the_words_of_an_email(as_manager: Client) -> None:
    as_manager.post(ADDRESS, request_form(message="") | {"attachments": [pdf()]})
    assert Attachment.objects.get(case=Case.objects.get()).kind == "request"


def test_a_file_with_wrong_content_is_told_beside_the_question(as_manager: Client) -> None:
    wrong = SimpleUploadedFile("request.pdf", b"MZ" + b"\0" * 200, "application/pdf")
    found = problems(as_manager.post(ADDRESS, request_form() | {"attachments": [wrong]}))
    assert "request.pdf" in found["attachments"]
    assert not Case.objects.exists()
    assert not Attachment.objects.exists()


def test_files_that_cannot_be_kept_have_to_be_chosen_again(as_manager: Client) -> None:
    found = problems(as_manager.post(ADDRESS, request_form(subject="") | {"attachments": [pdf()]}))
    assert list(found) == ["attachments", "subject"]
    assert "Choose the files again" in found["attachments"]


def test_the_same_form_sent_twice_makes_one_case(as_manager: Client) -> None:
    sent = request_form()
    first, second = as_manager.post(ADDRESS, sent), as_manager.post(ADDRESS, sent)
    assert led_to(first) == led_to(second)
    assert Case.objects.count() == 1


def test_a_form_without_its_key_is_refused(as_manager: Client) -> None:
    sent = request_form()
    del sent["form_key"]
    assert as_manager.post(ADDRESS, sent).status_code == 422
    assert not Case.objects.exists()


def test_what_was_typed_is_kept(as_manager: Client) -> None:
    answer = as_manager.post(ADDRESS, request_form(subject="", name='<b>"Ada" & Öykü</b>'))
    page: Element = read(answer.content)
    assert page.one("input", name="name")["value"] == '<b>"Ada" & Öykü</b>'
    assert "checked" in page.one("input", name="requester_type", value="journalist")
