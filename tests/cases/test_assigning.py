"""Who holds a case: units, people, and what happens when a person leaves a team."""

from __future__ import annotations

import pytest
from django.db import transaction

from correspondence.cases import access, queries, transitions
from correspondence.cases.actions import assigning
from correspondence.cases.models import AssignmentState, Case
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.notifications.models import Message
from correspondence.organisation.models import Role
from tests.factories import FoiCase, Person, acting, assign, fresh, person, responding_assignment, unit

pytestmark = pytest.mark.django_db


def recipients(case_id: int, kind: str) -> list[str]:
    return sorted(
        Message.objects.filter(case_id=case_id, kind=kind).values_list("recipient_email", flat=True)
    )


def test_a_unit_with_a_mailbox_is_told_there_and_one_without_person_by_person() -> None:
    first, second = FoiCase(), FoiCase()
    Person("Nadia Frost", unit="Unit B")
    assign(first, unit_name="Unit A")
    assign(second, unit_name="Unit B")
    assert recipients(first.pk, "new_assignment") == ["unit-a@example.invalid"]
    assert len(recipients(second.pk, "new_assignment")) >= 2
    assert person("Bob Responder").email in recipients(second.pk, "new_assignment")


def test_only_a_unit_that_answers_this_type_can_be_chosen() -> None:
    case = FoiCase()
    for team in (person("Dora Disclosure").approving_team, unit("Disclosure BMT")):
        assert team is not None
        with pytest.raises(Refused) as refusal:
            assigning.assign_responder(
                case_id=case.pk,
                team_id=team.pk,
                acting=acting(case, "Bea Manager", "assign_responder"),
                now=clock.now(),
            )
        assert refusal.value.field == "team"


def test_moving_a_closed_case_asks_and_tells_nobody() -> None:
    case = FoiCase(state="closed")
    before = Message.objects.count()
    assigning.assign_to_new_team(
        case_id=case.pk,
        team_id=unit("Unit B").pk,
        acting=acting(case, "Bea Manager", "assign_to_new_team"),
        now=clock.now(),
    )
    assert fresh(case).state == "closed"
    assert responding_assignment(case).state == AssignmentState.ACCEPTED
    assert Message.objects.count() == before


def test_handing_a_case_to_oneself_changes_nothing() -> None:
    case = FoiCase(state="drafting")
    with pytest.raises(Refused, match="No changes"):
        assigning.reassign_user(
            case_id=case.pk,
            assignment_id=responding_assignment(case).pk,
            user_id=person("Rhys Responder").pk,
            acting=acting(case, "Rhys Responder", "reassign_user"),
            now=clock.now(),
        )


def test_the_new_person_is_told_and_the_one_who_takes_a_case_over_is_not() -> None:
    case = FoiCase(state="drafting")
    held = responding_assignment(case)
    for who, to in (("Rhys Responder", "Rina Responder"), ("Rhys Responder", "Rhys Responder")):
        assigning.reassign_user(
            case_id=case.pk,
            assignment_id=held.pk,
            user_id=person(to).pk,
            acting=acting(fresh(case), who, "reassign_user"),
            now=clock.now(),
        )
    assert recipients(case.pk, "assigned_to_you") == [person("Rina Responder").email]


def test_a_person_who_leaves_gives_back_what_they_hold_for_that_team_only() -> None:
    leaver = Person("Nadia Frost", unit="Unit A")
    from_a = FoiCase(state="drafting", responder="Nadia Frost")
    Person("Olaf Stern", unit="Unit B")
    assigning_unit = unit("Unit B")
    leaver.memberships.create(team=assigning_unit, role=Role.RESPONDER)
    from_b = FoiCase(state="drafting", unit="Unit B", responder="Nadia Frost")
    sent = FoiCase(state="responded", responder="Nadia Frost")
    returned = assigning.remove_from_team(
        user_id=leaver.pk, team_id=unit("Unit A").pk, acting_user=person("Bea Manager"), now=clock.now()
    )
    assert returned == 1
    back = responding_assignment(from_a)
    assert (fresh(from_a).state, back.state, back.user) == ("awaiting_responder", "pending", None)
    assert from_a.transitions.filter(event="unassign_from_user", acting_user=person("Bea Manager")).exists()
    assert "unit-a@example.invalid" in recipients(from_a.pk, "new_assignment")
    assert (fresh(from_b).state, responding_assignment(from_b).user) == ("drafting", leaver)
    assert fresh(sent).state == "responded"
    leaver.refresh_from_db()
    assert leaver.is_active


def test_a_person_without_another_team_is_deactivated() -> None:
    leaver = Person("Nadia Frost", unit="Unit A")
    assigning.remove_from_team(
        user_id=leaver.pk, team_id=unit("Unit A").pk, acting_user=person("Bea Manager"), now=clock.now()
    )
    leaver.refresh_from_db()
    assert not leaver.is_active


def test_a_clearance_level_that_can_be_taken_on_again_waits_for_the_office() -> None:
    leaver = person("Dora Disclosure")
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    team = leaver.approving_team
    assert team is not None
    assigning.remove_from_team(
        user_id=leaver.pk, team_id=team.pk, acting_user=person("Bea Manager"), now=clock.now()
    )
    level = access.situation_of(case, None).level("DISCLOSURE")
    assert level is not None
    assert (level.state, level.user) == ("pending", None)
    acting(fresh(case), "Dan Disclosure", "accept_approver_assignment")


