"""Requests to stop: Ctrl-C, `kill`, a closed terminal."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """Counts the requests to stop. The first asks for a tidy end, a second for a quick one.

    A signal that was being ignored when we started stays ignored: that is how `nohup` asks to be left alone.
    """

    def __init__(self) -> None:
        self._count = 0

    def listen(self) -> None:
        """Begin to count."""
        for number in TO_STOP:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._heard)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1

    def stop(self) -> bool:
        """Whether anybody has asked."""
        return self._count > 0

    def hurry(self) -> bool:
        """Whether anybody has asked twice."""
        return self._count > 1
