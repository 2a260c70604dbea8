"""The conversation: who may write, who is told, and what is still unread."""

from __future__ import annotations

from uuid import uuid4

import pytest

from correspondence.cases import access, queries
from correspondence.cases.acting import FormStamp
from correspondence.cases.actions import messaging
from correspondence.core import clock
from correspondence.core.errors import AlreadyDone, Refused
from correspondence.notifications.models import Message
from tests.factories import FoiCase, acting, fresh, message, person

pytestmark = pytest.mark.django_db


def told(case_id: int) -> list[str]:
    found = Message.objects.filter(case_id=case_id, kind="message_received").order_by("pk")
    return list(found.values_list("recipient_name", flat=True))


@pytest.mark.parametrize(
    ("author", "responder_is_told"),
    [
        ("Bea Manager", True),
        ("Dora Disclosure", True),
        ("Rina Responder", True),
        ("Rhys Responder", False),
    ],
)
def test_the_responder_is_told_unless_they_wrote_it(author: str, *, responder_is_told: bool) -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    written = message(case, " How far is it? ", sender=author)
    assert (written.acting_user, written.message) == (person(author), "How far is it?")
    assert told(case.pk) == (["Rhys Responder"] if responder_is_told else [])


@pytest.mark.parametrize("state", ["unassigned", "awaiting_responder", "closed"])
def test_nobody_is_told_before_a_responder_accepted_or_after_the_case_was_closed(state: str) -> None:
    case = FoiCase(state=state)
    message(case, "For the file.")
    assert told(case.pk) == []
    assert [said.message for said in queries.conversation(case)] == ["For the file."]


def test_a_message_is_no_change_of_the_case_and_not_in_its_history() -> None:
    case = FoiCase(state="drafting")
    message(case, "How far is it?")
    assert fresh(case).version == case.version
    assert "add_message_to_case" not in {change.event for change in queries.history(case)}


def test_a_stranger_writes_nothing_and_nobody_writes_nothing() -> None:
    case = FoiCase(state="drafting")
    assert access.why_not(case, person("Bob Responder"), "add_message_to_case")
    assert access.why_not(case, person("Pete Press"), "add_message_to_case")
    with pytest.raises(Refused) as refusal:
        message(case, "  \n ")
    assert refusal.value.field == "message"


def test_a_message_is_new_to_everybody_but_its_author_until_it_was_shown() -> None:
    case = FoiCase(state="drafting")
    first = message(case, "How far is it?")
    rhys, bea = person("Rhys Responder"), person("Bea Manager")
    assert queries.unread_by(bea, [case]) == frozenset()
    assert queries.unread_by(rhys, [case]) == {case.pk}
    second = message(case, "And the prices?")
    # The page was read before the second message came: that one stays new.
    messaging.mark_seen(case=case, user=rhys, up_to=first.sort_key)
    assert queries.unread_by(rhys, [case]) == {case.pk}
    messaging.mark_seen(case=case, user=rhys, up_to=second.sort_key)
    assert queries.unread_by(rhys, [case]) == frozenset()
    assert queries.unread_by(person("Rina Responder"), [case]) == {case.pk}


def test_who_acts_in_a_message_is_the_highest_of_those_on_the_case() -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    for name, role in (
        ("Bea Manager", "manager"),
        ("Dora Disclosure", "approver"),
        ("Rhys Responder", "responder"),
    ):
        assert acting(case, name, "add_message_to_case").role == role
    assert (
        message(case, "Seen.", sender="Dora Disclosure").acting_team
        == person("Dora Disclosure").approving_team
    )


def test_the_same_form_posts_one_message_though_the_case_has_changed_meanwhile() -> None:
    case = FoiCase(state="drafting")
    stamp = FormStamp(uuid4(), case.version - 1)

    def post() -> None:
        messaging.add_message_to_case(
            case_id=case.pk,
            message="How far is it?",
            acting=acting(case, "Bea Manager", "add_message_to_case"),
            now=clock.now(),
            stamp=stamp,
        )

    post()
    with pytest.raises(AlreadyDone):
        post()
    assert queries.conversation(case).count() == 1
