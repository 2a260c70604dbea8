"""The whole service on one machine: engines, steps, processes, and their end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Self

from operations.local import plan as plans
from operations.local import ports, processes
from operations.local.engines import Engines
from operations.local.processes import POLL_SECONDS, Process
from operations.local.supervision import Restarts
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from operations.local.plan import Place, Plan, Step
    from operations.local.processes import Program

READY_SECONDS = 90
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Whatever proxy the environment names, this machine's own pages are asked directly."""

STATE = "state.json"
SETTINGS = "settings.json"


class StopRequested(Exception):
    """Somebody asked for the end before the start was complete."""


def _quiet(_: str) -> None:
    pass


class Stack:
    """Correspondence Tool with everything it needs, on a data folder and a port.

    Args:
        data: the data folder; made if missing.
        port: of the pages; 0 takes any that is free.
        environment: settings that go before ours; ``DATABASE_URL`` and ``REDIS_URL`` take an engine's place.
        cases: how many cases the demonstration begins with; its own number unless given.
        demonstration_data: false leaves the database empty.
        planner: what the service consists of.
        say: told of each stage of the start.
        stopping: asked often; true ends the start with ``StopRequested``.
        durable: false trades safety of the data for speed; for tests.
    """

    def __init__(
        self,
        data: Path,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        *,
        cases: int | None = None,
        demonstration_data: bool = True,
        planner: Callable[[Place], Plan] = plans.correspondence,
        say: Callable[[str], None] = _quiet,
        stopping: Callable[[], bool] = lambda: False,
        durable: bool = True,
    ) -> None:
        self._chosen = dict(environment or {})
        self.engines = Engines(data, environment=self._chosen, durable=durable)
        self.folder = self.engines.folder
        self._port = port
        self._cases = cases
        self._demonstration_data = demonstration_data
        self._planner = planner
        self._say = say
        self._stopping = stopping
        self._programs: dict[str, Program] = {}
        self._running: dict[str, Process] = {}
        self._restarts: dict[str, Restarts] = {}
        self._due: dict[str, float] = {}
        self.base_url = ""
        self.inbox_url = ""
        self.environment: dict[str, str] = {}
        self.first_start = False

    def start(self) -> None:
        """Start everything, and return when pages are served.

        Raises:
            Trouble: says why not; nothing is left running then.
            StopRequested: likewise.
        """
        try:
            self._say(f"Starting {' and '.join(self.engines.own) or 'on the servers given'} …")
            addresses = self.engines.start()
            if self.engines.left_over:
                self._say(f"Stopped what an earlier start left running: {', '.join(self.engines.left_over)}")
            place = plans.Place(
                folder=self.folder,
                addresses=addresses,
                web_port=self._free_port(),
                inherited=os.environ,
                chosen=self._chosen,
                cases=self._cases,
                demonstration_data=self._demonstration_data,
            )
            plan = self._planner(place)
            self.base_url, self.inbox_url = place.base_url, plan.inbox_url
            self.environment = {**place.inherited, **plan.settings}
            self.folder.write(SETTINGS, dict(plan.settings))
            self.folder.describe({"pid": os.getpid(), "base_url": self.base_url, "inbox_url": self.inbox_url})
            self._take(plan.steps)
            self._start(plan.programs)
        except BaseException:
            self.stop()
            raise

    def _free_port(self) -> int:
        if self._port == 0:
            return ports.remembered(self.folder, "web")
        if ports.is_free(self._port):
            return self._port
        raise Trouble(
            f"Port {self._port} is in use by another program.",
            f"Choose another: make run PORT={self._port + 1}",
        )

    def _take(self, steps: tuple[Step, ...]) -> None:
        done = self.folder.read(STATE)
        self.first_start = not done
        for step in steps:
            name = step.program.name
            if done.get(name) == step.fingerprint and (
                not step.output or (self.folder.path / step.output).exists()
            ):
                continue
            self._say(f"{step.saying} …")
            self._run(step)
            done = {**done, name: step.fingerprint}
            self.folder.write(STATE, done)

    def _run(self, step: Step) -> None:
        process = Process(
            step.program, self.folder, output=self.folder.path / step.output if step.output else None
        )
        try:
            while process.exit_code() is None:
                self._go_on()
        finally:
            process.kill_group()
        if process.exit_code() != 0:
            raise Trouble(f"{step.saying} did not succeed. The end of {process.log}:", process.log_tail())

    def _start(self, programs: tuple[Program, ...]) -> None:
        self._say(f"Starting {', '.join(program.name for program in programs)} …")
        self._programs = {program.name: program for program in programs}
        for name in self._programs:
            self._launch(name)
        # The slowest first: by the time it is ready, any other that cannot run has ended.
        for name in sorted(self._programs, key=lambda name: not self._programs[name].ready_url):
            self._wait_until_ready(name)

    def _launch(self, name: str) -> None:
        self._running[name] = Process(self._programs[name], self.folder)

    def _wait_until_ready(self, name: str) -> None:
        url, process = self._programs[name].ready_url, self._running[name]
        deadline = time.monotonic() + READY_SECONDS
        while url and not _answers(url) and process.exit_code() is None:
            if time.monotonic() > deadline:
                raise Trouble(f"'{name}' did not become ready. The end of {process.log}:", process.log_tail())
            self._go_on()
        if process.exit_code() is not None:
            raise Trouble(f"'{name}' ended as it started. The end of {process.log}:", process.log_tail())

    def _go_on(self) -> None:
        if self._stopping():
            raise StopRequested
        time.sleep(POLL_SECONDS)

    def process(self, name: str) -> Process:
        """A running process by its name: an engine or a part of the application."""
        return self._running[name] if name in self._running else self.engines.processes[name]

    def names(self) -> list[str]:
        """All processes, in the order of their start."""
        return [*self.engines.processes, *self._running]

    def supervise(self) -> None:
        """Start again what ends, until asked to stop.

        Raises:
            Trouble: something ended too often.
        """
        while not self._stopping():
            for name in self.names():
                if self.process(name).exit_code() is not None:
                    self._start_again_when_due(name)
            time.sleep(4 * POLL_SECONDS)

    def _start_again_when_due(self, name: str) -> None:
        now = time.monotonic()
        if name not in self._due:
            process = self.process(name)
            delay = self._restarts.setdefault(name, Restarts()).delay(now)
            if delay is None:
                raise Trouble(
                    f"'{name}' has ended again and again, so everything stops. The end of {process.log}:",
                    process.log_tail(),
                )
            self._say(f"'{name}' ended {_how(process)}; it starts again in {delay:.1f} s. See {process.log}")
            process.kill_group()
            self._due[name] = now + delay
        elif now >= self._due[name]:
            del self._due[name]
            self._begin(name)

    def _begin(self, name: str) -> None:
        if name in self._programs:
            self._launch(name)
        else:
            self.engines.restart(name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process, SIGKILL to its whole group; return when it has ended."""
        process = self.process(name)
        if number is signal.SIGKILL:
            process.kill_group()
            return
        process.tell(number)
        processes.wait(process)

    def restart(self, name: str) -> None:
        """Start a process again that has ended (or end it first), and wait until it is ready."""
        self.process(name).kill_group()
        self._begin(name)
        if name in self._programs:
            self._wait_until_ready(name)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the application's commands beside the running service."""
        return subprocess.run(  # noqa: S603 - our own command, and no shell reads the words
            plans.manage(*arguments), env=self.environment, capture_output=True, text=True, check=False
        )

    def stop(self, *, hurried: Callable[[], bool] = lambda: False) -> None:
        """Stop everything: the application, what it calls, then the engines."""
        for stage in sorted({process.program.stage for process in self._running.values()}, reverse=True):
            names = [name for name, process in self._running.items() if process.program.stage == stage]
            processes.stop([self._running.pop(name) for name in names], hurried=hurried)
        self.engines.stop(hurried=hurried)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.stop()


def _how(process: Process) -> str:
    code = process.exit_code() or 0
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"


def _answers(url: str) -> bool:
    try:
        with DIRECT.open(url, timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's word for "here you are"
    except (urllib.error.URLError, OSError):
        return False
