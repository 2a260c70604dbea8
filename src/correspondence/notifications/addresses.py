"""The addresses in messages: made by the service from ids, never taken from what somebody wrote.

A wording uses an address like a value, as ``{{ case_address }}``. Apps further up add how theirs are made
when they load; the outbox holds ids only, so that no secret of a link rests in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from correspondence.core import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDS: Mapping[str, tuple[str, ...]] = {
    "case_address": (),
    "assignment_address": ("assignment_id",),
    "password_reset_address": (),
    "account_unlock_address": (),
}
"""Every address that a wording may use, with the values that it needs besides the message's own ids."""

PATH = re.compile(r"/[A-Za-z0-9/_.:~=&?%-]*")


class About(Protocol):
    """What an address can be made from: a message."""

    @property
    def case_id(self) -> int | None: ...
    @property
    def recipient_id(self) -> int | None: ...
    @property
    def values(self) -> Mapping[str, str | int]: ...


type Maker = Callable[[About], str]
"""Makes the path of an address, from its first slash on."""

_makers: dict[str, Maker] = {}


def made_by(name: str) -> Callable[[Maker], Maker]:
    """Register how the path of an address is made."""
    if name not in NEEDS or name in _makers:
        raise ValueError(f"{name!r} is no address that a message may hold, or it is made already.")

    def register(maker: Maker) -> Maker:
        _makers[name] = maker
        return maker

    return register


def address(name: str, about: About) -> str:
    """One address, in full.

    Raises:
        LookupError: no app that is loaded makes it.
        ValueError: what was made is no path of this service.
    """
    if name not in _makers:
        raise LookupError(f"Nothing makes the address {name!r}.")
    path = _makers[name](about)
    if not PATH.fullmatch(path) or path.startswith("//"):
        raise ValueError(f"The address {name!r} is no path of this service.")
    return settings.current().base_url + path


@made_by("case_address")
def _case(about: About) -> str:
    return f"/cases/{_case_id(about)}/"


@made_by("assignment_address")
def _assignment(about: About) -> str:
    return f"/cases/{_case_id(about)}/assignments/{int(about.values['assignment_id'])}/"


def _case_id(about: About) -> int:
    if about.case_id is None:
        raise ValueError("The message is about no case.")
    return about.case_id
