"""Documents in a bucket of an S3 server: Amazon's, or any other that speaks its protocol.

Both ways objects pass in pieces, so that any size takes the same memory. No address of the store is ever
given out. What comes back is proved by whoever decrypts it; here it is proved to be whole.
"""

from __future__ import annotations

import contextlib
import io
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO, Literal
from urllib.parse import urlsplit

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from correspondence.documents.storage.objects import KEY, NotStored, StoreAway, checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from _typeshed import WriteableBuffer
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, CreateBucketConfigurationTypeDef

    type Asking = Callable[[], AbstractContextManager[None]]

PREFIX = "documents/"
PART_BYTES = 5 * 1024**2
"""The least that S3 takes as a part; nothing larger is ever held."""

READ_BYTES = 16 * 1024
CONNECT_SECONDS = 2
ANSWER_SECONDS = 10
ATTEMPTS = 2
"""One more, for a connection that was closed meanwhile: a person waits for the answer."""

LONGEST_WAIT_SECONDS = 30
"""For all of one object: a store that trickles is as good as away. The time of the reader does not count."""

NAMES_AT_ONCE = 1_000
CONNECTIONS = 64
AMAZON = (".amazonaws.com", ".amazonaws.com.cn")
UNCONSTRAINED_REGION = "us-east-1"
"""Amazon's first region, which is not named when a bucket is made."""

_TROUBLE = (BotoCoreError, ResponseParserError, HTTPError, OSError, KeyError)
"""Beside an error that S3 itself tells of; KeyError: an answer that lacks what S3 always gives."""


