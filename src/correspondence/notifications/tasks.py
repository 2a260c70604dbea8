"""Sending messages, and learning what became of them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from correspondence.core import clock
from correspondence.jobs import actions as jobs
from correspondence.jobs import kinds
from correspondence.jobs.errors import GiveUp
from correspondence.notifications import provider, withholding, wording
from correspondence.notifications.models import Delivery, Message, Outcome

if TYPE_CHECKING:
    from correspondence.jobs.kinds import Recording

ATTEMPTS = 25
"""Some fifteen hours of trying: longer than the provider is away for."""

CHECKED_AFTER = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(days=1),
    timedelta(days=1),
    timedelta(days=1),
)
"""The waits before each look at a message. The provider itself gives up after three days."""

FAILURES = ("permanent-failure", "temporary-failure", "technical-failure")


@kinds.outward_kind("send_message", queue="quick", attempts=ATTEMPTS)
def send_message(*, message_id: int, again: bool) -> Recording:
    """Hand a message to the provider, once.

    Its reference was stored with it. When an earlier attempt may have got through, the provider is first
    asked for that reference.
    """
    message = _message(message_id)
    if message.deliveries.exists():
        return _nothing
    if why := withholding.why(message):
        return partial(_learned, message_id, Outcome.WITHHELD, "", why)
    reference = str(message.reference)
    provider_id = provider.sent_before(reference) if again else None
    if provider_id is None:
        text = wording.current()[message.kind].render(message)
        provider_id = provider.send(text, email=message.recipient_email, reference=reference)
    return partial(_accepted, message_id, provider_id)


@kinds.outward_kind("check_delivery", queue="quick")
def check_delivery(*, message_id: int, look: int, again: bool) -> Recording:
    """Ask what became of a message; while nothing is settled, have another look later."""
    message = _message(message_id)
    accepted = message.deliveries.filter(outcome=Outcome.ACCEPTED).first()
    if accepted is None:
        raise GiveUp("The message was not handed to the provider.")
    status = provider.status(accepted.provider_id)
    if status == "delivered":
        return partial(_learned, message_id, Outcome.DELIVERED, accepted.provider_id, "")
    if status in FAILURES:
        return partial(_learned, message_id, Outcome.FAILED, accepted.provider_id, status)
    return partial(_look, message_id, look + 1)


def _message(message_id: int) -> Message:
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        raise GiveUp("The message is no longer kept.")
    return message


def _accepted(message_id: int, provider_id: str) -> None:
    _learned(message_id, Outcome.ACCEPTED, provider_id, "")
    _look(message_id, 0)


def _learned(message_id: int, outcome: Outcome, provider_id: str, detail: str) -> None:
    Delivery.objects.get_or_create(
        message_id=message_id, outcome=outcome, defaults={"provider_id": provider_id, "detail": detail}
    )


def _look(message_id: int, look: int) -> None:
    """Have the message looked at after the wait of this look; after the last one it is left as it is."""
    if look < len(CHECKED_AFTER):
        jobs.enqueue(
            "check_delivery",
            arguments={"message_id": message_id, "look": look},
            unique_key=f"check_delivery:{message_id}:{look}",
            run_after=clock.actual_now() + CHECKED_AFTER[look],
        )


def _nothing() -> None:
    """There is nothing to write down."""
