"""Which questions a form asks, found by sending it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from correspondence.pages.forms.base import MACHINERY, PlainForm
from correspondence.pages.forms.choices import ChoiceLook
from correspondence.pages.forms.look import Look
from tests.bad_input.looking import put_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.browser import Door


@contextmanager
def forms_made() -> Iterator[list[PlainForm]]:
    """Collects the forms that the pages make and fill with what was sent."""
    made: list[PlainForm] = []
    begin = PlainForm.__init__

    def remember(form: PlainForm, *args: object, **kwargs: object) -> None:
        begin(form, *args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        if form.is_bound:
            made.append(form)

    with patch.object(PlainForm, "__init__", remember):
        yield made


def form_behind(door: Door) -> PlainForm | None:
    """The form that takes what is properly sent here; nothing behind a button alone."""
    with forms_made() as made, put_back():
        door.send()
    assert len(made) <= 1, made
    return made[0] if made else None


def questions(form: PlainForm) -> dict[str, Look]:
    """What the form asks of somebody who answers as this form was answered."""
    choices = {name: field for name, field in form.fields.items() if isinstance(field, ChoiceLook)}
    revealed = {one for field in choices.values() for names in field.conditional.values() for one in names}
    shown = {
        one
        for name, field in choices.items()
        for value in _chosen(form, name)
        for one in field.conditional.get(value, ())
    }
    return {
        name: field
        for name, field in form.fields.items()
        if isinstance(field, Look) and name not in MACHINERY and (name not in revealed or name in shown)
    }


def _chosen(form: PlainForm, name: str) -> set[str]:
    data = form[name].data
    return {str(one) for one in data} if isinstance(data, list) else {str(data)}
