"""TLS 1.3 and nothing older, at the edge and between the parts; each part proves its name."""

from __future__ import annotations

import json
import socket
import ssl
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.platform.lab import engine
from tests.platform.lab.figures import PARTS, PLATFORM

if TYPE_CHECKING:
    from tests.platform.lab.engine import Container
    from tests.platform.lab.site import Site

CLEAR = {("edge", 8080): "sends on to https, and says whether the site is active"}
"""The only ports that speak without TLS, and why."""

POSTGRES = {("pool-rw", 5432), ("pool-ro", 5432), ("db", 5432), ("endpoints", 5432), ("endpoints", 5433)}
"""Which ask for TLS within their own protocol first."""

# With the network of a neighbour: the version spoken when so much is offered, and the names.
HANDSHAKE = """
import json, socket, ssl, struct, sys
asked = json.loads(sys.argv[1])
told = []
for address, port, postgres in asked["targets"]:
    for newest in ("TLSv1_2", "TLSv1_3"):
        context = ssl.create_default_context(cafile=asked["authority"])
        context.check_hostname = False
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = ssl.TLSVersion[newest]
        try:
            line = socket.create_connection((address, port), 5)
            if postgres:
                line.sendall(struct.pack("!ii", 8, 80877103))
                if line.recv(1) != b"S":
                    raise OSError("no TLS")
            with context.wrap_socket(line) as tls:
                names = [name for kind, name in tls.getpeercert().get("subjectAltName", ()) if kind == "DNS"]
                told.append([address, port, newest, tls.version(), names])
        except OSError as error:
            told.append([address, port, newest, f"refused: {error}", []])
print(json.dumps(told))
"""


def _peers(site: Site) -> list[tuple[Container, str, str, Container]]:
    """Each part with each network on which it listens, and a neighbour from which it is reached there."""
    containers = site.containers()
    found = []
    for one in containers:
        for network in PLATFORM.parts[PARTS[one.service]].listens:
            neighbour = next(
                (other for other in containers if other.ident != one.ident and network in other.addresses()),
                None,
            )
            if neighbour:
                found.append((one, network, one.addresses()[network], neighbour))
    return found


def test_between_the_parts(site: Site) -> None:
    wrong, looked_at = [], 0
    for one, network, address, neighbour in _peers(site):
        part = PARTS[one.service]
        ports = [port for port in PLATFORM.parts[part].listens[network] if (part, port) not in CLEAR]
        asked = {
            "authority": str(site.secret("ca.pem")),
            "targets": [(address, port, (part, port) in POSTGRES) for port in ports],
        }
        told = json.loads(engine.in_network_of(neighbour, Path(sys.executable), HANDSHAKE, json.dumps(asked)))
        for _, port, offered, spoken, names in told:
            looked_at += 1
            if offered == "TLSv1_2" and not spoken.startswith("refused"):
                wrong.append(f"{one.service}:{port} on {network} speaks {spoken}")
            if offered == "TLSv1_3" and (spoken != "TLSv1.3" or not names):
                wrong.append(f"{one.service}:{port} on {network}: {spoken} {names}")
    assert looked_at > 40
    assert not wrong, "\n".join(wrong)


def test_at_the_edge(site: Site) -> None:
    old = site.door.context()
    old.minimum_version = ssl.TLSVersion.TLSv1_2
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", site.https), 5) as line,
        pytest.raises(ssl.SSLError, match=r"(?i)protocol|handshake|version"),
    ):
        old.wrap_socket(line, server_hostname=site.door.host)
    with (
        socket.create_connection(("127.0.0.1", site.https), 5) as line,
        site.door.context().wrap_socket(line, server_hostname=site.door.host) as tls,
    ):
        assert tls.version() == "TLSv1.3"


def test_port_80_only_sends_on(site: Site) -> None:
    for path, status in (("/cases/open/", (301, 302, 307, 308)), ("/healthz/active", (200,))):
        with closing(HTTPConnection("127.0.0.1", site.http, timeout=10)) as line:
            line.request("GET", path, headers={"Host": site.door.host})
            answer = line.getresponse()
            answer.read()
        assert answer.status in status, f"{path}: {answer.status}"
        if answer.status != 200:
            assert (answer.getheader("Location") or "").startswith(f"https://{site.door.host}")
