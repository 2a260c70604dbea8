"""The page of jobs, and starting one again."""

from __future__ import annotations

import pytest

from correspondence.audit.models import Entry
from correspondence.core import clock
from correspondence.jobs.models import Job, State
from tests.clients import form, signed_in

pytestmark = pytest.mark.django_db

OTHERS = ["Bea Manager", "Dora Disclosure", "Rhys Responder", "Tess Admin", "Nora Newcomer"]


def failed_job() -> Job:
    return Job.objects.create(
        kind="send_message",
        queue="quick",
        arguments={"message_id": 1},
        state=State.FAILED,
        attempts=10,
        last_error="<b>The provider said 400</b>",
        finished_at=clock.actual_now(),
    )


def test_an_administrator_sees_what_failed_and_starts_it_again() -> None:
    job = failed_job()
    client = signed_in("Adam System")
    page = client.get("/admin/jobs/").content.decode()
    assert "&lt;b&gt;The provider said 400&lt;/b&gt;" in page
    address = f"/admin/jobs/{job.pk}/restart/"
    assert address in page
    assert client.get(address).status_code == 200
    job.refresh_from_db()
    assert job.state == State.FAILED, "asking starts nothing"
    response = client.post(address, form(), follow=True)
    assert f"Job {job.pk} was started again." in response.content.decode()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.WAITING, 0)
    entry = Entry.objects.get(action="restart_job")
    assert (entry.actor_name, entry.subject) == ("Adam System", f"job:{job.pk}")


def test_a_second_click_gets_a_notice() -> None:
    job = failed_job()
    client = signed_in("Adam System")
    sent = form()
    client.post(f"/admin/jobs/{job.pk}/restart/", sent)
    response = client.post(f"/admin/jobs/{job.pk}/restart/", sent, follow=True)
    assert "already restarted" in response.content.decode()
    assert Entry.objects.filter(action="restart_job").count() == 1


def test_when_nothing_failed_the_page_says_so() -> None:
    assert "No job has failed." in signed_in("Adam System").get("/admin/jobs/").content.decode()


@pytest.mark.parametrize("name", OTHERS)
def test_jobs_are_for_administrators(name: str) -> None:
    job = failed_job()
    client = signed_in(name)
    assert client.get("/admin/jobs/").status_code == 403
    for method in (client.get, client.post):
        assert method(f"/admin/jobs/{job.pk}/restart/", form()).status_code == 403
    job.refresh_from_db()
    assert job.state == State.FAILED


def test_a_job_that_is_not_there() -> None:
    assert signed_in("Adam System").get("/admin/jobs/999999/restart/").status_code == 404
