"""What people see of a store that is away or spoils what it keeps: words, and never half a file kept."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from correspondence.cases.models import Transition
from correspondence.core import clock
from correspondence.documents import storage
from correspondence.documents.actions import removing
from correspondence.documents.encryption import Tampered
from correspondence.documents.models import Attachment, Scan
from correspondence.documents.storage import StoreAway, s3
from correspondence.documents.tasks import delete_object, scan_attachment, sweep_stray_objects
from correspondence.jobs.errors import TryAgain
from tests.documents.s3_servers import Fault
from tests.documents.samples import sample
from tests.documents.test_pages import address, post, stored
from tests.factories import FoiCase, acting, fresh

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.documents.conftest import Change
    from tests.documents.s3_servers import Between

LARGE = 6 * 1024**2

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_bucket")]


def told(client: Client, address: str) -> str:
    """What the page says that a refused download leads to."""
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain
    return str(answer.content.decode())


# --- uploading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["breaks", "refuses", "hangs_up", "captive", "half_kept"])
@pytest.mark.parametrize("size", [0, LARGE], ids=["small", "in parts"])
def test_an_upload_says_try_again_and_nothing_is_half_stored(
    as_responder: Client, between: Between, kind: str, size: int
) -> None:
    case = FoiCase(state="drafting")
    events = Transition.objects.count()
    content = sample("pdf", size=size) if size else sample("pdf")
    between.fault = fault = Fault(kind, "PUT")
    answer = post(as_responder, case, ("Answer.pdf", content))
    assert fault.struck >= 1
    assert answer.status == 422
    assert "The files could not be stored just now. Nothing was changed. Try again" in answer.text
    assert not Attachment.objects.filter(case=case).exists()
    assert Transition.objects.count() == events
    assert fresh(case).state == "drafting"

    between.fault = None
    assert list(storage.store().older_than(clock.actual_now().replace(year=2100))) == []
    assert post(as_responder, case, ("Answer.pdf", content)).status == 302
    sent = as_responder.get(address(Attachment.objects.get(case=case)))
    assert sent.getvalue() == content


def test_a_silent_store_is_told_of_both_ways(
    as_responder: Client, between: Between, lose_patience: Callable[[], None]
) -> None:
    attachment, case = stored(), FoiCase(state="drafting")
    lose_patience()
    between.fault = Fault("is_silent")
    answer = post(as_responder, case, ("Answer.pdf", sample("pdf")))
    assert answer.status == 422
    assert "The files could not be stored just now." in answer.text
    assert not Attachment.objects.filter(case=case).exists()
    assert "The document store cannot be reached just now." in told(as_responder, address(attachment))


def test_when_the_second_file_fails_the_first_does_not_stay(as_responder: Client, between: Between) -> None:
    case = FoiCase(state="drafting")
    fault = Fault("breaks", "PUT")

    def after_the_first(method: str, path: str) -> str:
        del path
        fault.struck += method == "PUT"
        return "breaks" if method == "PUT" and fault.struck > 1 else ""

    between.fault_of = after_the_first  # type: ignore[method-assign]  # the fault begins later
    answer = post(as_responder, case, ("First.pdf", sample("pdf")), ("Second.pdf", sample("pdf")))
    assert answer.status == 422
    assert fault.struck > 1
    assert list(storage.store().older_than(clock.actual_now().replace(year=2100))) == []


# --- downloading ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "size"),
    [("breaks", 0), ("refuses", 0), ("hangs_up", 0), ("cut", 0), ("trickles", LARGE)],
)
def test_a_download_from_a_store_that_is_away_says_try_again(
    as_responder: Client, between: Between, kind: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = stored(content=sample("pdf", size=size) if size else None)
    if kind == "trickles":
        monkeypatch.setattr(s3, "LONGEST_WAIT_SECONDS", 0.3)
    between.fault = fault = Fault(kind, "GET")
    words = told(as_responder, address(attachment))
    assert "The document store cannot be reached just now." in words
    assert "Try again in a few minutes." in words
    assert fault.struck >= 1


@pytest.mark.parametrize("kind", ["flipped", "short", "captive"])
def test_a_download_that_is_not_what_was_uploaded_is_not_given_out(
    as_responder: Client, between: Between, kind: str
) -> None:
    attachment = stored()
    between.fault = fault = Fault(kind, "GET")
    assert "it is not what was uploaded" in told(as_responder, address(attachment))
    assert fault.struck == 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [("cut", StoreAway), ("short", Tampered), ("flipped", Tampered)],
)
def test_a_download_that_fails_on_its_way_ends_short_and_never_wrong(
    as_responder: Client, between: Between, kind: str, error: type[Exception]
) -> None:
    content = sample("pdf", size=LARGE)
    attachment = stored(content=content)
    between.fault = Fault(kind, "GET")
    answer = as_responder.get(address(attachment))
    assert answer["Content-Length"] == str(LARGE)
    arrived = b""
    with pytest.raises(error):  # noqa: PT012 - what arrived before is looked at
        for piece in answer:
            arrived += piece
    answer.close()
    assert 0 < len(arrived) < LARGE
    assert content.startswith(arrived)


def test_case_pages_do_not_ask_the_store(as_responder: Client, between: Between) -> None:
    attachment = stored()
    between.fault = Fault("is_silent")
    between.seen.clear()
    answer = as_responder.get(reverse("case", args=[attachment.case_id]))
    assert answer.status_code == 200
    assert as_responder.get("/healthz/ready").status_code == 200
    assert between.seen == []


# --- what jobs do ---------------------------------------------------------------------------------


def test_jobs_wait_for_a_store_that_is_away(between: Between, change_settings: Change) -> None:
    attachment = stored()
    Attachment.objects.filter(pk=attachment.pk).update(scan=Scan.WAITING)
    between.fault = Fault("breaks")
    with socket.create_server(("127.0.0.1", 0)) as scanner:
        change_settings(scanner="clamd", clamd_address=f"127.0.0.1:{scanner.getsockname()[1]}")
        with pytest.raises(TryAgain, match="answered 500"):
            scan_attachment(attachment_id=attachment.pk, again=False)
    with pytest.raises(TryAgain, match="answered 500"):
        sweep_stray_objects(again=False)
    removing.remove_attachment(
        case_id=attachment.case_id,
        attachment_id=attachment.pk,
        acting=acting(attachment.case, "Rhys Responder", "remove_response"),
        now=clock.now(),
    )
    with pytest.raises(TryAgain, match="answered 500"):
        delete_object(storage_key=attachment.storage_key, again=False)
    between.fault = None
    delete_object(storage_key=attachment.storage_key, again=True)()
    with pytest.raises(storage.NotStored):
        storage.store().open(attachment.storage_key)
