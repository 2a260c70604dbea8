"""What every form of the pages has: the key that makes a second click harmless, the version, its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict

from correspondence.pages.forms.choices import ChoiceLook
from correspondence.pages.forms.look import Look
from correspondence.pages.forms.renderer import Component

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from correspondence.core.errors import Refused

OUT_OF_DATE = "This page is out of date. Go back to the case and start again."
LARGEST_VERSION = 2**31 - 1
MACHINERY = ("form_key", "version")


class PlainForm(forms.Form):
    """A form that changes nothing: a search, a filter."""

    bound_field_class = Component

    def components(self) -> Iterator[Component]:
        """What is seen, in order, each once: without hidden fields and those that a choice reveals."""
        revealed = {name for field in self.fields.values() for name in _revealed_names(field)}
        for name in self.fields:
            component = self[name]
            if (
                isinstance(component, Component)
                and name not in revealed
                and component.kind not in ("hidden", "key")
            ):
                yield component

    def question(self, name: str) -> ChoiceLook:
        """The field with choices of this name: a form that learns its choices at run time sets them there."""
        field = self.fields[name]
        if not isinstance(field, ChoiceLook):
            raise TypeError(f"{name} is no question with choices.")
        return field

    def hidden_values(self) -> Iterator[tuple[str, str]]:
        """Name and value of what the page carries along unseen."""
        for name in self.fields:
            component = self[name]
            if isinstance(component, Component) and component.kind in ("hidden", "key"):
                # A key that was lost or spoiled is made anew, or the form could never be sent.
                spoiled = name == "form_key" and component.errors
                yield component.html_name, str(uuid4()) if spoiled else component.shown_value

    @property
    def error_list(self) -> list[dict[str, str]]:
        """For the error summary, in the order of the page: first what belongs to no field."""
        summary = [{"text": str(error)} for error in self.non_field_errors()]
        for name in self.fields:
            component = self[name]
            if isinstance(component, Component) and component.errors:
                unseen = component.kind in ("hidden", "key")
                link = {} if unseen else {"href": component.error_link}
                summary += [{"text": str(error), **link} for error in component.errors]
        return summary

    def add_error(self, field: str | None, error: Any) -> None:
        """A message beside a field has no full stop when it is one sentence, whoever wrote it."""
        super().add_error(field, as_message(error) if isinstance(error, str) else error)

    def add_refusal(self, refusal: Refused) -> None:
        """Put what a rule refused beside the field it speaks of, or at the top when there is none."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))

    def add_problems(self, problems: Iterable[tuple[str, str]]) -> None:
        """Put each thing to mend beside the field it speaks of, or at the top when there is none."""
        for field, message in problems:
            self.add_error(field if field in self.fields else None, message)

    def _clean_fields(self) -> None:
        """What a choice would reveal and does not is neither checked nor kept."""
        super()._clean_fields()  # type: ignore[misc]  # the stubs leave Django's hooks out
        for name, message in list(self._repeated()):
            self.add_error(name, message)
        for name in self._unrevealed():
            self.errors.pop(name, None)
            self.cleaned_data[name] = getattr(self.fields[name], "empty_value", None)

    def _repeated(self) -> Iterator[tuple[str, str]]:
        """Answers that came more than once: which of them is meant, nobody can know."""
        if not isinstance(self.data, QueryDict):
            return
        for name, field in self.fields.items():
            html_name = self[name].html_name
            if isinstance(field, Look):
                names, message = field.comes_once(html_name), f"{field.title} must be answered once"
            else:
                names, message = (html_name,), OUT_OF_DATE
            if name not in self.errors and any(len(self.data.getlist(one)) > 1 for one in names):
                yield name, message

    def _unrevealed(self) -> Iterator[str]:
        for name, field in self.fields.items():
            if not isinstance(field, ChoiceLook):
                continue
            data = self[name].data
            chosen = {str(one) for one in data} if isinstance(data, list | tuple) else {str(data)}
            revealed = {one for value, names in field.conditional.items() if value in chosen for one in names}
            yield from (one for one in _revealed_names(field) if one not in revealed)


def as_message(sentence: str) -> str:
    """A rule's sentence as it stands beside a field or in the summary."""
    return sentence if ". " in sentence else sentence.removesuffix(".")


class FormKeyField(forms.UUIDField):
    """Tells one showing of a form from another; sent twice, it is the same submission."""

    component: ClassVar[str] = "key"

    def __init__(self) -> None:
        super().__init__(
            initial=uuid4,
            widget=forms.HiddenInput,
            error_messages=dict.fromkeys(("required", "invalid"), OUT_OF_DATE),
        )


class VersionField(forms.IntegerField):
    """The version of the record that the page showed; nothing when it shows none."""

    component: ClassVar[str] = "key"

    def __init__(self) -> None:
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), OUT_OF_DATE)
        super().__init__(
            required=False,
            widget=forms.HiddenInput,
            min_value=0,
            max_value=LARGEST_VERSION,
            error_messages=messages,
        )


class Form(PlainForm):
    """A form that changes something.

    It carries ``form_key``, new each time the page is shown and kept when it is shown again with
    errors, and ``version``, given by the view as an initial value.
    """

    form_key = FormKeyField()
    version = VersionField()

    @property
    def answers(self) -> dict[str, Any]:
        """The cleaned answers, without the form's key and the version."""
        return {name: value for name, value in self.cleaned_data.items() if name not in MACHINERY}

    @property
    def key(self) -> UUID:
        """The key of this submission, once the form is valid."""
        key = self.cleaned_data["form_key"]
        if not isinstance(key, UUID):
            raise TypeError("A valid form has a key.")
        return key

    @property
    def shown_version(self) -> int | None:
        """The version of the record that the page showed, once the form is valid."""
        version = self.cleaned_data["version"]
        return None if version is None else int(version)


def _revealed_names(field: forms.Field) -> set[str]:
    if not isinstance(field, ChoiceLook):
        return set()
    return {name for names in field.conditional.values() for name in names}
