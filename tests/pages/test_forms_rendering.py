"""How a field becomes a component, read from the page as a browser would."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form, PlainForm
from tests.pages.reading import Element, read


class Everything(Form):
    subject = fields.TextField("Subject", max_length=100, hint="As the requester put it", width=20)
    email = fields.EmailField("Email address")
    password = fields.PasswordField("Password")
    message = fields.LongTextField("Full request", max_length=500, rows=8)
    received_date = fields.DateField("Date received")
    method = fields.RadiosField(
        "How was it sent?",
        choices=[("email", "By email"), ("other", "Another way")],
        hints={"email": "Paste the mail"},
        conditional={"other": ["how"]},
    )
    how = fields.TextField("Which way?", max_length=50)
    team = fields.SelectField("Business unit", choices=[(7, "Finance & Property"), (8, "Other")], coerce=int)
    exemptions = fields.CheckboxesField(
        "Exemptions",
        choices=[
            ("Most used", [("s21", "Section 21"), ("s40", "Section 40")]),
            ("All", [("s44", "Section 44")]),
        ],
    )
    flags = fields.CheckboxesField(
        "Flags", choices=[("press", "Press interest"), ("mp", "Member of Parliament")]
    )
    days = fields.NumberField("Working days", min_value=1, max_value=40)
    agreed = fields.TickField("I have checked it")
    documents = fields.FilesField("Request files", accept=[".pdf", ".docx"], max_bytes=10)
    origin = fields.HiddenField("Origin", max_length=10)


def shown(name: str, form: PlainForm | None = None) -> Element:
    return read(str((form or Everything())[name].as_field_group()))


def described(page: Element, control: Element) -> str:
    return " ".join(page.one(id=one).text for one in control["aria-describedby"].split())


def test_a_line_of_text() -> None:
    page = shown("subject", Everything(initial={"subject": 'A "quoted" <b>subject</b>'}))
    control = page.one("input")
    assert (control["id"], control["name"], control["type"]) == ("id_subject", "subject", "text")
    assert control["value"] == 'A "quoted" <b>subject</b>'
    assert "govuk-input--width-20" in control.classes
    assert page.one("label", **{"for": "id_subject"}).text == "Subject"
    assert described(page, control) == "As the requester put it"
    assert "maxlength" not in control  # what is pasted must not be cut off unseen


def test_what_a_browser_may_fill_in() -> None:
    assert shown("email").one("input", type="email")["autocomplete"] == "email"
    assert shown("subject").one("input")["autocomplete"] == "off"
    password = shown("password", Everything({"password": "secret"})).one("input")
    assert (password["type"], password["autocomplete"]) == ("password", "current-password")
    assert "value" not in password


def test_a_long_text_says_how_much_there_may_be() -> None:
    page = shown("message", Everything(initial={"message": "one\ntwo </textarea>"}))
    control = page.one("textarea")
    assert (control["rows"], control.text) == ("8", "one two </textarea>")
    assert described(page, control) == "You can enter up to 500 characters"
    assert page.one("div", **{"data-module": "govuk-character-count"})["data-maxlength"] == "500"


def test_a_date_is_a_group_of_three_boxes_with_a_button() -> None:
    page = shown("received_date", Everything(initial={"received_date": date(2024, 1, 5)}))
    group = page.one("fieldset", role="group")
    assert group.one("legend").text == "Date received"
    assert described(page, group) == "For example, 27 3 2026"
    boxes = group.all("input")
    assert [(box["id"], box["name"], box["value"]) for box in boxes] == [
        ("id_received_date-day", "received_date-day", "5"),
        ("id_received_date-month", "received_date-month", "1"),
        ("id_received_date-year", "received_date-year", "2024"),
    ]
    assert [page.one("label", **{"for": box["id"]}).text for box in boxes] == ["Day", "Month", "Year"]
    button = group.one("button")
    assert (button["type"], button["data-today-for"], "hidden" in button) == (
        "button",
        "id_received_date",
        True,
    )
    assert button.text == "Today for Date received"


def test_a_date_shows_again_what_was_typed_and_which_box_is_wrong() -> None:
    page = shown("received_date", Everything({"received_date-day": '31"', "received_date-month": "1"}))
    assert page.one("p", class_="govuk-error-message").text == "Error: Date received must include a year"
    assert [box["value"] for box in page.all("input")] == ['31"', "1", ""]
    assert ["govuk-input--error" in box.classes for box in page.all("input")] == [False, False, True]
    assert (
        described(page, page.one("fieldset"))
        == "For example, 27 3 2026 Error: Date received must include a year"
    )


def test_radios_reveal_the_fields_of_their_choice() -> None:
    page = shown("method", Everything(initial={"method": "email"}))
    assert page.one("legend").text == "How was it sent?"
    email, other = page.all("input", type="radio")
    assert (email["id"], email["value"], "checked" in email) == ("id_method", "email", True)
    assert described(page, email) == "Paste the mail"
    assert (other["id"], "checked" in other) == ("id_method-2", False)
    revealed = page.one(id=other["data-aria-controls"])
    assert (
        "govuk-radios__conditional--hidden" in revealed.classes
    )  # hides only where JavaScript can show it again
    assert revealed.one("input", name="how")["id"] == "id_how"


def test_what_was_chosen_stays_revealed() -> None:
    page = shown("method", Everything({"method": "other"}))
    revealed = page.one("div", id="conditional-id_method-2")
    assert "govuk-radios__conditional--hidden" not in revealed.classes
    assert revealed.one("p", class_="govuk-error-message").text == "Error: Enter an answer to “Which way?”"


def test_a_select_begins_with_no_answer() -> None:
    options = shown("team", Everything(initial={"team": 8})).all("option")
    assert [(option["value"], option.text, "selected" in option) for option in options] == [
        ("", "Choose one", False),
        ("7", "Finance & Property", False),
        ("8", "Other", True),
    ]


def test_checkboxes_keep_what_was_ticked() -> None:
    boxes = shown("flags", Everything({"flags": ["mp"]})).all("input", type="checkbox")
    assert [(box["id"], box["value"], "checked" in box) for box in boxes] == [
        ("id_flags", "press", False),
        ("id_flags-2", "mp", True),
    ]


def test_checkboxes_under_headings_are_groups_with_names() -> None:
    page = shown("exemptions", Everything(initial={"exemptions": ["s44"]}))
    groups = page.all("div", role="group")
    assert [page.one(id=group["aria-labelledby"]).text for group in groups] == ["Most used", "All"]
    boxes = page.all("input", name="exemptions")
    assert [box["value"] for box in boxes if "checked" in box] == ["s44"]
    assert len({box["id"] for box in boxes}) == 3
    assert boxes[0]["id"] == "id_exemptions"


def test_one_box_to_tick() -> None:
    page = shown("agreed", Everything({"agreed": "yes"}))
    assert "checked" in page.one("input", type="checkbox", id="id_agreed", name="agreed")
    assert "checked" not in shown("agreed").one("input")


def test_a_number_is_typed_with_digits() -> None:
    assert shown("days").one("input", type="text")["inputmode"] == "numeric"


def test_several_files_may_be_chosen() -> None:
    page = shown("documents")
    control = page.one("input", type="file")
    assert described(page, control) == "Up to 10 bytes each: pdf or docx"
    assert "multiple" in control
    assert control["accept"] == ".pdf,.docx"


@pytest.mark.parametrize(
    "name", [name for name in Everything.base_fields if name not in ("form_key", "version", "origin")]
)
def test_every_field_tells_its_error_and_is_where_the_summary_leads(name: str) -> None:
    form = Everything({"method": "" if name == "method" else "other"})
    page = shown(name, form)
    entry = next(entry for entry in form.error_list if entry.get("href", "").startswith(f"#id_{name}"))
    assert page.one(id=entry["href"].removeprefix("#")).tag in ("input", "textarea", "select")
    messages = [message.text for message in page.all("p", class_="govuk-error-message")]
    assert f"Error: {entry['text']}" in messages
    assert page.all("div", class_="govuk-form-group--error")


def test_the_only_question_of_a_page_is_its_heading() -> None:
    class Why(PlainForm):
        reason = fields.LongTextField("Why is it rejected?", max_length=100, heading=True)
        outcome = fields.RadiosField("Outcome", choices=[("a", "A")], heading=True)

    assert shown("reason", Why()).one("h1").one("label").text == "Why is it rejected?"
    assert shown("outcome", Why()).one("legend").one("h1").text == "Outcome"


def test_hidden_values_are_not_among_the_fields() -> None:
    form = Everything(initial={"origin": "list"})
    assert ("origin", "list") in list(form.hidden_values())
    assert "origin" not in [field.name for field in form.components()]
    assert not read(str(form)).all("input", type="hidden")


def test_two_forms_on_one_page_do_not_share_names() -> None:
    form = Everything(prefix="second")
    box = shown("received_date", form).all("input")[0]
    assert (box["id"], box["name"]) == ("id_second-received_date-day", "second-received_date-day")
    assert all(name.startswith("second-") for name, _ in form.hidden_values())


def test_no_text_without_a_limit() -> None:
    for field in Everything.base_fields.values():
        if isinstance(field, fields.TextField):
            assert field.max_length


def test_everything_answered() -> None:
    answers: dict[str, Any] = {
        "form_key": str(uuid4()), "subject": "S", "email": "a@example.com", "password": "p", "message": "m",
        "received_date-day": "5", "received_date-month": "1", "received_date-year": "2024", "method": "email",
        "team": "7", "exemptions": ["s21"], "flags": ["mp"], "days": "3", "agreed": "yes", "origin": "x",
    }  # fmt: skip
    form = Everything(answers, MultiValueDict({"documents": [SimpleUploadedFile("a.pdf", b"x")]}))
    assert form.errors == {}
    assert form.answers["team"] == 7
