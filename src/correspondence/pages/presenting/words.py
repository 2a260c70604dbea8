"""Codes of the tables and of the records, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.rulebook import loader

if TYPE_CHECKING:
    from correspondence.cases.models import Case

FIELDS = {
    "name": "requester name",
    "email": "email",
    "postal_address": "postal address",
    "requester_type": "requester type",
    "delivery_method": "delivery method",
    "subject": "subject",
    "message": "request",
    "received_date": "date received",
    "case_type": "type",
    "draft_compliant_date": "date draft uploaded",
}
"""The fields of a case, inside a sentence."""


def type_label(case: Case) -> str:
    """What kind of case it is, such as ``FOI - Internal review for timeliness``."""
    return loader.edition(case.edition_id).case_type(case.case_type).label


def is_review(case: Case) -> bool:
    """Whether the case is an internal review, whose dates are targets of ours and not the law's."""
    return loader.edition(case.edition_id).case_type(case.case_type).review


def caption(case: Case) -> str:
    """The small line above each heading of a case: its number and its type."""
    return f"{case.number} - {type_label(case)}"


def state_label(state: str) -> str:
    """What people call this state."""
    return loader.current().state(state).label


def requester_type(code: str) -> str:
    """The words of a requester type; an old code that is no longer in the table stays as it is."""
    return next((row.label for row in loader.current().requesters.requester_types if row.code == code), code)


def delivery_method(code: str) -> str:
    """How a request came in."""
    return next((row.label for row in loader.current().requesters.delivery_methods if row.code == code), code)


def joined(words: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
