"""The names that files came with. They are only ever text: no part of them reaches a path or a command."""

from __future__ import annotations

import re

from correspondence.core.errors import Refused

FIELD = "documents"
"""The form field that takes files: what is wrong with one is said beside it."""

MAX_CHARACTERS = 255
SHOWN_CHARACTERS = 60

# Control characters, the line and paragraph separators, halves of a surrogate pair (which no database keeps),
# and the characters that turn the direction of text by force: with those "report\u202efdp.exe" looks like
# "reportexe.pdf". Marks and joiners that emoji, Persian or Hindi need are left alone.
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(name: str) -> str:
    """The name without its path, otherwise as it came.

    Raises:
        Refused: nothing is left, it is longer than 255 characters, or some of it cannot be shown safely.
    """
    bare = re.split(r"[/\\]", name)[-1]
    if bare.strip(" .") == "":
        raise Refused("A file has no name. Give it a name and choose it again.", field=FIELD)
    if FORBIDDEN.search(bare):
        raise Refused(
            f"The name of “{shown(bare)}” has characters in it that cannot be seen or that turn the "
            "direction of the text. Rename the file and choose it again.",
            field=FIELD,
        )
    if len(bare) > MAX_CHARACTERS:
        raise Refused(
            f"The name of “{shown(bare)}” is {len(bare)} characters long. "
            f"Give the file a name of {MAX_CHARACTERS} characters or fewer and choose it again.",
            field=FIELD,
        )
    return bare


def extension(name: str) -> str:
    """The ending that says what kind of file it is: lower case, without the dot; empty when there is none."""
    _stem, dot, ending = name.rstrip().rpartition(".")
    return ending.lower() if dot else ""


def shown(name: str) -> str:
    """The name as a message shows it: what cannot be seen is marked, a long name loses its middle."""
    visible = FORBIDDEN.sub("\ufffd", name)
    if len(visible) <= SHOWN_CHARACTERS:
        return visible
    half = SHOWN_CHARACTERS // 2
    return f"{visible[:half]}…{visible[-half:]}"
