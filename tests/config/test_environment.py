"""The settings: read from the environment and from files, refused as a whole and by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.config import environment
from correspondence.core.errors import Misconfigured

if TYPE_CHECKING:
    from pathlib import Path

COMPLETE = {
    "DATABASE_URL": "postgresql://app:secret@db-rw/correspondence",
    "REDIS_URL": "redis://redis/0",
    "SECRET_KEY": "s" * 40,
    "AUDIT_KEY": "a" * 40,
    "DOCUMENT_KEY_FILE": "/run/secrets/document-keys.json",
    "DOCUMENT_STORE": "/srv/documents",
    "BASE_URL": "https://correspondence.example.invalid",
    "NOTIFY_URL": "https://notify.example.invalid",
    "NOTIFY_API_KEY": "key",
    "NOTIFY_TEMPLATE_ID": "template",
}


def refused(**changes: str | None) -> str:
    given = {name: value for name, value in (COMPLETE | changes).items() if value is not None}
    with pytest.raises(Misconfigured) as refusal:
        environment.read(given)
    return str(refusal.value)


def test_a_complete_set_is_taken() -> None:
    settings = environment.read(COMPLETE | {"ALLOWED_HOSTS": "one.example.invalid, two.example.invalid"})
    assert settings.secure_cookies
    assert settings.scanner == "clamd"
    assert settings.allowed_hosts == ("one.example.invalid", "two.example.invalid")
    assert "app:secret" not in repr(settings)


def test_everything_that_is_missing_is_named_at_once() -> None:
    words = refused(SECRET_KEY=None, NOTIFY_URL=None, BASE_URL="correspondence.example.invalid/")
    for name in ("SECRET_KEY: is missing", "NOTIFY_URL: is missing", "BASE_URL"):
        assert name in words


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 40 + "\n")
    given = {name: value for name, value in COMPLETE.items() if name != "SECRET_KEY"}
    settings = environment.read(given | {"SECRET_KEY_FILE": str(tmp_path / "key")})
    assert settings.secret_key.get_secret_value() == "k" * 40


def test_a_secret_s_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    assert f"SECRET_KEY_FILE: {missing}" in refused(SECRET_KEY=None, SECRET_KEY_FILE=str(missing))


@pytest.mark.parametrize(
    ("name", "value"),
    [("MOVABLE_DATE", "true"), ("SCANNER", "none"), ("COUNT_SQL", "true"), ("NOTIFY_INBOX_URL", "http://x")],
)
def test_what_weakens_the_service_needs_a_demonstration(name: str, value: str) -> None:
    assert "allowed only with DEMONSTRATION=true" in refused(**{name: value})
    environment.read(COMPLETE | {name: value, "DEMONSTRATION": "true"})


def test_cookies_without_tls_need_a_demonstration_on_loopback() -> None:
    assert "loopback" in refused(SECURE_COOKIES="false")
    assert "loopback" in refused(SECURE_COOKIES="false", DEMONSTRATION="true")
    environment.read(
        COMPLETE | {"SECURE_COOKIES": "false", "DEMONSTRATION": "true", "BASE_URL": "http://127.0.0.1:3000"}
    )


def test_a_short_secret_is_refused_without_being_shown() -> None:
    words = refused(SECRET_KEY="hunter2hunter2")
    assert "SECRET_KEY" in words
    assert "hunter2" not in words


def test_a_set_without_secrets_serves_builds() -> None:
    settings = environment.read({"CORRESPONDENCE_WITHOUT_SECRETS": "1"})
    assert settings.base_url.endswith("example.invalid")
