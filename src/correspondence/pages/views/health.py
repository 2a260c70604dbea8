"""What a load balancer, a scheduler and a name server ask. No session, no personal data, no secrets."""

from __future__ import annotations

import socket
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import JsonResponse
from django.views.decorators.http import require_safe
from pydantic import ValidationError

from correspondence.core import draining
from correspondence.core.errors import Misconfigured
from correspondence.core.release import release
from correspondence.documents import keys
from correspondence.pages.access import public
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of anything else: a restart would not mend what is elsewhere."""
    del request
    return JsonResponse({"status": "live"})


@public
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The process can do its work, or what it lacks. Valkey is not asked: work goes on without it.

    An instance that is being taken out of service is not ready for more, whatever it has.
    """
    del request
    if draining.has_begun():
        return JsonResponse({"status": "draining"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    missing = [name for name, holds in CHECKS.items() if not holds()]
    if missing:
        return JsonResponse(
            {"status": "not ready", "missing": missing}, status=HTTPStatus.SERVICE_UNAVAILABLE
        )
    return JsonResponse({"status": "ready"})


@public
@require_safe
def active(request: HttpRequest) -> HttpResponse:
    """Whether the database of this site takes writes: only then may names point here."""
    del request
    if _is_writable():
        return JsonResponse({"status": "active"})
    return JsonResponse({"status": "standby"}, status=HTTPStatus.SERVICE_UNAVAILABLE)


@public
@require_safe
def version(request: HttpRequest) -> HttpResponse:
    """Which release this instance runs, and which instance it is: a deployment looks whether all agree."""
    del request
    return JsonResponse({"version": release(), "instance": socket.gethostname()})


def _is_writable() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            row = cursor.fetchone()
    except DatabaseError:
        return False
    return row is not None and not row[0]


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@cache
def _shipped_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _migrations() -> bool:
    """Whether every migration that this code ships was applied; more may have been, by a newer release."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = {(app, name) for app, name in cursor.fetchall()}
    except DatabaseError:
        return False
    return _shipped_migrations() <= applied


def _policy() -> bool:
    """Whether there is a policy edition that this process can read, with no name in it that it lacks."""
    try:
        return not loader.lacking(loader.current_edition_id())
    except (DatabaseError, Misconfigured, ValidationError):
        return False


def _document_keys() -> bool:
    """Whether the key provider can wrap a key; the one made for this is thrown away."""
    try:
        keys.provider().wrap(keys.new_key(0))
    except Misconfigured:
        return False
    return True


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "policy edition": _policy,
    "document keys": _document_keys,
}
"""What this process needs, by the name under which its absence is told."""
