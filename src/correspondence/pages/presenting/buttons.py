"""What a person can do to a case, as buttons in the order of ``policy/events.yaml``: the workflow answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from correspondence.cases.models import AssignmentState
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from correspondence.cases.models import Assignment
    from correspondence.cases.situation import Situation
    from correspondence.rulebook.workflow import Move

ELSEWHERE = frozenset(
    {
        "edit_case",
        "update_closure",
        "link_a_case",
        "remove_linked_case",
        "remove_response",
        "request_further_clearance",
        "flag_for_clearance",
    }
)
"""Events whose way in stands in the panel that they change."""

LEADING = (
    "approve",
    "approve_and_bypass",
    "respond",
    "add_responses",
    "assign_responder",
    "close",
    "accept_approver_assignment",
    "take_on_for_approval",
)
"""The steps that take a case forward: the first of them that is open is the green button."""

BESIDE = 3
"""How many buttons stand beside the green one; the rest is in a menu."""

ADDRESSES: Mapping[str, str] = {
    "approve_and_bypass": "approve",
    "upload_response_approve_and_bypass": "upload_response_and_approve",
    "accept_approver_assignment": "take_case_on",
    "take_on_for_approval": "take_case_on",
    "unaccept_approver_assignment": "undo_take_case_on",
}
"""Events that have not an address of their own name, but share one."""

AT_ONCE = frozenset({"take_case_on", "undo_take_case_on"})
"""Addresses that act at once, without a page of their own."""

OF_A_REVIEW: Mapping[str, str] = {
    "extend_for_pit": "Extend target date",
    "remove_pit_extension": "Remove extension",
}
"""A review has no public interest test of its own and no date of the law."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press.

    Attributes:
        at_once: it acts when it is pressed, so it is sent and not followed.
    """

    label: str
    href: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons of a case page: one leads, some stand beside it, the rest is in a menu."""

    primary: Button | None
    others: Sequence[Button]
    more: Sequence[Button]

    def __bool__(self) -> bool:
        return bool(self.primary or self.others or self.more)


def buttons(situation: Situation, moves: Mapping[str, Move]) -> Buttons:
    """The buttons of those events that are offered and have one."""
    shown: dict[str, Button] = {}
    for event, move in moves.items():
        if not move.offered or event in ELSEWHERE:
            continue
        button = _button(situation, event)
        if button and button.label not in {other.label for other in shown.values()}:
            shown[event] = button
    leading = next((event for event in LEADING if event in shown), None)
    primary = shown.pop(leading) if leading else None
    last = shown.pop("destroy_case", None)
    rest = list(shown.values())
    return Buttons(primary, rest[:BESIDE], [*rest[BESIDE:], *([last] if last else [])])


def _button(situation: Situation, event: str) -> Button | None:
    case = situation.the_case
    label = loader.current().event(event).button
    if loader.edition(case.edition_id).case_type(case.case_type).review:
        label = OF_A_REVIEW.get(event, label)
    if label is None:
        return None
    name = ADDRESSES.get(event, event)
    if event == "reassign_user":
        href = reassign_address(situation)
    elif event == "assign_to_new_team":
        responding = situation.responding
        href = reverse(name, args=[case.pk, responding.pk]) if responding else ""
    else:
        href = reverse(name, args=[case.pk])
    return Button(label, href, at_once=name in AT_ONCE) if href else None


def held_by_own_teams(situation: Situation) -> list[Assignment]:
    """The accepted assignments, responding or approving, of teams that this person is in."""
    return [
        held
        for held in (*([situation.responding] if situation.responding else []), *situation.approving)
        if held.state == AssignmentState.ACCEPTED and held.team_id in situation.team_ids
    ]


def reassign_address(situation: Situation) -> str:
    """Where a case is handed on: straight to the one team it can be, or to a choice of the teams."""
    held = held_by_own_teams(situation)
    if len(held) == 1:
        return reverse("reassign_user", args=[situation.the_case.pk, held[0].pk])
    return reverse("select_assignment", args=[situation.the_case.pk]) if held else ""
