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

REFUSALS = {400, 403, 404, 405, 409, 413, 415, 422, 429}

WRITTEN_BY_LOOKING = {"django_session", "cases_seen"}
"""What any request may write: the session, and that somebody saw a message."""

SAID_BESIDE = ("govuk-error-message",)
INNARDS = ("Traceback", "psycopg", "SELECT ", "site-packages", "Exception")


@cache
def _question() -> str:
    """One statement that asks every table for a figure of its content."""
    tables = sorted(model._meta.db_table for model in apps.get_models())  # noqa: SLF001 - the public way to a model's table
    return " UNION ALL ".join(
        f"SELECT '{table}', coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{table}\" AS t"  # noqa: S608 - the names are Django's
        for table in tables
        if table not in WRITTEN_BY_LOOKING
    )


def fingerprint() -> dict[str, int]:
    """A figure for the content of each table, and for the objects in the store."""
    with connection.cursor() as cursor:
        cursor.execute(_question())
        found = {table: int(figure) for table, figure in cursor.fetchall()}
    return found | {"objects": hash(frozenset(objects()))}


@cache
def _search() -> str:
    """One statement that asks every table for a text."""
    tables = sorted(model._meta.db_table for model in apps.get_models())  # noqa: SLF001 - the public way to a model's table
    return " UNION ALL ".join(
        f"SELECT '{table}' FROM \"{table}\" AS t, jsonb_each_text(to_jsonb(t)) AS kept WHERE kept.value = %(text)s"  # noqa: S608 - the names are Django's
        for table in tables
    )


def is_kept(text: str) -> bool:
    """Whether some row of the database holds exactly this text."""
    with connection.cursor() as cursor:
        cursor.execute(_search(), {"text": text})
        return cursor.fetchone() is not None


class _PutBack(Exception):
    pass


@contextmanager
def put_back() -> Iterator[None]:
    """Whatever happens inside has never happened afterwards, neither in the database nor in the store."""
    kept = objects()
    try:
        with transaction.atomic():
            yield
            raise _PutBack
    except _PutBack:
        for stray in objects() - kept:
            stray.unlink()


def faults_of_refusal(door: Door, answered: Answered) -> list[str]:
    """What is wrong with a refusal as the person sees it; nothing when all is well."""
    if answered.status in (301, 302):
        shown = door.follow(answered)
        if shown.status != 200:
            return [f"leads to {answered.location}, which answers {shown.status}"]
        told = shown.page.all(class_="moj-alert--error")
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
    if len(summaries) != 1:
        yield f"{len(summaries)} error summaries"
        return
    lines = summaries[0].all("li")
    if not lines:
        yield "an error summary without a line"
    for line in lines:
        for link in line.all("a"):
            yield from _faults_of_link(page, link)


def _faults_of_link(page: Element, link: Element) -> Iterator[str]:
    place = link["href"].removeprefix("#")
    there = page.all(id=place)
    if len(there) != 1:
        yield f"{len(there)} elements to which {link['href']} leads"
        return
    if there[0].attributes.get("type") == "hidden":
        yield f"{link['href']} leads to what nobody sees"
    beside = " | ".join(said.text for said in page.all(class_="govuk-error-message"))
    if link.text not in beside:
        yield f"{link.text!r} does not stand beside its field: {beside!r}"


def said(answered: Answered) -> str:
    """What an answer says, for a message of a test."""
    if answered.status == 422:
        return answered.page.one(class_="govuk-error-summary").text
    return answered.location or answered.body[:200].decode(errors="replace")
