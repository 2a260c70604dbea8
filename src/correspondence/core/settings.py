"""Every setting of the application, as one typed object.

The class is here so that any app can be given values; ``config`` fills it from the environment
once, at start. Environments differ by values only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

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
    document_store: Path = Field(description="The folder in which encrypted documents are kept.")
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
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least told of."
    )
    count_sql: bool = Field(
        default=False,
        description="Each answer says how many SQL statements it took. Only in a demonstration.",
    )
    search_days: int = Field(
        default=30, ge=1, le=366, description="Days for which a stored search can be reopened."
    )

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
