"""Moving the date of case work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from correspondence.core.formats import long_date
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.fields import DateField, RadiosField

if TYPE_CHECKING:
    from datetime import date

OTHER = "other"


class MoveDate(Form):
    """To which date: a few working days on, or one that is typed.

    Args:
        steps: how many working days on each choice is, with its date.
    """

    how = RadiosField("New date", missing="Select a date", conditional={OTHER: ["to"]})
    to = DateField("Date", today=False, missing="Enter a date")

    def __init__(self, *args: Any, steps: dict[int, date], **more: Any) -> None:
        super().__init__(*args, **more)
        self._steps = steps
        how = self.fields["how"]
        if not isinstance(how, RadiosField):
            raise TypeError("The first question is a choice.")
        how.choices = [
            *((str(days), long_date(day)) for days, day in steps.items()),
            (OTHER, "Another date"),
        ]
        how.hints = {
            str(days): "The next working day" if days == 1 else f"{days} working days on" for days in steps
        }

    @property
    def chosen(self) -> date:
        """The date that was chosen, once the form is valid."""
        how = self.answers["how"]
        day: date = self.answers["to"] if how == OTHER else self._steps[int(how)]
        return day
