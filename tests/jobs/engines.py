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
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import redis
from django.db import connection

from operations.local.valkey import binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


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


@contextmanager
def forker(settings: dict[str, str]) -> Iterator[Callable[[int], int]]:
    """Starts workers on request: called with a number of threads, it answers with the process's id."""
    command = [sys.executable, "-m", "tests.jobs.forking"]
    started: list[int] = []
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, env=environment(**settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout
    assert stdout.readline() == "ready\n"

    def start(threads: int) -> int:
        stdin.write(f"start {threads}\n")
        stdin.flush()
        started.append(int(stdout.readline()))
        return started[-1]

    try:
        yield start
    finally:
        for worker in started:
            kill(worker)
        stdin.close()
        process.wait(10)
        stdout.close()


def kill(process_id: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def started(command: list[str], **settings: str) -> subprocess.Popen[str]:
    """A process with its output kept, in a group of its own."""
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(  # noqa: S603 - our own program
        command, env=environment(**settings), start_new_session=True, **options
    )
