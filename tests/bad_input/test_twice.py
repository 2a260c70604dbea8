"""A form that is sent twice does its work once, and leads to the same page both times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from correspondence.audit import queries as audit
from correspondence.audit.models import Entry
from correspondence.cases.models import Case, Transition
from correspondence.documents.models import Attachment
from correspondence.notifications.models import Message
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import ALERT, fingerprint
from tests.documents.uploads import objects

if TYPE_CHECKING:
    from tests.bad_input.browser import Answered, Door

NOT_TOLD_APART = {"sign_in", "sign_out", "forgotten_password", "new_password", "unlock", "search"}
"""About no record: twice is twice, or the second meets a dead link."""

TOLD_AS_DONE = {"remove_request_file", "remove_from_team", "restart_job"}
"""Recorded without the key of their form: the second sending is told that there is nothing left to do."""

MOVED_ON = {"move_date"}
"""The date that the page showed has passed by the second sending."""


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in DOORS if name not in NOT_TOLD_APART])
def test_one_after_the_other(name: str) -> None:
    door = DOORS[name]()
    first = door.send()
    done = fingerprint()
    second = door.send()
    assert fingerprint() == done
    if name in MOVED_ON:
        assert (first.status, second.status) == (302, 422)
        return
    assert (first.status, first.location) == (second.status, second.location) == (302, second.location)
    assert bool(door.follow(second).page.all(class_=ALERT)) == (name in TOLD_AS_DONE)


AT_ONCE = (
    "create_foi",
    "create_foi.by_post",
    "add_message_to_case",
    "edit_case",
    "destroy_case",
    "link_a_case",
    "remove_linked_case",
    "upload_request_files",
    "assign_responder",
    "assign_to_new_team",
    "assignment",
    "assignment.reject",
    "take_case_on",
    "approve.with_offices",
    "add_responses",
    "remove_response",
    "respond",
    "close_outcome",
)


def written() -> dict[str, int]:
    """How much of everything there is that an event writes."""
    return {
        "cases": Case.objects.count(),
        "events": Transition.objects.count(),
        "audit entries": Entry.objects.exclude(stream__startswith="user:").count(),
        "messages": Message.objects.count(),
        "files": Attachment.objects.count(),
        "objects": len(objects()),
    }


def sent_at_once(*doors: Door) -> list[Answered]:
    """What each of the windows is answered when all send in the same moment."""
    ready = Barrier(len(doors))

    def send(door: Door) -> Answered:
        try:
            ready.wait(10)
            return door.send()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doors)) as threads:
        return list(threads.map(send, doors))


@pytest.mark.django_db(transaction=True)
def test_at_once() -> None:
    for name in AT_ONCE:
        alone = DOORS[name]()
        before = written()
        assert alone.send().status == 302, name
        once = {what: count - before[what] for what, count in written().items()}

        door = DOORS[name]()
        before = written()
        answers = sent_at_once(door, door.beside(), door.beside())
        assert {(one.status, one.location) for one in answers} == {(302, answers[0].location)}, name
        assert {what: count - before[what] for what, count in written().items()} == once, name
        assert Transition.objects.filter(form_key=door.answers["form_key"]).count() <= 1
    assert list(audit.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_cases_at_once() -> None:
    for _ in range(5):
        here, there = DOORS["add_message_to_case"](), DOORS["add_message_to_case"]()
        there.answers["form_key"] = here.answers["form_key"]
        answers = sent_at_once(here, there)
        assert [one.status for one in answers] == [302, 302]
        told = [
            bool(door.follow(one).page.all(class_=ALERT))
            for door, one in zip((here, there), answers, strict=True)
        ]
        assert sorted(told) == [False, True]
        assert Transition.objects.filter(form_key=here.answers["form_key"]).count() == 1
