"""Only the active site dispatches."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from correspondence.core import settings
from correspondence.jobs import actions, active, dispatcher
from correspondence.jobs.models import Job
from tests.jobs.engines import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Answers(BaseHTTPRequestHandler):
    status = 200
    delay = 0.0
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        time.sleep(type(self).delay)
        self.send_response(type(self).status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@contextmanager
def answering(status: int = 200, *, delay: float = 0.0) -> Iterator[tuple[str, type[_Answers]]]:
    """An address that answers so, and what it counts."""
    kind = type("Answers", (_Answers,), {"status": status, "delay": delay, "asked": 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/healthz/active", kind
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_without_an_address_this_is_the_only_site() -> None:
    assert active.Site("").is_active()


@pytest.mark.parametrize(("status", "is_active"), [(200, True), (503, False), (204, False), (302, False)])
def test_only_200_means_active(status: int, is_active: bool) -> None:
    with answering(status) as (url, _):
        assert active.Site(url).is_active() is is_active


def test_nobody_there_and_nobody_answering_in_time_mean_not_active() -> None:
    assert not active.Site(f"http://127.0.0.1:{free_port()}/healthz/active").is_active()
    with answering(delay=3) as (url, _):
        began = time.monotonic()
        assert not active.Site(url).is_active()
        assert time.monotonic() - began < 2


def test_it_is_asked_every_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active, "LOOKED_EVERY_SECONDS", 0.2)
    with answering() as (url, kind):
        site = active.Site(url)
        assert [site.is_active() for _ in range(5)] == [True] * 5
        assert kind.asked == 1
        kind.status = 503
        time.sleep(0.25)
        assert not site.is_active()
        assert kind.asked == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("valkey", "traces")
def test_a_dispatcher_keeps_still_until_its_site_is_active(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        job = actions.enqueue("leave_trace", arguments={"name": "one"})
    Job.objects.update(sent_at=None, broker_id="")
    monkeypatch.setattr(active, "LOOKED_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(dispatcher, "INTERVAL_SECONDS", 0.1)
    stop = threading.Event()
    with answering(503) as (url, kind):
        other = settings.current().model_copy(update={"active_url": url})
        monkeypatch.setattr(settings, "_current", other)
        running = threading.Thread(target=dispatcher.run, args=(stop,))
        running.start()
        try:
            wait_until(lambda: kind.asked > 3, "it to ask several times")
            assert Job.objects.get(pk=job.pk).sent_at is None
            kind.status = 200
            wait_until(lambda: Job.objects.get(pk=job.pk).sent_at is not None, "the job to be sent")
        finally:
            stop.set()
            running.join(10)
    assert not running.is_alive()
