"""A store of its own for each test, and whichever scanner it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from correspondence.core import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    type Change = Callable[..., None]


@pytest.fixture
def change_settings(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Change settings of this process for one test."""

    def change(**values: Any) -> None:
        monkeypatch.setattr(settings, "_current", settings.current().model_copy(update=values))

    return change


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, change_settings: Change) -> Path:
    """The folder of this test's documents."""
    folder = tmp_path / "documents"
    change_settings(document_store=folder)
    return folder
