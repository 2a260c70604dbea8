"""What the policy tables may ask about a case and a person.

The rule of each fact is in its docstring; its ``otherwise`` is what a person reads when it does not
hold. A fact about a person is not asked when an event follows from another, a fact about the case
always is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.cases import queries
from correspondence.cases.models import AssignmentState
from correspondence.cases.situation import OFFICE_OF_STATE, OFFICES
from correspondence.core import settings
from correspondence.organisation.models import DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE, Role
from correspondence.rulebook import names

if TYPE_CHECKING:
    from correspondence.cases.models import Assignment
    from correspondence.cases.situation import Situation


# --- the person and the teams on the case ---------------------------------------------------------


@names.fact(about="person", otherwise="You are not in the business unit that is answering this case.")
def user_in_responding_team(situation: Situation) -> bool:
    """A membership of any role in the team of the responding assignment; the person need not be named."""
    responding = situation.responding
    return bool(responding and responding.team_id in situation.team_ids)


@names.fact(
    about="person", otherwise="Only a responder of the business unit that is answering this case can do this."
)
def user_is_responder_in_responding_team(situation: Situation) -> bool:
    """A responder membership in the team of the current responding assignment, accepted or not."""
    responding = situation.responding
    return bool(responding and situation.has_role_in(responding.team_id, Role.RESPONDER))


@names.fact(about="person", otherwise="You are not in the team that manages this case.")
def user_in_managing_team(situation: Situation) -> bool:
    """A membership of any role in the managing team."""
    return bool(situation.managing and situation.managing.team_id in situation.team_ids)


@names.fact(about="person", otherwise="You are not in a team that clears this case.")
def user_in_approving_team_of_case(situation: Situation) -> bool:
    """A membership of any role in the team of a clearance level, whatever that level's state."""
    return any(level.team_id in situation.team_ids for level in situation.approving)


@names.fact(about="person", otherwise="You are not named on any clearance level of this case.")
def user_is_approver_on_case(situation: Situation) -> bool:
    """Named on at least one clearance level, in any state."""
    return bool(situation.user and any(level.user_id == situation.user.pk for level in situation.approving))


@names.fact(about="person", otherwise="Only the disclosure specialist who took this case on can do this.")
def user_holds_disclosure_assignment(situation: Situation) -> bool:
    """Named on the live assignment of Disclosure."""
    return situation.holds_level(DISCLOSURE)


@names.fact(about="person", otherwise="Only the press officer who took this case on can do this.")
def user_holds_press_office_assignment(situation: Situation) -> bool:
    """Named on the live assignment of the Press Office."""
    return situation.holds_level(PRESS_OFFICE)


@names.fact(about="person", otherwise="Only the private officer who took this case on can do this.")
def user_holds_private_office_assignment(situation: Situation) -> bool:
    """Named on the live assignment of the Private Office."""
    return situation.holds_level(PRIVATE_OFFICE)


@names.fact(about="person", otherwise="You share no team with a person who holds this case.")
def user_shares_team_with_accepted_assignee(situation: Situation) -> bool:
    """A team of the person has an accepted responding or approving assignment; pending ones do not count."""
    return any(
        held.state == AssignmentState.ACCEPTED and held.team_id in situation.team_ids
        for held in (*situation.approving, *([situation.responding] if situation.responding else []))
    )


def _accepted_by_own_team(situation: Situation) -> str:
    team = situation.approving_team
    level = next((held for held in situation.approving if team and held.team_id == team.pk), None)
    if level and level.user:
        return f"{level.user.full_name} has already taken this case on."
    return "Your team has already taken this case on."


@names.fact(about="person", otherwise=_accepted_by_own_team)
def users_approving_team_has_not_accepted(situation: Situation) -> bool:
    """No accepted assignment of the person's own approving team, which is on the case."""
    team = situation.approving_team
    return not any(
        team and level.team_id == team.pk and level.state == AssignmentState.ACCEPTED
        for level in situation.approving
    )


def _on_case_or_no_team(situation: Situation) -> str:
    if situation.approving_team is None:
        return "You are not in a team that clears cases."
    return _accepted_by_own_team(situation)


@names.fact(about="person", otherwise=_on_case_or_no_team)
def users_approving_team_not_on_case(situation: Situation) -> bool:
    """The person has an approving team, and it has no assignment on the case, in any state."""
    team = situation.approving_team
    return bool(team) and not any(level.team_id == team.pk for level in situation.approving if team)


def _live_office(situation: Situation, code: str) -> bool:
    team, level = situation.approving_team, situation.level(code)
    return bool(team and team.code == code and level and level.is_live)


