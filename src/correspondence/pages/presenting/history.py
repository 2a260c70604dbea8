"""What happened to a case, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404

from correspondence.cases import queries
from correspondence.cases.acting import SYSTEM_NAME
from correspondence.core.formats import short_date
from correspondence.pages.presenting import words
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from correspondence.cases.models import Case, Transition
    from correspondence.rulebook.tables.closure import Closure

ON_A_PAGE = 20

TO_A_UNIT = frozenset({"assign_responder", "assign_to_new_team"})
FOR_AN_OFFICE = frozenset(
    {
        "flag_for_clearance",
        "take_on_for_approval",
        "approve",
        "approve_and_bypass",
        "unflag_for_clearance",
        "accept_approver_assignment",
        "unaccept_approver_assignment",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history.

    Attributes:
        details: sentences that belong to the event: reasons, names, dates, files.
    """

    at: datetime
    who: str
    team: str
    action: str
    details: Sequence[str]


@dataclass(frozen=True, slots=True)
class History:
    """A page of the history, newest first."""

    entries: Sequence[Entry]
    page: int
    last_page: int


def history(case: Case, *, page: str) -> History:
    """A page of 20 entries.

    Args:
        page: as it stands in the address.

    Raises:
        Http404: there is no such page.
    """
    pages = Paginator(queries.history(case), ON_A_PAGE)
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= pages.num_pages):
        raise Http404
    shown = pages.page(int(page))
    table = loader.edition(case.edition_id).closure
    return History([entry(change, table) for change in shown.object_list], shown.number, pages.num_pages)


def entry(change: Transition, table: Closure) -> Entry:
    """An event as the history tells it."""
    return Entry(
        at=change.created_at,
        who=change.acting_user.full_name if change.acting_user else SYSTEM_NAME,
        team=change.acting_team.name if change.acting_team else "",
        action=loader.current().event(change.event).label,
        details=[*_aims(change), *_data(change.data, table), *([change.message] if change.message else [])],
    )


def _aims(change: Transition) -> Iterator[str]:
    """The team and the person at which the event was aimed, where that says something new."""
    team, person = change.target_team, change.target_user
    if team and change.event in TO_A_UNIT:
        yield f"To {team.name}"
    elif team and change.event in FOR_AN_OFFICE and team != change.acting_team:
        yield f"For {team.name}"
    if person and person != change.acting_user:
        yield f"From {person.full_name}" if change.event == "unassign_from_user" else f"To {person.full_name}"


def _day(text: object) -> str:
    return short_date(date.fromisoformat(str(text)))


def _data(data: Mapping[str, Any], table: Closure) -> Iterator[str]:
    if {"final_deadline", "original_final_deadline"} <= data.keys():
        yield f"From {_day(data['original_final_deadline'])} to {_day(data['final_deadline'])}"
    for key, tell in _TOLD.items():
        if (value := data.get(key)) is not None and value not in ("", []):
            yield tell(value, table)


def _exemptions(codes: Any, table: Closure) -> str:
    rows = [row.section if (row := table.exemption(code)) else code for code in codes]
    return f"Exemptions: {words.joined(rows)}"


def _grounds(codes: Any, table: Closure) -> str:
    rows = [f"{row.section} {row.label}" if (row := table.ground(code)) else code for code in codes]
    return f"Ground for refusal: {words.joined(rows)}"


def _labelled(told: str, row: Any, code: Any) -> str:
    return f"{told}: {row.label if row else code}"


_TOLD: Mapping[str, Callable[[Any, Closure], str]] = {
    "files": lambda files, _table: f"Files: {', '.join(files)}",
    "files_left": lambda left, _table: f"Files left: {left}",
    "compliant": lambda yes, _table: "The draft was compliant" if yes else "The draft was not compliant",
    "response_date": lambda day, _table: f"Sent on {_day(day)}",
    "not_cleared": lambda teams, _table: f"Sent without clearance by {words.joined(list(teams))}",
    "changed": lambda names, _table: (
        f"Changed: {words.joined([words.FIELDS.get(name, name) for name in names])}"
    ),
    "final_deadline_moved": lambda days, _table: f"Final deadline from {_day(days[0])} to {_day(days[1])}",
    "extension_removed": lambda _yes, _table: "The extension of the final deadline was removed",
    "linked_case": lambda number, _table: f"Case {number}",
    "information_held": lambda code, table: _labelled("Information held", table.held(code), code),
    "outcome": lambda code, table: _labelled("Outcome", table.outcome(code), code),
    "refusal_reason": lambda code, table: _labelled("Reason for refusal", table.refusal_reason(code), code),
    "grounds": _grounds,
    "exemptions": _exemptions,
    "appeal_outcome": lambda code, table: _labelled("Appeal outcome", table.appeal_outcome(code), code),
}
"""What the data of an event says, in this order."""
