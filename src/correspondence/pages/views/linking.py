"""Links between cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect

from correspondence.cases import queries
from correspondence.cases.actions import linking
from correspondence.core import clock
from correspondence.pages.acting import carry_out, case_for, closed_way, get_or_post, sent_before
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.linking import LinkCase
from correspondence.pages.people import person
from correspondence.pages.presenting.words import caption
from correspondence.pages.render import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@get_or_post
def link_a_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Link a case to a related one, by its number."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "link_a_case"):
        return elsewhere
    form = LinkCase(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        "link_a_case",
        lambda acting, stamp: linking.link_a_case(
            case_id=case.pk,
            number=form.cleaned_data["number"],
            user=person(request),
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said=lambda: f"Case {form.cleaned_data['number']} was linked to this case.",
    ):
        return done
    return form_page(
        request, "linking/link_a_case.html", form, {"case_id": case.pk, "caption": caption(case)}
    )


@get_or_post
def remove_linked_case(request: HttpRequest, pk: int, linked_case_id: int) -> HttpResponse:
    """Remove the link between two cases, after a confirmation."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "remove_linked_case"):
        return elsewhere
    link = queries.links(case).filter(linked_case=linked_case_id).first()
    if link is None:
        if sent_before(request, case.pk, "remove_linked_case"):
            return redirect("case", case.pk)
        raise Http404
    form = Form(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        "remove_linked_case",
        lambda acting, stamp: linking.remove_linked_case(
            case_id=case.pk, linked_case_id=linked_case_id, acting=acting, now=clock.now(), stamp=stamp
        ),
        said=f"The link to case {link.linked_case.number} was removed.",
    ):
        return done
    context = {"case_id": case.pk, "caption": caption(case), "number": link.linked_case.number}
    return form_page(request, "linking/remove_linked_case.html", form, context)
