"""The table of doors has every address that takes a form, every form, and what it properly takes."""

from __future__ import annotations

import pytest

from correspondence.pages.forms.base import Form, PlainForm
from correspondence.pages.urls import urlpatterns
from tests.bad_input.browser import Browser
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import ALERT, fingerprint, put_back
from tests.bad_input.opening import MANAGER
from tests.bad_input.shapes import forms_made
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


def test_every_form_has_a_door_and_takes_what_is_proper() -> None:
    used: set[type[PlainForm]] = set()
    for name, opens in DOORS.items():
        with put_back():
            door = opens()
            before = fingerprint()
            with forms_made() as made:
                answered = door.send()
            used |= {type(form) for form in made}
            assert answered.status == 302, name
            assert (fingerprint() != before) == (name != LEADS_ON), name
            shown = door.follow(answered)
            assert (shown.status, shown.page.all(class_=ALERT)) == (200, []), name
    bases = {one for form in used for one in form.__mro__[1:]}
    assert set(forms_of_the_service()) - used - bases == set()
    assert {Form, PlainForm} <= used | bases
