"""The environment of the templates, the frame of the pages, and the components."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from markupsafe import Markup

from correspondence.config import templating
from correspondence.core import formats
from correspondence.pages import paging
from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form
from tests.pages.reading import Element, read

SUMMER_NIGHT = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def env() -> jinja2.Environment:
    return templating.environment()


def rendered(env: jinja2.Environment, source: str, **context: Any) -> str:
    return env.from_string(source).render(context)


class TestUndefined:
    @pytest.mark.parametrize(
        "source", ["{{ nobody }}", "{{ person.name }}", "{{ nobody ~ 'x' }}", "{{ [nobody] | join }}"]
    )
    def test_printing_an_undefined_name_fails(self, env: jinja2.Environment, source: str) -> None:
        with pytest.raises(jinja2.UndefinedError, match=r"nobody|name"):
            rendered(env, source, person=SimpleNamespace())

    @pytest.mark.parametrize(
        "source",
        [
            "{{ 'a' if nobody else 'b' }}",
            "{{ nobody or 'b' }}",
            "{{ nobody | default('b') }}",
            "{% for x in nobody %}{% else %}b{% endfor %}",
        ],
    )
    def test_testing_one_does_not(self, env: jinja2.Environment, source: str) -> None:
        assert rendered(env, source) == "b"

    def test_an_inline_if_without_else_prints_nothing(self, env: jinja2.Environment) -> None:
        assert rendered(env, "[{{ 'a' if nobody }}]") == "[]"

    def test_what_stands_in_markup_is_escaped(self, env: jinja2.Environment) -> None:
        assert rendered(env, "{{ x }}", x="<script>") == "&lt;script&gt;"


class TestFilters:
    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("{{ date(2024, 1, 5) | date }}", "5 Jan 2024"),
            ("{{ date(2024, 1, 5) | long_date }}", "5 January 2024"),
            ("{{ moment | date_time }}", "1 Jul 2026 00:30"),
            ("{{ moment | date }}", "1 Jul 2026"),
            ("{{ moment | time }}", "00:30"),
            ("{{ none | date }}{{ none | long_date }}{{ none | date_time }}{{ none | yes_no }}", ""),
            ("{{ true | yes_no }}, {{ false | yes_no }}", "Yes, No"),
            (
                "{{ 1 | counted('case') }}, {{ 1204 | counted('case') }}, {{ 0 | counted('leaf', 'leafs') }}",
                "1 case, 1,204 cases, 0 leafs",
            ),
            ("{{ 'a & b\nc' | lines }}", "a &amp; b<br>c"),
            (
                "{{ '<b>\r\nx\n\n\n\ny' | paragraphs }}",
                '<p class="govuk-body">&lt;b&gt;<br>x</p><p class="govuk-body">y</p>',
            ),
            ("{{ '' | paragraphs }}", ""),
        ],
    )
    def test_a_filter(self, env: jinja2.Environment, source: str, text: str) -> None:
        assert rendered(env, source, date=date, moment=SUMMER_NIGHT) == text

    def test_a_moment_without_a_time_zone_is_not_shown(self) -> None:
        naive = SUMMER_NIGHT.replace(tzinfo=None)
        for shown in (formats.date_time, formats.short_date, formats.time_of_day):
            with pytest.raises(ValueError, match="time zone"):
                shown(naive)

    @pytest.mark.parametrize(
        ("size", "text"),
        [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1,023 bytes"),
            (1024, "1 KB"),
            (1536, "1.5 KB"),
            (13_300, "13 KB"),
            (1024**2 - 1, "1 MB"),
            (20 * 1024**2, "20 MB"),
            (3 * 1024**3, "3 GB"),
            (5000 * 1024**3, "5000 GB"),
        ],
    )
    def test_the_size_of_a_file(self, size: int, text: str) -> None:
        assert formats.file_size(size) == text


class TestPaging:
    @pytest.mark.parametrize(
        ("current", "last", "numbers"),
        [
            (1, 1, [1]),
            (1, 0, []),
            (1, 4, [1, 2, 3, 4]),
            (5, 12, [1, None, 4, 5, 6, None, 12]),
            (4, 7, [1, 2, 3, 4, 5, 6, 7]),
            (12, 12, [1, None, 11, 12]),
            (9, 3, [1, 2, 3]),
            (3, None, []),
        ],
    )
    def test_the_numbers_shown(self, current: int, last: int | None, numbers: list[int | None]) -> None:
        assert paging.page_numbers(current, last) == numbers

    def test_what_is_before_and_after(self) -> None:
        assert paging.neighbours(1, 3) == (None, 2)
        assert paging.neighbours(3, 3) == (2, None)
        assert paging.neighbours(2, None, more=True) == (1, 3)
        assert paging.neighbours(2, None) == (1, None)


FRAME: dict[str, Any] = {
    "service_name": "Correspondence Tool",
    "brand": "generic",
    "today": date(2026, 11, 25),
    "request_id": "abc",
    "csp_nonce": "n0nce",
    "csrf_input": Markup('<input type="hidden" name="csrfmiddlewaretoken" value="t">'),
}
PAGE = '{% extends "layout/base.html" %}{% set title = "Mark as sent" %}{% set caption = "261119001 - FOI" %}'


class Reason(Form):
    reason = fields.TextField("Reason", max_length=10)


@pytest.fixture
def page(env: jinja2.Environment, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The frame around a page, with addresses that say which they are."""
    monkeypatch.setitem(env.globals, "url", lambda name, *args: f"/{name}/")

    def show(source: str = PAGE, **context: Any) -> Element:
        return read(rendered(env, source, **{**FRAME, **context}))

    return show


