"""A store of its own for each test, so that nothing is kept can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.core import settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test's documents."""
    folder = tmp_path / "documents"
    monkeypatch.setattr(
        settings, "_current", settings.current().model_copy(update={"document_store": folder})
    )
    return folder
