"""How often a program that ended may be started again."""

from __future__ import annotations

from collections import deque

MOST = 5
WITHIN_SECONDS = 60
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 8.0


class Restarts:
    """The restarts of one program."""

    def __init__(self) -> None:
        self._at: deque[float] = deque()

    def delay(self, now: float) -> float | None:
        """Seconds to wait before starting it again, more each time; None when it has ended too often.

        Args:
            now: seconds of a clock that only goes forwards.
        """
        while self._at and now - self._at[0] > WITHIN_SECONDS:
            self._at.popleft()
        if len(self._at) >= MOST:
            return None
        self._at.append(now)
        return min(FIRST_DELAY_SECONDS * 2.0 ** (len(self._at) - 1), LONGEST_DELAY_SECONDS)
