"""What tests of jobs begin with: a table of traces, and a broker of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from pydantic import SecretStr

from correspondence.core import settings
from correspondence.jobs import actions, broker, dispatcher, kinds
from tests.jobs import kinds_for_tests
from tests.jobs.engines import OwnValkey, free_port
from tests.stubs.running import RunningStub, running_stub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Make the table that keeps every effect of a job, doubled ones too."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(kinds_for_tests.TRACES)


@pytest.fixture
def traces() -> Iterator[None]:
    """An empty table of traces, for tests with real transactions: nobody else empties it."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE jobs_test_trace")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE jobs_test_trace")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnValkey]:
    valkey = OwnValkey(tmp_path_factory.mktemp("valkey"), free_port())
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStub]:
    with running_stub(tmp_path_factory.mktemp("notify")) as running:
        yield running


def _use(**changes: object) -> Iterator[None]:
    before = settings.current()
    settings.use(before.model_copy(update=changes))
    broker.connected.cache_clear()
    actions.broker_rest.end()
    yield
    settings.use(before)
    broker.connected.cache_clear()
    actions.broker_rest.end()


@pytest.fixture
def valkey(server: OwnValkey) -> Iterator[OwnValkey]:
    """A broker of this test's own, empty."""
    if server.process is None:
        server.start()
    with server.client() as client:
        client.flushall()
    for _ in _use(redis_url=SecretStr(server.url)):
        yield server


@pytest.fixture
def no_broker() -> Iterator[None]:
    """Nobody listens where the broker should be."""
    yield from _use(redis_url=SecretStr(f"redis://127.0.0.1:{free_port()}/0"))


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits that the workers of the tests have, so that what is lost is missed within a second."""
    monkeypatch.setattr(dispatcher, "FORGOTTEN_AFTER", timedelta(seconds=1))
    monkeypatch.setitem(kinds.QUEUES, "quick", kinds_for_tests.short(kinds.QUEUES["quick"]))
