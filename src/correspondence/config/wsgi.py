"""The web server's way in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "correspondence.config.settings")

_pages = get_wsgi_application()

ENCODING = "utf-8"
UNREADABLE = "application/octet-stream"


def application(request: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Hand a request on, once it is such that it can be read."""
    request["CONTENT_TYPE"] = _readable(request.get("CONTENT_TYPE", ""))
    request["wsgi.input"] = _Whole(request["wsgi.input"])
    return _pages(request, start_response)


def _readable(content_type: str) -> str:
    """What a request says that it holds; "unknown" where that cannot be read, or names another encoding.

    Whoever names an encoding chooses the program that decodes it: some of Python's make halves of
    characters, which no database keeps, and some are for no text at all.
    """
    try:
        _, parameters = parse_header_parameters(content_type)
    except ValueError:
        return UNREADABLE
    return content_type if parameters.get("charset", ENCODING).lower() == ENCODING else UNREADABLE


class _Whole:
    """The content of a request. What breaks off is not taken for the whole: a letter would lose its end.

    Django asks for no more than the length that was announced, so that less means the end of the connection.
    """

    def __init__(self, content: BinaryIO) -> None:
        self._content = content

    def read(self, size: int = -1, /) -> bytes:
        return self._unbroken(self._content.read, size)

    def readline(self, size: int = -1, /) -> bytes:
        return self._unbroken(self._content.readline, size, until=b"\n")

    def _unbroken(self, read: Callable[[int], bytes], size: int, *, until: bytes | None = None) -> bytes:
        try:
            piece = read(size)
        except OSError:  # silence for too long, or a connection that was cut
            piece = b""
        if len(piece) < size and not (until and piece.endswith(until)):
            raise BadRequest("The request broke off.")
        return piece
