"""What is asked about a request, when it is logged and when its details are edited."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxLengthValidator

from correspondence.cases.validation import RequestDetails, creation_problems
from correspondence.core import clock
from correspondence.documents.filenames import FIELD as FILES
from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.core.files.uploadedfile import UploadedFile
    from django.forms import Field

    from correspondence.cases.models import Case
    from correspondence.rulebook.tables.rulebook import BoundTables

CHOOSE_AGAIN = "Choose the files again: a page that is shown again cannot keep them."


def _kinds(tables: BoundTables, form: str, kinds: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The case types that share a form, as choices."""
    wanted = set(kinds)
    return [
        (row.code, row.form_label)
        for row in tables.case_types.case_types
        if row.form == form and (not wanted or row.code in wanted)
    ]


def _limit(field: Field, characters: int) -> None:
    """Let a text be as long as the policy table says, and no longer."""
    if not isinstance(field, fields.TextField):
        raise TypeError("Only a text has a length.")
    field.max_length = characters
    field.validators = [one for one in field.validators if not isinstance(one, MaxLengthValidator)]
    field.validators.append(MaxLengthValidator(characters))
    field.error_messages["max_length"] = f"{field.title} must be {characters:,} characters or fewer"


class RequestForm(Form):
    """What every form about an FOI request asks.

    Args:
        tables: the policy edition that says which types there are, and how long texts may be.
    """

    case_type = fields.RadiosField("Type of request", missing="Select the type of request")
    name = fields.TextField(
        "Full name",
        max_length=200,
        hint="Of the person or organisation that asks",
        missing="Enter the requester's full name",
    )
    email = fields.EmailField(
        "Email",
        required=False,
        autocomplete="off",
        hint="An email or a postal address is needed for the answer",
    )
    postal_address = fields.LongTextField("Postal address", max_length=1000, rows=4, required=False)
    requester_type = fields.RadiosField("Requester type", missing="Select the requester type")
    received_date = fields.DateField("Date received", missing="Enter the date received")
    delivery_method = fields.RadiosField(
        "How was the request sent?", missing="Select how the request was sent"
    )
    subject = fields.TextField(
        "Subject", max_length=100, hint="A short summary, up to 100 characters", missing="Enter the subject"
    )
    message = fields.LongTextField("The request", max_length=100_000, rows=12, required=False)

    def __init__(self, *args: Any, tables: BoundTables, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        requesters, limits = loader.current().requesters, tables.case_types.limits
        for name, characters in (
            ("name", limits.name_characters),
            ("email", limits.email_characters),
            ("postal_address", limits.postal_address_characters),
            ("subject", limits.subject_characters),
            ("message", limits.message_characters),
        ):
            _limit(self.fields[name], characters)
        self.question("case_type").choices = _kinds(tables, "foi")
        self.question("requester_type").choices = [
            (row.code, row.label) for row in requesters.requester_types
        ]
        self.question("delivery_method").choices = [
            (row.code, row.label) for row in requesters.delivery_methods
        ]

    def details(self, *, message: str | None = None) -> RequestDetails:
        """What was entered; a field that is in error counts as empty.

        Args:
            message: stands in for the words of the request where the form does not ask for them.
        """
        said = self.cleaned_data
        return RequestDetails(
            name=said.get("name") or "",
            email=said.get("email") or "",
            postal_address=said.get("postal_address") or "",
            requester_type=said.get("requester_type") or "",
            delivery_method=said.get("delivery_method") or "",
            subject=said.get("subject") or "",
            message=(said.get("message") or "") if message is None else message,
            received_date=said.get("received_date"),
        )


class CreateFoi(RequestForm):
    """Log an FOI request or an internal review.

    Which fields a way of delivery reveals follows from what it needs: words or files, or files alone.
    """

    attachments = fields.FilesField("Files of the email", required=False)
    documents = fields.FilesField("Scanned request", required=False)
    flag_for_disclosure = fields.RadiosField(
        "Flag this case for Disclosure?",
        choices=[("yes", "Yes"), ("no", "No")],
        missing="Select yes if Disclosure has to clear the response",
        hint="Reviews are always flagged",
        inline=True,
    )

    field_order = (
        "case_type",
        "flag_for_disclosure",
        "name",
        "email",
        "postal_address",
        "requester_type",
        "received_date",
        "delivery_method",
        "message",
        "attachments",
        "documents",
        "subject",
    )

    def __init__(self, *args: Any, tables: BoundTables, **kwargs: Any) -> None:
        kwargs["initial"] = {"case_type": "foi", **(kwargs.get("initial") or {})}
        super().__init__(*args, tables=tables, **kwargs)
        self._tables = tables
        kinds = self.question("case_type")
        kinds.conditional = {
            row.code: ("flag_for_disclosure",)
            for row in tables.case_types.case_types
            if row.form == "foi" and not row.always_flagged
        }
        self.question("delivery_method").conditional = {
            row.code: ("message", "attachments") if row.needs == "message_or_files" else (FILES,)
            for row in loader.current().requesters.delivery_methods
        }

    @property
    def chosen_files(self) -> list[UploadedFile[bytes]]:
        """The files that came with the request, by whichever way it was sent."""
        return [*self.cleaned_data.get("attachments", ()), *self.cleaned_data.get(FILES, ())]

    @property
    def flagged(self) -> bool:
        """Whether Disclosure was asked to clear; reviews need no answer."""
        return bool(self.cleaned_data.get("flag_for_disclosure") == "yes")

    def clean(self) -> None:
        """Ask the same rule as the action, so that everything wrong is told at once."""
        years = self._tables.case_types.limits.received_at_most_years_ago
        # An address that was mistyped is told as such, and not as missing too.
        typed = replace(self.details(), email=str(self["email"].value() or ""))
        problems = creation_problems(
            typed,
            request_files=len(self.chosen_files),
            today=clock.today(),
            at_most_years_ago=years,
        )
        self.add_problems((field, message) for field, message in problems if field not in self.errors)
        if self.errors:
            self.tell_lost_files()

    def add_problems(self, problems: Iterable[tuple[str, str]]) -> None:
        """What is wrong with a file stands beside the question by which it came."""
        asked = "attachments" if self.cleaned_data.get("attachments") else FILES
        super().add_problems((asked if field == FILES else field, message) for field, message in problems)

    def tell_lost_files(self) -> None:
        """A browser does not send files a second time by itself: say that they have to be chosen again."""
        for name in ("attachments", FILES):
            if self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, CHOOSE_AGAIN)


