"""The forms by which a case gets to a unit and to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form

if TYPE_CHECKING:
    from collections.abc import Iterable

REASON = 2000


class ChooseUnit(Form):
    """One of the buttons "Assign to this unit"."""

    team = fields.RadiosField("Business unit", missing="Choose a business unit", coerce=int)

    def __init__(self, *args: Any, units: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question("team").choices = list(units)


class AcceptOrReject(Form):
    """Take a case for one's unit, or say why it is not for the unit."""

    decision = fields.RadiosField(
        "Do you accept this case for your unit?",
        choices=[("accept", "Accept"), ("reject", "Reject")],
        conditional={"reject": ["reason"]},
        missing="Select whether you accept or reject this case",
        size="m",
    )
    reason = fields.LongTextField(
        "Why is this case not for your unit?",
        max_length=REASON,
        hint="The managing team reads it, to find the right unit",
        missing="Enter why this case is not for your unit",
    )


class Reassign(Form):
    """Hand a case to a colleague."""

    user = fields.RadiosField(
        "Who takes this case?", missing="Select who takes this case", coerce=int, size="m"
    )

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question("user").choices = list(people)
