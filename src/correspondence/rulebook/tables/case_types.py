"""The kinds of case that can be opened: ``policy/case_types.yaml``."""

from __future__ import annotations

from pydantic import Field

from correspondence.rulebook.tables.base import Code, Row, SourcedRow, Words
from correspondence.rulebook.tables.workflows import WorkflowName


class Limits(Row):
    """The longest texts, and how old a request may be when it is logged."""

    name_characters: int = Field(ge=1)
    email_characters: int = Field(ge=1, le=254)
    postal_address_characters: int = Field(ge=1)
    subject_characters: int = Field(ge=1)
    message_characters: int = Field(ge=1)
    received_at_most_years_ago: int = Field(ge=1)


class CaseType(SourcedRow):
    """A kind of case.

    Attributes:
        correspondence_type: what a team must deal with to be given such a case.
        machine: the workflows it follows, by the ``case_type`` they name.
        always_flagged: Disclosure clears it from the start and the form does not ask.
        managing_team: code of the team that looks after it.
        clock: row of the clocks.
        review: an internal review of an earlier answer.
        on_menu: has an entry in the menu of what to create.
        form: case types with one value share a form; form_label is the choice on it.
        links: the case types it lists as related.
    """

    code: Code
    label: Words
    correspondence_type: Words
    machine: Code
    initial_workflow: WorkflowName
    initial_state: Code
    always_flagged: bool
    managing_team: Words
    clock: Code
    review: bool
    on_menu: bool
    display_order: int
    form: Code
    form_label: Words
    links: tuple[Code, ...]


class CaseTypes(Row):
    """All kinds of case, and the limits of their forms."""

    limits: Limits
    case_types: tuple[CaseType, ...]

    def may_be_linked(self, one: str, other: str) -> bool:
        """Two cases may be linked as related when either of their types lists the other's."""
        listed = {row.code: row.links for row in self.case_types}
        return other in listed.get(one, ()) or one in listed.get(other, ())
