"""What an event sets off in the same breath: here, the messages about a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.cases import mail, queries
from correspondence.cases.models import AssignmentRole
from correspondence.cases.situation import OFFICE_OF_STATE
from correspondence.organisation.models import DISCLOSURE
from correspondence.rulebook import names

if TYPE_CHECKING:
    from correspondence.cases.transitions import Happening


@names.effect
def email_responding_team_new_assignment(happening: Happening) -> None:
    """Tell the unit that now has the case, with a link to accept or reject it; not for a closed case."""
    assignment = queries.responding_assignment(happening.case)
    if assignment and not happening.case.is_closed:
        mail.tell_team_of_assignment(happening.case, assignment)


@names.effect
def email_newly_assigned_user(happening: Happening) -> None:
    """Tell the person who now holds the case, unless they took it themselves."""
    person = happening.transition.target_user
    if person and happening.acting.user and person.pk != happening.acting.user.pk:
        mail.tell_person(happening.case, "assigned_to_you", person)


@names.effect
def email_responder_message_received(happening: Happening) -> None:
    """Tell the responder of a message that somebody else wrote, unless another message tells them already."""
    responder = mail.responder_of(happening.case)
    author = happening.acting.user
    if happening.mail and responder and not (author and author.pk == responder.pk):
        mail.tell_person(happening.case, "message_received", responder)


@names.effect
def email_responder_ready_to_send(happening: Happening) -> None:
    """Tell the responder that the response can go out, if that is where the case now is."""
    if happening.case.state == "awaiting_dispatch":
        mail.tell_person(happening.case, "ready_to_send", mail.responder_of(happening.case))


@names.effect
def email_responder_redraft_requested(happening: Happening) -> None:
    """Tell the responder that changes were asked for."""
    mail.tell_person(happening.case, "redraft_requested", mail.responder_of(happening.case))


@names.effect
def email_responder_responses_sent_back(happening: Happening) -> None:
    """Tell the responder that the response came back."""
    mail.tell_person(happening.case, "responses_sent_back", mail.responder_of(happening.case))


@names.effect
def email_approver_ready_for_review(happening: Happening) -> None:
    """Tell the office that the case has just reached: its named officer, or without one its mailbox."""
    code = OFFICE_OF_STATE.get(happening.case.state)
    if code is None or code == DISCLOSURE:
        return
    level = (
        happening.case.assignments.filter(role=AssignmentRole.APPROVING, team__code=code)
        .select_related("team", "user")
        .first()
    )
    if level is None:
        return
    if level.user and level.user.is_active:
        mail.tell_person(happening.case, "ready_for_review", level.user)
    elif level.team.email:
        mail.tell_mailbox(happening.case, "ready_for_review", email=level.team.email, name=level.team.name)
