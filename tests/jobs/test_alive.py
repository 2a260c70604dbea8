"""Signs of life, and what a container's health check makes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from correspondence.jobs import alive
from tests.jobs.engines import started, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobs.engines import OwnValkey

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the signs of life are."""
    monkeypatch.setenv(alive.VARIABLE, str(tmp_path))
    return tmp_path


def test_a_fresh_sign_is_well_and_an_old_one_is_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert alive.main(["worker"]) == alive.UNWELL
    alive.beat("worker")
    assert alive.main(["worker"]) == alive.FINE
    assert alive.main(["dispatcher"]) == alive.UNWELL
    an_hour_ago = time.time() - 3600
    os.utime(folder / f"worker-{os.getpid()}.alive", (an_hour_ago, an_hour_ago))
    capsys.readouterr()
    assert alive.main(["worker", "--within", "30"]) == alive.UNWELL
    assert capsys.readouterr().err == f"silent for more than 30 s: {os.getpid()}\n"


def test_a_process_that_is_gone_does_not_count(folder: Path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    old = folder / f"worker-{int(gone.stdout)}.alive"
    old.touch()
    os.utime(old, (0, 0))
    assert alive.main(["worker"]) == alive.UNWELL
    alive.beat("worker")
    assert alive.main(["worker"]) == alive.FINE


def test_without_a_folder_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(alive.VARIABLE, raising=False)
    alive.beat("worker")
    assert alive.main(["worker"]) == alive.UNKNOWN


def test_a_folder_that_is_full_or_gone_ends_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(alive.VARIABLE, str(tmp_path / "nowhere"))
    alive.beat("worker")
    assert "cannot be written" in capsys.readouterr().err


def test_the_check_loads_neither_django_nor_the_broker() -> None:
    loaded = (
        "import sys, correspondence.jobs.alive;"
        "print([name for name in sys.modules if name in ('django', 'dramatiq', 'pydantic')])"
    )
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert told.stdout == "[]\n"


@pytest.mark.django_db(transaction=True)
def test_a_dispatcher_without_a_broker_is_alive_and_a_frozen_one_is_not(folder: Path) -> None:
    command = [sys.executable, "manage.py", "run_dispatcher"]
    with started(command, REDIS_URL=NOWHERE) as dispatcher:
        wait_until(lambda: alive.main(["dispatcher", "--within", "3"]) == alive.FINE, "a sign of life")
        time.sleep(4)
        assert alive.main(["dispatcher", "--within", "3"]) == alive.FINE
        dispatcher.send_signal(signal.SIGSTOP)
        wait_until(lambda: alive.main(["dispatcher", "--within", "3"]) == alive.UNWELL, "it to be missed")
        dispatcher.send_signal(signal.SIGCONT)


@pytest.mark.django_db(transaction=True)
def test_each_process_of_a_worker_shows_itself(folder: Path, valkey: OwnValkey) -> None:
    command = [sys.executable, "manage.py", "run_worker", "--queues", "quick", "--processes", "2"]
    with started(command, REDIS_URL=valkey.url):
        wait_until(lambda: len(list(folder.glob("worker-*.alive"))) == 2, "both processes")
        assert alive.main(["worker", "--within", "5"]) == alive.FINE
        valkey.stop()
        time.sleep(4)
        assert alive.main(["worker", "--within", "3"]) == alive.FINE
