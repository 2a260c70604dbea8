"""Many people at once: numbers stay in sequence, and of two who do the same thing one is told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection, transaction

from correspondence.audit import queries as audit
from correspondence.cases import access, queries
from correspondence.cases.acting import FormStamp
from correspondence.cases.actions import assigning, creating, linking
from correspondence.cases.models import Case, Link, Transition
from correspondence.core import clock
from correspondence.core.errors import AlreadyDone, Refused
from tests.factories import FoiCase, Request, fresh, person, responding_assignment, unit

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


def at_once[T](*calls: Callable[[], T]) -> list[T | Exception]:
    """Run the calls side by side, each on a connection of its own, and give what each brought."""

    def one(call: Callable[[], T]) -> T | Exception:
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=16) as pool:
        return list(pool.map(one, calls))


def _create(stamp: FormStamp | None = None) -> Case:
    return creating.create_case(
        case_type="foi",
        details=Request(),
        flag_for_disclosure=False,
        request_files=0,
        user=person("Bea Manager"),
        now=clock.now(),
        stamp=stamp or FormStamp(uuid4()),
    )


def test_200_parallel_creations_give_200_numbers_in_sequence() -> None:
    made = at_once(*[_create] * 200)
    assert not [error for error in made if isinstance(error, Exception)]
    numbers = sorted(Case.objects.values_list("number", flat=True))
    today = clock.today()
    assert numbers == [f"{today:%y%m%d}{count:03d}" for count in range(1, 201)]
    assert list(audit.breaks()) == []


def test_a_creation_that_is_rolled_back_gives_its_number_back() -> None:
    key = uuid4()
    _create(FormStamp(key))
    with pytest.raises(AlreadyDone):
        _create(FormStamp(key))
    assert _create().number.endswith("002")


def test_one_form_sent_twice_at_once_makes_one_case() -> None:
    stamp = FormStamp(uuid4())
    made = at_once(*[lambda: _create(stamp)] * 4)
    assert len([case for case in made if isinstance(case, Case)]) == 1
    assert {type(error) for error in made if isinstance(error, Exception)} == {AlreadyDone}
    assert Case.objects.count() == 1


def test_of_two_people_who_accept_at_once_one_wins_and_one_is_told() -> None:
    case = FoiCase(state="awaiting_responder")
    assignment = responding_assignment(case)

    def accept(name: str) -> Case:
        return assigning.accept_responder_assignment(
            case_id=case.pk,
            assignment_id=assignment.pk,
            acting=access.acting_on(case, person(name), event="accept_responder_assignment"),
            now=clock.now(),
            stamp=FormStamp(uuid4(), case.version),
        )

    outcomes = at_once(lambda: accept("Rhys Responder"), lambda: accept("Rina Responder"))
    winners = [outcome for outcome in outcomes if isinstance(outcome, Case)]
    told = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert (len(winners), len(told)) == (1, 1)
    assert str(told[0])
    assert Transition.objects.filter(case=case, event="accept_responder_assignment").count() == 1
    assert fresh(case).state == "drafting"


def test_two_people_who_link_the_same_cases_from_both_sides_do_not_wait_for_one_another() -> None:
    one, other = FoiCase(), FoiCase()

    def link(case: Case, another: Case) -> Case:
        return linking.link_a_case(
            case_id=case.pk,
            number=another.number,
            user=person("Bea Manager"),
            acting=access.acting_on(case, person("Bea Manager"), event="link_a_case"),
            now=clock.now(),
        )

    outcomes = at_once(*[lambda: link(one, other), lambda: link(other, one)] * 4)
    linked = [outcome for outcome in outcomes if isinstance(outcome, Case)]
    assert len(linked) == 1
    assert {str(outcome) for outcome in outcomes if not isinstance(outcome, Case)} == {
        f"Case {one.number} is already linked.",
        f"Case {other.number} is already linked.",
    }
    assert Link.objects.count() == 2


def test_a_person_who_is_taken_out_of_a_team_in_the_middle_of_an_event_does_not_stop_it() -> None:
    case = FoiCase(state="drafting")
    rhys, rina = person("Rhys Responder"), person("Rina Responder")
    held, waits = Event(), Event()

    def hand_over() -> None:
        acting = access.acting_on(case, rhys, event="reassign_user")
        with transaction.atomic():
            queries.locked(case.pk)
            held.set()
            assert waits.wait(10)
            time.sleep(0.5)  # until the other one has asked for this case
            assigning.reassign_user(
                case_id=case.pk,
                assignment_id=responding_assignment(case).pk,
                user_id=rina.pk,
                acting=acting,
                now=clock.now(),
            )

    def take_out() -> int:
        assert held.wait(10)
        waits.set()
        return assigning.remove_from_team(
            user_id=rhys.pk,
            team_id=unit("Unit A").pk,
            acting_user=person("Bea Manager"),
            now=clock.now(),
        )

    assert at_once(hand_over, take_out) == [None, 0]
    # What he had already handed on stays with her.
    assert (fresh(case).state, responding_assignment(case).user) == ("drafting", rina)
    assert not rhys.memberships.exists()
