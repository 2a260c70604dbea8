"""What can reach what: every part, every port, and nothing but what ``platform.toml`` says."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.platform.lab import engine
from tests.platform.lab.figures import PARTS, PLATFORM

if TYPE_CHECKING:
    from tests.platform.lab.engine import Container
    from tests.platform.lab.report import Report
    from tests.platform.lab.site import Site

ATTEMPT_SECONDS = 1.5

# With the network of one container: which of these addresses and ports take a connection.
PROBE = """
import asyncio, json, sys
async def answers(gate, address, port):
    async with gate:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), {seconds})
        except (OSError, asyncio.TimeoutError):
            return None
        writer.close()
        return [address, port]
async def main():
    gate = asyncio.Semaphore(600)
    found = await asyncio.gather(*(answers(gate, *one) for one in json.loads(sys.argv[1])))
    print(json.dumps([one for one in found if one]))
asyncio.run(main())
""".replace("{seconds}", str(ATTEMPT_SECONDS))

LISTENING = "0A"
FIRST_PASSING_PORT = 32768
LOOPBACK = ("127.", "0:0:0:0:0:0:0:1")


PORTS = sorted(
    {port for part in PLATFORM.parts.values() for ports in part.listens.values() for port in ports}
)


def test_matrix(site: Site, report: Report) -> None:
    containers = site.containers()
    where = {
        (address, network): one
        for one in containers
        for network, address in one.addresses().items()
        if address
    }
    wrong: list[str] = []
    attempts = 0
    for source in _one_of_each_part(containers):
        targets = [
            (address, port)
            for address, network in where
            if where[address, network] is not source
            for port in PORTS
        ]
        attempts += len(targets)
        answered = engine.in_network_of(source, Path(sys.executable), PROBE, json.dumps(targets), seconds=180)
        reached = {(address, port) for address, port in json.loads(answered)}
        for (address, network), target in where.items():
            if target is source:
                continue
            listens = PLATFORM.parts[PARTS[target.service]].listens
            allowed = set(listens.get(network, ())) if network in source.addresses() else set()
            found = {port for reached_address, port in reached if reached_address == address}
            wrong += [
                f"{source.service} reaches {target.service}:{port} on {network}"
                for port in sorted(found - allowed)
            ]
            wrong += [
                f"{source.service} does not reach {target.service}:{port} on {network}"
                for port in sorted(allowed - found)
            ]
    report.note("connection matrix", f"{attempts:,} attempts, {len(wrong)} unlike the table")
    assert not wrong, "\n".join(wrong)


def test_nothing_else_listens(site: Site) -> None:
    """On no address but loopback is a port open that the table does not name, by TCP or UDP."""
    wrong = []
    for one in site.containers():
        allowed = {port for ports in PLATFORM.parts[PARTS[one.service]].listens.values() for port in ports}
        for protocol, address, port in _listening(one):
            # An unconnected UDP socket on a passing port is one that asks for names, and hears the answers.
            asks = protocol == "udp" and port >= FIRST_PASSING_PORT
            if not address.startswith(LOOPBACK) and not asks and not (protocol == "tcp" and port in allowed):
                wrong.append(f"{one.service} listens on {address} {protocol}/{port}")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_networks_are_those_of_the_table(site: Site) -> None:
    attached: defaultdict[str, set[str]] = defaultdict(set)
    for one in site.containers():
        attached[PARTS[one.service]] |= set(one.addresses())
    assert {name: set(part.networks) for name, part in PLATFORM.parts.items()} == dict(attached)
    for name, network in PLATFORM.networks.items():
        told = engine.must("docker", "network", "inspect", "-f", "{{.Internal}}", f"{site.project}_{name}")
        assert told.strip() == str(network.internal).lower(), name


def test_published_ports(site: Site) -> None:
    published = {
        (one.service, binding["HostIp"], int(binding["HostPort"]))
        for one in site.containers()
        for bindings in (one.about["NetworkSettings"]["Ports"] or {}).values()
        for binding in bindings or ()
    }
    assert published == {("edge", "127.0.0.1", site.https), ("edge", "127.0.0.1", site.http)}


OUTSIDE = """
import http.client, json, os, socket, sys
told = {}
for name, port in (("1.1.1.1", 443), ("192.0.2.1", 80)):
    try:
        socket.create_connection((name, port), 3).close()
        told[f"{name}:{port}"] = "reached"
    except OSError as error:
        told[f"{name}:{port}"] = "no way"
print(json.dumps(told))
"""

# By the proxy that the environment names, as the application's own calls go.
THROUGH_PROXY = """
import json, sys, requests
told = {}
for url in sys.argv[1:]:
    try:
        told[url] = requests.get(url, timeout=10, verify="/run/ca-bundle.pem").status_code
    except requests.RequestException as error:
        told[url] = str(error)
print(json.dumps(told))
"""


def test_way_out_is_the_proxy_alone(site: Site) -> None:
    app = site.container("app")
    assert set(json.loads(app.execute("python", "-c", OUTSIDE)).values()) == {"no way"}
    allowed, refused = "http://notify:3010/healthz", "http://example.org/"
    told = json.loads(app.execute("python", "-c", THROUGH_PROXY, allowed, refused))
    assert told[allowed] == 200, told
    assert told[refused] == 403, told


def _one_of_each_part(containers: list[Container]) -> list[Container]:
    found: dict[str, Container] = {}
    for one in containers:
        found.setdefault(PARTS[one.service], one)
    return list(found.values())


def _listening(container: Container) -> list[tuple[str, str, int]]:
    """What the kernel says is open in the container's network."""
    found = []
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        lines = Path(f"/proc/{container.pid}/net/{protocol}").read_text(encoding="ascii").splitlines()[1:]
        for line in lines:
            local, state = line.split()[1], line.split()[3]
            if protocol.startswith("tcp") and state != LISTENING:
                continue
            address, port = local.split(":")
            found.append((protocol.removesuffix("6"), _address(address), int(port, 16)))
    return found


def _address(kernel: str) -> str:
    """An address as the kernel writes it, four bytes at a time and backwards."""
    raw = b"".join(bytes.fromhex(kernel[at : at + 8])[::-1] for at in range(0, len(kernel), 8))
    if len(raw) == 4:
        return ".".join(str(byte) for byte in raw)
    return ":".join(f"{raw[at] << 8 | raw[at + 1]:x}" for at in range(0, 16, 2))
