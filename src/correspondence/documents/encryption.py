"""Encrypting a document as a stream of chunks, so that any size takes the same memory.

AES-256-GCM with the case's key. A stored document is a header and then chunks:

* header: ``CTDE``, format version (1 byte), data key version (2 bytes), chunk size (4 bytes), big-endian;
* chunk: nonce (12 bytes, fresh and random), ciphertext, tag (16 bytes). Every chunk but the last is full.

Each chunk is tied to the header, the case, the document's storage key, its own number and whether it is the
last one. So a chunk that was changed, moved, repeated, left out, cut off, or taken from another document is
refused, and no byte of it gets out.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.documents.keys import DataKey

MAGIC = b"CTDE"
FORMAT = 1
CHUNK_BYTES = 256 * 1024
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER = struct.Struct(">4sBHI")
PLACE = struct.Struct(">QQ?")


class Tampered(Exception):
    """What is stored is not what was stored: it was changed, cut, moved, or belongs to another key."""


class Readable(Protocol):
    """Anything that can be read piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Up to this many bytes; none at the end."""


def encrypt(
    source: Readable, *, key: DataKey, storage_key: str, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[bytes]:
    """The stored form of a document, piece by piece.

    Args:
        source: the document as it came.
        key: of the case to which it belongs.
        storage_key: under which it will be stored; it opens under no other.
        chunk_bytes: of plain text in each chunk; written into the header.
    """
    cipher = AESGCM(key.secret)
    header = HEADER.pack(MAGIC, FORMAT, key.version, chunk_bytes)
    yield header
    number, chunk = 0, _exactly(source, chunk_bytes)
    while True:
        following = _exactly(source, chunk_bytes)
        nonce = os.urandom(NONCE_BYTES)
        tied_to = _tied_to(header, key, storage_key, number, last=not following)
        yield nonce + cipher.encrypt(nonce, chunk, tied_to)
        if not following:
            return
        number, chunk = number + 1, following


def decrypt(stored: Readable, *, key: DataKey, storage_key: str) -> Iterator[bytes]:
    """The document as it came, piece by piece; each piece is proved before it is given out.

    Raises:
        Tampered: at the first chunk that is not what was stored there, and at a missing end.
    """
    header = _exactly(stored, HEADER.size)
    sealed_bytes = NONCE_BYTES + _chunk_bytes(header, key) + TAG_BYTES
    cipher = AESGCM(key.secret)
    number, sealed = 0, _exactly(stored, sealed_bytes)
    while True:
        following = _exactly(stored, sealed_bytes)
        tied_to = _tied_to(header, key, storage_key, number, last=not following)
        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise Tampered(f"Document {storage_key} is cut off at chunk {number}.")
        try:
            chunk = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], tied_to)
        except InvalidTag:
            raise Tampered(f"Document {storage_key}: chunk {number} is not what was stored.") from None
        yield chunk
        if not following:
            return
        number, sealed = number + 1, following


def _chunk_bytes(header: bytes, key: DataKey) -> int:
    """The chunk size that the header states: bounded here, and proved with the first chunk."""
    if len(header) < HEADER.size:
        raise Tampered("What is stored is not an encrypted document.")
    magic, form, version, chunk_bytes = HEADER.unpack(header)
    if (magic, form, version) != (MAGIC, FORMAT, key.version) or not 0 < chunk_bytes <= CHUNK_BYTES:
        raise Tampered("What is stored is not a document encrypted with this key.")
    return int(chunk_bytes)


def _tied_to(header: bytes, key: DataKey, storage_key: str, number: int, *, last: bool) -> bytes:
    # The storage key comes at the end, after fields of fixed length, so that no two ties read alike.
    return header + PLACE.pack(key.case_id, number, last) + storage_key.encode()


def _exactly(source: Readable, size: int) -> bytes:
    """As many bytes as asked for, fewer only at the end, whatever pieces the source gives."""
    piece = source.read(size)
    if len(piece) == size or not piece:
        return piece
    pieces = [piece]
    missing = size - len(piece)
    while missing and (piece := source.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
