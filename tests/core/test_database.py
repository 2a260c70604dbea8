"""What a real server says when it cannot confirm a commit, and what becomes of it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import (
    DatabaseError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connections,
    transaction,
)
from django.db.utils import InterfaceError

from correspondence.config.settings import database
from correspondence.core.database.errors import Unconfirmed, is_passing
from operations.local import keys
from operations.local.engines import Engines
from operations.local.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoDbBlocker

ALIAS = "unsure"


class Server:
    """A primary whose commits wait for a standby that does not exist, when it is told to."""

    def __init__(self, engines: Engines) -> None:
        addresses = engines.addresses()
        secrets = keys.of(engines.folder)
        at = addresses.migration_database_url.partition("@")[2]
        self.owner = addresses.migration_database_url
        self._superuser = f"postgresql://{SUPERUSER}:{secrets.database_superuser}@{at}"

    def wait_for_a_standby(self, name: str) -> None:
        """Let commits wait for this standby, or for none."""
        self._tell(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'", "SELECT pg_reload_conf()")
        deadline = time.monotonic() + 10
        while self._tell("SHOW synchronous_standby_names") != name and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)

    def break_off_waits(self) -> None:
        """Cancel whatever waits for a standby, once something does."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._tell("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"):
                return
            time.sleep(0.02)

    def _tell(self, *statements: str) -> object:
        answer: object = None
        with psycopg.connect(self._superuser, autocommit=True) as connection:
            connection.execute("SET synchronous_commit = local")
            for statement in statements:
                cursor = connection.execute(statement)
                row = cursor.fetchone() if cursor.description else None
                answer = row[0] if row else None
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    """A server of our own, and a connection of Django's to it."""
    with Engines(tmp_path_factory.mktemp("engines"), durable=False) as engines, django_db_blocker.unblock():
        server = Server(engines)
        settings = database(
            f"{server.owner}?options=-c%20synchronous_commit%3Don%20-c%20statement_timeout%3D400"
        )
        connections.settings[ALIAS] = connections.configure_settings({"default": {}, ALIAS: settings})[ALIAS]
        run("CREATE TABLE kept (word text)")
        yield server
        server.wait_for_a_standby("")
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]


@pytest.fixture
def unsure(server: Server) -> Iterator[Server]:
    server.wait_for_a_standby("nobody")
    yield server
    server.wait_for_a_standby("")


def run(statement: str) -> list[tuple[object, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def in_one_transaction(*statements: str, then: Callable[[], None] = lambda: None) -> None:
    with transaction.atomic(using=ALIAS):
        for statement in statements:
            run(statement)
        transaction.on_commit(then, using=ALIAS)


def broken_off_meanwhile(server: Server) -> threading.Thread:
    thread = threading.Thread(target=server.break_off_waits)
    thread.start()
    return thread


def test_a_commit_that_nobody_confirmed_is_an_error_although_it_stands(unsure: Server) -> None:
    after: list[str] = []
    breaking = broken_off_meanwhile(unsure)
    with pytest.raises(Unconfirmed):
        in_one_transaction("INSERT INTO kept VALUES ('in a transaction')", then=lambda: after.append("told"))
    breaking.join()
    assert after == []
    # It did happen, here: that is why nobody may say that it was not saved, either.
    assert run("SELECT word FROM kept WHERE word = 'in a transaction'") == [("in a transaction",)]


def test_so_is_a_statement_that_is_a_transaction_of_its_own(unsure: Server) -> None:
    breaking = broken_off_meanwhile(unsure)
    with pytest.raises(Unconfirmed):
        run("INSERT INTO kept VALUES ('alone')")
    breaking.join()
    assert run("SELECT word FROM kept WHERE word = 'alone'") == [("alone",)]


def test_the_wait_has_an_end_although_the_server_sets_none(
    unsure: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    del unsure
    monkeypatch.setitem(connections[ALIAS].settings_dict, "COMMIT_SECONDS", 1.0)
    began = time.monotonic()
    with pytest.raises(Unconfirmed), transaction.atomic(using=ALIAS):
        run("INSERT INTO kept VALUES ('in the end')")
    # The time limit of a statement, 0.4 s here, did not strike: the server takes it off before it waits.
    assert time.monotonic() - began >= 1.0


def test_the_next_commit_is_judged_by_itself(server: Server) -> None:
    del server
    with transaction.atomic(using=ALIAS):
        run("INSERT INTO kept VALUES ('confirmed')")
    assert run("SELECT word FROM kept WHERE word = 'confirmed'") == [("confirmed",)]


def test_a_statement_that_takes_too_long_may_be_tried_again(server: Server) -> None:
    del server
    with pytest.raises(OperationalError) as raised:
        run("SELECT pg_sleep(5)")
    assert is_passing(raised.value)


def test_a_server_that_became_a_replica_may_be_tried_again_and_a_defect_not(server: Server) -> None:
    del server
    with pytest.raises(InternalError) as raised:
        in_one_transaction("SET TRANSACTION READ ONLY", "INSERT INTO kept VALUES ('nowhere')")
    assert is_passing(raised.value)
    with pytest.raises(ProgrammingError) as defect:
        run("SELECT nothing FROM nowhere")
    assert not is_passing(defect.value)
    assert is_passing(InterfaceError("the connection is closed"))
    assert not is_passing(None)


def test_a_connection_that_broke_in_the_middle_of_an_answer_is_told_from_a_defect() -> None:
    """The library then has an error without a code: the server never came to say which."""
    broke_off = psycopg.DatabaseError("server closed the connection unexpectedly")
    assert is_passing(_wrapped(broke_off))
    assert not is_passing(_wrapped(psycopg.errors.InternalError_("out of order")))
    assert not is_passing(_wrapped(psycopg.DataError("text fields cannot contain NUL (0x00) bytes")))
    assert not is_passing(DatabaseError("Forced update did not affect any rows."))


def _wrapped(cause: psycopg.Error) -> DatabaseError:
    """As Django raises it."""
    trouble = DatabaseError(str(cause))
    trouble.__cause__ = cause
    return trouble
