"""Every setting of the application, as one typed object.

The class is here so that any app can be given values; ``config`` fills it from the environment
once, at start. Environments differ by values only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(BaseModel):
    """The settings, each read from the environment variable of the same name in capitals.

    A secret may also come from a file: ``SECRET_KEY_FILE`` names a file that holds ``SECRET_KEY``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: SecretStr = Field(description="PostgreSQL, as the application's restricted role.")
    redis_url: SecretStr = Field(
        description="Valkey or Redis: it carries job ids and may be lost at any moment."
    )
    secret_key: SecretStr = Field(
        description="Signs cookies, forms and links; at least 32 characters.", min_length=32
    )
    audit_key: SecretStr = Field(
        description="Chains the audit entries; at least 32 characters.", min_length=32
    )
    document_key_file: Path = Field(
        description="The keys that wrap each case's document key: JSON, version to base64."
    )
    base_url: str = Field(
        description="The address at which people reach the service, without a slash at the end.",
        pattern=r"^https?://[^/]+$",
    )
    notify_url: str = Field(
        description="GOV.UK Notify, or what stands in for it.", pattern=r"^https?://[^/]+$"
    )
    notify_api_key: SecretStr = Field(description="The API key of the Notify service.")
    notify_template_id: str = Field(
        description="The Notify template with the fields ((subject)) and ((body))."
    )

    document_store: Path | None = Field(
        default=None, description="The folder in which encrypted documents are kept, where S3 does not."
    )
    s3_url: str = Field(
        default="",
        description="The S3 server that keeps encrypted documents, instead of DOCUMENT_STORE.",
        pattern=r"^(https?://[^/]+)?$",
    )
    s3_bucket: str = Field(
        default="", description="The bucket for documents.", pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$"
    )
    s3_region: str = Field(default="eu-west-2", description="The region of the bucket.", min_length=1)
    s3_access_key_id: SecretStr = Field(
        default=SecretStr(""), description="The name of the key to the bucket."
    )
    s3_secret_access_key: SecretStr = Field(default=SecretStr(""), description="The key to the bucket.")
    s3_ca_file: Path | None = Field(
        default=None, description="Who vouches for S3_URL; the public authorities unless set."
    )

    sscl_url: str = Field(
        default="",
        description="SSCL, which holds the records of staff, or what stands in for it; not asked unless set.",
        pattern=r"^(https?://[^/]+)?$",
    )
    sscl_token: SecretStr = Field(default=SecretStr(""), description="The token that SSCL knows us by.")

    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Further host names the service answers to, comma separated."
    )
    demonstration: bool = Field(
        default=False, description="Example people with known passwords; never for real data."
    )
    movable_date: bool = Field(
        default=False, description="The date of case work can be moved forwards. Only in a demonstration."
    )
    secure_cookies: bool = Field(
        default=True,
        description="Cookies travel by TLS only. May be false only for a demonstration on loopback.",
    )
    scanner: Literal["none", "clamd"] = Field(
        default="clamd", description="What checks uploads for viruses. 'none' only in a demonstration."
    )
    clamd_address: str = Field(
        default="127.0.0.1:3310", description="Host and port of the virus scanner clamd.", pattern=r"^.+:\d+$"
    )
    clamd_ca_file: Path | None = Field(
        default=None,
        description="Who vouches for CLAMD_ADDRESS: with it the scanner has to prove its name by TLS 1.3.",
    )
    notify_inbox_url: str = Field(default="", description="Where a demonstration shows the messages sent.")
    brand: Literal["generic", "govuk"] = Field(
        default="generic", description="The crown and its typeface are for services on gov.uk alone."
    )
    service_name: str = Field(default="Correspondence Tool", description="The name in the page header.")
    policy_dir: Path | None = Field(
        default=None, description="The policy tables; the shipped ones unless set."
    )
    web_processes: int = Field(default=2, ge=1, le=32, description="Processes of the web server.")
    web_threads: int = Field(default=8, ge=1, le=64, description="Threads of each process of the web server.")
    bind: str = Field(
        default="127.0.0.1:3000", description="Address and port that the web server listens on."
    )
    tls_file: Path | None = Field(
        default=None,
        description="Key, certificate and chain in one PEM file: with it the web server speaks TLS 1.3 only.",
    )
    drain_seconds: int = Field(
        default=0,
        ge=0,
        le=300,
        description="Told to stop, the web server says for so long that it is not ready, and serves on.",
    )
    release: str = Field(
        default="", description="The version that /healthz/version tells; the package's own unless set."
    )
    active_url: str = Field(
        default="",
        description="The dispatcher works only while this address answers 200; always unless set.",
        pattern=r"^(https?://[^/]+/.*)?$",
    )
    active_ca_file: Path | None = Field(
        default=None, description="Who vouches for ACTIVE_URL; the system's authorities unless set."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least told of."
    )
    count_sql: bool = Field(
        default=False,
        description="Each answer says how many SQL statements it took. Only in a demonstration.",
    )
    cache_url: SecretStr | None = Field(
        default=None, description="Valkey or Redis as the cache; REDIS_URL with database 1 unless set."
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Proxies of ours in front: the client's address stands so far from the right in"
        " X-Forwarded-For. With 0 the header is not read.",
    )
    rate_limit_pages: int = Field(
        default=600,
        ge=0,
        le=100_000,
        description="Pages that one person may ask for within a minute; 0 for any number.",
    )
    rate_limit_changes: int = Field(
        default=60,
        ge=0,
        le=100_000,
        description="Forms that one person may send within a minute; 0 for any number.",
    )
    rate_limit_searches: int = Field(
        default=30,
        ge=0,
        le=100_000,
        description="Searches that one person may start within a minute; 0 for any number.",
    )
    rate_limit_strangers: int = Field(
        default=120,
        ge=0,
        le=100_000,
        description="Pages for one address within a minute, nobody being signed in; 0 for any number.",
    )
    search_days: int = Field(
        default=30, ge=1, le=366, description="Days for which a stored search can be reopened."
    )

    @field_validator("s3_ca_file", "clamd_ca_file")
    @classmethod
    def _certificates(cls, path: Path | None) -> Path | None:
        """Told at the start: later it would look as if the server were away."""
        if path is not None and not path.is_file():
            raise ValueError(f"there is no file {path}.")
        return path

    @model_validator(mode="after")
    def _one_document_store(self) -> Self:
        """Documents are in one place, and it is told which."""
        if (self.document_store is None) == (not self.s3_url):
            raise ValueError("Give either DOCUMENT_STORE (a folder) or S3_URL: documents are in one place.")
        if self.s3_url:
            needed = {
                "S3_BUCKET": self.s3_bucket,
                "S3_ACCESS_KEY_ID": self.s3_access_key_id.get_secret_value(),
                "S3_SECRET_ACCESS_KEY": self.s3_secret_access_key.get_secret_value(),
            }
            if missing := [name for name, given in needed.items() if not given]:
                raise ValueError(f"S3_URL also needs {' and '.join(missing)}.")
        return self

    @model_validator(mode="after")
    def _demonstration_only(self) -> Self:
        """What would weaken a real service is refused outside the demonstration."""
        if not self.demonstration:
            for name, weak in (
                ("MOVABLE_DATE", self.movable_date),
                ("SCANNER=none", self.scanner == "none"),
                ("COUNT_SQL", self.count_sql),
                ("NOTIFY_INBOX_URL", bool(self.notify_inbox_url)),
            ):
                if weak:
                    raise ValueError(f"{name} is allowed only with DEMONSTRATION=true.")
        host = urlsplit(self.base_url).hostname
        if not self.secure_cookies and not (self.demonstration and host in LOOPBACK):
            raise ValueError("SECURE_COOKIES=false is allowed only for a demonstration on loopback.")
        return self


_current: Settings | None = None


def use(given: Settings) -> None:
    """Set the settings of this process (once, by ``config``; tests may set others)."""
    global _current  # noqa: PLW0603 - one typed object per process, set in one place
    _current = given


def current() -> Settings:
    """The settings of this process."""
    if _current is None:
        raise RuntimeError("The settings were asked for before config had read them.")
    return _current
