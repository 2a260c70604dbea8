"""Questions with choices, and what a choice reveals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from correspondence.pages.forms.look import Look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

type Choices = Iterable[tuple[Any, Any]]


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

    def comes_once(self, html_name: str) -> tuple[str, ...]:
        """Nothing: each box that is ticked comes under the same name."""
        del html_name
        return ()
