"""What may be done to a case, and if not, what stands in the way.

Pure: the caller says what the case is and answers the facts. The same answer serves the page that
shows a button, the address behind it, and the API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from correspondence.rulebook.tables.base import COMPUTED, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from correspondence.rulebook.tables.rulebook import BoundTables, CurrentTables
    from correspondence.rulebook.tables.workflows import Entry, Workflow

type Reason = Literal["no_such_event", "wrong_state", "wrong_role", "fact", "guard"]

NEARNESS: tuple[Reason, ...] = ("no_such_event", "wrong_state", "wrong_role", "fact", "guard")
"""How near each refusal is to a yes; of several the nearest one is told."""


class Holds(Protocol):
    """Answers facts by name; ``names.asking(situation)`` is one."""

    def __call__(self, name: str) -> bool: ...

    def words(self, name: str) -> str: ...

    def about(self, name: str) -> Literal["person", "case"]: ...


@dataclass(frozen=True, slots=True)
class Move:
    """An event that may happen.

    Attributes:
        role: the role in which it is done.
        to_state: the state the case moves to, or ``computed:`` and the name of a rule; None: it stays.
        switch_workflow: likewise for the workflow.
        effects: what follows, in this order.
        offered: pages offer it to this role.
    """

    event: str
    role: str
    to_state: str | None
    switch_workflow: str | None
    effects: tuple[str, ...]
    offered: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first thing that stands in the way.

    Attributes:
        words: for the person who asked.
        missing: the fact that does not hold, when it was one.
    """

    reason: Reason
    words: str
    missing: str | None = None


def resolved(target: str | None, compute: Callable[[str], str]) -> str | None:
    """A target of a move as a plain state or workflow; ``compute`` answers a rule by its name."""
    if target is not None and target.startswith(COMPUTED):
        return compute(target.removeprefix(COMPUTED))
    return target


def move_for(
    bound: BoundTables,
    current: CurrentTables,
    *,
    case_type: str,
    workflow: str,
    state: str,
    role: str,
    event: str,
    holds: Holds,
    follows: bool = False,
) -> Move | Refusal:
    """Whether someone acting in this role may do this now.

    The row of the case's edition is asked first, then its facts in the table's order, then the current
    guards. Where the event ``follows`` from another one, or a job does it, facts about the person are not
    asked; facts about the case are.
    """
    machine = bound.workflow(case_type, workflow)
    entry = machine.entry(role=role, state=state, event=event)
    if entry is None:
        return _why_not_at_all(machine, current, state=state, event=event)
    for name in _asked(entry.when, holds, follows=follows):
        if not holds(name):
            return Refusal("fact", holds.words(name), name)
    for guard in current.permissions.guards:
        if guard.counts_for(event=event, workflow=workflow, role=role, state=state):
            for name in _asked(guard.when, holds, follows=follows):
                if not holds(name):
                    return Refusal("guard", holds.words(name), name)
    return _move(entry, role=role, offered=role in current.event(event).offered_to)


def best_move(
    bound: BoundTables,
    current: CurrentTables,
    *,
    case_type: str,
    workflow: str,
    state: str,
    roles: Iterable[str],
    event: str,
    holds: Holds,
    follows: bool = False,
) -> Move | Refusal:
    """Whether someone who holds these roles may do this now, in the highest of those that may.

    When none may, the refusal that came nearest to a yes, the highest role's of equal ones.
    """
    answers = [
        move_for(
            bound, current, case_type=case_type, workflow=workflow, state=state,
            role=role, event=event, holds=holds, follows=follows,
        )
        for role in _highest_first(roles)
    ]  # fmt: skip
    for answer in answers:
        if isinstance(answer, Move):
            return answer
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    if not refusals:
        machine = bound.workflow(case_type, workflow)
        return _why_not_at_all(machine, current, state=state, event=event)
    return max(refusals, key=lambda refusal: NEARNESS.index(refusal.reason))


def moves(
    bound: BoundTables,
    current: CurrentTables,
    *,
    case_type: str,
    workflow: str,
    state: str,
    roles: Iterable[str],
    holds: Holds,
) -> tuple[Move, ...]:
    """All that someone who holds these roles may do now, in the order in which pages offer it.

    Each event is there once, in the highest role that may; it counts as offered when pages offer it to
    any role that may.
    """
    ranked = _highest_first(roles)
    found: list[Move] = []
    for event in current.events.events:
        permitted = [
            answer
            for role in ranked
            if isinstance(
                answer := move_for(
                    bound, current, case_type=case_type, workflow=workflow, state=state,
                    role=role, event=event.code, holds=holds,
                ),
                Move,
            )
        ]  # fmt: skip
        if permitted:
            found.append(next((move for move in permitted if move.offered), permitted[0]))
    return tuple(found)


def _highest_first(roles: Iterable[str]) -> list[str]:
    held = set(roles)
    return [role for role in ROLES if role in held]


def _asked(names: Iterable[str], holds: Holds, *, follows: bool) -> Iterator[str]:
    return (name for name in names if not (follows and holds.about(name) == "person"))


def _move(entry: Entry, *, role: str, offered: bool) -> Move:
    return Move(entry.event, role, entry.to, entry.switch_workflow, entry.then, offered)


def _why_not_at_all(machine: Workflow, current: CurrentTables, *, state: str, event: str) -> Refusal:
    """There is no row: say whether it is never, not now, or not for this role."""
    told = current.event(event)
    name = told.button or told.label
    now = current.state(state).in_full
    entries = machine.entries(event)
    if not entries:
        return Refusal("no_such_event", f"“{name}” does not exist at this case's level of clearance.")
    here = [entry for entry in entries if state in entry.states]
    if not here:
        open_states = _listed(current, (s for entry in entries for s in entry.states))
        return Refusal(
            "wrong_state",
            f"“{name}” is not possible while the case is “{now}”, only while it is {open_states}.",
        )
    who = _joined([role for role in ROLES if any(role in entry.by for entry in here)])
    article = "an" if who.startswith("a") else "a"
    return Refusal("wrong_role", f"“{name}” is for {article} {who} while the case is “{now}”.")


def _listed(current: CurrentTables, states: Iterable[str]) -> str:
    """States in the order of a case's life."""
    wanted = set(states)
    return _joined([f"“{state.in_full}”" for state in current.states.states if state.code in wanted])


def _joined(words: list[str]) -> str:
    return " or ".join(", ".join(words).rsplit(", ", 1))
