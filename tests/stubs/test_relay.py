"""The Notify stub hands what it accepts to a mail server: each message, in order, whatever that does."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from notifications_python_client.notifications import NotificationsAPIClient

from tests.stubs.running import API_KEY, TEMPLATE_ID, RunningStub, running_stub
from tests.stubs.sink import sink

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def send(stub: RunningStub, subject: str, to: str = "rhys@example.invalid") -> str:
    untyped: Any = NotificationsAPIClient
    client = untyped(API_KEY, base_url=stub.url, timeout=5)
    words = {"subject": subject, "body": "Llinell gyntaf.\n.\nTŷ coch."}
    answer = client.send_email_notification(to, TEMPLATE_ID, words, reference=f"about {subject}")
    return str(answer["id"])


def states(stub: RunningStub) -> list[str]:
    return [one["state"] for one in stub.get("/relay.json")["relay"]]


def await_that(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not what():
        assert time.monotonic() < deadline, "It did not come to pass."
        time.sleep(0.05)


def test_what_is_accepted_reaches_the_mail_server_and_stays_in_the_inbox(tmp_path: Path) -> None:
    with sink() as server, running_stub(tmp_path, "--relay", f"127.0.0.1:{server.port}") as stub:
        message_id = send(stub, "Tŷ - FOI")
        await_that(lambda: states(stub) == ["sent"])

        (mail,) = server.kept
        assert (mail["to"], mail["subject"]) == ("rhys@example.invalid", "Tŷ - FOI")
        assert mail["message-id"].startswith(f"<{message_id}@")
        assert mail.get_content().splitlines()[:3] == ["Llinell gyntaf.", ".", "Tŷ coch."]
        assert [one["id"] for one in stub.messages()] == [message_id]


def test_a_mail_server_that_is_away_or_not_ready_gets_each_message_once_and_in_order(tmp_path: Path) -> None:
    with sink() as first:
        port = first.port
    with running_stub(tmp_path, "--relay", f"127.0.0.1:{port}") as stub:
        for subject in ("one", "two"):
            send(stub, subject)
        await_that(lambda: states(stub) == ["waiting"])
        with sink(port) as server:
            server.answers = ["451 not now"]
            await_that(lambda: states(stub) == ["sent", "sent"])
            assert [mail["subject"] for mail in server.kept] == ["one", "two"]
        assert stub.get("/relay.json")["relay"][0]["attempts"] >= 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_waits_is_sent_after_a_restart(tmp_path: Path, number: signal.Signals) -> None:
    with sink() as server:
        port = server.port
    with running_stub(tmp_path, "--relay", f"127.0.0.1:{port}") as stub:
        send(stub, "one")
        stub.stop(number)
        with sink(port) as server:
            stub.start()
            await_that(lambda: states(stub) == ["sent"])
            send(stub, "two")
            await_that(lambda: states(stub) == ["sent", "sent"])
            assert [mail["subject"] for mail in server.kept] == ["one", "two"]


def test_a_message_that_is_refused_for_good_is_noted_and_keeps_no_other_back(tmp_path: Path) -> None:
    with sink() as server, running_stub(tmp_path, "--relay", f"127.0.0.1:{server.port}") as stub:
        server.answers = ["554 never"]
        send(stub, "one")
        send(stub, "two", to="nobody@example.invalid")
        send(stub, "three")
        await_that(lambda: states(stub) == ["refused", "refused", "sent"])

        assert [mail["subject"] for mail in server.kept] == ["three"]
        told = [one["problem"] for one in stub.get("/relay.json")["relay"]]
        assert told == ["554 never", "550 no such mailbox", ""]


def test_without_a_mail_server_nothing_is_relayed(stub: RunningStub) -> None:
    send(stub, "one")
    assert stub.get("/relay.json") == {"relay": []}
