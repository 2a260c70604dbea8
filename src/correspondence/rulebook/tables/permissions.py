"""What more is asked than the workflows ask, and what is no event: ``policy/permissions.yaml``."""

from __future__ import annotations

from pydantic import Field

from correspondence.rulebook.tables.base import AnyRole, Code, Role, Row, SourcedRow, Words
from correspondence.rulebook.tables.workflows import WorkflowName


class Guard(SourcedRow):
    """Facts that must hold besides those of the workflow.

    Without ``workflow``, ``by`` or ``in`` it counts for every workflow, role or state.
    """

    event: tuple[Code, ...] = Field(min_length=1)
    workflow: tuple[WorkflowName, ...] = ()
    by: tuple[Role, ...] = ()
    states: tuple[Code, ...] = Field(alias="in", default=())
    when: tuple[Code, ...] = Field(min_length=1)

    def counts_for(self, *, event: str, workflow: str, role: str, state: str) -> bool:
        """Whether it is asked for this event here."""
        return (
            event in self.event
            and workflow in (self.workflow or (workflow,))
            and role in (self.by or (role,))
            and state in (self.states or (state,))
        )


class Permission(SourcedRow):
    """One way of being allowed what is no event; several rows for one action are alternatives.

    Attributes:
        meaning: what the action is, to follow "You may not".
        by: the roles; without one, anyone signed in.
        when: facts, all of which must hold.
    """

    action: Code
    meaning: Words
    by: tuple[AnyRole, ...] = ()
    when: tuple[Code, ...] = ()


class Permissions(Row):
    """Guards of events, and permissions of everything else."""

    guards: tuple[Guard, ...]
    permissions: tuple[Permission, ...]

    def ways(self, action: str) -> tuple[Permission, ...]:
        """The rows of one action, in the order of the table."""
        return tuple(row for row in self.permissions if row.action == action)
