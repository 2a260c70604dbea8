"""What is no proper request, and how each is called in the message of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bad_input.browser import FORM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.bad_input.wire import Visitor

type Requests = Iterator[tuple[str, list[bytes]]]

BODY = b"text=hours"
IN_PARTS = "multipart/form-data; boundary=xx"
PART = b'Content-Disposition: form-data; name="text"'
FILE = b'Content-Disposition: form-data; name="documents"; filename="a.pdf"'

KINDS = ("text/plain", "application/json", "é/ü", ";", "multipart/mixed; boundary=xx")
ENCODINGS = ("utf-16", "utf-7", "zlib", "base64", "idna", "unicode_escape", "nonsense")
NO_BOUNDARIES = (
    "",
    "; boundary=",
    "; boundary=" + "x" * 5000,
    '; boundary="é"',
    "; boundary*=nonsense''xx",
    "; boundary*=utf-7''%2B2AA-",
    "; " + "; ".join(f"a{number}=b" for number in range(2000)),
)
NO_PARTS = (
    b"Content-Disposition: form-data",
    b"X: y",
    b"Content-Disposition: form-data; name*=nonsense''te%78t",
    b'Content-Disposition: form-data; name="' + b"x" * 20_000 + b'"',
    b'Content-Disposition: form-data; name="te\xff\xfext"',
    b"Content-Disposition: form-data; name=\"documents\"; filename*=utf-7''%2B2AA-.pdf",
    b"Content-Disposition: form-data; name=\"documents\"; filename*=zlib''%5Cud800.pdf",
    FILE + b"\r\nContent-Transfer-Encoding: base64",
    FILE + b"\r\nContent-Type: text/plain; charset=zlib",
    b'Content-Disposition: form-data; name="documents"\r\nContent-Type: multipart/mixed; boundary=yy',
)
NO_LENGTHS = ("-1", "abc", "1e3", "+5", "0x10", "5, 6", "٣", "9" * 20)
NO_CODINGS = ("nonsense", "chunked, chunked", "gzip, chunked")
NO_CHUNKS = (b"zz\r\nhours", b"f" * 20 + b"\r\nhours", b"5\r\nhoursXX")

NO_METHODS = (
    "FOO", "get", "DELETE", "PUT", "PATCH", "TRACE", "CONNECT", "OPTIONS", "GÉT", "", "X" * 300,
)  # fmt: skip
NO_PATHS = (
    "/%", "/%zz", "/%00", "/%ff", "/cases/%ff/", "/cases/%c0%ae/", "/cases/open/?page=%", "/é", "*", "/a b",
    "/cases/open/?page=%ff", "/cases/open/?page=%00", "/..%2f..%2fetc/passwd", "//evil.example/", "/\\evil",
    "/assets/..%2f..%2fmanage.py", "/assets/%00", "/assets/%ff", "/assets/../manage.py", "/cases/١/",
    "/cases/open/?" + "&".join(f"x{number}=1" for number in range(450)), "/" + "x" * 2_000_000,
)  # fmt: skip
NO_HOSTS = (
    "evil.example", "127.0.0.1:abc", "[::1", "a" * 5000, "127.0.0.1, evil.example", "x@127.0.0.1",
)  # fmt: skip
BETWEEN = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"%", b"%00", b"\r\n", b"\n", b":", b";", b"=", b'"', b" ", b"--", b"&",
    b"9" * 30, b"-1", b"*=utf-7''", b"charset=zlib",
)  # fmt: skip
NO_HEADERS = ("nonsense", "X y : z", "X: y\r\n z", "X: y\0z", ": y")


def several(*heads: bytes, content: bytes = b"\xff\xfehours") -> bytes:
    """A form in several parts, each with headers of its own and the same content."""
    return b"".join(b"--xx\r\n%s\r\n\r\n%s\r\n" % (head, content) for head in heads) + b"--xx--\r\n"


def in_their_content(who: Visitor) -> Requests:
    """Forms that are not what they say of themselves."""

    def post(body: bytes = BODY, kind: str = FORM, **headers: str) -> list[bytes]:
        return who.post("/search/", body, kind, **headers)

    yield from ((f"as {kind}", post(kind=kind)) for kind in KINDS)
    yield from ((f"written in {one}", post(kind=f"{FORM}; charset={one}")) for one in ENCODINGS)
    yield from ((f"parts in {one}", post(several(PART), f"{IN_PARTS}; charset={one}")) for one in ENCODINGS)
    yield from (
        (f"parts{one[:30]}", post(several(PART), f"multipart/form-data{one}")) for one in NO_BOUNDARIES
    )
    yield from ((f"a part {head[:90]!r}", post(several(head), IN_PARTS)) for head in NO_PARTS)
    yield "10,000 fields", post(b"&".join(b"x%d=1" % number for number in range(10_000)))
    yield "100 files", post(several(*[FILE] * 100), IN_PARTS)
    yield "100 files from nobody", post(several(*[FILE] * 100), IN_PARTS, Cookie="")
    yield from ((f"of length {length}", post(Content_Length=length)) for length in NO_LENGTHS)
    chunked = {"Content_Length": "", "Transfer_Encoding": "chunked"}
    yield from ((f"transferred {one}", post(Content_Length="", Transfer_Encoding=one)) for one in NO_CODINGS)
    yield from ((f"in pieces {one!r}", post(one, **chunked)) for one in NO_CHUNKS)
    yield "of a length and in pieces", post(Transfer_Encoding="chunked")


def in_their_head(who: Visitor) -> Requests:
    """Requests that go wrong before their content."""

    def get(path: str = "/cases/open/", method: str = "GET", **headers: str) -> list[bytes]:
        return [who.head(method, path, **headers)]

    yield from ((f"method {method[:9]}", get(method=method)) for method in NO_METHODS)
    yield from ((f"path {path[:40]}", get(path)) for path in NO_PATHS)
    yield from ((f"host {host[:20]}", get(Host=host)) for host in NO_HOSTS)
    yield "two hosts", get(X="y\r\nHost: evil.example")
    yield "two megabytes of a header", get(X_Big="x" * 2_000_000)
    yield "two megabytes of cookies", get(Cookie="a=" + "x" * 2_000_000)
    yield "200 headers", get(**{f"X_{number}": "y" for number in range(200)})
    plain = who.head("GET", "/")
    yield from (
        (f"header {line!r}", [plain.replace(b"Connection: close", line.encode())]) for line in NO_HEADERS
    )
    yield "lines that end early", [plain.replace(b"\r\n", b"\n")]
    yield "no version", [b"GET /\r\n"]
    yield "another version", [b"GET / HTTP/9.9\r\nHost: x\r\n\r\n"]
    yield "an expectation", get(Expect="nonsense")


def damaged(request: bytes, chance: Random) -> bytes:
    """A proper request with a few of its bytes changed, lost, doubled, or with something put between them."""
    data = bytearray(request)
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        here, there = chance.randrange(len(data)), chance.randrange(len(data))
        length = chance.choice([1, 2, 8, 40])
        how = chance.randrange(4)
        if how == 0:
            data[here] = chance.randrange(256)
        elif how == 1:
            del data[here : here + min(length, len(data) - 1)]
        else:
            data[here:here] = chance.choice(BETWEEN) if how == 2 else data[there : there + length]
    return bytes(data)
