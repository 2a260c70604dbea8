from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correspondence.core.errors import Invalid, Refused
from correspondence.documents import filenames, sniffing
from correspondence.documents.archives import MAX_DIRECTORY_BYTES
from correspondence.documents.compounds import MAGIC
from tests.documents import samples
from tests.documents.samples import EXTENSIONS, archive, compound, of_same_kind, sample, word_members

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024**2


class File(io.BytesIO):
    """An upload, as far as looking at it goes."""

    def __init__(self, name: str | None, content: bytes) -> None:
        super().__init__(content)
        self._name, self._size = name, len(content)

    @property
    def name(self) -> str | None:
        return self._name

    @property
    def size(self) -> int | None:
        return self._size


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        sniffing.check(File(name, content))
    assert refused.value.field == filenames.FIELD
    return str(refused.value)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_valid_file_of_each_kind_is_accepted(extension: str) -> None:
    file = File(f"Answer.{extension}", sample(extension))
    checked = sniffing.check(file)
    assert checked.name == f"Answer.{extension}"
    assert checked.content_type == sniffing.BY_EXTENSION[extension].content_type
    assert checked.size_bytes == len(sample(extension))
    assert file.tell() == 0


def test_the_endings_offered_are_those_accepted() -> None:
    assert sorted(sniffing.EXTENSIONS) == sorted(f".{extension}" for extension in EXTENSIONS)


@pytest.mark.parametrize(("named", "really"), list(product(EXTENSIONS, EXTENSIONS)))
def test_content_and_ending_agree(named: str, really: str) -> None:
    file = File(f"Answer.{named}", sample(really))
    if of_same_kind(named, really):
        assert sniffing.check(file).content_type == sniffing.BY_EXTENSION[really].content_type
        return
    words = refusal(f"Answer.{named}", sample(really))
    assert f"“Answer.{named}” is named like {sniffing.BY_EXTENSION[named].label}" in words
    assert f"it is {sniffing.BY_EXTENSION[really].label}" in words
    assert "Save the file again" in words


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        b"MZ\x90\0" + bytes(500),
        b"\x7fELF\2\1\1" + bytes(500),
        b"#!/bin/sh\nrm -rf /\n",
        b"PK\3\4" + bytes(100),
        MAGIC + bytes(100),
        b"<html><body>%PDF-1.7</body></html>",
        b"\0",
        bytes(4096),
        samples.EICAR,
    ],
    ids=["html", "svg", "exe", "elf", "shell", "zip", "ole", "html-pdf", "nul", "zeros", "eicar"],
)
def test_disguises_are_refused(extension: str, content: bytes) -> None:
    assert f"“Answer.{extension}”" in refusal(f"Answer.{extension}", content)


@pytest.mark.parametrize(
    "name", ["page.html", "picture.svg", "run.exe", "letter.docm", "letter", ".pdf.zip", "a.pdf."]
)
def test_other_kinds_of_file_are_refused_by_their_ending(name: str) -> None:
    assert "is not a kind of file that is accepted" in refusal(name, sample("pdf"))


def test_an_ending_counts_whatever_its_case() -> None:
    assert sniffing.check(File("ANSWER.PDF", sample("pdf"))).name == "ANSWER.PDF"


def test_an_empty_file_is_refused() -> None:
    assert refusal("Answer.pdf", b"") == "“Answer.pdf” is empty. Check the file and choose it again."


def test_the_largest_size_is_twenty_times_1024_squared_bytes() -> None:
    assert sniffing.check(File("Answer.pdf", sample("pdf", size=20 * MIB))).size_bytes == 20 * MIB
    assert "larger than 20 MB" in refusal("Answer.pdf", sample("pdf", size=20 * MIB + 1))


def test_all_files_are_looked_at_and_all_refusals_told_together() -> None:
    files = [
        File("a.pdf", b""),
        File("b.pdf", sample("pdf")),
        File("c.exe", b"MZ"),
        File("d.png", sample("gif")),
    ]
    with pytest.raises(Invalid) as refused:
        sniffing.check_all(files)
    assert [field for field, _words in refused.value.problems] == [filenames.FIELD] * 3
    named = [words.split("”")[0] for _field, words in refused.value.problems]
    assert named == ["“a.pdf", "“c.exe", "“d.png"]


# --- containers -----------------------------------------------------------------------------------


OUTSIDE = "point outside the file"
MUCH = "unpacks to far more"
LOCKED = "is protected with a password"
UNREADABLE = "cannot be read"
OTHER = "it holds something else"


