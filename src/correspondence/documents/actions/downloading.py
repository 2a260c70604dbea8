"""Giving a file out to somebody who may have it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from correspondence.audit import actions as audit
from correspondence.core.errors import Refused
from correspondence.documents import encryption, keys, scanning, storage
from correspondence.documents.encryption import Tampered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.documents.models import Attachment
    from correspondence.organisation.models import User

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way out.

    Attributes:
        pieces: its bytes; they stop with an error rather than end with anything that was not stored.
    """

    pieces: Iterator[bytes]
    filename: str
    content_type: str
    size_bytes: int


def download(attachment: Attachment, *, user: User) -> Download:
    """Decrypt a file for somebody who may see it (see ``access.attachment_for``). The read is audited.

    The first piece is decrypted before this returns, so that what cannot be opened at all is told of on a
    page.

    Raises:
        Refused: it was not scanned yet, or it is infected.
        Tampered: the stored object is not what was stored.
        NotStored: there is none.
        StoreAway: the store does not give it now.
    """
    if words := scanning.why_withheld(attachment):
        raise Refused(words)
    # In the reader's own stream, so that nobody waits for anybody.
    audit.record(
        f"reads:{user.pk}",
        "download",
        actor_id=user.pk,
        actor_name=user.full_name,
        subject=f"case:{attachment.case_id}",
        data={"attachment": attachment.pk},
    )
    pieces = opened(attachment)
    first = next(pieces)
    return Download(_rest(first, pieces), attachment.filename, attachment.content_type, attachment.size_bytes)


def opened(attachment: Attachment) -> Iterator[bytes]:
    """The file as it came, proved piece by piece, and as a whole at its end by size and SHA-256.

    Raises:
        Tampered: it is not what was stored.
        NotStored: there is nothing.
        StoreAway: the store does not give it, or not all of it.
    """
    key = keys.kept_key(attachment.case_id)
    sha256, size_bytes, held = hashlib.sha256(), 0, b""
    with storage.store().open(attachment.storage_key) as stored:
        pieces = encryption.decrypt(stored, key=key, storage_key=attachment.storage_key)
        try:
            # One piece is held back, so that the last one leaves only after the whole was proved.
            for piece in pieces:
                sha256.update(piece)
                size_bytes += len(piece)
                if held:
                    yield held
                held = piece
            _prove(attachment, size_bytes, sha256.hexdigest())
            yield held
        except Tampered:
            log.exception("A document was tampered with.", attachment_id=attachment.pk)
            raise


def _prove(attachment: Attachment, size_bytes: int, sha256: str) -> None:
    if (size_bytes, sha256) != (attachment.size_bytes, attachment.sha256):
        raise Tampered(f"Document {attachment.storage_key} is not the one that was uploaded.")


def _rest(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
