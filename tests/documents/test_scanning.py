from __future__ import annotations

import socket
import socketserver
import ssl
import struct
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from correspondence.audit.models import Entry
from correspondence.cases.acting import FormStamp
from correspondence.core import clock
from correspondence.documents import scanning
from correspondence.documents.actions import removing, uploading
from correspondence.documents.models import Attachment, Scan
from correspondence.documents.scanning import ScannerAway
from correspondence.documents.tasks import scan_attachment
from correspondence.jobs import kinds
from correspondence.jobs.errors import TryAgain
from correspondence.jobs.models import Job
from tests.documents.certificates import Authority
from tests.documents.samples import EICAR, sample
from tests.documents.uploads import Sent
from tests.factories import FoiCase, acting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from correspondence.cases.models import Case
    from tests.documents.conftest import Change

LIMIT = 25 * 1024**2


class _Clamd(socketserver.BaseRequestHandler):
    """Speaks clamd's INSTREAM as its manual has it; its one signature is EICAR's."""

    def handle(self) -> None:
        if self._exactly(10) != b"zINSTREAM\0":
            self.request.sendall(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := struct.unpack(">L", self._exactly(4))[0]:
            content += self._exactly(length)
            if len(content) > LIMIT:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.request.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")

    def _exactly(self, size: int) -> bytes:
        read = b""
        while len(read) < size and (piece := self.request.recv(size - len(read))):
            read += piece
        return read


class _Mute(socketserver.BaseRequestHandler):
    """Hangs up without an answer."""

    def handle(self) -> None:
        self.request.recv(100)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_args: object) -> None:
        """A client that hangs up is what some of these tests want."""


@contextmanager
def listening(
    handler: type[socketserver.BaseRequestHandler], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def clamd(change_settings: Change) -> Iterator[str]:
    with listening(_Clamd) as address:
        change_settings(scanner="clamd", clamd_address=address)
        yield address


@pytest.fixture
def no_clamd(change_settings: Change) -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    change_settings(scanner="clamd", clamd_address=address)
    return address


def uploaded(content: bytes | None = None) -> Attachment:
    case = FoiCase(state="drafting")
    uploading.add_responses(
        case_id=case.pk,
        files=[Sent("Answer.pdf", content)],
        message="",
        acting=acting(case, "Rhys Responder", "add_responses"),
        now=clock.now(),
        stamp=FormStamp(uuid4()),
    )
    return Attachment.objects.get(case=case)


def scanned(attachment: Attachment) -> Scan:
    """Do the job as the worker does: what it records comes after the outward effect."""
    scan_attachment(attachment_id=attachment.pk, again=False)()
    attachment.refresh_from_db()
    return Scan(attachment.scan)


# --- speaking with clamd --------------------------------------------------------------------------


def test_clean_and_infected(clamd: str) -> None:
    del clamd
    assert scanning.infection([b"nothing ", b"bad"]) is None
    assert scanning.infection([EICAR]) == "Eicar-Signature"
    assert scanning.infection([EICAR[:30], EICAR[30:]]) == "Eicar-Signature"
    assert scanning.infection([]) is None


@pytest.mark.usefixtures("no_clamd")
def test_a_scanner_that_is_away_says_nothing_about_the_file() -> None:
    with pytest.raises(ScannerAway, match="cannot be reached"):
        scanning.infection([b"x"])


def test_a_scanner_that_hangs_up_or_refuses_says_nothing_about_the_file(change_settings: Change) -> None:
    with listening(_Mute) as address:
        change_settings(scanner="clamd", clamd_address=address)
        with pytest.raises(ScannerAway):
            scanning.infection([b"x"])
    with listening(_Clamd) as address:
        change_settings(scanner="clamd", clamd_address=address)
        with pytest.raises(ScannerAway):
            scanning.infection(bytes(1024**2) for _ in range(30))


def test_a_scanner_is_asked_by_tls_and_known_by_its_name(tmp_path: Path, change_settings: Change) -> None:
    authority = Authority(tmp_path / "ours")
    with listening(_Clamd, authority.server("127.0.0.1")) as address:
        change_settings(scanner="clamd", clamd_address=address, clamd_ca_file=authority.file)
        assert scanning.infection([b"nothing ", b"bad"]) is None
        assert scanning.infection([EICAR]) == "Eicar-Signature"


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (("theirs", "127.0.0.1", ssl.TLSVersion.TLSv1_3), "CERTIFICATE_VERIFY_FAILED|certificate"),
        (("ours", "objects", ssl.TLSVersion.TLSv1_3), "is not valid for '127.0.0.1'"),
        (("ours", "127.0.0.1", ssl.TLSVersion.TLSv1_2), "PROTOCOL_VERSION|protocol version"),
    ],
    ids=["another authority", "another name", "an old TLS"],
)
def test_a_scanner_that_cannot_prove_who_it_is_gets_no_file(
    tmp_path: Path, change_settings: Change, server: tuple[str, str, ssl.TLSVersion], words: str
) -> None:
    who, name, newest = server
    authorities = {one: Authority(tmp_path / one) for one in ("ours", "theirs")}
    with listening(_Clamd, authorities[who].server(name, newest=newest)) as address:
        change_settings(scanner="clamd", clamd_address=address, clamd_ca_file=authorities["ours"].file)
        with pytest.raises(ScannerAway, match=words):
            scanning.infection([b"x"])


