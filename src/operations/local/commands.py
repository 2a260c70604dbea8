"""The commands of ``ct-ops local``."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from operations.findings import lines
from operations.local import plan as plans
from operations.local import processes, summary
from operations.local.doctor import examine
from operations.local.engines import Engines
from operations.local.folder import DEFAULT, DataFolder
from operations.local.signals import StopSignals
from operations.local.stack import SETTINGS, Stack, StopRequested
from operations.trouble import Trouble

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from operations.local.plan import Place, Plan

DEFAULT_PORT = 3000
HIGHEST_PORT = 65535
STOP_SECONDS = 30
INTERRUPTED = 128 + signal.SIGINT

OVERRIDES = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL")


def say(line: str) -> None:
    """Tell the person, as long as somebody may be reading."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        # The terminal has gone, or there never was one; Python, too, says None when there is no output.
        sys.stdout = None


def run(options: argparse.Namespace) -> int:
    """Start everything, keep it running, stop everything."""
    stopping = StopSignals()
    stopping.listen()
    port = _port(options.port)
    stack = Stack(
        options.data,
        port,
        {name: os.environ[name] for name in OVERRIDES if os.environ.get(name)},
        cases=options.cases,
        demonstration_data=not options.no_demo,
        planner=options.planner,
        say=say,
        stopping=stopping.stop,
    )
    ready = ReadyFile(options.ready_file)
    ready.clear()
    began = time.monotonic()
    try:
        stack.start()
    except StopRequested:
        say("Stopped before the start was complete.")
        return INTERRUPTED
    try:
        ready.write(stack)
        say(f"Ready after {time.monotonic() - began:.1f} s.")
        if options.cases is not None and not stack.first_start:
            say("The demonstration has its cases already: `make reset`, then run again for another number.")
        say(summary.text(stack, on_terminal=sys.stdin is not None and sys.stdin.isatty()))
        stack.supervise()
        say("Stopping …")
    finally:
        ready.clear()
        stack.stop(hurried=stopping.hurry)
    say("Everything has stopped.")
    return 0


def engines(options: argparse.Namespace) -> int:
    """Start PostgreSQL and Valkey alone, and keep them running."""
    stopping = StopSignals()
    stopping.listen()
    running = Engines(options.data)
    addresses = running.start()
    try:
        for line in (
            _exports(addresses.environment())
            if options.print_env
            else ("PostgreSQL and Valkey are running.",)
        ):
            say(line)
        while not stopping.stop():
            for name, process in running.processes.items():
                if process.exit_code() is not None:
                    raise Trouble(f"'{name}' has ended. The end of {process.log}:", process.log_tail())
            time.sleep(0.2)
    finally:
        running.stop(hurried=stopping.hurry)
    return 0


def stop(options: argparse.Namespace) -> int:
    """Stop what runs on a data folder, from another window."""
    folder = DataFolder(options.data)
    pid = folder.holder().get("pid")
    if not isinstance(pid, int):
        left = processes.sweep(folder) if folder.is_ours() else []
        say(f"Stopped what was left running: {', '.join(left)}." if left else "Nothing is running.")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while folder.holder():
        if time.monotonic() > deadline:
            raise Trouble(
                f"It has not stopped within {STOP_SECONDS} seconds.", f"End it with: kill -KILL {pid}"
            )
        time.sleep(0.1)
    say("Everything has stopped.")
    return 0


def reset(options: argparse.Namespace) -> int:
    """Delete a data folder with all that is in it."""
    folder = DataFolder(options.data)
    where = summary.shown(folder.path)
    if not folder.is_ours():
        if folder.path.exists() and any(folder.path.iterdir()):
            raise Trouble(f"{where} was not made by this program, so it is left alone.")
        say("There is nothing to delete.")
        return 0
    if folder.holder():
        raise Trouble(f"It is running on {where}.", "Stop it first: make stop")
    if not options.yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise Trouble(
                f"This would delete {where} with all its cases and documents.", "Confirm with --yes."
            )
        if input(f"Delete {where} with all its cases and documents? [y/N] ").strip().lower() not in {
            "y",
            "yes",
        }:
            say("Nothing was deleted.")
            return 1
    processes.sweep(folder)
    folder.delete()
    say(f"{where} is deleted. The next `make run` starts afresh.")
    return 0


