"""The settings under which the tests run, where the environment does not give others.

A pytest plugin, loaded by ``-p tests.environment`` before the settings are read. Files go into one temporary
folder for all processes of a run.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

GIVEN = {
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": "for-the-tests-alone-and-long-enough-to-be-accepted",
    "AUDIT_KEY": "for-the-tests-alone-and-long-enough-to-be-accepted",
    "BASE_URL": "http://127.0.0.1:3000",
    "NOTIFY_URL": "http://127.0.0.1:3001",
    "NOTIFY_API_KEY": "tests-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222",
    "NOTIFY_TEMPLATE_ID": "33333333-3333-4333-8333-333333333333",
    "DEMONSTRATION": "true",
    "MOVABLE_DATE": "true",
    "SECURE_COOKIES": "false",
    "SCANNER": "none",
    "LOG_LEVEL": "ERROR",
    # A test run is quicker than any person; what the limits do is tested where they are set.
    **dict.fromkeys(
        ("RATE_LIMIT_PAGES", "RATE_LIMIT_CHANGES", "RATE_LIMIT_SEARCHES", "RATE_LIMIT_STRANGERS"), "0"
    ),
}


class _Made:
    folder: Path | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Fill in what is missing, ahead of the plugin that reads Django's settings."""
    for name, value in GIVEN.items():
        if f"{name}_FILE" not in os.environ:
            os.environ.setdefault(name, value)
    if "STATIC_ROOT" not in os.environ:
        _make_folder()
    yield


def _make_folder() -> None:
    folder = _Made.folder = Path(tempfile.mkdtemp(prefix="correspondence-files-"))
    (folder / "assets").mkdir()
    (folder / "documents").mkdir()
    key = base64.b64encode(bytes(range(32))).decode()
    (folder / "keys.json").write_text(json.dumps({"1": key}), encoding="utf-8")
    os.environ["STATIC_ROOT"] = str(folder / "assets")
    os.environ["DOCUMENT_STORE"] = str(folder / "documents")
    os.environ["DOCUMENT_KEY_FILE"] = str(folder / "keys.json")


def pytest_unconfigure() -> None:
    """Take the files away, in the process that made them."""
    if _Made.folder:
        shutil.rmtree(_Made.folder, ignore_errors=True)
        _Made.folder = None
