"""People at work at a steady rate, each writing down what they were told."""

from __future__ import annotations

import hashlib
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, Self
from uuid import uuid4

from tests.platform.ledger.browser import Browser, NoAnswer, Reply, Upload
from tests.platform.ledger.journal import Intention, Journal, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.platform.ledger.browser import Door
    from tests.platform.ledger.journal import Entry, Kind, Told

REPEAT_AFTER_SECONDS = 0.5
GIVE_UP_AFTER_SECONDS = 90
NEW_CASE = re.compile(r"^/cases/(\d+)/assignments/new/$")
CREATE = "/cases/foi/new/"
READ = ("/cases/open/", "/accessibility/", "/accessibility/")
"""What is looked at beside a person's own cases; half of it is light, since two processors do all of this."""

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log cases.

    Attributes:
        cases: cases of theirs with a responder: a message there is told to that responder by mail.
    """

    email: str
    password: str
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request and how it went, for counting."""

    at: float
    method: Literal["GET", "POST"]
    path: str
    failure: str
    seconds: float


@dataclass(slots=True)
class Person:
    """An account with its browser, signed in once for the whole run."""

    account: Account
    browser: Browser
    own_cases: list[int] = field(default_factory=list)
    signed_out: int = 0

    @classmethod
    def entered(cls, account: Account, door: Door) -> Self:
        """Signed in."""
        browser = Browser(door)
        browser.sign_in(account.email, account.password)
        return cls(account, browser)


