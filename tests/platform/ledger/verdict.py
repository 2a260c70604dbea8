"""The ledger held to the service: through its pages, and by SQL."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.platform.ledger.browser import Browser
    from tests.platform.ledger.journal import Entry

type Asking = Callable[[str], list[list[str]]]
"""Asks the database: rows of a statement, as text."""

OPENERS = 4
"""Browsers that look things up side by side."""

# Every trace of what was written, by the marker that each write carries.
TRACES = """
    SELECT 'message', message, form_key::text, case_id FROM cases_transition
     WHERE message LIKE 'Ledger %' AND event = 'add_message_to_case'
    UNION ALL
    SELECT 'case', c.subject, t.form_key::text, c.id FROM cases_case c
      JOIN cases_transition t ON t.case_id = c.id AND t.event = 'create'
     WHERE c.subject LIKE 'Ledger %' AND c.deleted_at IS NULL
    UNION ALL
    SELECT 'file', replace(filename, '.pdf', ''), upload_group::text, case_id FROM documents_attachment
     WHERE filename LIKE 'Ledger %'
"""


@dataclass(slots=True)
class Verdict:
    """What a comparison found.

    Attributes:
        lost: acknowledged, and missing in the database or on the pages.
        refused_and_there: refused, and nevertheless there.
        twice: there more than once.
        unknown: never answered; allowed, and counted.
    """

    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    repeated: int = 0
    lost: list[str] = field(default_factory=list)
    refused_and_there: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the service kept its word."""
        return not (self.lost or self.refused_and_there or self.twice)

    def __str__(self) -> str:
        wrong = [*self.lost, *self.refused_and_there, *self.twice]
        return (
            f"{self.acknowledged} acknowledged, {len(self.lost)} lost,"
            f" {len(self.refused_and_there)} refused and there, {len(self.twice)} twice,"
            f" {self.unknown} unknown, {self.repeated} repeated{': ' if wrong else ''}{'; '.join(wrong[:5])}"
        )


def compare(entries: Sequence[Entry], ask: Asking, browsers: Sequence[Browser]) -> Verdict:
    """Hold what the clients were told to what is there.

    Args:
        browsers: of people who may see every case; not at work meanwhile.
    """
    found = Verdict()
    traces: defaultdict[str, list[str]] = defaultdict(list)
    for _kind, marker, key, _case in ask(TRACES):
        traces[marker].append(key)
    told = Counter(entry.told for entry in entries)
    found.acknowledged, found.refused, found.unknown = (
        told["acknowledged"],
        told["refused"],
        told["unknown"],
    )
    found.repeated = sum(entry.sent > 1 for entry in entries)
    for entry in entries:
        keys, words = traces[entry.intention.marker], _words(entry)
        if entry.told == "acknowledged" and entry.intention.key not in keys:
            found.lost.append(f"{words}: not in the database")
        if entry.told == "refused" and keys:
            found.refused_and_there.append(f"{words}: {entry.words[-1]}")
        if len(keys) > 1:
            found.twice.append(words)
    found.lost += _not_on_pages([entry for entry in entries if entry.told == "acknowledged"], browsers)
    return found


def longest_gap(entries: Iterable[Entry], *, since: float, until: float) -> float:
    """The longest time, in seconds, in which no write of any client was acknowledged."""
    moments = sorted(
        entry.at for entry in entries if entry.told == "acknowledged" and since <= entry.at <= until
    )
    bounds = [since, *moments, until]
    return max(later - earlier for earlier, later in pairwise(bounds))


def _not_on_pages(entries: Sequence[Entry], browsers: Sequence[Browser]) -> list[str]:
    by_case: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.case_id is not None:
            by_case[entry.case_id].append(entry)
    cases = sorted(by_case)
    shares = [cases[number::OPENERS] for number in range(OPENERS)]
    with ThreadPoolExecutor(OPENERS) as pool:
        answers = pool.map(
            lambda share: [
                missing for case in share[1] for missing in _missing(share[0], case, by_case[case])
            ],
            zip(browsers, shares, strict=False),
        )
        return [words for answer in answers for words in answer]


def _missing(browser: Browser, case_id: int, entries: Sequence[Entry]) -> list[str]:
    page = browser.get(f"/cases/{case_id}/")
    if page.status != 200:
        return [f"{_words(entry)}: its case answers {page.status}" for entry in entries]
    text = page.text
    absent = [f"{_words(entry)}: not on its page" for entry in entries if entry.intention.marker not in text]
    other = [
        f"{_words(entry)}: {why}"
        for entry in entries
        if entry.intention.kind == "file" and (why := _why_other_file(browser, text, entry))
    ]
    return absent + other


def _why_other_file(browser: Browser, page: str, entry: Entry) -> str:
    """Download the file, if the page offers it (one still waiting for its check has no link)."""
    link = re.search(rf'href="(/attachments/\d+/)"[^>]*>[^<]*{re.escape(entry.intention.marker)}', page)
    if link is None:
        return ""
    reply = browser.get(link[1])
    if reply.status != 200:
        return f"its download answers {reply.status}"
    same = hashlib.sha256(reply.body).hexdigest() == entry.intention.sha256
    return "" if same else "it comes back with other bytes"


def _words(entry: Entry) -> str:
    return f"{entry.intention.kind} {entry.intention.marker} of case {entry.case_id}"
