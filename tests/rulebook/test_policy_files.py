"""What is refused when policy tables are read, each with its file, line and reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from correspondence.rulebook import reading
from correspondence.rulebook.files import PolicyError, Problem
from correspondence.rulebook.tables.case_types import CaseTypes
from tests.rulebook.shipped import SpoiltPolicy, rulebook

if TYPE_CHECKING:
    from pathlib import Path

TRIGGER = "workflows/foi_trigger.yaml"
STANDARD = "workflows/foi_standard.yaml"


@pytest.fixture
def spoilt(tmp_path: Path) -> SpoiltPolicy:
    return SpoiltPolicy(tmp_path)


def problems(policy: SpoiltPolicy) -> list[Problem]:
    with pytest.raises(PolicyError) as refused:
        reading.load(policy.folder)
    assert str(refused.value) == "\n".join(str(problem) for problem in refused.value.problems)
    return list(refused.value.problems)


def test_the_shipped_policy_is_in_order() -> None:
    tables = rulebook()
    assert [(w.case_type, w.workflow) for w in tables.workflows] == [
        ("foi", "standard"),
        ("foi", "trigger"),
        ("foi", "full_approval"),
    ]
    assert [row.code for row in tables.case_types.case_types] == [
        "foi",
        "foi_timeliness_review",
        "foi_compliance_review",
    ]
    assert tables.bound.clock("foi").kind == "statutory"
    assert tables.bound.clock("foi_compliance_review").kind == "target"
    assert [row.code for row in tables.requesters.delivery_methods] == ["sent_by_email", "sent_by_post"]


# file, words to exchange, new words, lines below the first of them at which the fault stands, the reason.
FAULTS = {
    "unknown role": (TRIGGER, "by: [manager]", "by: [director]", 0, "by: Input should be 'manager'"),
    "unknown state": (TRIGGER, "in: [responded]", "in: [answered]", 0, "unknown state answered"),
    "unknown target": (TRIGGER, "to: responded", "to: answered", 0, "unknown state answered"),
    "unknown event": (TRIGGER, "event: close ", "event: shut ", 0, "unknown event shut"),
    "unknown workflow to switch to": (
        STANDARD,
        "switch_workflow: trigger",
        "switch_workflow: urgent",
        0,
        "unknown workflow urgent",
    ),
    "misspelt column": (TRIGGER, "    when: [", "    if: [", 0, "if: Extra inputs are not permitted"),
    "an expression for a name": (
        TRIGGER,
        "when: [has_pit_extension]",
        'when: ["not has_pit_extension"]',
        0,
        "when: String should match pattern",
    ),
    "one cell twice": (
        TRIGGER,
        "  - event: send_back\n    by: [approver]",
        "  - event: send_back\n    by: [manager]",
        None,
        "send_back by manager in awaiting_dispatch is there twice",
    ),
    "no initial state of that name": (TRIGGER, "initial: unassigned", "initial: new", 0, "unknown state new"),
    "a file under another workflow's name": (
        TRIGGER,
        "workflow: trigger",
        "workflow: full_approval",
        0,
        "this workflow belongs in workflows/foi_full_approval.yaml",
    ),
    "end that cannot be reached": (STANDARD, "    to: closed\n", "", None, "closed cannot be reached"),
    "state that cannot be reached": (
        "workflows/foi_full_approval.yaml",
        "    to: pending_private_office_clearance\n",
        "",
        None,
        "pending_private_office_clearance cannot be reached",
    ),
    "state in which nothing can be done": (
        STANDARD,
        "    to: responded\n",
        "    to: pending_dacu_clearance\n",
        0,
        "pending_dacu_clearance is not final but cannot be left",
    ),
    "clock without a source": (
        "clocks.yaml",
        "    source: FOIA 2000 s.10(1), s.10(3) and s.10(6)\n",
        "",
        None,
        "source: Field required",
    ),
    "clock with an empty source": (
        "clocks.yaml",
        "source: FOIA 2000 s.10(1), s.10(3) and s.10(6)",
        'source: " "',
        0,
        "source: String should have at least 1 character",
    ),
    "limit without a source": (
        "clocks.yaml",
        "      source: FOIA 2000 s.10(1)\n",
        "",
        None,
        "source: Field required",
    ),
    "unknown division": (
        "clocks.yaml",
        "scotland",
        "wales",
        0,
        "holidays: Input should be 'england-and-wales'",
    ),
    "no days": ("clocks.yaml", "working_days: 20\n", "working_days: 0\n", 0, "greater than or equal to 1"),
    "unknown clock": ("case_types.yaml", "clock: foi\n", "clock: sar\n", 0, "unknown clock sar"),
    "unknown related type": (
        "case_types.yaml",
        "links: [foi, ",
        "links: [sar, ",
        0,
        "unknown case type sar",
    ),
    "unknown workflow": (
        "case_types.yaml",
        "machine: foi",
        "machine: sar",
        1,
        "there is no workflow sar standard",
    ),
    "unknown initial state": (
        "case_types.yaml",
        "initial_state: unassigned",
        "initial_state: new",
        0,
        "unknown state new",
    ),
    "flagged in the workflow without clearance": (
        "case_types.yaml",
        "initial_workflow: trigger",
        "initial_workflow: standard",
        0,
        "a case always flagged cannot begin here",
    ),
    "one code twice": (
        "closure.yaml",
        "code: s14_2",
        "code: s14_1",
        0,
        "code: s14_1 is there twice",
    ),
    "no such kind of exemption": (
        "closure.yaml",
        "    kind: absolute",
        "    kind: certain",
        0,
        "kind: Input should be 'absolute' or 'qualified'",
    ),
    "event that no workflow has": (
        "events.yaml",
        "  - code: create\n",
        "  - code: dream\n    label: Dreamt of\n    offered_to: []\n    meaning: Nothing.\n    source: none\n"
        "  - code: create\n",
        0,
        "no workflow has the event dream",
    ),
    "guard of an unknown event": (
        "permissions.yaml",
        "event: [respond]",
        "event: [answer]",
        0,
        "unknown event answer",
    ),
    "guard where the event never is": (
        "permissions.yaml",
        "event: [respond]\n",
        "event: [respond]\n    in: [drafting]\n",
        0,
        "respond never happens where this guard counts",
    ),
    "guard in an unknown state": (
        "permissions.yaml",
        "event: [respond]\n",
        "event: [respond]\n    in: [awaiting_dispatch, lost]\n",
        1,
        "unknown state lost",
    ),
    "guard that asks nothing": (
        "permissions.yaml",
        "when: [response_file_exists]",
        "when: []",
        0,
        "when: Tuple should have at least 1 item",
    ),
    "departure from a row that is not there": (
        "departures.csv",
        "approver,pending_dacu_clearance,approve_and_bypass",
        "approver,drafting,approve_and_bypass",
        0,
        "no workflow has this row",
    ),
    "departure that the workflow does not make": (
        "departures.csv",
        "email_responder_ready_to_send",
        "email_responder_redraft_requested",
        0,
        "effects is 'email_responder_ready_to_send' in the workflow, not 'email_responder_redraft_requested'",
    ),
    "departure that drops what is there": (
        "departures.csv",
        "changed,foi,full_approval,approver,pending_dacu_clearance,approve_and_bypass,effects,,"
        "email_responder_ready_to_send",
        "dropped,foi,full_approval,approver,pending_dacu_clearance,approve_and_bypass,effects,"
        "email_responder_ready_to_send,",
        0,
        "this row is said to be dropped and is still there",
    ),
    "departure that changes nothing": (
        "departures.csv",
        "remove_response,to_state,computed:state_after_response_removed,,",
        "remove_response,to_state,,,",
        0,
        "changes nothing: old and new are the same",
    ),
    "departure of no kind": (
        "departures.csv",
        "added,foi",
        "invented,foi",
        0,
        "change: Input should be 'added'",
    ),
    "columns missing": (
        "departures.csv",
        ",conditions,,",
        ",conditions,",
        0,
        "9 columns where the heading has 10",
    ),
    "holiday that is no date": (
        "bank_holidays.csv",
        "2012-01-02",
        "2012-02-30",
        0,
        "date: Input should be a valid date",
    ),
    "holiday without a source": (
        "bank_holidays.csv",
        "scotland,Banking and Financial Dealings Act 1971 s.1 and Sch.1",
        "scotland,",
        0,
        "source: String should have at least 1 character",
    ),
    "one key twice": (
        TRIGGER,
        "    to: responded\n",
        "    to: responded\n    to: drafting\n",
        1,
        "to is there twice",
    ),
    "not YAML": ("states.yaml", "  - code: drafting", "  - code: [drafting", None, "this is not YAML"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_file_line_and_reason(name: str, spoilt: SpoiltPolicy) -> None:
    file, old, new, below, reason = FAULTS[name]
    began = spoilt.exchange(file, old, new)
    found = [problem for problem in problems(spoilt) if problem.file == file and reason in problem.reason]
    assert found, problems(spoilt)
    if below is not None:
        assert found[0].line == began + below
    text = (spoilt.folder / file).read_text(encoding="utf-8").splitlines()
    assert 1 <= found[0].line <= len(text)
    assert re.fullmatch(rf"{re.escape(file)}:\d+: .+", str(found[0]))


def test_all_faults_of_all_files_are_told_at_once(spoilt: SpoiltPolicy) -> None:
    spoilt.exchange("clocks.yaml", "    kind: statutory", "    kind: divine")
    spoilt.exchange(TRIGGER, "by: [manager]", "by: [director]")
    spoilt.exchange("bank_holidays.csv", "2012-01-02", "no day")
    assert {problem.file for problem in problems(spoilt)} == {"clocks.yaml", TRIGGER, "bank_holidays.csv"}


WORKFLOWS = (STANDARD, TRIGGER, "workflows/foi_full_approval.yaml")


def test_a_state_that_is_not_final_must_lead_to_an_end(spoilt: SpoiltPolicy) -> None:
    for file in WORKFLOWS:
        spoilt.exchange(file, "    to: closed\n", "")
    told = [(problem.file, problem.reason) for problem in problems(spoilt)]
    for file in WORKFLOWS:
        assert (file, "closed cannot be reached") in told
        assert (file, "responded is not final but cannot be left") in told
        assert (file, "drafting is not final but cannot be left") in told


def test_a_state_is_not_left_by_a_rule_alone(spoilt: SpoiltPolicy) -> None:
    """What a rule works out may be the state itself: a plain way out must be there too."""
    for file in WORKFLOWS:
        spoilt.exchange(file, "    to: closed\n", "    to: computed:state_after_response_removed\n")
    told = [(problem.file, problem.reason) for problem in problems(spoilt)]
    assert (STANDARD, "responded is not final but cannot be left") in told


def test_a_machine_that_no_case_type_follows_is_refused(spoilt: SpoiltPolicy) -> None:
    line = spoilt.exchange(TRIGGER, "case_type: foi", "case_type: eir")
    (spoilt.folder / TRIGGER).rename(spoilt.folder / "workflows/eir_trigger.yaml")
    problem = Problem("workflows/eir_trigger.yaml", line, "no case type follows eir")
    assert problem in problems(spoilt)


def test_a_number_for_a_date_that_never_was_is_told(spoilt: SpoiltPolicy) -> None:
    spoilt.exchange("closure.yaml", "old_rules_until: 2017-11-07", "old_rules_until: 2017-13-07")
    (problem,) = problems(spoilt)
    assert (problem.file, problem.reason) == ("closure.yaml", "this is not YAML: month must be in 1..12")


def test_two_documents_in_one_file_are_refused(spoilt: SpoiltPolicy) -> None:
    spoilt.exchange("states.yaml", "states:\n", "a: 1\n---\nstates:\n")
    (problem,) = problems(spoilt)
    assert problem.file == "states.yaml"
    assert "this is not YAML" in problem.reason


@pytest.mark.parametrize("file", ["clocks.yaml", "bank_holidays.csv", "permissions.yaml"])
def test_a_missing_file_is_told(file: str, spoilt: SpoiltPolicy) -> None:
    (spoilt.folder / file).unlink()
    (problem,) = problems(spoilt)
    assert problem.file == file
    assert problem.reason.startswith("there is no such file in ")


@pytest.mark.parametrize("file", ["clocks.yaml", "bank_holidays.csv"])
def test_an_empty_file_is_told(file: str, spoilt: SpoiltPolicy) -> None:
    (spoilt.folder / file).write_text("# nothing\n", encoding="utf-8")
    (problem,) = problems(spoilt)
    assert (problem.file, problem.reason) == (file, "the file is empty")


def test_a_file_that_is_no_text_is_told(spoilt: SpoiltPolicy) -> None:
    (spoilt.folder / "clocks.yaml").write_bytes(b"\xff\xfe\x00")
    (problem,) = problems(spoilt)
    assert problem.reason == "this is not UTF-8 text"


def test_a_folder_without_workflows_is_refused(spoilt: SpoiltPolicy) -> None:
    for path in (spoilt.folder / "workflows").iterdir():
        path.unlink()
    assert any("there is no workflow foi standard" in problem.reason for problem in problems(spoilt))


def test_rows_are_fixed_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        rulebook().case_types.case_types[0].label = "Freedom"  # type: ignore[misc]  # that it cannot be set is the point


def test_every_file_says_how_to_read_it() -> None:
    files = [
        *reading.SHIPPED.glob("*.yaml"),
        *reading.SHIPPED.glob("*.csv"),
        *reading.SHIPPED.glob("workflows/*"),
    ]
    assert len(files) == 12
    for path in files:
        assert path.read_text(encoding="utf-8").startswith("# "), path


class TestLinks:
    """A related link is allowed if either direction of the pair is listed."""

    def test_the_types_of_the_family_link_to_each_other(self) -> None:
        types = rulebook().case_types
        codes = [row.code for row in types.case_types]
        assert all(types.may_be_linked(one, other) for one in codes for other in codes)

    def test_one_direction_is_enough_and_none_is_not(self) -> None:
        table = rulebook().case_types
        first, second, third = table.case_types
        one_sided = CaseTypes(
            limits=table.limits,
            case_types=(
                first.model_copy(update={"links": (second.code,)}),
                second.model_copy(update={"links": ()}),
                third.model_copy(update={"links": ()}),
            ),
        )
        assert one_sided.may_be_linked(first.code, second.code)
        assert one_sided.may_be_linked(second.code, first.code)
        assert not one_sided.may_be_linked(second.code, third.code)
        assert not one_sided.may_be_linked(first.code, "nothing")
