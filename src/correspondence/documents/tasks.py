"""The jobs of documents."""

from __future__ import annotations

from datetime import time
from functools import partial
from typing import TYPE_CHECKING

from correspondence.core import clock
from correspondence.documents import scanning, storage
from correspondence.documents.actions import housekeeping
from correspondence.documents.actions.removing import DELETE_OBJECT
from correspondence.jobs import kinds, schedule
from correspondence.jobs.errors import TryAgain

if TYPE_CHECKING:
    from correspondence.jobs.kinds import Recording

SCAN_ATTEMPTS = 200
"""Eight days of trying: a file must not be stuck because the scanner was away for a night."""


@kinds.outward_kind(scanning.KIND, queue="documents", attempts=SCAN_ATTEMPTS)
def scan_attachment(*, attachment_id: int, again: bool) -> Recording:
    """Have a file scanned. Asking twice does no harm."""
    del again
    try:
        infection = housekeeping.infection_of(attachment_id)
    except (scanning.ScannerAway, storage.StoreAway) as away:
        raise TryAgain(str(away)) from away
    return partial(housekeeping.record_scan, attachment_id, infection)


@kinds.outward_kind(DELETE_OBJECT, queue="documents")
def delete_object(*, storage_key: str, again: bool) -> Recording:
    """Delete an object whose row was deleted. Deleting twice does no harm."""
    del again
    try:
        housekeeping.delete_object(storage_key)
    except storage.StoreAway as away:
        raise TryAgain(str(away)) from away
    return _nothing_to_record


@kinds.outward_kind("sweep_stray_objects", queue="batch")
def sweep_stray_objects(*, again: bool) -> Recording:
    """Delete what interrupted uploads left behind. It can be stopped and run again."""
    del again
    try:
        housekeeping.sweep_stray_objects(now=clock.actual_now())
    except storage.StoreAway as away:
        raise TryAgain(str(away)) from away
    return _nothing_to_record


def _nothing_to_record() -> None:
    """The object is gone: there is nothing to write down."""


schedule.daily("sweep_stray_objects", kind="sweep_stray_objects", at=time(3, 40))
