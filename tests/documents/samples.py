"""Small valid files of every accepted kind, made here byte by byte, and files that are built to do harm.

sample("docx"), sample("pdf", size=20 * 1024**2)
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from correspondence.documents.compounds import MAGIC as OLE_MAGIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXTENSIONS = (
    "pdf",
    "doc",
    "docx",
    "xls",
    "xlsx",
    "odt",
    "rtf",
    "jpeg",
    "jpg",
    "png",
    "tiff",
    "tif",
    "bmp",
    "gif",
)
SAME_KIND = ({"jpeg", "jpg"}, {"tiff", "tif"})

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner calls a virus, and nothing else does. In two halves, so that this file is none."""


def sample(extension: str, *, text: str = "An answer.", size: int | None = None) -> bytes:
    """A valid file.

    Args:
        extension: one of ``EXTENSIONS``.
        text: what is written in it, where it has words.
        size: the file is filled up to so many bytes; for pdf, which does not mind what follows its end.
    """
    made = _MAKERS[extension](text)
    if size is None:
        return made
    if extension != "pdf":
        raise ValueError("Only a PDF can be filled up.")
    return made + b"%" * (size - len(made))


def of_same_kind(one: str, other: str) -> bool:
    """Whether two endings stand for one kind of file."""
    return one == other or {one, other} in SAME_KIND


# --- text and pictures ----------------------------------------------------------------------------


def _pdf(text: str) -> bytes:
    words = (
        text.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )
    page = b"BT /F1 12 Tf 72 720 Td (" + words + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _rtf(text: str) -> bytes:
    return b"{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\f0 " + text.encode("ascii", "replace") + b"\\par}"


def _png(_text: str) -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">2L5B", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", pixels) + part(b"IEND", b"")


def _gif(_text: str) -> bytes:
    head = b"GIF89a\1\0\1\0\x80\0\0\xff\0\0\0\0\0"
    return head + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def _bmp(_text: str) -> bytes:
    header = struct.pack("<L2l2H6L", 40, 1, 1, 1, 24, 0, 4, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<L2HL", 14 + 40 + 4, 0, 0, 54) + header + b"\0\0\xff\0"


def _tiff(_text: str) -> bytes:
    fields = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1)]
    entries = b"".join(struct.pack("<2HLHH", tag, 3, 1, value, 0) for tag, value in fields)
    return b"II*\0" + struct.pack("<L", 10) + b"\x80\0" + struct.pack("<H", len(fields)) + entries + bytes(4)


# A grey pixel: quantisation table, frame, the smallest Huffman tables, scan.
_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300"
    + "10" * 64
    + "ffc0000b080001000101011100"
    + "ffc4001400010000000000000000000000000000000008"
    + "ffc40014100100000000000000000000000000000000"
    + "00ffda0008010100003f0037ffd9"
)


def _jpeg(_text: str) -> bytes:
    return _JPEG


# --- zip: docx, xlsx, odt -------------------------------------------------------------------------

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SLIDES_MAIN = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
WORD_MACROS_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
ODT_MIMETYPE = "application/vnd.oasis.opendocument.text"


def archive(members: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these members, in this order; ``mimetype`` is stored plain, as OpenDocument has it.

    Its times are fixed, so that the same members always make the same bytes.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as opened:
        for name, content in members.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else compression
            opened.writestr(zipfile.ZipInfo(name), content, method)
    return made.getvalue()


def office_members(part: str, main: str, content: str) -> dict[str, str | bytes]:
    """The parts of an Office document: what it declares, where it begins, and its main part."""
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="{part}"/></Relationships>',
        part: _XML + content,
    }


def word_members(text: str = "An answer.", main: str = WORD_MAIN) -> dict[str, str | bytes]:
    """The parts of a Word document."""
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
    return office_members("word/document.xml", main, f'<w:document xmlns:w="{namespace}">{body}</w:document>')


def _docx(text: str) -> bytes:
    return archive(word_members(text))


