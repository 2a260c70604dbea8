"""Linking cases through the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients import form
from tests.factories import FoiCase, link
from tests.pages.answers import led_to, problems, told
from tests.pages.reading import read

if TYPE_CHECKING:
    from django.test import Client

    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db


def linked_numbers(client: Client, case: Case) -> list[str]:
    rows = read(client.get(f"/cases/{case.pk}/").content).all(id="links")
    return [row.one("th").text for table in rows for row in table.one("tbody").all("tr")]


def test_both_pages_list_each_other(as_manager: Client) -> None:
    case, other = FoiCase(), FoiCase(case_type="foi_timeliness_review")
    answer = as_manager.post(f"/cases/{case.pk}/links/new/", form(number=f" {other.number} "), follow=True)
    assert told(answer, "success") == f"Case {other.number} was linked to this case."
    assert linked_numbers(as_manager, case) == [other.number]
    assert linked_numbers(as_manager, other) == [case.number]


def test_what_cannot_be_linked_is_told(as_manager: Client) -> None:
    case, other = FoiCase(), FoiCase()
    link(case, other)
    address = f"/cases/{case.pk}/links/new/"
    for number, words in (
        ("", "Enter the number"),
        ("999999999", "was found"),
        (case.number, "to itself"),
        (other.number, "already linked"),
        ("9" * 21, "20 characters or fewer"),
    ):
        assert words in problems(as_manager.post(address, form(number=number)))["number"]
    assert case.links.count() == 1


def test_a_case_that_one_may_not_see_is_not_found(as_responder: Client) -> None:
    case, other = (
        FoiCase(state="drafting"),
        FoiCase(state="drafting", unit="Unit B", responder="Bob Responder"),
    )
    found = problems(as_responder.post(f"/cases/{case.pk}/links/new/", form(number=other.number)))
    assert "was found" in found["number"]


def test_a_link_is_removed_from_both_after_a_question(as_manager: Client) -> None:
    case, other = FoiCase(), FoiCase()
    link(case, other)
    address = f"/cases/{case.pk}/links/{other.pk}/remove/"
    assert other.number in read(as_manager.get(address).content).one("h1").text
    answer = as_manager.post(address, form(), follow=True)
    assert told(answer, "success") == f"The link to case {other.number} was removed."
    assert not linked_numbers(as_manager, case)
    assert not linked_numbers(as_manager, other)
    assert as_manager.get(address).status_code == 404


def test_an_approver_without_the_case_does_not_link(as_disclosure: Client) -> None:
    case, other = FoiCase(state="drafting"), FoiCase()
    answer = as_disclosure.post(f"/cases/{case.pk}/links/new/", form(number=other.number))
    assert led_to(answer) == f"/cases/{case.pk}/"
    assert not case.links.exists()
