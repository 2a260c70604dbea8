"""One thread of each process, which ends commits that wait too long."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

LOOKS_EVERY_SECONDS = 0.5

ASKING_SECONDS = 2
"""For so long the server may take to hear that a wait is to end."""


class Watch:
    """Knows what waits, and until when it may.

    A timer for each commit would start a thread for each; this costs a commit next to nothing.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[float, Connection[Any]]] = {}
        self._lock = threading.Lock()
        self._process = 0

    @contextmanager
    def no_longer_than(self, seconds: float, connection: Connection[Any]) -> Iterator[None]:
        """Ask the server to stop when this takes longer; it then warns, or takes back what it was doing."""
        if self._process != os.getpid():  # not begun yet, or left behind by a fork
            self._begin()
        thread = threading.get_ident()
        self._waiting[thread] = (time.monotonic() + seconds, connection)
        try:
            yield
        finally:
            self._waiting.pop(thread, None)

    def _begin(self) -> None:
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                self._waiting.clear()
                threading.Thread(target=self._look, name="commits", daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(LOOKS_EVERY_SECONDS)
            for thread, (until, connection) in list(self._waiting.items()):
                if time.monotonic() > until:
                    self._waiting.pop(thread, None)
                    with suppress(psycopg.Error):
                        connection.cancel_safe(timeout=ASKING_SECONDS)


watch = Watch()
