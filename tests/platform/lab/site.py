"""A production site of the drills' own, brought up and taken down by ``ct-ops``, as an operator does."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from operations.site.folder import memory_folder
from tests.platform.lab import engine
from tests.platform.lab.database import Database
from tests.platform.ledger.browser import Door

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from tests.platform.lab.engine import Container

ROOT = Path(__file__).resolve().parents[3]
LAB = ROOT / "deploy" / "compose" / "lab.yaml"
HOST = "lab.correspondence.example"
NAME = "correspondence"
GOOD = "good"


def free_port() -> int:
    """A port of loopback that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Site:
    """One site.

    Attributes:
        folder: its state folder, which goes with it.
        notify_key: what the site has to show to the stand-in for Notify.
    """

    folder: Path
    project: str
    tag: str
    https: int
    http: int
    notify_key: str
    template_id: str

    @classmethod
    def planned(cls, folder: Path, *, project: str, tag: str) -> Site:
        """A site that does not stand yet, on free ports."""
        key = f"drills-{uuid4()}-{uuid4()}"
        return cls(folder, project, tag, free_port(), free_port(), key, str(uuid4()))

    @property
    def environment(self) -> dict[str, str]:
        """In which ``ct-ops`` works on this site."""
        return {**os.environ, "CT_SITE": str(self.folder)}

    @property
    def database(self) -> Database:
        """Its database."""
        return Database(self.project)

    @property
    def door(self) -> Door:
        """Where clients come in."""
        return Door("127.0.0.1", self.https, HOST, self.secret("ca.pem"))

    def secret(self, name: str) -> Path:
        """Where a secret lies while the site runs."""
        return memory_folder() / "correspondence" / self.project / "secrets" / name

    def operate(
        self, *words: str, seconds: float = 900, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Carry out a command of ``ct-ops``, whatever its code."""
        command = (sys.executable, "-m", "operations", *words)
        return engine.run(*command, seconds=seconds, given=given, environment=self.environment)

    def must(self, *words: str, seconds: float = 900, given: str | None = None) -> str:
        """Carry out a command of ``ct-ops`` that has to succeed."""
        ended = self.operate(*words, seconds=seconds, given=given)
        if ended.returncode:
            told = f"{ended.stdout[-4000:]}{ended.stderr[-4000:]}"
            raise AssertionError(f"ct-ops {' '.join(words)} ended with code {ended.returncode}:\n{told}")
        return ended.stdout

    def container(self, service: str) -> Container:
        """The first container of a service."""
        found = engine.containers(self.project, service=service)
        assert found, f"There is no container of {service}."
        return found[0]

    def containers(self) -> list[Container]:
        """All of them that run."""
        return engine.containers(self.project)

    def all_well(self) -> bool:
        """Whether every container runs and says that it is well."""
        found = engine.containers(self.project, every=True)
        return bool(found) and all(one.runs for one in found)

    def status(self) -> Any:
        """What ``ct-ops status --json`` says."""
        return json.loads(self.operate("status", "--json").stdout)


@dataclass(frozen=True, slots=True)
class Lab:
    """The stand-ins beside a site."""

    site: Site

    @property
    def project(self) -> str:
        """Of Compose."""
        return f"{self.site.project}-lab"

    def compose(self, *words: str) -> str:
        """A command of Compose for them."""
        values: Mapping[str, str] = {
            "NAME": NAME,
            "TAG": self.site.tag,
            "SITE_PROJECT": self.site.project,
            "NOTIFY_API_KEY": self.site.notify_key,
            "NOTIFY_TEMPLATE_ID": self.site.template_id,
        }
        command = ("docker", "compose", "--project-name", self.project, "--file", str(LAB), *words)
        ended = engine.run(*command, environment=values, seconds=180)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def up(self) -> None:
        """Start them."""
        self.compose("up", "--detach", "--wait")

    def down(self) -> None:
        """Take them away with all they remember."""
        self.compose("down", "--volumes", "--timeout", "2")

    def notify(self, path: str) -> Any:
        """What the stand-in for Notify tells tests."""
        (stub,) = engine.containers(self.project, service="notify")
        script = (
            f"import urllib.request as r; print(r.urlopen('http://127.0.0.1:3010{path}').read().decode())"
        )
        return json.loads(stub.execute("python3", "-c", script))

    def sent(self) -> dict[str, int]:
        """How many messages were accepted under each reference."""
        return dict(self.notify("/counts.json"))


def left_behind(*projects: str) -> list[str]:
    """Containers, networks and volumes that still carry a project's name."""
    found = []
    for project in projects:
        label = f"label={engine.PROJECT}={project}"
        for kind, words in (
            ("container", ("ps", "-aq")),
            ("network", ("network", "ls", "-q")),
            ("volume", ("volume", "ls", "-q")),
        ):
            found += [f"{kind} {one}" for one in engine.must("docker", *words, "--filter", label).split()]
    return found


def remove(folder: Path) -> None:
    """Delete a state folder."""
    shutil.rmtree(folder, ignore_errors=True)
