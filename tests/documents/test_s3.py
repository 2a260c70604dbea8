"""A bucket as the store: against a server that speaks S3, and one in between that spoils what passes."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3.session
import pytest
from django.core.management import CommandError, call_command

from correspondence.core import clock
from correspondence.documents import encryption, storage
from correspondence.documents.actions import housekeeping
from correspondence.documents.keys import DataKey
from correspondence.documents.storage import Bucket, NotStored, StoreAway, new_key
from correspondence.documents.storage import s3 as s3_module
from tests.documents.certificates import Authority
from tests.documents.s3_servers import Fault, everything_in, standing_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from tests.documents.conftest import Change
    from tests.documents.s3_servers import Between

MIB = 1024**2
PART = s3_module.PART_BYTES


@pytest.fixture
def by_hand(moto: str) -> Iterator[S3Client]:
    """Another client, straight to the server."""
    session = boto3.session.Session("name", "key", region_name="eu-west-2")
    client = session.client("s3", endpoint_url=moto)
    yield client
    client.close()


def name_of(bucket: Bucket) -> str:
    return vars(bucket)["_name"]  # type: ignore[no-any-return]  # vars knows no types


def read(bucket: Bucket, key: str) -> bytes:
    with bucket.open(key) as stored:
        return stored.read()


def pieces(size: int) -> Iterator[bytes]:
    for start in range(0, size, 256 * 1024):
        yield os.urandom(min(256 * 1024, size - start))


# --- what the protocol promises -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "requests"),
    [(0, 1), (1, 1), (PART - 1, 1), (PART, 3), (PART + 1, 4), (3 * PART + 7, 6)],
    ids=["empty", "one byte", "below a part", "a part", "above a part", "four parts"],
)
def test_what_is_put_is_read_again(in_bucket: Bucket, between: Between, size: int, requests: int) -> None:
    content = b"".join(pieces(size))
    key = new_key()
    in_bucket.put(key, (content[at : at + 262_144] for at in range(0, size, 262_144)))
    # Beside those that send it, one that sees that it is there whole.
    assert len(between.seen) == requests + 1
    assert hashlib.sha256(read(in_bucket, key)).digest() == hashlib.sha256(content).digest()


def test_objects_lie_below_a_prefix_and_are_addressed_by_path(
    in_bucket: Bucket, between: Between, by_hand: S3Client
) -> None:
    key = new_key()
    in_bucket.put(key, [b"x"])
    assert everything_in(by_hand, name_of(in_bucket)) == ([f"documents/{key}"], [])
    assert all(f" /{name_of(in_bucket)}/documents/{key}" in line for line in between.seen)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64])
def test_nothing_else_is_a_key(in_bucket: Bucket, between: Between, key: str) -> None:
    for use in (
        lambda: in_bucket.put(key, [b"x"]),
        lambda: in_bucket.open(key),
        lambda: in_bucket.delete(key),
    ):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            use()
    assert between.seen == []


def test_what_is_not_there_is_told_clearly(in_bucket: Bucket) -> None:
    key = new_key()
    with pytest.raises(NotStored, match=key):
        in_bucket.open(key)


def test_deleting_twice_does_no_harm(in_bucket: Bucket) -> None:
    key = new_key()
    in_bucket.put(key, [b"x"])
    in_bucket.delete(key)
    in_bucket.delete(key)
    with pytest.raises(NotStored):
        in_bucket.open(key)


def test_an_object_is_there_whole_or_not_at_all(in_bucket: Bucket, by_hand: S3Client) -> None:
    key, bucket = new_key(), name_of(in_bucket)

    def breaks() -> Iterator[bytes]:
        yield from pieces(PART + MIB)
        assert everything_in(by_hand, bucket) == ([], [f"documents/{key}"])
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        in_bucket.put(key, breaks())
    assert everything_in(by_hand, bucket) == ([], [])


def test_what_is_older_than_a_moment_comes_page_by_page(
    in_bucket: Bucket, between: Between, by_hand: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_module, "NAMES_AT_ONCE", 5)
    bucket, keys = name_of(in_bucket), {new_key() for _ in range(8)}
    for key in keys:
        by_hand.put_object(Bucket=bucket, Key=f"documents/{key}", Body=b"x")
    by_hand.put_object(Bucket=bucket, Key="documents/notes.txt", Body=b"not ours")
    by_hand.put_object(Bucket=bucket, Key=f"elsewhere/{new_key()}", Body=b"not ours")
    now = clock.actual_now()
    assert set(in_bucket.older_than(now - timedelta(hours=1))) == set()
    between.seen.clear()
    assert set(in_bucket.older_than(now + timedelta(minutes=1))) == keys
    assert sum("list-type=2" in line for line in between.seen) == 2


@pytest.mark.django_db
def test_the_sweep_takes_strays_and_unfinished_uploads(in_bucket: Bucket, by_hand: S3Client) -> None:
    bucket, stray, unfinished = name_of(in_bucket), new_key(), new_key()
    in_bucket.put(stray, [b"x"])
    begun = by_hand.create_multipart_upload(Bucket=bucket, Key=f"documents/{unfinished}")
    by_hand.upload_part(
        Bucket=bucket,
        Key=f"documents/{unfinished}",
        UploadId=begun["UploadId"],
        PartNumber=1,
        Body=bytes(PART),
    )
    assert housekeeping.sweep_stray_objects(now=clock.actual_now() + timedelta(hours=25)) == 2
    assert everything_in(by_hand, bucket) == ([], [])


def test_sixty_megabytes_pass_in_constant_memory_both_ways(
    in_bucket: Bucket, moto: str, change_settings: Change
) -> None:
    del in_bucket
    change_settings(s3_url=moto)  # what the server in between holds would count, too
    direct = storage.store()
    assert list(direct.older_than(clock.actual_now())) == []  # what a first use loads is not measured
    size, storage_key, key = 60 * MIB, new_key(), DataKey(1, 1, bytes(32))

    class Source:
        left, sha256 = size, hashlib.sha256()

        def read(self, wanted: int, /) -> bytes:
            piece = os.urandom(min(wanted, self.left))
            self.left -= len(piece)
            self.sha256.update(piece)
            return piece

    source, arrived = Source(), hashlib.sha256()
    tracemalloc.start()
    try:
        direct.put(storage_key, encryption.encrypt(source, key=key, storage_key=storage_key))
        _now, sending_peak = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        with direct.open(storage_key) as stored:
            for piece in encryption.decrypt(stored, key=key, storage_key=storage_key):
                arrived.update(piece)
        _now, reading_peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert arrived.digest() == source.sha256.digest()
    assert sending_peak < 25 * MIB
    assert reading_peak < 5 * MIB


# --- making the bucket ----------------------------------------------------------------------------


def test_the_bucket_is_made_once_and_keeps_versions(
    in_bucket: Bucket, by_hand: S3Client, change_settings: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    del in_bucket
    bucket = f"new-{uuid4()}"
    change_settings(s3_bucket=bucket)
    call_command("prepare_store")
    assert capsys.readouterr().out == f"The bucket {bucket} was made.\nIt now keeps versions.\n"
    call_command("prepare_store")
    assert capsys.readouterr().out == (f"The bucket {bucket} was there already.\nIt kept versions already.\n")
    assert by_hand.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_a_folder_is_made_too(own_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prepare_store")
    assert own_store.is_dir()
    assert capsys.readouterr().out == f"Documents are kept in the folder {own_store}.\n"


def test_without_its_bucket_the_store_says_how_to_make_it(in_bucket: Bucket, change_settings: Change) -> None:
    del in_bucket
    change_settings(s3_bucket="nobody-made-this")
    for use in (
        lambda: storage.store().open(new_key()),
        lambda: storage.store().put(new_key(), [b"x"]),
        lambda: list(storage.store().older_than(clock.actual_now())),
    ):
        with pytest.raises(StoreAway, match=r"no bucket nobody-made-this .* prepare_store"):
            use()


def test_credentials_that_are_refused_are_named_and_not_shown(in_bucket: Bucket, between: Between) -> None:
    between.fault = Fault("refuses")
    with pytest.raises(StoreAway, match=r"refuses S3_ACCESS_KEY_ID .*AccessDenied") as refusal:
        in_bucket.put(new_key(), [b"x"])
    assert "'key'" not in str(refusal.value)
    with pytest.raises(CommandError, match="refuses S3_ACCESS_KEY_ID"):
        call_command("prepare_store")


# --- a store that misbehaves ----------------------------------------------------------------------


FAULTS = ["breaks", "refuses", "hangs_up", "captive"]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize(
    "request_line",
    [
        ("PUT", "documents/"),
        ("HEAD", ""),
        ("POST", "?uploads"),
        ("PUT", "partNumber=2"),
        ("POST", "uploadId="),
    ],
    ids=["put", "proof", "begin", "second part", "end"],
)
def test_an_object_that_could_not_be_put_is_no_upload_either(
    in_bucket: Bucket, between: Between, by_hand: S3Client, kind: str, request_line: tuple[str, str]
) -> None:
    method, part = request_line
    between.fault = fault = Fault(kind, method, part)
    in_parts = method == "POST" or "part" in part
    with pytest.raises(StoreAway, match=r"^The store at http"):
        in_bucket.put(new_key(), pieces(PART + 1 if in_parts else 9))
    assert 1 <= fault.struck <= 2
    listed, unfinished = everything_in(by_hand, name_of(in_bucket))
    # What is there whole in spite of it is a stray; of parts nothing stays.
    assert unfinished == []
    assert listed == [] or method == "HEAD"


def test_an_object_that_was_kept_by_half_is_found_out(
    in_bucket: Bucket, between: Between, by_hand: S3Client
) -> None:
    between.fault = fault = Fault("half_kept", "PUT", "documents/")
    with pytest.raises(StoreAway, match="kept 500 bytes of 1000"):
        in_bucket.put(new_key(), [bytes(1000)])
    assert fault.struck == 1
    assert everything_in(by_hand, name_of(in_bucket)) == ([], [])


@pytest.mark.parametrize("kind", [*FAULTS[:-1], "cut", "trickles"])
def test_an_object_that_does_not_come_whole_ends_with_an_error(
    in_bucket: Bucket, between: Between, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    in_bucket.put(key, pieces(MIB))
    if kind == "trickles":
        monkeypatch.setattr(s3_module, "LONGEST_WAIT_SECONDS", 0.3)
    between.fault = fault = Fault(kind, "GET")
    with pytest.raises(StoreAway):
        read(in_bucket, key)
    assert 1 <= fault.struck <= 2


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_a_silent_store_is_given_up(
    in_bucket: Bucket, between: Between, lose_patience: Callable[[], None], method: str
) -> None:
    key = new_key()
    in_bucket.put(key, [b"x"])
    lose_patience()
    between.fault = fault = Fault("is_silent", method)
    with pytest.raises(StoreAway, match=r"cannot be reached.*ReadTimeoutError"):
        storage.store().open(key) if method == "GET" else storage.store().put(new_key(), [b"x"])
    assert fault.struck == 2


@pytest.mark.parametrize(("verb", "size"), [("PUT", 9), ("PUT", PART + 1), ("GET", 9)])
def test_what_fails_once_is_done_again_and_whole(
    in_bucket: Bucket, between: Between, verb: str, size: int
) -> None:
    key, content, fault = new_key(), b"".join(pieces(size)), Fault("breaks", verb)

    def only_once(method: str, path: str) -> str:
        del path
        fault.struck += method == verb
        return "breaks" if method == verb and fault.struck == 1 else ""

    between.fault_of = only_once  # type: ignore[method-assign]  # the fault passes
    in_bucket.put(key, (content[at : at + 262_144] for at in range(0, size, 262_144)))
    assert read(in_bucket, key) == content
    assert fault.struck > 1


def test_a_store_that_is_not_there(in_bucket: Bucket, change_settings: Change) -> None:
    del in_bucket
    change_settings(s3_url="http://127.0.0.1:1")
    with pytest.raises(StoreAway, match=r"http://127.0.0.1:1 cannot be reached"):
        storage.store().open(new_key())


def test_tls_is_spoken_with_those_alone_whom_the_authority_vouches_for(moto: str, tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs")
    key, name = new_key(), f"documents-{uuid4()}"

    def bucket(url: str, ca_file: Path | None) -> Bucket:
        return Bucket(
            url=url,
            name=name,
            region="eu-west-2",
            access_key_id="name",
            secret_access_key="key",
            ca_file=ca_file,
        )

    with standing_between(moto, ours.server("127.0.0.1")) as right:
        trusting, doubting = bucket(right.url, ours.file), bucket(right.url, None)
        trusting.prepare()
        trusting.put(key, [b"x"])
        assert read(trusting, key) == b"x"
        with pytest.raises(StoreAway, match="SSLError"):
            doubting.open(key)
    for wrong in (theirs.server("127.0.0.1"), ours.server("objects")):
        with standing_between(moto, wrong) as stranger:
            deceived = bucket(stranger.url, ours.file)
            with pytest.raises(StoreAway, match="SSLError"):
                deceived.open(key)
            deceived.close()
    trusting.close()
    doubting.close()
