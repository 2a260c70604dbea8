"""The pages about running the service: settings, commands, jobs and addresses."""

from __future__ import annotations

import argparse
import logging
import re
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from django.core.management import get_commands, load_command_class
from django.http import HttpRequest
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from correspondence.config.reference import markdown as md
from correspondence.core.settings import Settings
from correspondence.jobs import kinds, schedule
from correspondence.jobs.schedule import Daily, Every
from correspondence.pages import urls
from correspondence.pages.access import is_public
from correspondence.rulebook import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.urls import URLPattern
    from pydantic.fields import FieldInfo

    from correspondence.jobs.kinds import Kind
    from correspondence.jobs.schedule import Due

MAKEFILE = Path(__file__).resolve().parents[4] / "Makefile"
TARGET = re.compile(r"^([a-z][a-z-]*):.*?## (.+)$", re.MULTILINE)


# --- settings -------------------------------------------------------------------------------------


def settings() -> str:
    """Every setting with its meaning and default."""
    said, fields = md.prose()["settings"], Settings.model_fields.items()
    needed = [_setting(name, field)[:3] for name, field in fields if field.is_required()]
    optional = [_setting(name, field) for name, field in fields if not field.is_required()]
    return md.page(
        "Settings",
        said["opening"],
        "## Needed",
        md.table(("Setting", "Meaning", "Value"), needed),
        "## Optional",
        md.table(("Setting", "Meaning", "Value", "Unless set"), optional),
        "## Read beside them",
        md.table(("Variable", "Meaning"), ((f"`{name}`", told) for name, told in said["beside"].items())),
        said["closing"],
    )


