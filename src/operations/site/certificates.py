"""The site's own authority, and a certificate for each part, all with keys on the curve P-256."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

AUTHORITY_DAYS = 3650
PART_DAYS = 365
RENEW_DAYS = 30
AHEAD = timedelta(minutes=5)
"""Certificates begin a little earlier, for clocks that are behind."""


def authority(name: str, now: datetime) -> tuple[str, str]:
    """A new authority: its key and its certificate, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} site authority")])
    certificate = (
        _begin(subject, subject, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _key_pem(key), _pem(certificate)


def issue(names: Sequence[str], authority_key: str, authority_pem: str, now: datetime) -> str:
    """A key, a certificate for these names and its chain, in one PEM."""
    signer = serialization.load_pem_private_key(authority_key.encode(), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise Trouble("The key of the site's authority is not one that this program made.")
    above = x509.load_pem_x509_certificate(authority_pem.encode())
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    certificate = (
        _begin(subject, above.subject, key, now, PART_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        # The parts speak to each other both as servers and as clients.
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    return _key_pem(key) + _pem(certificate) + authority_pem


def days_left(pem: str, now: datetime) -> int:
    """Whole days until the first certificate of a PEM ends; negative once it has."""
    return (_first(pem).not_valid_after_utc - now).days


def names_of(pem: str) -> tuple[str, ...]:
    """The names that the first certificate of a PEM is for."""
    try:
        found = _first(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(one.value) for one in found)


def is_good(pem: str, names: Sequence[str], authority_pem: str, now: datetime) -> bool:
    """Whether a part's PEM is for these names, by this authority, and has more than `RENEW_DAYS` left."""
    try:
        return (
            days_left(pem, now) >= RENEW_DAYS
            and names_of(pem) == tuple(names)
            and pem.endswith(authority_pem)
        )
    except ValueError:
        return False


def of_operator(path: Path, host: str, now: datetime) -> str:
    """The PEM that the operator brings for the edge.

    Raises:
        Trouble: it cannot be read, is not for `host`, has ended, or its key belongs to another certificate.
    """
    try:
        pem = path.read_text(encoding="ascii")
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        certificate = _first(pem)
    except (OSError, ValueError, TypeError) as error:
        raise Trouble(
            f"The certificate {path} cannot be used: {error}.",
            "It is one PEM file with the key (without a password), the certificate and its chain.",
        ) from error
    if certificate.public_key() != key.public_key():
        raise Trouble(f"The key in {path} does not belong to the certificate in it.")
    if not any(_covers(name, host) for name in names_of(pem)):
        raise Trouble(f"The certificate {path} is not for {host}, but for {', '.join(names_of(pem))}.")
    if days_left(pem, now) < 0:
        raise Trouble(f"The certificate {path} has ended.", "Put a new one in its place.")
    return pem


def _covers(name: str, host: str) -> bool:
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])


def _first(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificates(pem.encode())[0]


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - AHEAD)
        .not_valid_after(now.astimezone(UTC) + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
