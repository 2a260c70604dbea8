from __future__ import annotations

import os
import signal
import stat
import time
from pathlib import Path

import psycopg
import pytest
import redis

from operations.local import engines as local_engines
from operations.local.engines import Engines
from operations.local.folder import DataFolder
from operations.local.processes import Identity
from operations.trouble import Trouble
from tests.operations.conftest import running_on, wait_for


def query(address: str, statement: str) -> object:
    with psycopg.connect(address, autocommit=True) as connection:
        answer = connection.execute(statement)
        return answer.fetchone() if answer.description else None


def test_a_second_start_is_quick_and_keeps_the_data_and_the_addresses(data: Path) -> None:
    with Engines(data) as running:
        first = running.addresses()
        query(first.migration_database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        with redis.Redis.from_url(first.redis_url) as client:
            client.set("kept", "42")
    assert running_on(data) == []

    began = time.monotonic()
    with Engines(data) as running:
        assert time.monotonic() - began < 5
        assert running.addresses() == first
        assert query(first.database_url, "SELECT answer FROM kept") == (42,)
        with redis.Redis.from_url(first.redis_url) as client:
            assert client.get("kept") == b"42"
    assert running_on(data) == []


def test_the_application_has_rows_and_the_owner_has_tables(data: Path) -> None:
    with Engines(data) as running:
        addresses = running.addresses()
        query(addresses.migration_database_url, "CREATE TABLE shelf (id serial PRIMARY KEY, name text)")
        query(addresses.database_url, "INSERT INTO shelf (name) VALUES ('upper')")
        query(addresses.database_url, "UPDATE shelf SET name = 'lower'")
        query(addresses.database_url, "DELETE FROM shelf")
        for refused in (
            "CREATE TABLE mine (x int)",
            "DROP TABLE shelf",
            "TRUNCATE shelf",
            "CREATE DATABASE mine",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                query(addresses.database_url, refused)

        # In a database made later, as tests make one, the same grants hold.
        query(addresses.migration_database_url, "CREATE DATABASE later")
        owners, _, _ = addresses.migration_database_url.rpartition("/")
        query(f"{owners}/later", "CREATE TABLE shelf (id serial)")
        later = addresses.database_url.rpartition("/")[0] + "/later"
        query(later, "INSERT INTO shelf DEFAULT VALUES")
        assert query(later, "SELECT count(*) FROM shelf") == (1,)


def test_text_sorts_the_same_everywhere_and_pages_carry_checksums(data: Path) -> None:
    with Engines(data) as running:
        address = running.addresses().database_url
        assert query(
            address,
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
            " WHERE datname = current_database()",
        ) == ("b", "C.UTF-8", "UTF8")
        assert query(address, "SHOW data_checksums") == ("on",)
        assert query(address, "SHOW listen_addresses") == ("127.0.0.1",)


def test_passwords_are_asked_for_and_are_nobody_elses_to_read(data: Path) -> None:
    with Engines(data) as running:
        addresses = running.addresses()
        with pytest.raises(psycopg.OperationalError):
            query(addresses.database_url.replace("correspondence_app:", "correspondence_app:x"), "SELECT 1")
        with (
            redis.Redis.from_url(
                addresses.redis_url.replace(":@", ":").replace("redis://:", "redis://:x")
            ) as client,
            pytest.raises(redis.AuthenticationError),
        ):
            client.ping()
        with redis.Redis.from_url(addresses.redis_url) as client:
            assert client.config_get("appendonly", "appendfsync", "maxmemory-policy") == {
                "appendonly": "yes",
                "appendfsync": "everysec",
                "maxmemory-policy": "volatile-lru",
            }
        password = addresses.redis_url.split(":")[2].split("@")[0]
        for pid in running_on(data):
            assert password.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for secret in ("secrets.json", "document-keys.json", "valkey/valkey.conf"):
        assert stat.S_IMODE((data / secret).stat().st_mode) == 0o600


def test_what_was_committed_is_there_after_both_were_killed(data: Path) -> None:
    with Engines(data) as running:
        addresses = running.addresses()
        query(addresses.migration_database_url, "CREATE TABLE kept (n int)")
        query(addresses.database_url, "INSERT INTO kept VALUES (1)")
        for process in running.processes.values():
            process.tell(signal.SIGKILL)
        for name in ("postgres", "valkey"):
            running.restart(name)
        assert running.addresses() == addresses
        assert query(addresses.database_url, "SELECT n FROM kept") == (1,)
        with redis.Redis.from_url(addresses.redis_url) as client:
            assert client.ping()


def test_a_stale_lock_file_whose_number_is_somebody_elses_does_not_stop_a_start(data: Path) -> None:
    with Engines(data) as running:
        running.processes["postgres"].tell(signal.SIGKILL)
        wait_for(lambda: running.processes["postgres"].exit_code() is not None)
    lock = data / "postgres" / "data" / "postmaster.pid"
    lines = lock.read_text(encoding="utf-8").splitlines()
    lock.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n", encoding="utf-8")
    with Engines(data) as running:
        assert query(running.addresses().database_url, "SELECT 1") == (1,)


def test_a_start_cut_off_while_files_are_made_begins_again(data: Path) -> None:
    folder = DataFolder(data)
    folder.prepare()
    draft = data / "postgres" / "draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18", encoding="ascii")
    with Engines(data) as running:
        assert query(running.addresses().database_url, "SELECT 1") == (1,)


def test_a_port_taken_in_the_meantime_is_replaced(data: Path) -> None:
    with Engines(data) as running:
        first = running.addresses()
    folder = DataFolder(data)
    with Engines(data.with_name("other")) as other:
        taken = other.processes and folder.read("ports.json")["postgres"]
        folder.write("ports.json", {**folder.read("ports.json"), "postgres": other_port(other)})
        with Engines(data) as running:
            assert other_port(running) != other_port(other)
            assert query(running.addresses().database_url, "SELECT 1") == (1,)
    assert taken == int(first.database_url.rsplit(":", 1)[1].split("/")[0])


def other_port(engines: Engines) -> int:
    return int(engines.addresses().database_url.rsplit(":", 1)[1].split("/")[0])


@pytest.mark.parametrize("name", ["with a space, 'quotes\" and ünïcode", "long" * 30])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    with Engines(tmp_path / name) as running:
        assert query(running.addresses().database_url, "SELECT 1") == (1,)


def test_one_folder_is_for_one_launcher(data: Path) -> None:
    with Engines(data), pytest.raises(Trouble, match="already running on this data folder"):
        Engines(data).start()


def test_given_addresses_take_the_engines_places(data: Path) -> None:
    given = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://d/0"}
    with Engines(data, environment=given) as running:
        assert running.processes == {}
        assert running.addresses().environment() == {**given, "MIGRATION_DATABASE_URL": "postgresql://a@b/c"}


def test_a_full_disk_is_said_before_anything_is_made(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_engines, "FREE_BYTES_WANTED", 10**18)
    with pytest.raises(Trouble, match="disk is nearly full"):
        Engines(data).start()
    assert not data.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
@pytest.mark.parametrize("identity", [Identity.NAMESPACE, Identity.NOBODY])
def test_root_runs_postgresql_without_opening_a_folder(
    data: Path, monkeypatch: pytest.MonkeyPatch, identity: Identity
) -> None:
    data.parent.chmod(0o700)
    monkeypatch.setattr("operations.local.postgres.identity", lambda _folder: identity)
    with Engines(data) as running:
        assert query(running.addresses().database_url, "SELECT 1") == (1,)
        owner = 65534 if identity is Identity.NOBODY else 0
        assert (data / "postgres" / "data" / "PG_VERSION").stat().st_uid == owner
    assert stat.S_IMODE(data.stat().st_mode) == stat.S_IMODE(data.parent.stat().st_mode) == 0o700
    # The other way round from one start to the next: the files follow.
    monkeypatch.setattr(
        "operations.local.postgres.identity",
        lambda _folder: Identity.NAMESPACE if identity is Identity.NOBODY else Identity.NOBODY,
    )
    with Engines(data) as running:
        assert query(running.addresses().database_url, "SELECT 1") == (1,)
