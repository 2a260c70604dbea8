from __future__ import annotations

import io
import tracemalloc
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from correspondence.audit.models import Entry
from correspondence.cases.acting import FormStamp
from correspondence.cases.actions import creating
from correspondence.cases.models import Case, Transition
from correspondence.core import clock
from correspondence.core.errors import AlreadyDone, Invalid, OutOfDate, Refused
from correspondence.documents import filenames, storage
from correspondence.documents.actions import downloading, housekeeping, removing, uploading
from correspondence.documents.encryption import Tampered
from correspondence.documents.keys import KeyRefused
from correspondence.documents.models import Attachment, CaseKey, Kind, Scan
from correspondence.documents.storage import NotStored
from correspondence.jobs import kinds, schedule
from correspondence.jobs.models import Job
from tests.documents.samples import EXTENSIONS, sample
from tests.documents.uploads import OnDisk, Sent, folder, objects
from tests.factories import (
    DISCLOSURE_OFFICER,
    MANAGER,
    PRESS_OFFICER,
    FoiCase,
    Request,
    acting,
    fresh,
    person,
    responding_assignment,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from correspondence.cases.acting import Acting
    from correspondence.documents.sniffing import Upload

pytestmark = pytest.mark.django_db

RESPONDER = "Rhys Responder"


def add_responses(
    case: Case, *files: Upload, stamp: FormStamp | None = None, by: Acting | None = None
) -> Case:
    return uploading.add_responses(
        case_id=case.pk,
        files=files,
        message="",
        acting=by or acting(case, RESPONDER, "add_responses"),
        now=clock.now(),
        stamp=stamp or FormStamp(uuid4(), case.version),
    )


def remove(attachment: Attachment, *, by: str = RESPONDER) -> Case:
    case = fresh(attachment.case)
    return removing.remove_attachment(
        case_id=case.pk,
        attachment_id=attachment.pk,
        acting=acting(case, by, removing.removal_event(attachment)),
        now=clock.now(),
        stamp=FormStamp(uuid4(), case.version),
    )


def content(attachment: Attachment, *, user: str = MANAGER) -> bytes:
    return b"".join(downloading.download(attachment, user=person(user)).pieces)


def open_case(*files: Sent, stamp: FormStamp | None = None, by: str = MANAGER, message: str = "") -> Case:
    way = "sent_by_post" if files else "sent_by_email"
    return uploading.open_case(
        files=files,
        case_type="foi",
        details=Request(message=message, delivery_method=way, postal_address="1 High Street, Ilford"),
        flag_for_disclosure=False,
        user=person(by),
        now=clock.now(),
        stamp=stamp or FormStamp(uuid4()),
    )


def nothing_kept() -> bool:
    return not objects() and not Attachment.objects.exists()


# --- opening a case with files --------------------------------------------------------------------


def test_a_case_and_its_request_files_come_together() -> None:
    case = open_case(Sent("Letter.pdf"), Sent("Page 2.jpg"))
    attachments = list(Attachment.objects.order_by("pk"))
    assert [one.filename for one in attachments] == ["Letter.pdf", "Page 2.jpg"]
    assert {one.case_id for one in attachments} == {case.pk}
    assert {one.kind for one in attachments} == {Kind.REQUEST}
    assert {one.upload_group for one in attachments} == {attachments[0].upload_group}
    assert attachments[0].user == person(MANAGER)
    assert attachments[0].team is not None
    assert [content(one) for one in attachments] == [sample("pdf"), sample("jpg")]


def test_a_case_without_files_is_opened_all_the_same() -> None:
    case = open_case(message="Please tell me.")
    assert not case.attachments.exists()
    assert not CaseKey.objects.exists()


def test_a_refused_request_leaves_neither_case_nor_files() -> None:
    with pytest.raises(Invalid):
        open_case(Sent("Letter.pdf"), Sent("run.pdf", b"MZ"))
    with pytest.raises(Refused):
        open_case(Sent("Letter.pdf"), by=RESPONDER)
    with pytest.raises(Invalid):
        uploading.open_case(
            files=[Sent("Letter.pdf")],
            case_type="foi",
            details=Request(received=clock.today() + timedelta(days=1)),
            flag_for_disclosure=False,
            user=person(MANAGER),
            now=clock.now(),
            stamp=FormStamp(uuid4()),
        )
    assert nothing_kept()
    assert not Case.objects.exists()
    assert not CaseKey.objects.exists()


def test_a_second_click_opens_no_second_case() -> None:
    stamp = FormStamp(uuid4())
    case = open_case(Sent("Letter.pdf"), stamp=stamp)
    with pytest.raises(AlreadyDone) as again:
        open_case(Sent("Letter.pdf"), stamp=stamp)
    assert again.value.record_id == case.pk
    assert Case.objects.count() == 1
    assert len(objects()) == 1


def test_a_failure_of_ours_while_the_case_is_made_leaves_a_stray_that_is_swept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(**_fields: object) -> Case:
        raise ConnectionError

    monkeypatch.setattr(creating, "create_case", fails)
    with pytest.raises(ConnectionError):
        open_case(Sent("Letter.pdf"))
    assert len(objects()) == 1
    assert housekeeping.sweep_stray_objects(now=clock.actual_now() + timedelta(hours=25)) == 1
    assert not objects()


# --- responses ------------------------------------------------------------------------------------


def test_uploading_a_response_takes_an_unflagged_case_to_ready_to_send() -> None:
    case = FoiCase(state="drafting")
    add_responses(case, Sent("Answer.docx"), Sent("Table.xlsx"))
    assert fresh(case).state == "awaiting_dispatch"
    event = Transition.objects.get(case=case, event="add_responses")
    assert event.data == {"files": ["Answer.docx", "Table.xlsx"]}
    attachments = Attachment.objects.filter(case=case, kind=Kind.RESPONSE).order_by("pk")
    assert [content(one) for one in attachments] == [sample("docx"), sample("xlsx")]
    assert {one.team for one in attachments} == {responding_assignment(case).team}
    assert {one.upload_group for one in attachments} == {event.form_key}


def test_uploading_to_a_flagged_case_takes_it_to_disclosure() -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    add_responses(case, Sent())
    assert fresh(case).state == "pending_dacu_clearance"


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_kind_comes_back_byte_for_byte(extension: str) -> None:
    case = FoiCase(state="drafting")
    add_responses(case, Sent(f"Réponse 👩‍👧 {extension}.{extension}"))
    attachment = Attachment.objects.get(case=case)
    assert attachment.filename == f"Réponse 👩‍👧 {extension}.{extension}"
    assert content(attachment) == sample(extension)


def test_the_largest_file_comes_back_byte_for_byte() -> None:
    case = FoiCase(state="drafting")
    largest = sample("pdf", size=20 * 1024**2)
    add_responses(case, Sent("Answer.pdf", largest))
    assert content(Attachment.objects.get(case=case)) == largest


def test_a_large_file_goes_in_and_out_in_the_memory_of_a_few_chunks() -> None:
    case = FoiCase(state="drafting")
    by = acting(case, RESPONDER, "add_responses")
    with OnDisk("Answer.pdf", sample("pdf", size=20 * 1024**2)) as large:
        tracemalloc.start()
        try:
            add_responses(case, large, by=by)
            attachment = Attachment.objects.get(case=case)
            out = sum(len(piece) for piece in downloading.download(attachment, user=person(RESPONDER)).pieces)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert out == 20 * 1024**2
    assert peak < 5 * 1024**2


def test_a_key_that_was_destroyed_takes_its_documents_along() -> None:
    attachment = stored_response()
    CaseKey.objects.filter(case=attachment.case).delete()
    with pytest.raises(KeyRefused):
        downloading.download(attachment, user=person(RESPONDER))
    assert not CaseKey.objects.exists()


def test_nothing_of_a_file_can_be_read_in_the_store() -> None:
    case = FoiCase(state="drafting")
    add_responses(case, Sent("The answer.pdf", sample("pdf", text="Harriet Lowe, Ilford")))
    (stored,) = objects()
    assert b"Harriet" not in stored.read_bytes()
    assert b"%PDF" not in stored.read_bytes()
    assert "answer" not in str(stored).lower()


def test_all_files_are_refused_when_one_is_and_each_is_named() -> None:
    case = FoiCase(state="drafting")
    with pytest.raises(Invalid) as refused:
        add_responses(case, Sent(), Sent("run.docx", b"MZ"), Sent("empty.pdf", b""))
    assert [words.split("”")[0] for _field, words in refused.value.problems] == ["“run.docx", "“empty.pdf"]
    assert nothing_kept()
    assert fresh(case).state == "drafting"


def test_no_file_is_refused() -> None:
    with pytest.raises(Refused, match="Choose a file") as refused:
        add_responses(FoiCase(state="drafting"))
    assert refused.value.field == filenames.FIELD


def test_the_workflow_is_asked_before_anything_is_stored() -> None:
    case = FoiCase(state="drafting")
    stranger = acting(case, MANAGER, "edit_case")
    with pytest.raises(Refused):
        add_responses(case, Sent(), by=stranger)
    assert nothing_kept()
    in_window = FoiCase(state="drafting", in_window=True)
    with pytest.raises(Refused, match="until"):
        add_responses(in_window, Sent(), by=acting(case, RESPONDER, "add_responses"))
    assert nothing_kept()


def test_a_second_click_uploads_nothing_again() -> None:
    case = FoiCase(state="drafting")
    stamp = FormStamp(uuid4(), case.version)
    by = acting(case, RESPONDER, "add_responses")
    add_responses(case, Sent(), stamp=stamp, by=by)
    with pytest.raises(AlreadyDone):
        add_responses(case, Sent(), stamp=stamp, by=by)
    assert len(objects()) == Attachment.objects.filter(case=case).count() == 1


def test_an_old_page_uploads_nothing() -> None:
    case = FoiCase(state="drafting")
    by = acting(case, RESPONDER, "add_responses")
    add_responses(case, Sent())
    with pytest.raises(OutOfDate):
        add_responses(case, Sent("Other.pdf"), stamp=FormStamp(uuid4(), case.version), by=by)
    assert len(objects()) == 1


def test_what_is_refused_under_the_lock_is_removed_from_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else was faster between the first look and the lock."""
    case = FoiCase(state="drafting")
    by = acting(case, RESPONDER, "add_responses")
    monkeypatch.setattr(uploading, "_check_first", lambda *_args, **_more: None)
    stamp = FormStamp(uuid4(), case.version)
    add_responses(case, Sent(), stamp=stamp, by=by)
    with pytest.raises(OutOfDate):
        add_responses(case, Sent("Other.pdf"), stamp=FormStamp(uuid4(), case.version), by=by)
    with pytest.raises(AlreadyDone):
        add_responses(case, Sent("Other.pdf"), stamp=stamp, by=by)
    assert len(objects()) == 1


def test_a_full_disk_is_told_in_words_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = FoiCase(state="drafting")

    def full(_store: storage.LocalFolder, _key: str, pieces: Sequence[bytes]) -> None:
        next(iter(pieces))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.LocalFolder, "put", full)
    with pytest.raises(Refused, match="could not be stored just now"):
        add_responses(case, Sent())
    assert fresh(case).state == "drafting"


def test_a_message_beside_the_upload_joins_the_conversation() -> None:
    case = FoiCase(state="drafting")
    uploading.add_responses(
        case_id=case.pk,
        files=[Sent()],
        message="The second table is new.",
        acting=acting(case, RESPONDER, "add_responses"),
        now=clock.now(),
        stamp=FormStamp(uuid4(), case.version),
    )
    said = Transition.objects.get(case=case, event="add_message_to_case")
    assert said.message == "The second table is new."


def test_upload_and_clear_counts_as_cleared_so_that_the_response_stays() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    uploading.upload_response_and_approve(
        case_id=case.pk,
        files=[Sent("Cleared.pdf")],
        message="",
        acting=acting(case, DISCLOSURE_OFFICER, "upload_response_and_approve"),
        now=clock.now(),
        stamp=FormStamp(uuid4(), case.version),
    )
    assert fresh(case).state == "awaiting_dispatch"
    assert case.assignments.get(role="approving").approved
    with pytest.raises(Refused, match="already cleared"):
        remove(Attachment.objects.get(case=case, filename="Cleared.pdf"))
    assert Transition.objects.get(case=case, event="upload_response_and_approve").data == {
        "files": ["Cleared.pdf"]
    }


def test_upload_clear_and_bypass_needs_a_reason() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")

    def bypass(reason: str) -> Case:
        return uploading.upload_response_approve_and_bypass(
            case_id=case.pk,
            files=[Sent("Cleared.pdf")],
            message="",
            reason=reason,
            acting=acting(case, DISCLOSURE_OFFICER, "upload_response_approve_and_bypass"),
            now=clock.now(),
            stamp=FormStamp(uuid4(), case.version),
        )

    with pytest.raises(Refused) as refused:
        bypass(" ")
    assert refused.value.field == "reason"
    assert not objects()
    bypass("Nothing in it is of interest to the press.")
    assert fresh(case).state == "awaiting_dispatch"
    states = dict(case.assignments.filter(role="approving").values_list("team__code", "state"))
    assert states == {"DISCLOSURE": "accepted", "PRESS-OFFICE": "bypassed", "PRIVATE-OFFICE": "bypassed"}


def test_upload_and_clear_in_full_approval_goes_to_the_press_office() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    uploading.upload_response_and_approve(
        case_id=case.pk,
        files=[Sent()],
        message="",
        acting=acting(case, DISCLOSURE_OFFICER, "upload_response_and_approve"),
        now=clock.now(),
    )
    assert fresh(case).state == "pending_press_office_clearance"


@pytest.mark.parametrize("compliant", [True, False])
def test_upload_and_return_for_redraft(*, compliant: bool) -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    uploading.upload_response_and_return_for_redraft(
        case_id=case.pk,
        files=[Sent("Changes.docx")],
        message="Please see the second page.",
        compliant=compliant,
        acting=acting(case, DISCLOSURE_OFFICER, "upload_response_and_return_for_redraft"),
        now=clock.now(),
        stamp=FormStamp(uuid4(), case.version),
    )
    case = fresh(case)
    assert case.state == "drafting"
    assert (case.draft_compliant_date is not None) == compliant
    assert Attachment.objects.get(case=case, filename="Changes.docx").kind == Kind.RESPONSE


# --- files of the request -------------------------------------------------------------------------


def add_request_files(case: Case, *, stamp: FormStamp, message: str = "", by: Acting | None = None) -> Case:
    return uploading.add_request_files(
        case_id=case.pk,
        files=[Sent("Second letter.pdf")],
        message=message,
        acting=by or acting(case, MANAGER, "edit_case"),
        now=clock.now(),
        stamp=stamp,
    )


def test_request_files_are_no_event_but_audited() -> None:
    case = FoiCase()
    before = Transition.objects.filter(case=case).count()
    add_request_files(case, stamp=FormStamp(uuid4(), case.version))
    attachment = Attachment.objects.get(case=case)
    assert attachment.kind == Kind.REQUEST
    assert Transition.objects.filter(case=case).count() == before
    assert fresh(case).version == case.version
    entry = Entry.objects.get(stream=f"case:{case.pk}", action="add_request_files")
    assert entry.data == {"attachments": [attachment.pk]}
    assert "Second letter" not in str(entry.data)


def test_request_files_with_a_message() -> None:
    case = FoiCase()
    add_request_files(case, stamp=FormStamp(uuid4(), case.version), message="It came today.")
    assert Transition.objects.get(case=case, event="add_message_to_case").message == "It came today."


def test_a_second_click_adds_no_request_file_again() -> None:
    case, stamp = FoiCase(), FormStamp(uuid4())
    add_request_files(case, stamp=stamp)
    with pytest.raises(AlreadyDone) as again:
        add_request_files(case, stamp=stamp)
    assert again.value.record_id == case.pk
    assert len(objects()) == 1


def test_only_who_may_edit_the_case_adds_request_files() -> None:
    case = FoiCase(state="drafting")
    with pytest.raises(Refused):
        add_request_files(case, stamp=FormStamp(uuid4()), by=acting(case, RESPONDER, "add_responses"))
    assert nothing_kept()


# --- removing -------------------------------------------------------------------------------------


def test_without_its_last_response_file_a_case_goes_back_to_drafting() -> None:
    case = FoiCase(state="drafting")
    add_request_files(case, stamp=FormStamp(uuid4()))
    add_responses(case, Sent("One.pdf"), Sent("Two.pdf"))
    one, two = Attachment.objects.filter(kind=Kind.RESPONSE).order_by("pk")
    remove(one)
    assert fresh(case).state == "awaiting_dispatch"
    remove(two)
    assert fresh(case).state == "drafting"
    events = Transition.objects.filter(case=case, event="remove_response").order_by("sort_key")
    assert [event.data for event in events] == [
        {"files": ["One.pdf"], "files_left": 1},
        {"files": ["Two.pdf"], "files_left": 0},
    ]


def test_in_drafting_of_a_flagged_case_the_state_stays() -> None:
    """Otherwise an uncleared response could be sent."""
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    uploading.upload_response_and_return_for_redraft(
        case_id=case.pk,
        files=[Sent("Changes.docx")],
        message="",
        compliant=False,
        acting=acting(case, DISCLOSURE_OFFICER, "upload_response_and_return_for_redraft"),
        now=clock.now(),
    )
    remove(Attachment.objects.get(case=case, filename="Changes.docx"))
    assert Attachment.objects.filter(case=case, kind=Kind.RESPONSE).exists()
    assert fresh(case).state == "drafting"


@pytest.mark.parametrize("name", [MANAGER, DISCLOSURE_OFFICER, PRESS_OFFICER, "Bob Responder"])
def test_only_the_responding_unit_removes_response_files(name: str) -> None:
    case = FoiCase(state="drafting")
    add_responses(case, Sent())
    with pytest.raises(Refused):
        remove(Attachment.objects.get(case=case), by=name)
    assert Attachment.objects.filter(case=case).exists()


def test_removing_a_request_file_is_audited_and_no_event() -> None:
    case = open_case(Sent("Letter.pdf"))
    attachment = Attachment.objects.get(case=case)
    with pytest.raises(Refused):
        remove(attachment, by=RESPONDER)
    remove(attachment, by=MANAGER)
    assert not Attachment.objects.exists()
    entry = Entry.objects.get(stream=f"case:{case.pk}", action="remove_request_file")
    assert entry.data == {"attachment": attachment.pk}
    assert not Transition.objects.filter(case=case, event="remove_response").exists()


def test_a_file_of_another_case_is_not_removed() -> None:
    case, other = FoiCase(state="drafting"), FoiCase(state="drafting")
    add_responses(case, Sent())
    add_responses(other, Sent())
    with pytest.raises(Refused, match="already removed"):
        removing.remove_attachment(
            case_id=case.pk,
            attachment_id=Attachment.objects.get(case=other).pk,
            acting=acting(case, RESPONDER, "remove_response"),
            now=clock.now(),
        )
    assert Attachment.objects.filter(case=other).exists()


def test_the_object_goes_by_a_job_after_its_row() -> None:
    case = FoiCase(state="drafting")
    add_responses(case, Sent())
    attachment = Attachment.objects.get(case=case)
    housekeeping.delete_object(attachment.storage_key)
    assert len(objects()) == 1, "an object with a row stays"
    remove(attachment)
    job = Job.objects.get(kind="delete_object")
    assert job.arguments == {"storage_key": attachment.storage_key}
    assert job.unique_key == f"delete_object:{attachment.storage_key}"
    assert len(objects()) == 1
    work = kinds.named(job.kind).outward
    assert work is not None
    for again in (False, True):
        work(**job.arguments, again=again)()
    assert not objects()


def test_the_sweep_is_on_the_schedule() -> None:
    assert "sweep_stray_objects" in {entry.kind for entry in schedule.entries()}
    work = kinds.named("sweep_stray_objects").outward
    assert work is not None
    storage.store().put(storage.new_key(), [b"written just now"])
    work(again=False)()
    assert len(objects()) == 1


def test_the_sweep_takes_strays_of_more_than_a_day_alone() -> None:
    case = FoiCase(state="drafting")
    add_responses(case, Sent())
    store, now = storage.store(), clock.actual_now()
    stray = storage.new_key()
    store.put(stray, [b"never had a row"])
    assert housekeeping.sweep_stray_objects(now=now + timedelta(hours=23)) == 0
    assert housekeeping.sweep_stray_objects(now=now + timedelta(hours=25)) == 1
    assert [path.name for path in objects()] == [Attachment.objects.get().storage_key]


# --- downloading ----------------------------------------------------------------------------------


def stored_response() -> Attachment:
    case = FoiCase(state="drafting")
    add_responses(case, Sent("Answer.pdf", sample("pdf", size=700_000)))
    return Attachment.objects.select_related("case").get(case=case)


def test_a_read_is_audited_in_the_readers_own_stream() -> None:
    attachment = stored_response()
    content(attachment, user=RESPONDER)
    reader = person(RESPONDER)
    entry = Entry.objects.get(stream=f"reads:{reader.pk}")
    assert (entry.action, entry.actor_id, entry.subject) == (
        "download",
        reader.pk,
        f"case:{attachment.case_id}",
    )
    assert entry.data == {"attachment": attachment.pk}


def _flip(stored: bytes) -> bytes:
    return stored[:300_000] + bytes([stored[300_000] ^ 1]) + stored[300_001:]


@pytest.mark.parametrize(
    "change",
    [_flip, lambda stored: stored[:400_000], lambda stored: stored + b"x"],
    ids=["bit", "cut", "more"],
)
def test_a_changed_object_stops_with_an_error_and_never_ends_well(change: Callable[[bytes], bytes]) -> None:
    attachment = stored_response()
    (path,) = objects()
    path.write_bytes(change(path.read_bytes()))
    out = io.BytesIO()
    with pytest.raises(Tampered):
        out.writelines(downloading.download(attachment, user=person(RESPONDER)).pieces)
    assert sample("pdf", size=700_000).startswith(out.getvalue())
    assert len(out.getvalue()) < attachment.size_bytes


def test_an_object_in_the_place_of_another_is_refused_at_once() -> None:
    attachment = stored_response()
    case = fresh(attachment.case)
    add_responses(case, Sent("Other.pdf"))
    other = Attachment.objects.exclude(pk=attachment.pk).get()
    store = folder()
    one, two = (store / key[:2] / key[2:4] / key for key in (attachment.storage_key, other.storage_key))
    two.write_bytes(one.read_bytes())
    with pytest.raises(Tampered):
        downloading.download(other, user=person(RESPONDER))


def test_a_row_that_tells_of_other_content_is_refused_before_its_last_piece() -> None:
    attachment = stored_response()
    Attachment.objects.filter(pk=attachment.pk).update(sha256="0" * 64)
    attachment.refresh_from_db()
    out = io.BytesIO()
    with pytest.raises(Tampered, match="not the one that was uploaded"):
        out.writelines(downloading.download(attachment, user=person(RESPONDER)).pieces)
    assert 0 < len(out.getvalue()) < attachment.size_bytes


def test_a_missing_object_is_told_clearly() -> None:
    attachment = stored_response()
    (path,) = objects()
    path.unlink()
    with pytest.raises(NotStored, match=attachment.storage_key):
        downloading.download(attachment, user=person(RESPONDER))


@pytest.mark.parametrize(
    ("scan", "words"), [(Scan.WAITING, "not been checked"), (Scan.INFECTED, "is infected")]
)
def test_a_file_that_is_not_known_to_be_clean_is_not_given_out(scan: Scan, words: str) -> None:
    attachment = stored_response()
    attachment.scan = scan
    with pytest.raises(Refused, match=words):
        downloading.download(attachment, user=person(RESPONDER))
    assert not Entry.objects.filter(action="download").exists()
