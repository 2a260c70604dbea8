from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = ("awk", "cat", "cksum", "dirname", "env", "id", "ln", "mkdir", "mv", "rm", "sed", "tail", "tr")

UV = """#!/bin/sh
echo "uv $*" >>"{calls}"
case "$1 ${{2:-}}" in
--version*) echo "uv 0.13.9 (a test's)" ;;
sync*) mkdir -p .venv/bin && ln -sf "{python}" .venv/bin/python ;;
*) exit 1 ;;
esac
"""
REFUSING = "#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n"
ANSWERING = '#!/bin/sh\nexec "{python}" "$@"\n'
TOO_OLD = '#!/bin/sh\nexec "{python}" -c "import sys; sys.exit(1)"\n'


class Machine:
    """A machine with nothing on its PATH but what a test puts there, and a checkout of what is read."""

    def __init__(self, root: Path) -> None:
        self.bin = root / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        self.calls = root / "calls"
        self.project = root / "project"
        (self.project / "deploy").mkdir(parents=True)
        for name in ("deploy/bootstrap.sh", "pyproject.toml", "uv.lock"):
            shutil.copy(PROJECT / name, self.project / name)
        self.program(self.bin / "uv", UV)

    def program(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(calls=self.calls, python=sys.executable), encoding="utf-8")
        path.chmod(0o755)
        return path

    def bootstrap(self, path: Iterable[Path], **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own script
            ["/bin/sh", str(self.project / "deploy" / "bootstrap.sh")],
            env={"PATH": ":".join(map(str, path)), "HOME": "/nonexistent", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def synchronised(self) -> list[str]:
        """The calls of uv that installed packages."""
        calls = self.calls.read_text(encoding="utf-8").splitlines() if self.calls.exists() else []
        return [call for call in calls if call.startswith("uv sync")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_shim_that_refuses_is_passed_over_for_a_python_that_answers(
    machine: Machine, tmp_path: Path
) -> None:
    for name in ("python3.13", "python3"):
        machine.program(tmp_path / "shims" / name, REFUSING)
    machine.program(tmp_path / "old" / "python3", TOO_OLD)
    machine.program(tmp_path / "good" / "python3.13", ANSWERING)
    path = [tmp_path / "shims", tmp_path / "old", tmp_path / "good", machine.bin]
    done = machine.bootstrap(path)
    assert done.returncode == 0, done.stderr
    assert [f"--python {sys.executable}" in call for call in machine.synchronised()] == [True]


@pytest.mark.parametrize("told", ["PYENV_ROOT", "HOME", "PATH"])
def test_a_python_of_pyenv_is_found_behind_its_shims(machine: Machine, tmp_path: Path, told: str) -> None:
    pyenv = tmp_path / "home" / ".pyenv"
    machine.program(pyenv / "shims" / "python3", REFUSING)
    machine.program(pyenv / "versions" / "3.13.7" / "bin" / "python3", ANSWERING)
    environment = {"PYENV_ROOT": {"PYENV_ROOT": str(pyenv)}, "HOME": {"HOME": str(pyenv.parent)}, "PATH": {}}[
        told
    ]
    shims = [pyenv / "shims"] if told == "PATH" else []
    done = machine.bootstrap([*shims, machine.bin], **environment)
    assert done.returncode == 0, done.stderr
    assert f"--python {sys.executable}" in machine.synchronised()[0]


def test_where_there_is_no_python_it_says_what_to_install(machine: Machine) -> None:
    done = machine.bootstrap([machine.bin])
    assert done.returncode == 1
    assert "Python 3.13 or 3.14 is needed" in done.stderr
    assert "apt-get install python3.13" in done.stderr
    assert machine.synchronised() == []


def test_a_uv_too_old_for_the_lock_file_is_not_used(machine: Machine) -> None:
    machine.program(machine.bin / "uv", UV.replace("uv 0.13.9", "uv 0.4.30"))
    done = machine.bootstrap([machine.bin])
    assert done.returncode == 1
    assert "There is no Python 3 here that runs." in done.stderr
    assert machine.synchronised() == []


def test_nothing_is_installed_again_until_something_changes(machine: Machine, tmp_path: Path) -> None:
    machine.program(tmp_path / "good" / "python3.14", ANSWERING)
    path = [tmp_path / "good", machine.bin]
    for _ in range(2):
        done = machine.bootstrap(path)
        assert done.returncode == 0, done.stderr
    assert len(machine.synchronised()) == 1

    with (machine.project / "uv.lock").open("a", encoding="utf-8") as lock:
        lock.write("# another version\n")
    assert machine.bootstrap(path).returncode == 0
    assert len(machine.synchronised()) == 2

    shutil.rmtree(machine.project / ".venv")
    assert machine.bootstrap(path).returncode == 0
    assert len(machine.synchronised()) == 3


def test_a_failed_installation_is_not_taken_for_a_good_one(machine: Machine, tmp_path: Path) -> None:
    machine.program(tmp_path / "good" / "python3.13", ANSWERING)
    machine.program(machine.bin / "uv", UV.replace("sync*) ", "sync*) exit 2; "))
    done = machine.bootstrap([tmp_path / "good", machine.bin])
    assert done.returncode == 1
    assert "The packages could not be installed" in done.stderr
    machine.program(machine.bin / "uv", UV)
    assert machine.bootstrap([tmp_path / "good", machine.bin]).returncode == 0


def test_make_lists_every_command_with_what_it_does() -> None:
    make = shutil.which("make")
    assert make
    listed = subprocess.run([make, "-C", str(PROJECT), "help"], capture_output=True, text=True, check=True)  # noqa: S603 - our own Makefile
    commands = {line.split()[1] for line in listed.stdout.splitlines() if line.startswith("  make ")}
    assert {"run", "stop", "reset", "test", "check", "fix", "bench", "shell"} <= commands
