"""The states a case can be in: ``policy/states.yaml``."""

from __future__ import annotations

from correspondence.rulebook.tables.base import Code, Row, SourcedRow, Words


class State(SourcedRow):
    """A state of a case.

    Attributes:
        label: what people see.
        precise_label: the same, told apart from other states that people see under one label.
        final: a case may stay here for good.
    """

    code: Code
    label: Words
    precise_label: Words | None = None
    final: bool

    @property
    def in_full(self) -> str:
        """The label that no other state has."""
        return self.precise_label or self.label


class States(Row):
    """All states, in the order in which a case passes through them."""

    states: tuple[State, ...]
