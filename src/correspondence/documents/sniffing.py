"""What kind of file this really is: told by its content, which its name has to agree with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

# The libmagic that this carries has to be in the way before the next import looks for one.
import pylibmagic  # noqa: F401 - the import is its effect

# isort: split
import magic

from correspondence.core.errors import Invalid, Refused
from correspondence.documents import archives, compounds, containers, filenames
from correspondence.documents.containers import Seekable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_BYTES = 20 * 1024**2
MAX_SIZE_IN_WORDS = "20 MB"
HEAD_BYTES = 256 * 1024
"""How much libmagic is shown: with 4 kB it takes a Word document for unknown data."""


class Upload(Seekable, Protocol):
    """A file as it came."""

    @property
    def name(self) -> str | None:
        """As the sender called it."""

    @property
    def size(self) -> int | None:
        """In bytes, as counted on arrival."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is accepted.

    Attributes:
        content_type: under which it is given out.
        label: what a message calls it.
        extensions: the endings that its name may have.
        start: how it begins. libmagic is content to find some marks further on, behind a page of HTML.
        seen_as: what libmagic calls it.
        look_inside: for containers, of which libmagic knows too little: what they hold.
    """

    content_type: str
    label: str
    extensions: tuple[str, ...]
    start: bytes
    seen_as: tuple[str, ...] = ()
    look_inside: Callable[[Upload], str] | None = None


_DOCX, _XLSX = f"{archives.OOXML}.wordprocessingml.document", f"{archives.OOXML}.spreadsheetml.sheet"
_ODT = "application/vnd.oasis.opendocument.text"
_DOC, _XLS = "application/msword", "application/vnd.ms-excel"
_ZIP, _OLE = re.escape(b"PK\x03\x04"), re.escape(compounds.MAGIC)

ACCEPTED = (
    FileType("application/pdf", "a PDF", ("pdf",), b"(\xef\xbb\xbf)?\\s{0,32}%PDF-", ("application/pdf",)),
    FileType(_DOC, "a Word document", ("doc",), _OLE, look_inside=compounds.kind_inside),
    FileType(_DOCX, "a Word document", ("docx",), _ZIP, look_inside=archives.kind_inside),
    FileType(_XLS, "an Excel workbook", ("xls",), _OLE, look_inside=compounds.kind_inside),
    FileType(_XLSX, "an Excel workbook", ("xlsx",), _ZIP, look_inside=archives.kind_inside),
    FileType(_ODT, "an OpenDocument text", ("odt",), _ZIP, look_inside=archives.kind_inside),
    FileType("application/rtf", "an RTF document", ("rtf",), rb"{\\rt", ("text/rtf", "application/rtf")),
    FileType("image/jpeg", "a JPEG image", ("jpeg", "jpg"), b"\xff\xd8\xff", ("image/jpeg",)),
    FileType("image/png", "a PNG image", ("png",), b"\x89PNG\r\n\x1a\n", ("image/png",)),
    FileType("image/tiff", "a TIFF image", ("tiff", "tif"), b"II[*+]\0|MM\0[*+]", ("image/tiff",)),
    FileType("image/bmp", "a BMP image", ("bmp",), b"BM", ("image/bmp", "image/x-ms-bmp")),
    FileType("image/gif", "a GIF image", ("gif",), b"GIF8[79]a", ("image/gif",)),
)
BY_EXTENSION = {extension: kind for kind in ACCEPTED for extension in kind.extensions}
EXTENSIONS = tuple(f".{extension}" for extension in BY_EXTENSION)
"""What a file chooser offers."""

_IN_WORDS = (
    "PDF, Word (doc, docx), Excel (xls, xlsx), OpenDocument text (odt), RTF, JPEG, PNG, TIFF, BMP or GIF"
)
_SAME_ENDING = "Save the file again under the ending that fits its content, or as a PDF."


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: its name without a path, and what it is."""

    name: str
    content_type: str
    size_bytes: int


def check_all(uploads: Iterable[Upload]) -> list[Checked]:
    """Check every file before any is kept.

    Raises:
        Invalid: what is wrong with each of them, all at once.
    """
    checked, problems = [], []
    for upload in uploads:
        try:
            checked.append(check(upload))
        except Refused as refusal:
            problems.append((filenames.FIELD, str(refusal)))
    if problems:
        raise Invalid(tuple(problems))
    return checked


def check(upload: Upload) -> Checked:
    """Check the name, the size and the content of one file; it is left at its first byte.

    Raises:
        Refused: it has no proper name, is empty or larger than 20 MiB, is of no accepted kind, or its
            content is not what its name says.
    """
    name = filenames.clean(upload.name or "")
    shown = filenames.shown(name)
    kind = BY_EXTENSION.get(filenames.extension(name))
    size = upload.size or 0
    if kind is None:
        raise _refused(f"“{shown}” is not a kind of file that is accepted. Choose a {_IN_WORDS} file.")
    if size == 0:
        raise _refused(f"“{shown}” is empty. Check the file and choose it again.")
    if size > MAX_BYTES:
        raise _refused(
            f"“{shown}” is larger than {MAX_SIZE_IN_WORDS}. Split it or make it smaller and choose it again."
        )
    try:
        found = _content_type(upload, kind)
    except containers.Unsafe as unsafe:
        raise _refused(f"“{shown}” {unsafe}") from None
    finally:
        upload.seek(0)
    if found != kind.content_type:
        raise _refused(f"“{shown}” is named like {kind.label}, but it {_really(found)}. {_SAME_ENDING}")
    return Checked(name, kind.content_type, size)


def _content_type(upload: Upload, expected: FileType) -> str:
    """What the content is: one of the accepted content types, or one that stands for any other."""
    upload.seek(0)
    head = upload.read(HEAD_BYTES)
    seen = str(magic.from_buffer(head, mime=True))
    # What the name promises comes first; the others only serve to say what the file really is.
    for kind in (expected, *ACCEPTED):
        if not re.match(kind.start, head):
            continue
        if kind.look_inside:
            return kind.look_inside(upload)
        if seen in kind.seen_as:
            return kind.content_type
    return "application/octet-stream"


def _really(found: str) -> str:
    for kind in ACCEPTED:
        if found == kind.content_type:
            return f"is {kind.label} ({kind.extensions[0]})"
    return "holds something else"


def _refused(words: str) -> Refused:
    return Refused(words, field=filenames.FIELD)
