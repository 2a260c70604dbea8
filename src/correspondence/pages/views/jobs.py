"""The jobs: how the queues stand, what failed, and starting it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from correspondence.cases.access import why_not_permitted
from correspondence.core.errors import Refused
from correspondence.jobs import actions, queries
from correspondence.jobs.models import Job
from correspondence.pages import notices
from correspondence.pages.forms.base import Form
from correspondence.pages.render import form_page, page
from correspondence.pages.signed_in import signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FAILED_SHOWN = 100


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """How the queues stand, and the jobs that failed for good."""
    if why_not_permitted(signed_in(request), "see_jobs"):
        raise PermissionDenied
    failed = list(queries.failed()[: FAILED_SHOWN + 1])
    context = {
        "queues": queries.overview(),
        "at_most": queries.COUNTED_UP_TO,
        "failed": failed[:FAILED_SHOWN],
        "shown": FAILED_SHOWN,
        "more": len(failed) > FAILED_SHOWN,
    }
    return page(request, "jobs/jobs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def restart_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask whether to start a failed job again, and do it. Who did is in the audit record."""
    person = signed_in(request)
    if why_not_permitted(person, "restart_job"):
        raise PermissionDenied
    job = get_object_or_404(Job, pk=job_id)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.restart_job(job.pk, actor_id=person.pk, actor_name=person.full_name)
        except Refused as refusal:
            notices.alert(request, str(refusal))
        else:
            notices.success(request, f"Job {job.pk} was started again.")
        return redirect("jobs")
    return form_page(request, "jobs/restart.html", form, {"job": job, "cancel": reverse("jobs")})
