"""The secrets of a site at rest: one file, encrypted by age; the key is kept in another place."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pyrage

from operations.trouble import Trouble

OWNER_ONLY = 0o600
KEEP_A_COPY = "Keep a copy of the key away from this host: without it the documents can never be read again."


class Strongbox:
    """The encrypted file and its key. What is read is decrypted in memory only."""

    def __init__(self, file: Path, key: Path) -> None:
        self.file = file
        self.key = key

    @property
    def exists(self) -> bool:
        """Whether there is a file of secrets."""
        return self.file.exists()

    def create(self) -> None:
        """Make a key, unless there is one, and an empty file of secrets.

        Raises:
            Trouble: there is a file already: it is never written over.
        """
        if self.exists:
            raise Trouble(f"{self.file} exists already, and is not written over.")
        if not self.key.exists():
            identity = pyrage.x25519.Identity.generate()
            self.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(
                self.key,
                f"# Opens {self.file}\n# public key: {identity.to_public()}\n{identity}\n".encode(),
                OWNER_ONLY,
            )
        self.write({})

    def read(self) -> dict[str, str]:
        """The secrets by name.

        Raises:
            Trouble: the key is missing, wrong or open to others; the file is missing or damaged.
        """
        identity = self._identity()
        try:
            sealed = self.file.read_bytes()
        except FileNotFoundError as error:
            raise Trouble(
                f"The secrets of this site are missing: {self.file}.",
                "Put the file back from its copy; new secrets would not open the old data, so none are made.",
            ) from error
        except OSError as error:
            raise Trouble(f"{self.file} cannot be read: {error.strerror}.") from error
        try:
            found = json.loads(pyrage.decrypt(sealed, [identity]))
        except pyrage.DecryptError as error:
            raise Trouble(self._why_closed(str(error)), "Nothing was changed.") from error
        except ValueError as error:
            raise Trouble(f"{self.file} was opened, but does not hold secrets.") from error
        return {str(name): str(value) for name, value in found.items()}

    def write(self, secrets: dict[str, str]) -> None:
        """Keep these secrets, and no others, whole or not at all."""
        identity = self._identity()
        sealed = pyrage.encrypt(json.dumps(secrets, indent=1).encode(), [identity.to_public()])
        write_whole(self.file, sealed, OWNER_ONLY)

    def _identity(self) -> pyrage.x25519.Identity:
        try:
            if self.key.stat().st_mode & 0o077:
                raise Trouble(
                    f"The key {self.key} can be read by others.", f"Close it with: chmod 600 {self.key}"
                )
            text = self.key.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise Trouble(
                f"The key of this site's secrets is missing: {self.key}.",
                "Put it back from its copy, or name another place with --key FILE.",
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise Trouble(f"The key {self.key} cannot be read.", str(error)) from error
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        try:
            return pyrage.x25519.Identity.from_str(lines[0].strip() if lines else "")
        except pyrage.IdentityError as error:
            raise Trouble(f"{self.key} does not hold a key of age (AGE-SECRET-KEY-1…).") from error

    def _why_closed(self, said: str) -> str:
        if "matching keys" in said.lower():
            return f"{self.key} is not the key of {self.file}."
        return f"{self.file} is damaged: it cannot be decrypted ({said})."


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Write a file so that it is there as a whole, or as it was before, whenever this is interrupted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
