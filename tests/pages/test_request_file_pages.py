"""Adding files to a request and removing them, through the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from correspondence.documents.models import Attachment, Kind
from tests.clients import form
from tests.factories import FoiCase, attach
from tests.pages.answers import led_to, problems, told
from tests.pages.reading import read

if TYPE_CHECKING:
    from django.test import Client

    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def file(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def names(case: Case) -> set[str]:
    return {one.filename for one in Attachment.objects.filter(case=case, kind=Kind.REQUEST)}


def test_files_are_added_and_a_message_with_them(as_manager: Client) -> None:
    case = FoiCase(state="drafting")
    sent = form(message="They came later.", version=case.version)
    answer = as_manager.post(
        f"/cases/{case.pk}/request-files/new/",
        sent | {"documents": [file("one.pdf"), file("two.pdf")]},
        follow=True,
    )
    assert told(answer, "success") == "The request files were uploaded."
    assert names(case) == {"one.pdf", "two.pdf"}
    page = read(answer.content)
    assert [one.text.split()[0] for one in page.all(class_="app-files__name")] == ["one.pdf", "two.pdf"]
    assert "They came later." in page.one(class_="app-conversation").text
    download = page.all(class_="app-files__file")[0].all("a")[0]["href"]
    assert as_manager.get(download).getvalue() == PDF


def test_no_file_is_told(as_manager: Client) -> None:
    case = FoiCase()
    assert (
        "at least one file"
        in problems(as_manager.post(f"/cases/{case.pk}/request-files/new/", form()))["documents"]
    )


@pytest.mark.parametrize(
    ("name", "content"), [("request.pdf", b"MZ" + b"\0" * 99), ("request.exe", b"MZ"), ("empty.pdf", b"")]
)
def test_what_is_no_document_is_refused(as_manager: Client, name: str, content: bytes) -> None:
    case = FoiCase()
    sent = form() | {"documents": [file("good.pdf"), file(name, content)]}
    assert name in problems(as_manager.post(f"/cases/{case.pk}/request-files/new/", sent))["documents"]
    assert not names(case)


def test_a_file_is_removed_after_a_question(as_manager: Client) -> None:
    case = FoiCase(request_files=["one.pdf", "two.pdf"])
    one = Attachment.objects.get(case=case, filename="one.pdf")
    address = f"/cases/{case.pk}/request-files/{one.pk}/remove/"
    assert "one.pdf" in read(as_manager.get(address).content).one("main").text
    answer = as_manager.post(address, form(), follow=True)
    assert told(answer, "success") == "one.pdf was removed."
    assert names(case) == {"two.pdf"}
    assert as_manager.get(address).status_code == 404


def test_a_file_of_another_case_or_kind_is_not_found(as_manager: Client) -> None:
    case, other = FoiCase(state="drafting"), FoiCase(request_files=["other.pdf"])
    theirs = Attachment.objects.get(case=other)
    response = attach(case, Kind.RESPONSE, ["response.pdf"], by="Rhys Responder")[0]
    address = f"/cases/{case.pk}/request-files/{{}}/remove/"
    assert as_manager.post(address.format(theirs.pk), form()).status_code == 404
    assert as_manager.get(address.format(response.pk)).status_code == 404
    assert led_to(as_manager.post(address.format(response.pk), form())) == f"/cases/{case.pk}/"
    assert Attachment.objects.count() == 2


def test_responders_neither_add_nor_remove(as_responder: Client) -> None:
    case = FoiCase(state="drafting", request_files=["one.pdf"])
    one = Attachment.objects.get(case=case)
    for address in ("new", f"{one.pk}/remove"):
        answer = as_responder.post(f"/cases/{case.pk}/request-files/{address}/", form())
        assert led_to(answer) == f"/cases/{case.pk}/"
    assert names(case) == {"one.pdf"}
