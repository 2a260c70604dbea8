"""Every call that a stub heard, in its SQLite file: when, what, under which key, and the answer."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """
    CREATE TABLE IF NOT EXISTS request (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        key TEXT NOT NULL DEFAULT '',
        body_sha256 TEXT NOT NULL DEFAULT '',
        status INTEGER NOT NULL,
        fault TEXT NOT NULL DEFAULT ''
    );
"""
LATER = ("key", "body_sha256", "fault")
"""Columns that the files of earlier versions have not."""

COLUMNS = ("at", "method", "path", "key", "body_sha256", "status", "fault")


class Remembering:
    """A store that keeps its data on disk; what it has answered for is there after a crash."""

    tables = TABLE

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(self.tables)
        there = {row[1] for row in self._database.execute("PRAGMA table_info(request)")}
        for column in LATER:
            if column not in there:
                self._database.execute(f"ALTER TABLE request ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def note_request(
        self, method: str, path: str, status: int, *, key: str = "", body: bytes = b"", fault: str = ""
    ) -> None:
        """Keep that a call was heard.

        Args:
            status: 0 stands for no answer, or not a whole one.
            key: what makes a repeat of it known: its idempotency key or reference.
        """
        digest = hashlib.sha256(body).hexdigest() if body else ""
        self.run(
            "INSERT INTO request (at, method, path, key, body_sha256, status, fault)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (time.time(), method, path, key, digest, status, fault),
        )

    def requests(self) -> list[dict[str, object]]:
        """Every call, oldest first."""
        rows = self.run(
            "SELECT at, method, path, key, body_sha256, status, fault FROM request ORDER BY sequence", ()
        )
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    def run(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        """Run one statement, alone."""
        with self._lock:
            return self._database.execute(statement, values).fetchall()
