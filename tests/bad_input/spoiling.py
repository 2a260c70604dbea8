"""What can be wrong with an answer to each kind of question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from correspondence.pages.forms import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django import forms

    from tests.bad_input.browser import Answers

MEBIBYTE = 1024**2


class Outcome(Enum):
    """What has to come of it."""

    REFUSED = "refused, and told beside the field"
    TAKEN = "taken"
    EITHER = "refused or taken, as the rules have it"


@dataclass(frozen=True, slots=True)
class Spoiled:
    """An answer that is not as it should be.

    Attributes:
        how: in words, for a failure to name it.
        put: names and values to send; nothing for a name that is left out.
    """

    how: str
    put: dict[str, Any]
    outcome: Outcome = Outcome.REFUSED

    def among(self, answers: Answers) -> Answers:
        """All answers, with this one among them."""
        sent = answers | self.put
        return {name: value for name, value in sent.items() if value is not None}


UNUSUAL = {
    "emoji with joiners": "Where is 👩‍👩‍👧‍👦 now? 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "another direction": "طلب معلومات עברית",
    "combining marks": "e\u0301te\u0301 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A",
    "characters of no width": "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "beyond the first plane": "𝕱𝖗𝖊𝖊𝖉𝖔𝖒 \U0010ffff",
    "marks of direction": "Answer\u202efdp.exe\u202c",
    "what is no character": "a\ufffe\uffffb",
    "markup": "<script>alert(1)</script>&amp;{{ 7*7 }}'\"",
    "controls": "a\x01\x08\x1b[31mb\x7f",
}
"""Text that is unusual and in order: it is kept as it came."""

IDS_OF_NOBODY = ("0", "-1", "1000000000", "1" + "0" * 19, "1e3", "1.0", " 1 000", "٣", "abc", "None", "1;2")
DATES_THAT_ARE_NONE = (
    ("31", "2", "2026"),
    ("29", "2", "2027"),
    ("0", "1", "2026"),
    ("32", "1", "2026"),
    ("1", "13", "2026"),
    ("13", "2026", "1"),
    ("1", "1", "0"),
    ("1", "1", "0000"),
    ("1", "1", "9999"),
    ("1", "1", "99999"),
    ("-1", "1", "2026"),
    ("1", "-1", "2026"),
    ("1", "1", "-2026"),
    ("one", "two", "three"),
    ("1.5", "1", "2026"),
    ("1e0", "1", "2026"),
    ("٣", "1", "2026"),
    ("²", "1", "2026"),
    ("1", "foo", "2026"),
    ("1" * 5000, "1", "2026"),
    ("1", "1" * 5000, "2026"),
    ("1", "1", "2" * 5000),
    ("1\0", "1", "2026"),
    ("", "1", "2026"),
    ("1", "", "2026"),
    ("1", "1", ""),
    ("<b>", "'", '"'),
)


def spoilings(name: str, field: forms.Field, proper: Answers) -> Iterator[Spoiled]:
    """Everything that can be wrong with one answer."""
    if isinstance(field, fields.DateField):
        yield from _of_a_date(name, field, proper)
    elif isinstance(field, fields.CheckboxesField):
        yield from _of_a_choice(name, field)
    elif isinstance(field, fields.ChoiceLook):
        yield from _of_a_choice(name, field)
        yield from _twice(name, proper, other=field.flat_choices()[-1][0])
    elif isinstance(field, fields.FilesField):
        yield from _of_files(name, field)
    elif isinstance(field, fields.TickField):
        yield from _missing(name, field, "")
    elif isinstance(field, fields.TextField):
        yield from _of_a_text(name, field)
        yield from _twice(name, proper, other="Another text")
    else:
        raise TypeError(f"Nobody knows what can be wrong with {name}.")


def _missing(name: str, field: forms.Field, *empty: str) -> Iterator[Spoiled]:
    outcome = Outcome.REFUSED if field.required else Outcome.EITHER
    yield Spoiled("missing", {name: None}, outcome)
    for value in empty:
        yield Spoiled(f"empty as {value!r}", {name: value}, outcome)


def _twice(name: str, proper: Answers, *, other: str) -> Iterator[Spoiled]:
    given = str(proper.get(name, ""))
    yield Spoiled("given twice", {name: [given, other]})
    yield Spoiled("given twice, the same", {name: [given, given]})
    yield Spoiled("given twice, once empty", {name: ["", given]})


def _of_a_text(name: str, field: fields.TextField) -> Iterator[Spoiled]:
    limit = field.max_length or 0
    yield from _missing(name, field, "", " \t\r\n ", "\u200b\u2060\ufeff")
    local = "x@example.invalid" if isinstance(field, fields.EmailField) else ""
    yield Spoiled("one more than the most", {name: "x" * (limit + 1 - len(local)) + local})
    yield Spoiled("one more than the most, far outside", {name: "👩" * (limit + 1 - len(local)) + local})
    yield Spoiled("a megabyte", {name: "x" * MEBIBYTE})
    yield Spoiled("more than a form may be", {name: "x" * (3 * MEBIBYTE)})
    yield Spoiled("with NUL", {name: "a\0b"})
    yield Spoiled("NUL alone", {name: "\0"})
    yield Spoiled("half a surrogate pair", {name: "a\ud800b"}, Outcome.EITHER)
    for how, text in UNUSUAL.items():
        yield Spoiled(how, {name: text}, Outcome.EITHER)


def _of_a_choice(name: str, field: fields.ChoiceLook) -> Iterator[Spoiled]:
    outcome = Outcome.REFUSED if field.required else Outcome.EITHER
    yield Spoiled("missing", {name: None}, outcome)
    nothing_is_a_choice = "" in {value for value, _ in field.flat_choices()}
    yield Spoiled("empty", {name: ""}, Outcome.EITHER if nothing_is_a_choice else outcome)
    for value in (*IDS_OF_NOBODY, "no such choice", "x" * MEBIBYTE, "a\0b", "a\ud800b", *UNUSUAL.values()):
        yield Spoiled(f"not offered: {value[:20]!r}", {name: value})
    if isinstance(field, fields.CheckboxesField):
        first = field.flat_choices()[0][0]
        yield Spoiled("one of them not offered", {name: [first, "no such choice"]})
        yield Spoiled("the same many times", {name: [first] * 300}, Outcome.EITHER)


def _of_a_date(name: str, field: fields.DateField, proper: Answers) -> Iterator[Spoiled]:
    parts = [f"{name}-{part}" for part in ("day", "month", "year")]
    outcome = Outcome.REFUSED if field.required else Outcome.EITHER
    yield Spoiled("missing", dict.fromkeys(parts), outcome)
    yield Spoiled("empty", dict.fromkeys(parts, ""), outcome)
    yield Spoiled("in one box", {**dict.fromkeys(parts), name: "2026-11-25"}, outcome)
    for date in DATES_THAT_ARE_NONE:
        shown = "-".join(part[:6] for part in reversed(date))
        yield Spoiled(f"no date: {shown!r}", dict(zip(parts, date, strict=True)))
    for part in parts:
        yield Spoiled(f"{part} given twice", {part: [str(proper.get(part, "1")), "2"]})


def _of_files(name: str, field: fields.FilesField) -> Iterator[Spoiled]:
    yield Spoiled("a text in place of files", {name: "Answer.pdf"}, Outcome.EITHER)
    del field
