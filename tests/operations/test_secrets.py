"""The secrets of a site: kept, opened, refused, and never made anew over data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyrage
import pytest

from operations.platform import load
from operations.site import certificates, credentials, folder, opening
from operations.site.folder import Site, prepare
from operations.site.strongbox import Strongbox
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOTIFY = "team-3f1f2f3a-0000-4000-8000-000000000001-3f1f2f3a-0000-4000-8000-000000000002"


@pytest.fixture
def box(tmp_path: Path) -> Strongbox:
    box = Strongbox(tmp_path / "site" / "secrets.age", tmp_path / "keys" / "age.key")
    box.create()
    return box


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(folder, "memory_folder", lambda: tmp_path / "memory")
    (tmp_path / "memory").mkdir()
    given = {"host": "cases.example.gov.uk", "notify_template_id": "t", "key_file": str(tmp_path / "age.key")}
    prepare(tmp_path / "site", given)
    site = Site(tmp_path / "site")
    monkeypatch.setattr(opening, "volumes", lambda _project: [])
    return site


def test_what_is_kept_comes_back_and_is_not_readable_at_rest(box: Strongbox) -> None:
    box.write({"valkey": "a word that is easily found"})
    assert box.read() == {"valkey": "a word that is easily found"}
    assert b"easily" not in box.file.read_bytes()
    assert box.key.stat().st_mode & 0o777 == 0o600
    assert box.file.stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_never_written_over(box: Strongbox) -> None:
    with pytest.raises(Trouble, match="exists already"):
        box.create()


def test_another_key_does_not_open_it(box: Strongbox) -> None:
    box.write({"valkey": "word"})
    box.key.write_text(str(pyrage.x25519.Identity.generate()), encoding="ascii")
    with pytest.raises(Trouble, match="is not the key of"):
        box.read()


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-3], lambda b: b[:40], lambda _: b"", lambda b: b[:-9] + b"123456789"]
)
def test_a_damaged_file_is_told_of_and_left_alone(box: Strongbox, damage: Callable[[bytes], bytes]) -> None:
    box.write({"valkey": "word"})
    damaged = damage(box.file.read_bytes())
    box.file.write_bytes(damaged)
    with pytest.raises(Trouble, match="is damaged"):
        box.read()
    assert box.file.read_bytes() == damaged


def test_a_missing_file_and_a_missing_key_are_told_apart(box: Strongbox) -> None:
    box.file.unlink()
    with pytest.raises(Trouble, match="secrets of this site are missing"):
        box.read()
    box.key.unlink()
    with pytest.raises(Trouble, match="The key of this site's secrets is missing"):
        box.read()


def test_a_key_that_others_can_read_is_refused(box: Strongbox) -> None:
    box.key.chmod(0o644)
    with pytest.raises(Trouble, match="can be read by others"):
        box.read()


def test_what_is_no_key_is_refused(box: Strongbox) -> None:
    box.key.write_text("# nothing\n", encoding="ascii")
    with pytest.raises(Trouble, match="does not hold a key of age"):
        box.read()


def test_a_first_start_asks_for_what_only_the_operator_has(site: Site) -> None:
    with pytest.raises(Trouble, match=r"Missing in .*: notify_api_key") as caught:
        opening.open_for_containers(site)
    assert "ct-ops secret set notify_api_key < FILE" in caught.value.advice
    assert not site.secrets_folder.exists()


def test_the_containers_read_every_secret_that_the_site_file_names(site: Site) -> None:
    opening.give(site, "notify_api_key", NOTIFY + "\n")
    opening.open_for_containers(site)
    named = set()
    for line in (load.PROJECT / "deploy/compose/site.yaml").read_text(encoding="utf-8").splitlines():
        if "${SECRETS}/" in line:
            named.add(line.partition("${SECRETS}/")[2].partition('"')[0])
    there = {file.name: file for file in site.secrets_folder.iterdir()}
    assert named - set(there) == set()
    assert "ca_key" not in there
    assert there["notify_api_key"].read_text(encoding="utf-8") == NOTIFY
    assert site.secrets_folder.stat().st_mode & 0o777 == 0o700
    assert there["valkey"].stat().st_mode & 0o777 == 0o444


def test_a_later_start_changes_nothing(site: Site) -> None:
    opening.give(site, "notify_api_key", NOTIFY)
    opening.open_for_containers(site)
    before = {file.name: file.read_bytes() for file in site.secrets_folder.iterdir()}
    assert opening.open_for_containers(site) == set()
    assert {file.name: file.read_bytes() for file in site.secrets_folder.iterdir()} == before


def test_a_secret_that_was_given_anew_is_the_only_one_that_changes(site: Site) -> None:
    opening.give(site, "notify_api_key", NOTIFY)
    opening.open_for_containers(site)
    opening.give(site, "notify_api_key", NOTIFY.replace("team", "unit"))
    assert opening.open_for_containers(site) == {"notify_api_key"}


def test_secrets_are_never_made_over_data(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "volumes", lambda _project: ["correspondence_db-1"])
    with pytest.raises(Trouble, match="but this site has data: correspondence_db-1"):
        opening.open_for_containers(site)
    assert not site.strongbox.exists


def test_a_secret_that_got_lost_is_not_made_anew(site: Site) -> None:
    opening.give(site, "notify_api_key", NOTIFY)
    kept = site.strongbox.read()
    del kept["document_keys"]
    site.strongbox.write(kept)
    with pytest.raises(Trouble, match="document_keys"):
        opening.open_for_containers(site)
    assert "document_keys" not in site.strongbox.read()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("notify_key", "x", "There is no secret 'notify_key'"),
        ("notify_api_key", "  ", "is empty"),
        ("notify_api_key", "secret", "no API key of GOV.UK Notify"),
        ("document_keys", "{}", "document_keys is JSON"),
        ("document_keys", '{"1": "c2hvcnQ="}', "document_keys is JSON"),
        ("ca_key", "x", "There is no secret 'ca_key'"),
    ],
)
def test_a_secret_that_cannot_be_right_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(Trouble, match=words.replace(".", r"\.")):
        credentials.checked(name, value)


def test_certificates_are_for_their_parts_and_are_renewed_before_they_end() -> None:
    platform = load.load()
    kept = credentials.certified(credentials.made(platform, NOW), platform, "cases.example.gov.uk", NOW)
    assert certificates.names_of(kept["db.pem"]) == platform.certificates["db"]
    assert certificates.names_of(kept["edge.pem"])[0] == "cases.example.gov.uk"
    assert certificates.days_left(kept["app.pem"], NOW) == 365
    later = NOW + timedelta(days=334)
    assert credentials.certified(kept, platform, "cases.example.gov.uk", later) == kept
    renewed = credentials.certified(kept, platform, "cases.example.gov.uk", later + timedelta(days=2))
    assert renewed["app.pem"] != kept["app.pem"]
    assert renewed["ca.pem"] == kept["ca.pem"]


def test_a_site_with_another_name_gets_another_certificate_for_its_edge_only() -> None:
    platform = load.load()
    kept = credentials.certified(credentials.made(platform, NOW), platform, "one.example.gov.uk", NOW)
    moved = credentials.certified(kept, platform, "two.example.gov.uk", NOW)
    assert {name for name in moved if moved[name] != kept[name]} == {"edge.pem"}


def test_the_operators_certificate_is_for_the_site(tmp_path: Path) -> None:
    key, authority = certificates.authority("other", NOW)
    file = tmp_path / "edge.pem"
    file.write_text(certificates.issue(("*.example.gov.uk",), key, authority, NOW), encoding="ascii")
    assert certificates.of_operator(file, "cases.example.gov.uk", NOW) == file.read_text(encoding="ascii")
    with pytest.raises(Trouble, match=r"is not for cases\.other\.uk"):
        certificates.of_operator(file, "cases.other.uk", NOW)
    with pytest.raises(Trouble, match="has ended"):
        certificates.of_operator(file, "cases.example.gov.uk", NOW + timedelta(days=400))
    strange = certificates.issue(("cases.example.gov.uk",), key, authority, NOW)
    mixed = strange.partition("-----BEGIN CERTIFICATE")[0] + "".join(
        file.read_text(encoding="ascii").partition("-----BEGIN CERTIFICATE")[1:]
    )
    file.write_text(mixed, encoding="ascii")
    with pytest.raises(Trouble, match="does not belong"):
        certificates.of_operator(file, "cases.example.gov.uk", NOW)
    with pytest.raises(Trouble, match="cannot be used"):
        certificates.of_operator(tmp_path / "none.pem", "cases.example.gov.uk", NOW)
