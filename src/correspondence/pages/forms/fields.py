"""The kinds of question that a page can ask.

Each says which component shows it (``templates/forms/field.html``) and how it is told what is wrong:
in words that name the question and say what to do. Every text has a maximum, and no text may hold a
NUL, which PostgreSQL cannot keep. Any other Unicode comes through unchanged.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Never, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from correspondence.core.formats import counted, file_size
from correspondence.documents import sniffing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.core.files.uploadedfile import UploadedFile

type Size = Literal["", "s", "m", "l"]
type Choices = Iterable[tuple[Any, Any]]

MAX_EMAIL = 254
MAX_PASSWORD = 128
MAX_FILE_NAME = 255
FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SHORTEST_MONTH = 3


class Look(forms.Field):
    """What every question has in common.

    Args:
        label: the question, which its messages begin with: "Date received must be a real date".
        hint: help in a line below the label.
        missing: what to say when a required answer is not given; made of the label unless given.
        size: how large the label is; an empty string is plain text.
        heading: the label is also the page's heading, for a page with one question. Such a page sets
            ``own_heading`` (see ``layout/base.html``).
    """

    component: ClassVar[str]
    ask: ClassVar[str] = "Enter"
    size: Size
    heading: bool

    def __init__(
        self,
        label: str,
        *,
        hint: str = "",
        missing: str = "",
        required: bool = True,
        size: Size = "s",
        heading: bool = False,
        **more: Any,
    ) -> None:
        self.size = size
        self.heading = heading
        messages = {"required": missing or self._ask_for(label), **more.pop("error_messages", {})}
        super().__init__(label=label, help_text=hint, required=required, error_messages=messages, **more)

    @property
    def title(self) -> str:
        return str(self.label)

    def _ask_for(self, label: str) -> str:
        return (
            f"{self.ask} an answer to “{label}”"
            if label.endswith("?")
            else f"{self.ask} {lower_first(label)}"
        )


class TextField(Look, forms.CharField):
    """One line of text.

    Args:
        max_length: in characters.
        width: of the box, in characters that fit: 2, 3, 4, 5, 10, 20 or 30; the whole column unless given.
        autocomplete: what the browser may fill in, by the names of the HTML standard.
    """

    component: ClassVar[str] = "text"
    input_type: ClassVar[str] = "text"

    def __init__(
        self,
        label: str,
        *,
        max_length: int,
        width: int | None = None,
        autocomplete: str = "off",
        prefix: str = "",
        **more: Any,
    ) -> None:
        self.width = width
        self.autocomplete = autocomplete
        self.prefix = prefix
        super().__init__(
            label,
            max_length=max_length,
            error_messages={"max_length": f"{label} must be {max_length:,} characters or fewer"},
            **more,
        )

    def to_python(self, value: Any) -> str:
        text = cast("str", super().to_python(self._unbroken(value)))
        if "\0" in text:
            raise ValidationError(f"{self.title} has a character in it that cannot be kept", code="nul")
        return text

    def _unbroken(self, value: Any) -> Any:
        """One line only: a line break would let a subject end a mail header."""
        return " ".join(value.splitlines()) if isinstance(value, str) else value


class EmailField(TextField):
    """An email address."""

    input_type: ClassVar[str] = "email"

    def __init__(self, label: str, *, autocomplete: str = "email", **more: Any) -> None:
        super().__init__(
            label, max_length=more.pop("max_length", MAX_EMAIL), autocomplete=autocomplete, **more
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value:
            try:
                validate_email(value)
            except ValidationError:
                raise ValidationError(
                    f"{self.title} must be an address like name@example.com", code="invalid"
                ) from None


class PasswordField(TextField):
    """A password: never stripped, never shown again.

    Args:
        autocomplete: ``current-password`` to sign in, ``new-password`` to choose one.
    """

    component: ClassVar[str] = "password"

    def __init__(self, label: str, *, autocomplete: str = "current-password", **more: Any) -> None:
        super().__init__(
            label,
            max_length=more.pop("max_length", MAX_PASSWORD),
            autocomplete=autocomplete,
            strip=False,
            widget=forms.PasswordInput,
            **more,
        )

    def _unbroken(self, value: Any) -> Any:
        return value


class LongTextField(TextField):
    """Text of several lines, with a count of what is left. Line breaks are kept as line feeds."""

    component: ClassVar[str] = "textarea"

    def __init__(self, label: str, *, max_length: int, rows: int = 5, **more: Any) -> None:
        self.rows = rows
        super().__init__(label, max_length=max_length, widget=forms.Textarea, **more)

    def _unbroken(self, value: Any) -> Any:
        # A browser sends CRLF but counts one character, and so does the count beside the box.
        return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


class NumberField(Look, forms.IntegerField):
    """A whole number, both limits included."""

    component: ClassVar[str] = "number"

    def __init__(self, label: str, *, min_value: int, max_value: int, width: int = 5, **more: Any) -> None:
        self.width = width
        between = f"{label} must be a whole number between {min_value:,} and {max_value:,}"
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), between)
        super().__init__(label, min_value=min_value, max_value=max_value, error_messages=messages, **more)


class ChoiceLook(Look):
    """What questions with choices have in common. Use one of the classes below.

    Args:
        choices: pairs of value and text, or of a heading and such pairs.
        hints: a line of help below a choice, by its value.
        conditional: which fields of the same form a choice reveals, by its value. A revealed field is shown
            with the choice, so the page does not show it again; it is checked only when that choice is made,
            and is empty otherwise.
        coerce: makes the value of the text that a browser sends.
    """

    ask: ClassVar[str] = "Select"
    choices: Any

    def __init__(
        self,
        label: str,
        *,
        choices: Choices | Callable[[], Choices] = (),
        hints: Mapping[Any, str] | None = None,
        conditional: Mapping[Any, Sequence[str]] | None = None,
        coerce: Callable[[str], Any] = str,
        **more: Any,
    ) -> None:
        self.hints = {str(value): text for value, text in (hints or {}).items()}
        self.conditional = {str(value): tuple(names) for value, names in (conditional or {}).items()}
        not_one = f"{label} must be one of the choices shown"
        messages = {"invalid_choice": not_one, "invalid_list": not_one}
        super().__init__(label, choices=choices, coerce=coerce, error_messages=messages, **more)

    def flat_choices(self) -> list[tuple[str, str]]:
        """All choices in their order, without headings."""
        return [pair for _, inside in self._by_heading() for pair in inside]

    def grouped_choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The choices under their headings; nothing when none has a heading."""
        by_heading = self._by_heading()
        return by_heading if any(heading for heading, _ in by_heading) else []

    def _by_heading(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for value, text in self.choices:
            if isinstance(text, list | tuple):
                groups.append((str(value), [(str(one), str(name)) for one, name in text]))
                continue
            if not groups or groups[-1][0]:
                groups.append(("", []))
            groups[-1][1].append((str(value), str(text)))
        return groups


class RadiosField(ChoiceLook, forms.TypedChoiceField):
    """One of a few choices. ``inline`` sets short ones, such as Yes and No, side by side."""

    component: ClassVar[str] = "radios"

    def __init__(self, label: str, *, inline: bool = False, **more: Any) -> None:
        self.inline = inline
        super().__init__(label, widget=forms.RadioSelect, empty_value=None, **more)


class SelectField(ChoiceLook, forms.TypedChoiceField):
    """One of many choices. ``blank`` is the first line, which is no answer."""

    component: ClassVar[str] = "select"

    def __init__(self, label: str, *, blank: str = "Choose one", **more: Any) -> None:
        self.blank = blank
        super().__init__(label, widget=forms.Select, empty_value=None, **more)


class CheckboxesField(ChoiceLook, forms.TypedMultipleChoiceField):
    """Any number of choices; the value is a list in the order of the page."""

    component: ClassVar[str] = "checkboxes"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, widget=forms.CheckboxSelectMultiple, **more)