def with_more(name: str, content: str | bytes = "x") -> bytes:
    return archive({**word_members(), name: content})


def open_document_with(name: str, content: str) -> bytes:
    return archive({**samples.open_document_members(), name: content})


HARMFUL: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "macros declared": ("docx", lambda: archive(word_members(main=samples.WORD_MACROS_MAIN)), "holds macros"),
    "macros inside": ("docx", lambda: with_more("word/vbaProject.bin"), "holds macros"),
    "macros in doc": ("doc", lambda: compound("WordDocument", "Macros"), "holds macros"),
    "macros in xls": ("xls", lambda: compound("Workbook", "_VBA_PROJECT_CUR"), "holds macros"),
    "macros in odt": ("odt", lambda: open_document_with("Basic/Standard/Module1.xml", "x"), "holds macros"),
    "locked docx": ("docx", lambda: compound("EncryptionInfo", "EncryptedPackage"), LOCKED),
    "locked part": ("docx", samples.locked_archive, LOCKED),
    "locked odt": (
        "odt",
        lambda: open_document_with("META-INF/manifest.xml", "<x:encryption-data/>"),
        LOCKED,
    ),
    "bomb": ("docx", samples.bomb, MUCH),
    "bomb of parts": ("docx", samples.crowded, MUCH),
    "bomb of shared bytes": ("docx", samples.overlapping, MUCH),
    "bomb in what is read": ("docx", lambda: with_more("[Content_Types].xml", "x" * (MIB + 1)), MUCH),
    "link": ("docx", samples.link_inside, OUTSIDE),
    "path up": ("docx", lambda: with_more("../../etc/passwd"), OUTSIDE),
    "absolute path": ("docx", lambda: with_more("/etc/passwd"), OUTSIDE),
    "path of another system": ("docx", lambda: with_more("..\\..\\boot.ini"), OUTSIDE),
    "drive": ("docx", lambda: with_more("C:/boot.ini"), OUTSIDE),
    "name ends early": ("docx", lambda: with_more("word/a_b").replace(b"a_b", b"a\0b"), OUTSIDE),
    "odt without content": ("odt", lambda: archive({"mimetype": samples.ODT_MIMETYPE}), UNREADABLE),
    "docx without relations": (
        "docx",
        lambda: archive({"[Content_Types].xml": samples.WORD_MAIN}),
        UNREADABLE,
    ),
    "unknown compression": (
        "docx",
        lambda: archive(word_members(), compression=zipfile.ZIP_LZMA),
        UNREADABLE,
    ),
    "plain zip": ("docx", lambda: archive({"letter.txt": "x"}), OTHER),
    "slides": ("docx", lambda: archive(word_members(main=samples.SLIDES_MAIN)), OTHER),
    "old slides": ("doc", lambda: compound("PowerPoint Document"), OTHER),
    "two documents in one": ("doc", lambda: compound("WordDocument", "Workbook"), OTHER),
}


@pytest.mark.parametrize("harmful", HARMFUL)
def test_containers_that_are_not_taken(harmful: str) -> None:
    extension, make, words = HARMFUL[harmful]
    told = refusal(f"Answer.{extension}", make())
    assert f"“Answer.{extension}”" in told
    assert words in told


@pytest.mark.parametrize("extension", ["doc", "docx", "xls", "xlsx", "odt"])
def test_containers_cut_short_anywhere_are_refused_without_a_crash(extension: str) -> None:
    whole = sample(extension)
    # The directory of doc and xls is their last sector, and programs leave its empty end out.
    end = len(whole) - 512 if extension in {"doc", "xls"} else len(whole)
    for length in range(1, end, 1 if extension == "docx" else 97):
        assert "Answer" in refusal(f"Answer.{extension}", whole[:length])


@pytest.mark.parametrize("extension", ["doc", "docx", "xls", "odt"])
def test_damaged_containers_are_accepted_or_refused_and_never_crash(extension: str) -> None:
    whole, chance = sample(extension), random.Random(20_240_229)  # noqa: S311 - damage, not secrets
    answers = set()
    for _ in range(1_500):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            sniffing.check(File(f"Answer.{extension}", bytes(damaged)))
            answers.add("accepted")
        except Refused:
            answers.add("refused")
    assert answers == {"accepted", "refused"}


