"""Putting a page of the reference together."""

from __future__ import annotations

import inspect
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MADE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->"


@cache
def prose() -> dict[str, Any]:
    """What the pages say around their tables, by page."""
    return tomllib.loads(Path(__file__).with_name("prose.toml").read_text(encoding="utf-8"))


def page(title: str, opening: str, *parts: str) -> str:
    """A whole page."""
    return "\n\n".join((MADE, f"# {title}", opening, *parts)) + "\n"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing in a cell can end it."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(words: Iterable[str], *, none: str = "") -> str:
    """Names as they are typed, comma separated."""
    return ", ".join(f"`{word}`" for word in words) or none


def link(name: str, page_name: str) -> str:
    """A name that leads to its heading on a page."""
    return f"[`{name}`]({page_name}#{name})"


def doc(text: str | None) -> str:
    """A docstring as text: its sections for programmers are left out."""
    told = inspect.cleandoc(text or "")
    told = re.split(r"\n\n(?:Args|Attributes|Raises|Returns):", told)[0]
    return told.replace("``", "`")


def first_paragraph(text: str | None) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(doc(text).split("\n\n")[0].split())
