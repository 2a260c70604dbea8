"""Kills and losses while people work: all of a thing has happened, or none, and nothing twice.

Each fault is shown to have struck: the request was under way, the line of jobs was not empty.
"""

from __future__ import annotations

import http.client
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import requests

from tests.documents.samples import sample
from tests.journeys.groundwork import MANAGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.journeys.groundwork import Groundwork
    from tests.journeys.people import Case, Person
    from tests.journeys.service import Inbox, Service

pytestmark = pytest.mark.journey

RESPONDER = "Rhys Responder"
BACK_WITHIN_SECONDS = 30
MOMENTS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08)
"""Seconds after a request was sent."""
ENOUGH_ROUNDS = 5
"""So many requests have to be cut off."""
MOST_ROUNDS = 24
REPEATS_WITHIN_SECONDS = 7
"""The dispatcher takes a message for forgotten after five."""
SWEEP = """
from datetime import timedelta
from correspondence.core import clock
from correspondence.documents.actions.housekeeping import sweep_stray_objects
print(sweep_stray_objects(now=clock.actual_now() + timedelta(hours=25)))
"""


@dataclass(frozen=True, slots=True)
class Record:
    """All that is stored of a case."""

    state: str
    version: int
    events: tuple[str, ...]
    audited: int
    attachments: int
    mails: int


class Books:
    """The database and the document store, read beside the service."""

    def __init__(self, service: Service) -> None:
        environment = service.stack.environment
        self.database = psycopg.connect(environment["MIGRATION_DATABASE_URL"], autocommit=True)
        self.store = service.stack.folder.path / "documents"

    def of(self, case: Case) -> Record:
        """What is recorded of a case. Its state is always that of its last transition."""
        row = self.database.execute(
            "SELECT state, version FROM cases_case WHERE id = %s", [case.pk]
        ).fetchone()
        assert row
        history = self.database.execute(
            "SELECT event, to_state, most_recent FROM cases_transition WHERE case_id = %s ORDER BY sort_key",
            [case.pk],
        ).fetchall()
        assert history[-1][1:] == (row[0], True)
        assert [most_recent for *_, most_recent in history].count(True) == 1
        return Record(
            state=row[0],
            version=row[1],
            events=tuple(event for event, *_ in history),
            audited=self._count("audit_entry WHERE subject = %s", f"case:{case.pk}"),
            attachments=self._count("documents_attachment WHERE case_id = %s", case.pk),
            mails=self._count("notifications_message WHERE case_id = %s", case.pk),
        )

    def _count(self, rows: str, value: object) -> int:
        found = self.database.execute(f"SELECT count(*) FROM {rows}", [value]).fetchone()  # noqa: S608 - our own words
        assert found
        return int(found[0])

    def objects(self) -> set[Path]:
        """The files of the document store, those half written included."""
        return {path for path in self.store.rglob("*") if path.is_file()}

    @contextmanager
    def locking(self, case: Case) -> Iterator[None]:
        """Keep the row of a case, so that whatever wants to change it has to wait."""
        with self.database.transaction():
            self.database.execute("SELECT FROM cases_case WHERE id = %s FOR NO KEY UPDATE", [case.pk])
            yield

    def somebody_is_at_work(self) -> bool:
        """Whether a transaction of the application holds a row."""
        return self._count("pg_locks WHERE mode = %s", "RowExclusiveLock") > 0

    def wait_for_somebody_waiting(self) -> None:
        """Return when a transaction waits for a row."""
        wait_for(lambda: self._count("pg_locks WHERE granted = %s", False), "nobody waits for the case")


def wait_for(condition: Callable[[], object], otherwise: str, seconds: float = 10) -> None:
    """Return when this holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


@pytest.fixture
def books(service: Service) -> Iterator[Books]:
    """The database and the document store."""
    opened = Books(service)
    yield opened
    opened.database.close()


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    """Somebody whose request is under way while something breaks."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def kill_the_web_server(service: Service) -> None:
    """Kill it with all its processes; it comes back by itself."""
    before = service.stack.process("web").pid
    service.stack.kill("web", signal.SIGKILL)
    wait_for(
        lambda: service.stack.process("web").pid != before and service.is_ready(),
        "the web server did not come back",
        BACK_WITHIN_SECONDS,
    )


def kill_the_workers_of_the_web_server(service: Service) -> None:
    """Kill the processes that answer requests; their parent makes new ones."""
    parent = service.stack.process("web").pid
    for number in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split():
        os.kill(int(number), signal.SIGKILL)


