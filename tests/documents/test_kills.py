"""A server killed in the middle of an upload leaves no half state: no row, and strays that are swept."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from correspondence.cases.acting import FormStamp
from correspondence.cases.models import Transition
from correspondence.core import clock
from correspondence.documents.actions import downloading, housekeeping, uploading
from correspondence.documents.models import Attachment
from correspondence.jobs.models import Job
from tests.documents.uploads import Sent, folder, objects
from tests.factories import FoiCase, acting, fresh, person

if TYPE_CHECKING:
    from correspondence.cases.models import Case

ROOT = Path(__file__).resolve().parents[2]
RESPONDER = "Rhys Responder"
UPLOADING = """
import sys, django
django.setup()
from tests.documents.killed_upload import upload
upload(*sys.argv[1:])
"""


def killed_while(place: str, case: Case) -> None:
    """Start the upload, wait until it is there, and kill it as a power cut would."""
    database = connection.settings_dict
    address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "correspondence.config.settings",
        "DATABASE_URL": address,
        "DOCUMENT_STORE": str(folder()),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }
    command = [sys.executable, "-c", UPLOADING, str(case.pk), RESPONDER, place]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "here\n"
        finally:
            process.kill()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "left"),
    [("storing", {"", ".part"}), ("committing", {""})],
)
def test_killed_in_the_middle_of_an_upload(place: str, left: set[str]) -> None:
    case = FoiCase(state="drafting")
    events = Transition.objects.count()
    killed_while(place, case)

    assert not Attachment.objects.exists()
    assert not Job.objects.filter(kind="scan_attachment").exists()
    assert fresh(case).state == "drafting"
    assert Transition.objects.count() == events
    assert len(objects()) == 2
    assert {path.suffix for path in objects()} == left

    # Nothing stands in the way of the next attempt, and the strays go without what was kept.
    uploading.add_responses(
        case_id=case.pk,
        files=[Sent("Answer.pdf")],
        message="",
        acting=acting(case, RESPONDER, "add_responses"),
        now=clock.now(),
        stamp=FormStamp(uuid4(), case.version),
    )
    assert housekeeping.sweep_stray_objects(now=clock.actual_now() + timedelta(hours=25)) == 2
    (kept,) = objects()
    attachment = Attachment.objects.get(case=case)
    assert kept.name == attachment.storage_key
    assert b"".join(downloading.download(attachment, user=person(RESPONDER)).pieces).startswith(b"%PDF")
