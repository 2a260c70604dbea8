"""Starts a program again whenever its source changes: ``python -m operations.reload --watch src -- program``.

For development alone. It looks at the files twice a second, because a folder shared into a container does
not always tell of its changes. A program that ends by itself is started again at the next change: it may have
been saved half finished.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import FrameType

LOOK_EVERY_SECONDS = 0.5
STOP_SECONDS = 10
LEFT_OUT = ("__pycache__",)

type Seen = Mapping[str, tuple[int, int]]
"""Size and time of the last change, by path."""


@dataclass(frozen=True, slots=True)
class Before:
    """A command to be run first when a file of this pattern has changed."""

    pattern: str
    command: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Before:
        """What ``PATTERN=COMMAND`` says.

        Raises:
            ValueError: it has another form.
        """
        pattern, _, command = text.partition("=")
        if not pattern or not command:
            raise ValueError(text)
        return cls(pattern, tuple(shlex.split(command)))


def look(folders: Iterable[str]) -> Seen:
    """Every file below the folders."""
    seen: dict[str, tuple[int, int]] = {}
    for folder in folders:
        for place, inner, files in os.walk(folder):
            inner[:] = [name for name in inner if name not in LEFT_OUT]
            for name in files:
                path = os.path.join(place, name)  # noqa: PTH118 - thousands of them, twice a second
                try:
                    told = os.stat(path)  # noqa: PTH116 - as above
                except FileNotFoundError:
                    continue  # an editor has just put another in its place
                seen[path] = (told.st_size, told.st_mtime_ns)
    return seen


def changed(before: Seen, after: Seen) -> list[str]:
    """The files that are new, gone or different."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


class Reloading:
    """The program, and what it is made of."""

    def __init__(self, command: list[str], folders: list[str], before: list[Before]) -> None:
        self._command = command
        self._folders = folders
        self._before = before
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def run(self) -> int:
        """Until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        seen = look(self._folders)
        self._start()
        while not self._stopping:
            time.sleep(LOOK_EVERY_SECONDS)
            now = look(self._folders)
            if not self._stopping and (files := changed(seen, now)):
                # Whatever is saved together belongs together: wait until nothing more comes.
                while (later := self._later()) != now:
                    now = later
                files, seen = changed(seen, now), now
                self._again(files)
        self._end()
        return 0

    def _later(self) -> Seen:
        time.sleep(LOOK_EVERY_SECONDS / 2)
        return look(self._folders)

    def _again(self, files: list[str]) -> None:
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        sys.stdout.write(f"{files[0]}{more} changed: starting again.\n")
        sys.stdout.flush()
        self._end()
        for one in self._before:
            if fnmatch.filter(files, one.pattern):
                subprocess.run(one.command, check=False)  # noqa: S603 - the developer's own command
        self._start()

    def _start(self) -> None:
        if not self._stopping:
            self._process = subprocess.Popen(self._command)  # noqa: S603 - the developer's own command

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        if self._process:
            self._process.terminate()


def main(arguments: list[str] | None = None) -> int:
    """Watch and start."""
    parser = argparse.ArgumentParser(prog="operations.reload", description="Start again on every change.")
    parser.add_argument("--watch", action="append", required=True, metavar="FOLDER")
    parser.add_argument("--before", action="append", default=[], type=Before.read, metavar="PATTERN=COMMAND")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args(arguments)
    return Reloading(given.command, given.watch, given.before).run()


if __name__ == "__main__":
    sys.exit(main())
