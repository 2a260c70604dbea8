"""The containers of a site, as Docker tells of them, and waiting until they are well."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations import native
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LOG_LINES = 12
PAUSE_SECONDS = 1.0
CRASH_LOOP = 2
"""So many restarts within one wait are no accident."""
LABEL = "com.docker.compose"


@dataclass(frozen=True, slots=True)
class Container:
    """One container."""

    ident: str
    name: str
    service: str
    number: int
    state: str
    health: str
    """`healthy`, `starting`, `unhealthy`; empty where the image has no check."""
    image: str
    image_id: str
    fingerprint: str
    """Of the settings that Compose made it with."""
    restarts: int
    since: str
    exit_code: int
    release: str

    @property
    def well(self) -> bool:
        """Whether it runs, and says itself that it can do its work."""
        return self.state == "running" and self.health in {"healthy", ""}

    @property
    def crashing(self) -> bool:
        """Whether it ends and is started again, over and over."""
        return self.state in {"restarting", "running"} and self.restarts >= CRASH_LOOP

    @property
    def words(self) -> str:
        """Its condition in one or two words."""
        return f"{self.state}, {self.health}" if self.health and self.state == "running" else self.state


def read(inspected: Sequence[dict[str, Any]]) -> list[Container]:
    """The containers in an answer of ``docker inspect``."""
    return sorted((_one(one) for one in inspected), key=lambda c: (c.service, c.number))


def _one(about: dict[str, Any]) -> Container:
    labels = about["Config"].get("Labels") or {}
    state = about["State"]
    environment = dict(line.partition("=")[::2] for line in about["Config"].get("Env") or ())
    return Container(
        ident=about["Id"],
        name=about["Name"].lstrip("/"),
        service=labels.get(f"{LABEL}.service", ""),
        number=int(labels.get(f"{LABEL}.container-number") or 0),
        state=state["Status"],
        health=(state.get("Health") or {}).get("Status", "").replace("none", ""),
        image=about["Config"]["Image"],
        image_id=about["Image"],
        fingerprint=labels.get(f"{LABEL}.config-hash", ""),
        restarts=int(about.get("RestartCount", 0)),
        since=state.get("StartedAt", ""),
        exit_code=int(state.get("ExitCode", 0)),
        release=environment.get("RELEASE", ""),
    )


def of_project(project: str, service: str = "") -> list[Container]:
    """The containers of a project, without those of single commands; of one service only, if it is given."""
    filters = [f"label={LABEL}.project={project}", f"label={LABEL}.oneoff=False"]
    if service:
        filters.append(f"label={LABEL}.service={service}")
    words = [word for one in filters for word in ("--filter", one)]
    listed = native.carry_out("docker", "ps", "--all", "--quiet", "--no-trunc", *words, quiet=True)
    if not (idents := listed.out.split()):
        return []
    # One that was removed in between is only missing from the answer, with a complaint and an exit code.
    answer = native.look("docker", "inspect", *idents)
    try:
        return read(json.loads(answer.out or "[]"))
    except ValueError as error:
        raise Trouble("Docker's answer about the containers could not be read.", answer.tail) from error


def log_tail(ident: str, lines: int = LOG_LINES) -> str:
    """The last lines that a container wrote."""
    outcome = native.look("docker", "logs", "--tail", str(lines), ident)
    return "\n".join((outcome.out + outcome.err).splitlines()[-lines:])


class NotWell(Trouble):
    """Containers have not become well in time; the last lines of one are the advice."""


def wait(
    look: Callable[[], Iterable[Container]],
    *,
    expected: int,
    seconds: float,
    what: str,
    patient: bool = False,
) -> None:
    """Wait until all of them are well, and say of each when it is.

    Args:
        look: the containers to wait for, as they are now.
        expected: how many there must be.
        seconds: how long they may take.
        what: what is waited for, in words.
        patient: keep waiting for one that crashes or says that it is not well: at a start, a part may do so
            until what it needs is there.

    Raises:
        NotWell: they took too long, or, unless we are patient, one of them shows that it will not be well.
    """
    began = time.monotonic()
    told: set[str] = set()
    before: dict[str, int] = {}
    while True:
        found = list(look())
        for one in found:
            before.setdefault(one.ident, one.restarts)
            if one.well and one.ident not in told:
                told.add(one.ident)
                native.say(f"    ✓ {one.name} ({time.monotonic() - began:.0f} s)")
        ill = [one for one in found if not one.well]
        if not ill and len(found) >= expected:
            return
        if not patient and (lost := [one for one in ill if _is_lost(one, before)]):
            raise _not_well(lost[0], f"{lost[0].name} is not well: {_why_lost(lost[0])}.")
        if time.monotonic() - began > seconds:
            if not ill:
                raise NotWell(f"Only {len(found)} of {expected} containers are there: {what}.")
            names = ", ".join(f"{one.name} ({one.words})" for one in ill)
            raise _not_well(ill[0], f"Not well within {seconds:.0f} seconds: {names}.")
        time.sleep(PAUSE_SECONDS)


def _is_lost(one: Container, before: dict[str, int]) -> bool:
    crashing = one.restarts - before[one.ident] >= CRASH_LOOP
    return crashing or one.health == "unhealthy" or one.state in {"exited", "dead"}


def _why_lost(one: Container) -> str:
    if one.health == "unhealthy" and one.state == "running":
        return "it runs, but its health check fails"
    return f"it ends by itself, and was started again {one.restarts} times"


def _not_well(one: Container, message: str) -> NotWell:
    return NotWell(message, f"The last lines of {one.name}:\n{log_tail(one.ident)}")
