from __future__ import annotations

import os
import signal
import urllib.request
from pathlib import Path

import pytest

from operations.local import ports
from operations.local.folder import DataFolder
from operations.local.processes import birth
from operations.local.stack import Stack, StopRequested
from operations.trouble import Trouble
from tests.operations.conftest import running_on, wait_for
from tests.operations.small_service import plan


def page(stack: Stack) -> bytes:
    with urllib.request.urlopen(stack.base_url, timeout=5) as answer:  # noqa: S310 - our own loopback address
        content: bytes = answer.read()
    return content


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def test_everything_starts_and_nothing_is_left(data: Path) -> None:
    with Stack(data, planner=plan) as stack:
        assert page(stack) == b"well"
        assert stack.names() == ["postgres", "valkey", "web", "worker"]
        assert stack.first_start
        # Four programs, the backends of PostgreSQL, and the worker's child.
        wait_for(lambda: len(running_on(data)) >= 5)
    assert running_on(data) == []


def test_steps_are_taken_once_while_nothing_changes(data: Path) -> None:
    for first in (True, False):
        with Stack(data, planner=plan) as stack:
            assert stack.first_start is first
    assert (data / "steps").read_text(encoding="utf-8") == "ran\n"
    DataFolder(data).write("state.json", {"step": "of another version"})
    with Stack(data, planner=plan):
        pass
    assert (data / "steps").read_text(encoding="utf-8") == "ran\nran\n"


def test_a_step_that_fails_stops_the_start_with_its_last_words(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMALL_STEP_FAILS", "no such table")
    with pytest.raises(Trouble, match="Taking a step did not succeed") as trouble:
        Stack(data, planner=plan).start()
    assert trouble.value.advice == "no such table"
    assert running_on(data) == []
    monkeypatch.delenv("SMALL_STEP_FAILS")
    with Stack(data, planner=plan) as stack:
        assert page(stack) == b"well"


def test_a_port_in_use_is_said_with_another_to_try(data: Path) -> None:
    with Stack(data.with_name("other"), planner=plan) as other:
        port = int(other.base_url.rsplit(":", 1)[1])
        with pytest.raises(Trouble, match=f"Port {port} is in use") as trouble:
            Stack(data, port, planner=plan).start()
        assert f"PORT={port + 1}" in trouble.value.advice
        assert running_on(data) == []
        assert page(other) == b"well"


def test_a_killed_process_takes_its_children_along_and_can_be_started_again(data: Path) -> None:
    with Stack(data, planner=plan) as stack:
        worker = stack.process("worker").pid
        wait_for(lambda: children(worker))
        before = set(running_on(data))
        stack.kill("worker", signal.SIGKILL)
        ended = before - set(running_on(data))
        assert worker in ended
        assert len(ended) == 2
        stack.restart("worker")
        assert stack.process("worker").pid != worker

        stack.kill("web", signal.SIGTERM)
        assert not ports.answers(int(stack.base_url.rsplit(":", 1)[1]))
        stack.restart("web")
        assert page(stack) == b"well"

        stack.kill("postgres")
        stack.restart("postgres")
        assert page(stack) == b"well"
    assert running_on(data) == []


def test_what_ends_is_started_again(data: Path) -> None:
    rounds = 0
    said: list[str] = []

    def stopping() -> bool:
        nonlocal rounds
        if not stack.names():
            return False
        rounds += 1
        if rounds == 1:
            os.kill(stack.process("web").pid, signal.SIGKILL)
            os.kill(stack.process("valkey").pid, signal.SIGKILL)
        return rounds > 10 and all(stack.process(name).exit_code() is None for name in stack.names())

    stack = Stack(data, planner=plan, say=said.append)
    with stack:
        first = {name: stack.process(name).pid for name in stack.names()}
        stack._stopping = stopping  # noqa: SLF001 - the question that the launcher answers from signals
        stack.supervise()
        second = {name: stack.process(name).pid for name in stack.names()}
        assert {name for name in first if first[name] != second[name]} == {"web", "valkey"}
        wait_for(lambda: ports.answers(int(stack.base_url.rsplit(":", 1)[1])))
        assert page(stack) == b"well"
    assert any("'web' ended by SIGKILL" in line for line in said)


def test_what_ends_again_and_again_stops_everything(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.local.supervision.FIRST_DELAY_SECONDS", 0.01)
    monkeypatch.setattr("operations.local.supervision.LONGEST_DELAY_SECONDS", 0.01)
    with Stack(data, environment={"SMALL_WORKER_FAILS_AFTER": "1"}, planner=plan) as stack:
        with pytest.raises(Trouble, match="'worker' has ended again and again") as trouble:
            stack.supervise()
        assert trouble.value.advice.endswith("the worker's last words")
    assert running_on(data) == []


def test_a_request_to_stop_is_heard_while_starting(data: Path) -> None:
    with pytest.raises(StopRequested):
        Stack(data, planner=plan, stopping=lambda: True).start()
    assert running_on(data) == []


def test_a_process_is_known_by_its_birth_not_by_its_number_alone() -> None:
    assert birth(os.getpid()) == birth(os.getpid()) != ""
    assert birth(os.getpid()) != birth(os.getppid())
    assert birth(2**22 + 1) == ""
