"""Reading the settings from the environment, secrets from files too."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import ValidationError

from correspondence.core.errors import Misconfigured
from correspondence.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

WITHOUT_SECRETS: Mapping[str, str] = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "not-a-secret-and-never-used-to-sign-anything",
    "AUDIT_KEY": "not-a-secret-and-never-used-to-chain-anything",
    "DOCUMENT_KEY_FILE": "/nonexistent",
    "DOCUMENT_STORE": "/nonexistent",
    "BASE_URL": "https://service.example.invalid",
    "NOTIFY_URL": "https://notify.example.invalid",
    "NOTIFY_API_KEY": "none",
    "NOTIFY_TEMPLATE_ID": "none",
}
"""A set that holds no secret and reaches nothing: for building the image and checking types."""


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that this environment gives.

    Args:
        environment: with ``CORRESPONDENCE_WITHOUT_SECRETS`` set, values that reach nothing fill
            what is missing.

    Raises:
        Misconfigured: names every setting that is missing or wrong, at once.
    """
    given, problems = _given(environment)
    values: dict[str, object] = {name.lower(): value for name, value in given.items()}
    if isinstance(hosts := values.get("allowed_hosts"), str):
        values["allowed_hosts"] = [host.strip() for host in hosts.split(",") if host.strip()]
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_in_words(problem) for problem in error.errors()]
        raise Misconfigured(_listed(problems)) from None
    if problems:
        raise Misconfigured(_listed(problems))
    return settings


def _given(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The values by variable, secrets read from their files, and what could not be read."""
    given = dict(WITHOUT_SECRETS) if environment.get("CORRESPONDENCE_WITHOUT_SECRETS") else {}
    problems = []
    for name in Settings.model_fields:
        variable = name.upper()
        if environment.get(variable):
            given[variable] = environment[variable]
        elif path := environment.get(f"{variable}_FILE"):
            try:
                given[variable] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                problems.append(f"{variable}_FILE: {path} cannot be read ({error.strerror})")
    return given, problems


def _in_words(problem: ErrorDetails) -> str:
    where = str(problem["loc"][0]).upper() if problem["loc"] else "Together"
    said = "is missing" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
    return f"{where}: {said}"


def _listed(problems: list[str]) -> str:
    return "The settings cannot be used:\n  " + "\n  ".join(sorted(problems))


def database_url(settings: Settings, *, as_owner: bool, environment: Mapping[str, str] = os.environ) -> str:
    """Where the database is: migrations run as its owner, everything else as a restricted role."""
    if as_owner:
        path = environment.get("MIGRATION_DATABASE_URL_FILE")
        owner = environment.get("MIGRATION_DATABASE_URL") or (
            Path(path).read_text("utf-8").strip() if path else ""
        )
        if owner:
            return owner
    return settings.database_url.get_secret_value()


def cache_url(settings: Settings) -> str:
    """Where the cache is: in a database of its own, beside the broker's, unless another was named."""
    if settings.cache_url:
        return settings.cache_url.get_secret_value()
    parts = urlsplit(settings.redis_url.get_secret_value())
    query = {name: value for name, value in parse_qsl(parts.query) if name != "db"}
    if parts.scheme == "unix":
        return f"unix://{parts.netloc}{parts.path}?{urlencode({**query, 'db': 1})}"
    return parts._replace(path="/1", query=urlencode(query)).geturl()
