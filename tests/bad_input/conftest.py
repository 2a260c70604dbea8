"""A store of its own for each test, and one real server for those that speak to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.core import settings
from operations.local.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test's documents."""
    folder = tmp_path / "documents"
    monkeypatch.setattr(
        settings, "_current", settings.current().model_copy(update={"document_store": folder})
    )
    return folder


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole service, with its people and without a case."""
    data = tmp_path_factory.mktemp("service") / "data"
    with Stack(data, environment={"LOG_LEVEL": "INFO"}, durable=False, cases=0) as running:
        yield running
