"""Browsers without a browser: Django's test client, with somebody signed in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

from correspondence.core import clock
from correspondence.organisation.models import User


def signed_in(who: User | str) -> Client:
    """A client in which this person, an example person by name, is signed in."""
    person = User.objects.get(full_name=who) if isinstance(who, str) else who
    client = Client()
    client.force_login(person)
    session = client.session
    session["began"] = session["last_seen"] = clock.actual_now().timestamp()
    session.save()
    return client


def form(**answers: Any) -> dict[str, Any]:
    """What a browser sends with a form: a key of its own, dates (``until=date(…)``) in three boxes."""
    sent: dict[str, Any] = {"form_key": str(uuid4())}
    for name, value in answers.items():
        if hasattr(value, "day") and hasattr(value, "month"):
            sent |= {f"{name}-{part}": str(getattr(value, part)) for part in ("day", "month", "year")}
        elif value is not None:
            sent[name] = value
    return sent
