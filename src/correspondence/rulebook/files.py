"""Reading policy files so that every fault can be told with its file and line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from correspondence.core.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from correspondence.rulebook.tables.base import Row

type Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a policy file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class PolicyError(Misconfigured):
    """The policy tables cannot be used as they are. The message lists every fault, one a line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class PolicyFile:
    """The content of a policy file, and the line on which each part of it stands.

    Attributes:
        name: the path inside the policy folder, as it is told to people.
        data: plain values, as YAML or CSV gave them.
        lines: from a place such as ``("clocks", 0, "source")`` to its line.
    """

    name: str
    data: Any
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that has one."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return 1

    def problem(self, place: Place, reason: str) -> Problem:
        """A fault at a place of this file."""
        return Problem(self.name, self.line(place), reason)

    def parse[T: Row](self, table: type[T]) -> T:
        """The file as its table.

        Raises:
            PolicyError: with one problem for each fault that the table's model finds.
        """
        try:
            return table.model_validate(self.data)
        except ValidationError as error:
            raise PolicyError(
                tuple(
                    self.problem(fault["loc"], _in_words(fault["loc"], fault["msg"]))
                    for fault in error.errors()
                )
            ) from error


def read_yaml(folder: Path, name: str) -> PolicyFile:
    """Read one YAML file of the policy folder.

    Raises:
        PolicyError: the file is missing, is no YAML, or has a key twice.
    """
    text = _text(folder, name)
    try:
        loader = yaml.CSafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            raise PolicyError((Problem(name, 1, "the file is empty"),))
        _refuse_repeated_keys(name, root)
        return PolicyFile(name, loader.construct_document(root), dict(_places(root, ())))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PolicyError((Problem(name, line, f"this is not YAML: {error.problem}"),)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise PolicyError((Problem(name, 1, f"this is not YAML: {error}"),)) from error


def read_csv(folder: Path, name: str, *, key: str) -> PolicyFile:
    """Read one CSV file of the policy folder as ``{key: [row, …]}``; lines that begin with # are remarks.

    Raises:
        PolicyError: the file is missing, or a row has more or fewer columns than the heading.
    """
    numbered = [
        (number, line)
        for number, line in enumerate(_text(folder, name).splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        raise PolicyError((Problem(name, 1, "the file is empty"),))
    heading, *rows = csv.reader(io.StringIO("\n".join(line for _, line in numbered)), strict=True)
    lines: dict[Place, int] = {}
    data: list[dict[str, str]] = []
    for (number, _), row in zip(numbered[1:], rows, strict=False):
        if len(row) != len(heading):
            raise PolicyError(
                (Problem(name, number, f"{len(row)} columns where the heading has {len(heading)}"),)
            )
        lines[key, len(data)] = number
        data.append(dict(zip(heading, row, strict=True)))
    return PolicyFile(name, {key: data}, lines)


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PolicyError((Problem(name, 1, f"there is no such file in {folder}"),)) from error
    except UnicodeDecodeError as error:
        raise PolicyError((Problem(name, 1, "this is not UTF-8 text"),)) from error


def _refuse_repeated_keys(name: str, node: yaml.Node) -> None:
    """YAML takes the last of two equal keys without a word; a rule would be lost."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise PolicyError((Problem(name, key.start_mark.line + 1, f"{key.value} is there twice"),))
            seen.add(key.value)
            _refuse_repeated_keys(name, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(name, item)


def _places(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _places(value, (*place, key.value))
            yield (*place, key.value), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _places(item, (*place, index))


def _in_words(place: tuple[int | str, ...], message: str) -> str:
    """The model's message, led by the column it speaks of."""
    message = message.removeprefix("Value error, ")
    column = next((part for part in reversed(place) if isinstance(part, str)), "")
    return f"{column}: {message}" if column else message
