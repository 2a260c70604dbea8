"""Which states of a machine can be reached, and from which of them a case can still come to its end."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from correspondence.rulebook.tables.base import COMPUTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from correspondence.rulebook.tables.workflows import Entry, Workflow

type Node = tuple[str, str]
"""A workflow and a state in it."""

type Ways = Mapping[Node, AbstractSet[Node]]


def ways(workflows: Iterable[Workflow]) -> Ways:
    """Where each event leads.

    What a rule works out is not known here: a computed state is taken to stay as it is, a computed
    workflow to be any of the machine's.
    """
    workflows = tuple(workflows)
    names = [workflow.workflow for workflow in workflows]
    found: dict[Node, set[Node]] = defaultdict(set)
    for workflow in workflows:
        for entry in workflow.events:
            for state in entry.states:
                for name in _workflows_after(entry, workflow.workflow, names):
                    found[workflow.workflow, state].add((name, _state_after(entry, state)))
    return found


def reachable(start: Iterable[Node], ways: Ways) -> set[Node]:
    """Every node that some sequence of events leads to, the start included."""
    found: set[Node] = set()
    ahead = list(start)
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead.extend(ways.get(node, ()))
    return found


def can_end(final: AbstractSet[str], ways: Ways) -> set[Node]:
    """Every node from which some sequence of events leads to a final state."""
    backwards: dict[Node, set[Node]] = defaultdict(set)
    for node, following in ways.items():
        for after in following:
            backwards[after].add(node)
    nodes = set(ways) | set(backwards)
    return reachable((node for node in nodes if node[1] in final), backwards)


def _state_after(entry: Entry, state: str) -> str:
    return state if entry.to is None or entry.to.startswith(COMPUTED) else entry.to


def _workflows_after(entry: Entry, workflow: str, names: Sequence[str]) -> list[str]:
    switch = entry.switch_workflow
    if switch is None:
        return [workflow]
    return list(names) if switch.startswith(COMPUTED) else [switch]