def env(options: argparse.Namespace) -> int:
    """Print the settings of the running service, for a shell to read."""
    for line in _exports(_settings_of_running(DataFolder(options.data))):
        say(line)
    return 0


def manage(options: argparse.Namespace) -> int:
    """Become one of the application's commands, with the settings of the running service."""
    environment = _settings_of_running(DataFolder(options.data))
    command = plans.manage(*options.arguments)
    sys.stdout.flush()
    os.execve(command[0], command, {**os.environ, **environment})  # noqa: S606 - no shell is the point


def doctor(options: argparse.Namespace) -> int:
    """Say whether this machine can run the service, point by point."""
    findings = examine(DataFolder(options.data), _port(options.port))
    for line in lines(findings):
        say(line)
    return 0 if all(finding.good for finding in findings) else 1


class ReadyFile:
    """A file that is there while pages are served, for scripts to wait for."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def write(self, stack: Stack) -> None:
        """Say where the service is."""
        if self._path:
            facts = {
                "base_url": stack.base_url,
                "inbox_url": stack.inbox_url,
                "pid": os.getpid(),
                "data": str(stack.folder.path),
            }
            draft = self._path.with_name(f".{self._path.name}.draft")
            draft.write_text(json.dumps(facts), encoding="utf-8")
            draft.replace(self._path)

    def clear(self) -> None:
        """Say that it is nowhere."""
        if self._path:
            self._path.unlink(missing_ok=True)


def register(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], planner: Callable[[Place], Plan]
) -> None:
    """Add the commands to a parser.

    Args:
        commands: where the parser takes its commands.
        planner: what the service consists of.
    """

    def add(name: str, action: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        doc = (action.__doc__ or "").strip()
        parser = commands.add_parser(name, help=doc.rstrip("."), description=doc)
        parser.add_argument(
            "--data",
            type=Path,
            default=Path(os.environ.get("DATA") or DEFAULT),
            metavar="DIR",
            help="the data folder (default: .local in the project)",
        )
        parser.set_defaults(action=action, planner=planner)
        return parser

    for name, action in (("run", run), ("doctor", doctor)):
        parser = add(name, action)
        parser.add_argument(
            "--port", metavar="N", help="port of the pages; 0 takes a free one (default: PORT or 3000)"
        )
        if action is run:
            parser.add_argument(
                "--cases", type=int, metavar="N", help="how many cases the demonstration begins with"
            )
            parser.add_argument("--no-demo", action="store_true", help="begin with an empty database")
            parser.add_argument(
                "--ready-file", type=Path, metavar="FILE", help="written when pages are served"
            )
    add("engines", engines).add_argument("--print-env", action="store_true", help="print their addresses")
    add("stop", stop)
    add("reset", reset).add_argument("--yes", action="store_true", help="do not ask")
    add("env", env)
    add("manage", manage).add_argument("arguments", nargs="...", metavar="COMMAND", help="as for manage.py")


def _port(given: str | None) -> int:
    word = given or os.environ.get("PORT") or str(DEFAULT_PORT)
    if not word.isdecimal() or int(word) > HIGHEST_PORT:
        raise Trouble(
            f"'{word}' is not a port.", f"A port is a number up to {HIGHEST_PORT}; 0 takes a free one."
        )
    return int(word)


def _settings_of_running(folder: DataFolder) -> dict[str, str]:
    if not folder.holder():
        raise Trouble("Nothing is running.", "Start it in another window: make run")
    kept = folder.read(SETTINGS)
    return {name: str(value) for name, value in kept.items()}


def _exports(environment: dict[str, str]) -> list[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
