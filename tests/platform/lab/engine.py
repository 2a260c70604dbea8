"""The Docker engine, as the drills use it: from the host, outside the system under test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"


def run(
    *words: str, given: str | None = None, seconds: float = 120, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its code."""
    return subprocess.run(  # noqa: S603 - our own words, and no shell reads them
        words, input=given, capture_output=True, text=True, check=False, timeout=seconds,
        env={**os.environ, **environment} if environment else None,
    )  # fmt: skip


def must(*words: str, given: str | None = None, seconds: float = 120) -> str:
    """Run a command that has to succeed; what it printed."""
    ended = run(*words, given=given, seconds=seconds)
    if ended.returncode:
        told = (ended.stderr + ended.stdout)[-3000:]
        raise AssertionError(f"{' '.join(words)[:300]} ended with code {ended.returncode}:\n{told}")
    return ended.stdout


@dataclass(frozen=True, slots=True)
class Container:
    """A container as it was when it was asked for."""

    ident: str
    service: str
    about: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name in Docker."""
        return str(self.about["Name"]).lstrip("/")

    @property
    def pid(self) -> int:
        """Its first process, as the host sees it; 0 when it does not run."""
        return int(self.about["State"]["Pid"])

    @property
    def runs(self) -> bool:
        """Whether it runs, and says that it is well where it says anything."""
        state = self.about["State"]
        health = (state.get("Health") or {}).get("Status", "healthy")
        return bool(state["Status"] == "running" and health == "healthy")

    @property
    def began(self) -> str:
        """When it last started."""
        return str(self.about["State"]["StartedAt"])

    def addresses(self) -> dict[str, str]:
        """By the network's own name, without that of the project."""
        project = self.about["Config"]["Labels"][PROJECT]
        found = self.about["NetworkSettings"]["Networks"]
        return {name.removeprefix(f"{project}_"): one["IPAddress"] for name, one in found.items()}

    def processes(self) -> list[tuple[int, str]]:
        """Pid, as the host sees it, and command line of each of its processes."""
        lines = must("docker", "top", self.ident, "-eo", "pid,args").splitlines()[1:]
        return [(int(line.split(None, 1)[0]), line.split(None, 1)[1]) for line in lines]

    def execute(self, *words: str, given: str | None = None, seconds: float = 60) -> str:
        """Run a command inside, which has to succeed."""
        flags = ("-i",) if given is not None else ()
        return must("docker", "exec", *flags, self.ident, *words, given=given, seconds=seconds)

    def again(self) -> Container:
        """The same container as it is now."""
        (about,) = json.loads(must("docker", "inspect", self.ident))
        return Container(self.ident, self.service, about)

    def kill_first_process(self) -> None:
        """Take the whole container away at once, from the host: its restart policy is what brings it back."""
        os.kill(self.again().pid, signal.SIGKILL)


def containers(project: str, *, service: str = "", every: bool = False) -> list[Container]:
    """The containers of a project, running or not if every one is asked for."""
    words = ["docker", "ps", "-q", "--no-trunc", "--filter", f"label={PROJECT}={project}"]
    words += ["-a"] if every else []
    words += ["--filter", f"label={SERVICE}={service}"] if service else []
    idents = must(*words).split()
    if not idents:
        return []
    ended = run("docker", "inspect", *idents)  # One that has gone meanwhile is no error.
    inspected = json.loads(ended.stdout or "[]")
    return sorted(
        (Container(one["Id"], one["Config"]["Labels"][SERVICE], one) for one in inspected),
        key=lambda one: one.name,
    )


def in_network_of(
    container: Container, python: Path, script: str, argument: str, *, seconds: float = 120
) -> str:
    """Run a Python script of the host with the network of a container, and nothing else of it."""
    words = ("nsenter", f"--net=/proc/{container.again().pid}/ns/net", str(python), "-c", script, argument)
    return must(*words, seconds=seconds)


def wait_for(what: str, holds: Callable[[], bool], *, seconds: float, pause: float = 0.5) -> float:
    """Wait until something holds; how long that took.

    Raises:
        AssertionError: it did not hold in time.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"After {seconds:.0f} s still not: {what}.")
        time.sleep(pause)
    return time.monotonic() - began
