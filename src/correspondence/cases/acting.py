"""A person together with the team for which they act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from correspondence.organisation.models import Role, Team, User

SYSTEM_NAME = "System update"


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something to a case: a person for one of their teams, or the system.

    Attributes:
        user: None when the system acts.
        team: recorded in the history with the person.
        role: which rows of the workflow apply.
    """

    user: User | None
    team: Team | None
    role: Role

    @property
    def name(self) -> str:
        """The name as the audit record keeps it."""
        return self.user.full_name if self.user else SYSTEM_NAME

    @property
    def is_system(self) -> bool:
        """Whether no person acts."""
        return self.user is None


@dataclass(frozen=True, slots=True)
class FormStamp:
    """What a form carries so that nothing happens twice and nobody acts on an old page.

    Attributes:
        form_key: one of its kind for each form shown; unique where the event is recorded.
        version: the version of the case that the person was shown.
    """

    form_key: UUID | None = None
    version: int | None = None


NO_STAMP = FormStamp()
"""For what no form caused: jobs, commands, and events that follow from another."""
