"""What a request must say before it can become a case, and how a date of receipt is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - a dataclass that forms fill
from typing import TYPE_CHECKING

from correspondence.core.errors import Refused
from correspondence.rulebook import deadlines

if TYPE_CHECKING:
    from collections.abc import Iterator

type Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """What was entered about a request."""

    name: str
    email: str
    postal_address: str
    requester_type: str
    delivery_method: str
    subject: str
    message: str
    received_date: date | None


def received_date_problems(received: date, *, today: date, at_most_years_ago: int) -> Iterator[Problem]:
    """Not in the future and not too old."""
    try:
        deadlines.check_received(received, today=today, at_most_years_ago=at_most_years_ago)
    except Refused as refusal:
        yield "received_date", str(refusal)


def creation_problems(
    details: RequestDetails, *, request_files: int, today: date, at_most_years_ago: int
) -> Iterator[Problem]:
    """What keeps a new request from becoming a case, beside fields left empty.

    An answer must be able to go somewhere: an e-mail or a postal address, the latter always when
    the request came by post. And the request must be there: by e-mail its words or a file, by post
    a file.
    """
    if details.received_date:
        yield from received_date_problems(
            details.received_date, today=today, at_most_years_ago=at_most_years_ago
        )
    if not details.email and not details.postal_address:
        yield "email", "Enter an email address or a postal address."
        yield "postal_address", "Enter a postal address or an email address."
    elif details.delivery_method == "sent_by_post" and not details.postal_address:
        yield "postal_address", "Enter the postal address: the request came by post."
    if details.delivery_method == "sent_by_email" and not details.message and not request_files:
        yield "message", "Enter the words of the request, or choose its files."
    if details.delivery_method == "sent_by_post" and not request_files:
        yield "documents", "Choose the scanned request: it came by post."


def compliant_date_problem(compliant: date, *, received: date, responded: date | None, today: date) -> str:
    """A compliant draft comes after receipt and not after the response; empty when it does."""
    if compliant > today:
        return "The date must be today or in the past."
    if compliant < received:
        return f"The date must be on or after the date received, {deadlines.in_words(received)}."
    if responded and compliant > responded:
        return f"The date must be on or before the day of the response, {deadlines.in_words(responded)}."
    return ""
