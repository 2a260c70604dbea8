"""The menu and the first page of each kind of person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients import signed_in
from tests.pages.reading import read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

LISTS = ["Cases", "My open cases", "Closed cases", "Search"]


@pytest.mark.parametrize(
    ("name", "menu", "first"),
    [
        ("Bea Manager", ["Create case", *LISTS, "Teams"], "/cases/open/"),
        ("Dora Disclosure", ["New cases", *LISTS, "Team"], "/cases/open/"),
        ("Pete Press", ["New cases", *LISTS, "Team"], "/cases/open/"),
        ("Rhys Responder", [*LISTS, "Team"], "/cases/open/"),
        ("Mara Both", ["New cases", *LISTS, "Teams"], "/cases/open/"),
        ("Tess Admin", ["Team"], "/teams/"),
        ("Adam System", ["Teams", "Jobs"], "/admin/jobs/"),
        ("Nora Newcomer", ["Teams"], "/teams/"),
    ],
)
def test_each_person_has_their_menu_and_first_page(name: str, menu: list[str], first: str) -> None:
    client = signed_in(name)
    assert client.get("/")["Location"] == first
    page = read(client.get("/teams/").content.decode())
    entries = page.one("nav").all("a")
    assert [entry.text for entry in entries] == menu
    assert [entry["href"] for entry in entries if "aria-current" in entry] == ["/teams/"]
    for entry in entries:
        assert client.get(entry["href"]).status_code in {200, 302}, entry["href"]


def test_a_stranger_has_no_menu(client: Client) -> None:
    assert read(client.get("/sign-in/").content.decode()).all("nav") == []


def test_every_page_says_who_is_signed_in(as_manager: Client) -> None:
    assert "Signed in as Bea Manager" in read(as_manager.get("/teams/").content.decode()).one("header").text
