"""The circuit breaker, by a clock that is moved by hand."""

from __future__ import annotations

import threading

import pytest

from correspondence.core.breaker import IN_A_ROW, OF_THE_LAST, REST_SECONDS, Breaker, Open


class Away(Exception):
    pass


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def breaker(time: Time) -> Breaker:
    return Breaker("it", clock=time)


def fail(breaker: Breaker) -> None:
    with pytest.raises(Away), breaker.call(Away):
        raise Away


def succeed(breaker: Breaker) -> None:
    with breaker.call(Away):
        pass


def test_a_success_in_between_keeps_it_closed(breaker: Breaker) -> None:
    for _ in range(2):
        for _ in range(IN_A_ROW - 1):
            fail(breaker)
        succeed(breaker)
    assert breaker.state() == "closed"


def test_failures_in_a_row_open_it_until_a_probe_succeeds(breaker: Breaker, time: Time) -> None:
    for _ in range(IN_A_ROW):
        fail(breaker)
    time.now += REST_SECONDS - 1
    with pytest.raises(Open), breaker.call(Away):
        pytest.fail("The body ran.")
    time.now += 1
    succeed(breaker)
    assert breaker.state() == "closed"
    fail(breaker)
    assert breaker.state() == "closed"


def test_half_of_the_last_calls_open_it_if_they_were_lately(breaker: Breaker, time: Time) -> None:
    for _ in range(OF_THE_LAST // 2):
        succeed(breaker)
        fail(breaker)
    assert breaker.state() == "open"
    breaker.reset()
    for _ in range(OF_THE_LAST):
        time.now += 2
        succeed(breaker)
        fail(breaker)
    assert breaker.state() == "closed"


def test_one_probe_goes_through_while_others_wait(breaker: Breaker, time: Time) -> None:
    for _ in range(IN_A_ROW):
        fail(breaker)
    time.now += REST_SECONDS
    inside, done = threading.Event(), threading.Event()

    def probe() -> None:
        with breaker.call(Away):
            inside.set()
            done.wait(5)

    thread = threading.Thread(target=probe)
    thread.start()
    assert inside.wait(5)
    assert breaker.state() == "probing"
    with pytest.raises(Open), breaker.call(Away):
        pytest.fail("The body ran.")
    done.set()
    thread.join()
    assert breaker.state() == "closed"


def test_a_probe_that_fails_opens_it_for_as_long_again(breaker: Breaker, time: Time) -> None:
    for _ in range(IN_A_ROW):
        fail(breaker)
    time.now += REST_SECONDS
    fail(breaker)
    time.now += REST_SECONDS - 1
    with pytest.raises(Open), breaker.call(Away):
        pytest.fail("The body ran.")


def test_a_call_from_before_it_opened_decides_nothing(breaker: Breaker) -> None:
    with breaker.call(Away):
        for _ in range(IN_A_ROW):
            fail(breaker)
    assert breaker.state() == "open"


def test_another_exception_speaks_for_the_dependency(breaker: Breaker) -> None:
    for _ in range(IN_A_ROW - 1):
        fail(breaker)
    with pytest.raises(LookupError), breaker.call(Away):
        raise LookupError
    fail(breaker)
    assert breaker.state() == "closed"


def test_a_hold_is_kept_and_bounded(breaker: Breaker, time: Time) -> None:
    breaker.hold(10)
    with pytest.raises(Open), breaker.call(Away):
        pytest.fail("The body ran.")
    time.now += 10
    succeed(breaker)
    breaker.hold(1e9)
    time.now += 300
    succeed(breaker)
