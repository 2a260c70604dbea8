"""A form that is sent twice."""
from __future__ import annotations
import pytest
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import faults_of_refusal, fingerprint, put_back, said
pytestmark = pytest.mark.django_db

@pytest.mark.parametrize("name", DOORS)
def test_twice(name):
    door = DOORS[name]()
    a = door.send()
    before = fingerprint()
    b = door.send()
    after = fingerprint()
    ch = {t for t in before if before[t]!=after[t]}
    print("RES", name, a.status, a.location, b.status, b.location if b.location!=a.location else "=", ch, said(b)[:100] if b.status!=302 else "")
    if b.status==302:
       f=door.follow(b)
       print("   ", f.status, [x.text for x in f.page.all(class_="moj-alert--error")], [x.text for x in f.page.all(class_="moj-alert--success")])