class TickField(Look, forms.BooleanField):
    """One box to tick; its label is the statement that is agreed to."""

    component: ClassVar[str] = "tick"
    empty_value: ClassVar[bool] = False

    def _ask_for(self, label: str) -> str:
        return f"Tick “{label}”"


class DateWidget(forms.Widget):
    """Reads a date from three boxes, named ``<field>-day``, ``<field>-month`` and ``<field>-year``."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str, str]:
        del files
        day, month, year = (
            str(data.get(f"{name}-{part}") or "").strip() for part in ("day", "month", "year")
        )
        return day, month, year

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        del files
        return all(f"{name}-{part}" not in data for part in ("day", "month", "year"))


class DateField(Look):
    """A day, typed into three boxes. Months may be named.

    Args:
        today: offers a *Today* button, which fills in the date of case work.
    """

    component: ClassVar[str] = "date"
    widget = DateWidget

    def __init__(
        self, label: str, *, today: bool = True, hint: str = "For example, 27 3 2026", **more: Any
    ) -> None:
        self.today = today
        super().__init__(label, hint=hint, **more)

    def parts_of(self, value: Any) -> tuple[str, str, str]:
        """What stands in the three boxes for a date, for what was typed, or for nothing."""
        if isinstance(value, date):
            return str(value.day), str(value.month), str(value.year)
        return cast("tuple[str, str, str]", value) if value else ("", "", "")

    def clean(self, value: Any) -> date | None:
        """The date, or nothing when none is asked for and none was given."""
        typed = dict(zip(("day", "month", "year"), self.parts_of(value), strict=True))
        missing = [part for part, text in typed.items() if not text]
        if len(missing) == len(typed):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if missing:
            self._refuse(f"must include a {' and '.join(missing)}", missing)
        return self._date(typed)

    def _date(self, typed: dict[str, str]) -> date:
        day, month, year = (
            _number(typed["day"], digits=2),
            _month(typed["month"]),
            _number(typed["year"], digits=4),
        )
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            self._refuse(f"must have a year between {FIRST_YEAR} and {LAST_YEAR}", ["year"])
        unread = [part for part, number in (("day", day), ("month", month), ("year", year)) if number is None]
        if day is None or month is None or year is None:
            self._refuse("must be a real date", unread)
        try:
            return date(year, month, day)
        except ValueError:
            self._refuse("must be a real date", ["day", "month", "year"])

    def _refuse(self, what: str, parts: Sequence[str]) -> Never:
        raise ValidationError(f"{self.title} {what}", code="date", params={"parts": tuple(parts)})


class FilesInput(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(Look, forms.FileField):
    """One or several files, as a list. What is inside them is checked where documents are kept.

    Args:
        accept: file name endings to offer; those of the documents that a case can hold unless given.
        max_bytes: of each file; what a document may have unless given.
        max_files: how many at once.
    """

    component: ClassVar[str] = "files"
    empty_value: ClassVar[tuple[()]] = ()
    ask: ClassVar[str] = "Choose"

    def __init__(
        self,
        label: str,
        *,
        accept: Sequence[str] = sniffing.EXTENSIONS,
        max_bytes: int = sniffing.MAX_BYTES,
        max_files: int = 20,
        missing: str = "Choose a file",
        hint: str = "",
        **more: Any,
    ) -> None:
        self.accept = tuple(accept)
        self.max_files = max_files
        self.max_bytes = max_bytes
        *others, last = (ending.removeprefix(".") for ending in accept)
        endings = f"{', '.join(others)} or {last}" if others else last
        hint = hint or f"Up to {file_size(max_bytes)} each: {endings}"
        super().__init__(label, missing=missing, hint=hint, widget=FilesInput, **more)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        del initial
        files: list[UploadedFile[bytes]] = [file for file in data or [] if file]
        if self.required and not files:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.max_files:
            raise ValidationError(
                f"Choose {counted(self.max_files, 'file')} or fewer at once", code="too_many"
            )
        wrong = [message for message in map(self._wrong, files) if message]
        if wrong:
            raise ValidationError([ValidationError(message, code="file") for message in wrong])
        return files

    def _wrong(self, file: UploadedFile[bytes]) -> str:
        name = file.name or "The file"
        if len(name) > MAX_FILE_NAME:
            return f"The name of {name[:40]}… must be {MAX_FILE_NAME} characters or fewer"
        if not file.size:
            return f"{name} is empty"
        if file.size > self.max_bytes:
            return f"{name} must be no larger than {file_size(self.max_bytes)}"
        return ""


class HiddenField(TextField):
    """A value that the page carries along unseen."""

    component: ClassVar[str] = "hidden"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, widget=forms.HiddenInput, **more)


def lower_first(label: str) -> str:
    """The label inside a sentence; ``FOI reference`` keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _number(text: str, *, digits: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def _month(text: str) -> int | None:
    """A number, or a name of which at least the first three letters are right."""
    name = text.lower()
    for number, full in enumerate(MONTHS, start=1):
        if len(name) >= SHORTEST_MONTH and full.startswith(name):
            return number
    return _number(text, digits=2)
