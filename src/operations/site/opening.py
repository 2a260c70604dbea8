"""Getting the secrets of a site ready: made at its first start, opened at every later one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from operations import native
from operations.site import credentials
from operations.site.strongbox import KEEP_A_COPY, write_whole
from operations.trouble import Trouble

if TYPE_CHECKING:
    from operations.site.folder import Site

CLOSED = 0o700
READABLE = 0o444
"""For the user of the containers; the folder above is closed, and each container sees its own files only."""


def now() -> datetime:
    """The present moment. The application's clock is out of reach here, on purpose."""
    return datetime.now(UTC)


def volumes(project: str) -> list[str]:
    """The volumes that this site has already filled."""
    listed = native.carry_out(
        "docker",
        "volume",
        "ls",
        "--quiet",
        "--filter",
        f"label=com.docker.compose.project={project}",
        quiet=True,
    )
    return listed.out.split()


def ensure(site: Site) -> dict[str, str]:
    """The secrets of the site. They are made only where nothing exists that older ones could have locked.

    Raises:
        Trouble: data exist without their secrets, or a secret is missing.
    """
    box = site.strongbox
    if not box.exists:
        if found := volumes(site.project):
            raise Trouble(
                f"The secrets are missing ({box.file}), but this site has data: {', '.join(found[:4])} …",
                "Put the file back from its copy: new secrets would not open the old data.\n"
                "If the data are not wanted: ct-ops down --volumes",
            )
        first(site)
    return box.read()


def first(site: Site) -> None:
    """Make the key, unless there is one, and every secret that can be made."""
    box = site.strongbox
    box.create()
    box.write(credentials.made(site.platform, now()))
    native.say(f"Secrets are made: {box.file}, opened by {box.key}.")
    native.say(f"  {KEEP_A_COPY}")


def give(site: Site, name: str, value: str) -> None:
    """Keep a secret that the operator gives."""
    good = credentials.checked(name, value)
    kept = ensure(site)
    site.strongbox.write({**kept, name: good})


def open_for_containers(site: Site) -> set[str]:
    """Decrypt the secrets into memory, where Compose takes them from; which of them have changed.

    Certificates that end soon are renewed on the way. Nothing is changed unless all is well.

    Raises:
        Trouble: see `Strongbox.read` and `credentials.refuse_incomplete`.
    """
    kept = ensure(site)
    credentials.refuse_incomplete(kept, site.strongbox.file)
    renewed = credentials.certified(kept, site.platform, site.values.host, now())
    wanted = credentials.files(renewed, site.platform, site.values, now())
    if renewed != kept:
        site.strongbox.write(renewed)
    return _lay_out(site, wanted)


def _lay_out(site: Site, wanted: dict[str, str]) -> set[str]:
    folder = site.secrets_folder
    changed = set()
    for place in (folder.parent.parent, folder.parent, folder):
        place.mkdir(mode=CLOSED, exist_ok=True)
        place.chmod(CLOSED)
    for name, value in wanted.items():
        file = folder / name
        if file.is_file() and file.read_text(encoding="utf-8") == value:
            continue
        if file.exists():
            changed.add(name)
        write_whole(file, value.encode(), READABLE)
    for stray in {file.name for file in folder.iterdir()} - set(wanted):
        (folder / stray).unlink()
    return changed


def close(site: Site) -> None:
    """Take the decrypted secrets away."""
    folder = site.secrets_folder
    if folder.is_dir():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
