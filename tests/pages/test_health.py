"""What machines ask of the service."""

from __future__ import annotations

import socket
from importlib import metadata
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection

from correspondence.core import draining
from correspondence.core import settings as core_settings
from correspondence.pages.middleware.health import ADDRESSES
from correspondence.pages.urls import urlpatterns
from correspondence.pages.views import health
from correspondence.rulebook import names
from correspondence.rulebook.models import Edition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_database() -> Iterator[None]:
    def away(*_anything: Any) -> Any:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        yield


def missing(client: Client) -> list[str]:
    response = client.get("/healthz/ready")
    assert response.status_code == 503
    told: list[str] = response.json()["missing"]
    return told


@pytest.mark.parametrize("address", ["/healthz/live", "/healthz/ready", "/healthz/active", "/ping"])
def test_all_is_well(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
    assert not response.cookies


@pytest.mark.parametrize("address", ["/healthz/live", "/ping"])
def test_a_live_process_needs_no_database_even_with_a_cookie(
    as_manager: Client, without_database: None, address: str
) -> None:
    assert as_manager.get(address).json() == {"status": "live"}


@pytest.mark.usefixtures("without_database")
def test_without_a_database_nothing_is_ready_or_active(client: Client) -> None:
    assert missing(client) == ["database", "migrations", "policy edition"]
    response = client.get("/healthz/active")
    assert (response.status_code, response.json()) == (503, {"status": "standby"})


def test_a_migration_not_applied(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cases' AND name = '0001_case'")
    assert missing(client) == ["migrations"]


def test_migrations_of_a_newer_release_do_no_harm(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_later', now())"
        )
    assert client.get("/healthz/ready").status_code == 200


def test_no_policy_edition(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE rulebook_edition DISABLE TRIGGER USER")
    Edition.objects.all().delete()
    assert missing(client) == ["policy edition"]


def test_an_edition_that_names_what_this_process_lacks(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(names.facts, "no_approval_given")
    assert missing(client) == ["policy edition"]


def test_keys_that_cannot_be_read(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.json", tmp_path):
        without = core_settings.current().model_copy(update={"document_key_file": path})
        monkeypatch.setattr(core_settings, "_current", without)
        assert missing(client) == ["document keys"]


def test_no_secret_and_no_path_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without = core_settings.current().model_copy(update={"document_key_file": tmp_path / "nowhere.json"})
    monkeypatch.setattr(core_settings, "_current", without)
    assert client.get("/healthz/ready").content == b'{"status": "not ready", "missing": ["document keys"]}'


def test_a_replica_is_on_standby(client: Client) -> None:
    def replica(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        return execute(sql.replace("pg_is_in_recovery()", "true"), params, many, context)

    with connection.execute_wrapper(replica):
        assert client.get("/healthz/active").status_code == 503


@pytest.mark.parametrize("host", ["10.0.0.7:8080", "app", "elsewhere.example"])
def test_health_is_told_by_any_name_and_pages_by_ours_alone(client: Client, host: str) -> None:
    for address in sorted(ADDRESSES):
        assert client.get(address, headers={"host": host}).status_code == 200
    for address in ("/sign-in/", "/healthz/", "/healthz/live/", "/pings", "//healthz/live"):
        assert client.get(address, headers={"host": host}).status_code == 400


def test_every_health_address_is_answered_by_any_name() -> None:
    assert {
        f"/{one.pattern}" for one in urlpatterns if one.lookup_str.startswith(health.__name__)
    } == ADDRESSES


def test_an_instance_says_which_release_it_runs(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz/version").json()["version"] == metadata.version("correspondence-tool")
    named = core_settings.current().model_copy(update={"release": "2026.11.25"})
    monkeypatch.setattr(core_settings, "_current", named)
    told = client.get("/healthz/version").json()
    assert told == {"version": "2026.11.25", "instance": socket.gethostname()}


def test_an_instance_that_drains_is_not_ready_and_does_all_else(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flag = tmp_path / "draining"
    monkeypatch.setenv(draining.VARIABLE, str(flag))
    assert client.get("/healthz/ready").status_code == 200
    flag.touch()
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "draining"})
    assert client.get("/healthz/live").status_code == 200
    assert client.get("/healthz/active").status_code == 200
