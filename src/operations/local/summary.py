"""What a person is told once the service runs."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.local.folder import DataFolder
    from operations.local.stack import Stack

PEOPLE = "people.json"
GAP = "  "


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration who can sign in."""

    name: str
    email: str
    role: str
    unit: str
    password: str


def people(folder: DataFolder) -> list[Person]:
    """Who can sign in, as the application listed them; nobody, if it did not."""
    try:
        listed = json.loads((folder.path / PEOPLE).read_text(encoding="utf-8"))
        return [
            Person(*(str(entry[name]) for name in ("name", "email", "role", "unit", "password")))
            for entry in listed
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def text(stack: Stack, *, on_terminal: bool) -> str:
    """The summary, ready to be printed."""
    facts = [
        ("Pages", stack.base_url),
        ("Messages sent", stack.inbox_url),
        ("Another date", f"{stack.base_url}/demonstration/date/"),
        ("Data and logs", shown(stack.folder.path)),
    ]
    who = people(stack.folder)
    how_to_stop = "Ctrl-C stops everything." if on_terminal else "`make stop` stops everything."
    return "\n".join(
        (
            "",
            f"Correspondence Tool is running, with {'made-up people' if who else 'an empty database'}.",
            "",
            *(f"{GAP}{name + ':':<19}{value}" for name, value in facts if value),
            "",
            *_sign_in(who),
            f"{how_to_stop} The data stay for the next `make run`; `make reset` deletes them.",
        )
    )


def _sign_in(who: Sequence[Person]) -> list[str]:
    if not who:
        return []
    rows = [["Name", "Role", "Team", "Sign in with"], *([p.name, p.role, p.unit, p.email] for p in who)]
    passwords = {person.password for person in who}
    if len(passwords) == 1:
        return [*table(rows), f"{GAP}Everybody's password: {passwords.pop()}", ""]
    column = ["Password", *(person.password for person in who)]
    return [*table([[*row, word] for row, word in zip(rows, column, strict=True)]), ""]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        GAP + GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    rule = GAP + "─" * min(len(max(lines, key=len)) - len(GAP), shutil.get_terminal_size().columns - len(GAP))
    return [lines[0], rule, *lines[1:], rule]


def shown(path: Path) -> str:
    """A path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
