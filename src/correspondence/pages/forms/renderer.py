"""How a form field becomes a component: by ``templates/forms/field.html``, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.safestring import SafeString

    from correspondence.pages.forms.choices import ChoiceLook
    from correspondence.pages.forms.dates import DateField
    from correspondence.pages.forms.look import Look


class Part:
    """One box of a date."""

    def __init__(
        self, *, name: str, label: str, field_id: str, html_name: str, value: str, wrong: bool
    ) -> None:
        self.name = name
        self.label = label
        self.id = f"{field_id}-{name}"
        self.html_name = f"{html_name}-{name}"
        self.value = value
        self.wrong = wrong


class Component(BoundField):
    """A field of a form as its template sees it: label, hint, first error, value, choices."""

    @property
    def look(self) -> Look:
        return cast("Look", self.field)

    @property
    def kind(self) -> str:
        """Which component it is; the branches of ``forms/field.html``."""
        return self.look.component

    @property
    def error(self) -> str:
        """The first thing wrong with the answer, or nothing."""
        return str(self.errors[0]) if self.errors else ""

    @property
    def error_link(self) -> str:
        """What the error summary leads to: the first control that wants correcting."""
        wrong = [part.id for part in self.parts if part.wrong] if self.kind == "date" else []
        return f"#{wrong[0] if wrong else self.auto_id}"

    @property
    def shown_value(self) -> str:
        """What stands in the control. A password is never sent back."""
        value = self.value()
        return "" if value is None or self.kind == "password" else str(value)

    @property
    def ticked(self) -> bool:
        """Whether a single box is ticked."""
        return bool(self.value())

    @property
    def items(self) -> list[dict[str, Any]]:
        """The choices, each with what it reveals; in the form in which the kit's macros want them."""
        return self._items(cast("ChoiceLook", self.field).flat_choices())

    @property
    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The choices under their headings; empty when the choices have no headings."""
        return [
            (heading, self._items(inside))
            for heading, inside in cast("ChoiceLook", self.field).grouped_choices()
        ]

    @property
    def parts(self) -> list[Part]:
        """The three boxes of a date, as they were typed."""
        values = cast("DateField", self.field).parts_of(self.value())
        wrong = self._wrong_parts()
        return [
            Part(
                name=name,
                label=name.capitalize(),
                field_id=self.auto_id,
                html_name=self.html_name,
                value=value,
                wrong=name in wrong,
            )
            for name, value in zip(("day", "month", "year"), values, strict=True)
        ]

    def _wrong_parts(self) -> Iterable[str]:
        if not self.errors:
            return ()
        details = self.errors.as_data()[0].params or {}
        return cast("Iterable[str]", details.get("parts", ("day", "month", "year")))

    def _items(self, choices: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        look = cast("ChoiceLook", self.field)
        chosen = self._chosen()
        items = []
        for value, text in choices:
            revealed = self._revealed_by(value)
            items.append(
                {
                    "value": value,
                    "text": text,
                    "hint": {"text": look.hints[value]} if value in look.hints else None,
                    "checked": value in chosen,
                    "selected": value in chosen,
                    "conditional": {"html": revealed} if revealed else None,
                }
            )
        return items

    def _chosen(self) -> set[str]:
        value = self.value()
        if value is None:
            return set()
        return {str(one) for one in value} if isinstance(value, list | tuple | set) else {str(value)}

    def _revealed_by(self, value: str) -> SafeString | str:
        names = cast("ChoiceLook", self.field).conditional.get(value, ())
        groups = [self.form[name].as_field_group() for name in names]
        return groups[0] if len(groups) == 1 else type(groups[0])("".join(groups)) if groups else ""


class Renderer(TemplatesSetting):
    """Forms and fields from our own templates. Django's widget templates are not used."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = Component
