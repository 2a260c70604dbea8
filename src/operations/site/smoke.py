"""Trying a site out as a person would, by an account and a unit of its own; its case is then deleted."""

from __future__ import annotations

import json
import secrets
import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from operations import native
from operations.site import containers, opening, rolling
from operations.site.compose import Compose
from operations.site.visitor import Visitor
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from operations.site.folder import Site
    from operations.site.visitor import Page

JOB_SECONDS = 90
PAUSE_SECONDS = 1.0
OK = 200
LONDON = ZoneInfo("Europe/London")


@dataclass(slots=True)
class Verdict:
    """What was tried, in its order: the step, how long it took, and what was wrong (nothing, if empty)."""

    steps: list[tuple[str, float, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything worked."""
        return bool(self.steps) and not any(wrong for _, _, wrong in self.steps)

    def step(self, what: str, action: Callable[[], str | None]) -> bool:
        """Try one thing; whether it worked.

        Args:
            what: the step in words.
            action: does it; what it answers is wrong, and so is a `Trouble`.
        """
        began = time.monotonic()
        try:
            wrong = action() or ""
        except Trouble as trouble:
            wrong = " ".join(filter(None, (str(trouble), trouble.advice)))
        self.steps.append((what, time.monotonic() - began, wrong))
        return not wrong


def run(site: Site, url: str | None) -> Verdict:
    """Try everything; a step whose ground is missing is not tried."""
    verdict = Verdict()
    state = site.state()
    trial = Trial(site, url)
    if verdict.step("an account of its own", trial.prepare) and verdict.step("signing in", trial.sign_in):
        if verdict.step("creating a case with a document", trial.create):
            verdict.step("a job: the document is checked for viruses", trial.await_job)
            verdict.step("downloading the document, byte for byte", trial.download)
        if trial.case:
            verdict.step("deleting the case", trial.delete)
    verdict.step(f"version {state.release} on every instance", lambda: versions(site, state.release))
    return verdict


def versions(site: Site, release: str) -> str:
    """What is wrong with the versions of the instances."""
    wrong = []
    for part in ("app", "worker-quick", "worker-long", "dispatcher"):
        found = [one for one in containers.of_project(site.project, part) if one.state == "running"]
        if not found:
            wrong.append(f"{part}: none runs")
        for one in found:
            told = one.release
            if part == "app":
                told = native.look(
                    "docker", "exec", one.ident, "python", "-c", rolling.ASK_VERSION
                ).out.strip()
            if told != release:
                wrong.append(f"{one.name}: {told or 'no answer'}")
    return "; ".join(wrong)


class Trial:
    """One round through the service."""

    def __init__(self, site: Site, url: str | None) -> None:
        self._site = site
        values = site.values
        here = "127.0.0.1" if values.bind == "0.0.0.0" else values.bind.strip("[]")  # noqa: S104 - compared
        at = None if url and urlsplit(url).hostname != values.host else (here, values.https_port)
        self._visitor = Visitor(url or values.base_url, trust(site), at)
        self._account = {"email": "", "password": ""}
        self._content = b""
        self.case = ""

    def prepare(self) -> str:
        """Have the application make the account fit for use."""
        outcome = Compose(self._site, self._site.state()).manage("prepare_smoke")
        if not outcome.good:
            return outcome.tail
        try:
            told = json.loads(outcome.out.strip().splitlines()[-1])
            self._account = {"email": str(told["email"]), "password": str(told["password"])}
        except (ValueError, KeyError, IndexError, TypeError):
            return "its answer was not understood"
        return ""

    def sign_in(self) -> str:
        """Through the page, as anybody does."""
        page = self._visitor.get("/sign-in/")
        page = self._visitor.send(page.form("password"), self._account)
        return "" if page.status == OK and "/sign-in/" not in page.path else _said(page)

    def create(self) -> str:
        """An FOI request that came by email, with a file."""
        self._content = a_document()
        page = self._visitor.get("/cases/foi/new/")
        day = _last_working_day()
        page = self._visitor.send(
            page.form("delivery_method"),
            {
                "case_type": "foi",
                "flag_for_disclosure": "no",
                "name": "Smoke test",
                "email": "smoke-tests@example.invalid",
                "requester_type": "member_of_the_public",
                "delivery_method": "sent_by_email",
                "received_date-day": str(day.day),
                "received_date-month": str(day.month),
                "received_date-year": str(day.year),
                "subject": "Smoke test",
                "message": "Please ignore this case: it is deleted at once.",
            },
            files={"attachments": ("smoke-test.pdf", self._content)},
        )
        steps = page.path.split("/")
        if page.status != OK or len(steps) < 3 or steps[1] != "cases" or not steps[2].isdecimal():  # noqa: PLR2004 - "", cases, number
            return _said(page)
        self.case = f"/cases/{steps[2]}/"
        return ""

    def await_job(self) -> str:
        """Checking a file is a job: only when a worker has done it can the file be had."""
        deadline = time.monotonic() + JOB_SECONDS
        while not self._visitor.get(self.case).links("/attachments/"):
            if time.monotonic() > deadline:
                return f"not done within {JOB_SECONDS} seconds"
            time.sleep(PAUSE_SECONDS)
        return ""

    def download(self) -> str:
        """The file comes back as it was sent."""
        links = self._visitor.get(self.case).links("/attachments/")
        if not links:
            return "the file is not offered"
        page = self._visitor.get(links[0])
        if page.status != OK:
            return _said(page)
        return "" if page.body == self._content else f"{len(page.body)} bytes came back, and not the same"

    def delete(self) -> str:
        """Nothing of the trial stays among the cases."""
        page = self._visitor.get(f"{self.case}delete/")
        page = self._visitor.send(page.form("reason"), {"reason": "It was a smoke test."})
        if page.status != OK:
            return _said(page)
        gone = self._visitor.get(self.case)
        return "" if gone.status == 404 else f"the case still answers ({gone.status})"  # noqa: PLR2004 - not found


def a_document() -> bytes:
    """A small PDF that no other trial has sent."""
    words = f"BT /F1 12 Tf 72 720 Td (Smoke test {secrets.token_hex(16)}) Tj ET"
    bodies = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(words)} >>\nstream\n{words}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}"
    return (
        content
        + f"{head}trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R >>\n".encode()
        + (f"startxref\n{len(content)}\n%%EOF\n".encode())
    )


def trust(site: Site) -> ssl.SSLContext:
    """Our own authority, or those of the system where the operator brought a certificate."""
    context = ssl.create_default_context()
    if not site.values.certificate_file:
        own = site.secrets_folder / "ca.pem"
        if not own.is_file():
            raise Trouble("This site is not up.", f"Bring it up first: ct-ops up {site.values.kind}")
        context = ssl.create_default_context(cafile=str(own))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _last_working_day() -> date:
    """Not a day to come, in London, and no weekend."""
    day = opening.now().astimezone(UTC).astimezone(LONDON).date()
    return day - timedelta(days=max(0, day.weekday() - 4))


def _said(page: Page) -> str:
    """What a page that was not wanted says, in a few words."""
    title = page.text.partition("<title>")[2].partition("</title>")[0].strip()
    return f"{page.path} answered {page.status}: {' '.join(title.split()) or 'without a title'}"


def text(verdict: Verdict) -> str:
    """A table, and the verdict."""
    lines = [
        f"  {'✗' if wrong else '✓'} {what:<46} {seconds:6.1f} s{'   ' + wrong if wrong else ''}"
        for what, seconds, wrong in verdict.steps
    ]
    return "\n".join((*lines, "", "The site works." if verdict.good else "The site does NOT work."))
