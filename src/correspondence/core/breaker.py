"""A circuit breaker: a dependency that fails is left alone for a while; nobody waits for it in vain."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IN_A_ROW = 5
"""So many failures one after the other open it."""

OF_THE_LAST = 20
WITHIN_SECONDS = 10
"""Half of so many calls within so long open it as well."""

REST_SECONDS = 30
"""After so long one call goes through as a probe: it closes the circuit, or opens it for as long again."""

LONGEST_HOLD_SECONDS = 300

type State = Literal["closed", "open", "probing"]


class Open(Exception):
    """The call was not made: the dependency rests."""


class Breaker:
    """The circuit to one dependency, for all threads of this process."""

    def __init__(self, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Close it, and forget what was."""
        self._in_a_row = 0
        self._recent: deque[tuple[float, bool]] = deque(maxlen=OF_THE_LAST)
        self._tripped = False
        self._not_before = 0.0
        self._probe_began: float | None = None

    def state(self) -> State:
        """How it stands, for the status page and the metrics."""
        with self._lock:
            if self._probe_began is not None:
                return "probing"
            return "open" if self._tripped or self._clock() < self._not_before else "closed"

    @contextmanager
    def call(self, *failures: type[Exception]) -> Iterator[None]:
        """Make one call, and learn from how it ends.

        Args:
            failures: the exceptions that speak against the dependency. Others speak for it: it answered.

        Raises:
            Open: the circuit is open; the body has not run.
        """
        probe = self._let_through()
        try:
            yield
        except failures:
            self._learn(failed=True, probe=probe)
            raise
        except BaseException:
            self._learn(failed=False, probe=probe)
            raise
        self._learn(failed=False, probe=probe)

    def hold(self, seconds: float) -> None:
        """Make no call for so long: the dependency asked for it."""
        with self._lock:
            until = self._clock() + min(max(seconds, 0), LONGEST_HOLD_SECONDS)
            self._not_before = max(self._not_before, until)

    def _let_through(self) -> bool:
        """Whether the call is the probe."""
        with self._lock:
            now = self._clock()
            probing = self._probe_began is not None and now - self._probe_began < REST_SECONDS
            if now < self._not_before or (self._tripped and probing):
                raise Open(f"{self.name} is left alone after failures.")
            if self._tripped:
                self._probe_began = now
            return self._tripped

    def _learn(self, *, failed: bool, probe: bool) -> None:
        with self._lock:
            now = self._clock()
            if probe:
                self._probe_began = None
            elif self._tripped:
                return  # it began before the circuit opened: the probe decides
            self._in_a_row = self._in_a_row + 1 if failed else 0
            self._recent.append((now, failed))
            if failed and (probe or self._too_many(now)):
                self._tripped, self._not_before = True, max(self._not_before, now + REST_SECONDS)
            elif probe:
                self._tripped, self._in_a_row = False, 0
                self._recent.clear()

    def _too_many(self, now: float) -> bool:
        lately = [failed for at, failed in self._recent if now - at <= WITHIN_SECONDS]
        return self._in_a_row >= IN_A_ROW or (len(lately) == OF_THE_LAST and sum(lately) * 2 >= OF_THE_LAST)
