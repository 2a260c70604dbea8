"""All tables together: those that an edition binds, and those that are current for every case."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from correspondence.rulebook.tables.base import Row
from correspondence.rulebook.tables.case_types import CaseType, CaseTypes
from correspondence.rulebook.tables.clocks import Clock, Clocks
from correspondence.rulebook.tables.closure import Closure
from correspondence.rulebook.tables.workflows import Workflow

if TYPE_CHECKING:
    from correspondence.rulebook.tables.bank_holidays import BankHolidays
    from correspondence.rulebook.tables.departures import Departures
    from correspondence.rulebook.tables.events import Event, Events
    from correspondence.rulebook.tables.permissions import Permissions
    from correspondence.rulebook.tables.requesters import Requesters
    from correspondence.rulebook.tables.states import State, States


class BoundTables(Row):
    """What an edition binds: a case keeps these tables as they were when it began."""

    case_types: CaseTypes
    workflows: tuple[Workflow, ...]
    clocks: Clocks
    closure: Closure

    @cached_property
    def _case_type_of(self) -> dict[str, CaseType]:
        return {row.code: row for row in self.case_types.case_types}

    @cached_property
    def _workflow_of(self) -> dict[tuple[str, str], Workflow]:
        return {(row.case_type, row.workflow): row for row in self.workflows}

    @cached_property
    def _clock_of(self) -> dict[str, Clock]:
        return {row.code: row for row in self.clocks.clocks}

    def case_type(self, code: str) -> CaseType:
        """The case type of this code. Raises KeyError for an unknown one."""
        return self._case_type_of[code]

    def workflow(self, case_type: str, workflow: str) -> Workflow:
        """The workflow of this name for a case type. Raises KeyError for an unknown one."""
        return self._workflow_of[self.case_type(case_type).machine, workflow]

    def clock(self, case_type: str) -> Clock:
        """The clock of a case type. Raises KeyError for an unknown one."""
        return self._clock_of[self.case_type(case_type).clock]


@dataclass(frozen=True)
class CurrentTables:
    """The tables that are current for every case, whatever edition it began under."""

    states: States
    events: Events
    permissions: Permissions
    holidays: BankHolidays
    requesters: Requesters

    @cached_property
    def _state_of(self) -> dict[str, State]:
        return {row.code: row for row in self.states.states}

    @cached_property
    def _event_of(self) -> dict[str, Event]:
        return {row.code: row for row in self.events.events}

    def state(self, code: str) -> State:
        """The state of this code. Raises KeyError for an unknown one."""
        return self._state_of[code]

    def event(self, code: str) -> Event:
        """The event of this code. Raises KeyError for an unknown one."""
        return self._event_of[code]


@dataclass(frozen=True)
class Rulebook:
    """Every table of a policy folder."""

    bound: BoundTables
    current: CurrentTables
    departures: Departures

    @property
    def case_types(self) -> CaseTypes:
        """The kinds of case."""
        return self.bound.case_types

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        """Who may do what, when."""
        return self.bound.workflows

    @property
    def clocks(self) -> Clocks:
        """How long an answer may take."""
        return self.bound.clocks

    @property
    def closure(self) -> Closure:
        """How a case is closed."""
        return self.bound.closure

    @property
    def states(self) -> States:
        """The states a case can be in."""
        return self.current.states

    @property
    def events(self) -> Events:
        """What can happen to a case."""
        return self.current.events

    @property
    def permissions(self) -> Permissions:
        """Guards, and permissions of what is no event."""
        return self.current.permissions

    @property
    def holidays(self) -> BankHolidays:
        """The bank holidays."""
        return self.current.holidays

    @property
    def requesters(self) -> Requesters:
        """Who asks, and how a request came in."""
        return self.current.requesters
