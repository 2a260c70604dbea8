"""What was sent, in one SQLite file: a restart forgets nothing."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

TABLES = """
    CREATE TABLE IF NOT EXISTS message (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        reference TEXT,
        email_address TEXT NOT NULL,
        template_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        created_at REAL NOT NULL
    );
    CREATE INDEX IF NOT EXISTS message_reference ON message (reference);
    CREATE TABLE IF NOT EXISTS request (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        status INTEGER NOT NULL
    );
"""
SENDING_AFTER_SECONDS = 0.2
SETTLED_AFTER_SECONDS = 2.0
FAILURES = {"perm-fail": "permanent-failure", "temp-fail": "temporary-failure"}
"""By the part of the address before the @, as with the real service's ``perm-fail@simulator.notify``."""

NEVER_SETTLED = "never-settled"
"""The part before the @ of an address whose messages stay on their way."""

COLUMNS = "sequence, id, reference, email_address, template_id, subject, body, created_at"


@dataclass(frozen=True, slots=True)
class Message:
    """One message that was accepted."""

    sequence: int
    id: str
    reference: str | None
    email_address: str
    template_id: str
    subject: str
    body: str
    created_at: float

    @property
    def created(self) -> datetime:
        """When it was accepted."""
        return datetime.fromtimestamp(self.created_at, tz=UTC)

    @property
    def settled(self) -> datetime | None:
        """When its fate was known, if it is by now."""
        settled_at = self.created_at + SETTLED_AFTER_SECONDS
        if time.time() < settled_at or self._mailbox == NEVER_SETTLED:
            return None
        return datetime.fromtimestamp(settled_at, tz=UTC)

    @property
    def status(self) -> str:
        """``created``, then ``sending``, then what the address says; ``delivered`` where it says nothing."""
        if self.settled:
            return FAILURES.get(self._mailbox, "delivered")
        return "sending" if time.time() - self.created_at >= SENDING_AFTER_SECONDS else "created"

    @property
    def _mailbox(self) -> str:
        return self.email_address.partition("@")[0].lower()


class Store:
    """The messages and the requests, in the order in which they came."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def add(
        self, *, reference: str | None, email_address: str, template_id: str, subject: str, body: str
    ) -> Message:
        """Keep a message. Like the real service it takes a second one with the same reference."""
        message_id = str(uuid.uuid4())
        self._run(
            "INSERT INTO message (id, reference, email_address, template_id, subject, body, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (message_id, reference, email_address, template_id, subject, body, time.time()),
        )
        (message,) = self._select("WHERE id = ?", (message_id,))
        return message

    def get(self, message_id: str) -> Message | None:
        """The message of this id."""
        return next(iter(self._select("WHERE id = ?", (message_id,))), None)

    def newest(
        self,
        *,
        limit: int,
        skip: int = 0,
        reference: str | None = None,
        email_address: str | None = None,
        older_than: str | None = None,
    ) -> list[Message]:
        """Messages, newest first."""
        return self._select(
            "WHERE (?1 IS NULL OR reference = ?1) AND (?2 IS NULL OR email_address = ?2)"
            " AND (?3 IS NULL OR sequence < (SELECT sequence FROM message WHERE id = ?3))"
            " ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
            (reference, email_address, older_than, limit, skip),
        )

    def count(self) -> int:
        """How many messages there are."""
        return int(self._run("SELECT count(*) FROM message", ())[0][0])

    def counts(self) -> dict[str, int]:
        """How many messages were accepted under each reference."""
        return dict(self._run("SELECT coalesce(reference, ''), count(*) FROM message GROUP BY 1", ()))

    def note_request(self, method: str, path: str, status: int) -> None:
        """Keep that the protocol was used."""
        self._run(
            "INSERT INTO request (at, method, path, status) VALUES (?, ?, ?, ?)",
            (time.time(), method, path, status),
        )

    def requests(self) -> list[dict[str, object]]:
        """Every use of the protocol, oldest first; the status 0 stands for no answer."""
        rows = self._run("SELECT at, method, path, status FROM request ORDER BY sequence", ())
        return [
            {"at": at, "method": method, "path": path, "status": status} for at, method, path, status in rows
        ]

    def _select(self, condition: str, values: tuple[object, ...]) -> list[Message]:
        rows = self._run(f"SELECT {COLUMNS} FROM message {condition}", values)  # noqa: S608 - our own words
        return [Message(*row) for row in rows]

    def _run(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()
