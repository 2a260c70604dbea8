"""What every question of a page has in common."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from django import forms

type Size = Literal["", "s", "m", "l"]


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

    def comes_once(self, html_name: str) -> tuple[str, ...]:
        """The names under which a browser sends the answer, each of them once."""
        return (html_name,)

    def _ask_for(self, label: str) -> str:
        return (
            f"{self.ask} an answer to “{label}”"
            if label.endswith("?")
            else f"{self.ask} {lower_first(label)}"
        )


def lower_first(label: str) -> str:
    """The label inside a sentence; ``FOI reference`` keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
