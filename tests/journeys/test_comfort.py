"""What JavaScript adds to a page, under the policy that the service sends, and what is left without it.

The page is made of every component, and handed to the browser without a server.
"""

from __future__ import annotations

import mimetypes
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils.csp import build_policy
from markupsafe import Markup

from correspondence.config import templating
from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

ASSETS = Path(__file__).parents[2] / "frontend" / "assets"
ADDRESS = "http://service.example.invalid/"
NONCE = "bm9uY2U"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)

EVERYTHING = """
{% extends "layout/base.html" %}
{% from "components/actions.html" import actions %}
{% from "components/alert.html" import alert %}
{% from "components/badge.html" import badge %}
{% from "components/conversation.html" import conversation %}
{% from "components/empty_state.html" import empty_state %}
{% from "components/identity_bar.html" import identity_bar %}
{% from "components/long_text.html" import long_text %}
{% from "components/pagination.html" import pagination %}
{% from "components/post_form.html" import post_form %}
{% from "components/state_tag.html" import state_tag %}
{% from "components/sub_navigation.html" import sub_navigation %}
{% from "components/summary_list.html" import summary_list %}
{% from "components/table.html" import cell, link, table %}
{% from "components/ticket_panel.html" import ticket_panel %}
{% from "components/timeline.html" import timeline %}
{% set title = "Everything" %}
{% set caption = "261119001 - FOI" %}
{% set wide = true %}
{% set back = {"href": "/"} %}
{% block content %}
  {% call identity_bar("261119001", subject, "FOI") %}
    {{ badge("Late", "red") }}{{ badge("Trigger", "blue") }}
    {{ state_tag("To be accepted", "awaiting_responder") }}
  {% endcall %}
  {{ actions(
    primary={"label": "Mark as sent", "href": "/"},
    others=[{"label": "Upload", "href": "/"}],
    more=[{"label": "Extend the deadline", "href": "/"}, {"label": "Assign to another unit", "href": "/"}],
  ) }}
  {{ sub_navigation([
    {"label": "In time", "href": "/", "current": true, "count": 12},
    {"label": "Late", "href": "/"},
  ]) }}
  {{ alert("warning", "The window ends on 3 December.", title="Window", heading=true) }}
  {{ ticket_panel("Final deadline", today, steps=["Received.", "Day 20."], status="Day 2 of 20") }}
  {{ summary_list([{"key": "Requester", "value": "Ann", "change": "/"}], title="Details") }}
  {% call(row) table("Cases", ["Number", "Subject"], [1, 2]) %}
    {{ cell(link(row, "/"), header=true) }}{{ cell(subject) }}
  {% endcall %}
  {{ pagination(5, 12, "?page={page}") }}
  {{ empty_state("No cases are late.", "They appear here the day after.") }}
  <h2 class="govuk-heading-m">History</h2>
  {{ timeline([{"title": "Accepted", "by": "Kit", "at": noon, "text": "Yes"}]) }}
  {{ conversation([
    {"text": "Ready?", "sender": "Mo", "at": noon, "own": false},
    {"text": "Yes", "sender": "You", "at": noon, "own": true},
  ]) }}
  {{ long_text("A line of the request.\n\n" * 40, "the request") }}
  {{ post_form(form, csrf_input, button="Create case", cancel="/") }}
{% endblock %}
"""


class Everything(Form):
    subject = fields.TextField("Subject", max_length=100, hint="As the requester put it")
    password = fields.PasswordField("Password")
    message = fields.LongTextField("Full request", max_length=20)
    received_date = fields.DateField("Date received")
    method = fields.RadiosField(
        "How was it sent?",
        choices=[("email", "By email"), ("other", "Another way")],
        conditional={"other": ["which_way"]},
    )
    which_way = fields.TextField("Which way?", max_length=50)
    team = fields.SelectField("Business unit", choices=[(1, "Finance")])
    exemptions = fields.CheckboxesField(
        "Exemptions", choices=[("Most used", [("s21", "Section 21")]), ("All", [("s44", "Section 44")])]
    )
    agreed = fields.TickField("I have checked it")
    documents = fields.FilesField("Request files")