@names.fact(about="person", otherwise="Your team has no clearance on this case that it could remove now.")
def users_approving_team_can_remove_clearance(situation: Situation) -> bool:
    """The person's team is Disclosure with the case's only level, or Press or Private Office with a level.

    The level is pending or accepted; for being the only one, levels in every state count. It is
    about the team, not the named person.
    """
    if _live_office(situation, DISCLOSURE) and len(situation.approving) == 1:
        return True
    return press_or_private_office_can_remove_clearance(situation)


@names.fact(about="person", otherwise="Only an office that is on this case can remove its clearance.")
def press_or_private_office_can_remove_clearance(situation: Situation) -> bool:
    """The person's approving team is the Press or the Private Office and has a live level on the case."""
    return _live_office(situation, PRESS_OFFICE) or _live_office(situation, PRIVATE_OFFICE)


@names.fact(about="person", otherwise="Only the Press Office and the Private Office can do this.")
def user_in_press_or_private_office(situation: Situation) -> bool:
    """The person's approving team is the Press or the Private Office."""
    team = situation.approving_team
    return bool(team and team.code in (PRESS_OFFICE, PRIVATE_OFFICE))


@names.fact(about="person", otherwise="The case is not with a team of yours.")
def user_in_team_case_is_with(situation: Situation) -> bool:
    """A membership of any role in the team that holds the case now; nobody holds a closed case."""
    holder = situation.holder
    return bool(holder and holder.team_id in situation.team_ids)


@names.fact(about="person", otherwise="No team of yours has an assignment on this case.")
def user_in_team_on_case(situation: Situation) -> bool:
    """An assignment, not rejected, to a team in which the person is responder."""
    return any(
        held.state != AssignmentState.REJECTED and situation.has_role_in(held.team_id, Role.RESPONDER)
        for held in situation.assignments
    )


@names.fact(about="person", otherwise="You are not a member of this team.")
def user_in_team(situation: Situation) -> bool:
    """A membership of any role in the team that the page is about."""
    return bool(situation.team and situation.team.pk in situation.team_ids)


@names.fact(
    about="person", otherwise="The case is with your own team: clear the response, or ask for changes."
)
def case_not_with_users_approving_team(situation: Situation) -> bool:
    """The case is not pending with the person's own team: a level that holds it cannot be taken off."""
    team = situation.approving_team
    return not (team and OFFICE_OF_STATE.get(situation.the_case.state) == team.code)


# --- clearance and escalation ---------------------------------------------------------------------


@names.fact(about="case", otherwise="A response that was already cleared cannot be removed.")
def no_approval_given(situation: Situation) -> bool:
    """No clearance level has cleared the response."""
    return not any(level.approved for level in situation.approving)


def _until_the_window_ends(situation: Situation) -> str:
    last = situation.the_case.escalation_deadline
    return (
        f"The case is being reviewed for sensitivity until the end of {last.day} {last:%b} {last.year}. "
        "A response can be uploaded from the next day."
    )


@names.fact(about="case", otherwise=_until_the_window_ends)
def escalation_window_over(situation: Situation) -> bool:
    """The escalation deadline is before today; on that day itself the window is still open."""
    return situation.the_case.escalation_deadline < situation.today


@names.fact(about="case", otherwise="An overturned case cannot be edited.")
def not_overturned_case(situation: Situation) -> bool:
    """The case is not one that the Commissioner sent back."""
    return not situation.the_case.case_type.startswith("overturned")


@names.fact(
    about="case",
    otherwise="No further clearance can be asked for: every level is on the case, or the window is open.",
)
def foi_clearance_can_be_escalated(situation: Situation) -> bool:
    """The response is not sent and a level is missing; with Disclosure on the case, the window is over too.

    Not flagged: until the response is sent. All three levels on the case: never. Flagged for
    Disclosure: once the escalation window is over, until the response is sent. Flagged without
    Disclosure: as unflagged here; a guard refuses that in words of its own.
    """
    sent = situation.the_case.state in ("responded", "closed")
    codes = {level.team.code for level in situation.approving}
    if codes.issuperset(OFFICES):
        return False
    if DISCLOSURE in codes:
        return escalation_window_over(situation) and not sent
    return not sent


@names.fact(
    about="case",
    otherwise="Disclosure is not on this case: flag it first.",
)
def disclosure_on_case(situation: Situation) -> bool:
    """Disclosure has a live assignment."""
    level = situation.level(DISCLOSURE)
    return bool(level and level.is_live)


