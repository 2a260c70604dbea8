"""Every question of every form, answered wrongly in every way that its kind allows."""

from __future__ import annotations

import pytest

from tests.bad_input.doors import DOORS
from tests.bad_input.looking import faults_of_refusal, fingerprint, put_back, said
from tests.bad_input.shapes import form_behind, questions
from tests.bad_input.spoiling import Outcome, spoilings

pytestmark = pytest.mark.django_db

import os, time, collections
@pytest.mark.parametrize("name", DOORS)
def test_what_is_wrong_is_told_and_changes_nothing(name: str) -> None:
    door = DOORS[name]()
    before = fingerprint()
    form = form_behind(door)
    assert fingerprint() == before
    if form is None:
        return
    wrong = []
    count = 0
    t=time.time()
    for asked, field in questions(form).items():
        for spoiled in spoilings(asked, field, door.answers):
            count += 1
            with put_back():
                answered = door.send(spoiled.among(door.answers))
                changed = fingerprint() != before
                ok302 = answered.status == 302 and changed
                if ok302 and spoiled.outcome is not Outcome.REFUSED:
                    continue
                faults = faults_of_refusal(door, answered)
                if changed:
                    faults.append("something was changed")
                wrong += [f"{asked} {spoiled.how}: {fault} ({said(answered)[:200]})" for fault in faults]
    for w in wrong: print("WRONG", name, w[:400])
    print("COUNT", name, count, time.time()-t)
