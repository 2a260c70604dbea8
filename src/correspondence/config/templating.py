"""The Jinja2 environment of the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from django.templatetags.static import static
from django.urls import reverse
from jinja2.ext import do
from markupsafe import Markup, escape

from correspondence import pages
from correspondence.core import formats
from correspondence.pages import paging

if TYPE_CHECKING:
    from datetime import date, datetime

TEMPLATES = Path(pages.__file__).parent / "templates"
NOT_A_VALUE = "A template printed an undefined name: "


class UnprintableUndefined(jinja2.Undefined):
    """May be tested, as the kit's macros do; fails when it would be printed.

    An inline ``if`` without ``else`` is no name: it prints nothing, as in the kit's macros.
    """

    __slots__ = ()

    def __str__(self) -> str:
        if self._undefined_name is None and self._undefined_hint is not None:
            return ""
        raise jinja2.UndefinedError(NOT_A_VALUE + self._undefined_message)


def environment(**options: Any) -> jinja2.Environment:
    """The environment, with the options that Django hands over (of which ours win)."""
    options |= {
        "autoescape": True,
        "undefined": UnprintableUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": [do],
        "loader": jinja2.ChoiceLoader(
            [
                jinja2.FileSystemLoader(TEMPLATES),
                jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
    }
    env = jinja2.Environment(**options)  # noqa: S701 - autoescape is in the options, always on
    env.globals |= {
        "url": _url,
        "static": static,
        "page_numbers": paging.page_numbers,
        "neighbours": paging.neighbours,
    }
    env.filters |= {
        "date": _short_date,
        "long_date": _long_date,
        "date_time": _date_time,
        "time": formats.time_of_day,
        "file_size": formats.file_size,
        "counted": formats.counted,
        "yes_no": _yes_no,
        "paragraphs": _paragraphs,
        "lines": _lines,
    }
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def _short_date(day: date | None) -> str:
    return "" if day is None else formats.short_date(day)


def _long_date(day: date | None) -> str:
    return "" if day is None else formats.long_date(day)


def _date_time(moment: datetime | None) -> str:
    return "" if moment is None else formats.date_time(moment)


def _yes_no(value: bool | None) -> str:  # noqa: FBT001 - a filter's value has no keyword
    return "" if value is None else "Yes" if value else "No"


def _lines(text: str) -> Markup:
    """Escaped text that keeps its line breaks."""
    return Markup("<br>").join(escape(line) for line in text.replace("\r\n", "\n").split("\n"))


def _paragraphs(text: str) -> Markup:
    """Escaped text as paragraphs: an empty line parts two, a single line break stays one."""
    blocks = [block.strip("\n") for block in text.replace("\r\n", "\n").split("\n\n")]
    return Markup().join(
        Markup('<p class="govuk-body">{}</p>').format(_lines(block)) for block in blocks if block.strip()
    )
