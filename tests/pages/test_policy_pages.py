"""The policy pages show the tables as they run, to everyone signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from correspondence.core import clock
from correspondence.core.formats import short_date
from correspondence.rulebook import deadlines, loader
from correspondence.rulebook.models import Edition
from tests import statements
from tests.clients import signed_in
from tests.pages.reading import read

if TYPE_CHECKING:
    from django.test import Client

    from correspondence.rulebook.tables.rulebook import BoundTables

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "/policy/",
    "/policy/workflows/foi/standard/",
    "/policy/workflows/foi/trigger/",
    "/policy/workflows/foi/full_approval/",
    "/policy/clocks/",
    "/policy/holidays/",
    "/policy/closure/",
    "/policy/permissions/",
)


@pytest.fixture
def tables(db: None) -> BoundTables:
    return loader.edition(loader.current_edition_id())


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return read(answer.content).one("main").text


def table(page: Any, place: str) -> list[list[str]]:
    return [
        [cell.text for cell in row.all() if cell.tag in ("th", "td") and cell.parent is row]
        for row in page.one("div", id=place).one("tbody").all("tr")
    ]


@pytest.mark.parametrize("name", ["Bea Manager", "Rhys Responder", "Adam System", "Nora Newcomer"])
def test_everyone_signed_in_may_read_them(name: str) -> None:
    client = signed_in(name)
    for address in ADDRESSES:
        assert text(client, address)


def test_they_take_few_statements(as_manager: Client) -> None:
    for address in ADDRESSES:
        as_manager.get(address)
        with statements.counted() as asked:
            as_manager.get(address)
        assert len(asked) <= 12, asked


def test_the_footer_leads_there(as_manager: Client) -> None:
    page = read(as_manager.get("/cases/open/").content)
    assert page.one("footer").one("a", href="/policy/").text == "Policy"


def test_the_edition_is_told_with_its_publisher(as_manager: Client) -> None:
    edition = Edition.objects.get()
    line = f"Edition {edition.number}, published"
    assert line in text(as_manager, "/policy/")
    assert f"by {edition.publisher_name}." in text(as_manager, "/policy/")
    assert line in text(as_manager, "/policy/clocks/")


def test_every_workflow_and_part_has_a_link(as_manager: Client) -> None:
    page = read(as_manager.get("/policy/").content)
    for address in ADDRESSES[1:]:
        assert page.one("main").all("a", href=address), address


@pytest.mark.parametrize("workflow", ["standard", "trigger", "full_approval"])
def test_a_workflow_shows_each_of_its_lines(as_manager: Client, tables: BoundTables, workflow: str) -> None:
    page = read(as_manager.get(f"/policy/workflows/foi/{workflow}/").content)
    rules = tables.workflow("foi", workflow)
    for state in loader.current().states.states:
        entries = [entry for entry in rules.events if state.code in entry.states]
        shown = table(page, state.code) if entries else []
        assert len(shown) == len(entries), state.code


def test_a_line_says_who_when_whereto_and_what_follows(as_manager: Client) -> None:
    page = read(as_manager.get("/policy/workflows/foi/standard/").content)
    (assign,) = [line for line in table(page, "unassigned") if line[0] == "Assign to a responder"]
    assert assign[1] == "Manager"
    assert assign[3] == "“To be accepted”"
    assert "unit" in assign[4]
    (upload,) = [line for line in table(page, "drafting") if line[0] == "Upload response"]
    assert upload[1] == "Responder"
    # A fact of the workflow, and a guard.
    assert "window" in upload[2]
    assert "team that holds the case" in upload[2]


def test_an_unknown_workflow_is_no_page(as_manager: Client) -> None:
    assert as_manager.get("/policy/workflows/foi/nonsense/").status_code == 404
    assert as_manager.get("/policy/workflows/sar/standard/").status_code == 404


def test_clocks_show_their_law_and_an_example_of_today(as_manager: Client, tables: BoundTables) -> None:
    shown = text(as_manager, "/policy/clocks/")
    for row in tables.clocks.clocks:
        assert row.label in shown
        assert row.source in shown
        assert row.final.source in shown
    holidays = loader.current().holidays.united_kingdom()
    due = deadlines.statutory_deadline(tables.clock("foi"), received=clock.today(), holidays=holidays)
    assert f"Final deadline: {short_date(due.date)}" in shown
    assert due.steps[-1].what in shown


def test_holidays_are_shown_by_year(as_manager: Client) -> None:
    holidays = loader.current().holidays
    page = read(as_manager.get("/policy/holidays/?year=2024").content)
    assert page.one("h1").text == "Bank holidays in 2024"
    assert len(table(page, "results")) == len([row for row in holidays.holidays if row.date.year == 2024])
    assert ["Mon 5 Aug 2024", "Summer bank holiday", "Scotland"] in [
        row[:3] for row in table(page, "results")
    ]
    assert f"known up to {holidays.last_year}" in page.one("main").text
    this_year = read(as_manager.get("/policy/holidays/").content)
    assert this_year.one("h1").text == f"Bank holidays in {clock.today().year}"


@pytest.mark.parametrize("year", ["1900", "2999", "x", "-2024", "\uff12\uff10\uff12\uff14", "99999999999999"])
def test_a_year_that_the_table_does_not_have_is_no_page(as_manager: Client, year: str) -> None:
    assert as_manager.get(f"/policy/holidays/?year={year}").status_code == 404


def test_exemptions_are_shown_with_their_kind(as_manager: Client, tables: BoundTables) -> None:
    page = read(as_manager.get("/policy/closure/").content)
    given, denied = table(page, "exemptions"), table(page, "ncnd")
    assert len(given) == len(tables.closure.for_duty("inform"))
    assert len(denied) == len(tables.closure.for_duty("confirm_or_deny"))
    by_section = {row[0]: row for row in given}
    assert by_section["s.21"][2:4] == ["Absolute", ""]
    assert by_section["s.43"][2:4] == ["Qualified", "The public interest test"]
    assert by_section["s.36"][3] == "The public interest test, the opinion of the qualified person"
    assert [row[0] for row in table(page, "grounds")] == [row.section for row in tables.closure.grounds]


def test_permissions_and_guards_are_shown(as_manager: Client) -> None:
    page = read(as_manager.get("/policy/permissions/").content)
    permissions = loader.current().permissions
    assert len(table(page, "permissions")) == len(permissions.permissions)
    assert len(table(page, "guards")) == len(permissions.guards)
    assert table(page, "permissions")[0][:2] == ["Log a request", "Manager"]
