"""What an answer of the test client says to the person: notices, problems of a form, where it leads."""

from __future__ import annotations

from typing import Any

from tests.pages.reading import read

# The answers of the test client have no name that the stubs make public, so they are Any here.


def told(answer: Any, kind: str) -> str:
    """The one notice at the top of the page: ``success`` or ``error``."""
    return read(answer.content).one(class_=f"moj-alert--{kind}").text


def led_to(answer: Any) -> str:
    """Where the answer sends the browser."""
    assert answer.status_code == 302, answer.status_code
    return str(answer.headers["Location"])


def problems(answer: Any) -> dict[str, str]:
    """What the error summary says, by the field to which each line leads; the field is on the page."""
    assert answer.status_code == 422, answer.status_code
    page = read(answer.content)
    assert page.one("title").text.startswith("Error: ")
    links = page.one(class_="govuk-error-summary").all("a")
    for link in links:
        assert page.all(id=link["href"].removeprefix("#")), link["href"]
    return {link["href"].removeprefix("#id_"): link.text for link in links}
