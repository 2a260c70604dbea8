"""The kinds of jobs, by name, and the queues on which they run.

A kind's function is called with the job's arguments by keyword. An ordinary kind runs inside the
transaction that marks its job as done: its writes and the mark commit together, or neither does. An
outward kind has an effect outside the database; it runs before that transaction and returns what is to
be written down in it.

Functions are loaded by id, call one action and are safe to run twice. Anything but ``TryAgain``,
``GiveUp`` and ``Refused`` that rises from one is a defect; the job is tried again all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

type Argument = int | str
"""Ids and codes: what a job is about is read from the database when it runs."""

type Recording = Callable[[], None]
"""Writes down what an outward kind did."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue and its limits, in seconds.

    Attributes:
        time_limit: a job that runs longer is interrupted.
        lease: how long a claim holds; it outlasts the time limit, so that no two workers hold one job.
        redispatch_age: a job that was sent but not claimed for so long is sent again.
    """

    name: str
    time_limit: int
    lease: int
    redispatch_age: int


QUEUES: dict[str, Queue] = {
    queue.name: queue
    for queue in (
        Queue("quick", time_limit=20, lease=30, redispatch_age=45),
        Queue("documents", time_limit=90, lease=105, redispatch_age=120),
        Queue("batch", time_limit=90, lease=105, redispatch_age=120),
    )
}

DEFAULT_ATTEMPTS = 10
"""Some 40 minutes of trying, with the waits of ``backoff``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a job of this name does.

    Attributes:
        attempts: after so many the job has failed.
        inside: runs in the last transaction.
        outward: runs before it, told by ``again`` whether an earlier attempt may have got through.
    """

    name: str
    queue: Queue
    attempts: int
    inside: Callable[..., None] | None = None
    outward: Callable[..., Recording] | None = None


_registered: dict[str, Kind] = {}


def kind[**P](
    name: str, *, queue: str, attempts: int = DEFAULT_ATTEMPTS
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a function that works in the database alone."""

    def register(function: Callable[P, None]) -> Callable[P, None]:
        _register(Kind(name, QUEUES[queue], attempts, inside=function))
        return function

    return register


def outward_kind[**P](
    name: str, *, queue: str, attempts: int = DEFAULT_ATTEMPTS
) -> Callable[[Callable[P, Recording]], Callable[P, Recording]]:
    """Register a function that has an effect outside the database, and takes the keyword ``again``.

    It must be idempotent: when ``again`` is true, it asks by its own key whether the effect is there.
    """

    def register(function: Callable[P, Recording]) -> Callable[P, Recording]:
        _register(Kind(name, QUEUES[queue], attempts, outward=function))
        return function

    return register


def _register(new: Kind) -> None:
    if new.name in _registered:
        raise ValueError(f"There is a kind of job called {new.name!r} already.")
    _registered[new.name] = new


def known(name: str) -> Kind | None:
    """The kind of this name, if it is registered in this process."""
    return _registered.get(name)


def all_known() -> tuple[Kind, ...]:
    """Every kind that is registered in this process, by name."""
    return tuple(_registered[name] for name in sorted(_registered))


def named(name: str) -> Kind:
    """The kind of this name.

    Raises:
        LookupError: nobody registered it.
    """
    if (found := known(name)) is None:
        raise LookupError(f"No kind of job is called {name!r}.")
    return found
