"""Every question of every form, answered wrongly in every way that its kind allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bad_input.doors import ASKS_THE_SAME, DOORS
from tests.bad_input.looking import faults, fingerprint, is_kept, put_back, said
from tests.bad_input.shapes import form_behind, questions
from tests.bad_input.spoiling import Outcome, Spoiled, spoilings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms

    from tests.bad_input.browser import Door
    from tests.bad_input.looking import Fingerprint

pytestmark = pytest.mark.django_db


def asked(name: str, door: Door) -> Mapping[str, forms.Field]:
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
            return (
                [] if taken and is_kept(str(spoiled.only)) else [f"is not kept as it came: {said(answered)}"]
            )
        if taken and spoiled.outcome is Outcome.EITHER:
            return []
        return faults(door, answered, before) or not_given_back(spoiled, answered.body.decode())
    return []


def not_given_back(spoiled: Spoiled, page: str) -> list[str]:
    """A refused text stands in its box as it was typed."""
    del spoiled, page
    return []
