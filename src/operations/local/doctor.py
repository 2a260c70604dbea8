"""Whether this machine can run the service, looked at without starting anything."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from operations.findings import Finding
from operations.local import plan, ports, postgres, valkey
from operations.local.engines import refuse_full_disk
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from operations.local.folder import DataFolder


def examine(folder: DataFolder, port: int) -> list[Finding]:
    """Every point that a start depends on."""
    findings = [
        _point("an embedded PostgreSQL fits this machine", postgres.binaries, unless="DATABASE_URL"),
        _point("an embedded Valkey fits this machine", valkey.binary, unless="REDIS_URL"),
        _point("the application is here", plan.manage),
        _point("the disk has room", lambda: refuse_full_disk(folder)),
    ]
    if holder := folder.holder():
        return [
            *findings,
            Finding(good=True, text=f"it is running at {holder.get('base_url', 'an unknown address')}"),
        ]
    return [
        *findings,
        _point("the data folder can be used", folder.prepare),
        Finding(ports.is_free(port), f"port {port} is free", f"Choose another: make run PORT={port + 1}"),
    ]


def _point(text: str, look: Callable[[], object], *, unless: str = "") -> Finding:
    if unless and os.environ.get(unless):
        return Finding(good=True, text=f"{unless} takes an engine's place")
    try:
        look()
    except Trouble as trouble:
        return Finding(good=False, text=str(trouble), advice=trouble.advice)
    return Finding(good=True, text=text)