def test_a_kill_during_an_upload_leaves_no_half_state(
    service: Service, groundwork: Groundwork, books: Books, beside: ThreadPoolExecutor
) -> None:
    case = groundwork.accepted_case()
    groundwork.move_the_date(4)
    record, objects = books.of(case), books.objects()
    with books.locking(case):
        files = {"documents": ("answer.pdf", sample("pdf", size=1024**2))}
        upload = beside.submit(
            groundwork.send, RESPONDER, f"{case.path}responses/new/", "Upload response", files=files
        )
        # The file is in the store, and its row is still to be written.
        wait_for(lambda: books.objects() - objects, "nothing arrived in the store")
        books.wait_for_somebody_waiting()
        kill_the_web_server(service)
        with pytest.raises(requests.ConnectionError):
            upload.result(10)
    assert books.of(case) == record
    assert len(books.objects() - objects) == 1

    swept = service.stack.manage("shell", "--no-imports", "-c", SWEEP)
    assert swept.returncode == 0, swept.stderr
    assert not books.objects() - objects
    groundwork.upload(case)
    assert (books.of(case).state, books.of(case).attachments) == ("awaiting_dispatch", 1)


def test_a_kill_while_a_file_still_arrives_changes_nothing(
    service: Service, groundwork: Groundwork, books: Books
) -> None:
    case = groundwork.accepted_case()
    groundwork.move_the_date(4)
    record, objects = books.of(case), books.objects()
    request = groundwork.filled_in(
        RESPONDER,
        f"{case.path}responses/new/",
        "Upload response",
        files={"documents": ("answer.pdf", sample("pdf", size=5 * 1024**2))},
    )
    assert isinstance(request.body, bytes)
    address = urlsplit(service.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.putrequest("POST", request.path_url, skip_accept_encoding=True)
    for name, value in request.headers.items():
        connection.putheader(name, value)
    connection.endheaders(request.body[: len(request.body) // 2])
    kill_the_web_server(service)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        connection.getresponse()
    assert books.of(case) == record
    assert books.objects() == objects


def test_a_kill_during_an_event_leaves_nothing_of_it(
    service: Service, groundwork: Groundwork, books: Books, beside: ThreadPoolExecutor, inbox: Inbox
) -> None:
    case = groundwork.new_case()
    record = books.of(case)
    with books.locking(case):
        event = beside.submit(groundwork.assign, case, "Unit A")
        books.wait_for_somebody_waiting()
        kill_the_web_server(service)
        with pytest.raises(requests.ConnectionError):
            event.result(10)
    assert books.of(case) == record
    groundwork.assign(case, "Unit A")
    assert books.of(case).state == "awaiting_responder"
    inbox.wait_for(1, about=case.number)


def test_a_kill_at_any_moment_leaves_all_of_an_event_or_nothing(
    service: Service, groundwork: Groundwork, books: Books, beside: ThreadPoolExecutor, inbox: Inbox
) -> None:
    struck = 0
    for moment in islice(cycle(MOMENTS), MOST_ROUNDS):
        case = groundwork.new_case()
        before = books.of(case)
        event = groundwork.filled_in(
            MANAGER, f"{case.path}assignments/new/?group=all", "Assign to this unit : Unit A"
        )
        answer = beside.submit(requests.Session().send, event, allow_redirects=False, timeout=30)
        time.sleep(moment)
        kill_the_workers_of_the_web_server(service)
        try:
            acknowledged = answer.result(40).status_code == HTTPStatus.FOUND
        except requests.ConnectionError:
            acknowledged = False
            struck += 1
        wait_for(service.is_ready, "the web server did not come back", BACK_WITHIN_SECONDS)
        # The database notices the end of its client by itself.
        wait_for(lambda: not books.somebody_is_at_work(), "a transaction goes on")
        after = books.of(case)
        if acknowledged or after != before:
            assert after == Record(
                state="awaiting_responder",
                version=before.version + 1,
                events=(*before.events, "assign_responder"),
                audited=before.audited + 1,
                attachments=0,
                mails=1,
            )
        inbox.wait_for(after.mails, about=case.number)
        if struck == ENOUGH_ROUNDS:
            break
    assert struck == ENOUGH_ROUNDS


def test_a_wiped_broker_loses_and_doubles_no_message_and_signs_nobody_out(
    service: Service, groundwork: Groundwork, inbox: Inbox, signed_in: Callable[..., Person]
) -> None:
    bea = signed_in("Bea Manager")
    worker = service.stack.process("worker").pid
    broker = redis.Redis.from_url(service.stack.environment["REDIS_URL"])
    os.killpg(worker, signal.SIGSTOP)
    try:
        cases = [groundwork.assigned_case() for _ in range(5)]
        assert broker.llen("correspondence:quick") >= len(cases)
        broker.flushall()
        assert broker.llen("correspondence:quick") == 0
    finally:
        os.killpg(worker, signal.SIGCONT)
        broker.close()
    bea.opens("/cases/open/")
    assert bea.path == "/cases/open/"
    for case in cases:
        inbox.wait_for(1, about=case.number)
    # Whatever would be sent a second time has had its time.
    time.sleep(REPEATS_WITHIN_SECONDS)
    assert [len(inbox.mails(about=case.number)) for case in cases] == [1] * len(cases)
