"""Invented cases are whole: each came by its workflow to where it stands, and passes every check."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from correspondence.audit import queries as audit
from correspondence.audit.models import Entry
from correspondence.caseload import search
from correspondence.cases.actions import closing
from correspondence.cases.actions.deadlines import working_of
from correspondence.cases.models import Assignment, Case, PitExtension, ReliedExemption, Seen, Transition
from correspondence.cases.models.history import MESSAGE
from correspondence.config.example import bulk, cases, requests
from correspondence.core import clock
from correspondence.core import settings as core_settings
from correspondence.core.clock import london_date
from correspondence.core.errors import Misconfigured
from correspondence.documents.models import Attachment
from correspondence.rulebook import closure, loader
from correspondence.rulebook.tables.base import COMPUTED
from tests.factories import FoiCase, person

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model

pytestmark = pytest.mark.django_db

SOME = 150


@pytest.fixture
def now() -> datetime:
    return clock.now()


def load(now: datetime, count: int = SOME, *, seed: int = 7) -> list[Case]:
    bulk.load(count, seed=seed, now=now)
    return list(Case.objects.order_by("pk"))


def histories() -> dict[int, list[Transition]]:
    found: dict[int, list[Transition]] = defaultdict(list)
    for transition in Transition.objects.order_by("case_id", "sort_key"):
        found[transition.case_id].append(transition)
    return found


def _rows(model: type[Model], *columns: str) -> list[tuple[object, ...]]:
    return list(model._default_manager.order_by("pk").values_list(*columns))  # noqa: SLF001 - whichever model


def digest() -> str:
    """Of all that was made, but for ids."""
    told = [
        _rows(Case, "number", "name", "subject", "message", "state", "workflow", "received_date"),
        _rows(Case, "final_deadline", "response_date", "version", "outcome", "last_transition_at"),
        _rows(Transition, "case__number", "event", "acting_user__email", "message", "created_at", "data"),
        _rows(Assignment, "case__number", "team__name", "user__email", "state"),
        _rows(ReliedExemption, "case__number", "code"),
        _rows(Seen, "case__number", "user__email", "sort_key"),
    ]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def test_every_history_follows_the_workflow_to_where_the_case_stands(now: datetime) -> None:
    made = load(now)
    told = histories()
    for case in made:
        tables, state, workflow = loader.edition(case.edition_id), "unassigned", ""
        for place, one in enumerate(told[case.pk], 1):
            assert one.sort_key == 20 * place
            assert one.from_state == state
            assert one.most_recent is (place == len(told[case.pk]))
            if one.event != "create":
                row = tables.workflow(case.case_type, workflow).entry(
                    role=one.acting_role, state=state, event=one.event
                )
                assert row is not None, (case.number, one.event, state, workflow)
                assert not (row.to or "").startswith(COMPUTED)
                assert (one.to_state, one.to_workflow) == (row.to or state, row.switch_workflow or workflow)
            state, workflow = one.to_state, one.to_workflow
        events = [one for one in told[case.pk] if one.event != MESSAGE]
        assert (case.state, case.workflow) == (state, workflow)
        assert case.version == len(events)
        assert case.last_transition_at == events[-1].created_at


def test_time_runs_forward_to_the_present_and_no_further(now: datetime) -> None:
    load(now)
    for history in histories().values():
        moments = [one.created_at for one in history]
        assert moments == sorted(moments)
        assert moments[-1] <= now
    for case in Case.objects.exclude(response_date=None):
        assert case.received_date <= (case.response_date or case.received_date) <= london_date(now)


def test_nothing_is_uploaded_while_the_sensitivity_window_is_open(now: datetime) -> None:
    load(now)
    uploads = Transition.objects.filter(event="add_responses").select_related("case")
    assert uploads
    for upload in uploads:
        assert london_date(upload.created_at) > upload.case.escalation_deadline


def test_deadlines_are_those_of_the_rulebook(now: datetime) -> None:
    made = load(now)
    for case in made:
        worked_out = working_of(case)
        assert worked_out.agrees, case.number
        assert worked_out.draft.date == case.draft_deadline
        assert worked_out.escalation.date == case.escalation_deadline
    assert any(case.pit_extended for case in made) == PitExtension.objects.exists()


def test_every_closure_could_have_been_entered(now: datetime) -> None:
    closed = [case for case in load(now) if case.is_closed]
    assert len(closed) > SOME // 2
    for case in closed:
        table, answers = loader.edition(case.edition_id).closure, closing.answers_of(case)
        assert not closure.faults(table, answers, case=closing.closing_case(case), today=london_date(now)), (
            case.number
        )
        assert (case.late_team is not None) is (
            case.response_date is not None and case.response_date > case.final_deadline
        )


def test_the_people_who_hold_a_case_are_those_of_its_history(now: datetime) -> None:
    load(now)
    for held in Assignment.objects.filter(role="responding", state="accepted").select_related("user", "team"):
        assert held.user is not None
        assert held.user.memberships.filter(team=held.team, role="responder").exists()
    for level in Assignment.objects.filter(role="approving", approved=True).select_related("user", "team"):
        assert level.case.transitions.filter(event="approve", acting_team=level.team).exists()


def test_the_audit_record_is_unbroken_and_complete(now: datetime) -> None:
    load(now)
    assert not list(audit.breaks())
    assert Entry.objects.filter(stream__startswith="case:").count() == Transition.objects.count()


def test_numbers_come_from_the_counters_of_all_cases(now: datetime) -> None:
    before = FoiCase()
    load(now)
    after = FoiCase()
    numbers = set(Case.objects.values_list("number", flat=True))
    assert len(numbers) == SOME + 2
    assert {before.number, after.number} <= numbers


def test_one_seed_makes_one_set_of_cases(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = []
    for seed, batch in ((7, 500), (7, 11), (8, 500)):
        monkeypatch.setattr(bulk, "BATCH", batch)
        with transaction.atomic():
            load(now, 40, seed=seed)
            digests.append(digest())
            transaction.set_rollback(True)
    assert digests[0] == digests[1] != digests[2]


def test_cases_are_added_to_those_that_are_there(now: datetime) -> None:
    bulk.load(10, seed=7, now=now)
    bulk.load(15, seed=7, now=now, first=10)
    assert Case.objects.count() == 15


def test_of_many_cases_few_are_open_and_of_few_enough(now: datetime) -> None:
    author = bulk.Author(seed=7, count=20_000, now=now)
    lives = [author.life(place) for place in range(400)]
    still_open = [life for life in lives if life.case.state != "closed"]
    assert 0.01 < len(still_open) / len(lives) < 0.06
    few = bulk.Author(seed=7, count=40, now=now)
    assert len({few.life(place).case.state for place in range(40)}) >= 4


def test_letters_have_common_and_rare_words(now: datetime) -> None:
    letters = [
        requests.request(requests.chance(1, place), received=london_date(now)) for place in range(4000)
    ]
    common = [one for one in letters if requests.COMMON_WORD in one.message.lower()]
    rare = [one for one in letters if requests.RARE_WORD in one.message]
    assert len(common) > 0.9 * len(letters)
    assert 0 < len(rare) < 10
    assert all(len(one.subject) <= requests.LONGEST_SUBJECT and "{" not in one.message for one in letters)
    assert all(one.email.endswith("@example.invalid") or one.postal_address for one in letters)


def test_it_is_refused_outside_a_demonstration(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    real = core_settings.current().model_copy(update={"demonstration": False})
    monkeypatch.setattr(core_settings, "_current", real)
    with pytest.raises(Misconfigured):
        bulk.load(1, seed=1, now=now)
    with pytest.raises(CommandError):
        call_command("load_demo", stdout=StringIO())
    assert not Case.objects.exists()


# --- the small demonstration ----------------------------------------------------------------------


def test_the_small_demonstration_has_every_state_and_what_can_be_tried() -> None:
    said = StringIO()
    call_command("load_demo", stdout=said)
    assert "There are 40 cases." in said.getvalue()
    assert Case.objects.count() == 40
    states = set(Case.objects.values_list("state", flat=True))
    assert states == {state.code for state in loader.current().states.states}
    assert set(Case.objects.values_list("workflow", flat=True)) == {"standard", "trigger", "full_approval"}
    assert Attachment.objects.filter(kind="request").exists()
    assert ReliedExemption.objects.filter(code="s43").exclude(public_interest_reasons="").exists()
    assert PitExtension.objects.exists()
    assert Case.objects.filter(case_type="foi_compliance_review", links__isnull=False).exists()
    assert not list(audit.breaks())


def test_loading_again_changes_nothing_and_more_adds_the_rest() -> None:
    call_command("load_demo", cases=3, stdout=StringIO())
    first = digest()
    call_command("load_demo", cases=3, stdout=StringIO())
    call_command("load_demo", cases=0, stdout=StringIO())
    assert digest() == first
    call_command("load_demo", cases=5, stdout=StringIO())
    assert Case.objects.count() == 5


def test_its_cases_are_found() -> None:
    cases.load(1)
    (case,) = search.matching("Petra Lindqvist", person("Bea Manager"))
    assert case.subject == "Waiting times at local offices"
