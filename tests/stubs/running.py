"""The Notify stub as a process of its own, for tests that send messages."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API_KEY = "tests-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
TEMPLATE_ID = "33333333-3333-4333-8333-333333333333"

# Loopback, whatever proxy the machine is set to.
_open = build_opener(ProxyHandler({})).open


@dataclass
class RunningStub:
    """A stub that keeps its data in one folder, through restarts."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stubs.notify", "--port", str(self.port), "--data", str(self.folder)]
            + ["--api-key", API_KEY, "--template-id", TEMPLATE_ID],
            stdout=subprocess.PIPE,
            text=True,
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
        with _open(f"{self.url}{path}", timeout=10) as answer:
            return json.load(answer)

    def page(self, path: str) -> tuple[str, dict[str, str]]:
        with _open(f"{self.url}{path}", timeout=10) as answer:
            return answer.read().decode(), dict(answer.headers)

    def messages(self, **filters: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        found: list[dict[str, Any]] = self.get(f"/inbox.json?{query}")["messages"]
        return found

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = self.get("/counts.json")
        return found

    def requests(self) -> list[tuple[str, str, int]]:
        """Method, path and status of every use of the protocol; 0 where no answer was given."""
        return [(one["method"], one["path"], one["status"]) for one in self.get("/requests.json")["requests"]]

    def fault(self, **fault: Any) -> None:
        request = Request(
            f"{self.url}/faults",
            data=json.dumps(fault).encode(),
            headers={"Content-Type": "application/json"},
        )
        with _open(request, timeout=10) as answer:
            assert answer.status == 200


@contextmanager
def running_stub(folder: Path) -> Iterator[RunningStub]:
    stub = RunningStub(folder)
    stub.start()
    try:
        yield stub
    finally:
        stub.stop()
