"""``site.yaml`` and ``lab.yaml`` against ``platform.toml``: parts, networks, limits, what none may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.platform.load import load
from operations.platform.render import refuse_stale, variable

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "deploy" / "compose"
PLATFORM = load()
SITE = yaml.safe_load((COMPOSE / "site.yaml").read_text(encoding="utf-8"))
LAB = yaml.safe_load((COMPOSE / "lab.yaml").read_text(encoding="utf-8"))
DEV = yaml.safe_load((COMPOSE / "dev.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = SITE["services"]
PARTS = {service: name for name, part in PLATFORM.parts.items() for service in part.services(name)}
ALL = [(file, name) for file, one in (("site", SITE), ("lab", LAB), ("dev", DEV)) for name in one["services"]]
FILES = {"site": SITE, "lab": LAB, "dev": DEV}
NOT_ALLOWED = (
    *(
        "privileged",
        "network_mode",
        "pid",
        "ipc",
        "userns_mode",
        "devices",
        "cap_add",
        "group_add",
        "extra_hosts",
    ),
)


def test_rendered_values_are_current() -> None:
    refuse_stale(PLATFORM)


@pytest.mark.parametrize("service", PARTS)
def test_networks(service: str) -> None:
    assert set(SERVICES[service]["networks"]) == set(PLATFORM.parts[PARTS[service]].networks)


@pytest.mark.parametrize("service", PARTS)
def test_limits_come_from_the_table(service: str) -> None:
    part = PARTS[service]
    found = SERVICES[service]
    alike = {name for name, one in PLATFORM.parts.items() if one.image == PLATFORM.parts[part].image}
    assert found["mem_limit"] in {f"${{{variable(name, 'memory_mb')}}}m" for name in alike}
    assert found["stop_grace_period"] in {f"${{{variable(name, 'stop_seconds')}}}s" for name in alike}
    if PLATFORM.parts[part].replicas:
        assert found["scale"] == f"${{{variable(part, 'replicas')}}}"


@pytest.mark.parametrize("service", PARTS)
def test_image_and_volume(service: str) -> None:
    part = PLATFORM.parts[PARTS[service]]
    image = SERVICES[service]["image"]
    assert image in (f"${{NAME}}/{part.image}:${{TAG}}", f"${{{variable(part.image, 'image')}}}")
    targets = [
        one.split(":")[1] for one in SERVICES[service].get("volumes", ()) if not one.startswith((".", "/"))
    ]
    assert (targets == [part.volume]) if part.volume else not targets


def test_networks_are_closed_as_the_table_says() -> None:
    assert set(SITE["networks"]) == set(PLATFORM.networks)
    for name, network in PLATFORM.networks.items():
        assert bool((SITE["networks"][name] or {}).get("internal")) == network.internal, name


def test_only_the_edge_is_published() -> None:
    published = {name for name, one in SERVICES.items() if one.get("ports")}
    assert published == {"edge"}
    https, http = SERVICES["edge"]["ports"]
    assert https == "${BIND_ADDRESS}:${SITE_PUBLISHED_HTTPS}:8443"
    assert http == "${BIND_ADDRESS}:${SITE_PUBLISHED_HTTP}:8080"
    assert (PLATFORM.site.published.https, PLATFORM.site.published.http) == (443, 80)
    assert not any(one.get("ports") for one in LAB["services"].values())


@pytest.mark.parametrize(("file", "name"), ALL)
def test_hardened(file: str, name: str) -> None:
    one = FILES[file]["services"][name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["init"] is True
    assert one["pids_limit"]
    assert one["mem_limit"]
    assert not [key for key in NOT_ALLOWED if key in one]
    assert not [volume for volume in one.get("volumes", ()) if "docker.sock" in str(volume)]


def test_lab_only_adds() -> None:
    """The lab joins what the site has made; it changes none of its services and adds no network to it."""
    assert not set(LAB["services"]) & set(SERVICES)
    assert all(network.get("external") for network in LAB["networks"].values())


def test_development_has_the_documents_ports() -> None:
    published = {
        int(port.split(":")[1]): (name, port.split(":")[0])
        for name, one in DEV["services"].items()
        for port in one.get("ports", ())
    }
    wanted = {
        3000: "app",
        5432: "db",
        6379: "redis",
        1080: "mail",
        1025: "mail",
        3010: "notify",
        3020: "sscl",
        4566: "s3",
    }
    assert published == {port: (name, "127.0.0.1") for port, name in wanted.items()}
