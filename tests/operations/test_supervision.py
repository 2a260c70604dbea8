from __future__ import annotations

from operations.local.supervision import MOST, WITHIN_SECONDS, Restarts


def test_each_restart_waits_longer_and_the_sixth_within_a_minute_is_refused() -> None:
    restarts = Restarts()
    assert [restarts.delay(float(second)) for second in range(MOST + 1)] == [0.5, 1, 2, 4, 8, None]


def test_what_ends_seldom_may_do_so_for_ever() -> None:
    restarts = Restarts()
    assert {restarts.delay(moment * (WITHIN_SECONDS + 1.0)) for moment in range(20)} == {0.5}
