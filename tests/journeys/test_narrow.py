"""A window 320 pixels wide, which is what 400 % zoom leaves of an ordinary one; and the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.browser import NARROW, does_not_scroll_sideways, tabs_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.journeys.groundwork import Groundwork
    from tests.journeys.people import Person

pytestmark = pytest.mark.journey

ZOOMED_HEIGHT = 256
"""Of a window of 1280 by 1024 pixels at 400 %."""


def presses_enter_on(person: Person, target: Locator) -> None:
    """Tab to something that leads elsewhere, and press Enter."""
    tabs_to(person.page, target)
    person.arrives(lambda: person.page.keyboard.press("Enter"))


def test_keyboard_alone_in_a_narrow_window(somebody: Callable[..., Person], groundwork: Groundwork) -> None:
    case = groundwork.accepted_case(subject="Cost of paper clips by region, year and kind")
    rhys = somebody("Rhys Responder", width=NARROW, height=ZOOMED_HEIGHT)
    page, keyboard = rhys.page, rhys.page.keyboard
    rhys.opens("/sign-in/")
    tabs_to(page, page.locator("[name=email]"))
    keyboard.type(rhys.email)
    tabs_to(page, page.locator("[name=password]"))
    keyboard.type(rhys.password)
    rhys.arrives(lambda: keyboard.press("Enter"))
    assert rhys.path == "/cases/open/"

    # The skip link comes first, and leads past the menu.
    rhys.arrives(page.reload)
    keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    keyboard.press("Enter")
    keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")

    # The menu is folded in a window so narrow.
    rhys.arrives(page.reload)
    search = page.get_by_role("navigation", name="Main").get_by_role("link", name="Search")
    assert not search.is_visible()
    tabs_to(page, page.get_by_role("button", name="Menu"))
    keyboard.press("Enter")
    assert search.is_visible()
    presses_enter_on(rhys, search)
    assert rhys.path == "/search/"

    tabs_to(page, page.locator("main [name=text]"))
    keyboard.type(case.number)
    rhys.arrives(lambda: keyboard.press("Enter"))
    presses_enter_on(rhys, rhys.main.get_by_role("link", name=case.number))
    assert rhys.path == case.path

    tabs_to(page, page.locator("[name=message]"))
    keyboard.type("Written without a mouse.")
    presses_enter_on(rhys, page.get_by_role("button", name="Add message"))
    assert "Written without a mouse." in rhys.panel("Conversation").inner_text()


def test_radio_buttons_and_what_they_reveal_by_keyboard(
    signed_in: Callable[..., Person], groundwork: Groundwork
) -> None:
    case = groundwork.assigned_case()
    rhys = signed_in("Rhys Responder", width=NARROW, height=ZOOMED_HEIGHT)
    rhys.goes_to(case)
    page, keyboard = rhys.page, rhys.page.keyboard
    reason = page.locator("[name=reason]")
    tabs_to(page, page.locator("[name=decision][value=accept]"))
    keyboard.press("Space")
    assert not reason.is_visible()
    keyboard.press("ArrowDown")
    assert page.locator("[name=decision][value=reject]").is_checked()
    keyboard.press("Tab")
    keyboard.type("Another unit holds these figures.")
    assert reason.input_value() == "Another unit holds these figures."
    presses_enter_on(rhys, page.get_by_role("button", name="Confirm"))
    rhys.sees_notice("was rejected")


def test_a_menu_of_actions_by_keyboard(signed_in: Callable[..., Person], groundwork: Groundwork) -> None:
    case = groundwork.accepted_case()
    bea = signed_in("Bea Manager", width=NARROW, height=ZOOMED_HEIGHT)
    bea.goes_to(case)
    delete = bea.main.get_by_role("link", name="Delete case")
    menu = bea.main.locator("summary", has_text="More actions")
    if menu.count():
        tabs_to(bea.page, menu)
        bea.page.keyboard.press("Enter")
    presses_enter_on(bea, delete)
    bea.sees("Delete this case")


def test_key_pages_fit(signed_in: Callable[..., Person], groundwork: Groundwork) -> None:
    words = "Antidisestablishmentarianism" * 3
    case = groundwork.accepted_case(
        flagged=True, subject=words, request=f"https://example.invalid/{'a' * 300}\n\n{words}"
    )
    other = groundwork.new_case(kind="foi_timeliness_review")
    groundwork.link(case, other)
    groundwork.take_on(case)
    for name, addresses in (
        (
            "Bea Manager",
            (
                "/cases/open/",
                "/cases/mine/in-time/",
                "/cases/closed/",
                "/search/",
                "/teams/",
                "/cases/new/",
                "/cases/foi/new/",
                case.path,
                f"{case.path}why/",
                f"{case.path}edit/",
                f"{case.path}links/new/",
                f"{case.path}pit-extension/",
                f"{case.path}request-files/new/",
                f"{other.path}assignments/new/?group=all",
                f"{other.path}delete/",
                "/demonstration/date/",
                "/accessibility/",
                "/policy/",
            ),
        ),
        ("Dora Disclosure", ("/cases/incoming/", case.path)),
        ("Adam System", ("/admin/jobs/",)),
    ):
        person = signed_in(name, width=NARROW, height=ZOOMED_HEIGHT)
        for address in addresses:
            person.opens(address)
            does_not_scroll_sideways(person.page)
