"""A program that starts again when its source changes, as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from operations.reload import Before, changed, look

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
said = pathlib.Path(sys.argv[1]) / "word.txt"
with open(sys.argv[2], "a") as file:
    print("started with", said.read_text(), file=file)
if said.read_text() == "ends":
    sys.exit(3)
time.sleep(60)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "migrations").mkdir(parents=True)
    (folder / "__pycache__").mkdir()
    (folder / "word.txt").write_text("one")
    (tmp_path / "program.py").write_text(PROGRAM)
    return folder


@pytest.fixture
def log(tmp_path: Path, source: Path) -> Iterator[Path]:
    log = tmp_path / "log"
    note = f"{sys.executable} -c \"open('{log}', 'a').write('migrated\\n')\""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [
            sys.executable, "-m", "operations.reload", "--watch", str(source),
            "--before", f"*/migrations/*={note}", "--",
            sys.executable, str(tmp_path / "program.py"), str(source), str(log),
        ]
    )  # fmt: skip
    yield log
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


def told(log: Path, *expected: str) -> None:
    deadline = time.monotonic() + 20
    while (lines := log.read_text().splitlines() if log.exists() else []) != list(expected):
        assert time.monotonic() < deadline, lines
        time.sleep(0.05)


def test_a_change_starts_it_again(source: Path, log: Path) -> None:
    told(log, "started with one")
    (source / "word.txt").write_text("two")
    told(log, "started with one", "started with two")


def test_a_program_that_has_ended_is_started_at_the_next_change(source: Path, log: Path) -> None:
    told(log, "started with one")
    (source / "word.txt").write_text("ends")
    told(log, "started with one", "started with ends")
    (source / "word.txt").write_text("three")
    told(log, "started with one", "started with ends", "started with three")


def test_a_command_runs_first_when_its_files_have_changed(source: Path, log: Path) -> None:
    told(log, "started with one")
    (source / "migrations" / "0001_first.py").write_text("")
    told(log, "started with one", "migrated", "started with one")


def test_what_python_compiles_is_no_change(source: Path) -> None:
    before = look([str(source)])
    (source / "__pycache__" / "x.pyc").write_text("")
    assert changed(before, look([str(source)])) == []
    (source / "word.txt").unlink()
    assert changed(before, look([str(source)])) == [str(source / "word.txt")]


@pytest.mark.parametrize("text", ["", "only", "=command", "pattern="])
def test_a_pattern_without_a_command_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        Before.read(text)