class Service:
    """Answers the browser: the page, the assets, and forms that are sent, which it counts."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.sent = 0

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if path.startswith("assets/"):
            file = ASSETS / path.removeprefix("assets/")
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
        elif route.request.method == "POST":
            self.sent += 1
            route.fulfill(status=204)
        else:
            policy = build_policy(cast("Any", settings.SECURE_CSP), NONCE)
            route.fulfill(
                body=self.page, content_type="text/html", headers={"Content-Security-Policy": policy}
            )


def page_of(form: Form) -> str:
    env = templating.environment()
    env.globals["url"] = lambda name, *_: f"/{name}/"
    menu = [
        "Create case",
        "New cases",
        "Cases",
        "My open cases",
        "Closed cases",
        "Search",
        "Teams",
        "Reports",
    ]
    return env.from_string(EVERYTHING).render(
        form=form,
        subject="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch in all offices",
        noon=NOON,
        service_name="Correspondence Tool",
        brand="generic",
        today=date(2026, 11, 25),
        signed_in=SimpleNamespace(full_name="Siobhán O\u2019Reilly-Featherstonehaugh"),
        navigation=[{"label": label, "href": "/", "current": label == "Cases"} for label in menu],
        demonstration=True,
        movable_date=True,
        inbox_url="http://127.0.0.1:1/",
        csp_nonce=NONCE,
        csrf_input=Markup('<input type="hidden" name="csrfmiddlewaretoken" value="t">'),
    )


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Any]:
    """Opens the page; at the end the console must have stayed silent."""
    said: list[str] = []
    contexts = []

    def open_page(
        *, width: int = 1280, scripts: bool = True, form: Form | None = None
    ) -> tuple[Page, Service]:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        service = Service(page_of(form or Everything()))
        page.route("**/*", service.answer)
        page.goto(ADDRESS)
        return page, service

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.mark.parametrize("form", [Everything(), Everything({"method": "other"})], ids=["new", "with errors"])
@pytest.mark.parametrize("width", [1280, 320])
def test_everything_is_accessible_and_fits(opened: Any, width: int, form: Form) -> None:
    page, _ = opened(width=width, form=form)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_today_is_filled_in_as_the_server_has_it(opened: Any) -> None:
    page, _ = opened()
    page.get_by_role("button", name="Today for Date received").click()
    boxes = page.get_by_role("group", name="Date received")
    assert [boxes.get_by_label(part).input_value() for part in ("Day", "Month", "Year")] == [
        "25",
        "11",
        "2026",
    ]


def test_a_choice_reveals_and_hides_its_questions(opened: Any) -> None:
    page, _ = opened()
    which_way = page.get_by_label("Which way?")
    assert not which_way.is_visible()
    page.get_by_label("Another way").check()
    assert which_way.is_visible()
    page.get_by_label("By email").check()
    assert not which_way.is_visible()


def test_a_form_is_sent_once_in_ten_seconds(opened: Any) -> None:
    page, service = opened()
    page.clock.install()
    button = page.get_by_role("button", name="Create case")
    button.click()
    button.click(force=True)
    assert (service.sent, button.get_attribute("aria-disabled")) == (1, "true")
    page.clock.fast_forward(10_000)
    assert button.get_attribute("aria-disabled") is None
    button.click()
    assert service.sent == 2


def test_a_menu_opens_and_closes_by_keyboard(opened: Any) -> None:
    page, _ = opened()
    item = page.get_by_role("link", name="Extend the deadline")
    page.locator("summary", has_text="More actions").focus()
    page.keyboard.press("Enter")
    assert item.is_visible()
    page.keyboard.press("Tab")
    assert item.evaluate("element => element === document.activeElement")
    page.keyboard.press("Escape")
    assert not item.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "More actions"


def test_a_long_text_unfolds(opened: Any) -> None:
    page, _ = opened()
    text = page.locator("[data-long-text]")
    folded = text.bounding_box()["height"]
    page.get_by_role("button", name="Show more of the request").click()
    assert text.bounding_box()["height"] > 2 * folded
    assert (
        page.get_by_role("button", name="Show less of the request").get_attribute("aria-expanded") == "true"
    )


def test_errors_are_read_out_first_and_lead_to_their_fields(opened: Any) -> None:
    page, _ = opened(form=Everything({"method": "other"}))
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    page.get_by_role("link", name="Enter date received").click()
    assert page.evaluate("document.activeElement.id") == "id_received_date-day"


def test_without_scripts_everything_is_there(opened: Any) -> None:
    page, service = opened(scripts=False)
    assert page.get_by_label("Which way?").is_visible()
    assert page.get_by_text("You can enter up to 20 characters").is_visible()
    assert not page.get_by_role("button", name="Today").is_visible()
    assert page.get_by_role("link", name="My open cases").is_visible()
    page.locator("summary", has_text="More actions").click()
    assert page.get_by_role("link", name="Extend the deadline").is_visible()
    page.get_by_role("button", name="Create case").click()
    assert service.sent == 1
