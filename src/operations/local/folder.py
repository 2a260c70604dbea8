"""The data folder: all that a local service keeps, in one place that one launcher at a time may use."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[3]
DEFAULT = PROJECT / ".local"
FREE_BYTES_WANTED = 1_000_000_000

MARKER = "about.json"
CLOSED = 0o700


class DataFolder:
    """One data folder. Nobody else on the machine can look into it: it holds passwords and documents."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.logs = self.path / "logs"
        self.records = self.path / "run"
        self._lock: IO[str] | None = None

    def prepare(self) -> None:
        """Make the folder where it is missing, and see that it is ours and closed.

        Raises:
            Trouble: it is somebody else's, holds something else, or the disk is full.
        """
        try:
            self.path.mkdir(mode=CLOSED, parents=True, exist_ok=True)
            self._refuse_a_strangers()
            self.path.chmod(CLOSED)
            for folder in (self.logs, self.records):
                folder.mkdir(mode=CLOSED, exist_ok=True)
            if not self.is_ours():
                self.write(
                    MARKER,
                    {"this is": "data of a Correspondence Tool demonstration; `make reset` deletes it"},
                )
        except OSError as error:
            raise Trouble(
                f"The data folder {self.path} cannot be used: {error.strerror}.",
                "Choose another with --data DIR.",
            ) from error

    def _refuse_a_strangers(self) -> None:
        owner = self.path.stat().st_uid
        if owner != os.geteuid():
            raise Trouble(
                f"The data folder {self.path} belongs to another user of this machine (number {owner}).",
                "Run this as that user, or choose another folder with --data DIR.",
            )
        if not self.is_ours() and any(self.path.iterdir()):
            raise Trouble(
                f"{self.path} is not empty, and what is in it was not made by this program.",
                "Choose an empty or a new folder with --data DIR.",
            )

    def is_ours(self) -> bool:
        """Whether this program made the folder."""
        return (self.path / MARKER).is_file()

    def free_bytes(self) -> int:
        """What the disk under the folder, or under where it will be, has left."""
        here = self.path
        while not here.exists():
            here = here.parent
        return shutil.disk_usage(here).free

    def delete(self) -> None:
        """Delete the folder with all that is in it, if it is ours."""
        if self.is_ours():
            shutil.rmtree(self.path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep any other launcher off the folder; the lock ends with this process, however it ends.

        Raises:
            Trouble: another launcher has it; says at which address.
        """
        path = self.records / "lock"
        lock = path.open("a+", encoding="utf-8")
        if not _locked(lock):
            lock.close()
            raise self._already_running()
        self._lock = lock
        self.describe({"pid": os.getpid()})
        try:
            yield
        finally:
            self._lock = None
            lock.seek(0)
            lock.truncate()
            lock.close()

    def _already_running(self) -> Trouble:
        holder = self.holder()
        where = f" at {holder['base_url']}" if "base_url" in holder else ""
        return Trouble(
            f"It is already running on this data folder{where} (process {holder.get('pid', 'unknown')}).",
            "Stop it with `make stop`, or run a second one with another folder and port:\n"
            "  make run PORT=3001 DATA=.local-2",
        )

    def describe(self, facts: dict[str, object]) -> None:
        """Tell other launchers and commands about the one that holds the lock."""
        if self._lock is None:
            raise RuntimeError("Only the launcher that holds the folder describes itself.")
        self._lock.seek(0)
        self._lock.truncate()
        json.dump(facts, self._lock)
        self._lock.flush()

    def holder(self) -> dict[str, object]:
        """What the launcher that holds the folder says of itself; empty if there is none."""
        path = self.records / "lock"
        if not path.exists():
            return {}
        with path.open("r+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _object(lock.read())
        return {}

    def read(self, name: str) -> dict[str, object]:
        """A JSON object kept in the folder; empty if it is missing or broken."""
        try:
            return _object((self.path / name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return {}

    def write(self, name: str, content: dict[str, object]) -> None:
        """Keep a JSON object, readable by its owner only, whole or not at all."""
        self.write_text(name, json.dumps(content, indent=1))

    def write_text(self, name: str, content: str) -> Path:
        """Keep a text, readable by its owner only, whole or not at all."""
        target = self.path / name
        descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        return target


def _locked(lock: IO[str]) -> bool:
    """Take the lock. Tried for a moment: a command that only looks whether it is held holds it, too."""
    for _ in range(5):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return True
    return False


def _object(text: str) -> dict[str, object]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
