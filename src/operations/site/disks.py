"""Whether a folder lies on an encrypted disk, as the kernel tells it (dm-crypt, with LUKS or without)."""

from __future__ import annotations

import os
from pathlib import Path

SYSTEM = Path("/sys/dev/block")
MOUNTS = Path("/proc/self/mountinfo")
ANONYMOUS = 0
"""The major number of file systems that say no device of their own: btrfs, overlay."""


def is_encrypted(folder: Path, *, system: Path = SYSTEM, mounts: Path = MOUNTS) -> bool:
    """Whether every disk below this folder is encrypted.

    A folder that is not there yet is judged by the nearest above it that is.
    """
    while not folder.exists():
        folder = folder.parent
    number = device_of(folder, mounts=mounts)
    return bool(number) and device_is_encrypted(system / number)


def device_of(folder: Path, *, mounts: Path = MOUNTS) -> str:
    """The number of the block device (``8:1``) that a folder lies on; empty if it cannot be told."""
    status = folder.stat()
    major, minor = _numbers(status.st_dev)
    if major != ANONYMOUS:
        return f"{major}:{minor}"
    for line in mounts.read_text(encoding="utf-8").splitlines():
        fields, _, after = line.partition(" - ")
        if fields.split()[2] == f"{major}:{minor}":
            source = Path(after.split()[1])
            if source.is_block_device():
                return ":".join(str(part) for part in _numbers(source.stat().st_rdev))
    return ""


def device_is_encrypted(device: Path) -> bool:
    """Whether a block device is dm-crypt, or consists only of such ones (volumes and arrays on top of it)."""
    try:
        if (device / "dm" / "uuid").read_text(encoding="ascii").startswith("CRYPT-"):
            return True
    except OSError:
        pass
    below = sorted((device / "slaves").glob("*")) if (device / "slaves").is_dir() else []
    return bool(below) and all(device_is_encrypted(one) for one in below)


def _numbers(device: int) -> tuple[int, int]:
    return os.major(device), os.minor(device)
