"""The wording of the messages that people receive, from ``policy/wording/``.

A file opens with what it is for and the values that it uses, one line each, between two lines of three
dashes. Then comes the text, with ``{{ value }}`` where a value stands. There is nothing else to it: no
condition and no formatting, so that what is read is what is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from correspondence.core import settings
from correspondence.notifications import addresses, neutral
from correspondence.rulebook import reading
from correspondence.rulebook.files import PolicyError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FOLDER = "wording"
FENCE = "---"
PLACEHOLDER = re.compile(r"\{\{ ?([a-z][a-z0-9_]*) ?\}\}")
LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|\{#")


class Head(BaseModel):
    """The opening of a wording file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = Field(min_length=1)
    values: dict[str, str]
    subject: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it is sent."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of one kind of message.

    Attributes:
        about: when it is sent and to whom, for whoever reads the policy.
        values: what it uses, with the meaning of each.
        body: in the Markdown that GOV.UK Notify reads.
    """

    kind: str
    about: str
    values: Mapping[str, str]
    subject: str
    body: str

    def render(self, about: addresses.About) -> Text:
        """The message for these values, with the addresses that it holds."""
        shown = {name: str(about.values[name]) for name in self.values}
        made = {name: addresses.address(name, about) for name in _addresses(self.body)}
        subject = PLACEHOLDER.sub(lambda found: neutral.line(shown[found[1]]), self.subject)
        body = PLACEHOLDER.sub(
            lambda found: made[found[1]] if found[1] in made else neutral.body(shown[found[1]]), self.body
        )
        return Text(subject=subject, body=body)


@lru_cache(maxsize=1)
def current() -> Mapping[str, Wording]:
    """Every wording in use, by kind.

    Raises:
        PolicyError: lists every fault with its file and line.
    """
    return read(settings.current().policy_dir or reading.SHIPPED)


def check(folder: Path) -> list[str]:
    """The faults of the wording in a policy folder, one a line, with file and line."""
    try:
        read(folder)
    except PolicyError as error:
        return [str(problem) for problem in error.problems]
    return []


def read(folder: Path) -> dict[str, Wording]:
    """Every wording of a policy folder, by kind.

    Raises:
        PolicyError: lists every fault with its file and line.
    """
    problems: list[Problem] = []
    wordings: dict[str, Wording] = {}
    for path in sorted((folder / FOLDER).glob("*.md")):
        name = f"{FOLDER}/{path.name}"
        try:
            wording = _read_one(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            problems.append(Problem(name, 1, "this is not UTF-8 text"))
        except PolicyError as error:
            problems += error.problems
        else:
            wordings[wording.kind] = wording
    if not wordings and not problems:
        problems.append(Problem(FOLDER, 1, f"there is no wording in {folder}"))
    if problems:
        raise PolicyError(tuple(problems))
    return wordings


def _read_one(name: str, text: str) -> Wording:
    lines = text.splitlines()
    if not lines or lines[0] != FENCE or FENCE not in lines[1:]:
        raise PolicyError(
            (Problem(name, 1, "a wording opens with its values between two lines of three dashes"),)
        )
    end = lines.index(FENCE, 1)
    head = _head(name, lines[:end])
    problems = list(_faults(name, head, lines, end))
    if problems:
        raise PolicyError(tuple(sorted(problems, key=lambda problem: problem.line)))
    body = "\n".join(lines[end + 1 :]).strip()
    return Wording(kind=head.kind, about=head.about, values=head.values, subject=head.subject, body=body)


def _head(name: str, lines: list[str]) -> Head:
    try:
        # The opening dashes stay, so that the lines that YAML names are those of the file.
        return Head.model_validate(yaml.safe_load("\n".join(lines)))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError((Problem(name, line, f"this is not YAML: {error.problem}"),)) from error
    except ValidationError as error:
        raise PolicyError(
            tuple(
                Problem(name, _line_of(lines, str(*fault["loc"][-1:])), _said(fault["loc"], fault["msg"]))
                for fault in error.errors()
            )
        ) from error


def _said(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in place)
    return f"{where}: {message[0].lower()}{message[1:]}" if where else message


def _line_of(lines: Iterable[str], key: str) -> int:
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith(f"{key}:"):
            return number
    return 1


def _faults(name: str, head: Head, lines: list[str], end: int) -> Iterator[Problem]:
    """What is wrong with a wording whose opening is sound."""
    if name != f"{FOLDER}/{head.kind}.md":
        yield Problem(name, _line_of(lines, "kind"), f"the file of {head.kind} is called {head.kind}.md")
    for value in sorted(set(head.values) & set(addresses.NEEDS)):
        yield Problem(
            name, _line_of(lines, value), f"{value} is an address that the service makes, not a value"
        )
    subject_line = _line_of(lines, "subject")
    yield from _faults_of_line(name, head, subject_line, head.subject)
    if held := _addresses(head.subject):
        yield Problem(name, subject_line, f"a subject holds no address, such as {held[0]}")
    body = list(enumerate(lines[end + 1 :], start=end + 2))
    if not any(line.strip() for _, line in body):
        yield Problem(name, end + 1, "the text is missing")
    for number, line in body:
        yield from _faults_of_line(name, head, number, line)
        first = PLACEHOLDER.match(line.lstrip())
        if first and first[1] not in addresses.NEEDS:
            # There a value could make a heading, a list or a rule.
            yield Problem(name, number, f"a line may not begin with a value, such as {first[1]}")
    yield from _faults_of_values(name, head, lines, "\n".join([head.subject, *(line for _, line in body)]))


def _faults_of_line(name: str, head: Head, number: int, line: str) -> Iterator[Problem]:
    for value in sorted(_placeholders(line) - set(head.values) - set(addresses.NEEDS)):
        yield Problem(name, number, f"{value} is used and is not among the values")
    if LEFT_OVER.search(PLACEHOLDER.sub("", line)):
        yield Problem(name, number, "a value is written {{ value }}; nothing else may stand in such brackets")


def _faults_of_values(name: str, head: Head, lines: list[str], text: str) -> Iterator[Problem]:
    used = _placeholders(text)
    for address in _addresses(text):
        for value in addresses.NEEDS[address]:
            used.add(value)
            if value not in head.values:
                yield Problem(
                    name,
                    _line_of(lines, "values"),
                    f"{address} is made from {value}, which is not among the values",
                )
    for value in head.values:
        if value not in used:
            yield Problem(name, _line_of(lines, value), f"{value} is among the values and is not used")


def _addresses(text: str) -> list[str]:
    return sorted(_placeholders(text) & set(addresses.NEEDS))


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))
