"""The documents for people hold together: links lead somewhere, commands exist, no machine is named."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
DECISIONS = ROOT / "docs" / "decisions"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "frontend").glob("*.md")])
LARGEST_IMAGE_BYTES = 250_000
MADE_BY_A_COMMAND = {"bench/results/"}

LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
OUTSIDE = ("https://", "http://", "mailto:")
DATED = re.compile(r"^\d{1,2} [A-Z][a-z]+ 20\d\d$")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|work|tmp|Users|usr|var|opt|mnt)/\S*")
HEADED = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)

named = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def links(document: Path) -> Iterator[tuple[bool, str]]:
    """Whether it is an image, and where it leads; what stands in code is no link."""
    text = CODE.sub("``", FENCE.sub("", document.read_text(encoding="utf-8")))
    for image, target in LINK.findall(text):
        yield bool(image), target


def anchors(document: Path) -> set[str]:
    """The anchors that a code host makes of the headings."""
    headings = HEADED.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
    return set(plain)


def test_there_are_documents_for_each_purpose() -> None:
    for purpose in ("tutorials", "how-to", "reference", "explanation", "decisions"):
        assert list((ROOT / "docs" / purpose).glob("*.md")), purpose


@named
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for _, target in links(document):
        if target.startswith(OUTSIDE):
            continue
        path, _, anchor = target.partition("#")
        found = (document.parent / path).resolve() if path else document
        assert found.exists(), f"{target} leads nowhere"
        assert found.is_relative_to(ROOT), f"{target} leads out of the project"
        if anchor:
            assert anchor in anchors(found), f"{target}: there is no such heading"


@named
def test_no_document_names_a_path_of_a_machine(document: Path) -> None:
    assert MACHINE_PATH.findall(document.read_text(encoding="utf-8")) == []


@named
def test_a_document_has_one_title(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    assert len(re.findall(r"^# .+$", text, re.MULTILINE)) == 1


def test_every_image_is_shown_small_enough_and_described() -> None:
    shown = {
        (document.parent / target).resolve()
        for document in DOCUMENTS
        for image, target in links(document)
        if image
    }
    kept = {image.resolve() for image in IMAGES.glob("*")}
    assert kept
    assert shown == kept
    for image in kept:
        head = image.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n", image.name
        width, _height = struct.unpack(">II", head[16:24])
        assert width <= 1280, image.name
        assert image.stat().st_size < LARGEST_IMAGE_BYTES, image.name
    for document in DOCUMENTS:
        assert "![](" not in document.read_text(encoding="utf-8"), f"{document.name}: an image without words"


def test_every_document_is_in_the_index() -> None:
    listed = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in (ROOT / "docs" / "README.md", DECISIONS / "README.md")
        for _, target in links(page)
    }
    for document in (ROOT / "docs").rglob("*.md"):
        if document.name != "README.md":
            assert document.resolve() in listed, f"{document.relative_to(ROOT)} is in no index"


def test_decisions_are_numbered_without_a_gap_dated_and_tell_all_three_things() -> None:
    decisions = sorted(DECISIONS.glob("[0-9]*.md"))
    assert [int(one.name[:4]) for one in decisions] == list(range(1, len(decisions) + 1))
    for one in decisions:
        title, _, date, _, *rest = one.read_text(encoding="utf-8").splitlines()
        assert title.startswith(f"# {one.name[:4]} · "), one.name
        assert DATED.match(date), one.name
        for told in ("**What forced it.** ", "**What we chose.** ", "**What we gave up.** "):
            assert sum(line.startswith(told) for line in rest) == 1, f"{one.name}: {told}"


def test_the_list_of_decisions_has_their_titles() -> None:
    listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
    for one in DECISIONS.glob("[0-9]*.md"):
        title = one.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"- [{title}]({one.name})\n" in listed


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


@named
def test_every_command_of_make_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    in_code = "\n".join([*FENCE.findall(text), *CODE.findall(text)])
    for target in re.findall(r"\bmake ([a-z-]+)", in_code):
        assert target in targets(), f"make {target}"


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\nmake run " in readme
    assert "\nmake test " in readme
    assert {"run", "test"} <= targets()


@pytest.mark.parametrize(
    "document",
    # Decisions and the changelog tell of what was.
    [one for one in DOCUMENTS if one.parent != DECISIONS and one.name != "CHANGELOG.md"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_files_that_are_named_in_code_exist(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for path in re.findall(r"`((?:policy|src|tests|docs|bench|deploy|frontend)/[\w./-]+)`", text):
        assert (ROOT / path).exists() or path in MADE_BY_A_COMMAND, f"{path} is not there"
