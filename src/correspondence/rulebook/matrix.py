"""The workflows as a matrix: one row for each event, by each role, in each state."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from correspondence.rulebook.tables.base import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from correspondence.rulebook.tables.rulebook import Rulebook
    from correspondence.rulebook.tables.workflows import Workflow


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One cell of the matrix, as text; several names are joined by ``;``."""

    case_type: str
    workflow: str
    role: str
    state: str
    event: str
    to_state: str
    switch_workflow: str
    conditions: str
    effects: str


COLUMNS = tuple(field.name for field in fields(MatrixRow))


def rows(rulebook: Rulebook, *, case_type: str | None = None) -> tuple[MatrixRow, ...]:
    """The matrix by workflow, role, state and event; states as in ``states.yaml``, events as in the file.

    A case type asks for one machine alone, by the name its workflows give (``foi``).
    """
    states = [state.code for state in rulebook.states.states]
    return tuple(
        row
        for workflow in rulebook.workflows
        if case_type in (None, workflow.case_type)
        for row in _rows_of(workflow, states)
    )


def as_csv(matrix: Iterable[MatrixRow]) -> str:
    """The matrix with its heading, as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in matrix)
    return out.getvalue()


def _rows_of(workflow: Workflow, states: Iterable[str]) -> Iterator[MatrixRow]:
    for role in ROLES:
        for state in states:
            for entry in workflow.events:
                if role in entry.by and state in entry.states:
                    yield MatrixRow(
                        workflow.case_type,
                        workflow.workflow,
                        role,
                        state,
                        entry.event,
                        entry.to or "",
                        entry.switch_workflow or "",
                        ";".join(entry.when),
                        ";".join(entry.then),
                    )
