"""Structured JSON logs: one line an event, from an allow-list of fields, without personal data."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

from correspondence.core import logs

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

ALLOWED = frozenset(
    {
        "event", "level", "logger", "timestamp", "request_id", "method", "route", "status", "milliseconds",
        "user_id", "case_id", "job_id", "attachment_id", "kind", "queue", "attempts", "error", "trace", "sql",
        "count", "file", "process",
    }
)  # fmt: skip
"""The fields that a line may carry. Anything else is dropped: a request's words never reach a log."""

FORMATTERS_OWN = frozenset({"_record", "_from_structlog"})
"""Where a record of a library came from: the formatter asks for these, and takes them out itself."""


def _only_allowed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: value for name, value in event.items() if name in ALLOWED or name in FORMATTERS_OWN}


def _with_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if reference := logs.request_id.get():
        event.setdefault("request_id", reference)
    if (person := logs.user_id.get()) is not None:
        event.setdefault("user_id", person)
    return event


def _where_it_failed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn an exception into its class and its places in the code; never its text or its variables.

    The text of an exception may quote what a person typed.
    """
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        event["error"] = info[0].__qualname__
        places, here = [], info[2]
        while here is not None:
            code = here.tb_frame.f_code
            places.append(f"{code.co_filename.rpartition('/src/')[2]}:{here.tb_lineno} {code.co_name}")
            here = here.tb_next
        event["trace"] = places[-12:]
    return event


def configure(level: str) -> None:
    """Send every log of this process to standard output as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_request,
        _where_it_failed,
        _only_allowed,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Django's own line for a 4xx or 5xx quotes the path and the values around an error; ours says the route.
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    logging.getLogger("django.security").setLevel(logging.ERROR)
