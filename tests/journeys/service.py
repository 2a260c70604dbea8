"""The whole service, running for the journeys: engines, web server, worker, dispatcher and the inbox."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

from operations.local.stack import DIRECT, Stack, StopRequested
from operations.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path

MAIL_WITHIN_SECONDS = 15
QUIET_SECONDS = 0.3

CASES = 30
"""Of the demonstration: enough for lists with a second page."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it lies in the inbox."""

    id: str
    to: str
    subject: str
    body: str

    def link(self, base_url: str) -> str:
        """The first address of ours in it."""
        return next(word for word in self.body.split() if word.startswith(base_url))


class Inbox:
    """What the service has sent since this was made, as the stub of GOV.UK Notify received it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._old: frozenset[str] = frozenset()
        self._old = frozenset(mail.id for mail in self.mails())

    def mails(self, *, to: str = "", about: str = "") -> list[Mail]:
        """The newest messages first: to an address, and with these words in the subject."""
        query = f"?{urlencode({'to': to})}" if to else ""
        with DIRECT.open(f"{self._url}/inbox.json{query}", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["messages"]
        return [
            Mail(one["id"], one["to"], one["subject"], one["body"])
            for one in found
            if one["id"] not in self._old and about.casefold() in one["subject"].casefold()
        ]

    def wait_for(self, count: int = 1, *, to: str = "", about: str = "") -> list[Mail]:
        """These messages, once so many have come; more of them than that fails, now or a moment later."""
        deadline = time.monotonic() + MAIL_WITHIN_SECONDS
        while len(found := self.mails(to=to, about=about)) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        if len(found) == count:
            time.sleep(QUIET_SECONDS)
            found = self.mails(to=to, about=about)
        assert len(found) == count, [(mail.to, mail.subject) for mail in found]
        return found

    def one(self, *, to: str, about: str) -> Mail:
        """The one message to this address with these words in its subject."""
        return self.wait_for(1, to=to, about=about)[0]


class Service:
    """Correspondence Tool on a data folder of its own, watched over as ``make run`` watches over it."""

    def __init__(self, data: Path) -> None:
        self._ending = threading.Event()
        self.stack = Stack(data, cases=CASES, durable=False, stopping=self._ending.is_set)
        self._watch = threading.Thread(target=self._supervise, name="supervise", daemon=True)
        self._passwords: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self.trouble = ""

    def __enter__(self) -> Self:
        self.stack.start()
        people = json.loads((self.stack.folder.path / "people.json").read_text(encoding="utf-8"))
        self._passwords = {person["name"]: person["password"] for person in people}
        self._addresses = {person["name"]: person["email"] for person in people}
        self._watch.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._ending.set()
        self._watch.join(30)
        self.stack.stop()
        assert not self.trouble, self.trouble

    def _supervise(self) -> None:
        try:
            with suppress(StopRequested):
                self.stack.supervise()
        except Trouble as trouble:
            self.trouble = f"{trouble} {trouble.advice}"

    @property
    def url(self) -> str:
        """The address of the pages."""
        return self.stack.base_url

    def address_of(self, name: str) -> str:
        """Somebody's mail address."""
        return self._addresses[name]

    def password_of(self, name: str) -> str:
        """Somebody's password."""
        return self._passwords[name]

    def remember_password(self, name: str, password: str) -> None:
        """Somebody has chosen another password."""
        self._passwords[name] = password

    def is_ready(self) -> bool:
        """Whether the web server answers."""
        with suppress(OSError), DIRECT.open(f"{self.url}/healthz/ready", timeout=5) as answer:
            return bool(answer.status == 200)
        return False
