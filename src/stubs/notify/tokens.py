"""The tokens with which a service proves who it is."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import jwt

from stubs.notify.errors import NotifyError

BOUND_SECONDS = 30
CLOCK = "Error: Your system clock must be accurate to within 30 seconds"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
API_KEY = re.compile(rf"(?P<name>.+)-(?P<service>{UUID})-(?P<secret>{UUID})")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: the service's id, and the secret that it signs with."""

    service_id: str
    secret: str

    @classmethod
    def read(cls, text: str) -> Self:
        """The key in its written form: a name, the service's id and the secret, joined by hyphens.

        Raises:
            ValueError: it has another form.
        """
        found = API_KEY.fullmatch(text)
        if found is None:
            raise ValueError(
                "An API key is a name, the service's UUID and the secret's UUID, joined by hyphens."
            )
        return cls(found["service"], found["secret"])

    def check(self, header: str | None) -> None:
        """Let a request pass whose ``Authorization`` header this key made within the last 30 seconds.

        Raises:
            NotifyError: as the real service answers.
        """
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotifyError(
                HTTPStatus.UNAUTHORIZED, "AuthError", "Unauthorized: authentication token must be provided"
            )
        claims = self._claims(token)
        issued = claims.get("iat")
        if not isinstance(issued, int | float):
            raise _refused("Invalid token: iat field not provided")
        if abs(time.time() - issued) > BOUND_SECONDS:
            raise _refused(CLOCK)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            unchecked = jwt.decode_complete(token, options={"verify_signature": False, "verify_iat": False})
            if unchecked["header"].get("alg") != "HS256":
                raise _refused("Invalid token: algorithm used is not HS256")
            if "iss" not in unchecked["payload"]:
                raise _refused("Invalid token: iss field not provided")
            if unchecked["payload"]["iss"] != self.service_id:
                raise _refused("Invalid token: service not found")
            # The time of issue is judged by our own bound.
            return jwt.decode(token, self.secret, algorithms=["HS256"], options={"verify_iat": False})
        except jwt.InvalidSignatureError:
            raise _refused("Invalid token: API key not found") from None
        except jwt.InvalidTokenError:
            raise _refused("Invalid token: make sure your API token matches the example") from None


def _refused(message: str) -> NotifyError:
    return NotifyError(HTTPStatus.FORBIDDEN, "AuthError", message)
