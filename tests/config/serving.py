"""A real web server on loopback, with TLS of its own, and clients that speak to it."""

from __future__ import annotations

import atexit
import http.client
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from correspondence.core import clock
from tests.jobs.engines import environment, free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"


def certificate(folder: Path) -> Path:
    """A PEM file with a key and a certificate for loopback, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = clock.actual_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "tls.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@dataclass
class Server:
    """A server that runs, and where."""

    process: subprocess.Popen[str]
    port: int
    tls_file: Path | None

    def context(self, *, highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        """What a client speaks that trusts this server."""
        made = ssl.create_default_context(cafile=str(self.tls_file))
        made.maximum_version = highest
        return made

    def connection(self) -> http.client.HTTPConnection:
        """A connection that stays open as long as the server keeps it, and is not opened again by itself."""
        if self.tls_file:
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                LOOPBACK, self.port, timeout=20, context=self.context()
            )
        else:
            made = http.client.HTTPConnection(LOOPBACK, self.port, timeout=20)
        # With it http.client would open a new connection behind our back.
        made.auto_open = 0
        made.connect()
        return made

    def status(self, path: str, *, host: str = "127.0.0.1") -> int:
        """What a request on a connection of its own is answered with."""
        connection = self.connection()
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        return answer.status

    def is_up(self) -> bool:
        """Whether it answers and is ready."""
        assert self.process.poll() is None, "The server ended."
        try:
            return self.status("/healthz/ready") == 200
        except OSError:
            return False


@cache
def _assets() -> str:
    """The folder of the assets, collected once: pages name them by their hashes."""
    folder = tempfile.mkdtemp(prefix="correspondence-assets-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment(STATIC_ROOT=folder), check=True)  # noqa: S603 - our own program
    return folder


@contextmanager
def running(folder: Path, *, tls: bool = True, **settings: str) -> Iterator[Server]:
    """Start a server as a container does, wait until it is ready, and make sure that it ends."""
    tls_file, port = certificate(folder) if tls else None, free_port()
    if tls_file:
        settings["TLS_FILE"] = str(tls_file)
    settings = {
        "BIND": f"{LOOPBACK}:{port}",
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "4",
        "TMPDIR": str(folder),
        "STATIC_ROOT": _assets(),
        **settings,
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "correspondence.config.serve"],
            cwd=ROOT,
            env=environment(**settings),
            stdout=log,
            stderr=log,
            text=True,
        )
        try:
            server = Server(process, port, tls_file)
            wait_until(server.is_up, "the web server to be ready", seconds=60)
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                process.terminate()
                process.wait(30)


@dataclass
class Load:
    """Clients that ask one after another, each on a connection that it keeps while the server does.

    A client repeats nothing: an answer that does not come is a failure. It opens a new connection only
    when the server said that it would close the old one.
    """

    server: Server
    clients: int = 4
    answered: list[tuple[float, int]] = field(default_factory=list)
    failed: list[tuple[float, str]] = field(default_factory=list)
    closed_by_word: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for _ in range(self.clients):
            self._threads.append(threading.Thread(target=self._ask, daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(30)

    def _ask(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self._over.is_set():
            began = time.monotonic()
            try:
                connection = connection or self.server.connection()
                connection.request("GET", "/sign-in/")
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as trouble:
                self.failed.append((began, repr(trouble)))
                connection = None
                self._over.wait(0.05)
                continue
            self.answered.append((began, answer.status))
            if answer.getheader("Connection") == "close":
                self.closed_by_word += 1
                connection.close()
                connection = None
            self._over.wait(0.02)
        if connection:
            connection.close()
