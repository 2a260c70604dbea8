"""A person at a browser, for trying a site out: cookies, forms and redirects, over TLS that is verified."""

from __future__ import annotations

import http.client
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from operations.trouble import Trouble

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

SECONDS = 30
REDIRECTS = 5
FOUND = (301, 302, 303)


@dataclass(slots=True)
class Form:
    """A form of a page, with what a browser would send if nobody touched it."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Page:
    """What was answered."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def form(self, having: str) -> Form:
        """The form with this field.

        Raises:
            Trouble: the page has none.
        """
        for form in self._read().forms:
            if having in form.values or having in form.files:
                return form
        raise Trouble(f"The page {self.path} (answer {self.status}) has no form with '{having}'.")

    def links(self, beginning: str) -> list[str]:
        """The addresses that the page links to and that begin so."""
        return [link for link in self._read().links if link.startswith(beginning)]

    def _read(self) -> _Reader:
        reader = _Reader(self.path)
        reader.feed(self.text)
        return reader


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._text_area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            action = urljoin(self._path, given.get("action", "") or self._path)
            self.forms.append(Form(action, given.get("method", "get").lower()))
        elif self.forms and (name := given.get("name")):
            self._field(tag, name, given)

    def _field(self, tag: str, name: str, given: dict[str, str]) -> None:
        form = self.forms[-1]
        kind = given.get("type", "text")
        if tag == "textarea":
            form.values[name], self._text_area = "", name
        elif tag == "select":
            form.values.setdefault(name, "")
        elif tag == "input" and kind == "file":
            form.files.add(name)
        elif tag == "input" and kind in {"radio", "checkbox"}:
            form.values.setdefault(name, "")
            if "checked" in given:
                form.values[name] = given.get("value", "on")
        elif tag == "input":
            form.values[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._text_area:
            self.forms[-1].values[self._text_area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text_area = ""


class _Connection(http.client.HTTPSConnection):
    """To an address, in the name of another: the site is tried where it is published, whatever DNS says."""

    def __init__(self, address: tuple[str, int], host: str, trust: ssl.SSLContext) -> None:
        super().__init__(address[0], address[1], timeout=SECONDS)
        self._name = host
        self._trust = trust

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._trust.wrap_socket(self.sock, server_hostname=self._name)


class Visitor:
    """Somebody with cookies.

    Args:
        url: the address of the service.
        trust: who vouches for it.
        at: where to connect to, instead of where the address's name leads.
    """

    def __init__(self, url: str, trust: ssl.SSLContext, at: tuple[str, int] | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise Trouble(f"'{url}' is not an https address.")
        self._host = parts.hostname
        self._origin = f"https://{parts.netloc}"
        self._at = at or (parts.hostname, parts.port or 443)
        self._trust = trust
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Page:
        """Open an address, redirects followed."""
        return self._follow("GET", path, None, {})

    def send(
        self,
        form: Form,
        answers: Mapping[str, str],
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        """Fill a form in and send it, redirects followed."""
        values = {**form.values, **answers}
        if form.files:
            boundary = uuid.uuid4().hex
            return self._follow(
                "POST",
                form.action,
                _multipart(boundary, values, files or {}),
                {"Content-Type": f"multipart/form-data; boundary={boundary}"},
            )
        body = urlencode(values).encode()
        return self._follow("POST", form.action, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _follow(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        page = self._ask(method, path, body, headers)
        for _ in range(REDIRECTS):
            if page.status not in FOUND:
                return page
            target = urlsplit(urljoin(f"{self._origin}{page.path}", page.headers.get("location", "")))
            page = self._ask("GET", target.path + (f"?{target.query}" if target.query else ""), None, {})
        raise Trouble(f"{path} redirects again and again.")

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        connection = _Connection(self._at, self._host, self._trust)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {
            "Host": urlsplit(self._origin).netloc,
            "Referer": f"{self._origin}{path}",
            **({"Origin": self._origin} if method == "POST" else {}),
            **({"Cookie": cookies} if cookies else {}),
            **headers,
        }
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(f"{self._origin}{path} does not answer: {error}.") from error
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        found = {name.lower(): value for name, value in answer.headers.items()}
        return Page(path, answer.status, found, content)


def _multipart(boundary: str, values: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in values.items()
    ]
    for name, (filename, content) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()
