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


IN_A_BUCKET = {
    "S3_URL": "https://s3:9000",
    "S3_BUCKET": "documents",
    "S3_ACCESS_KEY_ID": "name",
    "S3_SECRET_ACCESS_KEY": "not-to-be-shown",
}


def test_documents_are_kept_in_a_folder_or_in_a_bucket() -> None:
    assert environment.read(COMPLETE).s3_url == ""
    settings = environment.read(COMPLETE | IN_A_BUCKET | {"DOCUMENT_STORE": ""})
    assert settings.document_store is None
    assert settings.s3_region == "eu-west-2"
    assert "not-to-be-shown" not in repr(settings)


def test_documents_are_kept_in_one_place() -> None:
    assert "either DOCUMENT_STORE (a folder) or S3_URL" in refused(DOCUMENT_STORE=None)
    assert "either DOCUMENT_STORE (a folder) or S3_URL" in refused(**IN_A_BUCKET)


@pytest.mark.parametrize("name", ["S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"])
def test_what_a_bucket_needs_is_named(name: str) -> None:
    assert f"S3_URL also needs {name}." in refused(**IN_A_BUCKET | {"DOCUMENT_STORE": None, name: None})


@pytest.mark.parametrize(
    ("name", "value"), [("S3_URL", "s3:9000"), ("S3_URL", "https://s3/bucket"), ("S3_BUCKET", "Documents/1")]
)
def test_addresses_of_a_bucket_that_cannot_be_are_named(name: str, value: str) -> None:
    assert f"{name}: " in refused(**IN_A_BUCKET | {"DOCUMENT_STORE": None, name: value})


@pytest.mark.parametrize("name", ["S3_CA_FILE", "CLAMD_CA_FILE"])
def test_an_authority_s_file_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    assert f"{name}: there is no file" in refused(**{name: str(tmp_path / "nowhere.pem")})
    (tmp_path / "ca.pem").touch()
    environment.read(COMPLETE | {name: str(tmp_path / "ca.pem")})


def test_a_set_without_secrets_serves_builds() -> None:
    settings = environment.read({"CORRESPONDENCE_WITHOUT_SECRETS": "1"})
    assert settings.base_url.endswith("example.invalid")


@pytest.mark.parametrize(
    ("redis", "cache"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/1"),
        ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379/1"),
        (
            "rediss://:p%40ss@redis:6379/0?ssl_ca_certs=/run/ca.pem",
            "rediss://:p%40ss@redis:6379/1?ssl_ca_certs=%2Frun%2Fca.pem",
        ),
        ("redis://redis?db=0", "redis://redis/1"),
        ("unix:///run/valkey.sock?db=0", "unix:///run/valkey.sock?db=1"),
    ],
)
def test_the_cache_is_beside_the_broker_unless_it_is_elsewhere(redis: str, cache: str) -> None:
    assert environment.cache_url(environment.read(COMPLETE | {"REDIS_URL": redis})) == cache
    elsewhere = environment.read(COMPLETE | {"REDIS_URL": redis, "CACHE_URL": "redis://cache:6380/3"})
    assert environment.cache_url(elsewhere) == "redis://cache:6380/3"
