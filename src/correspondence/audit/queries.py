"""Reading the audit record, and finding where it was tampered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from correspondence.audit.chain import NOTHING_BEFORE, mac_of
from correspondence.audit.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry of a stream that does not follow from the one before it."""

    stream: str
    sequence: int
    why: str


def of_subject(subject: str) -> QuerySet[Entry]:
    """What happened to one thing, newest first."""
    return Entry.objects.filter(subject=subject).order_by("-at", "-id")


def breaks() -> Iterator[Break]:
    """Walk every stream and yield the first broken place of each.

    A changed, swapped, inserted or removed entry is found; a tail cut off whole is not, until the
    heads of the streams are kept somewhere else too.
    """
    stream, sequence, previous_mac, broken = "", 0, NOTHING_BEFORE, False
    for entry in Entry.objects.order_by("stream", "sequence").iterator(chunk_size=2000):
        if entry.stream != stream:
            stream, sequence, previous_mac, broken = entry.stream, 0, NOTHING_BEFORE, False
        if broken:
            continue
        entry.at = entry.at.astimezone(UTC)
        why = ""
        if entry.sequence != sequence + 1:
            why = f"entry {sequence + 1} is missing"
        elif bytes(entry.previous_mac) != previous_mac:
            why = "it does not follow from the entry before it"
        elif mac_of(entry) != bytes(entry.mac):
            why = "it was changed"
        if why:
            broken = True
            yield Break(stream, entry.sequence, why)
        sequence, previous_mac = entry.sequence, bytes(entry.mac)
