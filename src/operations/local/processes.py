"""Processes that the launcher starts: none outlives it, and none is stopped that is not its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from operations.local import child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from operations.local.folder import DataFolder

LOG_BYTES_KEPT = 10_000_000
FOLDER_VARIABLE = "CORRESPONDENCE_DATA_FOLDER"
"""Set in every process that we start, so that a later start can tell ours among those left over."""

POLL_SECONDS = 0.05


class Identity(StrEnum):
    """As whom a program runs: see ``child``."""

    SELF = "self"
    NAMESPACE = "namespace"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to be run, and how to stop it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 5
    identity: Identity = Identity.SELF
    stage: int = 0
    """Programs of a higher stage stop first, those of one stage together."""
    ready_url: str = ""
    """Asked until it answers 200; without one, a program is ready when it has started."""


class Process:
    """A program that was started, with a log file of its own, in a process group of its own."""

    def __init__(self, program: Program, folder: DataFolder, *, output: Path | None = None) -> None:
        self.program = program
        self.log = folder.logs / f"{program.name}.log"
        self._record = folder.records / f"{program.name}.pid"
        _shorten(self.log)
        with self.log.open("ab") as log:
            self.log_began = log.tell()
            self._popen = spawn(program, folder, log=log.fileno(), output=output)
        self._record.write_text(f"{self.pid} {birth(self.pid)}", encoding="ascii")

    @property
    def pid(self) -> int:
        """The number of the process, which is its group's too."""
        return self._popen.pid

    def exit_code(self) -> int | None:
        """How it ended, or None while it runs; a signal as a negative number."""
        return self._popen.poll()

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        if self.exit_code() is None:
            self._popen.send_signal(number)

    def kill_group(self) -> None:
        """End the process and whatever of its group is left, at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        self._record.unlink(missing_ok=True)

    def log_tail(self, lines: int = 20) -> str:
        """The last lines that it wrote since it was started."""
        with self.log.open("rb") as log:
            log.seek(self.log_began)
            return "\n".join(log.read().decode("utf-8", errors="replace").splitlines()[-lines:])


def spawn(
    program: Program, folder: DataFolder, *, log: int, output: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that dies with this thread; see ``child``.

    What it says goes to ``log``, an open file; its standard output to the file ``output`` if one is named.
    """
    wrapped = (
        sys.executable,
        "-I",
        "-S",
        str(Path(child.__file__).absolute()),
        str(os.getpid()),
        str(int(program.stop_signal)),
        program.identity.value,
        *program.command,
    )
    with output.open("wb") if output else nullcontext() as kept:
        return subprocess.Popen(  # noqa: S603 - the programs are our own, and no shell reads the words
            wrapped,
            env={**program.environment, FOLDER_VARIABLE: str(folder.path)},
            stdin=subprocess.DEVNULL,
            stdout=kept or log,
            stderr=log,
            start_new_session=True,
        )


def wait(process: Process) -> None:
    """Return when the process has ended, by itself or because its grace is over."""
    deadline = time.monotonic() + process.program.grace_seconds
    while process.exit_code() is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    process.kill_group()


def stop(processes: Iterable[Process], *, hurried: Callable[[], bool] = lambda: False) -> None:
    """Ask the processes to stop, together; end those that have not when their grace is over, or hurried."""
    processes = list(processes)
    for process in processes:
        process.tell(process.program.stop_signal)
    began = time.monotonic()
    for process in processes:
        while process.exit_code() is None:
            if time.monotonic() - began > process.program.grace_seconds or hurried():
                break
            time.sleep(POLL_SECONDS)
        process.kill_group()


def birth(pid: int) -> str:
    """A text that tells this process from any other of its number, before or after; empty if it is gone."""
    if sys.platform == "linux":
        try:
            fields = (
                Path(f"/proc/{pid}/stat")
                .read_text(encoding="utf-8", errors="replace")
                .rpartition(")")[2]
                .split()
            )
        except OSError:
            return ""
        state, started = fields[0], fields[19]
        if state in {"Z", "X"}:
            return ""
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip()}/{started}"
    listed = subprocess.run(  # noqa: S603 - a fixed command
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip().replace(" ", "-")


def sweep(folder: DataFolder) -> list[str]:
    """Stop what an earlier launcher left running on this folder; the names of what was.

    A process is ours when its number and its birth are those recorded, or when it carries this folder's name
    in its environment.
    """
    found: list[str] = []
    for record in sorted(folder.records.glob("*.pid")):
        number, _, born = record.read_text(encoding="ascii").partition(" ")
        if number.isdecimal() and born and birth(int(number)) == born:
            found.append(record.stem)
            # PostgreSQL takes SIGINT for "now, but properly"; the others, gunicorn among them, for "at once".
            _end(int(number), signal.SIGINT)
        record.unlink(missing_ok=True)
    for pid in _carrying(folder):
        found.append(f"process {pid}")
        _end(pid, signal.SIGTERM)
    return found


def _end(pid: int, number: signal.Signals, grace_seconds: float = 8) -> None:
    born = birth(pid)
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
        deadline = time.monotonic() + grace_seconds
        while birth(pid) == born:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                deadline += grace_seconds
            time.sleep(POLL_SECONDS)


def _carrying(folder: DataFolder) -> list[int]:
    """Processes, other than this one, whose environment names the folder (Linux only)."""
    mark = f"{FOLDER_VARIABLE}={folder.path}".encode()
    carrying = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int(entry.name) != os.getpid() and mark in (entry / "environ").read_bytes().split(b"\0"):
                carrying.append(int(entry.name))
    return carrying


def _shorten(log: Path) -> None:
    """Put a long log aside, in place of the one put aside before."""
    if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".log.1"))
