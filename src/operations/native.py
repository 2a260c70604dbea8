"""Native tools, docker above all: run so that a person sees which, and stopped with a plain sentence."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LAST_LINES = 12
LONGEST_SHOWN = 400
"""Characters of a command that are printed; the rest is named by its length."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool answered."""

    code: int
    out: str
    err: str

    @property
    def good(self) -> bool:
        """Whether it did what it was asked."""
        return self.code == 0

    @property
    def tail(self) -> str:
        """The last lines that it said, of its complaints if there are any."""
        return "\n".join((self.err.strip() or self.out.strip()).splitlines()[-LAST_LINES:])


def say(line: str = "") -> None:
    """Tell the person, as long as somebody may be reading."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        # The terminal has gone, or there never was one; Python, too, says None when there is no output.
        sys.stdout = None


def look(
    *command: str,
    given: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = 60,
    folder: Path | None = None,
) -> Outcome:
    """Ask a tool quietly, and judge its answer oneself.

    Args:
        command: the tool and its arguments; no shell reads them.
        given: what it reads on its standard input.
        environment: its whole environment; ours unless given.
        seconds: how long it may take; None for as long as it needs.
        folder: where it runs.

    Raises:
        Trouble: there is no such tool, or it did not answer in time.
    """
    try:
        # No shell: the arguments are handed over as they are.
        done = subprocess.run(  # noqa: S603
            command,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            env=None if environment is None else dict(environment),
            timeout=seconds,
            cwd=folder,
            check=False,
        )
    except FileNotFoundError as error:
        raise missing(command[0]) from error
    except PermissionError as error:
        raise Trouble(f"'{command[0]}' may not be run by this user.") from error
    except subprocess.TimeoutExpired as error:
        raise Trouble(f"`{shown(command)}` has not answered within {seconds:.0f} seconds.") from error
    return Outcome(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def carry_out(
    *command: str,
    given: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
    trouble: str = "",
    quiet: bool = False,
) -> Outcome:
    """Print a command, unless it is only a question, and run it.

    Raises:
        Trouble: it failed; `trouble` says what that means, and its last lines follow.
    """
    if not quiet:
        say(f"  $ {shown(command)}")
    outcome = look(*command, given=given, environment=environment, seconds=seconds)
    if not outcome.good:
        raise Trouble(
            trouble or f"`{shown(command[:4])} …` has failed (exit code {outcome.code}).", outcome.tail
        )
    return outcome


def attached(*command: str, environment: Mapping[str, str] | None = None) -> int:
    """Run a command with the person's own terminal; its exit code."""
    say(f"  $ {shown(command)}")
    try:
        # No shell: the arguments are handed over as they are.
        return subprocess.run(  # noqa: S603
            command, env=None if environment is None else dict(environment), check=False
        ).returncode
    except FileNotFoundError as error:
        raise missing(command[0]) from error


def missing(tool: str) -> Trouble:
    """What to say of a tool that is not there."""
    if tool == "docker":
        return Trouble(
            "Docker is not installed on this machine, or is not on the PATH.",
            "Install Docker Engine and Compose; on Debian: apt-get install docker.io docker-compose",
        )
    return Trouble(f"'{tool}' is not installed on this machine.")


def shown(command: tuple[str, ...]) -> str:
    """A command as one would type it, shortened where it is very long."""
    words = shlex.join(command)
    return (
        words
        if len(words) <= LONGEST_SHOWN
        else f"{words[:LONGEST_SHOWN]} … ({len(words)} characters in all)"
    )


def environment_without(names: set[str]) -> dict[str, str]:
    """Our environment without these variables.

    Compose lets a variable of the environment win over its files: one that happens to be called HOST or NAME
    would silently change a site.
    """
    return {name: value for name, value in os.environ.items() if name not in names}
