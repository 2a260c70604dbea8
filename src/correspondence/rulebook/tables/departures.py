"""Where the workflows differ from the reference matrix: ``policy/departures.csv``."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from correspondence.rulebook.tables.base import Code, Role, Row, Words
from correspondence.rulebook.tables.workflows import WorkflowName


class Departure(Row):
    """One column of one row of the matrix that was added, dropped or changed."""

    change: Literal["added", "dropped", "changed"]
    case_type: Code
    workflow: WorkflowName
    role: Role
    state: Code
    event: Code
    column: Literal["to_state", "switch_workflow", "conditions", "effects"]
    old: str
    new: str
    reason: Words

    @model_validator(mode="after")
    def _says_what_changes(self) -> Departure:
        """A change differs, an addition has nothing before it, what is dropped has nothing after it."""
        if self.change == "changed" and self.old == self.new:
            raise ValueError("changes nothing: old and new are the same")
        if (self.change == "added" and self.old) or (self.change == "dropped" and self.new):
            raise ValueError("an added row has no old value and a dropped row no new one")
        return self


class Departures(Row):
    """All departures."""

    departures: tuple[Departure, ...]
