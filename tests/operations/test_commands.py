from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from operations.__main__ import main
from operations.local.folder import DataFolder
from tests.operations.conftest import SMALL_SERVICE, Launcher, own_environment, running_on, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(SMALL_SERVICE), "local", *words],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env=own_environment(),
        timeout=60,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything(
    launch: Callable[..., Launcher], data: Path, number: signal.Signals
) -> None:
    launcher = launch()
    launcher.wait_until_ready()
    assert "Correspondence Tool is running" in launcher.said()
    assert launcher.facts()["base_url"] in launcher.said()
    assert launcher.end(number) == 0
    assert launcher.said().endswith("Everything has stopped.\n")
    assert running_on(data) == []
    assert not launcher.ready_file.exists()


def test_a_killed_launcher_leaves_nothing_running(launch: Callable[..., Launcher], data: Path) -> None:
    launcher = launch()
    launcher.wait_until_ready()
    launcher.end(signal.SIGKILL)
    # The worker's child is no child of the launcher: the next start finds it by the folder that it carries.
    wait_for(lambda: len(running_on(data)) <= 1)
    again = launch()
    again.wait_until_ready()
    assert again.end() == 0
    assert running_on(data) == []


def test_a_second_one_on_the_same_folder_is_told_where_the_first_is(
    launch: Callable[..., Launcher], data: Path
) -> None:
    first = launch()
    first.wait_until_ready()
    second = command("run", "--data", str(data), "--port", "0")
    assert second.returncode == 1
    assert f"already running on this data folder at {first.facts()['base_url']}" in second.stderr
    assert first.process.poll() is None


def test_stop_from_another_window(launch: Callable[..., Launcher], data: Path) -> None:
    launcher = launch()
    launcher.wait_until_ready()
    stopped = command("stop", "--data", str(data))
    assert (stopped.returncode, stopped.stdout) == (0, "Everything has stopped.\n")
    assert launcher.process.wait(25) == 0
    assert running_on(data) == []
    assert command("stop", "--data", str(data)).stdout == "Nothing is running.\n"


def test_the_settings_of_the_running_service_are_printed_for_a_shell(
    launch: Callable[..., Launcher], data: Path
) -> None:
    launch().wait_until_ready()
    printed = command("env", "--data", str(data))
    assert "export SMALL=yes\n" in printed.stdout
    assert "export DATABASE_URL=" in printed.stdout
    assert "export PATH=" not in printed.stdout


def test_reset_deletes_only_what_is_ours_and_not_running(launch: Callable[..., Launcher], data: Path) -> None:
    launcher = launch()
    launcher.wait_until_ready()
    assert "It is running" in command("reset", "--yes", "--data", str(data)).stderr
    launcher.end()
    unsure = command("reset", "--data", str(data))
    assert (unsure.returncode, "Confirm with --yes" in unsure.stderr) == (1, True)
    assert data.exists()
    assert command("reset", "--yes", "--data", str(data)).returncode == 0
    assert not data.exists()

    data.mkdir()
    letter = data / "letter.txt"
    letter.write_text("not ours", encoding="utf-8")
    assert command("reset", "--yes", "--data", str(data)).returncode == 1
    assert command("run", "--data", str(data)).returncode == 1
    assert letter.exists()


def test_engines_alone_for_tests_and_tools(data: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "operations", "local", "engines", "--data", str(data), "--print-env"],
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline().split("=")[0] for _ in range(3)]
        assert lines == ["export DATABASE_URL", "export MIGRATION_DATABASE_URL", "export REDIS_URL"]
        running.terminate()
        assert running.wait(15) == 0
    assert running_on(data) == []


def test_it_runs_without_a_terminal_and_without_streams(data: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    words = ("local", "run", "--data", str(data), "--port", "0", "--ready-file", str(ready))
    shell = f'exec "{sys.executable}" "{SMALL_SERVICE}" "$@" <&- >&- 2>&-'
    with subprocess.Popen(  # noqa: S603 - our own program
        ["/bin/sh", "-c", shell, "sh", *words], start_new_session=True, env=own_environment()
    ) as running:
        wait_for(ready.exists, 30)
        assert json.loads(ready.read_text(encoding="utf-8"))["pid"] == running.pid
        running.terminate()
        assert running.wait(25) == 0
    assert running_on(data) == []


def test_nohup_is_respected(launch: Callable[..., Launcher]) -> None:
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        launcher = launch()
    finally:
        signal.signal(signal.SIGHUP, previous)
    launcher.wait_until_ready()
    launcher.process.send_signal(signal.SIGHUP)
    time.sleep(1)
    assert launcher.process.poll() is None
    assert launcher.end() == 0


def test_a_wrong_port_is_explained(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["local", "run", "--data", str(data), "--port", "http"]) == 1
    assert "'http' is not a port." in capsys.readouterr().err
    assert not data.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that is somebody else's")
def test_somebody_elses_folder_is_left_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    DataFolder(data).prepare()
    os.chown(data, 1234, 1234)
    assert main(["local", "engines", "--data", str(data)]) == 1
    assert "belongs to another user" in capsys.readouterr().err
