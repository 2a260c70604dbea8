"""What is wrong is said in a sentence, before anything is started."""

from __future__ import annotations

import json
import os
import re
import socket
from typing import TYPE_CHECKING

import pytest

from tests.platform.lab import engine
from tests.platform.lab.conftest import RESULTS, prepare
from tests.platform.lab.site import Site, left_behind, remove

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

PROJECT = "ctrefusals"


@pytest.fixture
def planned(images: str) -> Iterator[Site]:
    """A site that has its values and was never up."""
    site = Site.planned(RESULTS / "refused", project=PROJECT, tag=images)
    remove(site.folder)
    prepare(site)
    yield site
    site.operate("down", "--volumes", "--yes", "--timeout", "2")
    remove(site.folder)
    assert not left_behind(PROJECT)


def _refused(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    told = ended.stdout + ended.stderr
    assert ended.returncode != 0, told
    assert "Traceback" not in told, told
    for word in words:
        assert re.search(word, told, re.IGNORECASE), f"{word} is not in:\n{told}"
    assert not engine.containers(PROJECT, every=True), "something was started all the same"


def test_port_in_use(planned: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", planned.https))
        taken.listen()
        _refused(planned.operate("up", "production"), str(planned.https), "in use")


def test_no_docker(planned: Site) -> None:
    command = {"DOCKER_HOST": "unix:///nowhere/docker.sock", "CT_SITE": str(planned.folder)}
    import sys  # noqa: PLC0415

    ended = engine.run(sys.executable, "-m", "operations", "up", "production", environment=command)
    _refused(ended, "docker", "does not answer|cannot connect|not running")


def test_no_docker_command(planned: Site) -> None:
    import sys  # noqa: PLC0415

    environment = {"PATH": "/nowhere", "CT_SITE": str(planned.folder)}
    ended = engine.run(sys.executable, "-m", "operations", "up", "production", environment=environment)
    _refused(ended, "docker")


def test_missing_image(planned: Site) -> None:
    _refused(planned.operate("up", "production", "--tag", "never-built"), "never-built", "ct-ops build")


def test_wrong_key(planned: Site) -> None:
    key = planned.folder / "age.key"
    other = engine.must("sh", "-c", "true") + key.read_text(encoding="utf-8")
    swapped = re.sub(r"(AGE-SECRET-KEY-1)(.{4})", lambda found: found[1] + found[2][::-1], other)
    key.write_text(swapped, encoding="utf-8")
    _refused(planned.operate("up", "production"), "key")


def test_missing_key(planned: Site) -> None:
    (planned.folder / "age.key").unlink()
    _refused(planned.operate("up", "production"), "age.key")


def test_broken_secrets(planned: Site) -> None:
    (planned.folder / "secrets.age").write_bytes(b"no secrets")
    _refused(planned.operate("up", "production"), "secrets")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('host = ""', "host"),
        ("https_port = 70000", "https_port"),
        ('colour = "red"', "colour"),
        ("= 5", "toml"),
    ],
)
def test_broken_values(planned: Site, line: str, words: str) -> None:
    path = planned.folder / "site.toml"
    text = path.read_text(encoding="utf-8")
    name = line.split(" =", maxsplit=1)[0]
    replaced, found = re.subn(rf"(?m)^{re.escape(name)} = .*$", line, text) if name else (text, 0)
    path.write_text(replaced if found else f"{text}\n{line}\n", encoding="utf-8")
    _refused(planned.operate("up", "production"), words)


def test_unencrypted_disk(planned: Site) -> None:
    if os.environ.get("DRILLS_DISK_IS_ENCRYPTED"):
        pytest.skip("the disk of this host is encrypted")
    path = planned.folder / "site.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(json.dumps("elsewhere"), json.dumps("host")), encoding="utf-8")
    _refused(planned.operate("up", "production"), "encrypted", "--disk-encryption=elsewhere")
