"""Whether an answer is a refusal as it should be: clear to the person, and with nothing changed."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, transaction

from tests.documents.uploads import objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.browser import Answered, Door
    from tests.pages.reading import Element

type Fingerprint = dict[str, int]

REFUSALS = {400, 403, 404, 405, 409, 410, 413, 415, 422, 429}

WRITTEN_BY_LOOKING = {"django_session", "cases_seen"}
"""What any request may write: the session, and that somebody saw a message."""

INNARDS = ("Traceback", "psycopg", "SELECT ", "site-packages", "Exception")
ALERT = "moj-alert--error"


def _tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models())  # noqa: SLF001 - the public way to a model's table


@cache
def _content_of_all_tables() -> str:
    return " UNION ALL ".join(
        f"SELECT '{table}', coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{table}\" AS t"  # noqa: S608 - the names are Django's
        for table in _tables()
        if table not in WRITTEN_BY_LOOKING
    )


def fingerprint() -> Fingerprint:
    """A figure for the content of each table, and for the objects in the store."""
    with connection.cursor() as cursor:
        cursor.execute(_content_of_all_tables())
        found = {table: int(figure) for table, figure in cursor.fetchall()}
    return found | {"objects": hash(frozenset(objects()))}


@cache
def _text_in_any_table() -> str:
    return " UNION ALL ".join(
        f'SELECT 1 FROM "{table}" AS t, jsonb_each_text(to_jsonb(t)) AS kept WHERE kept.value = %(text)s'  # noqa: S608 - the names are Django's
        for table in _tables()
    )


def is_kept(text: str) -> bool:
    """Whether some row of the database holds exactly this text."""
    with connection.cursor() as cursor:
        cursor.execute(_text_in_any_table(), {"text": text})
        return cursor.fetchone() is not None


@contextmanager
def put_back() -> Iterator[None]:
    """Whatever happens inside has never happened afterwards, neither in the database nor in the store."""
    kept = objects()
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for stray in objects() - kept:
            stray.unlink()


def changes(door: Door, before: Fingerprint) -> list[str]:
    """The tables that are no longer as they were."""
    now = fingerprint()
    return [table for table in before if now[table] != before[table] and table not in door.counts]


def faults(door: Door, answered: Answered, before: Fingerprint) -> list[str]:
    """What is wrong with a refusal, for the person or in the database; nothing when all is well."""
    found = _faults_for_the_person(door, answered)
    if changed := changes(door, before):
        found.append(f"changes {', '.join(changed)}")
    return [f"{fault} ({said(answered)[:150]})" for fault in found]


def _faults_for_the_person(door: Door, answered: Answered) -> list[str]:
    if answered.status in (301, 302):
        shown = door.follow(answered)
        if shown.status != 200:
            return [f"leads to {answered.location}, which answers {shown.status}"]
        told = shown.page.all(class_=ALERT)
        return [] if told else [f"leads to {answered.location} and says nothing of what went wrong"]
    if answered.status not in REFUSALS:
        return [f"answers {answered.status}"]
    if any(word in answered.body.decode() for word in INNARDS):
        return [f"{answered.status} shows the innards"]
    if answered.status == 422:
        return list(_faults_of_form(answered.page))
    page = answered.page
    return [] if page.one("h1").text and page.one("main").all("p") else [f"{answered.status} says nothing"]


def _faults_of_form(page: Element) -> Iterator[str]:
    if not page.one("title").text.startswith("Error: "):
        yield f"the title is {page.one('title').text!r}"
    summaries = page.all(class_="govuk-error-summary")
    lines = [line for summary in summaries for line in summary.all("li")]
    if len(summaries) != 1 or not lines:
        yield f"{len(summaries)} error summaries with {len(lines)} lines"
    for line in lines:
        for link in line.all("a"):
            yield from _faults_of_link(page, link)


def _faults_of_link(page: Element, link: Element) -> Iterator[str]:
    there = page.all(id=link["href"].removeprefix("#"))
    if len(there) != 1 or there[0].attributes.get("type") == "hidden":
        yield f"{len(there)} places to which {link['href']} leads"
        return
    if _is_hidden(there[0]):
        yield f"{link['href']} leads to what the answers given leave hidden"
    # The message stands in the field's own group, not somewhere on the page.
    group = _around(there[0])
    if not any(link.text in beside.text for beside in group.all(class_="govuk-error-message")):
        yield f"{link.text!r} does not stand beside {link['href']}"


def _around(element: Element) -> Element:
    """The field to which a control belongs, or the control itself."""
    group = element
    while group.parent is not None and "govuk-error-message" not in group.classes:
        group = group.parent
        if "govuk-form-group" in group.classes and group.all(class_="govuk-error-message"):
            return group
    return element.parent or element


def _is_hidden(element: Element) -> bool:
    here: Element | None = element
    while here is not None:
        if any(one.endswith("__conditional--hidden") for one in here.classes):
            return True
        here = here.parent
    return False


def said(answered: Answered) -> str:
    """What an answer says, for the message of a test."""
    if answered.status == 422:
        return " ".join(summary.text for summary in answered.page.all(class_="govuk-error-summary"))
    return answered.location or answered.body[:200].decode(errors="replace")
