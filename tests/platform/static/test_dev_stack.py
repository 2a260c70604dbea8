"""The developer's stack as it is written: fixed ports, on loopback, and the names the application knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml

from correspondence.config import environment

if TYPE_CHECKING:
    from correspondence.core.settings import Settings

ROOT = Path(__file__).parents[3]
FILE = ROOT / "deploy" / "compose" / "dev.yaml"
STACK: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = STACK["services"]

PORTS = {
    "app": [3000],
    "db": [5432],
    "redis": [6379],
    "mail": [1080, 1025],
    "notify": [3010],
    "sscl": [3020],
    "s3": [4566],
    "worker": [],
    "dispatcher": [],
}
NAMES = ("app", "db-rw", "db-ro", "redis", "s3", "notify", "sscl")


def names() -> set[str]:
    """Every name under which a part is found."""
    aliases = [service.get("networks", []) for service in SERVICES.values()]
    return set(SERVICES) | {
        alias
        for networks in aliases
        if isinstance(networks, dict)
        for network in networks.values()
        for alias in network["aliases"]
    }


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_the_fixed_ones_and_on_loopback_only(name: str) -> None:
    published = [re.fullmatch(r"127\.0\.0\.1:(\d+):(\d+)", port) for port in SERVICES[name].get("ports", [])]
    assert all(published), SERVICES[name]["ports"]
    assert [(int(port[1]), int(port[2])) for port in published if port] == [
        (port, port) for port in PORTS[name]
    ]


def test_every_part_is_there_and_the_application_knows_it_by_its_name() -> None:
    assert set(SERVICES) == set(PORTS)
    assert set(NAMES) <= names()


@pytest.mark.parametrize("name", SERVICES)
def test_every_part_is_held_as_tightly_as_on_a_site(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["init"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"]
    assert service["mem_limit"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "user"} & set(service)
    assert all("docker.sock" not in volume for volume in service.get("volumes", []))


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_ours_and_can_be_built(name: str) -> None:
    service = SERVICES[name]
    image = re.fullmatch(r"correspondence/([a-z-]+):\$\{TAG:-local\}", service["image"])
    assert image
    build = service["build"]
    assert (ROOT / build["dockerfile"]).is_file()
    assert (FILE.parent / build["context"]).resolve() == ROOT
    assert build["secrets"] == ["ca-bundle"]


def settings() -> Settings:
    given = dict(SERVICES["app"]["environment"])
    del given["DOCUMENT_KEY_FILE"]
    return environment.read(
        {
            **{name: re.sub(r"\$\{[A-Z_]+:-(.*)\}", r"\1", value) for name, value in given.items()},
            "DOCUMENT_KEY_FILE": str(FILE.parent / "dev-document-keys.json"),
        }
    )


def test_the_application_accepts_its_settings_and_finds_every_address_in_the_stack() -> None:
    current = settings()
    for url in (
        current.database_url.get_secret_value(),
        SERVICES["app"]["environment"]["MIGRATION_DATABASE_URL"],
        current.redis_url.get_secret_value(),
        current.s3_url,
        current.notify_url,
        current.sscl_url,
    ):
        host, port = urlsplit(url).hostname, urlsplit(url).port
        assert host in NAMES
        part = "db" if host == "db-rw" else host
        assert port in PORTS[str(part)]
    assert current.demonstration
    assert current.scanner == "none"
    assert urlsplit(current.notify_inbox_url).port in PORTS["mail"]


def test_all_parts_of_the_application_have_the_same_settings() -> None:
    assert SERVICES["app"]["environment"] == SERVICES["worker"]["environment"]
    assert SERVICES["app"]["environment"] == SERVICES["dispatcher"]["environment"]


def test_the_stand_ins_know_the_secrets_that_the_application_uses() -> None:
    current = settings()
    notify, sscl = SERVICES["notify"]["environment"], SERVICES["sscl"]["environment"]
    assert notify["NOTIFY_API_KEY"] == current.notify_api_key.get_secret_value()
    assert notify["NOTIFY_TEMPLATE_ID"] == current.notify_template_id
    assert sscl["SSCL_TOKEN"] == current.sscl_token.get_secret_value()
    assert current.s3_bucket in SERVICES["s3"]["environment"]["S3_BUCKETS"].split(",")
    for name in ("notify", "sscl"):
        assert int(SERVICES[name]["environment"]["PORT"]) in PORTS[name]
    relay = SERVICES["notify"]["command"][SERVICES["notify"]["command"].index("--relay") + 1]
    assert relay == f"mail:{PORTS['mail'][1]}"


def test_every_secret_says_that_it_is_for_development() -> None:
    given = SERVICES["app"]["environment"]
    secrets = [name for name in given if re.search("SECRET|KEY$|KEY_ID$|TOKEN|AUDIT", name)]
    assert len(secrets) == 6
    for name in secrets:
        assert "development" in given[name], name
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
        assert urlsplit(given[name]).password == "development-only"
    keys = json.loads((FILE.parent / "dev-document-keys.json").read_text("utf-8"))
    assert keys == {"1": "ZGV2ZWxvcG1lbnQtb25seS1ub3QtYS1zZWNyZXQtISE="}  # "development-only-not-a-secret-!!"


def test_the_source_is_the_checkout_and_cannot_be_written() -> None:
    for name in ("app", "worker", "dispatcher"):
        mounted = {
            volume.split(":")[1]: (FILE.parent / volume.split(":")[0]).resolve()
            for volume in SERVICES[name]["volumes"]
            if volume.endswith(":ro")
        }
        assert len(mounted) == len(SERVICES[name]["volumes"])
        for part in ("src", "policy", "frontend", "manage.py"):
            assert mounted[f"/app/{part}"] == ROOT / part


def test_an_editor_starts_the_same_stack() -> None:
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8")
    told = json.loads(re.sub(r"^//.*\n", "", text, flags=re.MULTILINE))
    files = [(ROOT / ".devcontainer" / file).resolve() for file in told["dockerComposeFile"]]
    assert files[0] == FILE
    assert all(file.is_file() for file in files)
    assert told["service"] in SERVICES
    forwarded = {str(port).rpartition(":")[2] for port in told["forwardPorts"]}
    assert forwarded <= {str(port) for ports in PORTS.values() for port in ports}
