"""What was sent, in one SQLite file: a restart forgets nothing."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from stubs.heard import TABLE, Remembering

TABLES = (
    TABLE
    + """
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
    CREATE TABLE IF NOT EXISTS relay (
        message INTEGER PRIMARY KEY REFERENCES message (sequence),
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        at REAL NOT NULL,
        problem TEXT NOT NULL
    );
"""
)
SENDING_AFTER_SECONDS = 0.2
SETTLED_AFTER_SECONDS = 2.0
FAILURES = {"perm-fail": "permanent-failure", "temp-fail": "temporary-failure"}
"""By the part of the address before the @, as with the real service's ``perm-fail@simulator.notify``."""

NEVER_SETTLED = "never-settled"
"""The part before the @ of an address whose messages stay on their way."""

WAITING = "waiting"
"""The state of a message that the mail server has not answered for."""

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


class Store(Remembering):
    """The messages and the requests, in the order in which they came."""

    tables = TABLES

    def add(
        self, *, reference: str | None, email_address: str, template_id: str, subject: str, body: str
    ) -> Message:
        """Keep a message. Like the real service it takes a second one with the same reference."""
        message_id = str(uuid.uuid4())
        self.run(
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
        return int(self.run("SELECT count(*) FROM message", ())[0][0])

    def counts(self) -> dict[str, int]:
        """How many messages were accepted under each reference."""
        return dict(self.run("SELECT coalesce(reference, ''), count(*) FROM message GROUP BY 1", ()))

    def next_to_relay(self) -> Message | None:
        """The oldest message whose relaying has come to no end."""
        return next(
            iter(
                self._select(
                    "WHERE NOT EXISTS (SELECT 1 FROM relay WHERE relay.message = message.sequence"
                    " AND relay.state <> ?1) ORDER BY sequence LIMIT 1",
                    (WAITING,),
                )
            ),
            None,
        )

    def note_relay(self, message: Message, state: str, problem: str = "") -> None:
        """Keep what came of one attempt to relay a message: ``waiting``, ``sent`` or ``refused``."""
        self.run(
            "INSERT INTO relay (message, state, attempts, at, problem) VALUES (?, ?, 1, ?, ?)"
            " ON CONFLICT (message) DO UPDATE SET state = excluded.state, attempts = attempts + 1,"
            " at = excluded.at, problem = excluded.problem",
            (message.sequence, state, time.time(), problem),
        )

    def relays(self) -> list[dict[str, object]]:
        """What came of relaying, oldest message first."""
        rows = self.run(
            "SELECT message.id, state, attempts, at, problem FROM relay JOIN message"
            " ON message.sequence = relay.message ORDER BY message.sequence",
            (),
        )
        return [dict(zip(("id", "state", "attempts", "at", "problem"), row, strict=True)) for row in rows]

    def _select(self, condition: str, values: tuple[object, ...]) -> list[Message]:
        rows = self.run(f"SELECT {COLUMNS} FROM message {condition}", values)  # noqa: S608 - our own words
        return [Message(*row) for row in rows]
