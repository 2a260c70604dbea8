"""A broken ``platform.toml`` is refused with the table and the key that are at fault."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from operations.platform import load
from operations.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tables() -> dict[str, Any]:
    return copy.deepcopy(load.read(load.FILE))


def told(tables: dict[str, Any]) -> str:
    with pytest.raises(Trouble) as caught:
        load.check(tables, load.FILE)
    return caught.value.advice


def test_the_file_of_the_project_is_good() -> None:
    platform = load.load()
    assert platform.parts["db"].services("db") == ("db-1", "db-2", "db-3")
    assert platform.parts["edge"].services("edge") == ("edge",)
    assert platform.scaled == ("app", "worker-quick", "worker-long")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"nowhere\.toml cannot be read"):
        load.load(tmp_path / "nowhere.toml")


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "platform.toml"
    file.write_text("[platform]\nname =\n", encoding="utf-8")
    with pytest.raises(Trouble, match=r"no valid TOML: .*line 2"):
        load.load(file)


@pytest.mark.parametrize(
    ("table", "key", "value", "words"),
    [
        ("site", "ready_seconds", "soon", "site.ready_seconds: input should be a valid integer"),
        ("site", "ready_seconds", 0, "site.ready_seconds: input should be greater than or equal to 1"),
        ("pool", "sever_connections", 40, "pool.sever_connections: is unknown here; is it misspelt?"),
        ("patroni", "ttl", 19, "patroni.ttl: input should be greater than or equal to 20"),
        ("patroni", "retry_timeout", 9, "patroni: loop_wait and twice retry_timeout"),
        ("waiting", "pool_seconds", 70, "waiting: waiting must grow outward"),
        ("versions", "postgresql", "latest", "versions.postgresql: string should match pattern"),
        ("platform", "base_digest", "abc", "platform.base_digest: string should match pattern"),
    ],
)
def test_a_bad_value_is_named_by_table_and_key(
    tables: dict[str, Any], table: str, key: str, value: object, words: str
) -> None:
    tables[table][key] = value
    assert words in told(tables)


def test_a_missing_table_and_a_missing_key_are_told_together(tables: dict[str, Any]) -> None:
    del tables["valkey"]
    del tables["pool"]["wait_seconds"]
    assert told(tables).splitlines() == ["pool.wait_seconds: is missing", "valkey: is missing"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image": "appp"}, "parts.app.image: there is no image 'appp'"),
        ({"networks": ["service", "egres"], "listens": {}}, "there is no network 'egres'"),
        ({"listens": {"dmz": [1]}}, "parts.app: listens on the network 'dmz', to which it is not attached"),
        ({"replicas": 9}, "parts.app: 'replicas' must lie between 'least' and 'most'"),
        ({"instances": 2}, "parts.app: a part has 'instances' (named containers) or 'replicas'"),
        ({"listens": {"service": [70000]}}, "parts.app.listens.service.0: input should be less than"),
        ({"memory_mb": None}, "parts.app.memory_mb: input should be a valid integer"),
    ],
)
def test_a_part_that_contradicts_itself_is_named(
    tables: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    tables["parts"]["app"] |= change
    assert words in told(tables)


def test_a_staging_site_scales_only_what_can_be_scaled(tables: dict[str, Any]) -> None:
    tables["staging"]["replicas"] = {"db": 1}
    assert told(tables) == "staging.replicas: 'db' is no part with replicas"