class Bucket:
    """The objects below ``documents/`` of one bucket."""

    def __init__(
        self,
        *,
        url: str,
        name: str,
        region: str,
        access_key_id: str,
        secret_access_key: str,
        ca_file: Path | None = None,
    ) -> None:
        self._url, self._name, self._region = url, name, region
        session = boto3.session.Session(
            aws_access_key_id=access_key_id, aws_secret_access_key=secret_access_key, region_name=region
        )
        self._s3: S3Client = session.client(
            "s3", endpoint_url=url, verify=str(ca_file) if ca_file else None, config=_config(url)
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._s3.close()

    def prepare(self) -> Sequence[str]:
        """Make the bucket and have it keep versions, so that an object deleted by mistake can be had back."""
        with self._asking():
            made = not self._exists() and self._make()
            versions = self._s3.get_bucket_versioning(Bucket=self._name).get("Status") == "Enabled"
            if not versions:
                self._s3.put_bucket_versioning(
                    Bucket=self._name, VersioningConfiguration={"Status": "Enabled"}
                )
        return [
            f"The bucket {self._name} was {'made' if made else 'there already'}.",
            f"It {'kept' if versions else 'now keeps'} versions{' already' if versions else ''}.",
        ]

    def put(self, key: str, pieces: Iterable[bytes]) -> None:
        name = _name(key)
        source, part = iter(pieces), io.BytesIO()
        if _fill(part, source):
            self._put_in_parts(name, part, source)
            return
        with self._asking():
            self._s3.put_object(Bucket=self._name, Key=name, Body=part)
        self._prove(name, part.getbuffer().nbytes)

    def open(self, key: str) -> BinaryIO:
        name = _name(key)
        with self._asking():
            try:
                body = self._s3.get_object(Bucket=self._name, Key=name)["Body"]
            except ClientError as error:
                if _code(error) in ("NoSuchKey", "404"):
                    raise NotStored(f"No document is stored under {key}.") from None
                raise
        return io.BufferedReader(_Arriving(body, self._asking), READ_BYTES)

    def delete(self, key: str) -> None:
        name = _name(key)
        with self._asking():
            self._s3.delete_object(Bucket=self._name, Key=name)
        for found, upload_id, _begun_at in self._unfinished(name):
            if found == name:
                self._abort(name, upload_id)

    def older_than(self, moment: datetime) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._name, Prefix=PREFIX, PaginationConfig={"PageSize": NAMES_AT_ONCE}
        )
        for page in self._each(pages):
            yield from _keys(((one["Key"], one["LastModified"]) for one in page.get("Contents", ())), moment)
        unfinished = ((name, begun_at) for name, _upload_id, begun_at in self._unfinished(PREFIX))
        yield from _keys(unfinished, moment)

    def _exists(self) -> bool:
        try:
            self._s3.head_bucket(Bucket=self._name)
        except ClientError as error:
            if _status(error) == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def _make(self) -> bool:
        """Whether it was this process that made the bucket."""
        place: CreateBucketConfigurationTypeDef = {"LocationConstraint": self._region}  # type: ignore[typeddict-item]  # the stubs list Amazon's own
        try:
            if self._region == UNCONSTRAINED_REGION:
                self._s3.create_bucket(Bucket=self._name)
            else:
                self._s3.create_bucket(Bucket=self._name, CreateBucketConfiguration=place)
        except ClientError as error:
            if _code(error) != "BucketAlreadyOwnedByYou":
                raise
            return False
        return True

    def _put_in_parts(self, name: str, part: io.BytesIO, source: Iterator[bytes]) -> None:
        """Send what is in the part and all that follows. Until the last step nothing is there to be seen."""
        with self._asking():
            upload_id = self._s3.create_multipart_upload(Bucket=self._name, Key=name)["UploadId"]
        sent: list[CompletedPartTypeDef] = []
        size_bytes, more = 0, True
        try:
            while size := part.getbuffer().nbytes:
                with self._asking():
                    answer = self._s3.upload_part(
                        Bucket=self._name, Key=name, UploadId=upload_id, PartNumber=len(sent) + 1, Body=part
                    )
                    sent.append({"ETag": answer["ETag"], "PartNumber": len(sent) + 1})
                size_bytes += size
                _empty(part)
                more = more and _fill(part, source)
            with self._asking():
                self._s3.complete_multipart_upload(
                    Bucket=self._name, Key=name, UploadId=upload_id, MultipartUpload={"Parts": sent}
                )
            self._prove(name, size_bytes)
        except BaseException:
            with contextlib.suppress(StoreAway):  # then the sweep does it
                self._abort(name, upload_id)
            raise

    def _prove(self, name: str, size_bytes: int) -> None:
        """See that the object is there whole before anybody relies on it."""
        with self._asking():
            kept_bytes = self._s3.head_object(Bucket=self._name, Key=name)["ContentLength"]
        if kept_bytes != size_bytes:
            with contextlib.suppress(StoreAway):  # then the sweep does it
                self.delete(name.removeprefix(PREFIX))
            raise StoreAway(f"The store at {self._url} kept {kept_bytes} bytes of {size_bytes}.")

    def _unfinished(self, prefix: str) -> Iterator[tuple[str, str, datetime]]:
        """Name, id and beginning of the uploads in parts that were neither completed nor aborted."""
        pages = self._s3.get_paginator("list_multipart_uploads").paginate(Bucket=self._name, Prefix=prefix)
        for page in self._each(pages):
            for one in page.get("Uploads", ()):
                yield one["Key"], one["UploadId"], one["Initiated"]

    def _each[Page](self, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages of a list, each asked for when it is wanted."""
        iterator = iter(pages)
        while True:
            with self._asking():
                page = next(iterator, None)
            if page is None:
                return
            yield page

    def _abort(self, name: str, upload_id: str) -> None:
        with self._asking():
            try:
                self._s3.abort_multipart_upload(Bucket=self._name, Key=name, UploadId=upload_id)
            except ClientError as error:
                if _code(error) != "NoSuchUpload":
                    raise

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn whatever goes wrong between us and the store into one exception, with words for it."""
        try:
            yield
        except ClientError as error:
            raise StoreAway(self._words(error)) from error
        except _TROUBLE as error:
            raise StoreAway(
                f"The store at {self._url} cannot be reached, or does not speak S3 ({type(error).__name__})."
            ) from error

    def _words(self, error: ClientError) -> str:
        if _code(error) == "NoSuchBucket":
            return f"There is no bucket {self._name} at {self._url}. Make it with: manage.py prepare_store"
        if _status(error) in (HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED):
            return (
                f"The store at {self._url} refuses S3_ACCESS_KEY_ID with S3_SECRET_ACCESS_KEY for the bucket "
                f"{self._name} ({_code(error)})."
            )
        return (
            f"The store at {self._url} answered {_status(error)} ({_code(error)}) to {error.operation_name}."
        )


class _Arriving(io.RawIOBase):
    """An object on its way here. It ends with an error where it is cut off."""

    def __init__(self, body: StreamingBody, asking: Asking) -> None:
        self._body, self._asking = body, asking
        self._waited_seconds = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        began = time.monotonic()
        with self._asking():
            size = self._body.readinto(buffer)  # type: ignore[arg-type]  # the stubs ask for a file
        self._waited_seconds += time.monotonic() - began
        if self._waited_seconds > LONGEST_WAIT_SECONDS:
            raise StoreAway(f"The store gave too little within {LONGEST_WAIT_SECONDS} seconds.")
        return size

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()


def _config(url: str) -> Config:
    amazon = (urlsplit(url).hostname or "").endswith(AMAZON)
    # Other servers fail on the checksums that boto3 adds; for them the body's SHA-256 is signed.
    checksums: Literal["when_supported", "when_required"] = "when_supported" if amazon else "when_required"
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        proxies={},  # the store is reached directly: the proxy of the environment is for what is outside
        signature_version="s3v4",
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
        s3=(
            {"addressing_style": "virtual"}
            if amazon
            else {"addressing_style": "path", "payload_signing_enabled": True}
        ),
    )


def _name(key: str) -> str:
    return PREFIX + checked(key)


def _keys(found: Iterable[tuple[str, datetime]], moment: datetime) -> Iterator[str]:
    """The keys of those that were written before this moment; what else is in the bucket is left alone."""
    for name, written_at in found:
        key = name.removeprefix(PREFIX)
        if written_at < moment and KEY.fullmatch(key):
            yield key


def _fill(part: io.BytesIO, source: Iterator[bytes]) -> bool:
    """Take pieces until the part is full; answers whether there may be more."""
    for piece in source:
        part.write(piece)
        if part.tell() >= PART_BYTES:
            part.seek(0)
            return True
    part.seek(0)
    return False


def _empty(part: io.BytesIO) -> None:
    part.seek(0)
    part.truncate()


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
