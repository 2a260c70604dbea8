"""The database of a site, asked from the host and beside its pools: who leads, and what is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.platform.lab import engine

if TYPE_CHECKING:
    from tests.platform.lab.engine import Container

INVARIANTS = (Path(__file__).resolve().parents[1] / "invariants.sql").read_text(encoding="utf-8")
NODES = ("db-1", "db-2", "db-3")
NAME = "correspondence"
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Member:
    """A node as Patroni tells of it."""

    name: str
    role: str
    state: str


@dataclass(frozen=True, slots=True)
class Database:
    """The three nodes of a project."""

    project: str

    def nodes(self) -> list[Container]:
        """Those that run."""
        return [
            one
            for one in engine.containers(self.project)
            if one.service in NODES and one.about["State"]["Running"]
        ]

    def primary(self) -> Container:
        """The node that takes writes.

        Raises:
            AssertionError: there is none, or more than one: the worst of all faults.
        """
        found = [node for node in self.nodes() if _answers(node, "SELECT pg_is_in_recovery()") == "f"]
        assert len(found) == 1, f"primaries: {[node.service for node in found]}"
        return found[0]

    def has_primary(self) -> bool:
        """Whether there is one at the moment; never two."""
        found = [node for node in self.nodes() if _answers(node, "SELECT pg_is_in_recovery()") == "f"]
        assert len(found) < 2, f"two primaries at once: {[node.service for node in found]}"
        return bool(found)

    def ask(self, statement: str) -> list[list[str]]:
        """Rows of a statement on the primary, as text."""
        words = (
            "psql",
            "--no-psqlrc",
            "-U",
            "postgres",
            "-d",
            NAME,
            "-At",
            "-F",
            SEPARATOR,
            "-v",
            "ON_ERROR_STOP=1",
        )
        out = self.primary().execute(*words, "-f", "-", given=statement)
        return [line.split(SEPARATOR) for line in out.splitlines() if line]

    def broken_invariants(self) -> dict[str, int]:
        """The rules that do not hold, and how often."""
        return {rule: int(count) for rule, count in self.ask(INVARIANTS) if int(count)}

    def members(self) -> list[Member]:
        """The cluster as Patroni sees it; nothing while it cannot say."""
        for node in self.nodes():
            ended = engine.run("docker", "exec", node.ident, "patronictl", "list", "-f", "json")
            if ended.returncode == 0 and ended.stdout.strip():
                return [Member(one["Member"], one["Role"], one["State"]) for one in json.loads(ended.stdout)]
        return []

    def is_whole(self) -> bool:
        """Whether one node leads, two follow, and a synchronous one is among them."""
        members = self.members()
        roles = sorted(one.role.lower() for one in members)
        following = all(
            one.state in ("streaming", "running") for one in members if one.role.lower() != "leader"
        )
        return (
            len(members) == len(NODES)
            and roles.count("leader") == 1
            and following
            and any(role.startswith(("sync", "quorum")) for role in roles)
            and all(node.runs for node in self.nodes())
        )


def _answers(node: Container, statement: str) -> str:
    words = ("psql", "--no-psqlrc", "-U", "postgres", "-At", "-c", statement)
    ended = engine.run("docker", "exec", node.ident, *words, seconds=20)
    return ended.stdout.strip() if ended.returncode == 0 else ""


def postmaster(node: Container) -> int:
    """The process of PostgreSQL that all its others come from, as the host numbers it."""
    # `docker top` numbers processes as the host does; the file of the server, as the container does.
    inside = int(node.execute("head", "-n", "1", "/var/lib/postgresql/data/postmaster.pid"))
    for pid, _ in node.processes():
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("NSpid:") and line.split()[-1] == str(inside):
                return pid
    raise AssertionError(f"No process {inside} in {node.service}.")


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has fetched yet has, too."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return "State:\tZ" in text
