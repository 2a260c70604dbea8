"""What the frame of every page shows: who is signed in, the service's name, the date of case work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from correspondence.core import clock, logs, settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Values for ``layout/base.html``, on every page that is rendered for a request: a context processor."""
    current = settings.current()
    person = getattr(request, "user", None)
    return {
        "service_name": current.service_name,
        "brand": current.brand,
        "signed_in": person if person is not None and person.is_authenticated else None,
        "today": clock.today(),
        "demonstration": current.demonstration,
        "movable_date": current.movable_date,
        "inbox_url": current.notify_inbox_url,
        "request_id": logs.request_id.get(),
    }