def test_figures_that_lie_are_found_before_any_memory_is_taken() -> None:
    """A directory of many megabytes, and one that says it has two gigabytes."""
    many = archive({f"word/{number:0200}": b"" for number in range(20_000)})
    lying = bytearray(sample("docx"))
    end = lying.rindex(b"PK\5\6")
    lying[end + 12 : end + 16] = struct.pack("<L", 2**31)
    tracemalloc.start()
    try:
        for content in (many, bytes(lying)):
            file = File("Answer.docx", content)
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            with pytest.raises(Refused, match="unpacks to far more"):
                sniffing.check(file)
            assert tracemalloc.get_traced_memory()[1] - before < 2 * MAX_DIRECTORY_BYTES
    finally:
        tracemalloc.stop()


def test_a_compound_file_whose_chain_goes_round_in_a_circle_is_refused() -> None:
    circle = bytearray(compound("WordDocument"))
    directory_sector = struct.unpack_from("<L", circle, 48)[0]
    struct.pack_into("<L", circle, 512 + directory_sector * 4, directory_sector)
    assert "cannot be read" in refusal("Answer.doc", bytes(circle))


def test_a_large_compound_file_is_read_to_its_directory_at_the_end() -> None:
    """Beyond seven megabytes the header has no room for the places of all tables."""
    streams = [f"Stream {number}" for number in range(10)]
    large = compound(*streams, "WordDocument", content=bytes(16 * MIB))
    assert struct.unpack_from("<L", large, 72)[0] > 1
    assert sniffing.check(File("Answer.doc", large)).size_bytes > 16 * MIB


def test_an_archive_with_the_large_format_of_its_end_is_read() -> None:
    whole = sample("docx")
    end = whole.rindex(b"PK\5\6")
    count, size, offset = struct.unpack_from("<H2L", whole, end + 10)
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    marked = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert sniffing.check(File("Answer.docx", whole[:end] + large + locator + marked)).name == "Answer.docx"


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Réponse à la demande.pdf",
        "Antwort (endgültig) \u2013 v2.pdf",
        "回答 第十二号.pdf",
        "ответ.pdf",
        "الرد النهائي.pdf",
        "תשובה\u200f 12.pdf",
        "e\u0301te\u0301.pdf",
        "👩‍👩‍👧‍👦 family 🏳️‍🌈.pdf",
        "نمی‌خواهم.pdf",
        "a&amp;b <c> \"d\" 'e' %41 #1 $x `y`; rm -rf.pdf",
        "  spaces at the ends.pdf ",
        "no\u00a0break.pdf",
        "CON.pdf",
        "x" * 251 + ".pdf",
        "🙂" * 251 + ".pdf",
    ],
)
def test_names_come_back_as_they_went_in(name: str) -> None:
    assert sniffing.check(File(name, sample("pdf"))).name == name


@given(name=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=255))
def test_any_name_is_kept_or_refused_in_words(name: str) -> None:
    try:
        kept = filenames.clean(name)
    except Refused as refused:
        assert refused.field == filenames.FIELD  # noqa: PT017 - kept or refused: both will do
        return
    assert name.endswith(kept)
    assert not set("/\\") & set(kept)
    assert filenames.clean(kept) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\bea\\Documents\\Answer.pdf", "Answer.pdf"),
        ("../../../etc/Answer.pdf", "Answer.pdf"),
        ("/home/bea/Answer.pdf", "Answer.pdf"),
        ("..\\..\\Answer.pdf", "Answer.pdf"),
        ("a/b\\c/Answer.pdf", "Answer.pdf"),
        ("....//....//Answer.pdf", "Answer.pdf"),
    ],
)
def test_paths_are_dropped(sent: str, kept: str) -> None:
    assert sniffing.check(File(sent, sample("pdf"))).name == kept


@pytest.mark.parametrize("name", ["", " ", ".", "..", "...", "folder/", "folder\\", "/", None])
def test_a_file_without_a_name_is_refused(name: str | None) -> None:
    with pytest.raises(Refused, match="has no name"):
        sniffing.check(File(name, sample("pdf")))


@pytest.mark.parametrize(
    "character",
    [
        "\0",
        "\n",
        "\r",
        "\t",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u202e",
        "\u202a",
        "\u2066",
        "\u2069",
        "\ud800",
    ],
)
def test_characters_that_hide_or_turn_round_the_text_are_refused(character: str) -> None:
    words = refusal(f"Answer{character}fdp.pdf", sample("pdf"))
    assert "cannot be seen or that turn the direction of the text" in words
    assert character not in words
    assert "Answer\ufffdfdp.pdf" in words


@pytest.mark.parametrize("length", [256, 300, 5_000])
def test_a_name_that_is_too_long_is_refused_with_its_length(length: int) -> None:
    words = refusal("é" * (length - 4) + ".pdf", sample("pdf"))
    assert f"is {length} characters long" in words
    assert len(words) < 250
