"""The web server with a parent that lets it drain: ``python -m correspondence.config.serve``.

gunicorn closes its door as soon as it is told to stop, while a load balancer goes on sending until its
next health check. Told to stop (SIGTERM), the parent therefore first makes ``/healthz/ready`` answer that
this instance is draining, waits for ``DRAIN_SECONDS`` while everything is served as before, and only then
passes the signal on. With ``DRAIN_SECONDS=0`` there is no parent: this process turns into gunicorn.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from correspondence.config import environment
from correspondence.core import draining
from correspondence.core.errors import Misconfigured

if TYPE_CHECKING:
    from types import FrameType

COMMAND = (
    sys.executable,
    "-m",
    "gunicorn",
    "correspondence.config.wsgi:application",
    "--config",
    "python:correspondence.config.gunicorn",
    # Loaded once for all its processes: a machine of two cores starts in half the time.
    "--preload",
)
PASSED_ON = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1)
"""Ctrl-C and SIGQUIT stop at once, without draining; the others are gunicorn's own business."""
CANNOT_START = 1
KILLED = 128
"""Added to the signal's number: how shells tell of a process that was killed."""


def main() -> int:
    """Serve until told to stop; the exit code is the server's."""
    try:
        settings = environment.read()
    except Misconfigured as problem:
        sys.stderr.write(f"{problem}\n")
        return CANNOT_START
    if not settings.drain_seconds:
        os.execv(COMMAND[0], COMMAND)  # noqa: S606 - our own interpreter, no shell
    with tempfile.TemporaryDirectory(prefix="correspondence-web-") as folder:
        return _Parent(Path(folder) / "draining", settings.drain_seconds).run()


class _Parent:
    def __init__(self, flag: Path, drain_seconds: int) -> None:
        self._flag = flag
        self._drain_seconds = drain_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._waiting: threading.Timer | None = None

    def run(self) -> int:
        signal.signal(signal.SIGTERM, self._drain)
        for number in PASSED_ON:
            signal.signal(number, self._pass_on)
        # A signal that comes before there is a child must not be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, *PASSED_ON))
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            COMMAND,
            env={**os.environ, draining.VARIABLE: str(self._flag)},
            preexec_fn=_receive_signals,  # noqa: PLW1509 - there are no other threads yet
        )
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, *PASSED_ON))
        code = self._child.wait()
        if self._waiting:
            self._waiting.cancel()
        return code if code >= 0 else KILLED - code

    def _drain(self, _number: int, _frame: FrameType | None) -> None:
        """Begin to drain; told a second time, stop at once."""
        if self._waiting:
            self._waiting.cancel()
            self._stop()
            return
        self._flag.touch()
        self._waiting = threading.Timer(self._drain_seconds, self._stop)
        self._waiting.daemon = True
        self._waiting.start()

    def _stop(self) -> None:
        self._send(signal.SIGTERM)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        self._send(signal.Signals(number))

    def _send(self, number: signal.Signals) -> None:
        if self._child:
            with suppress(ProcessLookupError):
                self._child.send_signal(number)


def _receive_signals() -> None:
    """In the child: what its parent held back while it was started comes through again."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, *PASSED_ON))


if __name__ == "__main__":
    sys.exit(main())
