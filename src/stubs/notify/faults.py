"""Faults that a test switches on: the next requests go wrong in a way that it chose."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal, Self

from stubs.notify.errors import NotifyError


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong.

    Attributes:
        fail_next: for how many requests.
        on: sending a message, asking about messages, or both.
        status: the request is refused with this status; without one it is done.
        delay_seconds: the answer comes so much later.
        accept_then_drop: the request is done, and the connection closed without an answer.
    """

    fail_next: int = 0
    on: Literal["send", "read", "all"] = "send"
    status: int | None = None
    delay_seconds: float = 0
    accept_then_drop: bool = False

    def strike(self) -> None:
        """Refuse the request, when that is the fault.

        Raises:
            NotifyError: with the status that the fault names.
        """
        if self.status:
            raise NotifyError(HTTPStatus(self.status), "Exception", "A fault was switched on")

    @classmethod
    def read(cls, data: Any) -> Self:
        """The fault that a request describes.

        Raises:
            ValueError: it describes none.
        """
        if not isinstance(data, dict) or data.get("on", "send") not in ("send", "read", "all"):
            raise ValueError("A fault is an object; on is send, read or all.")
        try:
            return cls(**data)
        except TypeError as error:
            raise ValueError(
                "A fault has fail_next, on, status, delay_seconds and accept_then_drop."
            ) from error


class Faults:
    """The fault that is switched on, and for how many requests still."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Fault()

    def switch(self, fault: Fault) -> None:
        """Put this fault in the place of the one before."""
        with self._lock:
            self._now = fault

    def next_for(self, what: Literal["send", "read"]) -> Fault | None:
        """The fault that strikes this request, if one does."""
        with self._lock:
            if self._now.fail_next < 1 or self._now.on not in (what, "all"):
                return None
            struck = self._now
            self._now = replace(struck, fail_next=struck.fail_next - 1)
            return struck
