"""Files through the web: how they arrive, what is said of those that cannot be taken, how they go out."""

from __future__ import annotations

import re
from email.message import Message
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from correspondence.audit.models import Entry
from correspondence.cases.acting import FormStamp
from correspondence.core import clock
from correspondence.documents.actions import uploading
from correspondence.documents.models import Attachment, Kind, Scan
from correspondence.pages import uploads
from correspondence.pages.uploads import LimitedUploadHandler, ReceivedFile, content_disposition
from tests.clients import form, signed_in
from tests.documents.samples import sample
from tests.documents.uploads import Sent, objects
from tests.factories import FoiCase, acting, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.core.handlers.wsgi import WSGIRequest
    from django.test import Client

    from correspondence.cases.models import Case

MIB = 1024**2
BOUNDARY = "Trennlinie"


def body(*files: tuple[str, bytes], field: str = "documents") -> bytes:
    """What a browser sends, byte by byte: the test client would tidy the names."""
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%s\r\n"
        % (BOUNDARY.encode(), field.encode(), name.replace('"', "%22").encode(), content)
        for name, content in files
    ]
    return b"".join(parts) + b"--%s--\r\n" % BOUNDARY.encode()


def request(sent: bytes) -> WSGIRequest:
    made = RequestFactory().generic("POST", "/", sent, f"multipart/form-data; boundary={BOUNDARY}")
    made.upload_handlers = [LimitedUploadHandler(made)]
    return made


@pytest.fixture
def received() -> Iterator[list[ReceivedFile]]:
    kept: list[ReceivedFile] = []
    yield kept
    for file in kept:
        file.close()


def arrived(kept: list[ReceivedFile], *files: tuple[str, bytes]) -> Sequence[ReceivedFile]:
    found = request(body(*files)).FILES.getlist("documents")
    for file in found:
        assert isinstance(file, ReceivedFile)
        kept.append(file)
    return kept


# --- arriving -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Answer.pdf",
        "👩‍👩‍👧‍👦 family.pdf",
        "e\u0301te\u0301.pdf",
        "الرد النهائي.pdf",
        "נספח\u200f 12.pdf",
        "no\u00a0break.pdf",
        'say "yes".pdf',
        "a&amp;b; c=d.pdf",
        "100 %.pdf",
        "x" * 300 + ".pdf",
        "..",
        "C:\\Users\\bea\\Answer.pdf",
        "../../Answer.pdf",
    ],
)
def test_a_name_arrives_as_it_was_sent(name: str, received: list[ReceivedFile]) -> None:
    (file,) = arrived(received, (name, b"x"))
    assert file.name == name


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 3, 20 * MIB])
def test_content_arrives_whole(size: int, received: list[ReceivedFile]) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    (file,) = arrived(received, ("Answer.pdf", content[:size]))
    assert file.size == size
    assert file.read() == content[:size]


def test_what_fits_stays_in_memory_and_more_goes_to_the_disk(received: list[ReceivedFile]) -> None:
    small, large = arrived(received, ("a.pdf", bytes(MIB)), ("b.pdf", bytes(MIB + 1)))
    on_disk = [vars(file.file)["_rolled"] for file in (small, large)]
    assert on_disk == [False, True]


def test_of_a_file_that_is_too_large_the_beginning_is_kept_and_the_rest_counted(
    received: list[ReceivedFile],
) -> None:
    large, after = arrived(received, ("large.pdf", bytes(30 * MIB)), ("after.pdf", b"whole"))
    assert large.size == 30 * MIB
    assert large.seek(0, 2) == 20 * MIB + 1
    assert (after.name, after.read()) == ("after.pdf", b"whole")


def test_files_that_are_too_large_together_are_refused_and_none_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "MAX_REQUEST_BYTES", 3 * MIB)
    sent = request(body(("a.pdf", bytes(2 * MIB)), ("b.pdf", bytes(2 * MIB)), ("c.pdf", bytes(MIB))))
    (handler,) = sent.upload_handlers
    with pytest.raises(RequestDataTooBig):
        len(sent.FILES)
    assert isinstance(handler, LimitedUploadHandler)
    assert all(file.closed for file in handler._kept)  # noqa: SLF001 - nothing else tells what became of them


def test_an_upload_that_breaks_off_brings_no_file() -> None:
    sent = body(("Answer.pdf", bytes(2 * MIB)))
    assert request(sent[:MIB]).FILES.getlist("documents") == []


# --- the forms ------------------------------------------------------------------------------------


def post(client: Client, case: Case, *files: tuple[str, bytes]) -> SimpleNamespace:
    """Upload a response as a browser does."""
    fields = form(version=case.version, message="")
    sent = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (BOUNDARY.encode(), name.encode(), str(value).encode())
        for name, value in fields.items()
    )
    answer = client.generic(
        "POST",
        reverse("add_responses", args=[case.pk]),
        sent + body(*files),
        f"multipart/form-data; boundary={BOUNDARY}",
    )
    text, url = answer.content.decode(), answer.get("Location")
    return SimpleNamespace(status=answer.status_code, text=text, url=url)


def unchanged(case: Case) -> bool:
    nothing_kept = not Attachment.objects.filter(case=case).exists() and not objects()
    return nothing_kept and fresh(case).state == case.state


