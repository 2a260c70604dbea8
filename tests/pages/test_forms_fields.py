"""What each kind of question accepts, and in which words it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import PlainForm


def refusal(field: fields.Look, value: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    return str(refused.value.messages[0])


SUBJECT = fields.TextField("Subject", max_length=100)


def test_text_is_stripped_and_otherwise_unchanged() -> None:
    odd = "Ⅻ \U0001d518nicode e\u0301 \u202eabc\u202c 👩‍👩‍👧 \u00a0x"
    assert SUBJECT.clean(f"  {odd}\n") == odd


@pytest.mark.parametrize("breaking", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_line_of_text_stays_one_line(breaking: str) -> None:
    assert (
        SUBJECT.clean(f"Minutes{breaking}Bcc: everyone@example.invalid")
        == "Minutes Bcc: everyone@example.invalid"
    )


def test_text_at_its_limit_and_one_beyond() -> None:
    assert SUBJECT.clean("é" * 100) == "é" * 100
    assert refusal(SUBJECT, "é" * 101) == "Subject must be 100 characters or fewer"


@pytest.mark.parametrize(
    "field", [SUBJECT, fields.LongTextField("Reason", max_length=50), fields.PasswordField("Password")]
)
def test_no_text_holds_a_nul(field: fields.TextField) -> None:
    assert refusal(field, "a\0b") == f"{field.label} has a character in it that cannot be kept"


def test_long_text_counts_a_line_break_once() -> None:
    field = fields.LongTextField("Message", max_length=3)
    assert field.clean("a\r\nb") == "a\nb"
    assert refusal(field, "a\r\nbc") == "Message must be 3 characters or fewer"


def test_what_is_missing_is_asked_for_by_name() -> None:
    assert refusal(SUBJECT, "  ") == "Enter subject"
    assert refusal(fields.TextField("ICO reference", max_length=9), "") == "Enter ICO reference"
    assert refusal(fields.TextField("Which way?", max_length=9), "") == "Enter an answer to “Which way?”"
    assert refusal(fields.RadiosField("Outcome", choices=[("a", "A")]), "") == "Select outcome"
    assert refusal(fields.TickField("I have checked it"), "") == "Tick “I have checked it”"
    assert refusal(fields.TextField("Name", max_length=9, missing="Say who asked"), "") == "Say who asked"


def test_an_optional_question_may_stay_without_an_answer() -> None:
    assert fields.TextField("Name", max_length=9, required=False).clean("") == ""
    assert fields.RadiosField("Outcome", choices=[("a", "A")], required=False).clean("") is None
    assert fields.DateField("Date", required=False).clean(("", "", "")) is None


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@example.com", "a@example.com\0"])
def test_an_email_address_that_is_none(address: str) -> None:
    assert refusal(fields.EmailField("Email address"), address)


def test_an_email_address_says_what_one_looks_like() -> None:
    field = fields.EmailField("Email address")
    assert field.clean(" o'brien+foi@example.com ") == "o'brien+foi@example.com"
    assert refusal(field, "nobody") == "Email address must be an address like name@example.com"


def test_a_password_keeps_its_spaces() -> None:
    assert fields.PasswordField("Password").clean("  two words ") == "  two words "


@pytest.mark.parametrize("typed", ["0", "41", "4.5", "many", "9" * 5000])
def test_a_number_out_of_range(typed: str) -> None:
    field = fields.NumberField("Working days", min_value=1, max_value=40)
    assert refusal(field, typed) == "Working days must be a whole number between 1 and 40"


def test_a_number_at_its_limits() -> None:
    field = fields.NumberField("Working days", min_value=1, max_value=40)
    assert [field.clean("1"), field.clean(" 40 ")] == [1, 40]


def test_choices_give_values_of_their_kind_and_refuse_others() -> None:
    team = fields.SelectField("Business unit", choices=[(7, "Finance")], coerce=int)
    assert team.clean("7") == 7
    assert refusal(team, "8") == "Business unit must be one of the choices shown"
    flags = fields.CheckboxesField(
        "Exemptions", choices=[("Most used", [("s21", "Section 21"), ("s40", "Section 40")])]
    )
    assert flags.clean(["s40"]) == ["s40"]
    assert refusal(flags, ["s99"]) == "Exemptions must be one of the choices shown"


RECEIVED = fields.DateField("Date received")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (("5", "1", "2024"), date(2024, 1, 5)),
        (("05", "01", "2024"), date(2024, 1, 5)),
        (("29", "2", "2024"), date(2024, 2, 29)),
        (("1", "Jan", "1900"), date(1900, 1, 1)),
        (("31", "december", "2200"), date(2200, 12, 31)),
        (("7", "Sept", "2026"), date(2026, 9, 7)),
    ],
)
def test_a_date(typed: tuple[str, str, str], day: date) -> None:
    assert RECEIVED.clean(typed) == day


@pytest.mark.parametrize(
    ("typed", "message", "parts"),
    [
        (("", "", ""), "Enter date received", None),
        (("5", "", "2024"), "Date received must include a month", ("month",)),
        (("", "", "2024"), "Date received must include a day and month", ("day", "month")),
        (("5", "1", ""), "Date received must include a year", ("year",)),
        (("31", "2", "2024"), "Date received must be a real date", ("day", "month", "year")),
        (("29", "2", "2023"), "Date received must be a real date", ("day", "month", "year")),
        (("0", "1", "2024"), "Date received must be a real date", ("day", "month", "year")),
        (("five", "1", "2024"), "Date received must be a real date", ("day",)),
        (("5", "ju", "2024"), "Date received must be a real date", ("month",)),
        (("5", "1", "20 24"), "Date received must be a real date", ("year",)),
        (("\u0665", "1", "2024"), "Date received must be a real date", ("day",)),
        (("-5", "1", "2024"), "Date received must be a real date", ("day",)),
        (("5", "1", "9" * 5000), "Date received must be a real date", ("year",)),
        (("5", "1", "24"), "Date received must have a year between 1900 and 2200", ("year",)),
        (("31", "12", "1899"), "Date received must have a year between 1900 and 2200", ("year",)),
        (("1", "1", "2201"), "Date received must have a year between 1900 and 2200", ("year",)),
    ],
)
def test_a_date_that_is_none(
    typed: tuple[str, str, str], message: str, parts: tuple[str, ...] | None
) -> None:
    with pytest.raises(ValidationError) as refused:
        RECEIVED.clean(typed)
    assert refused.value.messages == [message]
    assert (refused.value.params or {}).get("parts") == parts


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_date_comes_back_as_it_is_shown(day: date) -> None:
    assert RECEIVED.clean(RECEIVED.parts_of(day)) == day


class OneDate(PlainForm):
    day = fields.DateField("Date received")


@given(st.tuples(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6)))
def test_whatever_is_typed_is_a_date_or_is_refused_in_words(typed: tuple[str, str, str]) -> None:
    posted = {f"day-{part}": text for part, text in zip(("day", "month", "year"), typed, strict=True)}
    form = OneDate(posted)
    said = str(form.errors.get("day", [""])[0])
    assert form.is_valid() or said.startswith(("Date received must", "Enter date received"))
    assert not form.is_valid() or isinstance(form.cleaned_data["day"], date)


def test_a_date_is_read_from_three_boxes() -> None:
    posted = {"received_date-day": " 5 ", "received_date-month": "1", "received_date-year": "2024"}
    widget = fields.DateWidget()
    assert widget.value_from_datadict(posted, {}, "received_date") == ("5", "1", "2024")
    assert not widget.value_omitted_from_data(posted, {}, "received_date")
    assert widget.value_omitted_from_data({}, {}, "received_date")


class Upload(PlainForm):
    documents = fields.FilesField("Request files", accept=[".pdf"], max_bytes=1024**2, max_files=2)


def uploaded(*files: SimpleUploadedFile) -> Upload:
    return Upload({}, MultiValueDict({"documents": list(files)}))


def test_several_files_come_as_a_list() -> None:
    form = uploaded(SimpleUploadedFile("größe 1.pdf", b"%PDF"), SimpleUploadedFile("b.pdf", b"%PDF"))
    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["documents"]] == ["größe 1.pdf", "b.pdf"]


@pytest.mark.parametrize(
    ("files", "messages"),
    [
        ([], ["Choose a file"]),
        ([("a.pdf", b"")], ["a.pdf is empty"]),
        ([("a.pdf", b"x" * (1024**2 + 1))], ["a.pdf must be no larger than 1 MB"]),
        ([("a.pdf", b"x"), ("b.pdf", b"x"), ("c.pdf", b"x")], ["Choose 2 files or fewer at once"]),
        ([("a.pdf", b""), ("b.pdf", b"")], ["a.pdf is empty", "b.pdf is empty"]),
    ],
)
def test_files_that_cannot_be_taken(files: list[tuple[str, bytes]], messages: list[str]) -> None:
    form = uploaded(*(SimpleUploadedFile(name, content) for name, content in files))
    assert form.errors["documents"] == messages


def test_without_more_ado_a_case_gets_the_documents_that_it_can_hold() -> None:
    field = fields.FilesField("Request files")
    assert ".pdf" in field.accept
    assert field.max_bytes == 20 * 1024**2
    assert str(field.help_text).startswith("Up to 20 MB each: pdf, doc")


def test_a_file_of_the_largest_size_is_taken() -> None:
    assert uploaded(SimpleUploadedFile("a.pdf", b"x" * 1024**2)).is_valid()