def test_a_scanner_without_tls_gets_no_file_where_tls_is_asked_for(
    tmp_path: Path, change_settings: Change
) -> None:
    with listening(_Clamd) as address:
        change_settings(
            scanner="clamd", clamd_address=address, clamd_ca_file=Authority(tmp_path / "ours").file
        )
        with pytest.raises(ScannerAway, match="cannot be reached"):
            scanning.infection([b"x"])


# --- an upload's way through it -------------------------------------------------------------------


@pytest.mark.django_db
def test_in_a_demonstration_files_are_unchecked_and_no_job_is_made() -> None:
    assert uploaded().scan == Scan.UNCHECKED
    assert not Job.objects.filter(kind="scan_attachment").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_an_upload_waits_and_its_job_clears_it() -> None:
    attachment = uploaded()
    assert attachment.scan == Scan.WAITING
    job = Job.objects.get(kind="scan_attachment")
    assert job.arguments == {"attachment_id": attachment.pk}
    assert job.queue == "documents"
    assert scanned(attachment) == Scan.CLEAN
    assert scanning.why_withheld(attachment) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_an_infected_upload_is_kept_back_and_told_of_in_the_audit_record() -> None:
    attachment = uploaded(sample("pdf") + EICAR)
    assert scanned(attachment) == Scan.INFECTED
    assert "is infected" in str(scanning.why_withheld(attachment))
    entry = Entry.objects.get(action="attachment_infected")
    assert (entry.stream, entry.actor_id) == (f"case:{attachment.case_id}", None)
    assert entry.data == {"attachment": attachment.pk, "infection": "Eicar-Signature"}


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_scanning_twice_records_once() -> None:
    attachment = uploaded(sample("pdf") + EICAR)
    first = scan_attachment(attachment_id=attachment.pk, again=False)
    second = scan_attachment(attachment_id=attachment.pk, again=True)
    first()
    second()
    assert Entry.objects.filter(action="attachment_infected").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("no_clamd")
def test_while_the_scanner_is_away_a_file_waits_and_the_job_tries_again() -> None:
    attachment = uploaded()
    with pytest.raises(TryAgain, match="cannot be reached"):
        scanned(attachment)
    attachment.refresh_from_db()
    assert attachment.scan == Scan.WAITING
    assert "not been checked for viruses yet" in str(scanning.why_withheld(attachment))
    assert kinds.named("scan_attachment").attempts == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_a_file_that_was_removed_meanwhile_is_no_trouble() -> None:
    attachment = uploaded()
    case: Case = attachment.case
    removing.remove_attachment(
        case_id=case.pk,
        attachment_id=attachment.pk,
        acting=acting(case, "Rhys Responder", "remove_response"),
        now=clock.now(),
    )
    scan_attachment(attachment_id=attachment.pk, again=False)()
    assert not Attachment.objects.exists()
