"""The messages as pages, for people who try the service."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stubs.notify.store import Message

PER_PAGE = 20
LONDON = ZoneInfo("Europe/London")
STYLE = """
:root { color-scheme: light; }
body { margin: 0; font: 1.1875rem/1.4 arial, sans-serif; color: #0b0c0c; background: #fff; }
header, main { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { padding-block: 0.75rem; border-bottom: 0.5rem solid #1d70b8; font-weight: bold; }
h1 { font-size: 2rem; margin: 1.5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 1.5rem 0 0.5rem; }
a { color: #1a65a6; text-underline-offset: 0.15em; overflow-wrap: anywhere; }
a:focus { outline: 3px solid transparent; color: #0b0c0c; background: #fd0; box-shadow: 0 4px #0b0c0c; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
ul.messages { list-style: none; margin: 0; padding: 0; }
ul.messages > li { padding: 0.75rem 0; border-bottom: 1px solid #b1b4b6; overflow-wrap: anywhere; }
ul.messages p { margin: 0.25rem 0 0; color: #484949; font-size: 1rem; }
dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: 0.25rem 1.5rem; }
dl { margin: 0 0 1.5rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
article { border-top: 1px solid #b1b4b6; padding-top: 0.5rem; overflow-wrap: anywhere; }
nav ul { display: flex; gap: 1.5rem; list-style: none; padding: 0; }
"""
STATUSES = {
    "created": "Accepted",
    "sending": "Sending",
    "delivered": "Delivered",
    "permanent-failure": "Could not be delivered: there is no such address",
    "temporary-failure": "Could not be delivered: the mailbox did not answer",
}

# A link in words, or an address by itself: what the real service makes a link of.
_LINK = re.compile(
    r"\[(?P<words>[^\]]+)\]\((?P<target>https?://[^\s)]+)\)|(?P<bare>https?://[^\s<]+[^<.,:\"')\]\s])"
)
_BULLET = re.compile(r"[*•-] (?P<text>.*)")
_HEADING = re.compile(r"#{1,2} ?(?P<text>.*)")


def list_page(messages: list[Message], *, page: int, total: int) -> str:
    """The messages of one page, newest first."""
    if not messages:
        return _frame("Inbox", "<h1>Inbox</h1><p>No messages yet.</p>")
    rows = "".join(
        f'<li><a href="/messages/{escape(message.id)}">{escape(message.subject) or "(no subject)"}</a>'
        f"<p>To {escape(message.email_address)}, {_when(message)}. {escape(_status(message))}.</p></li>"
        for message in messages
    )
    pages = -(-total // PER_PAGE)
    title = "Inbox" if pages == 1 else f"Inbox (page {page} of {pages})"
    return _frame(title, f'<h1>{title}</h1><ul class="messages">{rows}</ul>{_paging(page, pages)}')


def message_page(message: Message) -> str:
    """One message."""
    details = (
        ("To", message.email_address),
        ("When", _when(message)),
        ("Status", _status(message)),
        ("Reference", message.reference or "none"),
    )
    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in details)
    subject = escape(message.subject) or "(no subject)"
    return _frame(
        subject,
        f'<p><a href="/">Back to the inbox</a></p><h1>{subject}</h1><dl>{rows}</dl>'
        f'<article aria-label="Text of the message">{"".join(_blocks(message.body))}</article>',
    )


def missing_page() -> str:
    """What is shown where there is nothing."""
    return _frame("Not found", '<h1>There is no such page</h1><p><a href="/">Go to the inbox</a></p>')


def _blocks(text: str) -> Iterator[str]:
    """The text with its headings, lists and paragraphs."""
    bullets: list[str] = []
    paragraph: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        bullet, heading = _BULLET.fullmatch(line), _HEADING.fullmatch(line)
        if paragraph and (bullet or heading or not line.strip()):
            yield f"<p>{'<br>'.join(paragraph)}</p>"
            paragraph = []
        if bullets and not bullet:
            yield f"<ul>{''.join(bullets)}</ul>"
            bullets = []
        if bullet:
            bullets.append(f"<li>{_linked(bullet['text'])}</li>")
        elif heading:
            yield f"<h2>{_linked(heading['text'])}</h2>"
        elif line.strip():
            paragraph.append(_linked(line))


def _linked(text: str) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(text):
        target = found["target"] or found["bare"]
        parts += [
            escape(text[end : found.start()]),
            f'<a href="{escape(target)}">{escape(found["words"] or target)}</a>',
        ]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _paging(page: int, pages: int) -> str:
    if pages == 1:
        return ""
    links = [
        f'<li><a rel="{rel}" href="/?page={number}">{words}</a></li>'
        for rel, number, words in (("prev", page - 1, "Newer messages"), ("next", page + 1, "Older messages"))
        if 1 <= number <= pages
    ]
    return f'<nav aria-label="Pages"><ul>{"".join(links)}</ul></nav>'


def _when(message: Message) -> str:
    local = message.created.astimezone(LONDON)
    return f"{local.day} {local:%B %Y, %H:%M}"


def _status(message: Message) -> str:
    return STATUSES[message.status]


def _frame(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} - messages sent</title>"
        '<link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,"></head><body>'
        '<a class="skip" href="#content">Skip to the content</a>'
        "<header>Messages that the demonstration has sent</header>"
        f'<main id="content">{content}</main></body></html>'
    )
