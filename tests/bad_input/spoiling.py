"""What can be wrong with an answer to each kind of question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from correspondence.pages.forms import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.pages.forms.look import Look
    from tests.bad_input.browser import Answers

MEBIBYTE = 1024**2


class Outcome(Enum):
    """What has to come of it."""

    REFUSED = "refused, and told beside the field"
    KEPT = "taken, and kept as it came"
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

    @property
    def only(self) -> str:
        """The value, where a single one is sent."""
        (value,) = self.put.values()
        return str(value)

    def among(self, answers: Answers) -> Answers:
        """All answers, with this one among them."""
        sent = answers | self.put
        return {name: value for name, value in sent.items() if value is not None}


UNUSUAL = (
    "👩\u200d👩\u200d👧\u200d👦 طلب עברית e\u0301 Z͑ͫ̓ \U0001d571 \U0010ffff a\u200b\u2060\ufeffb"
    " \u202efdp\u202c \ufffe\x01\x1b\x7f <b>&amp;{{7*7}}'\""
)
"""Unusual text that is in order, and is kept as it came: emoji with joiners, other directions and marks that
turn them, combining marks, what has no width, what lies beyond the first plane, controls, markup."""

NO_TEXT = ("", " \t\r\n ", "\u200b\u2060\ufeff")
NO_IDS = ("0", "-1", "1000000000", "1" + "0" * 19, "1e3", "1.0", "٣", "abc", "1\0")
NO_CHOICES = ("no such choice", "1e3", "a\0b", "a\ud800b", UNUSUAL)
NO_DATES = (
    ("31", "2", "2026"),
    ("1", "13", "2026"),
    ("0", "1", "2026"),
    ("1", "1", "0"),
    ("1", "1", "9999"),
    ("-1", "1", "2026"),
    ("one", "two", "three"),
    ("1e0", "1", "2026"),
    ("٣", "²", "2026"),
    ("1", "1", "2" * 5000),
    ("1\0", "1", "2026"),
    ("1", "", "2026"),
    ("<b>", "'", '"'),
)


def spoilings(name: str, field: Look, proper: Answers) -> Iterator[Spoiled]:
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


def _missing(name: str, field: Look, *empty: str) -> Iterator[Spoiled]:
    outcome = Outcome.REFUSED if field.required else Outcome.EITHER
    yield Spoiled("missing", {name: None}, outcome)
    for value in empty:
        yield Spoiled(f"empty as {value!r}", {name: value}, outcome)


def _twice(name: str, proper: Answers, *, other: str) -> Iterator[Spoiled]:
    given = str(proper.get(name, ""))
    yield Spoiled("given twice", {name: [given, other]})
    yield Spoiled("given twice, once empty", {name: ["", given]})


def _of_a_text(name: str, field: fields.TextField) -> Iterator[Spoiled]:
    limit = field.max_length or 0
    end = "x@example.invalid" if isinstance(field, fields.EmailField) else ""
    yield from _missing(name, field, *NO_TEXT)
    yield Spoiled("one more than the most", {name: "x" * (limit + 1 - len(end)) + end})
    yield Spoiled("one more than the most, far outside", {name: "👩" * (limit + 1 - len(end)) + end})
    yield Spoiled("a megabyte", {name: "x" * MEBIBYTE})
    yield Spoiled("with NUL", {name: "a\0b"})
    yield Spoiled("half a surrogate pair", {name: "a\ud800b"}, Outcome.EITHER)
    takes_any = len(UNUSUAL) <= limit and type(field) in (fields.TextField, fields.LongTextField)
    yield Spoiled("unusual", {name: UNUSUAL}, Outcome.KEPT if takes_any else Outcome.EITHER)


def _of_a_choice(name: str, field: fields.ChoiceLook) -> Iterator[Spoiled]:
    outcome = Outcome.REFUSED if field.required else Outcome.EITHER
    yield from _missing(name, field)
    nothing_is_a_choice = "" in {value for value, _ in field.flat_choices()}
    yield Spoiled("empty", {name: ""}, Outcome.EITHER if nothing_is_a_choice else outcome)
    are_ids = all(value.isdecimal() for value, _ in field.flat_choices())
    for value in NO_IDS if are_ids else NO_CHOICES:
        yield Spoiled(f"not offered: {value!r}", {name: value})
    if isinstance(field, fields.CheckboxesField):
        first = field.flat_choices()[0][0]
        yield Spoiled("one of them not offered", {name: [first, "no such choice"]})
        yield Spoiled("the same many times", {name: [first] * 300}, Outcome.EITHER)


def _of_a_date(name: str, field: fields.DateField, proper: Answers) -> Iterator[Spoiled]:
    boxes = field.comes_once(name)
    outcome = Outcome.REFUSED if field.required else Outcome.EITHER
    yield Spoiled("missing", dict.fromkeys(boxes), outcome)
    yield Spoiled("empty", dict.fromkeys(boxes, ""), outcome)
    yield Spoiled("in one box", {**dict.fromkeys(boxes), name: "2026-11-25"}, outcome)
    for date in NO_DATES:
        shown = "-".join(part[:6] for part in reversed(date))
        yield Spoiled(f"no date: {shown!r}", dict(zip(boxes, date, strict=True)))
    yield Spoiled("a box given twice", {boxes[2]: [str(proper.get(boxes[2], "2026")), "2026"]})


def _of_files(name: str, field: fields.FilesField) -> Iterator[Spoiled]:
    """A text in place of files; the files themselves are another test's matter."""
    del field
    yield Spoiled("a text in place of files", {name: "Answer.pdf"}, Outcome.EITHER)
