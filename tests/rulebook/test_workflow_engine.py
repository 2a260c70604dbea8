"""The engine answers as the tables say, and says why not."""

from __future__ import annotations

import itertools

import pytest

from correspondence.rulebook import matrix, permissions, workflow
from correspondence.rulebook.tables.base import ROLES
from correspondence.rulebook.tables.workflows import WORKFLOW_NAMES
from correspondence.rulebook.workflow import Move, Refusal
from tests.rulebook.shipped import Given, rulebook

MATRIX = matrix.rows(rulebook())
CELLS = {(row.workflow, row.role, row.state, row.event) for row in MATRIX}
CLOSED_CELLS = sorted(
    set(
        itertools.product(
            WORKFLOW_NAMES,
            ROLES,
            [state.code for state in rulebook().states.states],
            [event.code for event in rulebook().events.events],
        )
    )
    - CELLS
)


def ask(
    event: str,
    *,
    role: str = "manager",
    state: str = "drafting",
    name: str = "standard",
    holds: Given | None = None,
    follows: bool = False,
    case_type: str = "foi",
) -> Move | Refusal:
    tables = rulebook()
    return workflow.move_for(
        tables.bound,
        tables.current,
        case_type=case_type,
        workflow=name,
        state=state,
        role=role,
        event=event,
        holds=holds or Given(),
        follows=follows,
    )


def best(
    event: str, *roles: str, state: str, name: str = "standard", holds: Given | None = None
) -> Move | Refusal:
    tables = rulebook()
    return workflow.best_move(
        tables.bound,
        tables.current,
        case_type="foi",
        workflow=name,
        state=state,
        roles=roles,
        event=event,
        holds=holds or Given(),
    )


def all_moves(
    *roles: str, state: str, name: str = "standard", holds: Given | None = None
) -> tuple[Move, ...]:
    tables = rulebook()
    return workflow.moves(
        tables.bound,
        tables.current,
        case_type="foi",
        workflow=name,
        state=state,
        roles=roles,
        holds=holds or Given(),
    )


def cell_id(row: matrix.MatrixRow) -> str:
    return f"{row.workflow}-{row.role}-{row.state}-{row.event}"


@pytest.mark.parametrize("row", MATRIX, ids=cell_id)
def test_each_row_of_the_matrix_happens_when_its_facts_hold(row: matrix.MatrixRow) -> None:
    move = ask(row.event, role=row.role, state=row.state, name=row.workflow)
    assert isinstance(move, Move)
    assert (move.event, move.role) == (row.event, row.role)
    assert (move.to_state or "", move.switch_workflow or "") == (row.to_state, row.switch_workflow)
    assert ";".join(move.effects) == row.effects


@pytest.mark.parametrize("row", [row for row in MATRIX if row.conditions], ids=cell_id)
def test_each_row_is_refused_when_one_of_its_facts_fails(row: matrix.MatrixRow) -> None:
    for fact in row.conditions.split(";"):
        answer = ask(row.event, role=row.role, state=row.state, name=row.workflow, holds=Given(fact))
        assert answer == Refusal("fact", f"{fact} does not hold.", fact)


def test_whatever_has_no_row_is_refused_without_asking_any_fact() -> None:
    assert len(CLOSED_CELLS) > 2000
    for name, role, state, event in CLOSED_CELLS:
        holds = Given()
        answer = ask(event, role=role, state=state, name=name, holds=holds)
        assert isinstance(answer, Refusal)
        assert answer.reason in ("no_such_event", "wrong_state", "wrong_role")
        assert answer.words.endswith(".")
        assert holds.asked == []


GUARDED = [
    (guard, fact, row)
    for guard in rulebook().permissions.guards
    for fact in guard.when
    for row in MATRIX
    if guard.counts_for(event=row.event, workflow=row.workflow, role=row.role, state=row.state)
    and fact not in row.conditions.split(";")
]


@pytest.mark.parametrize(
    ("fact", "row"), [(f, r) for _, f, r in GUARDED], ids=lambda v: v if isinstance(v, str) else cell_id(v)
)
def test_each_guard_refuses_after_the_row_said_yes(fact: str, row: matrix.MatrixRow) -> None:
    holds = Given(fact)
    answer = ask(row.event, role=row.role, state=row.state, name=row.workflow, holds=holds)
    assert answer == Refusal("guard", f"{fact} does not hold.", fact)
    asked_by_row = [name for name in row.conditions.split(";") if name]
    assert holds.asked[: len(asked_by_row)] == asked_by_row


def test_every_guard_was_tried() -> None:
    tried = {(id(guard), fact) for guard, fact, _ in GUARDED}
    spoken_for_by_rows = {"user_shares_team_with_accepted_assignee"}
    for guard in rulebook().permissions.guards:
        for fact in guard.when:
            assert (id(guard), fact) in tried or fact in spoken_for_by_rows


