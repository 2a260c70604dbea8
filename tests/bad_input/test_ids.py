"""Ids that nobody has, and ids of what belongs elsewhere: in addresses and among answers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.urls import reverse
from django.urls.converters import IntConverter

from correspondence.caseload.models import Search
from correspondence.cases.actions import editing
from correspondence.core import clock
from correspondence.documents.models import Kind
from correspondence.organisation.models import Team
from correspondence.pages.urls import urlpatterns
from tests.bad_input.browser import Browser, Door
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import faults, fingerprint
from tests.bad_input.opening import MANAGER, RESPONDER
from tests.factories import FoiCase, acting, attach, person, unit
from tests.permissions.world import ARGUMENTS, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.permissions.world import World

pytestmark = pytest.mark.django_db

MARK = 987654321
NOBODYS = ("0", "1000000000", "9223372036854775808", "9" * 5000)
NO_IDS = (
    "-1",
    "abc",
    "1e3",
    "1.0",
    "%D9%A3",
    "1%00",
    "%FF",
    "..%2F1",
    "00000000-0000-4000-8000-000000000000",
)

LEADS_NOWHERE = {302, 404, 405, 410}
"""Back to the case with a notice, or to a page that says that there is nothing."""


def with_an_id(where: World) -> Iterator[tuple[str, str]]:
    """The name of each address that has ids, and the address with one of them marked."""
    for pattern in urlpatterns:
        name = pattern.name or ""
        for one, kind in pattern.pattern.converters.items():
            if isinstance(kind, IntConverter):
                yield name, reverse(name, kwargs={**ARGUMENTS[name](where), one: MARK})


def test_an_id_of_nobody_leads_nowhere() -> None:
    where = world()
    manager, administrator = Browser(MANAGER), Browser("Adam System")
    marked = list(with_an_id(where))
    before, wrong = fingerprint(), []
    for name, address in marked:
        browser = administrator if name == "restart_job" else manager
        for number in NOBODYS:
            door = Door(browser, address.replace(str(MARK), number), {"form_key": str(uuid4())})
            for ask in (lambda door: door.browser.get(door.address), Door.send):
                answered = ask(door)
                assert answered.status in LEADS_NOWHERE, (name, number)
                wrong += [f"{name} {number}: {fault}" for fault in faults(door, answered, before)]
    assert wrong == []
    assert len(marked) > 40


def test_what_is_no_id_leads_nowhere() -> None:
    manager = Browser(MANAGER)
    for address in ("/cases/{}/", "/cases/{}/edit/", "/attachments/{}/", "/teams/{}/", "/search/{}/"):
        for text in NO_IDS:
            assert manager.get(address.format(text)).status == 404, (address, text)
            assert manager.post(address.format(text), {}).status in (404, 405), (address, text)


def of_another_case(name: str) -> Callable[[], Door]:
    """A form about one case, with the id of what belongs to another in its address."""

    def door() -> Door:
        own, other = DOORS[name](), DOORS[name]()
        assert own.case
        assert other.case
        own.address = other.address.replace(f"/cases/{other.case.pk}/", f"/cases/{own.case.pk}/")
        return own

    return door


def answering(name: str, question: str, value: Callable[[Door], object]) -> Callable[[], Door]:
    """A form with the id of something that exists and was not offered."""

    def door() -> Door:
        own = DOORS[name]()
        own.answers[question] = str(value(own))
        return own

    return door


def the_response_as_a_request_file() -> Door:
    door = DOORS["remove_request_file"]()
    assert door.case
    (response,) = attach(door.case, Kind.RESPONSE, ["draft.pdf"], by=RESPONDER)
    door.address = reverse("remove_request_file", args=[door.case.pk, response.pk])
    return door


def removed_from_a_team(*, team: Callable[[], int], who: str) -> Callable[[], Door]:
    def door() -> Door:
        own = DOORS["remove_from_team"]()
        own.address = reverse("remove_from_team", args=[team(), person(who).pk])
        return own

    return door


def deleted_case(_door: Door) -> str:
    case = FoiCase()
    editing.destroy_case(
        case_id=case.pk, reason="A double.", acting=acting(case, MANAGER, "destroy_case"), now=clock.now()
    )
    return case.number


def team_of(**fields: str) -> Callable[[Door], int]:
    return lambda _door: Team.objects.filter(**fields).values_list("pk", flat=True)[0]


def closed_down_unit(_door: Door) -> int:
    gone = unit("Unit B")
    gone.deactivated_at = clock.now()
    gone.save()
    return gone.pk


def unseen_case(_door: Door) -> str:
    return FoiCase(state="drafting", unit="Unit B", responder="Bob Responder").number


def link_by_a_responder() -> Door:
    """A responder sees only what is assigned to their units."""
    door = DOORS["link_a_case"]()
    door.browser = Browser(RESPONDER)
    door.answers["number"] = unseen_case(door)
    return door


FORGED: dict[str, Callable[[], Door]] = {
    "another case's assignment to accept": of_another_case("assignment"),
    "another case's assignment to reject": of_another_case("assignment.reject"),
    "another case's assignment to hand on": of_another_case("reassign_user"),
    "another case's assignment to move": of_another_case("assign_to_new_team"),
    "another case's request file": of_another_case("remove_request_file"),
    "another case's response": of_another_case("remove_response"),
    "a response as a request file": the_response_as_a_request_file,
    "another case's link": of_another_case("remove_linked_case"),
    "a unit that is none": answering("assign_responder", "team", team_of(kind="business_group")),
    "a unit that clears": answering("assign_responder", "team", team_of(code="DISCLOSURE")),
    "a unit that manages": answering("assign_to_new_team", "team", team_of(code="DISCLOSURE-BMT")),
    "a unit that is gone": answering("assign_responder", "team", closed_down_unit),
    "a person of another unit": answering("reassign_user", "user", lambda _door: person("Bob Responder").pk),
    "a person who left": answering("reassign_user", "user", lambda _door: person("Dean Departed").pk),
    "a team that had no part in it": answering(
        "close_outcome.of_a_late_review", "late_team", lambda _door: unit("Unit B").pk
    ),
    "the case itself": answering("link_a_case", "number", lambda door: door.case.number if door.case else ""),
    "a deleted case": answering("link_a_case", "number", deleted_case),
    "a case that one may not see": link_by_a_responder,
    "a team that has no members": removed_from_a_team(
        team=lambda: Team.objects.filter(kind="business_group").values_list("pk", flat=True)[0],
        who="Rina Responder",
    ),
    "somebody who is not in the team": removed_from_a_team(
        team=lambda: unit("Unit A").pk, who="Bob Responder"
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_the_id_of_something_else_is_refused(what: str) -> None:
    door = FORGED[what]()
    before = fingerprint()
    assert faults(door, door.send(), before) == []


def test_what_belongs_to_somebody_else_is_not_there() -> None:
    search = Search.objects.create(user=person(MANAGER), text="hours")
    case = FoiCase(state="drafting", unit="Unit B", responder="Bob Responder")
    (file,) = attach(case, Kind.RESPONSE, ["draft.pdf"], by="Bob Responder")
    responder = Browser(RESPONDER)
    for address in (
        reverse("search_results", args=[search.pk]),
        reverse("case", args=[case.pk]),
        reverse("download_attachment", args=[file.pk]),
    ):
        assert responder.get(address).status == 404
