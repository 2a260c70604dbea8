"""Signing in and out through the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from correspondence.audit.models import Entry
from correspondence.config.example.organisation import PASSWORD
from correspondence.core import clock
from correspondence.notifications import addresses
from correspondence.notifications.models import Message
from correspondence.organisation.actions import sign_in as actions
from correspondence.pages.views.sign_in import NOT_SIGNED_IN, RESET_SENT
from tests.factories import person

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

RHYS = "rhys.responder@example.invalid"
NEW_PASSWORD = "seven quiet otters"


def enter(client: Client, password: str = PASSWORD, *, email: str = RHYS, **more: str) -> Response:
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def is_inside(client: Client) -> bool:
    return client.get("/teams/").status_code == 200


def mailed(kind: str) -> str:
    """The path of the link in the newest mail of this kind."""
    message = Message.objects.filter(kind=kind).latest("pk")
    return "/" + addresses.address(f"{kind}_address", message).removeprefix("http://").partition("/")[2]


def words(response: Response) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    "address", ["/cases/open/", "/teams/?page=2", "/cases/closed/", "/admin/jobs/", "/policy/"]
)
def test_a_stranger_is_sent_to_sign_in_and_then_on(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")
    entered = client.get(response["Location"])
    assert f'name="next" value="{address}"' in words(entered)
    assert enter(client, next=address)["Location"] == address


def test_the_first_page_leads_a_stranger_to_sign_in_without_a_detour(client: Client) -> None:
    assert client.get("/")["Location"] == "/sign-in/"


def test_what_was_sent_to_be_changed_is_not_kept(client: Client) -> None:
    assert client.post("/demonstration/date/", {"how": "1"})["Location"] == "/sign-in/"


def test_signing_in_leads_to_where_the_work_is(client: Client) -> None:
    assert enter(client)["Location"] == "/cases/open/"
    assert enter(Client(), email="nora.newcomer@example.invalid")["Location"] == "/teams/"
    assert enter(Client(), email="tess.admin@example.invalid")["Location"] == "/teams/"
    assert enter(Client(), email="adam.system@example.invalid")["Location"] == "/admin/jobs/"


def test_who_is_signed_in_is_not_asked_again(as_responder: Client) -> None:
    assert as_responder.get("/sign-in/")["Location"] == "/"
    assert as_responder.get("/sign-in/?next=/teams/")["Location"] == "/teams/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example.invalid/",
        "//elsewhere.example.invalid/",
        "///elsewhere.example.invalid",
        "/\\elsewhere.example.invalid",
        "http:///elsewhere.example.invalid",
        "javascript:alert(1)",
        "elsewhere",
        " /teams/",
        "/\t/elsewhere.example.invalid",
    ],
)
def test_nobody_is_led_to_another_site(client: Client, elsewhere: str) -> None:
    assert elsewhere not in words(client.get("/sign-in/", {"next": elsewhere}))
    assert enter(client, next=elsewhere)["Location"] == "/cases/open/"
    assert client.get("/sign-in/", {"next": elsewhere})["Location"] == "/"


def test_a_failure_keeps_the_address_and_not_the_password(client: Client) -> None:
    response = enter(client, "my secret words")
    assert response.status_code == 422
    assert f'value="{RHYS}"' in words(response)
    assert "my secret words" not in words(response)
    assert "<title>Error: Sign in" in words(response)


def test_nothing_entered_is_told_beside_the_fields(client: Client) -> None:
    response = enter(client, "", email="")
    assert response.status_code == 422
    assert "Enter email address" in words(response)
    assert "Enter password" in words(response)


@pytest.mark.parametrize("password", ["\0nul", "x" * 5000])
def test_a_password_that_cannot_be_is_no_server_error(client: Client, password: str) -> None:
    assert enter(client, password).status_code == 422


def test_every_failure_reads_the_same(client: Client) -> None:
    def told(email: str, password: str) -> str:
        response = enter(Client(), password, email=email)
        assert response.status_code == 422
        page = words(response)
        assert NOT_SIGNED_IN in page
        shown = page.partition('id="main-content"')[2].partition("</main>")[0].replace(email, "…")
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        return shown.replace(token, "…")

    for _ in range(4):
        enter(client, "wrong", email="bea.manager@example.invalid")
    locked = told("bea.manager@example.invalid", PASSWORD)
    wrong = told(RHYS, "wrong")
    unknown = told("stranger@example.invalid", PASSWORD)
    deactivated = told("dean.departed@example.invalid", PASSWORD)
    assert locked == wrong == unknown == deactivated


def test_four_wrong_passwords_lock_and_the_mailed_link_unlocks(client: Client) -> None:
    for _ in range(4):
        enter(client, "wrong")
    assert enter(client).status_code == 422
    link = mailed("account_unlock")
    opened = client.get(link)
    assert opened.status_code == 200
    assert client.head(link).status_code == 200
    assert person("Rhys Responder").locked_at is not None, "opening a link changes nothing"
    pressed = client.post(link, follow=True)
    assert "Your account is unlocked" in words(pressed)
    assert enter(client)["Location"] == "/cases/open/"
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410


def test_the_links_in_mails_are_addresses_of_ours() -> None:
    for _ in range(4):
        enter(Client(), "wrong")
    actions.request_password_reset(email=RHYS, now=clock.actual_now())
    rhys, token = mailed("password_reset").strip("/").split("/")[2:]
    assert mailed("password_reset") == reverse("reset_link", args=[rhys, token])
    assert mailed("account_unlock") == reverse("unlock", args=[mailed("account_unlock").split("/")[3]])


def test_a_session_gets_a_new_id_on_signing_in(client: Client) -> None:
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    enter(client)
    assert client.session.session_key != planted
    assert "planted" not in client.session
    assert not Session.objects.filter(session_key=planted).exists()


def test_an_id_that_is_no_session_is_never_taken_over(client: Client, settings: object) -> None:
    name = settings.SESSION_COOKIE_NAME  # type: ignore[attr-defined]  # the fixture hands out Django's settings
    client.cookies[name] = "chosenbyanattacker0123456789abcd"
    enter(client)
    assert client.session.session_key != "chosenbyanattacker0123456789abcd"


def test_signing_in_as_somebody_else_begins_a_session_of_its_own(as_manager: Client) -> None:
    before = as_manager.session.session_key
    assert enter(as_manager)["Location"] == "/cases/open/"
    assert as_manager.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_ends_the_session_everywhere_it_is_held(client: Client) -> None:
    enter(client)
    cookie = client.session.session_key
    copy = Client()
    copy.cookies = client.cookies.copy()  # type: ignore[assignment]  # a copy of the jar, as a thief has it
    assert is_inside(copy)
    response = client.post("/sign-out/", follow=True)
    assert response.redirect_chain[-1][0] == "/sign-in/"
    assert "You are signed out." in words(response)
    assert not is_inside(client)
    assert not is_inside(copy)
    assert not Session.objects.filter(session_key=cookie).exists()
    assert Entry.objects.filter(action="signed_out", actor_name="Rhys Responder").exists()


def test_signing_out_takes_a_post(as_responder: Client) -> None:
    assert as_responder.get("/sign-out/").status_code == 405
    assert is_inside(as_responder)


def test_signing_out_twice_is_harmless(client: Client) -> None:
    assert client.post("/sign-out/")["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    "address", ["/sign-in/", "/sign-out/", "/password/forgot/", "/password/new/", "/account/unlock/x/"]
)
def test_every_form_needs_its_token(address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(address, {"email": RHYS, "password": PASSWORD})
    assert response.status_code == 403
    assert not Entry.objects.filter(action="signed_in").exists()


def test_a_form_with_its_token_signs_in() -> None:
    strict = Client(enforce_csrf_checks=True)
    page = words(strict.get("/sign-in/"))
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert enter(strict, csrfmiddlewaretoken=token).status_code == 302
    assert is_inside(strict)
    again = strict.post("/sign-out/", {"csrfmiddlewaretoken": token})
    assert again.status_code == 403, "a token shown before signing in is worth nothing after"


@pytest.mark.parametrize("address", ["/sign-in/", "/password/forgot/", "/teams/", "/nowhere/"])
def test_nothing_is_kept_by_a_browser(as_manager: Client, address: str) -> None:
    assert as_manager.get(address).headers["Cache-Control"] == "no-store"


def test_a_forgotten_password_is_answered_alike_for_everybody(client: Client) -> None:
    for email in ("stranger@example.invalid", "dean.departed@example.invalid", RHYS):
        response = client.post("/password/forgot/", {"email": email}, follow=True)
        assert response.redirect_chain == [("/sign-in/", 302)]
        assert RESET_SENT in words(response)
    assert Message.objects.get().recipient_email == RHYS


def test_a_forgotten_password_needs_an_address(client: Client) -> None:
    response = client.post("/password/forgot/", {"email": "rhys"})
    assert response.status_code == 422
    assert "must be an address like" in words(response)


def test_a_new_password_is_chosen_once_by_link(client: Client) -> None:
    client.post("/password/forgot/", {"email": RHYS})
    link = mailed("password_reset")
    arrived = client.get(link)
    assert (arrived.status_code, arrived["Location"]) == (302, "/password/new/")
    token = link.strip("/").rpartition("/")[2]
    assert token not in words(client.get("/password/new/"))

    for password, again, complaint in (
        ("kx7 !rbqz", "kx7 !rbqz", "10 characters or more"),
        ("password123", "password123", "many people use"),
        (NEW_PASSWORD, "seven quiet badgers", "not the same"),
        ("", "", "Enter new password"),
    ):
        refused = client.post("/password/new/", {"password": password, "confirmation": again})
        assert refused.status_code == 422
        assert complaint in words(refused)
        assert not password or password not in words(refused)

    done = client.post(
        "/password/new/", {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD}, follow=True
    )
    assert done.redirect_chain[0][0] == "/cases/open/"
    assert is_inside(client)
    for stale in (link, "/password/new/"):
        dead = client.get(stale)
        assert dead.status_code == 410
        assert "/password/forgot/" in words(dead)
    assert enter(Client()).status_code == 422
    assert enter(Client(), NEW_PASSWORD).status_code == 302


def test_a_new_password_ends_every_session_of_its_owner(as_responder: Client, client: Client) -> None:
    assert is_inside(as_responder)
    client.post("/password/forgot/", {"email": RHYS})
    client.get(mailed("password_reset"))
    client.post("/password/new/", {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD})
    assert is_inside(client)
    assert not is_inside(as_responder)


def test_signing_in_kills_a_link_that_was_asked_for_before(client: Client) -> None:
    client.post("/password/forgot/", {"email": RHYS})
    link = mailed("password_reset")
    enter(client)
    assert Client().get(link).status_code == 410


@pytest.mark.parametrize(
    "address", ["/password/reset/1/x/", "/password/reset/99999999999999999999999/x-y/", "/password/new/"]
)
def test_a_forged_reset_link_leads_to_asking_for_a_new_one(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 410
    assert "Ask for a new link" in words(response)


def test_a_link_for_one_does_not_choose_the_password_of_another(client: Client) -> None:
    client.post("/password/forgot/", {"email": RHYS})
    token = mailed("password_reset").strip("/").rpartition("/")[2]
    assert client.get(f"/password/reset/{person('Bea Manager').pk}/{token}/").status_code == 410
