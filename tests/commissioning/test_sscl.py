"""The adapter to SSCL, against a running stand-in that goes wrong in every way it can."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from correspondence.commissioning import sscl
from correspondence.core import breaker, settings
from correspondence.jobs.errors import GiveUp, TryAgain
from tests.stubs import contract
from tests.stubs.running import TOKEN, RunningSscl, running_sscl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sscl-261125001-first"
OPERATIONS = ("submit", "status", "files", "fetch")


class Clock:
    """Time for the breaker, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSscl]:
    with running_sscl(
        tmp_path_factory.mktemp("sscl"), "--complete-after", "0", "--in-progress-after", "0"
    ) as stub:
        yield stub


def use(**changes: Any) -> settings.Settings:
    before = settings.current()
    settings.use(before.model_copy(update=changes))
    return before


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sscl, "breaker", breaker.Breaker("SSCL", clock=clock))
    return clock


@pytest.fixture
def stub(server: RunningSscl, clock: Clock) -> Iterator[RunningSscl]:
    before = use(sscl_url=server.url, sscl_token=SecretStr(TOKEN))
    server.plan()
    yield server
    settings.use(before)


def submit(wish: str = "8401172", *, key: str = KEY, reference: str = "261125001") -> sscl.Request:
    return sscl.submit(
        reference=reference,
        subject=sscl.Subject(
            full_name="Rhiannon Price", identifiers=(sscl.Identifier(kind="staff_number", value=wish),)
        ),
        key=key,
        records_from=date(2020, 1, 1),
        needed_by=date(2026, 12, 9),
    )


def complete(wish: str = "8401172") -> sscl.Request:
    return submit(wish, key=f"key-{uuid4().hex}")


def fetched(request: sscl.Request, file: sscl.File) -> bytes:
    into = io.BytesIO()
    sscl.fetch(request.id, file, into)
    return into.getvalue()


def test_what_it_sends_holds_to_the_contract(stub: RunningSscl) -> None:
    submit()
    kept = next(one for one in stub.kept() if one["key"] == KEY)
    assert contract.schema_problems("Submission", kept["body"]) == []
    assert kept["body"]["records_from"] == "2020-01-01"
    assert "records_to" not in kept["body"]


def test_a_request_is_followed_to_its_files(stub: RunningSscl) -> None:
    request = complete()
    assert sscl.status(request.id).status == "complete"
    files = sscl.files(request.id)
    assert [file.name for file in files] == ["personnel-file.txt", "pay-history.csv"]
    for file in files:
        assert hashlib.sha256(fetched(request, file)).hexdigest() == file.sha256


def test_a_rejected_request_says_why_and_an_empty_one_is_no_error(stub: RunningSscl) -> None:
    assert "Nobody" in sscl.status(complete("reject").id).reason
    assert sscl.files(complete("empty").id) == ()


def test_a_large_file_comes_in_pieces_and_is_whole(stub: RunningSscl) -> None:
    request = complete("bytes-5000001")
    (file,) = (file for file in sscl.files(request.id) if file.name == "archive.bin")

    class Pieces(io.BytesIO):
        largest = 0

        def write(self, piece: Any, /) -> int:
            self.largest = max(self.largest, len(piece))
            return super().write(piece)

    into = Pieces()
    sscl.fetch(request.id, file, into)
    assert len(into.getvalue()) == file.size_bytes == 5_000_001
    assert into.largest <= sscl.PIECE_BYTES


@pytest.mark.parametrize("kind", ["500", "429", "nothing", "half"])
@pytest.mark.parametrize("done", [True, False])
def test_a_submission_whose_fate_is_not_known_may_be_repeated(
    stub: RunningSscl, monkeypatch: pytest.MonkeyPatch, kind: str, done: bool
) -> None:
    monkeypatch.setattr(sscl, "TIME_LIMITS_SECONDS", (2, 0.3))
    key = f"key-{uuid4().hex}"
    stub.plan(faults=[{"kind": kind, "done": done}])
    with pytest.raises(TryAgain):
        submit(key=key)
    assert submit(key=key).reference == "261125001"
    assert [one["key"] for one in stub.kept()].count(key) == 1


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("kind", "expected"),
    [("500", TryAgain), ("429", TryAgain), ("403", GiveUp), ("nothing", TryAgain), ("half", TryAgain)],
)
def test_every_operation_says_whether_to_try_again(
    stub: RunningSscl, monkeypatch: pytest.MonkeyPatch, operation: str, kind: str, expected: type[Exception]
) -> None:
    monkeypatch.setattr(sscl, "TIME_LIMITS_SECONDS", (2, 0.3))
    request = complete()
    file = sscl.files(request.id)[0]
    calls: dict[str, Callable[[], object]] = {
        "submit": submit,
        "status": lambda: sscl.status(request.id),
        "files": lambda: sscl.files(request.id),
        "fetch": lambda: fetched(request, file),
    }
    stub.plan(faults=[{"kind": kind, "on": [operation]}])
    with pytest.raises(expected) as caught:
        calls[operation]()
    assert stub.heard()[-1]["fault"] == kind
    assert "Rhiannon" not in str(caught.value)
    calls[operation]()


@pytest.mark.parametrize("operation", ["status", "fetch"])
def test_an_answer_that_comes_twice_is_taken_once(stub: RunningSscl, operation: str) -> None:
    request = complete()
    file = sscl.files(request.id)[0]
    stub.plan(faults=[{"kind": "twice", "on": [operation]}])
    if operation == "fetch":
        assert len(fetched(request, file)) == file.size_bytes
    else:
        assert sscl.status(request.id).id == request.id
    other = complete("reject")
    assert sscl.status(other.id).id == other.id


