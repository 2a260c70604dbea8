"""Signs of life of what serves no addresses: workers and the dispatcher.

Each of their processes touches a file of its own every second. ``python -m correspondence.jobs.alive
dispatcher --within 30`` looks whether they are fresh: a container's health check, so it loads nothing
else. A broker or a database that is away does not stop the signs: a restart would not bring it back.

Without ``RUN_DIR``, the folder for such files, none are written.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

VARIABLE = "RUN_DIR"
NAMES = ("dispatcher", "worker")
WITHIN_SECONDS = 30.0
FINE, UNWELL, UNKNOWN = 0, 1, 2


def beat(name: str) -> None:
    """Show that this process is alive. A folder that cannot be written must not end it."""
    if folder := os.environ.get(VARIABLE):
        try:
            (Path(folder) / f"{name}-{os.getpid()}.alive").touch()
        except OSError as trouble:
            sys.stderr.write(f"The sign of life cannot be written: {trouble.strerror}.\n")


def why_unwell(name: str, folder: Path, *, within: float) -> str:
    """What is wrong with the processes of this name, in words; empty when nothing is.

    One that is gone does not count: its supervisor starts another.
    """
    ages = {
        process: time.time() - file.stat().st_mtime
        for file in folder.glob(f"{name}-*.alive")
        if _is_running(process := int(file.stem.rpartition("-")[2]))
    }
    if not ages:
        return f"no {name} has shown a sign of life"
    silent = sorted(process for process, age in ages.items() if age > within)
    return f"silent for more than {within:g} s: {', '.join(map(str, silent))}" if silent else ""


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(arguments: list[str] | None = None) -> int:
    """The exit code of a health check: 0 alive, 1 not, 2 nobody could know."""
    parser = argparse.ArgumentParser(prog="python -m correspondence.jobs.alive", description="Signs of life.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--within", type=float, default=WITHIN_SECONDS, help="seconds (default %(default)g)")
    asked = parser.parse_args(arguments)
    folder = os.environ.get(VARIABLE)
    if not folder:
        sys.stderr.write(f"{VARIABLE} is not set: nobody writes signs of life.\n")
        return UNKNOWN
    if why := why_unwell(asked.name, Path(folder), within=asked.within):
        sys.stderr.write(f"{why}\n")
        return UNWELL
    return FINE


if __name__ == "__main__":
    sys.exit(main())
