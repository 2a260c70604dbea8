"""Every address answers every kind of person as the checked-in table says.

The table is ``tests/data/permissions.csv``: a row for each address and method, a column for each
kind of person. A cell holds the status and where it leads; a plus says that something was written.
After a change of policy it is written anew by ``make permissions``, and the difference is read.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.urls import Resolver404, resolve

from correspondence.pages.urls import urlpatterns
from tests.permissions.world import (
    PEOPLE,
    QUERY,
    World,
    address_of,
    addresses,
    answers,
    client_of,
    people,
    world,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).resolve().parents[1] / "data" / "permissions.csv"

METHODS = ("GET", "POST")

WRITES_TO = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)

TOUCHED_BY_LOOKING = {
    "cases_seen",
    "audit_entry",
    "django_session",
    "organisation_user",
}
"""What looking at a page may change: the session, the read mark, and the record of reading."""


CASE_ADDRESSES = {pattern.name or "": pattern.pattern.converters for pattern in urlpatterns}
"""The arguments of each address: ``pk`` is a case or one of its files."""


class Writes:
    """Watches the statements of one question, and remembers which tables they write to."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Callable[..., object], sql: str, *more: object) -> object:
        if written := WRITES_TO.match(sql):
            self.tables.add(written.group(1))
        return execute(sql, *more)

    @property
    def changed(self) -> bool:
        """Whether more was written than looking at a page may write."""
        return bool(self.tables - TOUCHED_BY_LOOKING)


def said(answer: Any) -> str:
    """The status of an answer and the name of where it leads."""
    if answer.status_code not in (301, 302):
        return str(answer.status_code)
    try:
        return f"{answer.status_code} {resolve(urlsplit(answer['Location']).path).url_name}"
    except Resolver404:
        return f"{answer.status_code} elsewhere"


def asked(client: Client, name: str, method: str, where: World) -> str:
    """What one person gets for one address, with everything put back afterwards."""
    writes = Writes()
    with transaction.atomic(), connection.execute_wrapper(writes):
        address = address_of(name, where)
        if name in QUERY:
            query = QUERY[name](where)
            address += "?" + "&".join(f"{key}={value}" for key, value in query.items())
        answer = client.get(address) if method == "GET" else client.post(address, answers(name, where))
        answer.getvalue()
        transaction.set_rollback(True)
    return said(answer) + ("+" if writes.changed else "")


def rows() -> Iterator[dict[str, str]]:
    """The table as the application answers it now."""
    where, who = world(), people()
    for name in addresses():
        for method in METHODS:
            row = {"address": name, "method": method}
            for kind in PEOPLE:
                # Each question is asked with a browser of its own: signing out must not reach the next.
                row[kind] = asked(client_of(who[kind]), name, method, where)
            yield row


def expected() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["address"], row["method"]): row for row in csv.DictReader(file)}


def test_every_address_has_its_rows_and_every_row_its_address() -> None:
    named = {(name, method) for name in addresses() for method in METHODS}
    assert set(expected()) == named


def test_every_address_answers_every_person_as_the_table_says() -> None:
    table, wrong, cells = expected(), [], 0
    for row in rows():
        stands = table.get((row["address"], row["method"]), {})
        for kind in PEOPLE:
            cells += 1
            if row[kind] != stands.get(kind):
                wrong.append(
                    f"{row['method']} {row['address']} as {kind}: {row[kind]}, expected {stands.get(kind)}"
                )
    assert wrong == []
    assert cells == len(PEOPLE) * len(METHODS) * len(list(addresses()))


def test_no_address_answers_with_a_fault_and_no_get_changes_anything() -> None:
    for (name, method), row in expected().items():
        for kind in PEOPLE:
            assert not row[kind].startswith("5"), f"{method} {name} as {kind}"
            if method == "GET":
                assert "+" not in row[kind], f"GET {name} as {kind} changes something"


def test_nobody_gets_further_than_the_pages_that_are_open_to_everybody() -> None:
    open_to_everybody = {
        "sign_in", "forgotten_password", "reset_link", "new_password", "unlock", "accessibility",
        "live", "ready", "active", "version", "ping", "sign_out",
    }  # fmt: skip
    for (name, method), row in expected().items():
        if name not in open_to_everybody:
            for kind in ("nobody", "deactivated"):
                assert row[kind] == "302 sign_in", f"{method} {name} as {kind}"


def test_an_administrator_and_a_person_without_a_team_open_no_case() -> None:
    for (name, method), row in expected().items():
        if "pk" in CASE_ADDRESSES.get(name, ()):
            for kind in ("no_team", "system_admin", "team_admin"):
                assert row[kind][:3] in ("404", "405", "302"), f"{method} {name} as {kind}"
                assert "+" not in row[kind], f"{method} {name} as {kind}"