class TestFrame:
    def test_a_page_before_sign_in(self, page: Any) -> None:
        shown = page(signed_in=None)
        assert shown.one("title").text == "Mark as sent - 261119001 - FOI - Correspondence Tool"
        assert shown.one("h1").text == "Mark as sent"
        assert [link["href"] for link in shown.all("a", class_="govuk-generic-header__homepage-link")] == [
            "/"
        ]
        assert shown.one("a", class_="govuk-skip-link")["href"] == "#" + shown.one("main")["id"]
        assert not shown.all("form")
        assert not shown.all("nav")

    def test_a_page_after_sign_in(self, page: Any) -> None:
        entries = [
            {"label": "Cases", "href": "/cases/open/", "current": True},
            {"label": "Search", "href": "/search/", "current": False},
        ]
        shown = page(signed_in=SimpleNamespace(full_name="Zoë <Ó>"), navigation=entries)
        assert "Signed in as Zoë <Ó>" in shown.one("header").text
        sign_out = shown.one("form", action="/sign_out/")
        assert (sign_out["method"], sign_out.one("button").text) == ("post", "Sign out")
        assert sign_out.one("input", name="csrfmiddlewaretoken")["value"] == "t"
        assert shown.one("a", **{"aria-current": "page"}).text == "Cases"
        assert {link.text for link in shown.one("footer").all("a")} == {"Policy", "Accessibility statement"}

    def test_a_demonstration_says_so_and_shows_the_date_of_case_work(self, page: Any) -> None:
        shown = page(
            signed_in=SimpleNamespace(full_name="A"),
            demonstration=True,
            movable_date=True,
            inbox_url="http://127.0.0.1:1/",
        )
        assert "Demonstration" in shown.one("header").text
        footer = shown.one("footer")
        assert "Date of case work: 25 November 2026" in footer.text
        assert {link.text: link["href"] for link in footer.all("a")}["Move the date"] == "/move_date/"
        assert {link.text for link in footer.all("a")} >= {"Mail inbox"}

    def test_a_form_with_errors_is_announced(self, page: Any) -> None:
        form = Reason({"form_key": "00000000-0000-4000-8000-000000000000"})
        shown = page(form=form)
        assert shown.one("title").text.startswith("Error: Mark as sent")
        summary = shown.one("div", class_="govuk-error-summary")
        assert summary.one("h2").text == "There is a problem"
        assert (summary.one("a").text, summary.one("a")["href"]) == ("Enter reason", "#id_reason")

    def test_a_form_without_errors_is_not(self, page: Any) -> None:
        shown = page(form=Reason())
        assert not shown.all("div", class_="govuk-error-summary")
        assert shown.one("title").text.startswith("Mark as sent")

    def test_notices_stand_above_the_heading(self, page: Any) -> None:
        shown = page(
            messages=[
                SimpleNamespace(message="Case <1> created.", tags="success", __str__=None),
                SimpleNamespace(message=Markup('<a href="/r">Case 2</a> was moved on.'), tags="error"),
            ]
        )
        assert shown.one("div", class_="moj-alert--success")["role"] == "alert"
        assert shown.one("div", class_="moj-alert--error").one("a")["href"] == "/r"

    def test_every_script_has_the_nonce_and_nothing_is_inline_otherwise(self, page: Any) -> None:
        shown = page(signed_in=SimpleNamespace(full_name="A"), demonstration=True)
        assert [script["nonce"] for script in shown.all("script")] == ["n0nce", "n0nce"]
        for element in shown.all():
            assert "style" not in element
            assert not [name for name in element.attributes if name.startswith("on")]

    def test_today_is_the_servers(self, page: Any) -> None:
        assert page().one("body")["data-today"] == "2026-11-25"

    def test_the_crown_only_on_govuk(self, page: Any) -> None:
        assert not page().all("svg", class_="govuk-header__logotype")
        shown = page(brand="govuk")
        assert shown.one("svg", class_="govuk-header__logotype")
        assert shown.all("link", href="/assets/typeface.css")

    def test_a_confirmation_asks_with_a_red_button(self, page: Any) -> None:
        source = (
            '{% extends "layout/confirm.html" %}{% set title = "Delete" %}'
            '{% set warning = "Gone for good." %}'
            '{% set button = "Delete the case" %}{% set cancel = "/back/" %}{% set dangerous = true %}'
        )
        shown = page(source, form=Reason(initial={"version": 4}))
        form = shown.one("form")
        assert (form["method"], "novalidate" in form, "data-once" in form) == ("post", True, True)
        assert form.one("input", name="version")["value"] == "4"
        assert form.one("input", name="csrfmiddlewaretoken")
        assert "govuk-button--warning" in form.one("button", type="submit").classes
        assert form.one("a")["href"] == "/back/"
        assert "Gone for good." in shown.one("main").text

    def test_a_form_with_files_is_sent_in_parts(self, page: Any) -> None:
        class Files(Form):
            documents = fields.FilesField("Files", accept=[".pdf"], max_bytes=1)

        source = PAGE + (
            '{% from "components/post_form.html" import post_form %}'
            "{% block content %}{{ post_form(form, csrf_input) }}{% endblock %}"
        )
        assert page(source, form=Files()).one("form")["enctype"] == "multipart/form-data"
        assert "enctype" not in page(source, form=Reason()).one("form")


