"""Writing the messages that people are to receive."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.core import formats
from correspondence.jobs import actions as jobs
from correspondence.notifications import wording
from correspondence.notifications.models import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

type Value = str | int | date


@transaction.atomic
def enqueue(
    *,
    kind: str,
    recipient_email: str,
    recipient_name: str = "",
    recipient_id: int | None = None,
    case_id: int | None = None,
    values: Mapping[str, Value],
) -> Message:
    """Write a message and the job that sends it, in the transaction of the change that it tells of.

    Its kind is the name of its wording in ``policy/wording/``; its values are at least those that the
    wording lists. What the wording does not use is not kept; dates are kept as ``5 Jan 2024``. Whoever
    calls sees to it that the recipient is still active.

    Raises:
        LookupError: there is no such wording.
        ValueError: a value that the wording uses, or the address to send to, is missing.
    """
    words = wording.current().get(kind)
    if words is None:
        raise LookupError(f"There is no wording for {kind!r}.")
    missing = sorted(set(words.values) - set(values))
    if missing:
        raise ValueError(f"{kind} lacks {', '.join(missing)}.")
    if not recipient_email:
        raise ValueError(f"{kind} has nobody to go to.")
    message = Message.objects.create(
        kind=kind,
        recipient_email=recipient_email,
        recipient_name=recipient_name,
        recipient_id=recipient_id,
        case_id=case_id,
        values={name: _kept(values[name]) for name in words.values},
    )
    jobs.enqueue(
        "send_message", arguments={"message_id": message.pk}, unique_key=f"send_message:{message.pk}"
    )
    return message


def _kept(value: Value) -> str | int:
    return formats.short_date(value) if isinstance(value, date) else value
