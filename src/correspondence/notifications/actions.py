"""Writing to the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.jobs import actions as jobs
from correspondence.notifications.models import Message

if TYPE_CHECKING:
    from collections.abc import Mapping


@transaction.atomic
def enqueue(
    *,
    kind: str,
    recipient_email: str,
    recipient_name: str = "",
    recipient_id: int | None = None,
    case_id: int | None = None,
    values: Mapping[str, str | int],
) -> Message:
    """Write a message once, with the change that caused it, and the job that sends it."""
    message = Message.objects.create(
        kind=kind,
        recipient_email=recipient_email,
        recipient_name=recipient_name,
        recipient_id=recipient_id,
        case_id=case_id,
        values=dict(values),
    )
    jobs.enqueue("send_message", arguments={"message_id": message.pk}, unique_key=f"send_message:{message.pk}")
    return message
