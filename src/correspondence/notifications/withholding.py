"""Messages that are written, and never leave the service.

A deployment tries the service out with an account and a case of its own. What that makes is recorded like
everything else, and goes to nobody. Apps further up say which messages those are, when they load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Addressed(Protocol):
    """What is known of a message: to whom it goes, and about which case."""

    @property
    def recipient_email(self) -> str: ...
    @property
    def recipient_id(self) -> int | None: ...
    @property
    def case_id(self) -> int | None: ...


type Reason = Callable[[Addressed], bool]

_reasons: dict[str, Reason] = {}


def because(reason: str) -> Callable[[Reason], Reason]:
    """Register a reason to keep a message back; the words are recorded with it."""
    if reason in _reasons:
        raise ValueError(f"{reason!r} is a reason already.")

    def register(holds: Reason) -> Reason:
        _reasons[reason] = holds
        return holds

    return register


def why(message: Addressed) -> str:
    """The reason why this message does not leave the service; empty when it does."""
    return next((reason for reason, holds in _reasons.items() if holds(message)), "")
