"""A deployment tries the service out: with its own account, on its own case, seen by nobody else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from correspondence.caseload import queries as caseload
from correspondence.cases import access
from correspondence.cases.models import Case
from correspondence.core import clock
from correspondence.jobs import worker
from correspondence.jobs.models import Job
from correspondence.notifications import actions as notifications
from correspondence.notifications import provider
from correspondence.notifications.models import Message, Outcome
from correspondence.organisation import queries as organisation
from correspondence.organisation.models import Team, User

pytestmark = pytest.mark.django_db

CONTENT = rb"{\rtf1\ansi This is a smoke test.}"

HIDDEN = re.compile(r'name="(form_key|version|csrfmiddlewaretoken)"[^>]*value="([^"]*)"')


def prepared(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    call_command("prepare_smoke")
    told: dict[str, str] = json.loads(capsys.readouterr().out)
    return told


def signed_in(account: dict[str, str]) -> Client:
    client = Client()
    answer = client.post("/sign-in/", account)
    assert answer.status_code == 302
    return client


def hidden(answer: Any) -> dict[str, str]:
    return dict(HIDDEN.findall(answer.content.decode(), re.DOTALL))


def logged(client: Client) -> Case:
    today = clock.today()
    form = client.get("/cases/foi/new/")
    answer = client.post(
        "/cases/foi/new/",
        {
            **hidden(form),
            "case_type": "foi",
            "flag_for_disclosure": "no",
            "name": "Smoke Test",
            "email": "requester@example.invalid",
            "requester_type": "member_of_the_public",
            "received_date-day": str(today.day),
            "received_date-month": str(today.month),
            "received_date-year": str(today.year),
            "delivery_method": "sent_by_email",
            "message": "Does it work?",
            "subject": "Smoke test",
        },
    )
    assert answer.status_code == 302, re.findall(r"error-message.*?</p>", answer.content.decode(), re.DOTALL)
    return Case.objects.latest("pk")


def test_the_account_is_made_once_and_its_password_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    first = prepared(capsys)
    before = signed_in(first)
    assert before.get("/cases/open/").status_code == 200
    second = prepared(capsys)
    assert first["email"] == second["email"]
    assert first["password"] != second["password"]
    assert User.objects.filter(email=first["email"]).count() == 1
    assert Team.objects.filter(for_smoke_tests=True).count() == 3
    assert before.get("/cases/open/").status_code == 302
    assert Client().post("/sign-in/", first).status_code == 422
    signed_in(second)


def test_it_logs_uploads_downloads_and_deletes_even_where_there_are_no_teams(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Team.objects.update(code=None)
    client = signed_in(prepared(capsys))
    case = logged(client)
    assert case.for_smoke_tests
    assert client.get(f"/cases/{case.pk}/assignments/new/").status_code == 200

    form = client.get(f"/cases/{case.pk}/request-files/new/")
    file = SimpleUploadedFile("smoke.rtf", CONTENT, "application/rtf")
    answer = client.post(f"/cases/{case.pk}/request-files/new/", {**hidden(form), "documents": file})
    assert answer.status_code == 302, re.findall(r"error-message.*?</p>", answer.content.decode(), re.DOTALL)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    found = re.search(r'href="(/attachments/\d+/)"', page)
    assert found
    assert client.get(found[1]).getvalue() == CONTENT

    form = client.get(f"/cases/{case.pk}/delete/")
    answer = client.post(f"/cases/{case.pk}/delete/", {**hidden(form), "reason": "The smoke test is over."})
    assert answer.status_code == 302
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    assert not Message.objects.exists()


def test_nobody_else_sees_its_case_and_it_sees_no_other(
    capsys: pytest.CaptureFixture[str], as_manager: Client, as_disclosure: Client
) -> None:
    client = signed_in(prepared(capsys))
    case = logged(client)
    for other in (as_manager, as_disclosure):
        assert other.get(f"/cases/{case.pk}/").status_code == 404
        assert case.number not in other.get("/cases/open/").content.decode()
        assert case.number not in other.get("/search/", {"text": case.number}, follow=True).content.decode()
    bea = User.objects.get(full_name="Bea Manager")
    assert not caseload.open_cases(bea).filter(pk=case.pk).exists()
    assert logged(as_manager).number in as_manager.get("/cases/open/").content.decode()
    account = User.objects.get(email__startswith="smoke-tests")
    assert [one.pk for one in access.visible_to(account)] == [case.pk]


def test_its_unit_stands_in_no_list_of_teams(capsys: pytest.CaptureFixture[str], as_manager: Client) -> None:
    prepared(capsys)
    assert "Smoke tests" not in [team.name for team in organisation.business_groups()]
    assert "Smoke tests" not in as_manager.get("/teams/").content.decode()


VALUES = ("name", "number", "type", "subject", "received", "final_deadline")


@pytest.mark.parametrize("about", ["its account", "its case"])
def test_no_message_about_it_leaves_the_service(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, about: str
) -> None:
    account = prepared(capsys)
    case = logged(signed_in(account))

    def send(*_anything: object, **_more: object) -> str:
        raise AssertionError("The provider was given the message.")

    monkeypatch.setattr(provider, "send", send)
    message = notifications.enqueue(
        kind="case_closed",
        recipient_email=account["email"] if about == "its account" else "dora.disclosure@example.invalid",
        case_id=None if about == "its account" else case.pk,
        values=dict.fromkeys(VALUES, "x"),
    )
    job = Job.objects.get(unique_key=f"send_message:{message.pk}")
    worker.run(job.pk, job.queue)
    job.refresh_from_db()
    assert job.state == "done"
    assert [(one.outcome, one.provider_id) for one in message.deliveries.all()] == [(Outcome.WITHHELD, "")]
