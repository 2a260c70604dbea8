"""PostgreSQL and Valkey for one data folder, without anything installed.

An address in the environment takes an engine's place: ``DATABASE_URL`` (with ``MIGRATION_DATABASE_URL``
for the owner's role) and ``REDIS_URL``.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from operations.local import keys, processes
from operations.local.folder import FREE_BYTES_WANTED, DataFolder
from operations.local.postgres import APPLICATION, OWNER, Postgres
from operations.local.valkey import Valkey
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from operations.local.processes import Process

Engine = Postgres | Valkey


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the engines are."""

    database_url: str
    """For the application's role, which may not change tables."""
    migration_database_url: str
    """For the owner's role, which may."""
    redis_url: str

    def environment(self) -> dict[str, str]:
        """As the application reads them."""
        return {
            "DATABASE_URL": self.database_url,
            "MIGRATION_DATABASE_URL": self.migration_database_url,
            "REDIS_URL": self.redis_url,
        }


class Engines:
    """The two engines of a data folder, which is locked while they run.

    Args:
        data: the folder; made if missing.
        environment: addresses of servers to use in place of ours.
        durable: false trades safety of the data for speed; for tests.
    """

    def __init__(
        self, data: Path, *, environment: Mapping[str, str] | None = None, durable: bool = True
    ) -> None:
        self.folder = DataFolder(data)
        self._given = environment or {}
        self._durable = durable
        self._held = ExitStack()
        self._engines: dict[str, Engine] = {}
        self.processes: dict[str, Process] = {}
        self.left_over: list[str] = []

    def start(self) -> Addresses:
        """Lock the folder, stop what a killed launcher left behind, start both.

        Raises:
            Trouble: says why not; nothing is left running then.
        """
        refuse_full_disk(self.folder)
        self.folder.prepare()
        self._held.enter_context(self.folder.held())
        try:
            self.left_over = processes.sweep(self.folder)
            secrets = keys.of(self.folder)
            if "DATABASE_URL" not in self._given:
                self._engines["postgres"] = Postgres(self.folder, secrets, durable=self._durable)
            if "REDIS_URL" not in self._given:
                self._engines["valkey"] = Valkey(self.folder, secrets, durable=self._durable)
            for name in self._engines:
                self.restart(name)
            return self.addresses()
        except BaseException:
            self.stop()
            raise

    @property
    def own(self) -> list[str]:
        """Names of the engines that are ours to start, since no address takes their place."""
        pairs = (("PostgreSQL", "DATABASE_URL"), ("Valkey", "REDIS_URL"))
        return [name for name, address in pairs if address not in self._given]

    def restart(self, name: str) -> None:
        """Start an engine that has ended, at the address it had."""
        if name in self.processes:
            self.processes.pop(name).kill_group()
        self.processes[name] = self._engines[name].start()

    def addresses(self) -> Addresses:
        """Where the engines are, ours or those given."""
        postgres = self._engines.get("postgres")
        valkey = self._engines.get("valkey")
        database = (
            postgres.url(APPLICATION)
            if isinstance(postgres, Postgres)
            else self._given.get("DATABASE_URL", "")
        )
        owner = (
            postgres.url(OWNER)
            if isinstance(postgres, Postgres)
            else self._given.get("MIGRATION_DATABASE_URL", database)
        )
        redis = valkey.url() if isinstance(valkey, Valkey) else self._given.get("REDIS_URL", "")
        return Addresses(database, owner, redis)

    def stop(self, *, hurried: Callable[[], bool] = lambda: False) -> None:
        """Stop both, Valkey first, and let go of the folder."""
        for name in reversed(list(self.processes)):
            processes.stop([self.processes.pop(name)], hurried=hurried)
        self._held.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.stop()


def refuse_full_disk(folder: DataFolder) -> None:
    """Refuse to begin what would stop half way for want of room."""
    free = folder.free_bytes()
    if free < FREE_BYTES_WANTED:
        raise Trouble(
            f"The disk is nearly full: {free / 1e9:.1f} GB are free at {folder.path}; a start needs 1 GB.",
            "Make room, or put the data on another disk with --data DIR.",
        )
