"""The policy tables in the words of those who work by them.

A table holds names of facts, rules and effects. What a name means is told by whoever registered it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from correspondence.rulebook import names
from correspondence.rulebook.tables.base import COMPUTED
from correspondence.rulebook.tables.workflows import WORKFLOW_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from correspondence.rulebook.tables.base import AnyRole
    from correspondence.rulebook.tables.permissions import Guard
    from correspondence.rulebook.tables.rulebook import BoundTables, CurrentTables
    from correspondence.rulebook.tables.workflows import Entry, Workflow

WORKFLOW_LABELS: Mapping[str, str] = {
    "standard": "Standard",
    "trigger": "Trigger",
    "full_approval": "Full approval",
}
WORKFLOW_MEANINGS: Mapping[str, str] = {
    "standard": "The response goes without clearance.",
    "trigger": "Disclosure clears the response before it goes.",
    "full_approval": "Disclosure, the Press Office and the Private Office clear the response before it goes.",
}
ROLE_LABELS: Mapping[AnyRole, str] = {
    "manager": "Manager",
    "approver": "Approver",
    "responder": "Responder",
    "team_admin": "Team admin",
    "admin": "System administrator",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a workflow: in one state, what some people may do and what comes of it.

    Attributes:
        conditions: all of them must hold.
        moves_to: the state and the workflow that the case moves to; blank when it stays.
        then: what follows.
        offered: a page has a button for it.
    """

    event: str
    meaning: str
    who: str
    conditions: Sequence[str]
    moves_to: str
    then: Sequence[str]
    offered: bool


@dataclass(frozen=True, slots=True)
class StateLines:
    """Everything that may be done in one state."""

    code: str
    label: str
    lines: Sequence[Line]


def states(workflow: Workflow, current: CurrentTables) -> list[StateLines]:
    """A workflow by state, in the order of a case's life; its events in the order of the pages."""
    places = {event.code: place for place, event in enumerate(current.events.events)}
    found = []
    for state in current.states.states:
        here = [entry for entry in workflow.events if state.code in entry.states]
        here.sort(key=lambda entry: places[entry.event])
        if here:
            lines = [_line(entry, state.code, workflow, current) for entry in here]
            found.append(StateLines(state.code, state.in_full, lines))
    return found


def _line(entry: Entry, state: str, workflow: Workflow, current: CurrentTables) -> Line:
    event = current.event(entry.event)
    guards = [
        _guard(guard, entry, roles)
        for guard in current.permissions.guards
        if (roles := _asked_of(guard, entry, state, workflow))
    ]
    return Line(
        event=event.button or event.label,
        meaning=event.meaning,
        who=roles_in_words(entry.by),
        # A guard may ask what the row asks already.
        conditions=list(dict.fromkeys([*(fact(name) for name in entry.when), *guards])),
        moves_to=_moves_to(entry, current),
        then=[effect(name) for name in entry.then],
        offered=any(role in event.offered_to for role in entry.by),
    )


def _asked_of(guard: Guard, entry: Entry, state: str, workflow: Workflow) -> list[AnyRole]:
    return [
        role
        for role in entry.by
        if guard.counts_for(event=entry.event, workflow=workflow.workflow, role=role, state=state)
    ]


def _guard(guard: Guard, entry: Entry, roles: list[AnyRole]) -> str:
    words = " ".join(fact(name) for name in guard.when)
    return words if len(roles) == len(entry.by) else f"{roles_in_words(roles)}: {words}"


def _moves_to(entry: Entry, current: CurrentTables) -> str:
    moves = []
    if entry.to:
        moves.append(
            rule(entry.to) if entry.to.startswith(COMPUTED) else f"“{current.state(entry.to).in_full}”"
        )
    if entry.switch_workflow:
        target = entry.switch_workflow
        moves.append(rule(target) if target.startswith(COMPUTED) else f"Workflow “{WORKFLOW_LABELS[target]}”")
    return "; ".join(moves)


def roles_in_words(roles: Iterable[AnyRole]) -> str:
    """``Manager, responder``; nothing named means anyone signed in."""
    words = ", ".join(ROLE_LABELS[role] for role in roles)
    return words.capitalize() if words else "Anyone signed in"


def fact(name: str) -> str:
    """What must hold."""
    known = names.facts.get(name)
    return _first_paragraph(known.doc) if known else name


def rule(target: str) -> str:
    """How a state or a workflow is worked out."""
    name = target.removeprefix(COMPUTED)
    known = names.computations.get(name)
    return _first_paragraph(known.doc) if known else name


def effect(name: str) -> str:
    """What follows."""
    known = names.effects.get(name)
    return _first_paragraph(known.doc) if known else name


def _first_paragraph(doc: str) -> str:
    return " ".join(doc.split("\n\n", maxsplit=1)[0].split())


def workflows_in_order(bound: BoundTables) -> list[Workflow]:
    """The workflows of each machine, the simplest first."""
    return sorted(bound.workflows, key=lambda row: (row.case_type, WORKFLOW_NAMES.index(row.workflow)))


def machine_label(machine: str, bound: BoundTables) -> str:
    """The kinds of case that follow a machine: ``FOI, FOI - Internal review for timeliness``."""
    return ", ".join(row.label for row in bound.case_types.case_types if row.machine == machine)
