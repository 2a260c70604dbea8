"""Every question of every form, answered wrongly in every way that its kind allows."""

from __future__ import annotations

import pytest

from tests.bad_input.doors import DOORS
from tests.bad_input.looking import faults_of_refusal, fingerprint, is_kept, put_back, said
from tests.bad_input.shapes import form_behind, questions
from tests.bad_input.spoiling import Outcome, spoilings

pytestmark = pytest.mark.django_db


import time


@pytest.mark.parametrize("name", DOORS)
def test_what_is_wrong_is_told_and_changes_nothing(name: str) -> None:
    door = DOORS[name]()
    form = form_behind(door)
    if form is None:
        return
    asked = questions(form)
    base, _, variant = name.partition(".")
    if variant and (first := form_behind(DOORS[base]())):
        asked = {one: field for one, field in asked.items() if one not in questions(first)}
    before = fingerprint()
    wrong = []
    count = 0
    t = time.process_time()
    for one, field in asked.items():
        for spoiled in spoilings(one, field, door.answers):
            count += 1
            wrong += [f"{one} {spoiled.how}: {fault}" for fault in faults(door, spoiled, before)]
    for w in wrong:
        print("WRONG", name, w[:400])
    print("COUNT", name, count, time.process_time() - t)


def faults(door, spoiled, before):
    with put_back():
        answered = door.send(spoiled.among(door.answers))
        now = fingerprint()
        changed = {table for table in before if now[table] != before[table]} - door.counts
        if answered.status == 302 and changed and spoiled.outcome is not Outcome.REFUSED:
            if spoiled.outcome is Outcome.KEPT:
                for text in spoiled.put.values():
                    if not is_kept(text):
                        yield "is kept otherwise"
            return
        if spoiled.outcome is Outcome.KEPT:
            yield f"is not taken: {said(answered)[:200]}"
        yield from faults_of_refusal(door, answered)
        if changed:
            yield f"changes {changed} {said(answered)[:200]}"