def test_a_slow_answer_is_waited_for_but_not_for_ever(
    stub: RunningSscl, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = complete()
    file = sscl.files(request.id)[0]
    stub.plan(faults=[{"kind": "slow", "seconds": 0.5, "times": 2}])
    assert len(fetched(request, file)) == file.size_bytes
    monkeypatch.setattr(sscl, "LONGEST_FETCH_SECONDS", 0.1)
    with pytest.raises(TryAgain, match="did not finish"):
        fetched(request, file)


def test_what_is_not_the_file_that_was_told_of_is_taken_out_again(stub: RunningSscl) -> None:
    request = complete()
    file = sscl.files(request.id)[0]
    into = io.BytesIO(b"before")
    into.seek(6)
    for wrong in (
        {"sha256": "0" * 64},
        {"size_bytes": file.size_bytes - 1},
        {"size_bytes": file.size_bytes + 1},
    ):
        with pytest.raises(TryAgain):
            sscl.fetch(request.id, file.model_copy(update=wrong), into)
        assert into.getvalue() == b"before"
    sscl.fetch(request.id, file, into)
    assert into.getvalue().startswith(b"beforePersonnel file")


def test_what_will_not_come_right_is_given_up(stub: RunningSscl) -> None:
    with pytest.raises(GiveUp, match="404: There is no such request"):
        sscl.status(uuid4())
    submit()
    with pytest.raises(GiveUp, match="409: This Idempotency-Key stands for another request"):
        submit(reference="261125002")
    use(sscl_token=SecretStr("another"))
    with pytest.raises(GiveUp, match="401"):
        submit()
    use(sscl_url="")
    with pytest.raises(GiveUp, match="SSCL_URL is not set"):
        submit()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b" " * 2_000_000,
    ],
)
def test_an_answer_that_is_none_may_be_asked_for_again(clock: Clock, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        before = use(sscl_url=f"http://127.0.0.1:{listening.getsockname()[1]}", sscl_token=SecretStr(TOKEN))
        with pytest.raises(TryAgain), _answering(listening, answer):
            sscl.status(uuid4())
        settings.use(before)


def test_another_address_is_not_followed(clock: Clock) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        before = use(sscl_url=f"http://127.0.0.1:{listening.getsockname()[1]}", sscl_token=SecretStr(TOKEN))
        with pytest.raises(GiveUp, match="302"), _answering(listening, answer):
            sscl.status(uuid4())
        settings.use(before)


@contextmanager
def _answering(listening: socket.socket, answer: bytes) -> Iterator[None]:
    """One connection gets this answer, whatever it asks."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):  # the client may have had enough in the middle
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_after_five_failures_it_is_left_alone_and_probed_once(stub: RunningSscl, clock: Clock) -> None:
    request = complete()
    stub.plan(faults=[{"kind": "500", "times": 6}])
    for _ in range(5):
        with pytest.raises(TryAgain, match="500"):
            sscl.status(request.id)
    heard = len(stub.heard())
    began = time.monotonic()
    with pytest.raises(TryAgain, match="left alone"):
        sscl.status(request.id)
    assert time.monotonic() - began < 0.1
    assert len(stub.heard()) == heard
    assert sscl.breaker.state() == "open"

    clock.now += 31
    with pytest.raises(TryAgain, match="500"):
        sscl.status(request.id)
    with pytest.raises(TryAgain, match="left alone"):
        sscl.status(request.id)
    clock.now += 31
    assert sscl.status(request.id).id == request.id
    assert sscl.breaker.state() == "closed"


def test_a_refusal_is_an_answer_and_opens_nothing(stub: RunningSscl) -> None:
    for _ in range(8):
        with pytest.raises(GiveUp):
            sscl.status(uuid4())
    assert sscl.breaker.state() == "closed"


def test_it_stays_away_for_as_long_as_it_was_told(stub: RunningSscl, clock: Clock) -> None:
    request = complete()
    stub.plan(faults=[{"kind": "429", "retry_after": 20}])
    with pytest.raises(TryAgain, match="429"):
        sscl.status(request.id)
    heard = len(stub.heard())
    clock.now += 19
    with pytest.raises(TryAgain, match="left alone"):
        sscl.status(request.id)
    assert len(stub.heard()) == heard
    clock.now += 2
    assert sscl.status(request.id).id == request.id


def test_nobody_at_the_address_is_no_reason_to_give_up(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    before = use(sscl_url=f"http://127.0.0.1:{port}", sscl_token=SecretStr(TOKEN))
    with pytest.raises(TryAgain, match="could not be reached"):
        submit()
    settings.use(before)


def test_what_is_asked_for_by_chance_faults_comes_through_in_the_end(
    stub: RunningSscl, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sscl, "TIME_LIMITS_SECONDS", (2, 0.2))
    stub.plan(seed=261125, chances={"500": 0.15, "429": 0.1, "nothing": 0.15, "half": 0.1, "twice": 0.1})
    keys = [f"key-{uuid4().hex}" for _ in range(20)]
    for key in keys:
        for _ in range(30):
            try:
                submit(key=key)
            except TryAgain:
                clock.now += 31
            else:
                break
    kept = [one["key"] for one in stub.kept()]
    assert [kept.count(key) for key in keys] == [1] * len(keys)
    struck = {one["fault"] for one in stub.heard() if one["key"] in keys}
    assert {"500", "nothing"} <= struck
