"""The reference of each request, and its line in the logs."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
from django.db import connection

from correspondence.core import logs, settings
from correspondence.pages import client_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-Id"
COUNT_HEADER = "X-SQL-Statements"
LENGTH = 12
"""Hex digits of a reference: short enough to be read out, long enough to be found by."""

_log = structlog.get_logger("correspondence.requests")
_transaction_control = re.compile(r"(?:SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\b")


class ReferenceMiddleware:
    """Gives a request a reference, which the answer, its log lines and its audit entries carry.

    The outermost: it sees every answer, and the line says how long all of it took. A line tells the
    route by name, never an address, which may hold what a person typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reference = uuid4().hex[:LENGTH]
        reference_token, person_token = logs.request_id.set(reference), logs.user_id.set(None)
        address_token = logs.client_address.set(client_address.of(request))
        began = time.perf_counter()
        try:
            with _counting() as statements:
                response = self.get_response(request)
            response.headers[HEADER] = reference
            if settings.current().count_sql:
                response.headers[COUNT_HEADER] = str(statements.count)
            _log.info(
                "request",
                method=request.method,
                route=route_of(request),
                status=response.status_code,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
            )
            return response
        finally:
            logs.request_id.reset(reference_token)
            logs.user_id.reset(person_token)
            logs.client_address.reset(address_token)


def log_exception(*, request: HttpRequest | None = None, **_more: Any) -> None:
    """Write down a defect that became a 500 page: called by Django's signal, for middleware too."""
    _log.exception(
        "unhandled", route=route_of(request) if request else "", method=request.method if request else ""
    )


def route_of(request: HttpRequest) -> str:
    """The name of the address that was matched; empty for none, and for assets."""
    return request.resolver_match.view_name if request.resolver_match else ""


class _Statements:
    """Counts what is sent to the database, without savepoints."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        if not _transaction_control.match(str(sql)):
            self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def _counting() -> Iterator[_Statements]:
    statements = _Statements()
    if not settings.current().count_sql:
        yield statements
        return
    with connection.execute_wrapper(statements):
        yield statements
