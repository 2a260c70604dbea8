"""What can be wrong between tables: names that lead nowhere, states without a way in or out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from correspondence.rulebook import names, reachability
from correspondence.rulebook.tables.base import COMPUTED
from correspondence.rulebook.tables.workflows import WORKFLOW_NAMES, Workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from correspondence.rulebook.files import Place, PolicyFile, Problem
    from correspondence.rulebook.tables.permissions import Permissions
    from correspondence.rulebook.tables.rulebook import Rulebook


def problems(rulebook: Rulebook, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """Every fault between tables, with its file and line."""
    yield from _repeated_codes(rulebook, files)
    yield from _events(rulebook, files)
    yield from _guards(rulebook, files)
    yield from _case_types(rulebook, files)
    yield from _closure(rulebook, files)
    yield from _departures(rulebook, files)
    for workflow in rulebook.workflows:
        yield from _workflow(rulebook, workflow, _file_of(workflow, files))
    for machine in dict.fromkeys(workflow.case_type for workflow in rulebook.workflows):
        yield from _ways(rulebook, machine, files)


def unregistered(workflows: Iterable[Workflow], permissions: Permissions) -> Iterator[tuple[str, str, str]]:
    """Each (file, kind, name) that a table names and no app has registered in this process."""
    used: dict[tuple[str, str, str], None] = {}
    for workflow in workflows:
        file = f"workflows/{workflow.case_type}_{workflow.workflow}.yaml"
        for entry in workflow.events:
            used |= {(file, "fact", name): None for name in entry.when}
            used |= {(file, "effect", name): None for name in entry.then}
            for target in (entry.to, entry.switch_workflow):
                if target and target.startswith(COMPUTED):
                    used[file, "rule", target.removeprefix(COMPUTED)] = None
    asked = [row.when for row in permissions.guards] + [row.when for row in permissions.permissions]
    used |= {("permissions.yaml", "fact", name): None for facts in asked for name in facts}
    registered: dict[str, Mapping[str, object]] = {
        "fact": names.facts,
        "effect": names.effects,
        "rule": names.computations,
    }
    return (use for use in used if use[2] not in registered[use[1]])


def _file_of(workflow: Workflow, files: Mapping[str, PolicyFile]) -> PolicyFile:
    return files[f"workflows/{workflow.case_type}_{workflow.workflow}.yaml"]


def _repeated_codes(rulebook: Rulebook, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """A code stands for one row."""
    closure = rulebook.closure
    tables: list[tuple[str, str, Iterable[Any]]] = [
        ("states.yaml", "states", rulebook.states.states),
        ("events.yaml", "events", rulebook.events.events),
        ("case_types.yaml", "case_types", rulebook.case_types.case_types),
        ("clocks.yaml", "clocks", rulebook.clocks.clocks),
        ("requesters.yaml", "requester_types", rulebook.requesters.requester_types),
        ("requesters.yaml", "delivery_methods", rulebook.requesters.delivery_methods),
        *(
            ("closure.yaml", key, getattr(closure, key))
            for key in (
                "information_held", "outcomes", "refusal_reasons", "grounds", "exemptions", "appeal_outcomes",
            )
        ),
    ]  # fmt: skip
    for file, key, rows in tables:
        seen: set[str] = set()
        for index, row in enumerate(rows):
            if row.code in seen:
                yield files[file].problem((key, index, "code"), f"code: {row.code} is there twice")
            seen.add(row.code)


def _workflow(rulebook: Rulebook, workflow: Workflow, file: PolicyFile) -> Iterator[Problem]:
    """Events, states and workflows that an entry names exist."""
    states = {state.code for state in rulebook.states.states}
    events = {event.code for event in rulebook.events.events if not event.outside}
    machines = {row.machine for row in rulebook.case_types.case_types}
    siblings: set[str] = {
        other.workflow for other in rulebook.workflows if other.case_type == workflow.case_type
    }
    if workflow.case_type not in machines:
        yield file.problem(("case_type",), f"no case type follows {workflow.case_type}")
    if workflow.initial not in states:
        yield file.problem(("initial",), f"unknown state {workflow.initial}")
    for index, entry in enumerate(workflow.events):
        for column, kind, named, known in (
            ("event", "event", (entry.event,), events),
            ("in", "state", entry.states, states),
            ("to", "state", _plain(entry.to), states),
            ("switch_workflow", "workflow", _plain(entry.switch_workflow), siblings),
        ):
            for name in named:
                if name not in known:
                    yield file.problem(("events", index, column), f"unknown {kind} {name}")


def _plain(target: str | None) -> tuple[str, ...]:
    """A target that is a name itself; none when a rule works it out."""
    return () if target is None or target.startswith(COMPUTED) else (target,)


def _ways(rulebook: Rulebook, machine: str, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """Each state of a machine can be reached, and from each that is not final a case can come to its end."""
    workflows = [workflow for workflow in rulebook.workflows if workflow.case_type == machine]
    final = {state.code for state in rulebook.states.states if state.final}
    start = [
        (row.initial_workflow, row.initial_state)
        for row in rulebook.case_types.case_types
        if row.machine == machine
    ]
    ways = reachability.ways(workflows)
    reached, ending = reachability.reachable(start, ways), reachability.can_end(final, ways)
    for workflow in workflows:
        file = _file_of(workflow, files)
        for state in dict.fromkeys(state for entry in workflow.events for state in entry.states):
            node = (workflow.workflow, state)
            if node not in reached:
                yield file.problem(_place_of_state(workflow, state), f"{state} cannot be reached")
            if state not in final and node not in ending:
                place = _place_of_state(workflow, state)
                yield file.problem(place, f"{state} is not final but cannot be left")
        for index, entry in enumerate(workflow.events):
            if entry.to in _states_without_events(workflow, rulebook) - final:
                yield file.problem(("events", index, "to"), f"{entry.to} is not final but cannot be left")


def _states_without_events(workflow: Workflow, rulebook: Rulebook) -> set[str]:
    """States in which nothing can be done in this workflow."""
    used = {state for entry in workflow.events for state in entry.states}
    return {state.code for state in rulebook.states.states} - used


def _place_of_state(workflow: Workflow, state: str) -> Place:
    index = next(index for index, entry in enumerate(workflow.events) if state in entry.states)
    return ("events", index, "in")


def _events(rulebook: Rulebook, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """An event that is offered, or belongs to a workflow, is in one."""
    used = {entry.event for workflow in rulebook.workflows for entry in workflow.events}
    for index, event in enumerate(rulebook.events.events):
        if not event.outside and event.code not in used:
            yield files["events.yaml"].problem(("events", index), f"no workflow has the event {event.code}")


def _guards(rulebook: Rulebook, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """A guard stands before an event that some workflow has where the guard counts."""
    file = files["permissions.yaml"]
    cells = {
        (entry.event, workflow.workflow, role, state)
        for workflow in rulebook.workflows
        for entry in workflow.events
        for role in entry.by
        for state in entry.states
    }
    events = {event.code for event in rulebook.events.events}
    states = {state.code for state in rulebook.states.states}
    for index, guard in enumerate(rulebook.permissions.guards):
        for state in guard.states:
            if state not in states:
                yield file.problem(("guards", index, "in"), f"unknown state {state}")
        for event in guard.event:
            if event not in events:
                yield file.problem(("guards", index, "event"), f"unknown event {event}")
            elif not any(
                guard.counts_for(event=e, workflow=w, role=r, state=s) for e, w, r, s in cells if e == event
            ):
                place = ("guards", index, "event")
                yield file.problem(place, f"{event} never happens where this guard counts")


def _case_types(rulebook: Rulebook, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """What a case type names exists."""
    file = files["case_types.yaml"]
    codes = {row.code for row in rulebook.case_types.case_types}
    clocks = {clock.code for clock in rulebook.clocks.clocks}
    workflows = {(workflow.case_type, workflow.workflow): workflow for workflow in rulebook.workflows}
    states = {state.code for state in rulebook.states.states}
    for index, row in enumerate(rulebook.case_types.case_types):
        place: Place = ("case_types", index)
        if (row.machine, row.initial_workflow) not in workflows:
            yield file.problem(
                (*place, "initial_workflow"), f"there is no workflow {row.machine} {row.initial_workflow}"
            )
        if row.initial_state not in states:
            yield file.problem((*place, "initial_state"), f"unknown state {row.initial_state}")
        if row.clock not in clocks:
            yield file.problem((*place, "clock"), f"unknown clock {row.clock}")
        if row.always_flagged and row.initial_workflow == WORKFLOW_NAMES[0]:
            yield file.problem((*place, "initial_workflow"), "a case always flagged cannot begin here")
        for code in row.links:
            if code not in codes:
                yield file.problem((*place, "links"), f"unknown case type {code}")


def _closure(rulebook: Rulebook, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """There is something to choose wherever something is asked."""
    closure, file = rulebook.closure, files["closure.yaml"]
    for index, reason in enumerate(closure.refusal_reasons):
        if reason.needs_exemption and reason.offered and not closure.for_duty("confirm_or_deny"):
            yield file.problem(("refusal_reasons", index), f"{reason.code} needs exemptions; there are none")
    if any(outcome.withholds for outcome in closure.outcomes) and not closure.for_duty("inform"):
        yield file.problem(("outcomes",), "outcomes need exemptions and there are none")


def _departures(rulebook: Rulebook, files: Mapping[str, PolicyFile]) -> Iterator[Problem]:
    """A departure names a row that can be, and the row it tells of reads as the departure says."""
    file = files["departures.csv"]
    workflows = {(workflow.case_type, workflow.workflow): workflow for workflow in rulebook.workflows}
    for index, row in enumerate(rulebook.departures.departures):
        workflow = workflows.get((row.case_type, row.workflow))
        entry = workflow.entry(role=row.role, state=row.state, event=row.event) if workflow else None
        if row.change == "dropped":
            if entry is not None:
                yield file.problem(("departures", index), "this row is said to be dropped and is still there")
            continue
        if entry is None:
            yield file.problem(("departures", index), "no workflow has this row")
            continue
        cells = {
            "to_state": entry.to or "",
            "switch_workflow": entry.switch_workflow or "",
            "conditions": ";".join(entry.when),
            "effects": ";".join(entry.then),
        }
        if cells[row.column] != row.new:
            reason = f"{row.column} is {cells[row.column]!r} in the workflow, not {row.new!r}"
            yield file.problem(("departures", index), reason)