class TestErrorPages:
    @pytest.mark.parametrize("name", ["400", "csrf", "500"])
    def test_a_page_that_stands_when_all_else_falls(self, env: jinja2.Environment, name: str) -> None:
        shown = read(
            env.get_template(f"errors/{name}.html").render(
                service_name="S", brand="generic", request_id="r-1"
            )
        )
        assert "r-1" in shown.one("main").text
        assert shown.one("main").one("a")["href"] == "/"
        assert not shown.all("script")

    @pytest.mark.parametrize("name", ["403", "404"])
    def test_a_page_inside_the_frame(self, page: Any, name: str) -> None:
        shown = page(f'{{% extends "errors/{name}.html" %}}')
        assert "abc" in shown.one("main").text
        assert shown.one("main").all("a", href="/")


class TestComponents:
    def test_a_deadline_shows_its_working(self, page: Any) -> None:
        shown = page(
            '{% from "components/ticket_panel.html" import ticket_panel %}'
            '{{ ticket_panel("Final deadline", day, steps=steps, status="Day 2 of 20") }}',
            day=date(2026, 12, 17),
            steps=["Received.", "Day 1 <is> next."],
        )
        assert "Final deadline 17 December 2026 Day 2 of 20" in shown.text
        details = shown.one("details")
        assert details.one("summary").text == "How this date was worked out"
        assert [step.text for step in details.all("li")] == ["Received.", "Day 1 <is> next."]

    def test_a_table_is_named_and_can_be_scrolled_by_keyboard(self, page: Any) -> None:
        shown = page(
            '{% from "components/table.html" import table, cell, link %}'
            '{% call(row) table("Open cases", ["Number", {"text": "Days", "numeric": true}], rows) %}'
            "{{ cell(link(row.number, '/1/', about='of <b>'), header=true) }}"
            "{{ cell(none, numeric=true) }}{% endcall %}",
            rows=[{"number": "261119001"}],
        )
        region = shown.one("div", role="region")
        assert (region["tabindex"], shown.one(id=region["aria-labelledby"]).text) == ("0", "Open cases")
        assert shown.one("th", scope="row").text == "261119001 of <b>"
        assert shown.one("td").text == ""

    def test_facts_are_escaped_and_may_be_changed(self, page: Any) -> None:
        shown = page(
            '{% from "components/summary_list.html" import summary_list %}{{ summary_list(rows) }}',
            rows=[
                {"key": "Name", "value": "<b>", "change": "/c/"},
                {"key": "Address", "value": Markup("a<br>b")},
            ],
        )
        assert [value.text for value in shown.all("dd", class_="govuk-summary-list__value")] == ["<b>", "a b"]
        assert shown.one("a").text == "Change name"

    def test_page_numbers_lead_to_their_pages(self, page: Any) -> None:
        source = (
            '{% from "components/pagination.html" import pagination %}'
            '{{ pagination(current, last, "?a=1&page={page}#r", more=true) }}'
        )
        links = page(source, current=2, last=3).all("a")
        assert [link["href"] for link in links] == [f"?a=1&page={number}#r" for number in (1, 1, 2, 3, 3)]
        assert page(source, current=2, last=3).one("a", **{"aria-current": "page"}).text == "2"
        assert page(source, current=2, last=None).all("a")[-1]["href"] == "?a=1&page=3#r"
        assert page(source, current=1, last=1).text == ""

    def test_a_conversation_tells_days_and_sides(self, page: Any) -> None:
        messages = [
            {"text": "A\n<b>", "sender": "Mo", "at": SUMMER_NIGHT, "own": False},
            {"text": "B", "sender": "You", "at": SUMMER_NIGHT, "own": True},
        ]
        shown = page(
            '{% from "components/conversation.html" import conversation %}{{ conversation(messages) }}',
            messages=messages,
        )
        assert [day.text for day in shown.all("p", class_="moj-message-list__date")] == ["1 July 2026"]
        assert shown.one("div", class_="moj-message-item--received").text.startswith("A <b> Mo at 00:30")
        assert shown.one("div", class_="moj-message-item--sent").text.startswith("B You")

    def test_a_history_names_who_and_when(self, page: Any) -> None:
        entries = [{"title": "Accepted", "by": "Kit", "at": SUMMER_NIGHT, "text": ""}]
        shown = page(
            '{% from "components/timeline.html" import timeline %}{{ timeline(entries) }}', entries=entries
        )
        assert shown.one("div", class_="moj-timeline__item").text == "Accepted by Kit 1 Jul 2026 00:30"

    def test_the_rest_of_the_actions_are_in_a_menu(self, page: Any) -> None:
        shown = page(
            '{% from "components/actions.html" import actions %}'
            '{{ actions(primary={"label": "Send", "href": "/s/"}, more=more) }}',
            more=[{"label": "Extend", "href": "/e/"}],
        )
        assert shown.one("details").one("a")["href"] == "/e/"
        assert not shown.one("a", href="/s/").within("details")