@pytest.mark.django_db
def test_an_upload_through_the_page(as_responder: Client) -> None:
    case = FoiCase(state="drafting")
    answer = post(as_responder, case, ("Réponse 👩‍👧.pdf", sample("pdf")), ("Table.xlsx", sample("xlsx")))
    assert (answer.status, answer.url) == (302, reverse("case", args=[case.pk]))
    kept = Attachment.objects.filter(case=case).order_by("pk")
    assert [one.filename for one in kept] == ["Réponse 👩‍👧.pdf", "Table.xlsx"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("Answer.docx", b"<html>", "is named like a Word document"),
        ("Answer.exe", b"MZ", "is not a kind of file that is accepted"),
        ("Answer.pdf", b"", "is empty"),
        ("Answer.pdf", sample("pdf", size=20 * MIB + 1), "20 MB"),
        ("Answer.pdf", sample("pdf", size=21_000_000), "20 MB"),
        ("..", sample("pdf"), "has no name"),
        ("x" * 300 + ".pdf", sample("pdf"), "255 characters or fewer"),
        ("Answer\u202efdp.pdf", sample("pdf"), "turn the direction"),
        ("Answer\0.pdf", sample("pdf"), "cannot be seen"),
    ],
    ids=["disguise", "program", "empty", "one byte more", "21 MB", "no name", "long name", "turned", "nul"],
)
def test_files_that_cannot_be_taken_are_named_beside_the_field(
    as_responder: Client, name: str, content: bytes, words: str
) -> None:
    case = FoiCase(state="drafting")
    answer = post(as_responder, case, (name, content))
    assert answer.status == 422
    assert words in answer.text
    assert unchanged(case)


@pytest.mark.django_db
def test_more_than_the_service_takes_at_once_is_told_on_a_page(
    as_responder: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_REQUEST_BYTES", 3 * MIB)
    case = FoiCase(state="drafting")
    half = sample("pdf", size=2 * MIB)
    answer = post(as_responder, case, ("a.pdf", half), ("b.pdf", half))
    assert answer.status == 413
    assert "120 MB together" in answer.text
    assert unchanged(case)


# --- giving out -----------------------------------------------------------------------------------


def stored(name: str = "Réponse 👩‍👧.pdf", content: bytes | None = None) -> Attachment:
    case = FoiCase(state="drafting")
    uploading.add_responses(
        case_id=case.pk,
        files=[Sent(name, content)],
        message="",
        acting=acting(case, "Rhys Responder", "add_responses"),
        now=clock.now(),
        stamp=FormStamp(uuid4()),
    )
    return Attachment.objects.get(case=case, kind=Kind.RESPONSE)


def address(attachment: Attachment) -> str:
    return reverse("download_attachment", args=[attachment.pk])


@pytest.mark.django_db
def test_a_download_is_only_ever_saved(as_responder: Client) -> None:
    attachment = stored()
    answer = as_responder.get(address(attachment))
    assert answer.getvalue() == sample("pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(sample("pdf")))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert Entry.objects.filter(action="download").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Bob Responder", "Bea Manager"])
def test_a_file_that_is_not_yours_is_not_there(name: str) -> None:
    attachment = stored()
    client = signed_in(name)
    mine, none = client.get(address(attachment)), client.get(reverse("download_attachment", args=[10**9]))
    assert mine.status_code == none.status_code == 404
    assert attachment.filename not in mine.content.decode()
    assert not Entry.objects.filter(action="download").exists()


@pytest.mark.django_db
def test_a_file_that_is_not_yours_cannot_be_removed_either(as_manager: Client, as_responder: Client) -> None:
    attachment, other = stored(), stored()
    removal = reverse("remove_response", args=[attachment.case_id, attachment.pk])
    elsewhere = reverse("remove_response", args=[attachment.case_id, other.pk])
    unknown = reverse("remove_response", args=[attachment.case_id, 10**9])
    for client, refused in ((as_manager, removal), (as_responder, elsewhere), (as_responder, unknown)):
        assert client.get(refused).status_code == 404
        assert client.post(refused, form()).status_code == 404
    assert Attachment.objects.filter(kind=Kind.RESPONSE).count() == 2
    assert as_responder.post(removal, form()).status_code == 302
    assert Attachment.objects.get(kind=Kind.RESPONSE) == other


@pytest.mark.django_db
def test_nobody_gets_a_file_without_signing_in(client: Client) -> None:
    assert client.get(address(stored())).status_code == 302


@pytest.mark.django_db
def test_a_download_changes_nothing_and_takes_no_post(as_responder: Client) -> None:
    assert as_responder.post(address(stored())).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("scan", [Scan.WAITING, Scan.INFECTED])
def test_a_file_that_is_kept_back_leads_back_to_the_case(as_responder: Client, scan: Scan) -> None:
    attachment = stored()
    Attachment.objects.filter(pk=attachment.pk).update(scan=scan)
    answer = as_responder.get(address(attachment))
    assert (answer.status_code, answer["Location"]) == (302, reverse("case", args=[attachment.case_id]))


# --- names on their way out -----------------------------------------------------------------------


@given(name=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=255))
def test_any_name_survives_the_header(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    read = Message()
    read["Content-Disposition"] = header
    assert read.get_content_disposition() == "attachment"
    exact = header.split("filename*=UTF-8''")[1]
    assert unquote(exact) == name
    # What the old programs read: the plain name, whole and without anything that could end it.
    plain = header.split("; filename*")[0].removeprefix("attachment; filename=")
    assert plain == '"' + re.sub(r'[^ -~]|["\\%]', "_", name) + '"'


def test_the_plain_name_cannot_end_its_quotes() -> None:
    header = content_disposition('a";\\ filename="b.exe')
    assert header.split("; filename*")[0] == 'attachment; filename="a_;_ filename=_b.exe"'
