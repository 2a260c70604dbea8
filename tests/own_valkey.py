"""A Valkey of a test's own, to be killed, stopped, filled and emptied; and a door to it by TLS alone."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self

import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import override_settings

from operations.local import ports, valkey

if TYPE_CHECKING:
    from pathlib import Path

WITHIN_SECONDS = 20


class OwnValkey:
    """A server in memory, on a port that stays the same when it comes back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = ports.any_free()
        self.url = f"redis://{ports.LOOPBACK}:{self.port}/1"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self._process = subprocess.Popen(  # noqa: S603 - our own binary, and no shell reads the words
            [str(valkey.binary()), "--bind", ports.LOOPBACK, "--port", str(self.port), "--save", ""],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + WITHIN_SECONDS
        while not ports.answers(self.port):
            assert time.monotonic() < deadline, "Valkey did not start."
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, with all that it holds."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """Keep its connections open, and answer nothing any more."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def tell(self, *command: str | int) -> Any:
        """What it answers to a command."""
        with redis.Redis.from_url(self.url) as client:
            return client.execute_command(*command)


def as_cache(url: str) -> override_settings:
    """The cache at this address, for the length of a ``with``."""
    return override_settings(
        CACHES={"default": {"BACKEND": "correspondence.core.cache.Cache", "LOCATION": [url]}}
    )


class TlsDoor:
    """Lets into a server on this machine whoever speaks TLS 1.3, under a certificate of its own authority."""

    def __init__(self, folder: Path, port: int) -> None:
        self.ca_file = folder / "ca.pem"
        self._behind = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.load_cert_chain(_certificate(folder))
        self._listening = socket.create_server((ports.LOOPBACK, 0))
        self.port = self._listening.getsockname()[1]
        self.seen: list[str | None] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                outside, _ = self._listening.accept()
                threading.Thread(target=self._let_in, args=(outside,), daemon=True).start()

    def _let_in(self, outside: socket.socket) -> None:
        with suppress(OSError), outside, self._context.wrap_socket(outside, server_side=True) as encrypted:
            self.seen.append(encrypted.version())
            with socket.create_connection((ports.LOOPBACK, self._behind)) as inside:
                back = threading.Thread(target=_pass_on, args=(inside, encrypted), daemon=True)
                back.start()
                _pass_on(encrypted, inside)
                inside.shutdown(socket.SHUT_RDWR)
                back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)


def _certificate(folder: Path) -> Path:
    """One file with key and certificate for this machine; ``ca.pem`` beside it vouches for it."""
    now, here = datetime.now(UTC), x509.IPAddress(ip_address(ports.LOOPBACK))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    (folder / "ca.pem").write_bytes(certificate)
    both = folder / "tls.pem"
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate
    )
    return both
