"""What the service consists of: the steps before its start, its processes, and their settings."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from operations.local import keys, ports
from operations.local.folder import PROJECT, DataFolder
from operations.local.processes import Program
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from operations.local.engines import Addresses

NOTIFY_TEMPLATE = "5d3d0f7e-0d3e-4b59-9d5b-6c4f5a0f7b11"
"""The one template of the demonstration's Notify service, with the fields ((subject)) and ((body))."""

ENGINES_STAGE = 0
STUBS_STAGE = 1
APPLICATION_STAGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the service runs, and what was asked for."""

    folder: DataFolder
    addresses: Addresses
    web_port: int
    inherited: Mapping[str, str]
    """The environment of whoever started it. Settings in ``chosen`` go before ours, the rest do not."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    cases: int | None = None
    demonstration_data: bool = True

    @property
    def base_url(self) -> str:
        """The address of the pages."""
        return f"http://{ports.LOOPBACK}:{self.web_port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command that has to have succeeded before the service starts."""

    program: Program
    saying: str
    fingerprint: str
    """Of all that the command depends on: while it stays the same, the command is not run again."""
    output: str = ""
    """The file in the data folder that keeps what the command prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps in their order, the processes in the order of their start, and their settings."""

    steps: tuple[Step, ...]
    programs: tuple[Program, ...]
    settings: Mapping[str, str]
    """What their environment has more than that of whoever started them."""
    inbox_url: str = ""


def correspondence(place: Place) -> Plan:
    """The plan of Correspondence Tool."""
    notify_port = ports.remembered(place.folder, "notify")
    own = settings(place, notify_port=notify_port)
    environment = {**place.inherited, **own}
    return Plan(
        steps=tuple(_steps(place, environment)),
        programs=tuple(_programs(place, environment, notify_port=notify_port)),
        settings=own,
        inbox_url=own["NOTIFY_INBOX_URL"],
    )


def settings(place: Place, *, notify_port: int) -> dict[str, str]:
    """The application's settings for a demonstration on this machine alone."""
    secrets = keys.of(place.folder)
    notify_url = f"http://{ports.LOOPBACK}:{notify_port}"
    small = {
        name: place.inherited.get(name, value)
        for name, value in (
            ("WEB_PROCESSES", "2"),
            ("WEB_THREADS", "8"),
            ("LOG_LEVEL", "INFO"),
            ("COUNT_SQL", "false"),
        )
    }
    ours = {
        "SECRET_KEY": secrets.secret_key,
        "AUDIT_KEY": secrets.audit_key,
        "DOCUMENT_KEY_FILE": str(place.folder.path / keys.DOCUMENT_KEYS),
        "DOCUMENT_STORE": str(place.folder.path / "documents"),
        "STATIC_ROOT": str(place.folder.path / "assets"),
        "BASE_URL": place.base_url,
        "BIND": f"{ports.LOOPBACK}:{place.web_port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DEMONSTRATION": "true",
        "MOVABLE_DATE": "true",
        "SECURE_COOKIES": "false",
        "SCANNER": "none",
        "NOTIFY_URL": notify_url,
        "NOTIFY_INBOX_URL": notify_url,
        "NOTIFY_API_KEY": secrets.notify_api_key,
        "NOTIFY_TEMPLATE_ID": NOTIFY_TEMPLATE,
        "DJANGO_SETTINGS_MODULE": "correspondence.config.settings",
        # Python writes at once, so that the last words before a crash are in the log.
        "PYTHONUNBUFFERED": "1",
    }
    # Whatever proxy the machine uses, what runs on it is spoken to directly.
    elsewhere = place.inherited.get("no_proxy") or place.inherited.get("NO_PROXY") or ""
    direct = f"{elsewhere},127.0.0.1,localhost".lstrip(",")
    proxies = {"no_proxy": direct, "NO_PROXY": direct}
    return {**proxies, **small, **ours, **place.addresses.environment(), **place.chosen}


def manage(*arguments: str) -> tuple[str, ...]:
    """The command line of one of the application's commands.

    Raises:
        Trouble: the application is not beside this package.
    """
    script = PROJECT / "manage.py"
    if not script.is_file():
        raise Trouble(f"{script} is missing.", "This command runs in a checkout of the project.")
    return (sys.executable, str(script), *arguments)


def _steps(place: Place, environment: Mapping[str, str]) -> Iterable[Step]:
    database = _digest(place.addresses.migration_database_url.encode())
    migrations = fingerprint(PROJECT.glob("src/correspondence/*/migrations/*.py"), database)
    policy = fingerprint(
        (*PROJECT.glob("policy/**/*"), *PROJECT.glob("src/correspondence/rulebook/**/*.py")), migrations
    )
    yield Step(
        program=_command("migrate", environment, "migrate", "--no-input"),
        saying="Preparing the database",
        fingerprint=migrations,
    )
    yield Step(
        program=_command("publish-policy", environment, "publish_policy"),
        saying="Publishing the policy tables",
        fingerprint=policy,
    )
    yield Step(
        program=_command("collect-assets", environment, "collectstatic", "--no-input"),
        saying="Laying out the pages' styles and scripts",
        fingerprint=fingerprint((*PROJECT.glob("frontend/**/*"), *PROJECT.glob("uv.lock")), ""),
    )
    if place.demonstration_data:
        cases = ("--cases", str(place.cases)) if place.cases is not None else ()
        yield Step(
            program=_command("load-demonstration", environment, "load_demo", *cases),
            saying="Making up an organisation, its people and its cases",
            # Another number of cases tops up what is there.
            fingerprint=fingerprint((), database, *cases),
        )
        yield Step(
            program=_command("list-people", environment, "load_demo", "--people"),
            saying="Listing who can sign in",
            fingerprint=database,
            output="people.json",
        )


def _command(name: str, environment: Mapping[str, str], *arguments: str) -> Program:
    return Program(name=name, command=manage(*arguments), environment=environment)


def _programs(place: Place, environment: Mapping[str, str], *, notify_port: int) -> Iterable[Program]:
    inbox = place.folder.path / "notify"
    inbox.mkdir(mode=0o700, exist_ok=True)
    (place.folder.path / "documents").mkdir(mode=0o700, exist_ok=True)
    python = sys.executable
    yield Program(
        name="notify",
        command=(python, "-m", "stubs.notify", "--port", str(notify_port), "--data", str(inbox)),
        environment=environment,
        stage=STUBS_STAGE,
        grace_seconds=2,
    )
    gunicorn = (
        "gunicorn",
        "correspondence.config.wsgi:application",
        "--config",
        "python:correspondence.config.gunicorn",
    )
    yield Program(
        name="web",
        # Loaded once for all its processes: a machine of two cores starts in half the time.
        command=(python, "-m", *gunicorn, "--preload"),
        environment=environment,
        stage=APPLICATION_STAGE,
        grace_seconds=6,
        ready_url=f"{place.base_url}/healthz/ready",
    )
    yield Program(
        name="worker",
        command=manage("run_worker", "--queues", "quick,documents,batch"),
        environment=environment,
        stage=APPLICATION_STAGE,
        grace_seconds=6,
    )
    yield Program(
        name="dispatcher",
        command=manage("run_dispatcher"),
        environment=environment,
        stage=APPLICATION_STAGE,
        grace_seconds=4,
    )


def fingerprint(files: Iterable[Path], *parts: str) -> str:
    """A text that changes when one of the files, or one of the parts, does."""
    digest = hashlib.sha256("\0".join(parts).encode())
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"\0{os.fspath(file)}\0{_digest(file.read_bytes())}".encode())
    return digest.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
