"""The table of doors has every address that takes a form, every form, and what it properly takes."""

from __future__ import annotations

import pytest

from correspondence.pages.forms.base import Form, PlainForm
from correspondence.pages.urls import urlpatterns
from tests.bad_input.browser import Browser
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import ALERT, fingerprint
from tests.bad_input.opening import MANAGER
from tests.bad_input.shapes import form_behind
from tests.factories import person
from tests.pages.test_forms_base import forms_of_the_service
from tests.permissions.world import address_of, world

pytestmark = pytest.mark.django_db

LEADS_ON = "close"
"""The first page of closing asks for the date, and keeps nothing."""


def test_every_address_that_takes_a_form_has_a_door() -> None:
    where, manager = world(), person(MANAGER)
    names = [pattern.name for pattern in urlpatterns if pattern.name]
    # Each with a browser of its own: one of the addresses signs out.
    answers = {name: Browser(manager).post(address_of(name, where), {}).status for name in names}
    assert {name.partition(".")[0] for name in DOORS} == {name for name in names if answers[name] != 405}


def test_every_form_has_a_door() -> None:
    used = {type(form) for door in DOORS.values() if (form := form_behind(door()))}
    only_bases = {one for form in used for one in form.__mro__[1:]}
    unused = set(forms_of_the_service()) - used - only_bases
    assert unused == set()
    assert {Form, PlainForm} <= used | only_bases


@pytest.mark.parametrize("name", DOORS)
def test_what_is_proper_is_taken(name: str) -> None:
    door = DOORS[name]()
    before = fingerprint()
    answered = door.send()
    assert answered.status == 302
    shown = door.follow(answered)
    assert shown.status == 200
    assert not shown.page.all(class_=ALERT)
    assert (fingerprint() != before) == (name != LEADS_ON)
