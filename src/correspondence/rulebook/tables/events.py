"""What can happen to a case: ``policy/events.yaml``."""

from __future__ import annotations

from correspondence.rulebook.tables.base import Code, Role, Row, SourcedRow, Words


class Event(SourcedRow):
    """Something that can happen to a case.

    Attributes:
        label: how the history tells of it.
        button: what a page calls it; None when it has no button of its own.
        offered_to: the roles to which pages offer it. Who may is for the workflows alone.
        meaning: what it does, in a sentence.
        outside: an entry of the history that belongs to no workflow.
    """

    code: Code
    label: Words
    button: Words | None = None
    offered_to: tuple[Role, ...]
    meaning: Words
    outside: bool = False


class Events(Row):
    """All events, in the order in which a page offers them."""

    events: tuple[Event, ...]
