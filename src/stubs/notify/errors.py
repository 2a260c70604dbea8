"""How Notify says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus


class NotifyError(Exception):
    """An answer other than success, in the shape of the real service."""

    def __init__(self, status: HTTPStatus, error: str, *messages: str) -> None:
        super().__init__(error)
        self.status = status
        self.answer = {
            "status_code": int(status),
            "errors": [{"error": error, "message": message} for message in messages],
        }
