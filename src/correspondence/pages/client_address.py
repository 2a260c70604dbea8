"""From which address a request came.

Whatever stands in front of us adds, at the right end of ``X-Forwarded-For``, the address that spoke to it.
What is further left than our own proxies reach was written by the client, and may say anything.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from correspondence.core import settings

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from django.http import HttpRequest

HEADER = "HTTP_X_FORWARDED_FOR"
PREFIX = 64
"""Bits of an IPv6 address that stand for one household or office: the rest is theirs to choose."""


def of(request: HttpRequest) -> str:
    """The client's address; that of whoever spoke to us where the header has none that can be believed.

    With ``TRUSTED_PROXIES`` of our own in front, it is that many from the right; with none, the header is
    not read.
    """
    hops = settings.current().trusted_proxies
    passed_on = request.META.get(HEADER, "").split(",") if hops else []
    said = _address(passed_on[-hops]) if hops and len(passed_on) >= hops else None
    return str(said or _address(request.META.get("REMOTE_ADDR", "")) or "")


def counted_as(address: str) -> str:
    """What requests from this address are counted under: an IPv6 address stands for its network."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> (128 - PREFIX) << (128 - PREFIX))}/{PREFIX}"
    return str(found or "unknown")


def _address(word: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(word.strip())
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or (None if found.scope_id else found)
    return found
