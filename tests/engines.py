"""PostgreSQL and Valkey for the tests, started when nobody has given their addresses.

A pytest plugin, loaded by ``-p tests.engines`` (so run ``python -m pytest``) before settings are read. One
pair of engines serves all processes of a run, in a folder that goes when they stop. Where ``DATABASE_URL``
is set, the servers named by it and by ``REDIS_URL`` are used, and nothing is started.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Plugins named with -p are imported before pytest reads its own setting for this.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from operations.local.engines import Engines

if TYPE_CHECKING:
    from collections.abc import Generator


class _Running:
    engines: Engines | None = None
    folder: Path | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Start the engines, ahead of the plugin that reads Django's settings."""
    if "DATABASE_URL" not in os.environ and not {"--help", "-h", "--version", "-V"} & set(sys.argv):
        _start()
    _separate_workers()
    yield


def _start() -> None:
    _Running.folder = Path(tempfile.mkdtemp(prefix="correspondence-tests-"))
    _Running.engines = Engines(_Running.folder / "data", durable=False)
    addresses = _Running.engines.start()
    # The owner's role, since tests make their database. APPLICATION_DATABASE_URL is for testing the grants.
    os.environ["DATABASE_URL"] = os.environ["MIGRATION_DATABASE_URL"] = addresses.migration_database_url
    os.environ["APPLICATION_DATABASE_URL"] = addresses.database_url
    os.environ["REDIS_URL"] = addresses.redis_url


def _separate_workers() -> None:
    """Give each process of a parallel run a database of Valkey to itself, and none of them the cache's."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    address, slash, number = os.environ.get("REDIS_URL", "").rpartition("/")
    if worker.startswith("gw") and slash and number == "0":
        os.environ["REDIS_URL"] = f"{address}/{2 + int(worker.removeprefix('gw')) % 14}"


def pytest_unconfigure() -> None:
    """Stop what was started; a killed run takes its engines along all the same."""
    if _Running.engines:
        _Running.engines.stop()
        _Running.engines = None
    if _Running.folder:
        shutil.rmtree(_Running.folder, ignore_errors=True)
        _Running.folder = None
