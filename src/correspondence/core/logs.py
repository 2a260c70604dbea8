"""What a log line may carry: an allow-list, so that no personal data gets into the logs."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
user_id: ContextVar[int | None] = ContextVar("user_id", default=None)
"""Who is signed in; set once the request's session was read."""
client_address: ContextVar[str] = ContextVar("client_address", default="")
"""From where a request came, for the audit record of signing in; no log line carries it."""
