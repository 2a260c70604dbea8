"""Taking files in: all checked first, then each encrypted into the store, and only then rows.

An object without a row is a stray, which a sweep removes; a row without its object would be a loss. So the
objects come first, and whatever goes wrong later leaves at most strays.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from correspondence.core.errors import AlreadyDone, Refused
from correspondence.documents import encryption, filenames, scanning, sniffing, storage
from correspondence.documents.models import Attachment
from correspondence.jobs import actions as jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from correspondence.cases.acting import Acting, FormStamp
    from correspondence.cases.models import Case
    from correspondence.documents.keys import DataKey
    from correspondence.documents.models import Kind
    from correspondence.documents.sniffing import Checked, Upload

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is in the store and has no row yet."""

    name: str
    content_type: str
    size_bytes: int
    sha256: str
    storage_key: str


class _Hashed:
    """Hashes what is read from a file while it passes."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0

    def read(self, size: int, /) -> bytes:
        piece = self._upload.read(size)
        self.sha256.update(piece)
        self.size_bytes += len(piece)
        return piece


@contextmanager
def received(uploads: Sequence[Upload], *, key: Callable[[], DataKey]) -> Iterator[Sequence[Received]]:
    """Have files in the store for as long as it takes to write their rows.

    What the rules refuse inside is removed from the store again. After any other failure the objects stay:
    whether the rows were committed may be unknown, and the sweep removes what turns out to be a stray.

    Args:
        uploads: as they came; nothing is stored unless all of them can be taken.
        key: of the case; asked for once the files can be taken, since the case may only then get one.

    Raises:
        Invalid: what is wrong with each file, all at once.
        Refused: none was chosen, or the store cannot take them now.
    """
    checked = sniffing.check_all(uploads)
    if not checked:
        raise Refused("Choose a file.", field=filenames.FIELD)
    stored: list[Received] = []
    data_key = key()
    try:
        for upload, found in zip(uploads, checked, strict=True):
            stored.append(_store(upload, found, data_key))
        yield stored
    except (Refused, AlreadyDone):
        _remove([file.storage_key for file in stored])
        raise


def _store(upload: Upload, found: Checked, key: DataKey) -> Received:
    storage_key = storage.new_key()
    hashed = _Hashed(upload)
    try:
        storage.store().put(storage_key, encryption.encrypt(hashed, key=key, storage_key=storage_key))
    except (OSError, storage.StoreAway):
        log.exception("A file could not be stored.", storage_key=storage_key)
        raise Refused(
            "The files could not be stored just now. Nothing was changed. Try again in a few minutes.",
            field=filenames.FIELD,
        ) from None
    if hashed.size_bytes != found.size_bytes:
        _remove([storage_key])
        raise Refused(
            f"“{filenames.shown(found.name)}” did not arrive whole. Choose it again.", field=filenames.FIELD
        )
    return Received(found.name, found.content_type, found.size_bytes, hashed.sha256.hexdigest(), storage_key)


def _remove(storage_keys: Sequence[str]) -> None:
    """Take objects away at once, as far as the store does it: somebody waits, and the sweep does the rest."""
    try:
        for storage_key in storage_keys:
            storage.store().delete(storage_key)
    except (OSError, storage.StoreAway):
        log.warning("Stray objects stay until the sweep.", storage_keys=storage_keys)


def attach(
    case: Case, files: Sequence[Received], *, kind: Kind, acting: Acting, now: datetime, stamp: FormStamp
) -> Sequence[Attachment]:
    """Write the rows of files that are in the store, and have them scanned, in the caller's transaction.

    Those of one form share an upload group, which is the form's key.
    """
    if acting.user is None:
        raise ValueError("Files are uploaded by a person.")
    group = stamp.form_key or uuid4()
    attachments = [
        Attachment.objects.create(
            case=case,
            kind=kind,
            filename=file.name,
            content_type=file.content_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            storage_key=file.storage_key,
            upload_group=group,
            scan=scanning.first_state(),
            user=acting.user,
            team=acting.team,
            created_at=now,
        )
        for file in files
    ]
    for attachment in attachments:
        if scanning.is_to_be_scanned(attachment):
            jobs.enqueue(
                scanning.KIND,
                arguments={"attachment_id": attachment.pk},
                unique_key=f"{scanning.KIND}:{attachment.pk}",
            )
    return attachments
