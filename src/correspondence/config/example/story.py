"""Leading one case through its life by the actions that people use: rules, history, mail and files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from correspondence.cases import access, queries
from correspondence.cases.actions import (
    assigning,
    clearing,
    closing,
    deadlines,
    linking,
    messaging,
    responding,
)
from correspondence.cases.validation import RequestDetails
from correspondence.core import clock
from correspondence.documents.actions import uploading
from correspondence.organisation.models import Kind, Team, User
from correspondence.rulebook import loader, working_days

if TYPE_CHECKING:
    from datetime import date

    from correspondence.cases.acting import Acting
    from correspondence.cases.models import Case
    from correspondence.rulebook.closure import Answers

MANAGER = "Bea Manager"
STEP = timedelta(hours=5)
"""Between one event and the next, as long as that is in the past."""


class Story:
    """One case of the demonstration.

    Args:
        working_days_ago: when the request was received and logged.
        name, subject, message: of the request.
        case_type: what it is.
        flagged: Disclosure clears it.
        by_post: it came as a scanned letter.
    """

    def __init__(
        self,
        working_days_ago: int,
        *,
        name: str,
        subject: str,
        message: str,
        requester_type: str = "member_of_the_public",
        case_type: str = "foi",
        flagged: bool = False,
        by_post: bool = False,
    ) -> None:
        received = self._day(working_days_ago)
        self.now = min(datetime.combine(received, time(9, 20), clock.LONDON), clock.now())
        self.case = uploading.open_case(
            files=[pdf("request.pdf", f"{subject}. {name}.")] if by_post else [],
            case_type=case_type,
            details=RequestDetails(
                name=name,
                email="" if by_post else f"{name.lower().replace(' ', '.')}@example.invalid",
                postal_address="4 Orchard Street\nCaldermouth\nZZ4 9ZZ" if by_post else "",
                requester_type=requester_type,
                delivery_method="sent_by_post" if by_post else "sent_by_email",
                subject=subject,
                message=message,
                received_date=received,
            ),
            flag_for_disclosure=flagged,
            user=person(MANAGER),
            now=self.now,
        )

    @staticmethod
    def _day(working_days_ago: int) -> date:
        """A working day so many working days ago; today, or the last one, for none."""
        holidays = loader.current().holidays.united_kingdom()
        return working_days.moved_back(working_days_ago, clock.today(), holidays)

    def _acting(self, name: str, event: str) -> Acting:
        self.now = min(self.now + STEP, clock.now())
        self.case = queries.locked(self.case.pk)
        return access.acting_on(self.case, person(name), event=event)

    def assigned(self, unit: str) -> Story:
        """A manager gives it to a unit."""
        team = Team.objects.get(kind=Kind.BUSINESS_UNIT, name=unit)
        acting = self._acting(MANAGER, "assign_responder")
        assigning.assign_responder(case_id=self.case.pk, team_id=team.pk, acting=acting, now=self.now)
        return self

    def accepted(self, name: str) -> Story:
        """A responder of the unit takes it."""
        acting = self._acting(name, "accept_responder_assignment")
        assigning.accept_responder_assignment(
            case_id=self.case.pk, assignment_id=self._assignment_id(), acting=acting, now=self.now
        )
        return self

    def rejected(self, name: str, reason: str) -> Story:
        """A responder of the unit refuses it."""
        acting = self._acting(name, "reject_responder_assignment")
        assigning.reject_responder_assignment(
            case_id=self.case.pk,
            assignment_id=self._assignment_id(),
            reason=reason,
            acting=acting,
            now=self.now,
        )
        return self

    def _assignment_id(self) -> int:
        held = queries.responding_assignment(self.case)
        if held is None:
            raise LookupError("No unit has this case.")
        return held.pk

    def taken_on(self, name: str) -> Story:
        """Press or Private Office puts itself on the case; the missing levels come with it."""
        acting = self._acting(name, "take_on_for_approval")
        clearing.take_on_for_approval(case_id=self.case.pk, acting=acting, now=self.now)
        return self

    def cleared_by(self, name: str) -> Story:
        """A disclosure specialist accepts the clearance."""
        acting = self._acting(name, "accept_approver_assignment")
        clearing.accept_approver_assignment(case_id=self.case.pk, acting=acting, now=self.now)
        return self

    def further_clearance(self) -> Story:
        """A manager asks for the next clearance: today, so that the window is open again."""
        self.now = clock.now()
        acting = self._acting(MANAGER, "request_further_clearance")
        clearing.request_further_clearance(case_id=self.case.pk, acting=acting, now=self.now)
        return self

    def said(self, name: str, text: str) -> Story:
        """Somebody writes a message."""
        acting = self._acting(name, "add_message_to_case")
        messaging.add_message_to_case(case_id=self.case.pk, message=text, acting=acting, now=self.now)
        return self

    def extended(self, working_days_more: int, exemption: str, reason: str) -> Story:
        """A manager gives it longer for the public interest test."""
        acting = self._acting(MANAGER, "extend_for_pit")
        holidays = loader.current().holidays.united_kingdom()
        deadlines.extend_for_pit(
            case_id=self.case.pk,
            until=working_days.moved_on(working_days_more, self.case.final_deadline, holidays),
            reason=reason,
            exemption=exemption,
            notice_date=clock.london_date(self.now),
            second_reason="",
            acting=acting,
            now=self.now,
        )
        return self

    def uploaded(self, name: str) -> Story:
        """The responder uploads the response, once the sensitivity window is over."""
        after = datetime.combine(
            self.case.escalation_deadline + timedelta(days=1), time(10, 15), clock.LONDON
        )
        self.now = max(self.now, after)
        acting = self._acting(name, "add_responses")
        files = [pdf("response.pdf", f"Response to request {self.case.number}.")]
        uploading.add_responses(case_id=self.case.pk, files=files, message="", acting=acting, now=self.now)
        return self

    def approved(self, name: str) -> Story:
        """An officer clears the response."""
        acting = self._acting(name, "approve")
        clearing.approve(case_id=self.case.pk, acting=acting, now=self.now)
        return self

    def sent(self, name: str, *, working_days_ago: int) -> Story:
        """The responder marks it as sent on some day."""
        day = self._day(working_days_ago)
        self.now = max(self.now, datetime.combine(day, time(9), clock.LONDON))
        acting = self._acting(name, "respond")
        responding.respond(case_id=self.case.pk, response_date=day, acting=acting, now=self.now)
        return self

    def closed(self, answers: Answers) -> Story:
        """A manager closes it; the date of the response, and the unit when it was late, are filled in."""
        acting = self._acting(MANAGER, "close")
        closing.close_case(
            case_id=self.case.pk,
            answers=self._completed(answers),
            acting=acting,
            now=self.now,
        )
        return self

    def _completed(self, answers: Answers) -> Answers:
        held = queries.responding_assignment(self.case)
        late = self.case.response_date is not None and self.case.response_date > self.case.final_deadline
        return replace(
            answers,
            response_date=self.case.response_date,
            late_team_id=held.team_id if held and late else None,
        )

    def linked(self, other: Case) -> Story:
        """A manager links it to another case."""
        acting = self._acting(MANAGER, "link_a_case")
        linking.link_a_case(
            case_id=self.case.pk, number=other.number, user=person(MANAGER), acting=acting, now=self.now
        )
        return self


def person(name: str) -> User:
    """One of the example people."""
    return User.objects.get(full_name=name)


def pdf(filename: str, text: str) -> ContentFile[bytes]:
    """A page of PDF with a line on it, small enough to be written by hand."""
    shown = text.replace("\\", "").replace("(", "").replace(")", "").encode("ascii", "replace")
    content = b"BT /F1 12 Tf 60 760 Td (" + shown + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    end += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))
    return ContentFile(written + end, filename)
