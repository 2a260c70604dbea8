"""The broker is reached by TLS, under a certificate that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from correspondence.core import settings as core_settings
from correspondence.jobs import broker
from correspondence.jobs.errors import BrokerAway
from tests.own_valkey import OwnValkey, TlsDoor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def door(tmp_path: Path) -> Iterator[TlsDoor]:
    with OwnValkey(tmp_path) as valkey, TlsDoor(tmp_path, valkey.port) as door:
        yield door
        broker.connected.cache_clear()


def reached_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = core_settings.current().model_copy(update={"redis_url": SecretStr(url)})
    monkeypatch.setattr(core_settings, "_current", changed)
    broker.connected.cache_clear()


def test_a_job_is_sent_and_found_by_tls(door: TlsDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    reached_at(f"rediss://127.0.0.1:{door.port}/0?ssl_ca_certs={door.ca_file}", monkeypatch)
    sent = broker.send(17, "quick")
    assert broker.in_line("quick") == {sent}
    assert broker.forgotten("quick", [sent, "another"]) == {"another"}
    assert set(door.seen) == {"TLSv1.3"}


def test_without_the_authority_nothing_is_sent(door: TlsDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    reached_at(f"rediss://127.0.0.1:{door.port}/0", monkeypatch)
    with pytest.raises(BrokerAway):
        broker.send(17, "quick")
