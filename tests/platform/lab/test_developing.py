"""The developer's stack: up from clean, its first page in time, each of its ports answering."""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.platform.lab import engine
from tests.platform.lab.figures import TARGETS
from tests.platform.lab.site import ROOT, left_behind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.platform.lab.report import Report

FILE = ROOT / "deploy" / "compose" / "dev.yaml"
PROJECT = "correspondence-dev"
PAGE = "http://127.0.0.1:3000/sign-in/"
PORTS = {
    3000: "app",
    5432: "db",
    6379: "redis",
    1080: "mail",
    1025: "mail",
    3010: "notify",
    3020: "sscl",
    4566: "s3",
}


def compose(*words: str, tag: str, seconds: float = 300) -> str:
    """A command of Compose for the stack."""
    command = ("docker", "compose", "--project-name", PROJECT, "--file", str(FILE), *words)
    ended = engine.run(*command, environment={"TAG": tag}, seconds=seconds)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


@pytest.fixture(scope="module")
def first_page_seconds(images: str) -> Iterator[float]:
    """The stack, with nothing kept from before; how long its first page took."""
    if busy := [port for port in PORTS if _answers(port)]:
        pytest.fail(f"The ports {busy} are in use: the developer's stack has fixed ones.")
    began = time.monotonic()
    try:
        compose("up", "--detach", "--no-build", tag=images)
        engine.wait_for("the first page", lambda: "</html>" in _page(PAGE), seconds=300, pause=0.2)
        yield time.monotonic() - began
    finally:
        compose("down", "--volumes", "--timeout", "5", tag=images)
        assert not left_behind(PROJECT)


def test_first_page_in_time(first_page_seconds: float, report: Report) -> None:
    report.note("first page of the developer's stack", f"{first_page_seconds:.0f} s from clean")
    assert first_page_seconds <= TARGETS["dev_first_page_seconds"]


@pytest.mark.usefixtures("first_page_seconds")
def test_everything_is_well() -> None:
    """Before the ports are asked: Docker takes connections for a port before the server behind it does."""
    services = set(compose("config", "--services", tag="any").split())
    engine.wait_for(
        "every container is well",
        lambda: {one.service for one in engine.containers(PROJECT) if one.runs} >= services,
        seconds=120,
        pause=2,
    )


@pytest.mark.usefixtures("first_page_seconds")
@pytest.mark.parametrize("port", sorted(PORTS))
def test_port_answers(port: int) -> None:
    engine.wait_for(f"port {port} answers", lambda: _answers(port), seconds=60)


@pytest.mark.usefixtures("first_page_seconds")
def test_published_on_loopback_alone() -> None:
    for one in engine.containers(PROJECT):
        for bindings in (one.about["NetworkSettings"]["Ports"] or {}).values():
            assert {binding["HostIp"] for binding in bindings or ()} <= {"127.0.0.1"}, one.service


@pytest.mark.usefixtures("first_page_seconds")
def test_engines_speak() -> None:
    assert _exchange(6379, b"PING\r\n").startswith(b"+PONG")
    assert _exchange(1025, b"").startswith(b"220")
    assert _exchange(5432, b"\x00\x00\x00\x08\x04\xd2\x16/") in (b"S", b"N")
    assert "<" in _page("http://127.0.0.1:1080/")
    assert _status("http://127.0.0.1:3010/healthz") == 200
    assert _status("http://127.0.0.1:3020/healthz") == 200
    assert "<Status>Enabled</Status>" in _page("http://127.0.0.1:4566/documents?versioning")


@pytest.mark.usefixtures("first_page_seconds")
def test_live_reload() -> None:
    """A source file that was saved again has the application started again, with what the file holds now."""
    (app,) = engine.containers(PROJECT, service="app")
    before = {pid for pid, _ in app.processes()}
    (ROOT / "src" / "correspondence" / "pages" / "views" / "health.py").touch()
    engine.wait_for(
        "the application has started again",
        lambda: len({pid for pid, _ in app.processes()} - before) > 1 and "</html>" in _page(PAGE),
        seconds=60,
    )


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _exchange(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        if sent:
            line.sendall(sent)
        return line.recv(100)


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _page(url: str) -> str:
    try:
        # As a browser asks: the mail box shows its pages to nobody else.
        asked = urllib.request.Request(url, headers={"Accept": "text/html, */*"})  # noqa: S310 - loopback, by http
        with OPENER.open(asked, timeout=5) as answer:
            return str(answer.read().decode("utf-8", errors="replace"))
    except OSError:
        return ""


def _status(url: str) -> int:
    try:
        with OPENER.open(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
