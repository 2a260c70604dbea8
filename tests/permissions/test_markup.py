"""What holds for the markup of every page that anybody can open."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from tests.permissions.world import PEOPLE, QUERY, address_of, addresses, client_of, people, world

pytestmark = pytest.mark.django_db

NOT_PAGES = {"live", "ready", "active", "ping", "download_attachment"}

UNSEEN = {"hidden", "submit", "button"}


class Markup(HTMLParser):
    """Counts what a page must have once, and gathers what belongs together."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.headings = 0
        self.labelled: set[str] = set()
        self.inputs: list[str] = []
        self.described: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids[given["id"]] += 1
        self.headings += tag == "h1"
        if tag == "label":
            self.labelled.add(given.get("for", ""))
        if tag in ("input", "select", "textarea") and given.get("type") not in UNSEEN:
            self.inputs.append(given.get("id", "") if "aria-label" not in given else "")
        self.described |= set(given.get("aria-describedby", "").split())
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "script" and "src" not in given and "nonce" not in given:
            self.inline.append("script")


def faults(text: str) -> list[str]:
    """What is wrong with a page."""
    page = Markup(text)
    title = re.search(r"<title>\s*(.*?)\s*</title>", text, re.DOTALL)
    return [
        *(f"the id {one} stands {count} times" for one, count in page.ids.items() if count > 1),
        *([f"{page.headings} main headings"] if page.headings != 1 else []),
        *([] if title and title.group(1) else ["no title"]),
        *(f"no label for {one}" for one in page.inputs if one and one not in page.labelled),
        *(f"described by {one}, which is not there" for one in page.described if one not in page.ids),
        *(f"inline {one}" for one in page.inline),
        *(["None is printed"] if re.search(r">\s*None\s*<", text) else []),
    ]


def test_every_page_is_well_made_for_everybody_who_can_open_it() -> None:
    where, who, wrong, seen = world(), people(), [], 0
    for kind in PEOPLE:
        client = client_of(who[kind])
        for name in addresses():
            if name in NOT_PAGES:
                continue
            address = address_of(name, where)
            if name in QUERY:
                address += "?" + "&".join(f"{key}={value}" for key, value in QUERY[name](where).items())
            answer = client.get(address)
            if "text/html" in answer.get("Content-Type", "") and answer.status_code not in (301, 302):
                seen += 1
                wrong += [f"{name} as {kind}: {fault}" for fault in faults(answer.content.decode())]
    assert "\n".join(sorted(set(wrong))) == ""
    assert seen > 200
