"""Looks for half states in the database and the store of a service: ``python -m tests.bad_input.wholeness``.

Run beside the service, in its environment. It prints, as JSON, the faults that it found, and what each form
did by its key: the event, and how many files it brought.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import django

django.setup()

from correspondence.audit import queries as audit  # noqa: E402 - models can be loaded only now
from correspondence.audit.models import Entry  # noqa: E402
from correspondence.cases.models import Case, NumberCounter, Transition  # noqa: E402
from correspondence.documents.actions.downloading import opened  # noqa: E402
from correspondence.documents.models import Attachment  # noqa: E402
from correspondence.jobs.models import Job  # noqa: E402
from correspondence.notifications.models import Message  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator


def faults() -> Iterator[str]:
    """Everything that is there by half."""
    for case in Case.objects.order_by("pk"):
        yield from _of_case(case)
    yield from _of_history()
    yield from _of_numbers()
    for attachment in Attachment.objects.order_by("pk"):
        content = b"".join(opened(attachment))
        if hashlib.sha256(content).hexdigest() != attachment.sha256:
            yield f"attachment {attachment.pk} is not what came"
    sent = set(Job.objects.filter(kind="send_message").values_list("arguments__message_id", flat=True))
    yield from (
        f"message {pk} has no job" for pk in Message.objects.values_list("pk", flat=True) if pk not in sent
    )
    yield from (f"audit: {broken.stream} {broken.sequence} {broken.why}" for broken in audit.breaks())


def _of_case(case: Case) -> Iterator[str]:
    events = list(case.transitions.order_by("sort_key"))
    counts = {
        "creations": sum(event.event == "create" for event in events),
        "managing teams": case.assignments.filter(role="managing").count(),
        "newest events": sum(event.most_recent for event in events),
        "audited creations": Entry.objects.filter(stream=f"case:{case.pk}", action="create").count(),
    }
    yield from (f"case {case.pk} has {count} {what}" for what, count in counts.items() if count != 1)
    if not events or events[-1].to_state != case.state:
        yield f"case {case.pk} is {case.state}, its history says otherwise"
    changes = sum(event.event != "add_message_to_case" for event in events)
    if case.version != changes:
        yield f"case {case.pk} has version {case.version} after {changes} changes"
    needs_files = case.delivery_method == "sent_by_post"
    if needs_files and not case.attachments.filter(kind="request").exists():
        yield f"case {case.pk} came by post and has no file"


def _of_history() -> Iterator[str]:
    written = set(Transition.objects.values_list("pk", flat=True))
    audited = Counter(
        entry["transition"]
        for entry in Entry.objects.filter(stream__startswith="case:").values_list("data", flat=True)
        if "transition" in entry
    )
    yield from (f"event {pk} is audited {audited[pk]} times" for pk in written if audited[pk] != 1)
    yield from (f"an audit entry tells of event {pk}" for pk in audited if pk not in written)


def _of_numbers() -> Iterator[str]:
    """Of each date of receipt, one to the last without a gap."""
    for counter in NumberCounter.objects.all():
        start = counter.received_date.strftime("%y%m%d")
        numbers = Case.objects.filter(number__startswith=start).values_list("number", flat=True)
        expected = [f"{start}{count:03}" for count in range(1, counter.last + 1)]
        if sorted(numbers) != expected:
            yield f"numbers of {start}: {len(numbers)}, counted to {counter.last}"


def done() -> dict[str, str]:
    """The event of each form that did something."""
    keyed = Transition.objects.filter(form_key__isnull=False)
    return {str(key): event for key, event in keyed.values_list("form_key", "event")}


def brought() -> Counter[str]:
    """How many files each form brought."""
    return Counter(str(key) for key in Attachment.objects.values_list("upload_group", flat=True))


if __name__ == "__main__":
    json.dump({"faults": list(faults()), "done": done(), "brought": brought()}, sys.stdout)
