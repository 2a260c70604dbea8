"""Looking into OLE compound files: doc and xls are such files, small file systems of sectors in chains.

Only the directory is read, and of it only what stands at the root: a document may hold others as objects,
with streams of the same names further down. Layout as in [MS-CFB].
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from correspondence.documents.containers import DAMAGED, LOCKED, MACROS, Unsafe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.documents.containers import Seekable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_DIRECTORY_SECTORS = 8_192

_HEADER_BYTES = 512
_SECTOR_SHIFTS = (9, 12)
_LAST_PLAIN_SECTOR = 0xFFFFFFFA
_NOTHING = 0xFFFFFFFF
_ENTRY_BYTES = 128
_NUMBER_BYTES = 4
_KNOWN = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
}
_MACROS = {"Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}


def kind_inside(file: Seekable) -> str:
    """The content type of the document in a compound file; ``application/x-ole-storage`` for any other.

    Raises:
        Unsafe: damaged, locked, or with macros.
    """
    try:
        names = set(_Compound(file).names_at_root())
    except (struct.error, IndexError):
        raise Unsafe(DAMAGED) from None
    if "EncryptedPackage" in names:
        raise Unsafe(LOCKED)
    if names & _MACROS:
        raise Unsafe(MACROS)
    found = {_KNOWN[name] for name in names if name in _KNOWN}
    return found.pop() if len(found) == 1 else "application/x-ole-storage"


class _Compound:
    def __init__(self, file: Seekable) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        file.seek(0)
        header = file.read(_HEADER_BYTES)
        (shift,) = struct.unpack_from("<H", header, 30)
        if not header.startswith(MAGIC) or shift not in _SECTOR_SHIFTS:
            raise Unsafe(DAMAGED)
        self._sector_bytes = 1 << shift
        self._first_directory_sector, self._first_list_sector = (
            int(struct.unpack_from("<L", header, place)[0]) for place in (48, 68)
        )
        self._table_sectors = list(self._tables(struct.unpack_from("<109L", header, 76)))

    def names_at_root(self) -> Iterator[str]:
        """The names of the streams and storages at the root: a binary tree of entries of the directory."""
        directory = b"".join(self._chain(self._first_directory_sector))
        count = len(directory) // _ENTRY_BYTES
        (first,) = struct.unpack_from("<L", directory, 76)
        waiting, seen = [first], set()
        while waiting:
            number = waiting.pop()
            if number == _NOTHING:
                continue
            if number in seen or number >= count:
                raise Unsafe(DAMAGED)
            seen.add(number)
            start = number * _ENTRY_BYTES
            raw, name_bytes, left, right = struct.unpack_from("<64sHxxLL", directory, start)
            yield raw[: max(name_bytes - 2, 0)].decode("utf-16-le", errors="replace")
            waiting += (left, right)

    def _chain(self, sector: int) -> Iterator[bytes]:
        """The sectors that follow one another from this one on."""
        for _ in range(MAX_DIRECTORY_SECTORS):
            if sector >= _LAST_PLAIN_SECTOR:
                return
            yield self._sector(sector)
            sector = self._next(sector)
        raise Unsafe(DAMAGED)

    def _next(self, sector: int) -> int:
        per_table = self._sector_bytes // _NUMBER_BYTES
        table = self._sector(self._table_sectors[sector // per_table])
        return int(struct.unpack_from("<L", table, sector % per_table * _NUMBER_BYTES)[0])

    def _tables(self, first: tuple[int, ...]) -> Iterator[int]:
        """Where the tables are that say which sector follows which: 109 in the header, then in a chain."""
        yield from (sector for sector in first if sector < _LAST_PLAIN_SECTOR)
        following = self._first_list_sector
        for _ in range(self._size // self._sector_bytes):
            if following >= _LAST_PLAIN_SECTOR:
                return
            numbers = struct.unpack(f"<{self._sector_bytes // _NUMBER_BYTES}L", self._sector(following))
            yield from (sector for sector in numbers[:-1] if sector < _LAST_PLAIN_SECTOR)
            following = numbers[-1]

    def _sector(self, number: int) -> bytes:
        place = (number + 1) * self._sector_bytes
        if place >= self._size:
            raise Unsafe(DAMAGED)
        self._file.seek(place)
        # The last sector of a file may be cut short: programs leave the rest out.
        return self._file.read(self._sector_bytes).ljust(self._sector_bytes, b"\0")