def test_a_level_that_nobody_could_take_on_again_goes_to_a_colleague_or_is_refused() -> None:
    leaver = person("Pete Press")
    case = FoiCase(state="pending_press_office_clearance", workflow="full_approval")
    office = leaver.approving_team
    assert office is not None

    def remove() -> None:
        assigning.remove_from_team(
            user_id=leaver.pk, team_id=office.pk, acting_user=person("Bea Manager"), now=clock.now()
        )

    leaver.memberships.exclude(team=office).delete()
    others = office.memberships.exclude(user=leaver)
    others.delete()
    with pytest.raises(Refused, match="Nobody else in Press Office"):
        remove()
    colleague = Person("Petra Ink", role=Role.APPROVER, unit="Press Office")
    remove()
    level = access.situation_of(case, None).level("PRESS-OFFICE")
    assert level is not None
    assert level.user == colleague


def test_a_responder_may_not_remove_people() -> None:
    with pytest.raises(Refused, match="manager"):
        assigning.remove_from_team(
            user_id=person("Rina Responder").pk,
            team_id=unit("Unit A").pk,
            acting_user=person("Rhys Responder"),
            now=clock.now(),
        )


def test_a_case_that_was_accepted_goes_to_another_unit_which_has_to_accept_it() -> None:
    case = FoiCase(state="drafting")
    held = responding_assignment(case)
    assigning.assign_to_new_team(
        case_id=case.pk,
        team_id=unit("Unit B").pk,
        acting=acting(case, "Bea Manager", "assign_to_new_team"),
        now=clock.now(),
    )
    now = responding_assignment(case)
    assert (now.pk, now.team, now.user, now.state) == (held.pk, unit("Unit B"), None, "pending")
    assert fresh(case).state == "awaiting_responder"
    assert access.why_not(fresh(case), person("Rhys Responder"), "accept_responder_assignment")
    with pytest.raises(Refused, match="already with Unit B"):
        assigning.assign_to_new_team(
            case_id=case.pk,
            team_id=unit("Unit B").pk,
            acting=acting(case, "Bea Manager", "assign_to_new_team"),
            now=clock.now(),
        )
    assigning.accept_responder_assignment(
        case_id=case.pk,
        assignment_id=now.pk,
        acting=acting(case, "Bob Responder", "accept_responder_assignment"),
        now=clock.now(),
    )
    assert responding_assignment(case).user == person("Bob Responder")


def test_a_case_that_was_rejected_is_assigned_again_to_the_same_unit_or_another() -> None:
    case = FoiCase(state="awaiting_responder")
    for team in ("Unit A", "Unit B"):
        rejected = responding_assignment(case)
        assigning.reject_responder_assignment(
            case_id=case.pk,
            assignment_id=rejected.pk,
            reason="Another unit looks after this.",
            acting=acting(case, "Rhys Responder", "reject_responder_assignment"),
            now=clock.now(),
        )
        assert fresh(case).state == "unassigned"
        assert access.situation_of(fresh(case), None).responding is None
        assign(case, unit_name=team)
        again = responding_assignment(case)
        assert (again.team, again.state) == (unit(team), "pending")
        with pytest.raises(Refused, match="no longer stands"):
            assigning.accept_responder_assignment(
                case_id=case.pk,
                assignment_id=rejected.pk,
                acting=acting(
                    case,
                    "Rhys Responder" if team == "Unit A" else "Bob Responder",
                    "accept_responder_assignment",
                ),
                now=clock.now(),
            )
    assert case.assignments.filter(state=AssignmentState.REJECTED).count() == 2


def reassign(case_id: int, assignment_id: int, *, by: str, to: str) -> None:
    case = Case.objects.get(pk=case_id)
    assigning.reassign_user(
        case_id=case_id,
        assignment_id=assignment_id,
        user_id=person(to).pk,
        acting=acting(case, by, "reassign_user"),
        now=clock.now(),
    )


def test_an_officer_hands_the_clearance_to_a_colleague_and_nothing_else() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    level = case.assignments.get(role="approving")
    reassign(case.pk, level.pk, by="Dora Disclosure", to="Dan Disclosure")
    level.refresh_from_db()
    assert level.user == person("Dan Disclosure")
    assert recipients(case.pk, "assigned_to_you") == [person("Dan Disclosure").email]
    with pytest.raises(Refused, match="Choose a member of Disclosure"):
        reassign(case.pk, level.pk, by="Dora Disclosure", to="Pete Press")
    with pytest.raises(Refused, match="Only members of Unit A"):
        reassign(case.pk, responding_assignment(case).pk, by="Dora Disclosure", to="Rina Responder")


def test_the_managing_part_of_a_case_is_handed_to_nobody() -> None:
    case = FoiCase(state="drafting")
    both = Person("Nadia Frost", unit="Unit A")
    both.memberships.create(team=unit("Disclosure BMT"), role=Role.MANAGER)
    managing = case.assignments.get(role="managing")
    with pytest.raises(Refused, match="no longer stands"):
        reassign(case.pk, managing.pk, by="Nadia Frost", to="Bea Manager")
    managing.refresh_from_db()
    assert managing.user is None


def test_the_system_acts_for_the_managing_team_and_passes_no_persons_test() -> None:
    case = FoiCase(state="awaiting_dispatch", workflow="trigger")
    system = access.system_acting(case)
    with transaction.atomic():
        written = transitions.apply(queries.locked(case.pk), "send_back", acting=system, now=clock.now())
    assert (written.acting_user, written.acting_team) == (None, unit("Disclosure BMT"))
    assert fresh(case).state == "drafting"
    with pytest.raises(Refused, match="not possible while"), transaction.atomic():
        transitions.apply(queries.locked(case.pk), "close", acting=system, now=clock.now())
