"""Sessions that are over are deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from correspondence.core import clock
from correspondence.jobs import kinds
from correspondence.organisation import tasks
from tests.clients import signed_in

pytestmark = pytest.mark.django_db


def test_the_daily_job_deletes_what_is_over_and_nothing_else() -> None:
    kept, over = signed_in("Bea Manager"), signed_in("Rhys Responder")
    Session.objects.filter(pk=over.session.session_key).update(
        expire_date=clock.actual_now() - timedelta(seconds=1)
    )
    assert kinds.named("purge_sessions").inside is tasks.purge_sessions
    tasks.purge_sessions()
    assert list(Session.objects.values_list("pk", flat=True)) == [kept.session.session_key]
    assert kept.get("/teams/").status_code == 200
