"""Who may do what, in which state, and what follows: ``policy/workflows/<machine>_<workflow>.yaml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from correspondence.rulebook.tables.base import Code, Role, Row, Target

type WorkflowName = Literal["standard", "trigger", "full_approval"]
WORKFLOW_NAMES: tuple[WorkflowName, ...] = ("standard", "trigger", "full_approval")


class Entry(Row):
    """One entry of a workflow: an event for some roles in some states.

    Attributes:
        by: the roles; someone acting in one of them may do it.
        states: the states (``in`` in the file).
        when: facts, all of which must hold.
        to: the state the case moves to, or ``computed:`` and a rule; None leaves it where it is.
        switch_workflow: likewise for the workflow.
        then: effects that follow in the same transaction, in this order.
    """

    event: Code
    by: tuple[Role, ...] = Field(min_length=1)
    states: tuple[Code, ...] = Field(alias="in", min_length=1)
    when: tuple[Code, ...] = ()
    to: Target | None = None
    switch_workflow: Target | None = None
    then: tuple[Code, ...] = ()


class Workflow(Row):
    """One workflow of a machine; entries stand in the order of the printed matrix."""

    case_type: Code
    workflow: WorkflowName
    initial: Code
    events: tuple[Entry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_row_for_each_cell(self) -> Workflow:
        """No two entries answer for one event by one role in one state."""
        seen: set[tuple[str, str, str]] = set()
        for entry in self.events:
            for cell in ((role, state, entry.event) for role in entry.by for state in entry.states):
                if cell in seen:
                    role, state, event = cell
                    raise ValueError(f"{event} by {role} in {state} is there twice")
                seen.add(cell)
        return self

    def entry(self, *, role: str, state: str, event: str) -> Entry | None:
        """The entry that lets this role do this in this state, if there is one."""
        return next((e for e in self.events if e.event == event and role in e.by and state in e.states), None)

    def entries(self, event: str) -> tuple[Entry, ...]:
        """Every entry of one event."""
        return tuple(entry for entry in self.events if entry.event == event)
