"""What a form carries unseen: its token, its key, its version. Tampered with, nothing happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from correspondence.cases.acting import FormStamp
from correspondence.cases.actions import messaging
from correspondence.core import clock
from tests.bad_input.browser import FORM, MULTIPART, TOKEN, parts
from tests.bad_input.doors import BUTTONS_ALONE, DOORS
from tests.bad_input.looking import ALERT, faults, fingerprint, put_back
from tests.bad_input.opening import MANAGER
from tests.factories import FoiCase, acting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.cases.models import Case
    from tests.bad_input.browser import Answers, Door

pytestmark = pytest.mark.django_db

ADDRESSES = [name for name in DOORS if "." not in name]

WITHOUT_KEY = {"sign_in", "forgotten_password", "new_password", "search", *BUTTONS_ALONE}
"""Nothing about a case: sent twice, it is done twice, or its link is dead."""

WHATEVER_THE_VERSION = {"add_message_to_case", "take_case_on", "close"}
"""A message and taking a case on stand beside what others do; the first page of closing keeps nothing."""

OWN_KEY = {"close", "remove_from_team", "restart_job", "move_date"}
"""What is recorded without the key of its form: each of them can happen only once as it is."""


def used_key(case: Case) -> str:
    """The key of a form that wrote a message."""
    key = uuid4()
    messaging.add_message_to_case(
        case_id=case.pk,
        message="How far is it?",
        acting=acting(case, MANAGER, "add_message_to_case"),
        now=clock.now(),
        stamp=FormStamp(key),
    )
    return str(key)


def without_a_token(door: Door) -> Iterator[tuple[str, bytes, str, dict[str, str]]]:
    """Ways in which another site could have a browser send a form, and ways around the form."""
    proper, stolen = {**door.answers, "csrfmiddlewaretoken": TOKEN}, {"X-CSRFToken": TOKEN}
    as_json = json.dumps(proper).encode()
    yield "no token", parts(door.answers, door.files), MULTIPART, {}
    for token in ("", "u", "u" * 32, "u" * 64, TOKEN + "\0"):
        sent = {**door.answers, "csrfmiddlewaretoken": token}
        yield f"token {token!r}", parts(sent, door.files), MULTIPART, {}
    for origin in ("null", "https://evil.example", "http://testserver.evil.example", "http://testserver:81"):
        yield f"from {origin}", parts(proper, door.files), MULTIPART, {"Origin": origin}
    yield "JSON", as_json, "application/json", {}
    for kind in ("application/json", "text/plain", "text/xml", "", "multipart/mixed; boundary=x"):
        yield f"{kind!r} with a token", as_json, kind, stolen
    yield "another encoding", b"x=1", f"{FORM}; charset=utf-16", stolen
    yield "another method", b"", FORM, {"X-HTTP-Method-Override": "POST"}


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_did_not_come_from_our_page_is_refused(name: str) -> None:
    door = DOORS[name]()
    before, wrong = fingerprint(), []
    for how, body, kind, headers in without_a_token(door):
        with put_back():
            answered = door.browser.raw(door.address, body, kind, **headers)
            assert answered.status in (400, 403, 415), how
            wrong += [f"{how}: {fault}" for fault in faults(door, answered, before)]
    assert wrong == []


@pytest.mark.parametrize("name", [name for name in ADDRESSES if name not in BUTTONS_ALONE])
def test_a_form_of_which_only_the_token_came_is_refused(name: str) -> None:
    door = DOORS[name]()
    before = fingerprint()
    assert faults(door, door.browser.raw(door.address, b"", FORM, **{"X-CSRFToken": TOKEN}), before) == []
    assert faults(door, door.send({}, ()), before) == []


def tampered(name: str, door: Door) -> Iterator[tuple[str, Answers]]:
    """The proper answers with another key or another version."""
    proper: dict[str, Any] = door.answers
    keys = ["", "x", str(uuid4()) + "0", "\0", [str(uuid4()), str(uuid4())]]
    if name not in OWN_KEY:
        keys.append(used_key(FoiCase(state="drafting")))
        if door.case and name != "add_message_to_case":
            keys.append(used_key(door.case))
    yield "no key", door.without("form_key")
    for key in keys:
        yield f"key {key!r}", {**proper, "form_key": key}
    versions = ["abc", "-1", "1e3", "9" * 30, ["1", "2"]]
    if door.case and name not in WHATEVER_THE_VERSION:
        versions += [str(door.case.version - 1), str(door.case.version + 1), str(2**31 - 1)]
    for version in versions:
        yield f"version {version!r}", {**proper, "version": version}


@pytest.mark.parametrize("name", [name for name in ADDRESSES if name not in WITHOUT_KEY])
def test_a_tampered_key_or_version_is_refused(name: str) -> None:
    door = DOORS[name]()
    assert "form_key" in door.answers
    sendings = list(tampered(name, door))
    before, wrong = fingerprint(), []
    for how, answers in sendings:
        with put_back():
            wrong += [f"{how}: {fault}" for fault in faults(door, door.send(answers), before)]
    assert wrong == []


def test_who_acts_on_an_old_page_is_told_what_happened_since() -> None:
    door = DOORS["edit_case"]()
    assert door.case
    answered = door.send({**door.answers, "version": str(door.case.version - 1)})
    told = door.follow(answered).page.one(class_=ALERT).text
    assert "has changed since the page was shown, so nothing was done" in told
    assert "Since then: Case accepted by the business unit by Rhys Responder." in told


def test_more_than_a_form_may_hold_is_refused() -> None:
    door = DOORS["add_message_to_case"]()
    before = fingerprint()
    too_long = door.send({**door.answers, "message": "x" * (3 * 1024**2)})
    too_many = door.send({**door.answers, **{f"x{number}": "1" for number in range(500)}})
    assert (too_long.status, too_many.status) == (413, 400)
    assert faults(door, too_long, before) == faults(door, too_many, before) == []
