"""What a journey begins with: the same steps through the same pages, without a browser.

Everybody keeps one session for the whole run, and every form is sent as the page has it, with its token, its
key and its version.
"""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests

from tests.documents.samples import sample
from tests.journeys.days import working_days_after
from tests.journeys.people import REQUEST, REQUESTER, SUBJECT, Case
from tests.pages.reading import read

if TYPE_CHECKING:
    from tests.journeys.service import Service
    from tests.pages.reading import Element

MANAGER = "Bea Manager"
SECONDS = 30


class Groundwork:
    """Sets things up for the journeys."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._sessions: dict[str, requests.Session] = {}

    # --- the date -----------------------------------------------------------------------------------

    def today(self) -> date:
        """The date of case work."""
        return self._today(self._get(MANAGER, "/demonstration/date/"))

    def move_the_date(self, working_days: int) -> date:
        """Move it forwards; the new date."""
        day = working_days_after(working_days, self.today())
        self.send(MANAGER, "/demonstration/date/", "Move the date", {"how": "other", **_boxes("to", day)})
        return day

    # --- cases --------------------------------------------------------------------------------------

    def new_case(
        self,
        *,
        flagged: bool = False,
        received: date | None = None,
        kind: str = "foi",
        subject: str = SUBJECT,
        request: str = REQUEST,
    ) -> Case:
        """A case that no unit has."""
        answers = {
            "case_type": kind,
            "flag_for_disclosure": "yes" if flagged else "no",
            "name": REQUESTER,
            "email": "ottilie.quince@example.invalid",
            "requester_type": "member_of_the_public",
            "delivery_method": "sent_by_email",
            "subject": subject,
            "message": request,
            **_boxes("received_date", received or self.today()),
        }
        answer = self.send(MANAGER, "/cases/foi/new/", "Create case", answers)
        number = re.search(r"Case (\d{9}) was created", answer.text)
        assert number
        return Case(int(urlsplit(answer.url).path.split("/")[2]), number[1], subject)

    def assigned_case(self, unit: str = "Unit A", **request: Any) -> Case:
        """A case that a unit has still to accept."""
        case = self.new_case(**request)
        self.assign(case, unit)
        return case

    def accepted_case(self, unit: str = "Unit A", by: str = "Rhys Responder", **request: Any) -> Case:
        """A case whose draft is in progress."""
        case = self.assigned_case(unit, **request)
        self.accept(case, by)
        return case

    def assign(self, case: Case, unit: str) -> None:
        """Give a case to a unit."""
        page = f"{case.path}assignments/new/?group=all"
        self.send(MANAGER, page, f"Assign to this unit : {unit}")

    def accept(self, case: Case, by: str) -> None:
        """Accept a case."""
        self.send(by, case.path, "Confirm", {"decision": "accept"})

    def take_on(self, case: Case, by: str = "Dora Disclosure") -> None:
        """Take a case on for clearance."""
        self.send(by, case.path, "Take case on")

    def upload(self, case: Case, by: str = "Rhys Responder", name: str = "answer.pdf") -> None:
        """Upload a response."""
        files = {"documents": (name, sample(name.rpartition(".")[2]))}
        self.send(by, f"{case.path}responses/new/", "Upload response", files=files)

    def mark_as_sent(self, case: Case, by: str = "Rhys Responder") -> None:
        """Mark the response as sent today."""
        self.send(by, f"{case.path}respond/", "Mark as sent", _boxes("response_date", self.today()))

    def edit(self, case: Case, **answers: str) -> None:
        """Change details of a case."""
        self.send(MANAGER, f"{case.path}edit/", "Save changes", answers)

    def link(self, case: Case, other: Case) -> None:
        """Link two cases."""
        self.send(MANAGER, f"{case.path}links/new/", "Link case", {"number": other.number})

    # --- pages --------------------------------------------------------------------------------------

    def send(
        self,
        who: str,
        path: str,
        button: str,
        answers: dict[str, str] | None = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> requests.Response:
        """Open a page, fill in the form that this button sends, and press it."""
        request = self.filled_in(who, path, button, answers, files)
        answer = self._session(who).send(request, timeout=SECONDS)
        shown = read(answer.text)
        told = shown.one("main").text[:1500]
        assert answer.status_code == HTTPStatus.OK, f"{path}, {button}: {answer.status_code} {told}"
        assert not shown.all(class_="moj-alert--error"), f"{path}, {button}: {told}"
        return answer

    def filled_in(
        self,
        who: str,
        path: str,
        button: str,
        answers: dict[str, str] | None = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> requests.PreparedRequest:
        """The same, but for pressing the button: what the browser would send."""
        page = self._get(who, path)
        form = next((one for one in page.all("form") if _has_button(one, button)), None)
        assert form, f"{path} has no button {button!r}: {page.one('main').text[:1500]}"
        pressed = next(one for one in form.all("button") if one.text == button)
        values = _as_shown(form) | (answers or {})
        if "name" in pressed:
            values[pressed["name"]] = pressed["value"]
        shown_at = page.attributes["address"]
        request = requests.Request(
            "POST",
            urljoin(shown_at, form.attributes.get("action", "")),
            data=values,
            files=files,
            headers={"Referer": shown_at},
        )
        return self._session(who).prepare_request(request)

    def _get(self, who: str, path: str) -> Element:
        answer = self._session(who).get(urljoin(self._service.url, path), timeout=SECONDS)
        page = read(answer.text)
        assert answer.status_code == HTTPStatus.OK, f"{path}: {answer.status_code} {page.one('main').text}"
        page.attributes["address"] = answer.url
        return page

    def _today(self, page: Element) -> date:
        return date.fromisoformat(page.one("body")["data-today"])

    def _session(self, who: str) -> requests.Session:
        if who not in self._sessions:
            session = self._sessions[who] = requests.Session()
            session.trust_env = False
            person = {
                "email": self._service.address_of(who),
                "password": self._service.password_of(who),
            }
            self.send(who, "/sign-in/", "Sign in", person)
        return self._sessions[who]


def _boxes(field: str, day: date) -> dict[str, str]:
    return {f"{field}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def _has_button(form: Element, words: str) -> bool:
    return any(button.text == words for button in form.all("button"))


def _as_shown(form: Element) -> dict[str, str]:
    """What a browser would send if nothing were changed."""
    values = {
        field["name"]: field.attributes.get("value", "")
        for field in form.all("input")
        if "name" in field
        and field.attributes.get("type") != "file"
        and (field.attributes.get("type") not in ("radio", "checkbox") or "checked" in field)
    }
    return values | {field["name"]: field.text for field in form.all("textarea")}
