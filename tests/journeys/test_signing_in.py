"""J1 and J2: signing in, being locked out, a forgotten password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.journeys.people import Person
    from tests.journeys.service import Inbox, Service

pytestmark = pytest.mark.journey


def test_j1_sign_in_landing_page_sign_out(somebody: Callable[..., Person]) -> None:
    bea = somebody("Bea Manager")
    bea.opens("/cases/open/")
    assert bea.path == "/sign-in/"

    bea.signs_in("not-her-password", status=422)
    bea.sees_errors("")
    told = bea.text()
    assert "do not match an account" in told
    assert bea.page.locator("[name=email]").input_value() == bea.email
    bea.fills(email="nobody.at.all@example.invalid", password="not-her-password")
    bea.presses("Sign in", 422)
    assert bea.text() == told

    bea.signs_in()
    assert bea.path == "/cases/open/"
    assert bea.name in bea.page.get_by_role("banner").first.inner_text()
    entries = bea.page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()
    assert entries == ["Create case", "Cases", "My open cases", "Closed cases", "Search", "Teams"]

    bea.signs_out()
    assert bea.path == "/sign-in/"
    bea.sees_notice("You are signed out.")
    bea.goes_back()
    assert bea.path == "/sign-in/"
    bea.opens("/cases/open/")
    assert bea.path == "/sign-in/"


def test_j1_lock_out(somebody: Callable[..., Person], inbox: Inbox, service: Service) -> None:
    cleo = somebody("Cleo Frost")
    said = set()
    for password in ("wrong-1", "wrong-2", "wrong-3", "wrong-4", service.password_of(cleo.name)):
        cleo.signs_in(password, status=422)
        said.add(cleo.text())
    assert len(said) == 1

    mail = inbox.one(to=cleo.email, about="Unlock your account")
    cleo.opens(mail.link(service.url))
    cleo.presses("Unlock my account")
    cleo.sees_notice("Your account is unlocked.")
    cleo.signs_in()
    assert cleo.path == "/cases/open/"
    # The link has done its work.
    cleo.opens(mail.link(service.url), 410)
    cleo.sees("The account is not locked now")


def test_j2_forgotten_password(somebody: Callable[..., Person], inbox: Inbox, service: Service) -> None:
    leon = somebody("Leon Abbot")
    said = []
    for address in ("nobody.at.all@example.invalid", leon.email):
        leon.opens("/sign-in/")
        leon.follows("I have forgotten my password")
        leon.fills(email=address)
        leon.presses("Send the link")
        said.append(leon.text())
    assert said[0] == said[1]
    assert "a link to choose a new password is on its way" in said[0]
    mail = inbox.one(to=leon.email, about="Choose a new password")
    assert inbox.mails(to="nobody.at.all@example.invalid") == []

    link = mail.link(service.url)
    leon.opens(link)
    assert leon.path == "/password/new/"
    new = "three-mossy-gates"
    for password, confirmation, field, message in (
        ("nine-char", "nine-char", "password", "10 characters"),
        ("1234567890", "1234567890", "password", "many people use"),
        (new, "three-mossy-doors", "confirmation", "not the same"),
    ):
        leon.fills(password=password, confirmation=confirmation)
        leon.presses("Change password and sign in", 422)
        leon.sees_error(field, message)

    leon.fills(password=new, confirmation=new)
    leon.presses("Change password and sign in")
    service.remember_password(leon.name, new)
    assert leon.path == "/cases/open/"
    leon.sees_notice("Your password is changed, and you are signed in.")

    leon.opens(link, 410)
    leon.follows("Ask for a new link")
    assert leon.path == "/password/forgot/"
