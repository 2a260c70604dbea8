"""The stubs as processes of their own, for tests that speak with them."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API_KEY = "tests-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
TEMPLATE_ID = "33333333-3333-4333-8333-333333333333"
TOKEN = "the-token-of-the-tests"


@dataclass
class Running:
    """A stub that keeps its data in one folder, through restarts."""

    module: ClassVar[str]
    own: ClassVar[tuple[str, ...]]

    folder: Path
    options: tuple[str, ...] = ()
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", self.module, "--port", str(self.port), "--data", str(self.folder)]
        command += [*self.own, *self.options]
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said.startswith("Listening on http://127.0.0.1:"), said
        self.port = int(said.rpartition(":")[2])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def get(self, path: str) -> Any:
        return self._ask("GET", path).json()

    def page(self, path: str) -> tuple[str, dict[str, str]]:
        answer = self._ask("GET", path)
        return answer.text, dict(answer.headers)

    def plan(self, **plan: Any) -> None:
        self._ask("POST", "/plan", json=plan)

    def heard(self) -> list[dict[str, Any]]:
        """Every use of the protocol, oldest first."""
        found: list[dict[str, Any]] = self.get("/requests.json")["requests"]
        return found

    def asked(self) -> list[tuple[str, str, int]]:
        """Method, path and status of every use of the protocol; 0 where no answer was given."""
        return [(one["method"], one["path"], one["status"]) for one in self.heard()]

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        with requests.Session() as session:
            # Loopback, whatever proxy the machine is set to.
            session.trust_env = False
            answer = session.request(method, f"{self.url}{path}", timeout=10, **options)
        answer.raise_for_status()
        return answer


class RunningStub(Running):
    """GOV.UK Notify."""

    module = "stubs.notify"
    own = ("--api-key", API_KEY, "--template-id", TEMPLATE_ID)

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        found: list[dict[str, Any]] = self.get(f"/inbox.json?{query}")["messages"]
        return found

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = self.get("/counts.json")
        return found

    def fault(self, **fault: Any) -> None:
        self._ask("POST", "/faults", json=fault)


class RunningSscl(Running):
    """SSCL."""

    module = "stubs.sscl"
    own = ("--token", TOKEN, "--in-progress-after", "0.2", "--complete-after", "0.8")

    def kept(self) -> list[dict[str, Any]]:
        """The requests that it has, oldest first."""
        found: list[dict[str, Any]] = self.get("/kept.json")["kept"]
        return found


@contextmanager
def running_stub(folder: Path, *options: str) -> Iterator[RunningStub]:
    stub = RunningStub(folder, options)
    stub.start()
    try:
        yield stub
    finally:
        stub.stop()


@contextmanager
def running_sscl(folder: Path, *options: str) -> Iterator[RunningSscl]:
    stub = RunningSscl(folder, options)
    stub.start()
    try:
        yield stub
    finally:
        stub.stop()
