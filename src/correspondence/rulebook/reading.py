"""From a policy folder to a checked rulebook. Pure: no database, no settings, no Django."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from correspondence.rulebook import checks
from correspondence.rulebook.files import PolicyError, PolicyFile, Problem, read_csv, read_yaml
from correspondence.rulebook.tables.bank_holidays import BankHolidays
from correspondence.rulebook.tables.case_types import CaseTypes
from correspondence.rulebook.tables.clocks import Clocks
from correspondence.rulebook.tables.closure import Closure
from correspondence.rulebook.tables.departures import Departures
from correspondence.rulebook.tables.events import Events
from correspondence.rulebook.tables.permissions import Permissions
from correspondence.rulebook.tables.requesters import Requesters
from correspondence.rulebook.tables.rulebook import BoundTables, CurrentTables, Rulebook
from correspondence.rulebook.tables.states import States
from correspondence.rulebook.tables.workflows import WORKFLOW_NAMES, Workflow

if TYPE_CHECKING:
    from correspondence.rulebook.tables.base import Row

SHIPPED = Path(__file__).resolve().parents[3] / "policy"
"""The policy folder of the repository; in an image, POLICY_DIR says where it is."""


def load(folder: Path) -> Rulebook:
    """Read and check every table of a policy folder.

    Raises:
        PolicyError: with every fault found, each with its file, line and reason. Faults between tables
            are looked for only once every table stands by itself.
    """
    reader = _Reader(folder)
    case_types = reader.yaml("case_types.yaml", CaseTypes)
    states = reader.yaml("states.yaml", States)
    events = reader.yaml("events.yaml", Events)
    clocks = reader.yaml("clocks.yaml", Clocks)
    closure = reader.yaml("closure.yaml", Closure)
    permissions = reader.yaml("permissions.yaml", Permissions)
    requesters = reader.yaml("requesters.yaml", Requesters)
    holidays = reader.csv("bank_holidays.csv", BankHolidays, key="holidays")
    departures = reader.csv("departures.csv", Departures, key="departures")
    workflows = [reader.workflow(name) for name in _workflow_names(folder)]
    if (
        case_types is None or states is None or events is None or clocks is None or closure is None
        or permissions is None or requesters is None or holidays is None or departures is None
        or reader.problems
    ):  # fmt: skip
        raise PolicyError(tuple(reader.problems))
    rulebook = Rulebook(
        BoundTables(
            case_types=case_types,
            workflows=tuple(sorted((w for w in workflows if w), key=lambda w: _matrix_order(w, case_types))),
            clocks=clocks,
            closure=closure,
        ),
        CurrentTables(
            states=states, events=events, permissions=permissions, holidays=holidays, requesters=requesters
        ),
        departures,
    )
    problems = tuple(checks.problems(rulebook, reader.files))
    if problems:
        raise PolicyError(problems)
    return rulebook


def _workflow_names(folder: Path) -> list[str]:
    return [f"workflows/{path.name}" for path in sorted((folder / "workflows").glob("*.yaml"))]


def _matrix_order(workflow: Workflow, case_types: CaseTypes) -> tuple[int, int]:
    """Machines in the order of the case types, workflows from the least to the most clearance."""
    machines = list(dict.fromkeys(row.machine for row in case_types.case_types))
    place = machines.index(workflow.case_type) if workflow.case_type in machines else len(machines)
    return place, WORKFLOW_NAMES.index(workflow.workflow)


class _Reader:
    """Reads tables and gathers what is wrong with each, so that one run tells all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, PolicyFile] = {}
        self.problems: list[Problem] = []

    def yaml[T: Row](self, name: str, table: type[T]) -> T | None:
        try:
            file = read_yaml(self.folder, name)
            return self._parsed(file, table)
        except PolicyError as error:
            self.problems.extend(error.problems)
            return None

    def workflow(self, name: str) -> Workflow | None:
        """A workflow, whose file is named for it, so that no two files hold the same one."""
        workflow = self.yaml(name, Workflow)
        if workflow and name != (wanted := f"workflows/{workflow.case_type}_{workflow.workflow}.yaml"):
            problem = self.files[name].problem(("workflow",), f"this workflow belongs in {wanted}")
            self.problems.append(problem)
        return workflow

    def csv[T: Row](self, name: str, table: type[T], *, key: str) -> T | None:
        try:
            return self._parsed(read_csv(self.folder, name, key=key), table)
        except PolicyError as error:
            self.problems.extend(error.problems)
            return None

    def _parsed[T: Row](self, file: PolicyFile, table: type[T]) -> T:
        self.files[file.name] = file
        return file.parse(table)
