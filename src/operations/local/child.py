"""Becomes another program, after three preparations that only the new process can make.

Run as a script, in front of the program:
``python -I -S child.py PARENT SIGNAL IDENTITY PROGRAM [ARGUMENT...]``.

- The kernel sends it SIGNAL when the launcher (process PARENT) dies, however that happens (Linux).
- PostgreSQL refuses to run as root, and as a user without a name. IDENTITY says what is done about it.
  ``namespace`` enters a user namespace in which our number reads 65534: the server sees an ordinary user,
  while its files stay ours and no folder is opened to anybody. ``nobody``, for root where namespaces are
  refused, becomes the user of that number and keeps the one right to pass through folders that are closed
  to it. ``self`` changes nothing.

It is a program of its own, and not a function between fork and exec, because such a function may hang when
the parent has threads. It imports nothing but the standard library: it starts in hundredths of a second.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

NOBODY = 65534

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _succeed(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def enter_namespace() -> None:
    """See our own number as 65534 from here on."""
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1", encoding="ascii")


def become_nobody() -> None:
    """Give up root, but for reading and passing through folders that are closed to others."""
    libc = _libc()
    _succeed(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    only = 1 << CAP_DAC_READ_SEARCH
    sets = (ctypes.c_uint32 * 6)(
        only, only, only, 0, 0, 0
    )  # effective, permitted, inheritable; then the upper halves
    _succeed(libc.capset(header, sets))
    _succeed(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0))


def die_with(parent: int, deadly: int) -> None:
    """Have the kernel send the signal when the parent dies; at once if it already has."""
    _succeed(_libc().prctl(PR_SET_PDEATHSIG, deadly, 0, 0, 0))
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def main(arguments: list[str]) -> None:
    """Prepare, and become the program. Does not return."""
    parent, deadly, identity, *command = arguments
    if identity == "namespace":
        enter_namespace()
    elif identity == "nobody":
        become_nobody()
    if sys.platform == "linux":
        # Last, because a change of identity clears it.
        die_with(int(parent), int(deadly))
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
