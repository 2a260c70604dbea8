"""What SQL written by hand in a migration does to tables in use.

It is read word by word, not understood: what looks dangerous is refused, and can be written another way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from correspondence.core.migrating.findings import Finding, blocks, breaks, fills

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Set

ANOTHER_WAY = "in a migration that is not atomic"

PATTERNS: tuple[tuple[str, Callable[[str], Finding], str], ...] = (
    (
        r"\bDROP\s+(TABLE|COLUMN|VIEW|FUNCTION|SCHEMA|TYPE)\b",
        breaks,
        "it drops what the last release may still use",
    ),
    (r"\bRENAME\b", breaks, "it renames what the last release uses: add a new one beside it"),
    (r"\bSET\s+NOT\s+NULL\b", breaks, "it forbids empty values: add a check constraint as not valid first"),
    (r"\bTRUNCATE\b", fills, "it empties a table"),
    (
        r"^\s*(UPDATE|DELETE\s+FROM|INSERT\s+INTO)\b",
        fills,
        "it changes rows: filling is a command of its own",
    ),
    (
        r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)",
        blocks,
        f"it makes an index under a lock: CONCURRENTLY, {ANOTHER_WAY}",
    ),
    (
        r"\bDROP\s+INDEX\s+(?!CONCURRENTLY)",
        blocks,
        f"it drops an index under a lock: CONCURRENTLY, {ANOTHER_WAY}",
    ),
    (
        r"\bREINDEX\b(?!.*\bCONCURRENTLY\b)|\bCLUSTER\b|\bVACUUM\s+FULL\b",
        blocks,
        "it rewrites under a lock",
    ),
    (
        r"\bADD\s+CONSTRAINT\b(?!.*\bNOT\s+VALID\b)(?!.*\bUSING\s+INDEX\b)",
        blocks,
        "it adds a constraint that is checked at once: NOT VALID, validated in the next migration",
    ),
    (
        r"\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b",
        blocks,
        "it changes a type: add a new column beside it",
    ),
)

LOCKING = re.compile(
    r"^\s*(LOCK\b|ALTER\s+TABLE\b|CREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+)?TRIGGER\b|DROP\s+TRIGGER\b)",
    re.IGNORECASE,
)
LIMITED = re.compile(r"\bSET\s+(LOCAL\s+)?lock_timeout\b", re.IGNORECASE)
ABOUT_TABLE = re.compile(
    r'^\s*(?:ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?|CREATE\s+(?:UNIQUE\s+)?INDEX\b.*?\bON\s+(?:ONLY\s+)?'
    r'|CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?TRIGGER\b.*?\bON\s+|INSERT\s+INTO\s+|UPDATE\s+|DELETE\s+FROM\s+)'
    r'"?(\w+)"?',
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
TEXT = re.compile(r"'(?:[^']|'')*'")


def judged(sql: str, *, new_tables: Set[str]) -> Iterator[Finding]:
    """What is wrong with this SQL; statements about tables that the same migrations make are left alone."""
    # The body of a function is run later, and comments never.
    plain = TEXT.sub("''", BODY.sub("''", COMMENT.sub(" ", sql)))
    limited = False
    for statement in plain.split(";"):
        limited = limited or bool(LIMITED.search(statement))
        about = ABOUT_TABLE.match(statement)
        if about and about[1] in new_tables:
            continue
        for pattern, kind, words in PATTERNS:
            if re.search(pattern, statement, re.IGNORECASE | re.DOTALL):
                yield kind(f"{words} ({_quoted(statement)})")
        if LOCKING.match(statement) and not limited:
            yield blocks(
                f"it waits for a lock without SET LOCAL lock_timeout before it ({_quoted(statement)})"
            )


def _quoted(statement: str) -> str:
    words = " ".join(statement.split())
    return words if len(words) <= 60 else f"{words[:57]}…"  # noqa: PLR2004 - a line of a terminal
