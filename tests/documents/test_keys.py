from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from correspondence.core import settings
from correspondence.core.errors import Misconfigured
from correspondence.documents import keys
from correspondence.documents.keys import DataKey, KeyRefused, LocalKeyFile, Wrapped
from correspondence.documents.models import CaseKey
from tests.factories import FoiCase

if TYPE_CHECKING:
    from pathlib import Path


def key(number: int) -> str:
    return base64.b64encode(bytes([number] * 32)).decode()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"1": key(1), "2": key(2)}))
    return path


DATA_KEY = DataKey(case_id=17, version=1, secret=bytes(range(32)))


def test_the_last_version_wraps_and_every_version_opens(key_file: Path) -> None:
    provider = LocalKeyFile(key_file)
    wrapped = provider.wrap(DATA_KEY)
    assert wrapped.provider_version == "2"
    assert DATA_KEY.secret not in wrapped.blob
    key_file.write_text(json.dumps({"1": key(1), "2": key(2), "3": key(3)}))
    assert provider.unwrap(wrapped, case_id=17, version=1) == DATA_KEY
    assert provider.wrap(DATA_KEY).provider_version == "3"


def test_wrapping_twice_gives_two_blobs(key_file: Path) -> None:
    provider = LocalKeyFile(key_file)
    assert provider.wrap(DATA_KEY).blob != provider.wrap(DATA_KEY).blob


@pytest.mark.parametrize(("case_id", "version"), [(18, 1), (17, 2)])
def test_a_wrapped_key_opens_for_its_own_case_and_version_alone(
    key_file: Path, case_id: int, version: int
) -> None:
    provider = LocalKeyFile(key_file)
    with pytest.raises(KeyRefused):
        provider.unwrap(provider.wrap(DATA_KEY), case_id=case_id, version=version)


def test_a_wrapped_key_that_was_changed_or_relabelled_is_refused(key_file: Path) -> None:
    provider = LocalKeyFile(key_file)
    wrapped = provider.wrap(DATA_KEY)
    for place in range(len(wrapped.blob)):
        changed = bytearray(wrapped.blob)
        changed[place] ^= 1
        with pytest.raises(KeyRefused):
            provider.unwrap(Wrapped("2", bytes(changed)), case_id=17, version=1)
    for other in ("1", "9"):
        with pytest.raises(KeyRefused):
            provider.unwrap(Wrapped(other, wrapped.blob), case_id=17, version=1)
    with pytest.raises(KeyRefused):
        provider.unwrap(Wrapped("2", b""), case_id=17, version=1)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "nothing",
        '{"1": "short"}',
        '{"1": 5}',
        json.dumps({"1": base64.b64encode(bytes(31)).decode()}),
        '"a"',
    ],
)
def test_a_file_that_holds_no_keys_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(Misconfigured, match="DOCUMENT_KEY_FILE"):
        LocalKeyFile(path).wrap(DATA_KEY)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="No such file"):
        LocalKeyFile(tmp_path / "none.json").wrap(DATA_KEY)


@pytest.mark.django_db
def test_a_case_has_one_key_for_ever_and_another_case_another() -> None:
    case, other = FoiCase(), FoiCase()
    first = keys.case_key(case.pk)
    assert keys.case_key(case.pk) == first
    assert keys.case_key(other.pk).secret != first.secret
    row = CaseKey.objects.get(case=case)
    assert first.secret not in bytes(row.wrapped)


@pytest.mark.django_db
def test_the_key_of_another_case_put_in_its_place_is_refused() -> None:
    case, other = FoiCase(), FoiCase()
    keys.case_key(case.pk)
    keys.case_key(other.pk)
    CaseKey.objects.filter(case=case).update(wrapped=CaseKey.objects.get(case=other).wrapped)
    with pytest.raises(KeyRefused):
        keys.case_key(case.pk)


@pytest.mark.django_db
def test_for_decrypting_no_key_is_made() -> None:
    case = FoiCase()
    with pytest.raises(KeyRefused, match="no key"):
        keys.kept_key(case.pk)
    assert not CaseKey.objects.exists()
    assert keys.case_key(case.pk) == keys.kept_key(case.pk)


@pytest.mark.django_db
def test_the_keys_of_another_service_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = FoiCase()
    keys.case_key(case.pk)
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"1": key(9)}))
    changed = settings.current().model_copy(update={"document_key_file": path})
    monkeypatch.setattr(settings, "_current", changed)
    with pytest.raises(KeyRefused):
        keys.case_key(case.pk)


@pytest.mark.django_db(transaction=True)
def test_first_uploads_at_once_make_one_key() -> None:
    case, together = FoiCase(), Barrier(8)

    def ask(_number: int) -> bytes:
        try:
            together.wait(10)
            with transaction.atomic():
                return keys.case_key(case.pk).secret
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(ask, range(8)))
    assert len(secrets) == 1
    assert CaseKey.objects.count() == 1
