from __future__ import annotations

import io
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correspondence.documents.encryption import (
    CHUNK_BYTES,
    HEADER,
    NONCE_BYTES,
    TAG_BYTES,
    Tampered,
    decrypt,
    encrypt,
)
from correspondence.documents.keys import DataKey
from correspondence.documents.storage import new_key

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = DataKey(case_id=17, version=1, secret=bytes(range(32)))
PLACE = "ab" * 32
CHUNK = 64
SEALED = NONCE_BYTES + CHUNK + TAG_BYTES


def sealed(plain: bytes, *, key: DataKey = KEY, place: str = PLACE, chunk: int = CHUNK) -> bytes:
    return b"".join(encrypt(io.BytesIO(plain), key=key, storage_key=place, chunk_bytes=chunk))


def opened(stored: bytes, *, key: DataKey = KEY, place: str = PLACE) -> bytes:
    return b"".join(decrypt(io.BytesIO(stored), key=key, storage_key=place))


def given_out(stored: bytes, *, key: DataKey = KEY, place: str = PLACE) -> bytes:
    """All that gets out before the refusal, which has to come."""
    out = io.BytesIO()
    with pytest.raises(Tampered):
        out.writelines(decrypt(io.BytesIO(stored), key=key, storage_key=place))
    return out.getvalue()


def chunks_of(stored: bytes) -> tuple[bytes, list[bytes]]:
    header, rest = stored[: HEADER.size], stored[HEADER.size :]
    return header, [rest[start : start + SEALED] for start in range(0, len(rest), SEALED)]


@given(plain=st.binary(max_size=5 * CHUNK))
def test_what_went_in_comes_out(plain: bytes) -> None:
    stored = sealed(plain)
    assert opened(stored) == plain
    assert len(stored) >= len(plain) + HEADER.size + NONCE_BYTES + TAG_BYTES


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1])
def test_sizes_at_the_edges_of_chunks(size: int) -> None:
    plain = bytes(index % 251 for index in range(size))
    stored = sealed(plain)
    assert opened(stored) == plain
    assert len(chunks_of(stored)[1]) == max(1, -(-size // CHUNK))


@given(plain=st.binary(min_size=1, max_size=4 * CHUNK), data=st.data())
def test_a_flipped_bit_anywhere_is_refused_before_its_chunk_gets_out(
    plain: bytes, data: st.DataObject
) -> None:
    stored = bytearray(sealed(plain))
    place = data.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= 1 << data.draw(st.integers(0, 7))
    out = given_out(bytes(stored))
    if place < HEADER.size:
        assert out == b""
    else:
        assert out == plain[: (place - HEADER.size) // SEALED * CHUNK]


@given(plain=st.binary(min_size=1, max_size=4 * CHUNK), data=st.data())
def test_a_document_cut_anywhere_is_refused(plain: bytes, data: st.DataObject) -> None:
    stored = sealed(plain)
    cut = data.draw(st.integers(0, len(stored) - 1))
    assert plain.startswith(given_out(stored[:cut]))
    assert given_out(stored[:cut]) != plain


@given(plain=st.binary(min_size=2 * CHUNK + 1, max_size=5 * CHUNK), data=st.data())
def test_chunks_changed_round_left_out_or_repeated_are_refused(plain: bytes, data: st.DataObject) -> None:
    header, chunks = chunks_of(sealed(plain))
    one, other = data.draw(st.lists(st.integers(0, len(chunks) - 1), min_size=2, max_size=2, unique=True))
    swapped = chunks.copy()
    swapped[one], swapped[other] = swapped[other], swapped[one]
    left_out = chunks[:one] + chunks[one + 1 :]
    repeated = chunks[: one + 1] + chunks[one:]
    for changed in (swapped, left_out, repeated, [*chunks, b"x"]):
        assert plain.startswith(given_out(header + b"".join(changed)))


def test_a_chunk_of_another_document_of_the_same_case_is_refused() -> None:
    plain = bytes(3 * CHUNK)
    header, chunks = chunks_of(sealed(plain))
    _header, others = chunks_of(sealed(plain, place=new_key()))
    assert given_out(header + chunks[0] + others[1] + chunks[2]) == plain[:CHUNK]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(DataKey(18, 1, KEY.secret), id="another case"),
        pytest.param(DataKey(17, 2, KEY.secret), id="another version"),
        pytest.param(DataKey(17, 1, bytes(32)), id="another key"),
    ],
)
def test_the_key_the_case_and_the_version_belong_together(other: DataKey) -> None:
    assert given_out(sealed(b"An answer."), key=other) == b""


def test_a_document_moved_to_another_place_is_refused() -> None:
    assert given_out(sealed(b"An answer."), place="cd" * 32) == b""


def test_the_same_document_never_looks_the_same() -> None:
    first, second = sealed(bytes(300)), sealed(bytes(300))
    assert first != second
    nonces = [chunk[:NONCE_BYTES] for stored in (first, second) for chunk in chunks_of(stored)[1]]
    assert len(set(nonces)) == len(nonces) == 10


def test_nothing_of_the_text_can_be_read_in_what_is_stored() -> None:
    assert b"A secret of the requester" not in sealed(b"A secret of the requester" * 40)


def test_a_key_is_not_printed() -> None:
    assert "\\x01" not in repr(KEY)


class Endless:
    """A document that is read in odd pieces and never held."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int, /) -> bytes:
        piece = min(size, self.left, 10_007)
        self.left -= piece
        return b"\xa5" * piece


class Pieces:
    """What was encrypted, read again while it is made."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.rest = pieces, b""

    def read(self, size: int, /) -> bytes:
        while len(self.rest) < size and (piece := next(self.pieces, b"")):
            self.rest += piece
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


def test_twenty_megabytes_go_through_in_the_memory_of_a_few_chunks() -> None:
    size = 20 * 1024**2
    tracemalloc.start()
    try:
        stored = Pieces(encrypt(Endless(size), key=KEY, storage_key=PLACE))
        total = sum(len(piece) for piece in decrypt(stored, key=KEY, storage_key=PLACE))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == size
    assert peak < 12 * CHUNK_BYTES
