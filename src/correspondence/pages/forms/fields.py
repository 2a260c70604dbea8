"""The kinds of question that a page can ask.

Each says which component shows it (``templates/forms/field.html``) and how it is told what is wrong:
in words that name the question and say what to do. Every text has a maximum, and no text may hold a
NUL, which PostgreSQL cannot keep. Any other Unicode comes through unchanged.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from correspondence.core.formats import counted, file_size
from correspondence.documents import sniffing
from correspondence.pages.forms.choices import CheckboxesField, ChoiceLook, RadiosField, SelectField
from correspondence.pages.forms.dates import DateField, DateWidget
from correspondence.pages.forms.look import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

__all__ = [
    "CheckboxesField",
    "ChoiceLook",
    "DateField",
    "DateWidget",
    "EmailField",
    "FilesField",
    "HiddenField",
    "LongTextField",
    "Look",
    "NumberField",
    "PasswordField",
    "RadiosField",
    "SelectField",
    "TextField",
    "TickField",
]

MAX_EMAIL = 254
MAX_PASSWORD = 128
MAX_FILE_NAME = 255
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Unicode's categories of characters that leave no mark on the page."""


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
        return text if self._can_be_seen(text) else ""

    def _can_be_seen(self, text: str) -> bool:
        """Joiners and marks of direction alone are no answer: a reader would see an empty line."""
        return any(unicodedata.category(character) not in UNSEEN for character in text)

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

    def _can_be_seen(self, text: str) -> bool:
        del text
        return True


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


class TickField(Look, forms.BooleanField):
    """One box to tick; its label is the statement that is agreed to."""

    component: ClassVar[str] = "tick"
    empty_value: ClassVar[bool] = False

    def _ask_for(self, label: str) -> str:
        return f"Tick “{label}”"


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

    def comes_once(self, html_name: str) -> tuple[str, ...]:
        """Nothing: each file comes under the same name."""
        del html_name
        return ()

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
