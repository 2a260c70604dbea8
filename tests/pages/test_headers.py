"""The headers of every answer, and what is shown when there is no page to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client, RequestFactory

from correspondence.pages.middleware.headers import HeadersMiddleware
from correspondence.pages.views import about, errors
from tests.pages.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable


def broken(*_: Any) -> Any:
    raise RuntimeError("A page that fails.")


def policy_of(response: Any) -> dict[str, str]:
    directives = response.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (directive.partition(" ") for directive in directives)}


@pytest.fixture
def browser(db: None) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["/accessibility/", "/no/such/page/", "/teams/", "/assets/app.css"])
def test_every_answer_is_closed(browser: Client, address: str) -> None:
    response = browser.get(address)
    headers = response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = policy_of(response)
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_a_failure_is_closed_and_carries_its_reference(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(about, "page", broken)
    response = browser.get("/accessibility/")
    assert response.status_code == 500
    assert response.headers["Cache-Control"] == "no-store"
    assert policy_of(response)["default-src"] == "'none'"
    shown = read(response.content)
    assert shown.one("h1").text == "Sorry, there is a problem with the service"
    assert shown.one("strong", class_="app-reference").text
    assert "RuntimeError" not in shown.text


def test_each_page_has_a_nonce_of_its_own(browser: Client) -> None:
    nonces = set()
    for _ in range(2):
        response = browser.get("/accessibility/")
        (nonce,) = {script["nonce"] for script in read(response.content).all("script")}
        assert policy_of(response)["script-src"] == f"'nonce-{nonce}'"
        nonces.add(nonce)
    assert len(nonces) == 2


def test_only_a_file_named_by_its_content_may_be_kept() -> None:
    def answering(cache: str) -> str:
        def view(request: Any) -> Any:
            response = errors.server_error(request)
            response.headers["Cache-Control"] = cache
            return response

        return HeadersMiddleware(view)(RequestFactory().get("/")).headers["Cache-Control"]

    assert answering("max-age=315360000, public, immutable") == "max-age=315360000, public, immutable"
    assert answering("max-age=60, public") == "no-store"


@pytest.mark.parametrize(
    ("view", "status"),
    [(errors.server_error, 500), (errors.csrf_failure, 403)],
    ids=["failure", "stale form"],
)
def test_an_error_page_asks_nothing_of_the_database(view: Callable[..., Any], status: int) -> None:
    # Without the fixture `db`, a query fails the test.
    response = view(RequestFactory().get("/"))
    assert response.status_code == status
    assert read(response.content).one("main").one("a")["href"] == "/"


def test_a_form_that_is_not_ours_is_refused_with_a_page(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {})
    assert response.status_code == 403
    assert read(response.content).one("h1").text == "Your page was out of date"


def test_not_found_says_what_to_do(browser: Client) -> None:
    response = browser.get("/no/such/page/")
    assert response.status_code == 404
    assert read(response.content).one("h1").text == "Page not found"
