"""What jobs do: scanning, deleting objects, and sweeping up strays."""

from __future__ import annotations

from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING

import structlog

from correspondence.audit import actions as audit
from correspondence.cases.acting import SYSTEM_NAME
from correspondence.documents import scanning, storage
from correspondence.documents.actions.downloading import opened
from correspondence.documents.models import Attachment, Scan

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

STRAY_AFTER = timedelta(hours=24)
"""No upload takes so long from its first byte to its row."""

KEYS_AT_ONCE = 1_000


def infection_of(attachment_id: int) -> str | None:
    """What the scanner finds in a file that waits for it; None when it is clean, or no longer there.

    Raises:
        ScannerAway: it could not say.
    """
    attachment = Attachment.objects.filter(pk=attachment_id, scan=Scan.WAITING).first()
    return scanning.infection(opened(attachment)) if attachment else None


def record_scan(attachment_id: int, infection: str | None) -> None:
    """Write down what the scanner said. An infected file stays where it is and is never given out."""
    state = Scan.INFECTED if infection else Scan.CLEAN
    waiting = Attachment.objects.filter(pk=attachment_id, scan=Scan.WAITING)
    attachment = waiting.first()
    if attachment is None or not waiting.update(scan=state):
        return
    if infection:
        log.warning("An upload is infected.", attachment_id=attachment_id, infection=infection)
        audit.record(
            f"case:{attachment.case_id}",
            "attachment_infected",
            actor_id=None,
            actor_name=SYSTEM_NAME,
            subject=f"case:{attachment.case_id}",
            data={"attachment": attachment_id, "infection": infection},
        )


def delete_object(storage_key: str) -> None:
    """Delete an object whose row is gone; one that still has a row is left alone."""
    if not Attachment.objects.filter(storage_key=storage_key).exists():
        storage.store().delete(storage_key)


def sweep_stray_objects(*, now: datetime) -> int:
    """Delete the objects, finished or not, that are older than a day and have no row; answers how many.

    Args:
        now: the actual time, by which the store dates its objects.
    """
    store, swept = storage.store(), 0
    for keys in batched(store.older_than(now - STRAY_AFTER), KEYS_AT_ONCE, strict=False):
        kept = set(Attachment.objects.filter(storage_key__in=keys).values_list("storage_key", flat=True))
        for key in keys:
            if key not in kept:
                store.delete(key)
                swept += 1
    if swept:
        log.info("Stray objects were swept up.", count=swept)
    return swept