def _xlsx(_text: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return archive(
        office_members("xl/workbook.xml", SHEET_MAIN, f'<workbook xmlns="{namespace}"><sheets/></workbook>')
    )


def open_document_members(text: str = "An answer.") -> dict[str, str | bytes]:
    """The parts of an OpenDocument text."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    return {
        "mimetype": ODT_MIMETYPE,
        "content.xml": f'{_XML}<office:document-content xmlns:office="{urn}:office:1.0"'
        f' xmlns:text="{urn}:text:1.0"><office:body><office:text><text:p>{text}</text:p>'
        "</office:text></office:body></office:document-content>",
        "META-INF/manifest.xml": f'{_XML}<manifest:manifest xmlns:manifest="{urn}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT_MIMETYPE}"/>'
        "</manifest:manifest>",
    }


def _odt(text: str) -> bytes:
    return archive(open_document_members(text))


# --- OLE compound files: doc, xls -----------------------------------------------------------------

_END_OF_CHAIN, _FREE, _NO_ENTRY = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF
_TABLE_SECTOR, _LIST_SECTOR = 0xFFFFFFFD, 0xFFFFFFFC
_CONTENT = b"HERE"


def compound(*names: str, content: bytes = b"\xec\xa5\xc1\0" + bytes(4092)) -> bytes:
    """A compound file with these streams at its root; the first holds the content, the others are empty.

    The tables of sectors come first, then the lists of tables for which the header has no room, then the
    content, and at the end the directory.
    """
    directory = _directory(names, len(content))
    content_sectors, directory_sectors = len(content) // 512, len(directory) // 512
    tables = lists = 1
    for _ in range(3):  # the tables also tell of themselves, so their number settles after a few rounds
        lists = -(-max(tables - 109, 0) // 127)
        tables = -(-(tables + lists + content_sectors + directory_sectors) // 128)
    first_content = tables + lists
    first_entry = first_content + content_sectors
    numbers = [_TABLE_SECTOR] * tables + [_LIST_SECTOR] * lists
    numbers += [*_chain(first_content, content_sectors), *_chain(first_entry, directory_sectors)]
    numbers += [_FREE] * (tables * 128 - len(numbers))
    places = [*range(tables), *[_FREE] * (109 + lists * 127 - tables)]
    header = OLE_MAGIC + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<5L", 0, tables, first_entry, 0, 4096)
    header += struct.pack("<4L", _END_OF_CHAIN, 0, tables if lists else _END_OF_CHAIN, lists)
    header += struct.pack("<109L", *places[:109])
    listed = b""
    for number in range(lists):
        start = 109 + number * 127
        following = tables + number + 1 if number + 1 < lists else _END_OF_CHAIN
        listed += struct.pack("<128L", *places[start : start + 127], following)
    table = struct.pack(f"<{len(numbers)}L", *numbers)
    return header + table + listed + content + directory.replace(_CONTENT, struct.pack("<L", first_content))


def _directory(names: Sequence[str], size: int) -> bytes:
    entries = [_entry("Root Entry", 5, child=1 if names else _NO_ENTRY)]
    for number, name in enumerate(names, start=1):
        following = number + 1 if number < len(names) else _NO_ENTRY
        entries.append(_entry(name, 2, right=following, size=size if number == 1 else 0))
    entries += [bytes(128)] * (-len(entries) % 4)
    return b"".join(entries)


def _chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), _END_OF_CHAIN] if count else []


def _entry(name: str, kind: int, *, child: int = _NO_ENTRY, right: int = _NO_ENTRY, size: int = 0) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    tree = struct.pack("<H2B3L", len(encoded), kind, 1, _NO_ENTRY, right, child)
    place = _CONTENT if size else struct.pack("<L", _END_OF_CHAIN)
    return encoded.ljust(64, b"\0") + tree + bytes(36) + place + struct.pack("<Q", size)


def _doc(_text: str) -> bytes:
    return compound("WordDocument", "1Table", "CompObj")


def _xls(_text: str) -> bytes:
    return compound("Workbook", content=b"\x09\x08\x10\0\0\6\5\0" + bytes(4088))


_MAKERS = {
    "pdf": _pdf,
    "doc": _doc,
    "docx": _docx,
    "xls": _xls,
    "xlsx": _xlsx,
    "odt": _odt,
    "rtf": _rtf,
    "jpeg": _jpeg,
    "jpg": _jpeg,
    "png": _png,
    "tiff": _tiff,
    "tif": _tiff,
    "bmp": _bmp,
    "gif": _gif,
}


# --- built to do harm -----------------------------------------------------------------------------


def bomb() -> bytes:
    """A Word document whose picture unpacks from half a megabyte to half a gigabyte."""
    return archive({**word_members(), "word/media/image1.bmp": bytes(500 * 1024**2)})


def crowded(count: int = 6_000) -> bytes:
    """A Word document of more parts than any needs."""
    return archive({**word_members(), **{f"word/media/{number}": b"" for number in range(count)}})


def overlapping() -> bytes:
    """A Word document in which two names share the same bytes: how a small bomb is made into a huge one."""
    made = bytearray(archive({**word_members(), "word/a": b"x" * 1000, "word/b": b"x" * 1000}))
    start = made.index(b"PK\1\2")
    places = [place for place in range(start, len(made) - 4) if made[place : place + 4] == b"PK\1\2"]
    first, second = places[-2:]
    made[second + 42 : second + 46] = made[first + 42 : first + 46]
    return bytes(made)


def locked_archive() -> bytes:
    """A Word document in which one part is marked as encrypted."""
    made = bytearray(archive(word_members()))
    place = made.index(b"PK\1\2")
    made[place + 8] |= 1
    return bytes(made)


def link_inside() -> bytes:
    """A Word document with a symbolic link among its parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, content in word_members().items():
            opened.writestr(name, content)
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        opened.writestr(link, "/etc/passwd")
    return made.getvalue()
