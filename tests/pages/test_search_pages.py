"""Searching: what is posted, who sees the result, what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from correspondence.caseload import paging
from correspondence.caseload.models import Search
from tests import statements
from tests.clients import signed_in
from tests.factories import FoiCase, message
from tests.pages.answers import led_to, problems
from tests.pages.reading import read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def searched(client: Client, text: str) -> str:
    """The address of the result."""
    return led_to(client.post("/search/", {"text": text}))


def numbers(client: Client, address: str) -> list[str]:
    page = read(client.get(address).content)
    return [row.all("th")[0].text for row in page.one("tbody").all("tr")]


def test_a_search_is_posted_kept_and_shown_at_an_address_without_its_words(as_manager: Client) -> None:
    case = FoiCase(name="Petra Lindqvist")
    FoiCase(name="Otto Friel")
    address = searched(as_manager, "  Lindqvist ")
    kept = Search.objects.get()
    assert address == f"/search/{kept.pk}/"
    assert kept.text == "Lindqvist"
    assert numbers(as_manager, address) == [case.number]
    page = read(as_manager.get(address).content)
    assert page.one("title").text == "Search: 1 case found - Correspondence Tool"
    assert page.one("input", name="text")["value"] == "Lindqvist"
    assert page.one("h2", id="found").text == "1 case found"


def test_searching_by_an_address_is_not_possible(as_manager: Client) -> None:
    page = read(as_manager.get("/search/?text=Lindqvist").content)
    assert not page.all("table")
    assert not Search.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "\t \n", "x" * 201])
def test_blank_or_overlong_words_are_refused_beside_the_field(as_manager: Client, text: str) -> None:
    answer = as_manager.post("/search/", {"text": text})
    (message_shown,) = problems(answer).values()
    assert message_shown
    assert not Search.objects.exists()


def test_without_the_field_nothing_is_searched(as_manager: Client) -> None:
    assert problems(as_manager.post("/search/", {})) == {"text": "Enter what to search for"}


def test_nothing_found_is_told_with_help(as_manager: Client) -> None:
    page = read(as_manager.get(searched(as_manager, "<b>lighthouse</b>")).content)
    assert page.one("h2", id="found").text == "0 cases found"
    assert "Nothing was found for “<b>lighthouse</b>”." in page.one("main").text
    assert "Check the spelling" in page.one("main").text
    assert not page.all("table")


def test_a_result_is_shown_to_its_owner_alone(as_manager: Client, as_disclosure: Client) -> None:
    address = searched(as_manager, "Lindqvist")
    assert as_manager.get(address).status_code == 200
    assert as_disclosure.get(address).status_code == 404
    assert as_manager.get(f"/search/{uuid4()}/").status_code == 404


def test_a_result_shows_what_the_person_may_see(as_manager: Client, as_responder: Client) -> None:
    ours = FoiCase(state="drafting", subject="Prison budgets")
    theirs = FoiCase(state="drafting", unit="Unit B", responder="Bob Responder", subject="Prison budgets")
    assert set(numbers(as_manager, searched(as_manager, "prison"))) == {ours.number, theirs.number}
    assert numbers(as_responder, searched(as_responder, "prison")) == [ours.number]


def test_searching_is_for_people_who_work_on_cases() -> None:
    client = signed_in("Adam System")
    assert client.get("/search/").status_code == 403
    assert client.post("/search/", {"text": "prison"}).status_code == 403
    assert not Search.objects.exists()


def test_results_have_pages(as_manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    for _ in range(3):
        FoiCase(subject="Prison budgets")
    address = searched(as_manager, "prison")
    assert len(numbers(as_manager, address)) == 2
    assert len(numbers(as_manager, f"{address}?page=2")) == 1
    assert "There is no page 3." in read(as_manager.get(f"{address}?page=3").content).one("main").text
    assert as_manager.get(f"{address}?page=x").status_code == 404


def test_a_full_page_of_results_takes_as_many_statements_as_one_row(
    as_manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "ROWS", 6)
    message(FoiCase(subject="Prison budgets"), "Is it ready?")
    address = searched(as_manager, "prison")
    as_manager.get(address)
    with statements.counted() as of_one:
        as_manager.get(address)
    for _ in range(7):
        message(FoiCase(subject="Prison budgets"), "Is it ready?")
    with statements.counted() as of_many:
        assert len(numbers(as_manager, address)) == 6
    assert len(of_many) == len(of_one) <= 12, of_many
