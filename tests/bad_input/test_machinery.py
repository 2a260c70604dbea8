"""What a form carries unseen: its token, its key, its version. Tampered with, nothing happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from correspondence.cases.acting import FormStamp
from correspondence.cases.actions import messaging
from correspondence.core import clock
from tests.bad_input.browser import FORM, TOKEN
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import faults_of_refusal, fingerprint, put_back, said
from tests.factories import FoiCase, acting

pytestmark = pytest.mark.django_db


def used_key(case):
    key = uuid4()
    messaging.add_message_to_case(
        case_id=case.pk,
        message="Hello",
        acting=acting(case, "Bea Manager", "add_message_to_case"),
        now=clock.now(),
        stamp=FormStamp(key),
    )
    return str(key)


def check(name, what, door, before, answered):
    now = fingerprint()
    changed = {t for t in before if before[t] != now[t]} - door.counts
    fs = list(faults_of_refusal(door, answered))
    if changed:
        fs.append(f"changes {changed}")
    for f in fs:
        print("WRONG", name, what, answered.status, f, said(answered)[:150])


@pytest.mark.parametrize("name", DOORS)
def test_machinery(name):
    door = DOORS[name]()
    b = door.browser
    elsewhere = used_key(FoiCase(state="drafting"))
    here = None
    if door.case:
        try:
            here = used_key(door.case)
        except Exception as e:
            print("NOMESSAGE", name, e)
    before = fingerprint()

    def tryit(what, answers, files=None):
        with put_back():
            check(name, what, door, before, door.send(answers, files))

    a = door.answers
    tryit("no token", {**a, "csrfmiddlewaretoken": []})
    tryit("empty token", {**a, "csrfmiddlewaretoken": ""})
    tryit("wrong token", {**a, "csrfmiddlewaretoken": "u" * 32})
    tryit("short token", {**a, "csrfmiddlewaretoken": "u"})
    for how, ct, body, headers in [
        ("json", "application/json", json.dumps(a).encode(), {}),
        ("json with token", "application/json", json.dumps(a).encode(), {"X-CSRFToken": TOKEN}),
        ("text/plain with token", "text/plain", json.dumps(a).encode(), {"X-CSRFToken": TOKEN}),
        ("xml with token", "text/xml", b"<a/>", {"X-CSRFToken": TOKEN}),
        ("no type with token", "", b"a=b", {"X-CSRFToken": TOKEN}),
        ("empty with token", FORM, b"", {"X-CSRFToken": TOKEN}),
        ("origin null", FORM, f"csrfmiddlewaretoken={TOKEN}".encode(), {"Origin": "null"}),
        (
            "origin evil",
            FORM,
            f"csrfmiddlewaretoken={TOKEN}".encode(),
            {"Origin": "https://testserver.evil.example"},
        ),
        ("multipart without boundary", "multipart/form-data", b"x", {"X-CSRFToken": TOKEN}),
        ("charset", "application/x-www-form-urlencoded; charset=utf-16", b"x=1", {"X-CSRFToken": TOKEN}),
        ("3MB", FORM, b"x=" + b"x" * 3 * 1024**2, {"X-CSRFToken": TOKEN}),
        ("many fields", FORM, b"&".join(b"x%d=1" % i for i in range(500)), {"X-CSRFToken": TOKEN}),
    ]:
        with put_back():
            check(name, how, door, before, b.raw(door.address, body, ct, **headers))
    if "form_key" in a:
        for k in (None, "", "x", "1" * 40, "a\0", "\ud800", str(uuid4()) + "0"):
            tryit(f"key {k!r}", {**door.without("form_key"), **({"form_key": k} if k is not None else {})})
        tryit("key used elsewhere", {**a, "form_key": elsewhere})
        if here:
            tryit("key used here", {**a, "form_key": here})
    if door.case:
        for v in (
            str(door.case.version - 1),
            str(door.case.version + 1),
            "abc",
            "-1",
            "9" * 30,
            "1e3",
            "1.5",
            "a\0",
        ):
            tryit(f"version {v!r}", {**a, "version": v})
    else:
        for v in ("abc", "-1"):
            if "version" in a:
                tryit(f"version {v!r}", {**a, "version": v})