@names.fact(
    about="case", otherwise="The case is flagged, but not for Disclosure. Flag it for Disclosure first."
)
def disclosure_on_case_if_flagged(situation: Situation) -> bool:
    """Not flagged at all, or Disclosure is among the levels."""
    return not situation.approving or situation.level(DISCLOSURE) is not None


@names.fact(
    about="case",
    otherwise="Taking this level off now would leave a gap in the clearance. "
    "Disclosure can clear the response and bypass instead.",
)
def removal_leaves_no_gap(situation: Situation) -> bool:
    """In full approval no level can be taken off so that Disclosure stays and another office is missing."""
    return situation.the_case.workflow != "full_approval" or not disclosure_on_case(situation)


def _next_level(situation: Situation) -> Assignment | None:
    present = OFFICE_OF_STATE[situation.the_case.state]
    return situation.level(OFFICES[OFFICES.index(present) + 1])


def _nobody_at_the_next_level(situation: Situation) -> str:
    level = _next_level(situation)
    if level and level.state == AssignmentState.PENDING:
        return (
            f"Nobody in {level.team.name} has taken this case on, so nobody there could clear the response."
        )
    return "The next clearance level is not on this case. Clear the response and bypass it instead."


@names.fact(about="case", otherwise=_nobody_at_the_next_level)
def next_level_on_case(situation: Situation) -> bool:
    """Somebody of the level after the present one has taken the case on; true outside the pending states."""
    present = OFFICE_OF_STATE.get(situation.the_case.state)
    if present is None or present == OFFICES[-1]:
        return True
    level = _next_level(situation)
    return bool(level and level.state == AssignmentState.ACCEPTED)


@names.fact(about="case", otherwise="The response needs no clearance.")
def case_is_flagged(situation: Situation) -> bool:
    """At least one clearance level on the case, in any state, or a workflow that has clearance in it."""
    return situation.is_flagged or situation.the_case.is_trigger


# --- the case's own data --------------------------------------------------------------------------


@names.fact(
    about="case", otherwise="This case was closed before it was recorded whether the information is held."
)
def has_info_held_status(situation: Situation) -> bool:
    """The closure details say whether the information is held."""
    return bool(situation.the_case.information_held)


@names.fact(about="case", otherwise="The deadline was not extended for the public interest test.")
def has_pit_extension(situation: Situation) -> bool:
    """An extension for the public interest test is active."""
    return situation.the_case.pit_extended


@names.fact(about="case", otherwise="The business unit has to accept the case first.")
def unit_has_accepted(situation: Situation) -> bool:
    """The current responding assignment is accepted."""
    responding = situation.responding
    return bool(responding and responding.state == AssignmentState.ACCEPTED)


@names.fact(about="case", otherwise="The response was already sent.")
def response_not_sent(situation: Situation) -> bool:
    """The case is neither responded nor closed."""
    return situation.the_case.state not in ("responded", "closed")


@names.fact(about="case", otherwise="The response has to be marked as sent first.")
def case_has_been_responded(situation: Situation) -> bool:
    """A response was ever marked as sent, or the case is closed."""
    return queries.was_responded(situation.the_case)


@names.fact(about="case", otherwise="This case is linked to others. Remove the links first.")
def no_related_links(situation: Situation) -> bool:
    """No related case, deleted ones left out."""
    return not queries.links(situation.the_case).exists()


@names.fact(about="case", otherwise="The date of case work can be moved only in a demonstration.")
def date_may_be_moved(situation: Situation) -> bool:
    """The setting that lets the date of case work be moved."""
    return settings.current().movable_date


# --- computed states and workflows ----------------------------------------------------------------


@names.computed
def state_after_flagging_ready_to_send_case(situation: Situation) -> str:
    """Flagging a case that was ready to send puts it before Disclosure; otherwise it stays where it is."""
    state = situation.the_case.state
    return "pending_dacu_clearance" if state == "awaiting_dispatch" else state


def _acts_for_disclosure(situation: Situation) -> bool:
    team = situation.approving_team
    return bool(team and team.code == DISCLOSURE)


@names.computed
def state_after_clearance_removed(situation: Situation) -> str:
    """Ready to send once Disclosure itself takes its clearance off; otherwise the case stays where it is."""
    return "awaiting_dispatch" if _acts_for_disclosure(situation) else situation.the_case.state


@names.computed
def workflow_after_clearance_removed(situation: Situation) -> str:
    """Standard once Disclosure takes its clearance off; otherwise trigger while Disclosure is on the case.

    Evaluated before the level is taken off.
    """
    if _acts_for_disclosure(situation):
        return "standard"
    return "trigger" if any(held.team.code == DISCLOSURE for held in situation.assignments) else "standard"
