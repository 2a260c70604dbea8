"""New cases are taken on in their row, or by way of the list without scripts; lists lead to the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.journeys.groundwork import Groundwork
    from tests.journeys.people import Case, Person

pytestmark = pytest.mark.journey

LIST = "/cases/incoming/"


def row_of(case: Case, person: Person) -> Locator:
    """The row of a case in the list that is shown."""
    return person.main.locator("tbody tr").filter(has_text=case.number)


@pytest.mark.parametrize("name", ["Dora Disclosure", "Pete Press"])
def test_a_case_is_taken_on_and_given_back_in_its_row(
    name: str, groundwork: Groundwork, signed_in: Callable[..., Person]
) -> None:
    case = groundwork.new_case(flagged=name == "Dora Disclosure", subject=f"Row for {name}")
    officer = signed_in(name)
    officer.opens(LIST)
    row = row_of(case, officer)
    row.get_by_role("button", name="Take case on").click()
    row.get_by_text(f"You have taken case {case.number} on.").wait_for()
    row.get_by_role("button", name="Undo").click()
    row.get_by_text(f"Case {case.number} is back among the new cases.").wait_for()
    assert officer.path == LIST
    officer.opens(LIST)
    row.get_by_role("button", name="Take case on").wait_for()


def test_a_case_is_de_escalated_and_flagged_again_in_its_row(
    groundwork: Groundwork, signed_in: Callable[..., Person]
) -> None:
    case = groundwork.new_case(flagged=True, subject="Row to de-escalate")
    dora = signed_in("Dora Disclosure")
    dora.opens(LIST)
    row = row_of(case, dora)
    row.get_by_role("button", name="De-escalate").click()
    row.get_by_role("button", name="Undo").click()
    row.get_by_text(f"Case {case.number} needs clearance by your team again.").wait_for()


def test_who_comes_second_is_told_on_the_list(
    groundwork: Groundwork, signed_in: Callable[..., Person]
) -> None:
    case = groundwork.new_case(flagged=True, subject="Row for two")
    dora, dan = signed_in("Dora Disclosure"), signed_in("Dan Disclosure")
    dora.opens(LIST)
    dan.opens(LIST)
    row_of(case, dora).get_by_role("button", name="Take case on").click()
    row_of(case, dora).get_by_role("button", name="Undo").wait_for()
    too_late = row_of(case, dan).get_by_role("button", name="Take case on")
    dan.arrives(too_late.click)
    assert dan.main.locator(".moj-alert--error").count() == 1
    assert row_of(case, dan).count() == 0


def test_without_scripts_the_list_tells_it_and_takes_it_back(
    groundwork: Groundwork, signed_in: Callable[..., Person]
) -> None:
    case = groundwork.new_case(flagged=True, subject="Row without scripts")
    dora = signed_in("Dora Disclosure", scripts=False)
    dora.opens(LIST)
    dora.arrives(row_of(case, dora).get_by_role("button", name="Take case on").click)
    assert row_of(case, dora).count() == 0
    alert = dora.main.locator(".moj-alert--success")
    assert f"You have taken case {case.number} on." in alert.inner_text()
    dora.arrives(alert.get_by_role("button", name="Undo").click)
    assert f"Case {case.number} is back" in alert.inner_text()
    assert row_of(case, dora).count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_case_is_searched_for_from_a_list(
    groundwork: Groundwork, signed_in: Callable[..., Person], *, scripts: bool
) -> None:
    case = groundwork.new_case(subject=f"Kingfishers {'with' if scripts else 'without'} scripts")
    bea = signed_in("Bea Manager", scripts=scripts)
    bea.opens("/cases/open/")
    bea.page.get_by_label("Search all cases").fill(f"kingfisher {case.number}")
    bea.presses("Search")
    assert bea.path.startswith("/search/")
    assert bea.main.locator("tbody tr").count() == 1
    bea.follows(case.number)
    assert bea.path == case.path


def test_policy_pages_can_be_read_at_any_width(signed_in: Callable[..., Person]) -> None:
    bea = signed_in("Bea Manager")
    for address in (
        "/policy/",
        "/policy/workflows/foi/full_approval/",
        "/policy/clocks/",
        "/policy/holidays/",
        "/policy/closure/",
        "/policy/permissions/",
    ):
        bea.opens(address)