@pytest.mark.parametrize(
    ("event", "asked", "refusal"),
    [
        (
            "close",
            {"role": "manager", "state": "drafting"},
            Refusal(
                "wrong_state",
                "“Close case” is not possible while the case is “Draft in progress”, "
                "only while it is “Ready to close”.",
            ),
        ),
        (
            "close",
            {"role": "responder", "state": "responded"},
            Refusal("wrong_role", "“Close case” is for a manager while the case is “Ready to close”."),
        ),
        (
            "add_responses",
            {"role": "manager", "state": "drafting"},
            Refusal(
                "wrong_role", "“Upload response” is for a responder while the case is “Draft in progress”."
            ),
        ),
        (
            "flag_for_clearance",
            {"role": "responder", "state": "drafting"},
            Refusal(
                "wrong_role",
                "“Flag for Disclosure” is for a manager or approver while the case is “Draft in progress”.",
            ),
        ),
        (
            "approve",
            {"role": "approver", "state": "drafting"},
            Refusal("no_such_event", "“Clear response” does not exist at this case's level of clearance."),
        ),
        (
            "request_amends",
            {"role": "approver", "state": "pending_dacu_clearance", "name": "full_approval"},
            Refusal(
                "wrong_state",
                "“Request amends” is not possible while the case is “Pending clearance by Disclosure”, "
                "only while it is “Pending clearance by Press Office” or "
                "“Pending clearance by Private Office”.",
            ),
        ),
        (
            "extend_for_pit",
            {"role": "manager", "state": "unassigned", "name": "trigger"},
            Refusal(
                "wrong_state",
                "“Extend for PIT” is not possible while the case is “Needs reassigning”, only while it is "
                "“Draft in progress”, “Pending clearance by Disclosure” or “Ready to send”.",
            ),
        ),
    ],
)
def test_why_not(event: str, asked: dict[str, str], refusal: Refusal) -> None:
    assert ask(event, role=asked["role"], state=asked["state"], name=asked.get("name", "standard")) == refusal


def test_the_first_fact_that_fails_is_told() -> None:
    holds = Given("escalation_window_over", "user_in_responding_team")
    answer = ask("add_responses", role="responder", holds=holds)
    assert isinstance(answer, Refusal)
    assert answer.missing == "user_in_responding_team"
    assert holds.asked == ["user_in_responding_team"]


class TestWhatFollows:
    """An event that follows from another is asked about the case alone."""

    persons = frozenset({"users_approving_team_not_on_case", "user_in_press_or_private_office"})

    def test_facts_about_the_person_are_not_asked(self) -> None:
        holds = Given(*self.persons, persons=self.persons)
        for follows, answer in ((True, Move), (False, Refusal)):
            given = ask(
                "take_on_for_approval",
                role="approver",
                state="awaiting_dispatch",
                name="full_approval",
                holds=holds,
                follows=follows,
            )
            assert isinstance(given, answer)
            assert bool(holds.asked) is not follows

    def test_facts_about_the_case_are(self) -> None:
        holds = Given("escalation_window_over", persons=frozenset({"user_in_responding_team"}))
        answer = ask("add_responses", role="responder", holds=holds, follows=True)
        assert isinstance(answer, Refusal)
        assert answer.missing == "escalation_window_over"

    def test_the_state_is(self) -> None:
        answer = ask("take_on_for_approval", role="approver", state="closed", follows=True)
        assert isinstance(answer, Refusal)
        assert answer.reason == "wrong_state"


class TestSeveralRoles:
    def test_the_highest_role_that_may_acts(self) -> None:
        move = best("add_message_to_case", "responder", "approver", "manager", state="drafting")
        assert isinstance(move, Move)
        assert move.role == "manager"

    def test_a_lower_role_acts_when_the_higher_may_not(self) -> None:
        move = best("add_responses", "manager", "responder", state="drafting")
        assert isinstance(move, Move)
        assert move.role == "responder"

    def test_the_nearest_refusal_is_told(self) -> None:
        answer = best(
            "add_responses", "manager", "responder", state="drafting", holds=Given("escalation_window_over")
        )
        assert answer == Refusal("fact", "escalation_window_over does not hold.", "escalation_window_over")

    def test_nobody_in_particular_is_told_who_may(self) -> None:
        answer = best("close", state="responded")
        assert answer == Refusal(
            "wrong_role", "“Close case” is for a manager while the case is “Ready to close”."
        )

    def test_roles_that_act_on_no_case_count_for_nothing(self) -> None:
        answer = best("close", "team_admin", "admin", state="responded")
        assert isinstance(answer, Refusal)


