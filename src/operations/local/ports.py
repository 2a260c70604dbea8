"""Ports of this machine: whether one is free, and which."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.local.folder import DataFolder

LOOPBACK = "127.0.0.1"
PORTS = "ports.json"


def is_free(port: int) -> bool:
    """Whether a server can listen on the port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether a server accepts connections on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def any_free() -> int:
    """A port that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def remembered(folder: DataFolder, name: str) -> int:
    """The port that this server had last time, or another if somebody has taken it since."""
    ports = folder.read(PORTS)
    port = ports.get(name)
    if not isinstance(port, int) or not is_free(port):
        port = any_free()
        folder.write(PORTS, {**folder.read(PORTS), name: port})
    return port
