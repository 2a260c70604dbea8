"""Fields of the project's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from correspondence.core import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


class MomentField(models.DateTimeField):  # type: ignore[type-arg]  # generic in the stubs alone
    """The moment at which a row is made, told by the clock.

    In a migration it is a plain column, so that migrations import none of our code.
    """

    def __init__(self, *, told_by: Callable[[], datetime] = clock.now, **options: Any) -> None:
        options.pop("editable", None)
        super().__init__(default=told_by, editable=False, **options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, arguments, options = super().deconstruct()
        del options["default"]
        return name, "django.db.models.DateTimeField", arguments, options