class Load:
    """Everybody at work, from entering the context to leaving it.

    Args:
        folder: for the journals, one a person.
        rate: requests a second, all people together.
        writes: which part of them write.
        only: what is written; all kinds, weighted towards messages, unless given.
        seed: of all that chance decides.
    """

    def __init__(
        self,
        people: Sequence[Person],
        folder: Path,
        *,
        rate: float,
        writes: float = 0.5,
        only: Kind | None = None,
        seed: int = 0,
    ) -> None:
        self.people, self.folder, self.rate, self.writes, self.only, self.seed = (
            people, folder, rate, writes, only, seed,
        )  # fmt: skip
        self.requests: list[Request] = []
        self.began = self.ended = 0.0
        self.most_writes: int | None = None
        self.last_sent_and_acknowledged = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._written = 0
        self._threads: list[threading.Thread] = []
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self.began = time.time()
        self._threads = [
            threading.Thread(target=self._work, args=(number, person), name=person.account.email)
            for number, person in enumerate(self.people)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.ended = time.time()

    def write_all(self, count: int) -> None:
        """Go on until so many writes were begun."""
        self.most_writes = count
        while not self._stop.is_set() and self._written < count:
            time.sleep(0.1)

    @property
    def entries(self) -> list[Entry]:
        """What the journals say; complete once the load has ended."""
        return read(self.folder.glob("*.jsonl"))

    def failed(self, method: Literal["GET", "POST"], *, since: float = 0.0) -> list[Request]:
        """Requests that did not get what a person would call an answer."""
        return [one for one in self.requests if one.failure and one.method == method and one.at >= since]

    def failures_in_words(self) -> str:
        """How often what went wrong."""
        counted = Counter(f"{one.method} {one.failure}" for one in self.requests if one.failure)
        return "; ".join(f"{count} times {words}" for words, count in counted.most_common(5))

    def _work(self, number: int, person: Person) -> None:
        chance = random.Random(f"{self.seed} {number}")  # noqa: S311 - no secret
        period = len(self.people) / self.rate
        due = time.monotonic() + number / self.rate
        with Journal(self.folder / f"{number:03}.jsonl") as journal:
            while not self._stop.wait(max(0.0, due - time.monotonic())):
                if chance.random() >= self.writes:
                    self._read(person, chance)
                elif self._may_write():
                    self._write(person, journal, self._meant(person, chance))
                # Whoever was held up does not make up for it: the rate is a rate.
                due = max(due + period, time.monotonic())

    def _may_write(self) -> bool:
        with self._lock:
            if self.most_writes is not None and self._written >= self.most_writes:
                return False
            self._written += 1
            return True

    def _meant(self, person: Person, chance: random.Random) -> Intention:
        kind = self.only or chance.choices(("message", "case", "file"), (8, 1, 1))[0]
        marker = f"Ledger {uuid4()}"
        if kind == "case":
            return Intention(str(uuid4()), "case", marker, person.account.email)
        if self.only or kind == "file" or chance.random() < 0.5 or not person.own_cases:
            case_id, mailed = chance.choice(person.account.cases), True
        else:
            case_id, mailed = person.own_cases[-1], False
        sha256 = hashlib.sha256(_file(marker).content).hexdigest() if kind == "file" else ""
        return Intention(
            str(uuid4()), kind, marker, person.account.email, case_id, mailed and kind == "message", sha256
        )

    def _read(self, person: Person, chance: random.Random) -> None:
        path = chance.choice((*READ, f"/cases/{chance.choice(person.account.cases)}/"))
        try:
            reply = person.browser.get(path)
        except NoAnswer as error:
            self._note("GET", path, str(error), 0.0)
            return
        self._note("GET", path, self._why_no_page(person, reply), reply.seconds)

    def _why_no_page(self, person: Person, reply: Reply) -> str:
        if reply.status == 200 and b"</html>" in reply.body[-200:]:
            return ""
        if reply.location.startswith("/sign-in/"):
            person.signed_out += 1
        return f"{reply.status} {reply.location}".strip()

    def _write(self, person: Person, journal: Journal, intention: Intention) -> None:
        journal.intend(intention)
        give_up = time.monotonic() + GIVE_UP_AFTER_SECONDS
        while True:
            sent = time.time()
            told, words, case_id = self._send(person, intention)
            journal.answer(intention.key, told, at=time.time(), words=words, case_id=case_id)
            if told == "acknowledged":
                self.last_sent_and_acknowledged = max(self.last_sent_and_acknowledged, sent)
            if told == "acknowledged" and intention.kind == "case" and case_id:
                person.own_cases.append(case_id)
            if told != "unknown" or time.monotonic() > give_up:
                return
            time.sleep(REPEAT_AFTER_SECONDS)

    def _send(self, person: Person, intention: Intention) -> tuple[Told, str, int | None]:
        """Send once: what was told, in which words, and the case."""
        path, answers, files = _form(intention)
        try:
            reply = person.browser.post(path, answers, files)
        except NoAnswer as error:
            self._note("POST", path, str(error), 0.0)
            return "unknown", str(error), None
        words = f"{reply.status} {reply.location}".strip()
        told, case_id = verdict_of(intention, reply)
        failed = told == "unknown" or (told == "refused" and reply.status != 200)
        self._note("POST", path, words if failed else "", reply.seconds)
        if reply.location.startswith("/sign-in/"):
            person.signed_out += 1
        return told, words, case_id

    def _note(self, method: Literal["GET", "POST"], path: str, failure: str, seconds: float) -> None:
        with self._lock:
            self.requests.append(Request(time.time(), method, path, failure, seconds))


def verdict_of(intention: Intention, reply: Reply) -> tuple[Told, int | None]:
    """What a person would take this answer for, and the case it names.

    Only the redirect to where the form leads is an acknowledgement. A server's error says nothing of
    what became of the form; a page that shows it again, or any other answer, says that it was not done.
    """
    if reply.status == 302:
        if intention.kind == "case":
            if found := NEW_CASE.match(reply.location):
                return "acknowledged", int(found[1])
        elif reply.location.partition("#")[0] == f"/cases/{intention.case_id}/":
            return "acknowledged", intention.case_id
    return ("unknown" if reply.status >= 500 else "refused"), None


def _form(intention: Intention) -> tuple[str, dict[str, str], list[tuple[str, Upload]]]:
    key = {"form_key": intention.key}
    if intention.kind == "message":
        return f"/cases/{intention.case_id}/messages/", {**key, "message": intention.marker}, []
    if intention.kind == "file":
        path = f"/cases/{intention.case_id}/request-files/new/"
        return path, key, [("documents", _file(intention.marker))]
    today = date.today()  # noqa: DTZ011, TID251 - a person looks at the calendar on the wall
    return CREATE, {
        **key,
        "case_type": "foi",
        "flag_for_disclosure": "no",
        "name": "Quentin Ledger",
        "email": "quentin.ledger@example.invalid",
        "requester_type": "member_of_the_public",
        "received_date-day": str(today.day),
        "received_date-month": str(today.month),
        "received_date-year": str(today.year),
        "delivery_method": "sent_by_email",
        "subject": intention.marker,
        "message": "Please send me the information that you hold on the keeping of ledgers.",
    }, []  # fmt: skip


def _file(marker: str) -> Upload:
    return Upload(f"{marker}.pdf", PDF + f"% {marker}\n%%EOF\n".encode())
