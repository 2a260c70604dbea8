"""Which questions a form asks, found by sending it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from django import forms

from correspondence.pages.forms.base import MACHINERY, PlainForm
from correspondence.pages.forms.choices import ChoiceLook
from tests.bad_input.looking import put_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.browser import Door


@contextmanager
def forms_made() -> Iterator[list[PlainForm]]:
    """Collects the forms that the pages make and fill with what was sent."""
    made: list[PlainForm] = []
    begin = forms.BaseForm.__init__

    def remember(form: PlainForm, *args: object, **kwargs: object) -> None:
        begin(form, *args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        if form.is_bound:
            made.append(form)

    with patch.object(forms.BaseForm, "__init__", remember):
        yield made


def form_behind(door: Door) -> PlainForm | None:
    """The form that takes what is properly sent here; nothing behind a button alone."""
    with forms_made() as made, put_back():
        door.send()
    assert len(made) <= 1, made
    return made[0] if made else None


def questions(form: PlainForm) -> dict[str, forms.Field]:
    """What the form asks of somebody who answers as this form was answered."""
    hidden = {
        name
        for field in form.fields.values()
        if isinstance(field, ChoiceLook)
        for value, names in field.conditional.items()
        for name in names
    }
    shown = {
        name
        for asked, field in form.fields.items()
        if isinstance(field, ChoiceLook)
        for value in _chosen(form, asked)
        for name in field.conditional.get(value, ())
    }
    return {
        name: field
        for name, field in form.fields.items()
        if name not in MACHINERY and (name not in hidden or name in shown)
    }


def _chosen(form: PlainForm, name: str) -> set[str]:
    data = form[name].data
    return {str(one) for one in data} if isinstance(data, list) else {str(data)}
