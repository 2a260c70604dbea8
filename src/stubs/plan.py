"""What is to go wrong: faults in a row, or drawn by chance from a seed so that a run can be repeated."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args

type Kind = Literal["500", "429", "403", "nothing", "half", "slow", "twice"]

KINDS: tuple[str, ...] = get_args(Kind.__value__)
REFUSALS = ("500", "429", "403")
WRONG = (
    "A plan has faults, each with kind, times, on, done, retry_after and seconds; or seed, chances"
    f" (a share of 1 for each kind) and on. The kinds are {', '.join(KINDS)}."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of going wrong.

    Attributes:
        kind: a refusal by its status; no answer at all; half an answer; one that drips; one sent twice.
        times: how many calls it strikes.
        on: the operations it strikes; none named, all of them.
        done: the call takes effect all the same.
        retry_after: the seconds that a 429 names, if it names any.
        seconds: how long a slow answer takes, and how long nothing is said before the connection closes.
    """

    kind: str
    times: int = 1
    on: tuple[str, ...] = ()
    done: bool = True
    retry_after: int | None = None
    seconds: float = 30

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """The fault that a request describes. A refusal takes no effect unless it says that it is done.

        Raises:
            ValueError: it describes none.
        """
        if data.get("kind") not in KINDS:
            raise ValueError(WRONG)
        try:
            return cls(**{"done": data["kind"] not in REFUSALS, **data, "on": tuple(data.get("on", ()))})
        except TypeError as error:
            raise ValueError(WRONG) from error


@dataclass(frozen=True, slots=True)
class Chances:
    """Faults by chance: the same seed and the same order of calls draw the same ones."""

    seed: int
    shares: tuple[tuple[str, float], ...]
    on: tuple[str, ...] = ()

    def draw(self, number: int) -> Fault | None:
        """The fault of the call with this number, if any. Half of the refusals are done all the same."""
        dice = random.Random(f"{self.seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
        left = dice.random()
        for kind, share in self.shares:
            if left < share:
                done = kind not in REFUSALS or dice.random() < 1 / 2
                return Fault(kind, done=done, retry_after=1 if kind == "429" else None, seconds=8)
            left -= share
        return None


class Plan:
    """What is still to go wrong. It is held in memory: a restart ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._row: list[Fault] = []
        self._chances: Chances | None = None
        self._calls = 0

    def set(self, data: Any) -> None:
        """Put this plan in the place of the one before; an empty object ends it.

        Raises:
            ValueError: it is no plan.
        """
        if not isinstance(data, dict) or not set(data) <= {"faults", "seed", "chances", "on"}:
            raise ValueError(WRONG)
        try:
            row = [Fault.read(one) for one in data.get("faults", [])]
            shares = tuple((kind, float(share)) for kind, share in data.get("chances", {}).items())
            chances = Chances(int(data.get("seed", 0)), shares, tuple(data.get("on", ()))) if shares else None
        except (AttributeError, TypeError) as error:
            raise ValueError(WRONG) from error
        if any(kind not in KINDS for kind, _ in shares) or sum(share for _, share in shares) > 1:
            raise ValueError(WRONG)
        with self._lock:
            self._row, self._chances, self._calls = row, chances, 0

    def strike(self, operation: str) -> Fault | None:
        """The fault that strikes this call, if one does."""
        with self._lock:
            for place, fault in enumerate(self._row):
                if fault.times > 0 and (not fault.on or operation in fault.on):
                    self._row[place] = replace(fault, times=fault.times - 1)
                    return fault
            chances = self._chances
            if chances is None or (chances.on and operation not in chances.on):
                return None
            self._calls += 1
            return chances.draw(self._calls)
