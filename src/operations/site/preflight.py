"""Whether this host can carry the site: facts are gathered first, then judged all at once."""

from __future__ import annotations

import json
import re
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from operations import native
from operations.findings import Finding
from operations.site import containers, disks
from operations.trouble import Trouble

if TYPE_CHECKING:
    from operations.platform.model import Preflight
    from operations.site.folder import Site
    from operations.site.values import Values

MEGABYTE = 1_000_000

PortState = Literal["free", "ours", "taken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found on the host. Docker's part is empty when Docker did not answer."""

    docker_trouble: str = ""
    docker_advice: str = ""
    docker_version: str = ""
    compose_version: str = ""
    memory_mb: int = 0
    disk_mb: int = 0
    data_root: str = ""
    ports: dict[int, PortState]
    unencrypted: tuple[str, ...] = ()
    in_memory: bool = True


def gather(site: Site) -> Facts:
    """Look at the host."""
    ports = {port: port_state(site, port) for port in (site.values.https_port, site.values.http_port)}
    in_memory = any(Path(place).is_dir() for place in ("/run", "/dev/shm"))  # noqa: S108 - looked at only
    try:
        about = _about_docker()
    except Trouble as trouble:
        return Facts(
            docker_trouble=str(trouble),
            docker_advice=trouble.advice or "Start it: systemctl start docker",
            ports=ports,
            unencrypted=_unencrypted(site.path),
            in_memory=in_memory,
        )
    root = Path(about["DockerRootDir"])
    return Facts(
        docker_version=about.get("ServerVersion", ""),
        compose_version=_compose_version(),
        memory_mb=about.get("MemTotal", 0) // MEGABYTE,
        disk_mb=_free_mb(root),
        data_root=str(root),
        ports=ports,
        unencrypted=_unencrypted(root, site.path),
        in_memory=in_memory,
    )


def _about_docker() -> dict[str, Any]:
    outcome = native.look("docker", "info", "--format", "{{json .}}")
    about: dict[str, Any] = json.loads(outcome.out or "{}")
    if errors := about.get("ServerErrors") or ([] if about.get("ServerVersion") else [outcome.tail]):
        raise Trouble("The Docker engine does not answer.", "\n".join(errors))
    return about


def judge(facts: Facts, wanted: Preflight, values: Values) -> list[Finding]:
    """Every point, good or bad, with advice."""
    return [
        *_docker(facts, wanted),
        *_room(facts, wanted),
        *[_port(port, state) for port, state in facts.ports.items()],
        _encryption(facts, values),
        Finding(
            facts.in_memory,
            "the secrets can lie in memory while the site runs",
            "Mount a tmpfs on /run.",
        ),
    ]


def _docker(facts: Facts, wanted: Preflight) -> list[Finding]:
    if facts.docker_trouble:
        return [Finding(good=False, text=facts.docker_trouble, advice=facts.docker_advice)]
    findings = [
        Finding(
            at_least(facts.docker_version, wanted.docker),
            f"Docker Engine {facts.docker_version} (at least {wanted.docker})",
            "Install a newer Docker Engine.",
        )
    ]
    if not facts.compose_version:
        return [
            *findings,
            Finding(
                good=False,
                text="Docker has no Compose plugin",
                advice="Install it; on Debian: apt-get install docker-compose",
            ),
        ]
    return [
        *findings,
        Finding(
            at_least(facts.compose_version, wanted.compose),
            f"Docker Compose {facts.compose_version} (at least {wanted.compose})",
            "Install a newer Compose plugin.",
        ),
    ]


def _room(facts: Facts, wanted: Preflight) -> list[Finding]:
    if facts.docker_trouble:
        return []
    return [
        Finding(
            facts.memory_mb >= wanted.memory_mb,
            f"{facts.memory_mb:,} MB of memory (at least {wanted.memory_mb:,})",
            "The whole site stands on this host: give it more memory, or take a larger one.",
        ),
        Finding(
            facts.disk_mb >= wanted.disk_mb,
            f"{facts.disk_mb:,} MB free in {facts.data_root} (at least {wanted.disk_mb:,})",
            "Make room: docker image prune removes images that nothing uses.",
        ),
    ]


def _port(port: int, state: PortState) -> Finding:
    if state == "taken":
        return Finding(
            good=False,
            text=f"port {port} is in use by something else",
            advice=f"See by what: ss -ltnp 'sport = :{port}'. Stop it, or choose another port in site.toml.",
        )
    return Finding(good=True, text=f"port {port} is {'ours already' if state == 'ours' else 'free'}")


def _encryption(facts: Facts, values: Values) -> Finding:
    if values.disk_encryption == "elsewhere":
        return Finding(good=True, text="disk encryption: elsewhere, as site.toml says")
    if not facts.unencrypted:
        return Finding(good=True, text="database, cache and state lie on an encrypted disk")
    where = ", ".join(facts.unencrypted)
    if values.kind == "staging":
        return Finding(good=True, text=f"not on an encrypted disk: {where} (allowed for staging)")
    return Finding(
        good=False,
        text=f"not on an encrypted disk: {where}",
        advice=(
            "Put them on a disk encrypted by LUKS. If they are encrypted where this cannot be seen\n"
            "from here (by the machine's host, by the storage), say so once: --disk-encryption=elsewhere"
        ),
    )


def at_least(version: str, wanted: str) -> bool:
    """Whether a version is the wanted one or later; what follows its numbers is left aside."""
    return _numbers(version) >= _numbers(wanted)


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _compose_version() -> str:
    outcome = native.look("docker", "compose", "version", "--short")
    return outcome.out.strip() if outcome.good else ""


def _free_mb(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // MEGABYTE


def _unencrypted(*folders: Path) -> tuple[str, ...]:
    return tuple(str(folder) for folder in folders if not disks.is_encrypted(folder))


def port_state(site: Site, port: int) -> PortState:
    """Whether a port of the site can be had."""
    if can_listen(site.values.bind.strip("[]"), port):
        return "free"
    try:
        edge = containers.of_project(site.project, "edge")
    except Trouble:
        return "taken"
    return "ours" if any(one.state == "running" for one in edge) else "taken"


def can_listen(address: str, port: int) -> bool:
    """Whether nothing listens at an address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError:
            # The port is for root to open. Whether something answers there can be seen by anybody.
            here = "127.0.0.1" if address == "0.0.0.0" else address  # noqa: S104 - compared only
            return probe.connect_ex((here, port)) != 0
        except OSError:
            return False
    return True
