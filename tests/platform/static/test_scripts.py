"""Shell scripts and Dockerfiles under their linters; each linter first finds a hole planted for it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
DOCKERFILES = sorted(DEPLOY.glob("images/*/Dockerfile*"))
SHELL = re.compile(rb"^#!\s*/\S*\b(ba)?sh\b")


# What stands in single quotes is for another program to read; what a trap calls is called by nothing else.
MEANT = "--exclude=SC2016,SC2329"


def _scripts() -> list[Path]:
    files = (path for path in (*DEPLOY.rglob("*"), ROOT / ".ci" / "run") if path.is_file())
    return sorted(path for path in files if SHELL.match(path.read_bytes()[:80]))


SCRIPTS = _scripts()


def _tool(name: str) -> str:
    """From the project's own packages."""
    return str(Path(sys.executable).with_name(name))


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own words


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_look_at() -> None:
    assert len(DOCKERFILES) >= 12
    assert len(SCRIPTS) >= 5


@pytest.mark.parametrize("path", DOCKERFILES, ids=_name)
def test_dockerfile(path: Path) -> None:
    ended = _run(_tool("hadolint"), "--config", str(DEPLOY / "images" / ".hadolint.yaml"), str(path))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_hadolint_finds_what_is_planted(tmp_path: Path) -> None:
    planted = tmp_path / "Dockerfile"
    planted.write_text("FROM debian:latest\nUSER root\n", encoding="utf-8")
    ended = _run(_tool("hadolint"), "--config", str(DEPLOY / "images" / ".hadolint.yaml"), str(planted))
    assert "DL3007" in ended.stdout + ended.stderr
    assert ended.returncode != 0


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_script(path: Path) -> None:
    ended = _run(_tool("shellcheck"), MEANT, str(path))
    assert ended.returncode == 0, ended.stdout


def test_shellcheck_finds_what_is_planted(tmp_path: Path) -> None:
    planted = tmp_path / "planted.sh"
    planted.write_text("#!/bin/sh\nrm -rf $1\n", encoding="utf-8")
    assert "SC2086" in _run(_tool("shellcheck"), str(planted)).stdout


@pytest.mark.parametrize("path", DOCKERFILES, ids=_name)
def test_image_is_nobodys(path: Path) -> None:
    """Ends as a user who is not root, starts from the one base, has a health check and its labels."""
    text = path.read_text(encoding="utf-8")
    users = re.findall(r"(?m)^USER (\S+)", text)
    assert users, "runs as root"
    assert users[-1] == "10001:10001"
    stages = re.findall(r"(?m)^FROM (\S+)(?: AS (\S+))?", text)
    named = {name for _, name in stages}
    assert {source for source, _ in stages} - named == {"debian:trixie-slim"}
    assert "HEALTHCHECK" in text
    assert "org.opencontainers.image.title" in text
    assert "sbom.sh" in text


@pytest.mark.parametrize("path", DOCKERFILES, ids=_name)
def test_no_secret_goes_into_a_layer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?im)^(ENV|ARG)\s+\S*(password|secret|token|api_key)\S*=\S", text)
    assert "# syntax=" not in text
    assert "<<EOF" not in text
