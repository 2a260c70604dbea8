"""The page of a case: who sees which panels, and what it costs."""

from __future__ import annotations

import pytest

from tests.factories import FoiCase

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["unassigned", "awaiting_responder", "drafting", "awaiting_dispatch", "responded", "closed"])
def test_smoke(as_manager, state):
    case = FoiCase(state=state)
    r = as_manager.get(f"/cases/{case.pk}/")
    assert r.status_code == 200, r
    assert case.number in r.text
    r = as_manager.get(f"/cases/{case.pk}/why/")
    assert r.status_code == 200

@pytest.mark.parametrize("url", ["/cases/new/", "/cases/foi/new/", "edit", "delete", "links/new", "request-files/new", "pit-extension"])
def test_smoke2(as_manager, url):
    case = FoiCase(state="drafting")
    r = as_manager.get(url if url.startswith("/") else f"/cases/{case.pk}/{url}/")
    assert r.status_code == 200, r
def test_smoke3(as_manager, as_responder):
    case = FoiCase()
    r = as_manager.get(f"/cases/{case.pk}/assignments/new/?group=all")
    assert r.status_code == 200, r
    case = FoiCase(state="awaiting_responder")
    r = as_responder.get(f"/cases/{case.pk}/")
    assert r.status_code == 302, r
    r = as_responder.get(r.url)
    assert r.status_code == 200, r
    case = FoiCase(state="drafting")
    r = as_responder.get(f"/cases/{case.pk}/assignments/select/")
    assert r.status_code == 200, r
    a = case.assignments.get(role="responding")
    r = as_responder.get(f"/cases/{case.pk}/assignments/{a.pk}/reassign/")
    assert r.status_code == 200, r
    r = as_manager.get(f"/cases/{case.pk}/assignments/{a.pk}/move/?group=all")
    assert r.status_code == 200, r
