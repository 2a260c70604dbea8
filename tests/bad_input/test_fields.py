"""Every question of every form, answered wrongly in every way that its kind allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.pages.forms.fields import TextField
from tests.bad_input.doors import ASKS_THE_SAME, DOORS
from tests.bad_input.looking import faults, fingerprint, is_kept, put_back, said
from tests.bad_input.shapes import form_behind, questions
from tests.bad_input.spoiling import UNUSUAL, Outcome, Spoiled, spoilings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from correspondence.pages.forms.look import Look
    from tests.bad_input.browser import Door
    from tests.bad_input.looking import Fingerprint

pytestmark = pytest.mark.django_db


def asked(name: str, door: Door) -> Mapping[str, Look]:
    """The questions of a door that no earlier door of the same form asks."""
    form = form_behind(door)
    own = questions(form) if form else {}
    earlier = ASKS_THE_SAME.get(name, name.partition(".")[0])
    other = form_behind(DOORS[earlier]()) if own and earlier != name else None
    known = questions(other) if other else {}
    return {question: field for question, field in own.items() if question not in known}


@pytest.mark.parametrize("name", DOORS)
def test_what_is_wrong_is_told_beside_its_field_and_changes_nothing(name: str) -> None:
    door = DOORS[name]()
    fields, before = asked(name, door), fingerprint()
    wrong = [
        f"{question}, {spoiled.how}: {fault}"
        for question, field in fields.items()
        for spoiled in spoilings(question, field, door.answers)
        for fault in faults_of(door, spoiled, before)
    ]
    assert wrong == []


def faults_of(door: Door, spoiled: Spoiled, before: Fingerprint) -> list[str]:
    """Send a spoiled answer, and put everything back."""
    with put_back():
        answered = door.send(spoiled.among(door.answers))
        taken = answered.status == 302 and fingerprint() != before
        if spoiled.outcome is Outcome.KEPT:
            kept = taken and is_kept(spoiled.only)
            found = [] if kept else [f"is not kept as it came: {said(answered)}"]
        elif taken and spoiled.outcome is Outcome.EITHER:
            found = []
        else:
            found = faults(door, answered, before)
    return found


def test_unusual_text_comes_back_in_its_box() -> None:
    looked_at = 0
    for name, opens in DOORS.items():
        door = opens()
        form = form_behind(door)
        texts = [one for one, field in (questions(form) if form else {}).items() if is_a_box(field)]
        if texts and "form_key" in door.answers:
            # Without its key the form is shown again.
            page = door.send({**door.without("form_key"), **dict.fromkeys(texts, UNUSUAL)}).page
            for text in texts:
                (box,) = [one for tag in ("input", "textarea") for one in page.all(tag, name=text)]
                shown = box.attributes.get("value") or "".join(str(child) for child in box.children)
                assert shown == UNUSUAL, (name, text)
                looked_at += 1
    assert looked_at > 30


def is_a_box(field: Look) -> bool:
    """Whether a browser shows in it what was typed."""
    return isinstance(field, TextField) and field.component in ("text", "textarea")
