"""Reading ``deploy/platform.toml``, with errors that name the table and the key."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from operations.platform.model import Platform
from operations.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[3]
FILE = PROJECT / "deploy" / "platform.toml"


def load(path: Path = FILE) -> Platform:
    """The platform as the file describes it.

    Raises:
        Trouble: the file is missing or broken; every fault is named at once.
    """
    return check(read(path), path)


def read(path: Path) -> dict[str, object]:
    """The tables of a TOML file.

    Raises:
        Trouble: it is missing, or is no TOML.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Trouble(f"{path} is no valid TOML: {error}.") from error


def check(tables: dict[str, object], path: Path) -> Platform:
    """The typed platform of these tables."""
    try:
        return Platform.model_validate(tables)
    except ValidationError as error:
        raise Trouble(f"{path} cannot be used:", faults(error)) from error


def faults(error: ValidationError) -> str:
    """Each fault on a line of its own: the key, what is wrong, what stands there."""
    return "\n".join(
        _line(fault["loc"], fault["type"], fault["msg"], fault["input"]) for fault in error.errors()
    )


def _line(where: tuple[int | str, ...], kind: str, message: str, given: object) -> str:
    key = ".".join(str(step) for step in where if step != "[key]")
    words = {"missing": "is missing", "extra_forbidden": "is unknown here; is it misspelt?"}
    if kind in words:
        return f"{key}: {words[kind]}"
    what = message.removeprefix("Value error, ")
    if kind == "value_error":
        return f"{key}: {what}" if key else what
    shown = "" if isinstance(given, dict | list) else f" (it says {given!r})"
    return f"{key}: {what[0].lower()}{what[1:]}{shown}"
