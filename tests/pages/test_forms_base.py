"""What every form carries, and what a choice reveals."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from correspondence.core.errors import Refused
from correspondence.pages import forms
from correspondence.pages.forms import fields
from correspondence.pages.forms.base import OUT_OF_DATE, Form, PlainForm


class Received(Form):
    method = fields.RadiosField(
        "How was it sent?",
        choices=[("email", "By email"), ("post", "By post"), ("other", "Another way")],
        conditional={"post": ["posted_date", "scans"], "other": ["how"]},
    )
    posted_date = fields.DateField("Date on the letter")
    scans = fields.CheckboxesField("Scans", choices=[("a", "A")])
    how = fields.TextField("Which way?", max_length=10)


def sent(**answers: Any) -> Received:
    return Received({"form_key": str(uuid4()), "version": "3", **answers})


def test_each_showing_has_a_key_of_its_own_and_the_version_it_shows() -> None:
    first, second = (dict(Received(initial={"version": 3}).hidden_values()) for _ in range(2))
    assert UUID(first["form_key"]) != UUID(second["form_key"])
    assert first["version"] == "3"


def test_a_form_shown_again_keeps_its_key_and_its_version() -> None:
    key = str(uuid4())
    again = Received({"form_key": key, "version": "2"}, initial={"version": 9})
    assert not again.is_valid()
    assert dict(again.hidden_values()) == {"form_key": key, "version": "2"}


def test_a_valid_form_gives_key_version_and_answers_apart() -> None:
    key = uuid4()
    form = Received({"form_key": str(key), "version": "3", "method": "email"})
    assert form.is_valid()
    assert (form.key, form.shown_version) == (key, 3)
    assert form.answers == {"method": "email", "posted_date": None, "scans": [], "how": ""}


def test_a_form_without_its_key_is_refused_and_gets_a_new_one() -> None:
    form = Received({"method": "email"})
    assert form.error_list == [{"text": OUT_OF_DATE}]
    assert UUID(dict(form.hidden_values())["form_key"])


def test_a_spoiled_version_is_refused() -> None:
    for version in ("-1", "x", str(2**31), "1" * 5000):
        assert sent(method="email", version=version).error_list == [{"text": OUT_OF_DATE}]


def test_a_form_of_a_page_without_a_record_has_no_version() -> None:
    form = Received({"form_key": str(uuid4()), "version": "", "method": "email"})
    assert form.is_valid()
    assert form.shown_version is None


def test_what_a_choice_does_not_reveal_is_neither_checked_nor_kept() -> None:
    form = sent(method="email", how="x" * 11, **{"posted_date-day": "5"})
    assert form.is_valid()
    assert form.answers == {"method": "email", "posted_date": None, "scans": [], "how": ""}


def test_what_a_choice_reveals_is_asked_for() -> None:
    assert sent(method="other").errors == {"how": ["Enter an answer to “Which way?”"]}
    assert sent(method="post", how="by van").errors == {
        "posted_date": ["Enter date on the letter"],
        "scans": ["Select scans"],
    }
    posted = {"posted_date-day": "5", "posted_date-month": "1", "posted_date-year": "2026", "scans": ["a"]}
    form = sent(method="post", **posted)
    assert form.is_valid()
    assert form.answers == {"method": "post", "posted_date": date(2026, 1, 5), "scans": ["a"], "how": ""}


def test_without_a_choice_only_the_choice_is_asked_for() -> None:
    assert list(sent().errors) == ["method"]


def test_the_summary_leads_to_the_first_control_that_wants_correcting() -> None:
    form = sent(method="post", **{"posted_date-day": "5", "posted_date-year": "2026"})
    assert form.error_list == [
        {"text": "Date on the letter must include a month", "href": "#id_posted_date-month"},
        {"text": "Select scans", "href": "#id_scans"},
    ]
    assert sent().error_list == [{"text": "Select an answer to “How was it sent?”", "href": "#id_method"}]


def test_a_refusal_stands_beside_the_field_it_speaks_of() -> None:
    form = sent(method="email")
    assert form.is_valid()
    form.add_refusal(Refused("Not on a Sunday.", field="posted_date"))
    form.add_refusal(Refused("Somebody else was quicker."))
    form.add_refusal(Refused("This names a column.", field="no_such_field"))
    assert form.error_list == [
        {"text": "Somebody else was quicker"},
        {"text": "This names a column"},
        {"text": "Not on a Sunday", "href": "#id_posted_date-day"},
    ]


def test_choices_may_be_given_at_run_time() -> None:
    first, second = Received(), Received()
    first.question("scans").choices = [("b", "B")]
    assert first.question("scans").flat_choices() == [("b", "B")]
    assert second.question("scans").flat_choices() == [("a", "A")]
    with pytest.raises(TypeError, match="how"):
        first.question("how")


def test_fields_that_a_choice_reveals_are_not_shown_a_second_time() -> None:
    assert [field.name for field in Received().components()] == ["method"]


def forms_of_the_service() -> list[type[PlainForm]]:
    for module in pkgutil.iter_modules(forms.__path__, f"{forms.__name__}."):
        importlib.import_module(module.name)

    def below(form: type[PlainForm]) -> list[type[PlainForm]]:
        return [one for child in form.__subclasses__() for one in (child, *below(child))]

    return [form for form in below(PlainForm) if form.__module__.startswith(forms.__name__)]


@pytest.mark.parametrize("form", forms_of_the_service(), ids=lambda form: form.__qualname__)
def test_a_form_of_the_service(form: type[PlainForm]) -> None:
    """Every text has a limit, and no field hides an attribute: ``form.files`` are the files sent."""
    taken = {*dir(form), *dir(Form())}
    for name, field in form.base_fields.items():
        assert name not in taken, f"A field called {name} cannot be reached in a template."
        if isinstance(field, fields.TextField):
            assert field.max_length, name
        assert isinstance(field, fields.Look) or name in ("form_key", "version"), name
