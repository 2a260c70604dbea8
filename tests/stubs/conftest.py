"""The stub of these tests: one for a whole file, and one that nobody has written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stubs.running import RunningStub, running_stub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStub]:
    with running_stub(tmp_path_factory.mktemp("notify")) as running:
        yield running


@pytest.fixture
def empty_stub(tmp_path: Path) -> Iterator[RunningStub]:
    with running_stub(tmp_path) as running:
        yield running
