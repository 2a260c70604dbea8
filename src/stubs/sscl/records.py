"""The records that the stand-in finds: made from the request alone, the same every time."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """A file that was found."""

    id: str
    name: str
    media_type: str
    content: bytes

    def told(self) -> dict[str, Any]:
        """How the list of files tells of it."""
        return {
            "id": self.id,
            "name": self.name,
            "media_type": self.media_type,
            "size_bytes": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


def found(request_id: str, full_name: str, wishes: Iterable[str]) -> list[Record]:
    """The files of a request.

    Args:
        wishes: the values of its identifiers. ``empty`` finds nothing; ``bytes-1000`` adds that much.
    """
    texts = {
        "personnel-file.txt": f"Personnel file of {full_name}\nInvented for a demonstration.\n",
        "pay-history.csv": "month,gross,net\n2026-09,2500.00,2011.40\n2026-10,2500.00,2011.40\n",
    }
    records = [
        _record(request_id, name, "text/csv" if name.endswith("csv") else "text/plain", text.encode())
        for name, text in texts.items()
    ]
    for wish in wishes:
        kind, _, amount = wish.partition("-")
        if wish == "empty":
            return []
        if kind == "bytes" and amount.isdecimal():
            content = _filler(request_id, int(amount))
            records.append(_record(request_id, "archive.bin", "application/octet-stream", content))
    return records


def _record(request_id: str, name: str, media_type: str, content: bytes) -> Record:
    return Record(str(uuid.uuid5(uuid.UUID(request_id), name)), name, media_type, content)


def _filler(request_id: str, amount: int) -> bytes:
    size = min(amount, MOST_BYTES)
    block = hashlib.sha512(request_id.encode()).digest()
    return (block * -(-size // len(block)))[:size]
