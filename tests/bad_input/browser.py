"""A browser that sends exactly what it is told to, with the token that every form carries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.test import Client

from tests.clients import signed_in
from tests.pages.reading import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from correspondence.cases.models import Case
    from correspondence.organisation.models import User
    from tests.pages.reading import Element

TOKEN = "t" * 32
BOUNDARY = "Trennlinie"
FORM = "application/x-www-form-urlencoded"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

type Answers = dict[str, Any]
"""What a form is sent with: a text, or a list of texts for a name that comes several times."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file of a form."""

    name: str
    content: bytes
    field: str = "documents"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    location: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> Element:
        """The page; one that is badly nested fails."""
        return read(self.body)


class Browser:
    """Somebody's browser. It checks tokens as the service does outside of tests.

    Args:
        who: an example person by name, or nobody.
    """

    def __init__(self, who: User | str = "") -> None:
        self.who = who
        self.client = signed_in(who) if who else Client()
        self.client.raise_request_exception = False
        self.client.handler.enforce_csrf_checks = True
        self.client.cookies["csrftoken"] = TOKEN

    def get(self, address: str) -> Answered:
        """Open a page."""
        return _answered(self.client.get(address))

    def post(self, address: str, answers: Answers, files: tuple[Sent, ...] = ()) -> Answered:
        """Send a form; with files it goes as several parts, as browsers send it."""
        if files or any(isinstance(value, Sent) for value in answers.values()):
            return self.raw(address, parts({"csrfmiddlewaretoken": TOKEN, **answers}, files), MULTIPART)
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **answers}, doseq=True, errors="surrogatepass")
        return self.raw(address, body.encode(), FORM)

    def raw(self, address: str, body: bytes, content_type: str, **headers: str) -> Answered:
        """Send these bytes."""
        return _answered(self.client.generic("POST", address, body, content_type, headers=headers or None))


def _answered(answer: Any) -> Answered:
    # The client's answers have no public type; everything else of a test sees only this class.
    body = answer.getvalue() if answer.streaming else answer.content
    return Answered(answer.status_code, answer.get("Location", ""), body, dict(answer.items()))


def parts(answers: Answers, files: tuple[Sent, ...] = ()) -> bytes:
    """A form in several parts, byte by byte: the test client would tidy the names."""
    lines: list[bytes] = []
    for name, value in answers.items():
        for one in value if isinstance(value, list) else [value]:
            head = f'Content-Disposition: form-data; name="{name}"'.encode()
            lines += [b"--" + BOUNDARY.encode(), head, b"", str(one).encode("utf-8", "surrogatepass")]
    for file in files:
        quoted = file.name.replace('"', "%22")
        head = f'Content-Disposition: form-data; name="{file.field}"; filename="{quoted}"'.encode()
        lines += [b"--" + BOUNDARY.encode(), head, b"Content-Type: application/pdf", b"", file.content]
    return b"\r\n".join([*lines, b"--" + BOUNDARY.encode() + b"--", b""])


@dataclass(slots=True)
class Door:
    """A form of the service: where it stands, who opens it, and what they properly send.

    Attributes:
        case: which it changes, if it is one about a case.
        files: what is sent along.
        counts: the tables in which an attempt leaves a trace although it is refused.
    """

    browser: Browser
    address: str
    answers: Answers
    case: Case | None = None
    files: tuple[Sent, ...] = ()
    counts: frozenset[str] = frozenset()

    def send(self, answers: Answers | None = None, files: tuple[Sent, ...] | None = None) -> Answered:
        """Send the proper form, or another."""
        return self.browser.post(
            self.address,
            self.answers if answers is None else answers,
            self.files if files is None else files,
        )

    def beside(self) -> Door:
        """The same form in a second window of the same person."""
        return replace(self, browser=Browser(self.browser.who))

    def without(self, *names: str) -> Answers:
        """The proper answers but for these."""
        return {name: value for name, value in self.answers.items() if name not in names}

    def follow(self, answered: Answered) -> Answered:
        """The page to which an answer leads, by way of no more than three others."""
        for _ in range(3):
            if answered.status not in (301, 302):
                break
            target = urlsplit(answered.location)
            answered = self.browser.get(target.path + (f"?{target.query}" if target.query else ""))
        return answered
