"""The loaded workflows are the reference matrix with the departures, row for row."""

from __future__ import annotations

import csv
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from correspondence.rulebook import matrix
from correspondence.rulebook.tables.rulebook import Rulebook
from correspondence.rulebook.tables.workflows import WORKFLOW_NAMES
from tests.rulebook.shipped import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.rulebook.tables.workflows import Entry

DATA = Path(__file__).resolve().parents[1] / "data"
KEY = ("case_type", "workflow", "role", "state", "event")

type Row = dict[str, str]
type Cells = dict[tuple[str, ...], Row]


@cache
def reference(case_type: str) -> list[Row]:
    with (DATA / "transitions.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["case_type"] == case_type]


def by_cell(rows: list[Row]) -> Cells:
    cells = {tuple(row[column] for column in KEY): row for row in rows}
    assert len(cells) == len(rows), "a cell is there twice"
    return cells


def with_departures(rows: list[Row], tables: Rulebook) -> Cells:
    """What the reference says once every departure is applied; each must find what it says it finds."""
    cells = by_cell(rows)
    for departure in tables.departures.departures:
        told = departure.model_dump()
        key = tuple(told[column] for column in KEY)
        if departure.change == "added":
            empty = dict.fromkeys(matrix.COLUMNS, "") | dict(zip(KEY, key, strict=True))
            cells.setdefault(key, empty)
        assert cells[key][departure.column] == departure.old
        if departure.change == "dropped":
            del cells[key]
        else:
            cells[key] = cells[key] | {departure.column: departure.new}
    return cells


@cache
def expected() -> Cells:
    return with_departures(reference("foi"), rulebook())


def loaded(tables: Rulebook) -> Cells:
    return by_cell([asdict(row) for row in matrix.rows(tables, case_type="foi")])


def differences(tables: Rulebook) -> set[tuple[str, ...]]:
    """The cells that differ between the loaded tables and the reference with departures."""
    ours, theirs = loaded(tables), expected()
    return {cell for cell in ours.keys() | theirs.keys() if ours.get(cell) != theirs.get(cell)}


def test_the_loaded_workflows_equal_the_reference_with_the_departures() -> None:
    assert len(reference("foi")) == 114 + 146 + 184
    assert differences(rulebook()) == set()


def test_the_printed_matrix_stands_in_the_order_of_the_reference() -> None:
    theirs = [tuple(row[column] for column in KEY) for row in reference("foi")]
    known = set(theirs)
    assert [cell for cell in loaded(rulebook()) if cell in known] == theirs


def test_each_departure_counts() -> None:
    unchanged = by_cell(reference("foi"))
    ours = loaded(rulebook())
    told = {
        tuple(departure.model_dump()[column] for column in KEY)
        for departure in rulebook().departures.departures
    }
    assert {cell for cell in ours.keys() | unchanged.keys() if ours.get(cell) != unchanged.get(cell)} == told
    assert len(told) == 16


WRONG = {
    "to": "somewhere_else",
    "switch_workflow": "computed:somewhere_else",
    "when": ("a_fact_of_nobody",),
    "then": ("an_effect_of_nobody",),
}


def spoilt_entries(workflow: str) -> Iterator[tuple[Entry, dict[str, object], set[tuple[str, ...]]]]:
    """Each entry of a workflow, each way of spoiling it, and the cells that are then wrong."""
    tables = rulebook()
    entries = next(w.events for w in tables.workflows if w.workflow == workflow)
    for entry in entries:
        cells: set[tuple[str, ...]] = {
            ("foi", workflow, role, state, entry.event) for role in entry.by for state in entry.states
        }
        for column, value in WRONG.items():
            yield entry, {column: value}, cells
        first = {cell for cell in cells if cell[3] == entry.states[0]}
        yield entry, {"states": entry.states[1:]}, first
        foremost = {cell for cell in cells if cell[2] == entry.by[0]}
        yield entry, {"by": entry.by[1:]}, foremost


@pytest.mark.parametrize("workflow", WORKFLOW_NAMES)
def test_one_changed_cell_is_noticed(workflow: str) -> None:
    tried = 0
    for entry, change, cells in spoilt_entries(workflow):
        assert differences(_with_entry(rulebook(), workflow, entry, change)) == cells, (entry, change)
        tried += 1
    assert tried > 200


def _with_entry(tables: Rulebook, name: str, entry: Entry, change: dict[str, object]) -> Rulebook:
    workflows = tuple(
        workflow.model_copy(
            update={
                "events": tuple(
                    one.model_copy(update=change) if one is entry else one for one in workflow.events
                )
            }
        )
        if workflow.workflow == name
        else workflow
        for workflow in tables.workflows
    )
    return Rulebook(
        tables.bound.model_copy(update={"workflows": workflows}), tables.current, tables.departures
    )


def test_the_printed_matrix_is_the_one_checked_in() -> None:
    """A change of policy is a difference that an officer can read.

    ``python manage.py policy matrix --case-type foi > tests/data/matrix_foi.csv`` writes it anew.
    """
    assert matrix.as_csv(matrix.rows(rulebook(), case_type="foi")) == (DATA / "matrix_foi.csv").read_text(
        "utf-8"
    )


def test_an_unknown_machine_has_no_rows() -> None:
    assert matrix.rows(rulebook(), case_type="sar") == ()
    assert matrix.rows(rulebook()) == matrix.rows(rulebook(), case_type="foi")
