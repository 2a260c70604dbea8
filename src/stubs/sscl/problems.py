"""How SSCL says no: problem details (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from http import HTTPStatus


class Problem(Exception):
    """An answer other than success."""

    def __init__(self, status: HTTPStatus, detail: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    def answer(self) -> dict[str, Any]:
        """Its body."""
        told: dict[str, Any] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
        }
        return {**told, "detail": self.detail} if self.detail else told