class TestMoves:
    def test_each_event_is_there_once_in_the_order_of_the_pages(self) -> None:
        order = [event.code for event in rulebook().events.events]
        for name, state in sorted({(row.workflow, row.state) for row in MATRIX}):
            events = [move.event for move in all_moves(*ROLES, state=state, name=name)]
            assert events == sorted(set(events), key=order.index)
            assert set(events) == {r.event for r in MATRIX if (r.workflow, r.state) == (name, state)}

    def test_only_what_holds_is_there(self) -> None:
        events = {
            move.event
            for move in all_moves("responder", state="drafting", holds=Given("user_in_responding_team"))
        }
        assert "add_responses" not in events
        assert "link_a_case" in events

    @pytest.mark.parametrize(
        ("event", "role", "state", "name"),
        [
            ("unflag_for_clearance", "responder", "awaiting_dispatch", "trigger"),
            ("remove_response", "approver", "drafting", "full_approval"),
            ("remove_response", "approver", "awaiting_dispatch", "full_approval"),
            ("execute_request_amends", "approver", "pending_press_office_clearance", "full_approval"),
            ("upload_responses", "responder", "drafting", "trigger"),
            ("remove_last_response", "responder", "awaiting_dispatch", "trigger"),
        ],
    )
    def test_what_no_page_offers_is_still_answered(
        self, event: str, role: str, state: str, name: str
    ) -> None:
        move = next(move for move in all_moves(role, state=state, name=name) if move.event == event)
        assert not move.offered

    def test_an_event_is_offered_when_one_of_the_roles_is(self) -> None:
        moves = all_moves("approver", "responder", state="awaiting_dispatch", name="full_approval")
        move = next(move for move in moves if move.event == "remove_response")
        assert (move.role, move.offered) == ("responder", True)

    def test_the_same_answer_as_for_one_event(self) -> None:
        for move in all_moves(*ROLES, state="awaiting_dispatch", name="full_approval"):
            answer = best(move.event, *ROLES, state="awaiting_dispatch", name="full_approval")
            assert isinstance(answer, Move)
            assert answer.event == move.event


@pytest.mark.parametrize(
    ("target", "value"),
    [(None, None), ("closed", "closed"), ("computed:a_rule", "what a_rule says")],
)
def test_a_target_is_resolved_by_its_rule(target: str | None, value: str | None) -> None:
    assert workflow.resolved(target, lambda name: f"what {name} says") == value


def test_reviews_follow_the_workflows_of_a_request() -> None:
    assert ask("close", state="responded", case_type="foi_timeliness_review") == ask(
        "close", state="responded"
    )


class TestPermissions:
    def refusal(self, action: str, *roles: str, holds: Given | None = None) -> Refusal | None:
        return permissions.refusal(rulebook().current, action, roles=roles, holds=holds or Given())

    @pytest.mark.parametrize(
        ("action", "allowed"),
        [
            ("create_case", {"manager"}),
            ("see_case", {"manager", "approver", "responder"}),
            ("see_case_lists", {"manager", "approver", "responder"}),
            ("see_new_cases", {"approver"}),
            ("upload_request_files", {"manager"}),
            ("remove_request_file", {"manager"}),
            ("see_all_teams", {"manager"}),
            ("see_own_teams", {"manager", "approver", "responder", "team_admin", "admin"}),
            ("remove_user", {"manager", "team_admin"}),
            ("see_policy", {"manager", "approver", "responder", "team_admin", "admin"}),
            ("see_jobs", {"admin"}),
            ("restart_job", {"admin"}),
        ],
    )
    def test_roles(self, action: str, allowed: set[str]) -> None:
        everyone = ("manager", "approver", "responder", "team_admin", "admin")
        assert {role for role in everyone if self.refusal(action, role) is None} == allowed

    def test_who_may_is_told(self) -> None:
        assert self.refusal("create_case", "responder") == Refusal(
            "wrong_role", "Only a manager may log a request."
        )
        assert self.refusal("remove_user") == Refusal(
            "wrong_role", "Only a manager or a team administrator may remove a person from a team."
        )

    def test_one_way_of_several_is_enough(self) -> None:
        assert self.refusal("see_response_files", holds=Given("case_is_flagged")) is None
        neither = Given("case_is_flagged", "case_has_been_responded")
        assert self.refusal("see_response_files", holds=neither) is None
        nothing = Given("case_is_flagged", "user_in_responding_team", "case_has_been_responded")
        answer = self.refusal("see_response_files", "manager", holds=nothing)
        assert answer == Refusal("fact", "case_is_flagged does not hold.", "case_is_flagged")

    def test_a_responder_sees_the_cases_of_the_unit(self) -> None:
        stranger = Given("user_in_team_on_case")
        assert self.refusal("see_case", "manager", holds=stranger) is None
        answer = self.refusal("see_case", "responder", holds=stranger)
        assert answer == Refusal("fact", "user_in_team_on_case does not hold.", "user_in_team_on_case")

    def test_an_unknown_action_is_a_defect(self) -> None:
        with pytest.raises(KeyError, match="fly"):
            self.refusal("fly")
