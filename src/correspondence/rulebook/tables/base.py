"""What every row of every table shares."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

type Role = Literal["manager", "approver", "responder"]
type AnyRole = Literal["manager", "approver", "responder", "team_admin", "admin"]

ROLES: tuple[Role, ...] = ("manager", "approver", "responder")
"""The roles that act on cases, the highest first."""

COMPUTED = "computed:"
"""Begins a target that a named rule works out."""

type Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
type Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
type Target = Annotated[str, StringConstraints(pattern=r"^(computed:)?[a-z][a-z0-9_]*$", max_length=80)]


class Row(BaseModel):
    """A row of a policy table: fixed once read, and without room for a misspelt column."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourcedRow(Row):
    """A row that says which law or document it rests on."""

    source: Words
