"""The case page: everything that is known of a case and may be seen by this person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from correspondence.cases import access, queries
from correspondence.documents import queries as documents
from correspondence.pages.presenting import files, words
from correspondence.pages.presenting.buttons import buttons
from correspondence.pages.presenting.clearance import clearance
from correspondence.pages.presenting.deadlines import dates
from correspondence.pages.presenting.details import details
from correspondence.pages.presenting.history import history

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from correspondence.cases.models import Case
    from correspondence.cases.situation import Situation
    from correspondence.pages.presenting.buttons import Buttons
    from correspondence.pages.presenting.clearance import Clearance
    from correspondence.pages.presenting.deadlines import Dates
    from correspondence.pages.presenting.details import Row
    from correspondence.pages.presenting.files import FileGroup
    from correspondence.pages.presenting.history import History
    from correspondence.rulebook.workflow import Move


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """A case that is linked to this one.

    Attributes:
        href: its page; empty for those who may not open it, who learn its number and nothing more.
        remove: the page that removes the link; empty where this person may not.
    """

    number: str
    type_label: str
    trigger: bool
    subject: str
    requester: str
    href: str
    remove: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation."""

    text: str
    sender: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the page of a case shows.

    Attributes:
        window_until: the last day of the sensitivity window, while it is open.
        holder: the team that has the case now, or the person, for colleagues of theirs.
        may: the events that this person can let happen now, by name.
        newest_message: the sort key of the newest message; 0 without one.
    """

    pk: int
    number: str
    caption: str
    subject: str
    trigger: bool
    version: int
    state: str
    state_label: str
    holder: str
    window_until: date | None
    buttons: Buttons
    dates: Dates
    links: Sequence[LinkedCase]
    request: str
    request_files: Sequence[FileGroup]
    details: Sequence[Row]
    clearance: Clearance
    responses: Sequence[FileGroup]
    conversation: Sequence[Message]
    newest_message: int
    history: History
    may: frozenset[str]
    may_add_request_files: bool


def case_page(situation: Situation, *, history_page: str = "1") -> CasePage:
    """All panels of the page.

    Args:
        history_page: of the history, as it stands in the address.

    Raises:
        Http404: the history has no such page.
    """
    case, moves = situation.the_case, access.open_events(situation)
    conversation = list(queries.conversation(case))
    return CasePage(
        pk=case.pk,
        number=case.number,
        caption=words.caption(case),
        subject=case.subject,
        trigger=case.is_trigger,
        version=case.version,
        state=case.state,
        state_label=words.state_label(case.state),
        holder=_holder(situation),
        window_until=_window(situation),
        buttons=buttons(situation, moves),
        dates=dates(case, flagged=situation.is_flagged, today=situation.today),
        links=_links(situation, moves),
        request=case.message,
        request_files=_request_files(situation, moves),
        details=details(situation),
        clearance=clearance(situation, moves),
        responses=_responses(situation, moves),
        conversation=[
            Message(
                text=message.message,
                sender=_sender(message.acting_user, message.acting_team),
                at=message.created_at,
                own=bool(situation.user and message.acting_user_id == situation.user.pk),
            )
            for message in conversation
        ],
        newest_message=conversation[-1].sort_key if conversation else 0,
        history=history(case, page=history_page),
        may=frozenset(moves),
        may_add_request_files="edit_case" in moves,
    )


def _sender(user: object, team: object) -> str:
    return " - ".join(str(one) for one in (user, team) if one) or "System update"


def _holder(situation: Situation) -> str:
    """A person's name for those of the same team; the team's for everybody else."""
    held = situation.holder
    if held is None:
        return ""
    if held.user and held.team_id in situation.team_ids:
        return held.user.full_name
    return held.team.name


def _window(situation: Situation) -> date | None:
    case = situation.the_case
    return (
        case.escalation_deadline
        if situation.today <= case.escalation_deadline and not case.is_closed
        else None
    )


def _links(situation: Situation, moves: Mapping[str, Move]) -> list[LinkedCase]:
    case = situation.the_case
    found = list(queries.links(case))
    if not found or situation.user is None:
        return []
    seen = set(
        access.visible_to(situation.user)
        .filter(pk__in=[link.linked_case_id for link in found])
        .values_list("pk", flat=True)
    )
    return [_link(case, link.linked_case, seen=link.linked_case_id in seen, moves=moves) for link in found]


def _link(case: Case, other: Case, *, seen: bool, moves: Mapping[str, Move]) -> LinkedCase:
    return LinkedCase(
        number=other.number,
        type_label=words.type_label(other),
        trigger=other.is_trigger,
        subject=other.subject if seen else "",
        requester=other.name if seen else "",
        href=reverse("case", args=[other.pk]) if seen else "",
        remove=reverse("remove_linked_case", args=[case.pk, other.pk])
        if "remove_linked_case" in moves
        else "",
    )


def _request_files(situation: Situation, moves: Mapping[str, Move]) -> list[FileGroup]:
    remove = "remove_request_file" if "edit_case" in moves else ""
    return files.groups(documents.request_files(situation.the_case), remove=remove)


def _responses(situation: Situation, moves: Mapping[str, Move]) -> list[FileGroup]:
    remove = "remove_response" if "remove_response" in moves else ""
    return files.groups(documents.visible_responses(situation), remove=remove)
