"""The real server: what is no proper request gets a proper answer, and a killed server leaves no half state.

All of it in one file, so that the whole service is started once.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from correspondence.config.example.organisation import PASSWORD
from correspondence.core import clock
from tests.bad_input.browser import Sent
from tests.bad_input.doors_of_requests import REQUESTED
from tests.bad_input.looking import INNARDS
from tests.bad_input.no_requests import IN_PARTS, PART, damaged, in_their_content, in_their_head, several
from tests.bad_input.opening import boxes
from tests.bad_input.wire import HUNG_SECONDS, Reply, Visitor, exchange
from tests.documents.samples import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from operations.local.stack import Stack
    from tests.bad_input.browser import Answers
    from tests.bad_input.no_requests import Requests

ROOT = Path(__file__).resolve().parents[2]
MANAGER = "bea.manager@example.invalid"
BY_EMAIL = {"delivery_method": "sent_by_email", "message": "Which hours?"}
BY_POST = {"delivery_method": "sent_by_post"}
DAMAGED = 400

HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "cache-control",
)


@pytest.fixture(scope="module")
def manager(server: Stack) -> Visitor:
    """Bea Manager, signed in."""
    return Visitor(server.base_url, MANAGER, PASSWORD)


def faults(reply: Reply) -> list[str]:
    """What is wrong with the answer to a request that is none."""
    found = [] if 400 <= reply.status < 500 else [f"answers {reply.status}"]
    found += [f"lacks {name}" for name in HEADERS if name not in reply.headers]
    found += [f"shows {word}" for word in INNARDS if word in reply.body.decode(errors="replace")]
    return found + ([f"takes {reply.seconds:.1f} s"] if reply.seconds > HUNG_SECONDS else [])


@pytest.mark.parametrize("requests", [in_their_content, in_their_head])
def test_what_is_no_proper_request_is_answered_without_a_fault(
    manager: Visitor, requests: Callable[[Visitor], Requests]
) -> None:
    asked, hangs_up = list(requests(manager)), requests is in_their_content
    wrong = {
        how: found
        for how, pieces in asked
        if (found := faults(exchange(manager.url, pieces, hang_up=hangs_up)))
    }
    assert wrong == {}
    assert len(asked) > 45
    assert manager.open("/cases/open/").status == 200


def test_what_cannot_be_read_is_logged_without_a_word_of_it(server: Stack, manager: Visitor) -> None:
    # As broken as a request can be, with a letter at the place of its first line.
    exchange(manager.url, [b"text=A letter from Harriet&x=1\r\nCookie: sessionid=secret\r\n\r\n"])
    exchange(manager.url, [manager.head("GET", "/", Harriet_Lowe="x").replace(b"Lowe:", b"Lowe :")])
    logged = server.process("web").log.read_text(encoding="utf-8")
    assert '"event": "unreadable"' in logged
    assert "InvalidHeaderName" in logged
    assert not [word for word in ("Harriet", "HARRIET", "letter", "secret") if word in logged]


def test_a_damaged_request_is_never_a_fault_of_ours(manager: Visitor) -> None:
    chance = random.Random(1)  # noqa: S311 - where to damage, no secret
    letter = Sent("Letter.pdf", sample("pdf"))
    request = {**REQUESTED, **boxes("received_date", clock.london_date(clock.actual_now()))}
    statuses = set()
    for _ in range(DAMAGED):
        key = {"form_key": str(uuid4())}
        head, body = chance.choice(
            [
                manager.form("/cases/foi/new/", {**request, **BY_EMAIL, **key}),
                manager.form("/cases/foi/new/", {**request, **BY_POST, **key}, (letter,)),
                manager.form("/search/", {"text": "hours"}),
                [manager.head("GET", "/cases/open/?page=1"), b""],
            ]
        )
        sent = damaged(head + body, chance)
        reply = exchange(manager.url, [sent], hang_up=True)
        assert reply.status < 500, sent
        assert reply.seconds < HUNG_SECONDS, sent
        statuses.add(reply.status)
    assert {302, 400, 403, 422} <= statuses


def test_what_a_browser_sends_beside_a_page_may_be_nonsense(manager: Visitor) -> None:
    for headers in (
        {"Cookie": "sessionid=" + "a" * 3000},
        {"Cookie": "; ".join(f"{number}=;;" for number in range(50))},
        {"Accept": "\x7f" * 100, "Accept_Language": ";;;q=q", "Range": "bytes=9-1", "If_Modified_Since": "x"},
        {"Content_Type": "text/html; charset=zlib"},
        {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "gopher"},
    ):
        reply = exchange(manager.url, [manager.head("GET", "/cases/open/?page=1", **headers)])
        assert reply.status in (200, 302, 400), headers
        assert [name for name in HEADERS if name not in reply.headers] == []
        assert "evil.example" not in reply.body.decode() + reply.location


def test_what_breaks_off_is_not_taken_for_the_whole(manager: Visitor) -> None:
    for pieces in (manager.form("/search/", {"text": "hours and"}), whole_in_parts(manager)):
        head, body = pieces
        cut = exchange(manager.url, [head, body[:-6]], hang_up=True)
        assert (cut.status, faults(cut)) == (400, [])
        assert exchange(manager.url, pieces).status == 302


def whole_in_parts(who: Visitor) -> list[bytes]:
    return who.post("/search/", several(PART, content=b"hours and"), IN_PARTS)


def test_who_falls_silent_is_not_waited_for(manager: Visitor) -> None:
    head, body = manager.form("/search/", {"text": "hours"})
    replies: dict[str, Reply] = {}

    def ask(how: str, pieces: list[bytes]) -> None:
        replies[how] = exchange(manager.url, pieces)

    silent = [
        threading.Thread(target=ask, args=("content", [head, body[:-3]])),
        threading.Thread(target=ask, args=("head", [head[:50]])),
    ]
    for thread in silent:
        thread.start()
    assert manager.open("/cases/open/").status == 200
    for thread in silent:
        thread.join()
    assert (replies["content"].status, faults(replies["content"])) == (400, [])
    assert replies["head"].status == 0
    assert replies["head"].seconds < HUNG_SECONDS


# --- a server that is killed ----------------------------------------------------------------------

ROUNDS, WHOLE_SERVER_EVERY = 20, 7
CLIENTS = 4
FEW = 5
"""So many forms at least have to come through, and as many to be cut off: otherwise nothing was shown."""


@dataclass
class Sending:
    """A form that somebody sent, and whether they were told that it is done."""

    path: str
    answers: Answers
    files: tuple[Sent, ...] = ()
    pause: float = 0.0
    acknowledged: bool = False
    location: str = ""

    @property
    def key(self) -> str:
        return str(self.answers["form_key"])


class Client(threading.Thread):
    """Logs requests, writes messages and uploads files without a rest, until told to stop."""

    def __init__(self, url: str, case: str, number: int, ending: threading.Event) -> None:
        super().__init__()
        self.sent: list[Sending] = []
        self._visitor = Visitor(url, MANAGER, PASSWORD)
        self._case, self._ending = case, ending
        self._chance = random.Random(number)  # noqa: S311 - what to send next is no secret

    def run(self) -> None:
        while not self._ending.is_set():
            sending = self._something()
            try:
                send(self._visitor, sending)
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                self.sent.append(sending)

    def _something(self) -> Sending:
        key = {"form_key": str(uuid4())}
        file = Sent("Letter.pdf", sample("pdf", size=self._chance.choice([20_000, 600_000])))
        received = boxes("received_date", clock.london_date(clock.actual_now()))
        return self._chance.choice(
            [
                Sending(f"{self._case}messages/", {**key, "message": f"Message {key['form_key']}"}),
                Sending(f"{self._case}request-files/new/", {**key, "version": ""}, (file, file), 0.01),
                Sending("/cases/foi/new/", {**REQUESTED, **received, **BY_EMAIL, **key}),
                Sending("/cases/foi/new/", {**REQUESTED, **received, **BY_POST, **key}, (file,), 0.01),
            ]
        )


PIECE = 64 * 1024


def send(visitor: Visitor, sending: Sending) -> None:
    """Send a form, a large one piece by piece.

    Raises:
        ConnectionRefusedError: there is no server, so nothing was sent.
    """
    head, body = visitor.form(sending.path, sending.answers, sending.files)
    pieces = [head, *(body[start : start + PIECE] for start in range(0, len(body), PIECE))]
    reply = exchange(visitor.url, pieces, pause=sending.pause)
    assert reply.status in (0, 302), reply
    sending.acknowledged, sending.location = reply.status == 302, reply.location


def kill_the_workers(server: Stack) -> None:
    """The processes that answer; the one above them starts others."""
    above = server.process("web").pid
    for child in Path(f"/proc/{above}/task/{above}/children").read_text(encoding="ascii").split():
        try:
            os.kill(int(child), signal.SIGKILL)
        except ProcessLookupError:
            continue


def state_of(server: Stack) -> dict[str, Any]:
    """What is there by half, and what each form did."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bad_input.wholeness"],
        env={**server.environment, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_a_killed_server_leaves_nothing_by_half_and_forgets_nothing(server: Stack, manager: Visitor) -> None:
    chance = random.Random(20261125)  # noqa: S311 - moments to kill at, not secrets
    first = Sending(
        "/cases/foi/new/",
        {
            **REQUESTED,
            **boxes("received_date", clock.london_date(clock.actual_now())),
            **BY_EMAIL,
            "form_key": str(uuid4()),
        },
    )
    send(manager, first)
    case = first.location.removesuffix("assignments/new/")
    ending = threading.Event()
    clients = [Client(manager.url, case, number, ending) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for number in range(1, ROUNDS + 1):
        time.sleep(chance.uniform(0.1, 0.6))
        if number % WHOLE_SERVER_EVERY:
            kill_the_workers(server)
        else:
            server.kill("web")
            server.restart("web")
    time.sleep(0.5)
    ending.set()
    for client in clients:
        client.join()

    sent = [sending for client in clients for sending in client.sent]
    acknowledged = [one for one in sent if one.acknowledged]
    in_doubt = [one for one in sent if not one.acknowledged]
    found = state_of(server)
    assert found["faults"] == []
    assert len(acknowledged) >= FEW
    assert len(in_doubt) >= FEW
    assert [one for one in acknowledged if not was_done(one, found)] == []
    assert [one for one in in_doubt if found["brought"].get(one.key, 0) not in (0, len(one.files))] == []

    # Whoever got no answer sends the form again: it is done now, or was already, and never twice.
    for one in in_doubt:
        send(manager, one)
        assert one.acknowledged
    found = state_of(server)
    assert found["faults"] == []
    assert [one for one in sent if not was_done(one, found)] == []


def was_done(sending: Sending, found: dict[str, Any]) -> bool:
    """Whether the form did all of its work."""
    told = sending.key in found["done"] or "request-files" in sending.path
    return told and found["brought"].get(sending.key, 0) == len(sending.files)
