"""The audit record: appended to, never changed, and telling when it was."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from correspondence.audit import actions, queries
from correspondence.audit.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db


def write(stream: str, *actions_named: str) -> None:
    for action in actions_named:
        actions.record(stream, action, actor_id=1, actor_name="Bea Manager", subject=stream, data={"team": 7})


@pytest.fixture
def as_superuser() -> Iterator[None]:
    """Whoever owns the database can set the trigger aside; the chain still tells."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


def places() -> list[tuple[str, int]]:
    return [(found.stream, found.sequence) for found in queries.breaks()]


def test_entries_of_a_stream_follow_one_another() -> None:
    write("case:1", "create", "assign_responder")
    write("case:2", "create")
    assert [(entry.stream, entry.sequence) for entry in Entry.objects.filter(actor_id=1).order_by("pk")] == [
        ("case:1", 1),
        ("case:1", 2),
        ("case:2", 1),
    ]
    assert places() == []


@pytest.mark.parametrize(
    "sql", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_nothing_can_be_changed_or_removed(sql: str) -> None:
    write("case:1", "create")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Entry.objects.filter(stream="case:1", action="create").exists()


@pytest.mark.usefixtures("as_superuser")
@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("UPDATE audit_entry SET actor_name = 'Somebody else' WHERE stream = 'case:1' AND sequence = 2", 2),
        ("UPDATE audit_entry SET data = '{\"team\": 8}' WHERE stream = 'case:1' AND sequence = 2", 2),
        ("UPDATE audit_entry SET at = at + interval '1 second' WHERE stream = 'case:1' AND sequence = 2", 2),
        ("DELETE FROM audit_entry WHERE stream = 'case:1' AND sequence = 2", 3),
        ("UPDATE audit_entry SET stream = 'case:9' WHERE stream = 'case:1' AND sequence = 3", 3),
    ],
)
def test_tampering_is_found_at_its_place(sql: str, place: int) -> None:
    write("case:1", "create", "assign_responder", "close")
    assert places() == []
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 1
    assert [sequence for _stream, sequence in places()] == [place]


@pytest.mark.usefixtures("as_superuser")
def test_an_entry_put_in_between_is_found() -> None:
    write("case:1", "create", "assign_responder")
    first = Entry.objects.get(stream="case:1", sequence=1)
    second = Entry.objects.get(stream="case:1", sequence=2)
    Entry.objects.filter(pk=second.pk).update(sequence=3)
    first.pk, first.sequence, first.previous_mac = None, 2, first.mac
    first.save(force_insert=True)
    assert places() == [("case:1", 2)]


@pytest.mark.skipif(
    "APPLICATION_DATABASE_URL" not in os.environ,
    reason="needs the restricted role that the engines of the tests make",
)
def test_the_application_s_role_may_only_add_and_read() -> None:
    address = urlsplit(os.environ["APPLICATION_DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    url = address._replace(path=f"/{name}").geturl()
    with psycopg.connect(url, autocommit=True) as restricted:
        restricted.execute("SELECT count(*) FROM audit_entry")
        for sql in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                restricted.execute(sql)
