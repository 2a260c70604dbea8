"""What is found on a host is judged all at once; and how an encrypted disk is told from another."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from operations.__main__ import main
from operations.platform import load
from operations.site import disks, preflight, values
from operations.site.preflight import Facts, judge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GOOD = Facts(
    docker_version="20.10.24+dfsg1",
    compose_version="2.26.1-4",
    memory_mb=16_000,
    disk_mb=50_000,
    data_root="/var/lib/docker",
    ports={443: "free", 80: "ours"},
)


@pytest.fixture
def site_values(tmp_path: Path) -> values.Values:
    file = tmp_path / "site.toml"
    given = {"host": "cases.example.gov.uk", "notify_template_id": "t"}
    file.write_text(values.with_lines(values.TEMPLATE, given), encoding="utf-8")
    return values.load(file)


def bad(facts: Facts, site_values: values.Values) -> list[str]:
    findings = judge(facts, load.load().preflight, site_values)
    assert all(finding.advice for finding in findings if not finding.good)
    return [finding.text for finding in findings if not finding.good]


def test_a_good_host_has_no_fault(site_values: values.Values) -> None:
    assert bad(GOOD, site_values) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"docker_trouble": "Docker is not installed.", "docker_advice": "Install it."},
            "Docker is not installed.",
        ),
        ({"docker_version": "19.03.1"}, "Docker Engine 19.03.1 (at least 20.10)"),
        ({"compose_version": ""}, "Docker has no Compose plugin"),
        ({"compose_version": "2.19.9"}, "Docker Compose 2.19.9 (at least 2.20)"),
        ({"memory_mb": 5_999}, "5,999 MB of memory (at least 6,000)"),
        ({"disk_mb": 9_999}, "9,999 MB free in /var/lib/docker (at least 10,000)"),
        ({"ports": {443: "taken"}}, "port 443 is in use by something else"),
        ({"unencrypted": ("/var/lib/docker",)}, "not on an encrypted disk: /var/lib/docker"),
        ({"in_memory": False}, "the secrets can lie in memory while the site runs"),
    ],
)
def test_each_fault_is_told_with_advice(
    site_values: values.Values, change: dict[str, Any], words: str
) -> None:
    assert bad(replace(GOOD, **change), site_values) == [words]


def test_all_faults_are_told_at_once(site_values: values.Values) -> None:
    facts = replace(GOOD, memory_mb=1, disk_mb=1, ports={443: "taken", 80: "taken"}, unencrypted=("/",))
    assert len(bad(facts, site_values)) == 5


def test_encryption_that_cannot_be_seen_is_declared(site_values: values.Values) -> None:
    facts = replace(GOOD, unencrypted=("/var/lib/docker",))
    assert bad(facts, site_values.model_copy(update={"disk_encryption": "elsewhere"})) == []
    assert bad(facts, site_values.model_copy(update={"kind": "staging"})) == []


def test_versions_are_compared_by_their_numbers() -> None:
    assert preflight.at_least("2.100.0", "2.20")
    assert preflight.at_least("v2.20.0-rc1", "2.20")
    assert not preflight.at_least("", "2.20")


def device(folder: Path, uuid: str = "", below: Sequence[Path] = ()) -> Path:
    (folder / "slaves").mkdir(parents=True)
    if uuid:
        (folder / "dm").mkdir()
        (folder / "dm" / "uuid").write_text(uuid, encoding="ascii")
    for one in below:
        (folder / "slaves" / one.name).symlink_to(one)
    return folder


def test_a_disk_is_encrypted_when_all_that_it_stands_on_is(tmp_path: Path) -> None:
    plain = device(tmp_path / "sda1")
    luks = device(tmp_path / "dm-0", "CRYPT-LUKS2-0123-name\n", [plain])
    volume = device(tmp_path / "dm-1", "LVM-abc\n", [luks])
    half = device(tmp_path / "dm-2", "LVM-def\n", [luks, plain])
    judged = {one.name: disks.device_is_encrypted(one) for one in (plain, luks, volume, half)}
    assert judged == {"sda1": False, "dm-0": True, "dm-1": True, "dm-2": False}


def test_a_folder_that_is_not_there_yet_is_judged_by_the_one_above(tmp_path: Path) -> None:
    number = disks.device_of(tmp_path)
    device(tmp_path / number, "CRYPT-LUKS2-x")
    assert disks.is_encrypted(tmp_path / "a" / "b", system=tmp_path)
    assert not disks.is_encrypted(tmp_path / "a", system=tmp_path / "elsewhere")


def test_a_host_without_docker_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    given = ["--site", str(tmp_path / "site"), "--host", "cases.example.gov.uk", "--https-port", "28443"]
    assert main(["up", "production", *given, "--http-port", "28080"]) == 1
    assert "has yet to be filled in: notify_template_id" in capsys.readouterr().err
    file = tmp_path / "site" / "site.toml"
    text = values.with_lines(file.read_text(encoding="utf-8"), {"notify_template_id": "t"})
    file.write_text(text, encoding="utf-8")
    assert main(["up", "production", "--site", str(tmp_path / "site")]) == 1
    said = capsys.readouterr()
    assert "✗ Docker is not installed on this machine" in said.out
    assert "This host cannot carry the site" in said.err
    assert sorted(one.name for one in (tmp_path / "site").iterdir()) == ["site.toml"]


def test_a_port_that_something_listens_on_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not preflight.can_listen("127.0.0.1", taken.getsockname()[1])
