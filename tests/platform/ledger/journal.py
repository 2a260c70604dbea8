"""What a client meant to write and what it was told: on disk before it acts, and as soon as it knows."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

type Told = Literal["acknowledged", "refused", "unknown"]
type Kind = Literal["case", "message", "file"]


@dataclass(frozen=True, slots=True)
class Intention:
    """One write.

    Attributes:
        key: the form's: however often it is sent, it takes effect once.
        marker: words that stand nowhere else, to look it up by.
        case_id: the case it belongs to; none for a new one.
        told_by_mail: whether somebody is sent a message because of it.
        sha256: of the file, where it is one.
    """

    key: str
    kind: Kind
    marker: str
    person: str
    case_id: int | None = None
    told_by_mail: bool = False
    sha256: str = ""


@dataclass(slots=True)
class Entry:
    """An intention and the last that was heard of it."""

    intention: Intention
    told: Told = "unknown"
    at: float = 0.0
    sent: int = 0
    case_id: int | None = None
    words: list[str] = field(default_factory=list)


class Journal:
    """The file of one client, each line on the disk before anything else is done."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def intend(self, intention: Intention) -> None:
        """Before it is sent."""
        self._write({"intend": asdict(intention)})

    def answer(self, key: str, told: Told, *, at: float, words: str, case_id: int | None = None) -> None:
        """What came of one sending.

        Args:
            at: when the answer was whole, in seconds of this machine's clock.
            words: status and address, or why there was none.
        """
        self._write({"answer": {"key": key, "told": told, "at": at, "words": words, "case_id": case_id}})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def read(paths: Iterable[Path]) -> list[Entry]:
    """What the journals hold, in the order in which it was meant."""
    entries: dict[str, Entry] = {}
    for path in sorted(paths):
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if intended := told.get("intend"):
                entries[intended["key"]] = Entry(Intention(**intended), case_id=intended["case_id"])
                continue
            answer = told["answer"]
            entry = entries[answer["key"]]
            entry.sent += 1
            entry.words.append(answer["words"])
            entry.told, entry.at = answer["told"], answer["at"]
            entry.case_id = answer["case_id"] or entry.case_id
    return list(entries.values())