class EditCase(RequestForm):
    """Change what is recorded of a request.

    The words of the request stay as they came where its files are kept, and the date of a compliant
    draft can be corrected once there is one. What becomes of an extension is asked only when a
    corrected date of receipt no longer fits it.
    """

    draft_compliant_date = fields.DateField(
        "Date draft uploaded", hint="The day on which the compliant draft came"
    )
    pit_keep = fields.RadiosField(
        "What happens to the extension of the final deadline?",
        missing="Select what happens to the extension",
        choices=[("new_date", "Extend to another date"), ("remove", "Remove the extension")],
        conditional={"new_date": ["new_extension"]},
    )
    new_extension = fields.DateField(
        "New final deadline", today=False, missing="Enter the new final deadline"
    )

    def __init__(self, *args: Any, case: Case, has_files: bool, tables: BoundTables, **kwargs: Any) -> None:
        super().__init__(*args, tables=tables, initial=_recorded(case), **kwargs)
        self._later = {name: self.fields.pop(name) for name in ("pit_keep", "new_extension")}
        flagged = tables.case_type(case.case_type).always_flagged
        same = [row.code for row in tables.case_types.case_types if row.always_flagged == flagged]
        self._case_type = case.case_type
        kinds = _kinds(tables, "foi", same)
        self.question("case_type").choices = kinds
        if len(kinds) == 1:
            del self.fields["case_type"]
        if has_files:
            del self.fields["message"]
        if case.draft_compliant_date is None:
            del self.fields["draft_compliant_date"]
        if "pit_keep" in self.data:
            self.ask_for_extension()

    def ask_for_extension(self) -> None:
        """Bring in the question that only some changes need."""
        self.fields |= self._later

    @property
    def chosen_type(self) -> str:
        """The kind of case that was chosen; what it is, where there is no choice."""
        return str(self.cleaned_data.get("case_type") or self._case_type)

    @property
    def compliant(self) -> date | None:
        """The date of the compliant draft; None where it is not asked."""
        return self.cleaned_data.get("draft_compliant_date")


def _recorded(case: Case) -> dict[str, Any]:
    names = (*RequestForm.base_fields, "message", "draft_compliant_date")
    return {name: getattr(case, name) for name in names if hasattr(case, name)}
