"""The cache may be down, silent, full or read-only: it then answers as if it were empty, and soon."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.core.cache import caches

from correspondence.core import cache as core_cache
from correspondence.core.cache import Breaker, shared
from tests.own_valkey import OwnValkey, TlsDoor, as_cache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def valkey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnValkey]:
    monkeypatch.setattr(core_cache, "breaker", Breaker())
    with OwnValkey(tmp_path) as running, as_cache(running.url):
        yield running


def test_values_come_back_as_they_were(valkey: OwnValkey) -> None:
    del valkey
    for value in (17, "words", None, True, {"a": [1, 2.5, "£"]}):
        shared().set("kept", value)
        assert shared().get("kept", "nothing") == value
    shared().set_many({"one": 1, "two": 2})
    assert shared().get_many(["one", "two", "three"]) == {"one": 1, "two": 2}
    assert shared().has_key("one")
    shared().delete_many(["one", "two"])
    assert not shared().has_key("one")
    assert shared().add("one", 1)
    assert not shared().add("one", 2)


def test_what_is_kept_is_json_and_what_is_not_is_not_read(valkey: OwnValkey) -> None:
    shared().set("kept", {"a": 1})
    assert valkey.tell("GET", ":1:kept") == b'{"a":1}'
    valkey.tell("SET", ":1:kept", "cos\nsystem\n(S'true'\ntR.")
    assert shared().get("kept") is None


def test_each_key_has_an_expiry(valkey: OwnValkey) -> None:
    shared().set("set", 1)
    shared().add("added", 1)
    shared().set_many({"many": 1})
    shared().tally(["counted"], seconds=60)
    keys = valkey.tell("KEYS", "*")
    assert len(keys) == 4
    assert all(valkey.tell("TTL", key) > 0 for key in keys)
    for write in (shared().set, shared().add):
        with pytest.raises(ValueError, match="expiry"):
            write("kept", 1, None)
    with pytest.raises(NotImplementedError):
        shared().incr("set")


def test_counts_begin_again_when_their_time_is_over(valkey: OwnValkey) -> None:
    assert shared().tally(["a", "b"], seconds=60) == {"a": (1, 60), "b": (1, 60)}
    assert shared().tally(["a"], seconds=60)["a"][0] == 2
    valkey.tell("DEL", ":1:a")
    assert shared().tally(["a"], seconds=60)["a"][0] == 1


def empty_handed() -> None:
    """Each call answers as an empty cache does."""
    cache = shared()
    cache.set("kept", 1)
    assert cache.get("kept", "nothing") == "nothing"
    assert cache.get_many(["kept"]) == {}
    assert cache.set_many({"kept": 1}) == ["kept"]
    assert not cache.add("kept", 1)
    assert not cache.touch("kept")
    assert not cache.has_key("kept")
    assert not cache.delete("kept")
    assert cache.tally(["kept"], seconds=60) == {}
    cache.delete_many(["kept"])
    cache.clear()


@pytest.mark.parametrize("fault", ["kill", "hang"])
def test_away_or_silent_it_is_empty_and_comes_back(
    valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    shared().set("kept", 1)
    getattr(valkey, fault)()
    empty_handed()
    tries: list[float] = []
    monkeypatch.setattr(core_cache.Client, "hang_up", lambda _client: tries.append(time.monotonic()))
    for _ in range(200):
        empty_handed()
    assert tries == []  # It is left alone, so that nobody waits.

    valkey.go_on() if fault == "hang" else valkey.start()
    monkeypatch.setattr(core_cache, "REST_SECONDS", 0)
    core_cache.breaker.failed(TimeoutError())
    shared().set("kept", 2)
    shared().set("kept", 2)
    assert shared().get("kept") == 2


def test_after_a_rest_one_caller_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    breaker, now = Breaker(), 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    breaker.failed(TimeoutError())
    now += core_cache.REST_SECONDS - 0.1
    assert not breaker.lets_through()
    now += 0.2
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.worked()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


@pytest.mark.parametrize(
    "fault",
    [
        [("CONFIG", "SET", "maxmemory", "1")],
        [("REPLICAOF", "127.0.0.1", "1")],
    ],
    ids=["full", "read-only"],
)
def test_full_or_read_only_it_breaks_nothing(valkey: OwnValkey, fault: list[tuple[str, ...]]) -> None:
    for command in fault:
        valkey.tell(*command)
    shared().set("kept", 1)
    empty_handed()


def test_it_is_reached_by_tls_and_only_under_the_right_certificate(
    valkey: OwnValkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TlsDoor(tmp_path, valkey.port) as door:
        address = f"rediss://127.0.0.1:{door.port}/1"
        with as_cache(f"{address}?ssl_ca_certs={door.ca_file}"):
            shared().set("kept", 1)
            assert shared().get("kept") == 1
            assert set(door.seen) == {"TLSv1.3"}
        with as_cache(address):
            assert shared().get("kept") is None
            monkeypatch.setattr(core_cache, "breaker", Breaker())
        # Another name than that in the certificate is refused, although the authority is right.
        with as_cache(f"rediss://localhost:{door.port}/1?ssl_ca_certs={door.ca_file}"):
            assert shared().get("kept") is None


def test_the_settings_name_this_cache() -> None:
    assert type(caches["default"]) is core_cache.Cache
