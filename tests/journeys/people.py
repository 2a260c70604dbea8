"""The people of the journeys, at their browsers: one verb for each thing that they do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from correspondence.core.formats import long_date
from tests.documents.samples import sample
from tests.journeys.browser import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, FilePayload, Locator

    from tests.journeys.service import Service

SUBJECT = "Cost of paper clips"
REQUEST = "Please tell me what your department spent on paper clips in each of the last three years."
REQUESTER = "Ottilie Quince"


@dataclass(frozen=True, slots=True)
class Case:
    """A case that a journey has made."""

    pk: int
    number: str
    subject: str = SUBJECT

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/cases/{self.pk}/"


class Person(Window):
    """Somebody of the example organisation, at a window of their own; signed out to begin with."""

    def __init__(self, browser: Browser, service: Service, name: str, **window: Any) -> None:
        super().__init__(browser, service.url, **window)
        self.name = name
        self._service = service

    @property
    def email(self) -> str:
        """Where their messages go."""
        return self._service.address_of(self.name)

    @property
    def password(self) -> str:
        """What they sign in with."""
        return self._service.password_of(self.name)

    # --- signing in ---------------------------------------------------------------------------------

    def signs_in(self, password: str = "", status: int = 200) -> None:
        """Sign in with their own password, or with another."""
        if self.path != "/sign-in/":
            self.opens("/sign-in/")
        self.fills(email=self.email, password=password or self.password)
        self.presses("Sign in", status)

    def signs_out(self) -> None:
        """Sign out."""
        self.presses("Sign out")

    # --- days ---------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The date of case work, as the present page has it."""
        return date.fromisoformat(self.page.locator("body").get_attribute("data-today") or "")

    def moves_the_date_to(self, day: date) -> None:
        """Move the date of case work."""
        self.opens("/demonstration/date/")
        self.chooses(how="other")
        self.enters_date("to", day)
        self.presses("Move the date")
        self.sees_notice(f"Case work is now on {long_date(day)}.")

    def moves_the_date_on(self, working_days: int) -> None:
        """Move it by one of the offered steps: 1, 4 or 20 working days."""
        self.opens("/demonstration/date/")
        self.chooses(how=str(working_days))
        self.presses("Move the date")
        self.sees_notice("Case work is now on ")

    def enters_date(self, field: str, day: date | None) -> None:
        """Write a day into its three boxes, or empty them."""
        for part in ("day", "month", "year"):
            self.page.locator(f"#id_{field}-{part}").fill(str(getattr(day, part)) if day else "")

    def date_in(self, field: str) -> date:
        """The day in three boxes."""
        day, month, year = (
            int(self.page.locator(f"#id_{field}-{part}").input_value()) for part in ("day", "month", "year")
        )
        return date(year, month, day)

    # --- cases --------------------------------------------------------------------------------------

    def goes_to(self, case: Case, status: int = 200) -> None:
        """Open the page of a case."""
        self.opens(case.path, status)

    @property
    def status(self) -> str:
        """Where the case stands, as its page says."""
        return " ".join(self.main.locator(".app-status").inner_text().split())

    @property
    def holder(self) -> str:
        """Who it is with, as its page says."""
        label = self.main.locator("dt").filter(has_text=re.compile(r"^\s*Who it.s with\s*$"))
        return label.locator("xpath=following-sibling::dd[1]").inner_text().strip()

    def panel(self, heading: str) -> Locator:
        """A part of the case page, by its heading."""
        named = self.page.get_by_role("heading", name=re.compile(rf"^{re.escape(heading)}\b"))
        return self.main.locator("section, article").filter(has=named).last

    def detail(self, key: str) -> str:
        """A fact of the case details."""
        row = (
            self.panel("Case details")
            .locator(".govuk-summary-list__row")
            .filter(has=self.page.locator("dt", has_text=re.compile(rf"^\s*{re.escape(key)}\s*$")))
        )
        return " ".join(row.locator("dd").first.inner_text().split())

    def has_detail(self, key: str) -> bool:
        """Whether the case details have such a row."""
        named = self.page.locator("dt", has_text=re.compile(rf"^\s*{re.escape(key)}\s*$"))
        return self.panel("Case details").locator(".govuk-summary-list__row").filter(has=named).count() > 0

    def fills_in_request(
        self,
        *,
        received: date | None = None,
        flag: str = "no",
        subject: str = SUBJECT,
        request: str = REQUEST,
        kind: str = "foi",
    ) -> None:
        """Fill in the form for a new case, all but sending it."""
        self.chooses(case_type=kind)
        if kind == "foi":
            self.chooses(flag_for_disclosure=flag)
        self.fills(name=REQUESTER, email="ottilie.quince@example.invalid", subject=subject)
        self.chooses(requester_type="member_of_the_public", delivery_method="sent_by_email")
        self.enters_date("received_date", received or self.today)
        self.fills(message=request)

    def has_created(self, subject: str = SUBJECT) -> Case:
        """The case that was just created, from the page for choosing a unit at which one arrives."""
        found = re.fullmatch(r"/cases/(\d+)/assignments/new/", self.path)
        assert found, self.path
        number = re.search(r"\b\d{9}\b", self.page.get_by_role("alert").first.inner_text())
        assert number
        return Case(int(found[1]), number[0], subject)

    def assigns_to(self, unit: str, group: str) -> None:
        """Choose a unit, on the page for that."""
        self.follows(group, within=self.main)
        self.presses(f"Assign to this unit: {unit}")

    def accepts(self, case: Case) -> None:
        """Accept a case for one's unit."""
        self.goes_to(case)
        self.chooses(decision="accept")
        self.presses("Confirm")

    def attaches(self, field: str, names: Sequence[str]) -> dict[str, bytes]:
        """Choose files of the kinds that their names say; answers with what is in them."""
        contents = {name: sample(name.rpartition(".")[2]) for name in names}
        chosen: list[FilePayload] = [
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            for name, content in contents.items()
        ]
        self.page.locator(f"[name={field}]").set_input_files(chosen)
        return contents

    def uploads(self, case: Case, *names: str, message: str = "") -> None:
        """Upload a response."""
        self.goes_to(case)
        self.follows("Upload response")
        self.attaches("documents", names)
        if message:
            self.fills(message=message)
        self.presses("Upload response")

    def clears(self, case: Case) -> None:
        """Clear a response that no other office has to see, or let the next office see it."""
        self.goes_to(case)
        self.follows("Clear response")
        self.presses("Clear the response")

    def marks_as_sent(self, case: Case, day: date | None = None) -> None:
        """Mark the response as sent."""
        self.goes_to(case)
        self.follows("Mark response as sent")
        self.enters_date("response_date", day or self.today)
        self.presses("Mark as sent")

    def downloads(self, name: str) -> bytes:
        """Fetch a file by its link."""
        with self.page.expect_download() as download:
            self.main.get_by_role("link", name=f"Download {name}", exact=True).click()
        assert download.value.suggested_filename == name
        return Path(download.value.path()).read_bytes()

    def closes_as_granted(self, case: Case) -> None:
        """Close a case whose request was granted in full."""
        self.goes_to(case)
        self.follows("Close case")
        self.presses("Continue")
        self.chooses(information_held="held", outcome="granted")
        self.presses("Close the case")

    # --- lists --------------------------------------------------------------------------------------

    def row(self, case: Case) -> Locator:
        """The row of a case, on the present page of a list."""
        return self.main.locator("tbody tr").filter(has_text=case.number)

    def finds(self, case: Case) -> Locator:
        """The row of a case in a list that may have several pages."""
        while not self.row(case).count():
            assert self.main.get_by_role("link", name="Next").count(), f"{case.number} is not in the list"
            self.follows(re.compile("Next"))
        return self.row(case)

    def row_of(self, case: Case) -> str:
        """What the list says of a case."""
        return " ".join((self.finds(case).text_content() or "").split())

    def does_not_find(self, case: Case) -> None:
        """No page of the list has this case."""
        assert not self.row(case).count()
        while self.main.get_by_role("link", name="Next").count():
            self.follows(re.compile("Next"))
            assert not self.row(case).count()

    def takes_on_from_list(self, case: Case) -> None:
        """Take a case on from the list of new cases, without leaving it.

        The row tells what was done; without scripts the list does, shown again.
        """
        row, button = self.finds(case), f"Take case on {case.number}"
        if self.scripts:
            row.get_by_role("button", name=button).click()
            expect(row).to_contain_text(f"You have taken case {case.number} on.")
        else:
            self.presses(button, within=row)
            self.sees_notice(f"You have taken case {case.number} on.")

    def undoes_on_list(self, case: Case) -> None:
        """Take back what was just done on the list of new cases; the buttons of the row are there again."""
        if self.scripts:
            self.row(case).get_by_role("button", name="Undo").click()
        else:
            self.presses("Undo", within=self.page.get_by_role("alert").first)
            self.sees_notice(case.number)
        expect(self.row(case).get_by_role("button", name=f"Take case on {case.number}")).to_be_visible()

    def counts_of_my_open_cases(self) -> tuple[int, int]:
        """How many of their own open cases are in time, and how many late, as the tabs say."""
        self.opens("/cases/mine/")
        tabs = self.page.get_by_role("navigation", name="My open cases").inner_text()
        found = re.search(r"In time \((\d+)\)\s+Late \((\d+)\)", tabs)
        assert found, tabs
        return int(found[1]), int(found[2])

    def searches_for(self, text: str) -> None:
        """Search through all cases."""
        self.opens("/search/")
        self.fills(text=text)
        self.presses("Search", within=self.main)
