"""Invented lives of cases: what happened to each, when, and by whom, until now.

Nothing is made up about what may happen: each event is looked up in the workflow that the case
follows, which says to which state it leads. A life goes on until it is told or until it reaches the
present, so that the newest cases are the open ones.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from correspondence.cases.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    PitExtension,
    Seen,
    Transition,
)
from correspondence.cases.models.history import MESSAGE
from correspondence.config.example import outcomes, requests
from correspondence.core.clock import LONDON, london_date
from correspondence.organisation.models import DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE
from correspondence.rulebook import working_days

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from correspondence.config.example.cast import Cast, Crew
    from correspondence.config.example.life import Dates, Life
    from correspondence.organisation.models import Team, User
    from correspondence.rulebook.tables.bank_holidays import Calendar
    from correspondence.rulebook.tables.rulebook import BoundTables

SORT_STEP = 20
OFFICES = (DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE)

# How often things happen, of one.
IS_REVIEW = 0.03
IS_FLAGGED = 0.18
IS_FULL_APPROVAL = 0.05
IS_REJECTED_FIRST = 0.05
IS_HANDED_ON = 0.08
IS_TALKED_ABOUT = 0.2
IS_REDRAFTED = 0.1
IS_EXTENDED = 0.03
IS_LATE = 0.11


class NotYet(Exception):
    """The next event lies ahead: the case is open, and its life is told so far."""


@dataclass(slots=True)
class Teller:
    """Tells one life, event by event.

    Args:
        dice: decides whatever the rules leave open.
        tables: the edition under which the case begins.
        now: where the present is: nothing happens after it.
    """

    dice: random.Random
    tables: BoundTables
    cast: Cast
    holidays: Calendar
    life: Life
    dates: Dates
    now: datetime
    at: datetime
    unit: Crew

    @property
    def case(self) -> Case:
        """The case so far."""
        return self.life.case

    def tell(self) -> Life:
        """The whole life, as far as it has come."""
        with suppress(NotYet):
            self._tell()
        self._settle()
        return self.life

    def _tell(self) -> None:
        manager = self._one_of(self.cast.managing)
        self._assign(AssignmentRole.MANAGING, self.cast.managing.team, state=AssignmentState.ACCEPTED)
        self._happen("create", "manager", manager, self.cast.managing.team)
        review = self.tables.case_type(self.case.case_type).always_flagged
        full = not review and self._is(IS_FULL_APPROVAL)
        flagged = review or (not full and self._is(IS_FLAGGED))
        if flagged:
            self._flag("manager", manager, self.cast.managing.team)
        answered = self._answer_date(extended=(extended := self._is(IS_EXTENDED) and not review))
        self._find_unit(manager)
        if full:
            self._take_on_by_offices()
        elif flagged:
            self._accept_clearance()
        responder = self._accepted_by_unit()
        if extended:
            self._extend(manager)
        self._talk(manager, responder)
        self._draft_and_clear(responder, answered, full=full, flagged=flagged)
        self._answer(responder, answered)
        self._close(manager, responder)

    # --- what happens -----------------------------------------------------------------------------

    def _find_unit(self, manager: User) -> None:
        self._pass_hours(1, 20)
        if self._is(IS_REJECTED_FIRST):
            wrong = self.dice.choice([unit for unit in self.cast.units if unit is not self.unit])
            refused = self._assigned_to(wrong, manager)
            self._pass_hours(4, 30)
            reason = "This is not for us: we do not hold the information."
            who = self._one_of(wrong)
            self._happen(
                "reject_responder_assignment",
                "responder",
                who,
                wrong.team,
                target_team=wrong.team,
                message=reason,
            )
            refused.state = AssignmentState.REJECTED
            self._pass_hours(1, 20)
        self._assigned_to(self.unit, manager)

    def _assigned_to(self, unit: Crew, manager: User) -> Assignment:
        self._happen("assign_responder", "manager", manager, self.cast.managing.team, target_team=unit.team)
        return self._assign(AssignmentRole.RESPONDING, unit.team)

    def _flag(self, role: str, user: User, team: Team) -> None:
        office = self.cast.offices[DISCLOSURE]
        self._happen("flag_for_clearance", role, user, team, target_team=office.team)
        self._assign(AssignmentRole.APPROVING, office.team)

    def _take_on_by_offices(self) -> None:
        """The Press Office takes the case on; Disclosure is flagged and the Private Office comes with it."""
        press, private = self.cast.offices[PRESS_OFFICE], self.cast.offices[PRIVATE_OFFICE]
        officer, other = self._one_of(press), self._one_of(private)
        self._happen(
            "take_on_for_approval",
            "approver",
            officer,
            press.team,
            target_user=officer,
            target_team=press.team,
        )
        self._assign(AssignmentRole.APPROVING, press.team, officer, AssignmentState.ACCEPTED)
        self._flag("approver", officer, press.team)
        self._happen(
            "take_on_for_approval",
            "approver",
            officer,
            press.team,
            target_user=other,
            target_team=private.team,
        )
        self._assign(AssignmentRole.APPROVING, private.team, other, AssignmentState.ACCEPTED)
        self._accept_clearance()

    def _accept_clearance(self) -> None:
        office = self.cast.offices[DISCLOSURE]
        self._pass_hours(2, 30)
        who = self._one_of(office)
        self._happen(
            "accept_approver_assignment",
            "approver",
            who,
            office.team,
            target_user=who,
            target_team=office.team,
        )
        level = self._level(DISCLOSURE)
        level.state, level.user = AssignmentState.ACCEPTED, who

    def _accepted_by_unit(self) -> User:
        self._pass_hours(2, 40)
        who = self._one_of(self.unit)
        team = self.unit.team
        self._happen("accept_responder_assignment", "responder", who, team, target_user=who, target_team=team)
        held = self._responding()
        held.state, held.user = AssignmentState.ACCEPTED, who
        colleagues = [person for person in self.unit.people if person is not who]
        if colleagues and self._is(IS_HANDED_ON):
            self._pass_hours(4, 30)
            colleague = self.dice.choice(colleagues)
            self._happen("reassign_user", "responder", who, team, target_user=colleague, target_team=team)
            held.user = who = colleague
        return who

    def _extend(self, manager: User) -> None:
        """More time for the public interest test, told to the requester in time (FOIA 2000 s.10(3), s.17)."""
        self._pass_hours(2, 20)
        before = self.case.final_deadline
        until = working_days.moved_on(self.dice.randrange(5, 21), before, self.holidays)
        reason = "The public interest in disclosure has to be weighed with the policy team."
        told = {"final_deadline": until.isoformat(), "original_final_deadline": before.isoformat()}
        self._happen("extend_for_pit", "manager", manager, self.cast.managing.team, message=reason, data=told)
        self.life.extensions.append(
            PitExtension(
                case=self.case,
                until=until,
                before=before,
                reason=reason,
                exemption=outcomes.qualified_exemption(self.dice, self.tables.closure),
                notice_date=london_date(self.at),
                late_notice=london_date(self.at) > before,
                created_at=self.at,
            )
        )
        self.case.final_deadline, self.case.pit_extended = until, True

    def _talk(self, manager: User, responder: User) -> None:
        """A few messages; whoever writes has seen those before, and of an old case both have seen all."""
        speakers = [("manager", manager, self.cast.managing.team), ("responder", responder, self.unit.team)]
        while self._is(IS_TALKED_ABOUT):
            self._pass_hours(1, 30)
            role, who, team = self.dice.choice(speakers)
            self._happen(MESSAGE, role, who, team, message=self.dice.choice(requests.words().messages))
            newest = self.life.transitions[-1].sort_key
            self.life.seen = [seen for seen in self.life.seen if seen.user_id != who.pk]
            self.life.seen.append(Seen(case=self.case, user=who, sort_key=newest))

    def _draft_and_clear(self, responder: User, answered: date, *, full: bool, flagged: bool) -> None:
        after_window = datetime.combine(self.dates.escalation + timedelta(days=1), time(9), LONDON)
        self.at = max(self.at, after_window)
        self._pass_part_of_the_way_to(answered)
        self._upload(responder)
        if not (full or flagged):
            return
        if self._is(IS_REDRAFTED):
            self._pass_part_of_the_way_to(answered)
            officer, office = self._officer(DISCLOSURE)
            told: dict[str, object] = {"files": ["response-marked.pdf"], "compliant": False}
            self._happen("upload_response_and_return_for_redraft", "approver", officer, office, data=told)
            self._pass_part_of_the_way_to(answered)
            self._upload(responder)
        for code in OFFICES if full else OFFICES[:1]:
            self._pass_part_of_the_way_to(answered)
            officer, office = self._officer(code)
            self._happen("approve", "approver", officer, office, target_team=office)
            self._level(code).approved = True
            if self.case.draft_compliant_date is None:
                uploads = [one for one in self.life.transitions if one.event == "add_responses"]
                self.case.draft_compliant_date = london_date(uploads[-1].created_at)

    def _upload(self, responder: User) -> None:
        self._happen(
            "add_responses", "responder", responder, self.unit.team, data={"files": ["response.pdf"]}
        )

    def _answer(self, responder: User, answered: date) -> None:
        self.at = max(self.at, datetime.combine(answered, time(15, self.dice.randrange(60)), LONDON))
        sent = london_date(self.at)
        told = {"response_date": sent.isoformat()}
        self._happen("respond", "responder", responder, self.unit.team, data=told)
        self.case.response_date = sent

    def _close(self, manager: User, responder: User) -> None:
        self._pass_hours(2, 100)
        answers = outcomes.drawn(self.dice, self.tables, self.case, unit_id=self.unit.team.pk)
        self._happen("close", "manager", manager, self.cast.managing.team, data=outcomes.told(answers))
        outcomes.write_down(answers, self.case)
        self.life.exemptions = outcomes.relied_on(answers, self.tables.closure, self.case)
        # Nobody closes a case with a message unread.
        newest = [one.sort_key for one in self.life.transitions if one.event == MESSAGE]
        if newest:
            people = {who.pk: who for who in (manager, responder)}
            self.life.seen = [Seen(case=self.case, user=who, sort_key=newest[-1]) for who in people.values()]

    # --- how it is written down -------------------------------------------------------------------

    def _happen(
        self,
        event: str,
        role: str,
        user: User,
        team: Team,
        *,
        target_user: User | None = None,
        target_team: Team | None = None,
        message: str = "",
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Let an event happen now, if now has come.

        Raises:
            NotYet: it lies ahead.
        """
        if self.at > self.now:
            raise NotYet
        before, case = self.case.state, self.case
        if event != "create":
            row = self.tables.workflow(case.case_type, case.workflow).entry(
                role=role, state=before, event=event
            )
            if row is None:
                raise LookupError(f"No {role} may {event} in {before} ({case.workflow}).")
            case.state = row.to or case.state
            case.workflow = row.switch_workflow or case.workflow
        self.life.transitions.append(
            Transition(
                case=case,
                event=event,
                from_state=before,
                to_state=case.state,
                to_workflow=case.workflow,
                acting_user=user,
                acting_team=team,
                acting_role=role,
                target_user=target_user,
                target_team=target_team,
                message=message,
                data=dict(data or {}),
                sort_key=SORT_STEP * (len(self.life.transitions) + 1),
                most_recent=False,
                created_at=self.at,
            )
        )

    def _settle(self) -> None:
        """What a case knows of its history."""
        self.life.transitions[-1].most_recent = True
        events = [one for one in self.life.transitions if one.event != MESSAGE]
        self.case.version = len(events)
        self.case.last_transition_at = events[-1].created_at

    def _assign(
        self,
        role: AssignmentRole,
        team: Team,
        user: User | None = None,
        state: AssignmentState = AssignmentState.PENDING,
    ) -> Assignment:
        made = Assignment(case=self.case, team=team, user=user, role=role, state=state, created_at=self.at)
        self.life.assignments.append(made)
        return made

    def _responding(self) -> Assignment:
        return [one for one in self.life.assignments if one.role == AssignmentRole.RESPONDING][-1]

    def _level(self, code: str) -> Assignment:
        team = self.cast.offices[code].team
        return next(
            one
            for one in self.life.assignments
            if one.role == AssignmentRole.APPROVING and one.team_id == team.pk
        )

    def _officer(self, code: str) -> tuple[User, Team]:
        level = self._level(code)
        if level.user is None:
            raise LookupError(f"Nobody of {code} has accepted.")
        return level.user, level.team

    # --- chance and time --------------------------------------------------------------------------

    def _is(self, of_one: float) -> bool:
        return self.dice.random() < of_one

    def _one_of(self, crew: Crew) -> User:
        return self.dice.choice(crew.people)

    def _pass_hours(self, least: int, most: int) -> None:
        """Some time passes; work goes on between nine and five on working days."""
        self.at = _at_work(
            self.at + timedelta(minutes=self.dice.randrange(least * 60, most * 60)), self.holidays
        )

    def _pass_part_of_the_way_to(self, answered: date) -> None:
        end = datetime.combine(answered, time(15), LONDON)
        left = max(end - self.at, timedelta(minutes=20))
        self.at = _at_work(self.at + left * self.dice.uniform(0.15, 0.6), self.holidays)

    def _answer_date(self, *, extended: bool) -> date:
        """When the answer goes: in time mostly, and never before the sensitivity window is over."""
        if self._is(IS_LATE):
            days = 20 + int(self.dice.expovariate(0.1)) + 1
        elif extended:
            days = self.dice.randrange(18, 26)
        else:
            days = min(20, max(4, round(self.dice.gauss(15, 5))))
        wanted = working_days.nth_after(days, self.case.received_date, self.holidays)
        return max(wanted, self.holidays.next_working_day(self.dates.escalation))


def _at_work(moment: datetime, holidays: Calendar) -> datetime:
    """The moment itself, or the next morning on which somebody works."""
    local = moment.astimezone(LONDON)
    day = local.date()
    if holidays.is_working_day(day) and time(9) <= local.time() < time(17):
        return moment
    if local.time() >= time(17) or not holidays.is_working_day(day):
        day = holidays.next_working_day(day)
    return datetime.combine(day, time(9, local.minute), LONDON)
