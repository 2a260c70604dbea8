"""The web server as a container starts it: TLS 1.3 only, and leaving without losing a request."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from correspondence.config.tls import HANDSHAKE_SECONDS
from tests.config.serving import LOOPBACK, ROOT, Load, running
from tests.jobs.engines import environment, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.config.serving import Server

# The servers work on this database; without the mark nobody makes it.
pytestmark = pytest.mark.django_db

DRAIN_SECONDS = 2
LITTLE_LATER = 0.3
CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(16)
"""The beginning of a handshake that never goes on."""


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with TLS for all tests that leave it running."""
    with running(tmp_path_factory.mktemp("web")) as started:
        yield started


def test_it_speaks_tls_1_3_and_nothing_older(server: Server) -> None:
    with (
        socket.create_connection((LOOPBACK, server.port), timeout=10) as plain,
        server.context().wrap_socket(plain, server_hostname=LOOPBACK) as connection,
    ):
        assert connection.version() == "TLSv1.3"
    with (
        socket.create_connection((LOOPBACK, server.port), timeout=10) as plain,
        pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|protocol version"),
    ):
        server.context(highest=ssl.TLSVersion.TLSv1_2).wrap_socket(plain, server_hostname=LOOPBACK)


def test_what_speaks_no_tls_gets_nothing(server: Server) -> None:
    with socket.create_connection((LOOPBACK, server.port), timeout=10) as plain:
        plain.sendall(b"GET /healthz/live HTTP/1.1\r\nHost: app\r\n\r\n")
        try:
            said = plain.recv(1024)
        except ConnectionResetError:
            said = b""
    assert b"HTTP/" not in said
    assert server.status("/healthz/live") == 200


def test_health_is_told_by_any_name_and_pages_by_ours_alone(server: Server) -> None:
    for host in ("10.0.0.7:8080", "app", "_odd_", "a b"):
        assert server.status("/healthz/ready", host=host) == 200
        assert server.status("/healthz/version", host=host) == 200
        assert server.status("/sign-in/", host=host) == 400
    assert server.status("/sign-in/") == 200


@pytest.mark.parametrize("hello", [b"", CLIENT_HELLO])
def test_half_open_connections_hold_nobody_up_for_long(server: Server, hello: bytes) -> None:
    # More than there are threads in all processes.
    silent = [socket.create_connection((LOOPBACK, server.port), timeout=10) for _ in range(24)]
    try:
        for one in silent:
            one.sendall(hello)
        time.sleep(LITTLE_LATER)
        began = time.monotonic()
        assert server.status("/healthz/live") == 200
        # A few rounds of them may stand in the line before us.
        assert time.monotonic() - began < 4 * (HANDSHAKE_SECONDS + 2)
    finally:
        for one in silent:
            one.close()


def test_a_kept_connection_that_falls_silent_in_a_request_is_let_go(server: Server) -> None:
    connection = server.connection()
    connection.request("GET", "/healthz/live")
    connection.getresponse().read()
    assert connection.sock is not None
    connection.sock.sendall(b"GET /healthz/live HTTP/1.1\r\nHo")
    connection.sock.settimeout(20)
    began = time.monotonic()
    try:
        said = connection.sock.recv(1024)
    except (ConnectionResetError, ssl.SSLError):
        said = b""
    assert said == b""
    assert 5 < time.monotonic() - began < 15
    connection.close()


def test_it_leaves_without_losing_a_request(django_db_setup: None, tmp_path: Path) -> None:
    with running(tmp_path, DRAIN_SECONDS=str(DRAIN_SECONDS)) as server:
        load = Load(server)
        load.start()
        wait_until(lambda: len(load.answered) > 20, "requests to be answered")
        in_flight: list[object] = []
        slow = threading.Thread(target=lambda: in_flight.append(_trickled(server, seconds=DRAIN_SECONDS + 3)))
        slow.start()
        time.sleep(LITTLE_LATER)
        told = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: server.status("/healthz/ready") == 503, "readiness to end", seconds=1)
        assert server.status("/healthz/live") == 200
        time.sleep(max(0.0, told + DRAIN_SECONDS - LITTLE_LATER - time.monotonic()))
        assert server.process.poll() is None
        # Here a load balancer sends nothing any more.
        load.stop()
        slow.join(30)
        code = server.process.wait(30)

    late = [when for when, _ in load.answered if when > told + DRAIN_SECONDS / 2]
    assert load.failed == []
    assert {status for _, status in load.answered} == {200}
    assert late, "nothing was asked for while the server drained"
    assert load.closed_by_word >= len(late)
    assert in_flight == [403]
    assert code == 0
    assert not list(tmp_path.glob("correspondence-web-*"))


def test_new_connections_are_refused_once_it_has_stopped(django_db_setup: None, tmp_path: Path) -> None:
    with running(tmp_path, tls=False, DRAIN_SECONDS="60") as server:
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: server.status("/healthz/ready") == 503, "readiness to end", seconds=1)
        # Told twice, it does not wait.
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(15) == 0
        with pytest.raises(OSError, match="refused"):
            server.status("/healthz/live")


@pytest.mark.parametrize("drain", ["0", "60"])
def test_an_interrupt_stops_it_at_once(django_db_setup: None, tmp_path: Path, drain: str) -> None:
    with running(tmp_path, tls=False, DRAIN_SECONDS=drain) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(15) == 0


def test_what_keeps_it_from_starting_is_told(django_db_setup: None, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no key", encoding="utf-8")
    for settings, said in (
        ({"DRAIN_SECONDS": "soon"}, "DRAIN_SECONDS"),
        ({"TLS_FILE": str(tmp_path / "no.pem"), "DRAIN_SECONDS": "1"}, "PEM"),
    ):
        ended = subprocess.run(
            [sys.executable, "-m", "correspondence.config.serve"],
            cwd=ROOT,
            env=environment(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 1
        assert said in ended.stderr


def test_it_says_which_release_and_instance_answers(server: Server) -> None:
    connection = server.connection()
    connection.request("GET", "/healthz/version")
    told = json.loads(connection.getresponse().read())
    connection.close()
    assert told["instance"] == socket.gethostname()
    assert told["version"] not in ("", "unknown")
    assert os.environ.get("RELEASE", told["version"]) == told["version"]


def _trickled(server: Server, *, seconds: int) -> int | str:
    """The status of a request whose content takes so long to come."""
    connection = server.connection()
    try:
        connection.putrequest("POST", "/sign-in/")
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", str(2 * seconds))
        connection.endheaders()
        for _ in range(2 * seconds):
            time.sleep(0.5)
            connection.send(b"a")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as trouble:
        return repr(trouble)
    finally:
        connection.close()
