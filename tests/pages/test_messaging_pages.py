"""The conversation of a case through its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.notifications.models import Message
from tests.clients import form
from tests.factories import FoiCase, fresh, responding_assignment
from tests.pages.answers import led_to, problems, told
from tests.pages.reading import read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_message_is_posted_and_the_page_jumps_to_it(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    answer = as_manager.post(
        f"/cases/{case.pk}/messages/", form(message="Is March in it?\r\n<b>And April?</b>")
    )
    assert led_to(answer) == f"/cases/{case.pk}/#messages"
    assert case.transitions.get(event="add_message_to_case").message == "Is March in it?\n<b>And April?</b>"
    page = read(as_manager.get(f"/cases/{case.pk}/").content)
    assert "<b>And April?</b>" in page.one(class_="app-conversation").text
    assert page.one("h2", id="messages").text == "Conversation"
    assert Message.objects.filter(kind="message_received").count() == 1


@pytest.mark.parametrize("text", ["", "   \r\n "])
def test_a_blank_one_is_told_on_the_page_of_the_case(as_manager: Client, text: str) -> None:
    case = FoiCase(state="drafting")
    answer = as_manager.post(f"/cases/{case.pk}/messages/", form(message=text))
    assert problems(answer) == {"message": "Enter a message"}
    assert case.number in read(answer.content).one("main").text
    assert not case.transitions.filter(event="add_message_to_case").exists()


def test_one_that_is_too_long_is_kept_in_the_box(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    answer = as_manager.post(f"/cases/{case.pk}/messages/", form(message="x" * 10_001))
    assert "10,000 characters or fewer" in problems(answer)["message"]
    assert read(answer.content).one("textarea", name="message").text == "x" * 10_001


def test_the_same_form_twice_is_one_message(as_manager: Client) -> None:
    case, sent = FoiCase(state="drafting"), form(message="Once")
    for _ in range(2):
        assert led_to(as_manager.post(f"/cases/{case.pk}/messages/", sent)).endswith("#messages")
    assert case.transitions.filter(event="add_message_to_case").count() == 1


def test_a_message_does_not_make_other_pages_out_of_date(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    as_manager.post(f"/cases/{case.pk}/messages/", form(message="Hello", version=0))
    assert fresh(case).version == case.version


def test_reading_is_not_posting(as_manager: Client) -> None:
    assert as_manager.get(f"/cases/{FoiCase().pk}/messages/").status_code == 405


def test_an_approver_who_is_not_on_the_case_cannot_post(as_press: Client) -> None:
    case = FoiCase(state="drafting")
    answer = as_press.post(f"/cases/{case.pk}/messages/", form(message="Hello"), follow=True)
    assert told(answer, "error")
    assert not case.transitions.filter(event="add_message_to_case").exists()
    assert not read(answer.content).all("textarea", name="message")


def test_a_unit_that_has_still_to_accept_does_not_get_past_it(as_responder: Client) -> None:
    case = FoiCase(state="awaiting_responder")
    answer = as_responder.post(f"/cases/{case.pk}/messages/", form(message=""))
    assert led_to(answer) == f"/cases/{case.pk}/assignments/{responding_assignment(case).pk}/"
