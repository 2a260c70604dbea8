"""Making what somebody wrote harmless inside a message.

GOV.UK Notify reads the body of a message as Markdown and turns addresses into links. A case's subject may
hold either. Here a value becomes one line that Notify shows as it is: the only links of a message are
those that the service made.
"""

from __future__ import annotations

import re
import unicodedata

JOINERS = "\u200c\u200d"
"""Invisible, and part of how some languages and names are written."""

_HALVES_OF_A_LINK = re.compile(r"(?<=\])(?=[(\[:])")
_ANGLE = re.compile(r"<(?=\S)")
_SCHEME = re.compile(r":(?=//)")
_WWW = re.compile(r"\b(www)(?=\.)", re.IGNORECASE)


def line(value: str) -> str:
    """The value on one line, without control characters and without marks that turn the text around.

    It is fit for a subject, in which a line break would begin another header.
    """
    shown = "".join(
        " " if letter.isspace() or unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in value
        if unicodedata.category(letter) not in ("Cf", "Cs") or letter in JOINERS
    )
    return " ".join(shown.split())


def body(value: str) -> str:
    """The value on one line in which nothing becomes a link.

    A space goes after the colon of ``https://``, before the dot of ``www.``, between the halves of
    ``[words](address)`` and after ``<``. Other marks of Markdown count at the beginning of a line only,
    where no wording may put a value.
    """
    text = _HALVES_OF_A_LINK.sub(" ", line(value))
    return _WWW.sub(r"\1 ", _SCHEME.sub(": ", _ANGLE.sub("< ", text)))
