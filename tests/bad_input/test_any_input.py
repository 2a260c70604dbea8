"""Whatever is sent by a form: it is taken whole, or told and without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from correspondence.pages.forms import fields
from tests.bad_input.doors import BUTTONS_ALONE, DOORS
from tests.bad_input.looking import REFUSALS, changes, fingerprint, put_back
from tests.bad_input.shapes import form_behind
from tests.bad_input.spoiling import NO_CHOICES, NO_DATES, NO_IDS, NO_TEXT, UNUSUAL

if TYPE_CHECKING:
    from correspondence.pages.forms.base import PlainForm
    from tests.bad_input.browser import Answers

pytestmark = pytest.mark.django_db

EXAMPLES = 12
"""For each form; their seed is fixed, so that no run finds what another does not."""

scribbled = st.text(st.characters(exclude_categories=()), max_size=60)
strange = st.sampled_from([*NO_TEXT, *NO_IDS, *NO_CHOICES, UNUSUAL, "x" * 3000, "\r\n\r\n", "%00", "${7*7}"])
numbers = st.integers(-(10**20), 10**20).map(str)
anything = scribbled | strange | numbers


def in_a_box(part: int) -> st.SearchStrategy[str]:
    """What somebody may put into one box of a date."""
    usual = st.integers(0, (32, 13, 2300)[part]).map(str)
    return usual | st.sampled_from([date[part] for date in NO_DATES]) | anything


def answers_to(name: str, field: object, proper: Answers) -> dict[str, st.SearchStrategy[Any]]:
    """What may come under each of the names of a question."""
    if isinstance(field, fields.DateField):
        boxes = field.comes_once(name)
        return {box: st.just(proper.get(box)) | in_a_box(part) for part, box in enumerate(boxes)}
    one = anything
    if isinstance(field, fields.ChoiceLook):
        one = st.sampled_from([value for value, _ in field.flat_choices()] or [""]) | anything
    several = st.lists(one, max_size=3)
    return {name: st.none() | st.just(proper.get(name)) | one | one | several}


def sendings(form: PlainForm, proper: Answers) -> st.SearchStrategy[Answers]:
    """Some of the names with something else than what is proper, and names that nobody asked for."""
    of_fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in form.fields.items():
        of_fields |= answers_to(name, field, proper)
    wrong = st.dictionaries(st.sampled_from(sorted(of_fields)), st.none(), min_size=1, max_size=4).flatmap(
        lambda chosen: st.fixed_dictionaries({name: of_fields[name] for name in chosen})
    )
    beside = st.dictionaries(st.text("abc-_[]é\0", min_size=1, max_size=8), anything, max_size=2)
    return st.builds(lambda spoiled, more: {**proper, **more, **spoiled}, wrong, beside)


@pytest.mark.parametrize("name", [name for name in DOORS if name not in BUTTONS_ALONE])
def test_whatever_is_sent(name: str) -> None:
    door = DOORS[name]()
    form = form_behind(door)
    assert form
    before = fingerprint()
    counted = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(sendings(form, door.answers))
    def look(answers: Answers) -> None:
        nonlocal counted
        counted += 1
        sent = {one: value for one, value in answers.items() if value is not None}
        with put_back():
            answered = door.send(sent)
            changed = changes(door, before)
        assert answered.status in REFUSALS | {302}, answered.body[:500]
        assert answered.status == 302 or not changed

    look()
    assert counted >= EXAMPLES // 2
