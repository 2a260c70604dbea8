"""``ct-ops``: everything about running the service."""

from __future__ import annotations

import argparse
import errno
import sys
from typing import TYPE_CHECKING

from operations.local import commands as local
from operations.local import plan
from operations.site import commands as site
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from operations.local.plan import Place, Plan


def main(
    arguments: Sequence[str] | None = None, *, planner: Callable[[Place], Plan] = plan.correspondence
) -> int:
    """Carry out one command; the exit code.

    Args:
        arguments: the words after the program's name; those of the command line unless given.
        planner: what the service consists of that ``local run`` starts.
    """
    parser = argparse.ArgumentParser(
        prog="ct-ops", description="Run Correspondence Tool.", allow_abbrev=False
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    site.register(commands)
    family = commands.add_parser("local", help="the whole service on this machine, with nothing to install")
    local.register(family.add_subparsers(required=True, metavar="COMMAND"), planner)
    options = parser.parse_args(arguments)
    try:
        code: int = options.action(options)
    except Trouble as trouble:
        return _complain(str(trouble), trouble.advice)
    except KeyboardInterrupt:
        return _complain("Interrupted.", "Run the same command again: it goes on from what is there.") + 129
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _complain("The disk is full.", "Make room, or put the data on another disk with --data DIR.")
    return code


def _complain(message: str, advice: str) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"\n{message}\n")
        if advice:
            sys.stderr.write("  " + advice.replace("\n", "\n  ") + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
