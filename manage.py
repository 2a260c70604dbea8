#!/usr/bin/env python
"""Every command of the application."""

import os
import sys


def main() -> int:
    """Run one command; the policy tables can be read without any setting or database."""
    if sys.argv[1:3] == ["policy", "check"]:
        os.environ.setdefault("CORRESPONDENCE_WITHOUT_SECRETS", "1")  # it looks names up, no more
    elif sys.argv[1:2] == ["policy"]:
        from correspondence.rulebook import console  # noqa: PLC0415 - it must not load the settings

        return console.main(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "correspondence.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the line above

    from correspondence.core.errors import Misconfigured  # noqa: PLC0415 - likewise

    try:
        execute_from_command_line(sys.argv)
    except Misconfigured as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
