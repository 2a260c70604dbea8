"""Files through every form that takes some: what cannot be taken is named, the rest comes back as it went."""

from __future__ import annotations

import html
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.urls import reverse

from correspondence.documents.models import Attachment
from correspondence.pages import uploads
from tests.bad_input.browser import Sent
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import faults, fingerprint, put_back, said
from tests.documents.samples import sample

if TYPE_CHECKING:
    from tests.bad_input.browser import Answered, Door

pytestmark = pytest.mark.django_db

MIB = 1024**2

QUESTIONS = {
    "create_foi.by_email_with_files": "attachments",
    "create_foi.by_post": "documents",
    "upload_request_files": "documents",
    "add_responses": "documents",
    "upload_response_and_approve": "documents",
    "upload_response_and_return_for_redraft": "documents",
}
"""Every form that takes files, and the question by which it does."""

NOT_TAKEN = {
    "a page in disguise": ("Answer.docx", b"<html><script>alert(1)</script>", "Answer.docx"),
    "a program in disguise": ("Answer.pdf", b"MZ\x90\0" + bytes(2000), "Answer.pdf"),
    "a picture in disguise": ("Answer.pdf", sample("png"), "Answer.pdf"),
    "a drawing": ("Answer.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Answer.svg"),
    "a program": ("Answer.pdf.exe", b"MZ", "Answer.pdf.exe"),
    "nothing inside": ("Answer.pdf", b"", "Answer.pdf is empty"),
    "half a document": ("Answer.docx", sample("docx")[:200], "Answer.docx"),
    "no name": ("..", sample("pdf"), "has no name"),
    "a path alone": ("C:\\Users\\", sample("pdf"), "has no name"),
    "a long name": ("x" * 296 + ".pdf", sample("pdf"), "255 characters or fewer"),
    "a name turned around": ("Answer\u202efdp.pdf", sample("pdf"), "turn the direction"),
    "NUL in the name": ("Answer\0.pdf", sample("pdf"), "cannot be seen"),
    "a line break in the name": ("Answer\u2028.pdf", sample("pdf"), "cannot be seen"),
    "no ending": ("Answer", sample("pdf"), "Answer"),
}
"""Name and content of files that cannot be taken, and what is said of each."""


def with_files(door: Door, question: str, *files: tuple[str, bytes]) -> Answered:
    return door.send(files=tuple(Sent(name, content, question) for name, content in files))


def stands_beside(answered: Answered, question: str, words: str) -> bool:
    """Whether the message leads to this question."""
    links = answered.page.one(class_="govuk-error-summary").all("a", href=f"#id_{question}")
    return any(words in link.text for link in links)


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_cannot_be_taken_is_named_beside_its_question(name: str) -> None:
    door, question = DOORS[name](), QUESTIONS[name]
    before = fingerprint()
    for what, (called, content, words) in NOT_TAKEN.items():
        for files in ([(called, content)], [("Good.pdf", sample("pdf")), (called, content)]):
            with put_back():
                answered = with_files(door, question, *files)
                assert answered.status == 422, (what, said(answered))
                assert stands_beside(answered, question, words), (what, said(answered))
                assert faults(door, answered, before) == [], what


@pytest.mark.parametrize("name", QUESTIONS)
def test_more_than_twenty_megabytes_are_refused_and_twenty_are_taken(name: str) -> None:
    door, question = DOORS[name](), QUESTIONS[name]
    before = fingerprint()
    for size in (21_000_000, 20 * MIB + 1):
        answered = with_files(door, question, ("Answer.pdf", sample("pdf", size=size)))
        assert answered.status == 422
        assert stands_beside(answered, question, "Answer.pdf must be no larger than 20 MB"), said(answered)
        assert faults(door, answered, before) == []
    assert with_files(door, question, ("Answer.pdf", sample("pdf", size=20 * MIB))).status == 302
    assert Attachment.objects.latest("pk").size_bytes == 20 * MIB


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_more_than_twenty_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    door, question = DOORS[name](), QUESTIONS[name]
    before = fingerprint()
    many = [(f"{number}.pdf", sample("pdf")) for number in range(60)]
    answered = with_files(door, question, *many[:21])
    assert stands_beside(answered, question, "20 files or fewer")
    assert faults(door, answered, before) == []
    answered = with_files(door, question, *many)
    assert (answered.status, faults(door, answered, before)) == (400, [])
    monkeypatch.setattr(uploads, "MAX_REQUEST_BYTES", 2 * MIB)
    answered = with_files(door, question, *[("a.pdf", sample("pdf", size=MIB + 1))] * 2)
    assert (answered.status, faults(door, answered, before)) == (413, [])
    assert with_files(door, question, *many[:20]).status == 302


NAMES = {
    "Réponse finale.pdf": "",
    "e\u0301te\u0301.pdf": "",
    "👩‍👩‍👧‍👦 family.pdf": "",
    "الرد النهائي.pdf": "",
    "נספח\u200f 12.pdf": "",
    "回答 ＦＯＩ.pdf": "",
    "a\u00a0b\u3000c.pdf": "",
    '100 % & <b>"it\'s"#1; a=b?.pdf': "",
    "CON.pdf": "",
    "-rf.pdf": "",
    ".pdf": "",
    "x" * 251 + ".pdf": "",
    "Answer.PDF": "",
    "C:\\Users\\bea\\Answer.pdf": "Answer.pdf",
    "../../../etc/Answer.pdf": "Answer.pdf",
    "/etc/passwd/Answer.pdf": "Answer.pdf",
}
"""Names of files, and what is left of those that name a place too."""


def test_names_come_back_as_they_went_in() -> None:
    door = DOORS["add_responses"]()
    assert door.case
    content = {name: sample("pdf", text=f"Answer {place}") for place, name in enumerate(NAMES)}
    for names in (list(NAMES)[:9], list(NAMES)[9:]):
        door.answers |= {"form_key": new_key(), "version": ""}
        assert with_files(door, "documents", *[(name, content[name]) for name in names]).status == 302
    kept = list(Attachment.objects.filter(case=door.case, kind="response").order_by("pk"))
    assert [file.filename for file in kept] == [left or name for name, left in NAMES.items()]
    shown = html.unescape(door.browser.get(reverse("case", args=[door.case.pk])).body.decode())
    for file, name in zip(kept, NAMES, strict=True):
        assert file.filename in shown
        got = door.browser.get(reverse("download_attachment", args=[file.pk]))
        assert (got.status, got.body) == (200, content[name])
        assert told_name(got) == file.filename


def test_files_of_one_name_stay_apart() -> None:
    door = DOORS["upload_request_files"]()
    content = [sample("pdf", text=f"Page {number}") for number in range(3)]
    assert with_files(door, "documents", *[("Scan.pdf", one) for one in content]).status == 302
    kept = Attachment.objects.filter(case=door.case).order_by("pk")
    assert [file.filename for file in kept] == ["Scan.pdf"] * 3
    got = [door.browser.get(reverse("download_attachment", args=[file.pk])).body for file in kept]
    assert got == content


def new_key() -> str:
    return str(uuid4())


def told_name(answered: Answered) -> str:
    """The name under which a browser saves a download (RFC 6266)."""
    header = Message()
    header["Content-Disposition"] = answered.headers["Content-Disposition"]
    assert header.get_content_disposition() == "attachment"
    return unquote(answered.headers["Content-Disposition"].split("filename*=UTF-8''")[1])
