"""Looking into zip archives without unpacking them: docx, xlsx and odt are such archives.

Nothing here trusts a size, a count or a place that the archive itself gives.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, cast

from correspondence.documents.containers import (
    DAMAGED,
    LOCKED,
    MACROS,
    STRANGE_NAMES,
    TOO_MUCH_INSIDE,
    Unsafe,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from correspondence.documents.containers import Seekable

MAX_MEMBERS = 5_000
MAX_DIRECTORY_BYTES = 2 * 1024**2
MAX_UNPACKED_BYTES = 400 * 1024**2
MAX_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 1024**2
MAX_DECLARATION_BYTES = 1024**2

OOXML = "application/vnd.openxmlformats-officedocument"
_MAIN_PARTS = {
    f"{OOXML}.wordprocessingml.document.main+xml": f"{OOXML}.wordprocessingml.document",
    f"{OOXML}.spreadsheetml.sheet.main+xml": f"{OOXML}.spreadsheetml.sheet",
}
_CONTENT_TYPES = "[Content_Types].xml"
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_END = struct.Struct("<4s4H2LH")
_LOCATOR_BYTES = 20
_END64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT = 65_535


def kind_inside(file: Seekable) -> str:
    """The content type of the document in an archive; ``application/zip`` for any other.

    Raises:
        Unsafe: damaged, locked, with macros, or built to overwhelm whoever unpacks it.
    """
    _check_directory(file)
    try:
        # It reads, seeks and tells: of a file, no more is used.
        with zipfile.ZipFile(cast("IO[bytes]", file)) as archive:
            members = archive.infolist()
            _check_members(members)
            names = {member.filename for member in members}
            if _CONTENT_TYPES in names:
                return _office_document(archive, names)
            if "mimetype" in names:
                return _open_document(archive, names)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error):
        raise Unsafe(DAMAGED) from None
    return "application/zip"


def _check_directory(file: Seekable) -> None:
    """Bound what zipfile will read into memory: it believes the archive's own figures."""
    size = file.seek(0, 2)
    tail_bytes = min(size, _LONGEST_COMMENT + _END.size + _LOCATOR_BYTES)
    file.seek(size - tail_bytes)
    tail = file.read(tail_bytes)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Unsafe(DAMAGED)
    count, directory_bytes = _END.unpack_from(tail, at)[4:6]
    locator = tail[max(at - _LOCATOR_BYTES, 0) : at]
    if locator.startswith(b"PK\x06\x07"):
        count, directory_bytes = _end64(file, locator, size)
    if count > MAX_MEMBERS or directory_bytes > MAX_DIRECTORY_BYTES:
        raise Unsafe(TOO_MUCH_INSIDE)


def _end64(file: Seekable, locator: bytes, size: int) -> tuple[int, int]:
    place = int.from_bytes(locator[8:16], "little")
    if place > size:
        raise Unsafe(DAMAGED)
    file.seek(place)
    record = file.read(_END64.size)
    if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
        raise Unsafe(DAMAGED)
    count, directory_bytes = _END64.unpack(record)[7:9]
    return count, directory_bytes


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise Unsafe(TOO_MUCH_INSIDE)
    if len({member.filename for member in members}) != len(members):
        raise Unsafe(DAMAGED)
    for member in members:
        _check_member(member)
    _check_places(members)


def _check_member(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise Unsafe(LOCKED)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unsafe(DAMAGED)
    if member.file_size > max(RATIO_COUNTS_FROM_BYTES, member.compress_size * MAX_RATIO):
        raise Unsafe(TOO_MUCH_INSIDE)
    # What it was called before zipfile made the name harmless.
    name = member.orig_filename.replace("\\", "/")
    parts = name.split("/")
    if stat.S_ISLNK(member.external_attr >> 16) or ".." in parts or parts[0] == "" or ":" in parts[0]:
        raise Unsafe(STRANGE_NAMES)
    if "\0" in name:
        raise Unsafe(STRANGE_NAMES)


def _check_places(members: Sequence[zipfile.ZipInfo]) -> None:
    """Members must not share bytes: that is how a small archive unpacks to a huge one."""
    end = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:
            raise Unsafe(TOO_MUCH_INSIDE)
        end = member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size


def _office_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    declared = _text(_declaration(archive, _CONTENT_TYPES))
    if "macroEnabled" in declared or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unsafe(MACROS)
    if "_rels/.rels" not in names:
        raise Unsafe(DAMAGED)
    quoted = declared.replace("'", '"')
    found = [document for part, document in _MAIN_PARTS.items() if f'"{part}"' in quoted]
    return found[0] if len(found) == 1 else "application/zip"


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    if not {"META-INF/manifest.xml", "content.xml"} <= names:
        raise Unsafe(DAMAGED)
    if "encryption-data" in _text(_declaration(archive, "META-INF/manifest.xml")):
        raise Unsafe(LOCKED)
    if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
        raise Unsafe(MACROS)
    return _text(_declaration(archive, "mimetype")).strip()


def _declaration(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        read = member.read(MAX_DECLARATION_BYTES + 1)
    if len(read) > MAX_DECLARATION_BYTES:
        raise Unsafe(TOO_MUCH_INSIDE)
    return read


def _text(raw: bytes) -> str:
    """Declarations are XML; they are searched, never parsed, so that no entity is ever expanded."""
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return raw.decode(encoding, errors="replace")
