"""A Valkey of their own for tests that empty or kill it, and workers that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import redis
from django.db import connection

from operations.local.valkey import binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class OwnValkey:
    """A server on a port of its own that keeps nothing."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        command = [str(binary()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
        wait_until(self._answers, "Valkey to start")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def _answers(self) -> bool:
        with suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(done: Callable[[], bool], what: str, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds} s in vain for {what}.")
        time.sleep(0.02)


def environment(**settings: str) -> dict[str, str]:
    """The environment of a process that works on the test's database."""
    database = connection.settings_dict
    host, user, password = (quote(str(database[name]), safe="") for name in ("HOST", "USER", "PASSWORD"))
    where = f"postgresql://{user}:{password}@:{database['PORT']}/{database['NAME']}?host={host}"
    ours = {"DATABASE_URL": where, "PYTHONPATH": os.pathsep.join(("src", ".")), "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **ours, **settings}


class Workers:
    """Real workers, forked on request."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout
        self._started: list[int] = []
        assert self._stdout.readline() == "ready\n"

    def start(self, threads: int) -> int:
        """Start one with so many threads; its process's id."""
        self._stdin.write(f"start {threads}\n")
        self._stdin.flush()
        self._started.append(int(self._stdout.readline()))
        return self._started[-1]

    def kill_all(self) -> None:
        while self._started:
            kill(self._started.pop())


@contextmanager
def forker(settings: dict[str, str]) -> Iterator[Workers]:
    """A process that forks workers."""
    command = [sys.executable, "-m", "tests.jobs.forking"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, env=environment(**settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            workers = Workers(process)
            yield workers
            workers.kill_all()
        finally:
            process.kill()


def kill(process_id: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def started(command: list[str], **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A process with its output kept, in a group of its own that ends with the test."""
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, env=environment(**settings), start_new_session=True, **options
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)


def children(process_id: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((entry / "stat").read_text("utf-8").rpartition(")")[2].split()[1]) == process_id:
                found.append(int(entry.name))
    return found
