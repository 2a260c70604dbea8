from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from correspondence.documents.storage import KEY, LocalFolder, NotStored, new_key

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def store(root: Path) -> LocalFolder:
    return LocalFolder(root)


def read(store: LocalFolder, key: str) -> bytes:
    with store.open(key) as stored:
        return stored.read()


def aged(root: Path, written_at: datetime) -> None:
    for path in root.rglob("*"):
        os.utime(path, (written_at.timestamp(), written_at.timestamp()))


def test_what_is_put_is_read_again(store: LocalFolder) -> None:
    key = new_key()
    store.put(key, iter([b"one ", b"", b"two"]))
    assert read(store, key) == b"one two"


def test_keys_are_random_and_long() -> None:
    keys = {new_key() for _ in range(1_000)}
    assert len(keys) == 1_000
    assert all(KEY.fullmatch(key) for key in keys)


def test_objects_and_folders_are_for_the_service_alone(store: LocalFolder, root: Path) -> None:
    before = os.umask(0)
    try:
        store.put(new_key(), [b"x"])
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in [root, *root.rglob("*")]}
    assert modes == {True: 0o700, False: 0o600}


def test_the_path_is_made_of_the_key_alone(store: LocalFolder, root: Path) -> None:
    key = new_key()
    store.put(key, [b"x"])
    assert [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()] == [
        f"{key[:2]}/{key[2:4]}/{key}"
    ]


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 65, "a" * 62 + "/b", "g" * 64]
)
def test_nothing_else_is_a_key(store: LocalFolder, root: Path, key: str) -> None:
    for use in (lambda: store.put(key, [b"x"]), lambda: store.open(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            use()
    assert not root.exists()


def test_what_is_not_there_is_told_clearly(store: LocalFolder) -> None:
    key = new_key()
    with pytest.raises(NotStored, match=key):
        store.open(key)


def test_deleting_twice_does_no_harm(store: LocalFolder) -> None:
    key = new_key()
    store.put(key, [b"x"])
    store.delete(key)
    store.delete(key)
    with pytest.raises(NotStored):
        store.open(key)


def test_an_object_is_there_whole_or_not_at_all(store: LocalFolder, root: Path) -> None:
    key = new_key()

    def breaks() -> Iterator[bytes]:
        yield b"the first half"
        assert [path.suffix for path in root.rglob("*") if path.is_file()] == [".part"]
        with pytest.raises(NotStored):
            store.open(key)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put(key, breaks())
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_content_and_names_are_flushed_to_the_disk(
    store: LocalFolder, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    flush = os.fsync

    def seen(handle: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{handle}").readlink())
        flush(handle)

    monkeypatch.setattr(os, "fsync", seen)
    key = new_key()
    store.put(key, [b"x"])
    folder = root / key[:2] / key[2:4]
    # First the new folders' names, then the content, then the new name of the object.
    assert flushed == [root.parent, root, root / key[:2], folder / f"{key}.part", folder]


def test_what_is_older_than_a_moment(store: LocalFolder, root: Path) -> None:
    old, part, new = new_key(), new_key(), new_key()
    store.put(old, [b"x"])
    store.put(part, [b"x"])
    whole = root / part[:2] / part[2:4] / part
    whole.rename(whole.with_suffix(".part"))
    (root / "lost+found").mkdir()
    (root / old[:2] / old[2:4] / "notes.txt").write_text("not ours")
    aged(root, NOW - timedelta(hours=25))
    store.put(new, [b"x"])
    os.utime(root / new[:2] / new[2:4] / new, (NOW.timestamp(), NOW.timestamp()))
    assert set(store.older_than(NOW - timedelta(hours=24))) == {old, part}
    store.delete(part)
    assert set(store.older_than(NOW - timedelta(hours=24))) == {old}


def test_an_empty_store_has_nothing_old(store: LocalFolder) -> None:
    assert list(store.older_than(NOW)) == []
