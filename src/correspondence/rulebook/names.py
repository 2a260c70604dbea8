"""The facts, rules and effects that a table may name.

A table holds names, never expressions. The function that stands behind a name is registered by the
app that can answer it: whether a response file is there is known to ``documents``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

type About = Literal["person", "case"]
type Otherwise = str | Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that holds or does not, for a case and the person who looks at it.

    Attributes:
        about: ``person`` when it says whether this person may; ``case`` when it says whether the case
            allows it. An event that follows from another is asked about the case alone.
        otherwise: the words shown when it does not hold, or a function of the situation that gives them.
    """

    name: str
    function: Callable[[Any], bool]
    about: About
    otherwise: Otherwise
    doc: str

    def __call__(self, situation: Any) -> bool:
        return self.function(situation)

    def otherwise_words(self, situation: Any) -> str:
        """What a person is told when it does not hold."""
        return self.otherwise if isinstance(self.otherwise, str) else self.otherwise(situation)


@dataclass(frozen=True, slots=True)
class Computation:
    """A rule that works out the state or the workflow that a case moves to."""

    name: str
    function: Callable[[Any], str]
    doc: str

    def __call__(self, situation: Any) -> str:
        return self.function(situation)


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows from an event in the same transaction."""

    name: str
    function: Callable[[Any], None]
    doc: str

    def __call__(self, happening: Any) -> None:
        self.function(happening)


facts: dict[str, Fact] = {}
computations: dict[str, Computation] = {}
effects: dict[str, Effect] = {}


class Registering(Protocol):
    """Takes a fact of any kind of situation and gives it back unchanged."""

    def __call__[S](self, function: Callable[[S], bool]) -> Callable[[S], bool]: ...


def fact(*, otherwise: Otherwise, about: About) -> Registering:
    """Register a fact under the function's name.

    Args:
        otherwise: what a person is told when it does not hold: a sentence, or a function that makes one.
        about: whether it speaks of the person or of the case.
    """

    def register[S](function: Callable[[S], bool]) -> Callable[[S], bool]:
        name, doc = _described(function, facts)
        facts[name] = Fact(name, function, about, otherwise, doc)
        return function

    return register


def computed[S](function: Callable[[S], str]) -> Callable[[S], str]:
    """Register a rule for a target under the function's name."""
    name, doc = _described(function, computations)
    computations[name] = Computation(name, function, doc)
    return function


def effect[H](function: Callable[[H], None]) -> Callable[[H], None]:
    """Register an effect under the function's name."""
    name, doc = _described(function, effects)
    effects[name] = Effect(name, function, doc)
    return function


class Asking:
    """The facts of one situation, each asked once and remembered.

    Make one for a case and a person, and pass it to the engines as ``holds``: a page that asks about
    thirty events asks each fact no more than once.
    """

    def __init__(self, situation: Any) -> None:
        self.situation = situation
        self._answers: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        if name not in self._answers:
            self._answers[name] = facts[name](self.situation)
        return self._answers[name]

    def words(self, name: str) -> str:
        """What the person is told when the fact does not hold."""
        return facts[name].otherwise_words(self.situation)

    def about(self, name: str) -> About:
        """Whether the fact speaks of the person or of the case."""
        return facts[name].about


def asking(situation: Any) -> Asking:
    """The facts of this situation, to be asked by name."""
    return Asking(situation)


def _described(function: Callable[[Any], object], registry: dict[str, Any]) -> tuple[str, str]:
    """The name of a function to register, and its docstring.

    Raises:
        ValueError: the name is taken, or says nothing about itself. Both are defects of the program.
    """
    name = function.__name__
    if name in registry:
        raise ValueError(f"{name} is registered twice")
    doc = (function.__doc__ or "").strip()
    if not doc:
        raise ValueError(f"{name} needs a docstring: a table may name it, so it must say what it means")
    return name, doc
