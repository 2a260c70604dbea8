"""Looking at processes from outside, and starting launchers that do not outlive a test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from operations.local.processes import FOLDER_VARIABLE, birth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SMALL_SERVICE = Path(__file__).with_name("small_service.py")


@pytest.fixture(scope="session", autouse=True)
def signals_are_heard() -> None:
    """A run in the background may begin deaf to some signals, and what a test starts would inherit it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    """Return when the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def running_on(data: Path) -> list[int]:
    """Processes that were started for a data folder: by their environment, or by where they work.

    The engines write over their environment, but stay in their folders.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            started_for = f"{FOLDER_VARIABLE}={data}".encode() in (entry / "environ").read_bytes().split(
                b"\0"
            )
            works_in_it = (entry / "cwd").readlink().is_relative_to(data)
        except OSError:
            continue
        if (started_for or works_in_it) and birth(int(entry.name)):
            found.append(int(entry.name))
    return found


def own_environment() -> dict[str, str]:
    """This environment without the addresses of the tests' engines, so that a launcher starts its own."""
    return {name: value for name, value in os.environ.items() if not name.endswith("_URL")}


class Launcher:
    """``ct-ops local run`` with the small service, as a process."""

    def __init__(self, data: Path, *words: str, **environment: str) -> None:
        self.data = data
        self.ready_file = data.with_name(f"{data.name}.ready")
        self.ready_file.unlink(missing_ok=True)
        self.log = data.with_name(f"{data.name}.log")
        command = [sys.executable, str(SMALL_SERVICE), "local", "run", "--data", str(data)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [*command, "--port", "0", "--ready-file", str(self.ready_file), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**own_environment(), **environment},
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        wait_for(lambda: self.ready_file.exists() or self.process.poll() is not None, 30)
        assert self.ready_file.exists(), self.said()

    def facts(self) -> dict[str, str]:
        facts: dict[str, str] = json.loads(self.ready_file.read_text(encoding="utf-8"))
        return facts

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(25)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def launch(data: Path) -> Iterator[Callable[..., Launcher]]:
    """Start launchers on the data folder; what is left of them is ended."""
    started: list[Launcher] = []

    def start(*words: str, **environment: str) -> Launcher:
        started.append(Launcher(data, *words, **environment))
        return started[-1]

    yield start
    for launcher in started:
        if launcher.process.poll() is None:
            launcher.end()
