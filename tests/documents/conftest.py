"""A store of its own for each test, and whichever scanner it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from correspondence.core import settings
from correspondence.documents import storage
from correspondence.documents.storage import s3
from tests.documents.s3_servers import running_moto, standing_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.documents.s3_servers import Between

    type Change = Callable[..., None]


@pytest.fixture
def change_settings(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Change settings of this process for one test."""

    def change(**values: Any) -> None:
        monkeypatch.setattr(settings, "_current", settings.current().model_copy(update=values))

    return change


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, change_settings: Change) -> Path:
    """The folder of this test's documents."""
    folder = tmp_path / "documents"
    change_settings(document_store=folder)
    return folder


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """A server that speaks S3."""
    with running_moto() as url:
        yield url


@pytest.fixture
def between(moto: str) -> Iterator[Between]:
    """A server in front of it that spoils what it is told to."""
    with standing_between(moto) as one:
        yield one


@pytest.fixture
def in_bucket(between: Between, change_settings: Change) -> Iterator[storage.Bucket]:
    """Documents go into a bucket of their own, by way of the server in between."""
    change_settings(
        document_store=None,
        s3_url=between.url,
        s3_bucket=f"documents-{uuid4()}",
        s3_access_key_id=SecretStr("name"),
        s3_secret_access_key=SecretStr("key"),
    )
    bucket = storage.store()
    assert isinstance(bucket, storage.Bucket)
    bucket.prepare()
    between.seen.clear()
    yield bucket
    bucket.close()


@pytest.fixture
def lose_patience(
    in_bucket: storage.Bucket, change_settings: Change, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """From when it is called, a silent store is given up sooner than by a person."""
    del in_bucket

    def lose() -> None:
        monkeypatch.setattr(s3, "ANSWER_SECONDS", 0.5)
        change_settings(service_name="Impatient")  # other settings, another client

    return lose