def _setting(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    return f"`{name.upper()}`", field.description or "", _value(field), _default(field.default)


def _value(field: FieldInfo) -> str:
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    limits = {type(one).__name__: one for one in field.metadata}
    if kind is int:
        return f"{limits['Ge'].ge} to {limits['Le'].le}"
    plain: dict[Any, str] = {bool: "`true` or `false`", SecretStr: "secret", str: "text", Path: "path"}
    inside = next((plain[one] for one in get_args(kind) if one in (Path, SecretStr)), "list")
    return plain.get(kind, inside)


def _default(default: object) -> str:
    if default is PydanticUndefined or default in (None, "", (), SecretStr("")):
        return "nothing"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


# --- commands -------------------------------------------------------------------------------------


def commands() -> str:
    """What can be typed."""
    said = md.prose()["commands"]
    targets = TARGET.findall(MAKEFILE.read_text(encoding="utf-8"))
    own = [name for name, app in sorted(get_commands().items()) if str(app).startswith("correspondence.")]
    return md.page(
        "Commands",
        f"## make\n\n{said['make']}",
        md.table(("Command", "What it does"), ((f"`make {name}`", told) for name, told in targets)),
        f"## manage.py\n\n{said['manage']}",
        *(_manage(name, parser) for name, parser in _parsers(own)),
        said["django"],
        f"## ct-ops local\n\n{said['launcher']}",
        md.table(
            ("Command", "What it does"), ((f"`{name}`", told) for name, told in said["launched"].items())
        ),
    )


def _parsers(own: Iterable[str]) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for name in own:
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        if name == "policy":
            # Django's only part in it is the check; the rest is read without Django.
            yield "policy check", _only_help(parser)
            yield from _subcommands(console.parser())
        else:
            yield name, parser


def _only_help(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(description=parser.description)


def _subcommands(whole: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands of a parser, each with its help as description."""
    for action in whole._actions:  # noqa: SLF001 - argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - likewise
            told = {choice.dest: choice.help for choice in action._choices_actions}  # noqa: SLF001 - likewise
            for name, parser in action.choices.items():
                parser.description = f"{str(told[name])[:1].upper()}{str(told[name])[1:]}."
                yield f"policy {name}", parser


DJANGO_S_OWN = frozenset(
    (
        "help",
        "version",
        "verbosity",
        "settings",
        "pythonpath",
        "traceback",
        "no_color",
        "force_color",
        "skip_checks",
    )
)


def _manage(name: str, parser: argparse.ArgumentParser) -> str:
    rows = [
        (f"`{' '.join((*action.option_strings, _placeholder(action))).strip()}`", _help(action))
        for action in parser._actions  # noqa: SLF001 - argparse has no other way to list them
        if action.dest not in DJANGO_S_OWN
    ]
    parts = [f"### {name}", parser.description or ""]
    return "\n\n".join([*parts, md.table(("Option", "Meaning"), rows)] if rows else parts)


def _placeholder(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, str):
        return action.metavar
    return action.dest if not action.option_strings else action.dest.upper()


def _help(action: argparse.Action) -> str:
    text = (action.help or "").replace("%(default)s", str(action.default))
    if isinstance(action.default, list):
        text += f" (default {','.join(action.default)})"
    elif isinstance(action.default, int | str) and action.default and "default" not in text:
        text += f" (default {action.default})"
    return text + ("; needed" if action.required and action.option_strings else "")


# --- jobs -----------------------------------------------------------------------------------------


def jobs() -> str:
    """Kinds of jobs, queues with their limits, and the schedule."""
    said = md.prose()["jobs"]
    queues = (
        (f"`{queue.name}`", f"{queue.time_limit} s", f"{queue.lease} s", f"{queue.redispatch_age} s")
        for queue in kinds.QUEUES.values()
    )
    lines = (
        (f"`{entry.name}`", f"`{entry.kind}`", _when(entry.due))
        for entry in schedule.entries()
        if _is_ours(kinds.named(entry.kind))
    )
    return md.page(
        "Jobs",
        said["opening"],
        "## Queues",
        md.table(("Queue", "Time limit", "Lease of a claim", "Sent again when not claimed within"), queues),
        f"## Kinds\n\n{said['kinds']}",
        md.table(("Kind", "What it does", "Queue", "Attempts", "Works"), map(_kind, _our_kinds())),
        f"## Schedule\n\n{said['schedule']}",
        md.table(("Entry", "Kind", "When"), lines),
    )


def _our_kinds() -> list[Kind]:
    return [kind for kind in kinds.all_known() if _is_ours(kind)]


def _kind(kind: Kind) -> tuple[str, ...]:
    return (
        f"`{kind.name}`",
        md.first_paragraph(function_of(kind).__doc__),
        f"`{kind.queue.name}`",
        str(kind.attempts),
        "inside" if kind.inside else "outward",
    )


def function_of(kind: Kind) -> Callable[..., object]:
    """What a job of this kind runs."""
    function = kind.inside or kind.outward
    if function is None:
        raise LookupError(f"{kind.name} does nothing.")
    return function


def _is_ours(kind: Kind) -> bool:
    """Whether the application has this kind; tests may have added some of their own."""
    return function_of(kind).__module__.startswith("correspondence.")


def _when(due: Due) -> str:
    if isinstance(due, Daily):
        return f"every day at {due.at:%H:%M}"
    return f"every {due.interval}" if isinstance(due, Every) else str(due)


# --- addresses ------------------------------------------------------------------------------------


def addresses() -> str:
    """Every address with its methods."""
    return md.page(
        "Addresses",
        md.prose()["addresses"]["opening"],
        md.table(("Name", "Path", "Methods", "What it is", "Open to"), map(_address, urls.urlpatterns)),
    )


def _address(pattern: URLPattern) -> tuple[str, ...]:
    return (
        f"`{pattern.name}`",
        f"`/{pattern.pattern}`",
        ", ".join(methods_of(pattern)),
        md.first_paragraph(pattern.callback.__doc__),
        "everybody" if is_public(pattern.callback) else "signed in",
    )


def methods_of(pattern: URLPattern) -> list[str]:
    """The methods that an address takes, as it names them when asked by one that it does not."""
    request = HttpRequest()
    request.method = "TRACE"
    with _refusals_unlogged():
        answer = pattern.callback(request)
    if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        raise LookupError(f"{pattern.name} does not say which methods it takes.")
    return [method for method in answer["Allow"].split(", ") if method != "HEAD"]


@contextmanager
def _refusals_unlogged() -> Iterator[None]:
    """Django logs each refusal of a method; here it is what we ask for."""
    log = logging.getLogger("django.request")
    was, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = was
