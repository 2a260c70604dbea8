"""The requests for records, and every call, in one SQLite file: a restart forgets nothing."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from stubs.heard import TABLE, Remembering

COLUMNS = "id, key, body_sha256, body, received_at"


@dataclass(frozen=True, slots=True)
class Kept:
    """A request as it was received."""

    id: str
    key: str
    body_sha256: str
    body: dict[str, Any]
    received_at: float


class Store(Remembering):
    """The requests, each once for its key."""

    tables = (
        TABLE
        + """
        CREATE TABLE IF NOT EXISTS kept (
            id TEXT NOT NULL UNIQUE,
            key TEXT NOT NULL PRIMARY KEY,
            body_sha256 TEXT NOT NULL,
            body TEXT NOT NULL,
            received_at REAL NOT NULL
        );
        """
    )

    def keep(self, key: str, body: dict[str, Any]) -> tuple[Kept, bool]:
        """The request of this key, and whether it was received just now."""
        text = json.dumps(body, sort_keys=True)
        made = (str(uuid.uuid4()), key, hashlib.sha256(text.encode()).hexdigest(), text, time.time())
        rows = self.run(
            "INSERT INTO kept (id, key, body_sha256, body, received_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (key) DO NOTHING RETURNING id",
            made,
        )
        (kept,) = self._select("WHERE key = ?", key)
        return kept, bool(rows)

    def get(self, request_id: str) -> Kept | None:
        """The request of this id."""
        return next(iter(self._select("WHERE id = ?", request_id)), None)

    def all(self) -> list[Kept]:
        """Every request, oldest first."""
        return self._select("WHERE ?1 = ?1 ORDER BY received_at", "")

    def _select(self, condition: str, value: str) -> list[Kept]:
        rows = self.run(f"SELECT {COLUMNS} FROM kept {condition}", (value,))  # noqa: S608 - our own words
        return [Kept(row[0], row[1], row[2], json.loads(row[3]), row[4]) for row in rows]
