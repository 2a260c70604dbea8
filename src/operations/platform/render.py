"""What Compose needs of ``deploy/platform.toml``, as an environment file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from operations.platform.load import PROJECT
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from operations.platform.model import Platform

ENVIRONMENT = PROJECT / "deploy" / "compose" / "platform.env"
HEADING = "# Written from deploy/platform.toml by `ct-ops render`. Do not edit it: edit that file."

# Tables whose plain values become TABLE_KEY=value; the others are for ct-ops and the tests.
RENDERED = (
    "names",
    "site",
    "pool",
    "database",
    "patroni",
    "valkey",
    "app",
    "waiting",
    "limits",
    "objects",
)
OF_PARTS = ("memory_mb", "stop_seconds", "replicas")


def values(platform: Platform) -> dict[str, str]:
    """The variables of the file, in its order."""
    found = {"NAME": platform.platform.name}
    for table in RENDERED:
        found |= _plain(table, getattr(platform, table))
    for name, part in platform.parts.items():
        for key in OF_PARTS:
            if (value := getattr(part, key)) is not None:
                found[variable(name, key)] = str(value)
    found["EGRESS_ALLOWED"] = ",".join(host for hosts in platform.egress.values() for host in hosts)
    return found


def variable(*steps: str) -> str:
    """The name that a key of the file has in the environment."""
    return "_".join(steps).upper().replace("-", "_")


def text(platform: Platform) -> str:
    """The whole file."""
    return "\n".join((HEADING, *(f"{name}={value}" for name, value in values(platform).items()), ""))


def write(platform: Platform, path: Path = ENVIRONMENT) -> None:
    """Write the file anew."""
    path.write_text(text(platform), encoding="utf-8")


def refuse_stale(platform: Platform, path: Path = ENVIRONMENT) -> None:
    """See that the file says what ``platform.toml`` says.

    Raises:
        Trouble: it does not.
    """
    try:
        there = path.read_text(encoding="utf-8")
    except OSError:
        there = ""
    if there != text(platform):
        raise Trouble(f"{path} is out of date.", "Write it anew with: ct-ops render")


def _plain(prefix: str, value: object) -> dict[str, str]:
    """The single values below a table; lists are left out."""
    found: dict[str, str] = {}
    for key, one in _items(value):
        name = f"{prefix}_{key}"
        if isinstance(one, dict | BaseModel):
            found |= _plain(name, one)
        elif isinstance(one, str | int):
            found[variable(name)] = str(one)
    return found


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, dict):
        yield from value.items()
