"""The state folder of a site: the operator's values, what runs, the secrets; one ct-ops at a time."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from operations.platform.load import load as load_platform
from operations.platform.render import refuse_stale
from operations.site import values as site_values
from operations.site.strongbox import Strongbox, write_whole
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.platform.model import Platform
    from operations.site.values import Values

DEFAULT = Path("/var/lib/correspondence")
VARIABLE = "CT_SITE"
VALUES = "site.toml"
STATE = "state.json"
SECRETS = "secrets.age"
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class State:
    """What this site was last brought to with success."""

    app_image: str
    worker_long_image: str
    release: str
    replicas: dict[str, int] = field(default_factory=dict)
    previous_image: str = ""

    def scaled(self, replicas: dict[str, int]) -> State:
        """The same with other numbers of replicas."""
        return replace(self, replicas={**self.replicas, **replicas})


class Site:
    """One site, its values read and checked.

    Args:
        path: its state folder.
        unfinished: what is still to be filled in is no fault: for what comes before the first start.
    """

    def __init__(self, path: Path, *, unfinished: bool = False) -> None:
        self.path = path
        self.platform: Platform = load_platform()
        refuse_stale(self.platform)
        self.values: Values = site_values.load(path / VALUES, unfinished=unfinished)
        self.strongbox = Strongbox(path / SECRETS, Path(self.values.key_file))

    @property
    def project(self) -> str:
        """The name that its containers, networks and volumes begin with."""
        return self.values.project

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of Compose that are started."""
        return (self.platform.staging if self.values.kind == "staging" else self.platform.site).profiles

    @property
    def secrets_folder(self) -> Path:
        """Where the secrets lie while the site runs: in memory, never on a disk."""
        return memory_folder() / "correspondence" / self.project / "secrets"

    def images_of_tag(self, tag: str) -> State:
        """What `up` starts when nothing has been deployed yet."""
        name = self.platform.platform.name
        return State(f"{name}/app:{tag}", f"{name}/worker-long:{tag}", tag, self.default_replicas())

    def default_replicas(self) -> dict[str, int]:
        """The numbers of replicas that a new site of this kind begins with."""
        found = {name: self.platform.parts[name].replicas or 1 for name in self.platform.scaled}
        return {**found, **self.platform.staging.replicas} if self.values.kind == "staging" else found

    def state(self) -> State:
        """What was last brought up with success; the first state while nothing was.

        Raises:
            Trouble: the file is broken.
        """
        first = self.images_of_tag(self.values.tag)
        path = self.path / STATE
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return State(
                app_image=str(kept["app_image"]),
                worker_long_image=str(kept["worker_long_image"]),
                release=str(kept["release"]),
                replicas={**first.replicas, **{str(k): int(v) for k, v in kept["replicas"].items()}},
                previous_image=str(kept.get("previous_image", "")),
            )
        except FileNotFoundError:
            return first
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise Trouble(
                f"{path} cannot be read: it says what runs on this site.",
                "Delete it to begin from the tag in site.toml, then run: ct-ops up",
            ) from error

    def keep(self, state: State) -> None:
        """Remember what was brought up with success."""
        content = {
            "app_image": state.app_image,
            "worker_long_image": state.worker_long_image,
            "release": state.release,
            "replicas": state.replicas,
            "previous_image": state.previous_image,
        }
        write_whole(self.path / STATE, json.dumps(content, indent=1).encode(), 0o644)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep any other ct-ops off this site; the lock ends with this process, however it ends.

        Raises:
            Trouble: another ct-ops is changing it.
        """
        with (self.path / LOCK).open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise Trouble(
                    f"Another ct-ops is at work on this site (process {lock.read().strip() or 'unknown'}).",
                    "Wait until it has ended.",
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield


def prepare(path: Path, given: Mapping[str, object]) -> None:
    """Make the state folder and its ``site.toml`` where they are missing, and set the values given."""
    file = path / VALUES
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = file.read_text(encoding="utf-8") if file.exists() else ""
        text = site_values.with_lines(there or site_values.TEMPLATE, given)
        if text != there:
            write_whole(file, text.encode(), 0o644)
    except OSError as error:
        raise Trouble(
            f"The state folder {path} cannot be used: {error.strerror}.",
            "Run this as root, or name another folder with --site DIR.",
        ) from error


def memory_folder() -> Path:
    """A folder whose files are in memory only.

    Raises:
        Trouble: this host has none.
    """
    mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    in_memory = {line.split()[1] for line in mounts if line.split()[2] == "tmpfs"}
    for place in ("/run", "/dev/shm"):  # noqa: S108 - that it is in memory is the point; ours is closed
        if place in in_memory:
            return Path(place)
    raise Trouble("Neither /run nor /dev/shm is in memory, where the secrets could lie while the site runs.")
