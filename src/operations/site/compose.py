"""Docker Compose, with the files and the values of one site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations import native
from operations.platform.load import PROJECT
from operations.platform.render import ENVIRONMENT, values, variable
from operations.site.strongbox import write_whole
from operations.trouble import Trouble

if TYPE_CHECKING:
    from operations.native import Outcome
    from operations.site.folder import Site, State

FILE = PROJECT / "deploy" / "compose" / "site.yaml"


def site_environment(site: Site, state: State) -> dict[str, str]:
    """The site's own variables: the operator's values, and what of the application runs."""
    given = site.values
    found = {
        "HOST": given.host,
        "BASE_URL": given.base_url,
        "TAG": given.tag,
        "APP_IMAGE": state.app_image,
        "WORKER_LONG_IMAGE": state.worker_long_image,
        "RELEASE": state.release,
        "SECRETS": str(site.secrets_folder),
        "BIND_ADDRESS": given.bind,
        "SITE_PUBLISHED_HTTPS": str(given.https_port),
        "SITE_PUBLISHED_HTTP": str(given.http_port),
        "NOTIFY_URL": given.notify_url,
        "NOTIFY_TEMPLATE_ID": given.notify_template_id,
        "BRAND": given.brand,
        "SERVICE_NAME": given.service_name,
        "LOG_LEVEL": given.log_level,
        "SIGNATURES": given.signatures,
    }
    if given.egress_allowed:
        found["EGRESS_ALLOWED"] = ",".join(given.egress_allowed)
    return {
        **found,
        **{variable(name, "replicas"): str(number) for name, number in state.replicas.items()},
    }


class Compose:
    """The command, for one site in one state. Another state is another object with a file of its own."""

    explained = False
    """Whether it has been said what `compose` is short for."""

    present = False
    """Whether Docker was seen to have it."""

    def __init__(self, site: Site, state: State, *, named: str = "site") -> None:
        if not Compose.present:
            if not native.look("docker", "compose", "version").good:
                raise Trouble(
                    "Docker has no Compose here.",
                    "Install its plugin (Debian 13: apt-get install docker-compose), or have it fetched:"
                    "\n  sh deploy/engine.sh        and set DOCKER_CONFIG as it prints",
                )
            Compose.present = True
        self._site = site
        self._file = site.path / f"{named}.env"
        own = site_environment(site, state)
        lines = [f'{name}="{_escaped(value)}"' for name, value in own.items()]
        write_whole(self._file, ("\n".join(lines) + "\n").encode(), 0o644)
        self._environment = native.environment_without({*own, *values(site.platform), "COMPOSE_FILE"})

    def words(self, *arguments: str) -> tuple[str, ...]:
        """A whole command of Compose."""
        profiles = [word for name in self._site.profiles for word in ("--profile", name)]
        return (
            "docker",
            "compose",
            "--project-name",
            self._site.project,
            "--file",
            str(FILE),
            "--env-file",
            str(ENVIRONMENT),
            "--env-file",
            str(self._file),
            *profiles,
            *arguments,
        )

    def run(self, *arguments: str, trouble: str = "", seconds: float | None = None) -> Outcome:
        """Carry out a command of Compose."""
        if not Compose.explained:
            native.say(f"  (compose is: {native.shown(self.words())})")
            Compose.explained = True
        native.say(f"  $ compose {native.shown(arguments)}")
        return native.carry_out(
            *self.words(*arguments),
            environment=self._environment,
            trouble=trouble or f"`compose {native.shown(arguments)}` has failed.",
            seconds=seconds,
            quiet=True,
        )

    def look(self, *arguments: str, given: bytes | None = None, seconds: float | None = 600) -> Outcome:
        """Ask Compose quietly."""
        return native.look(
            *self.words(*arguments), environment=self._environment, given=given, seconds=seconds
        )

    def attached(self, *arguments: str) -> int:
        """A command of Compose at the person's own terminal; its exit code."""
        return native.attached(*self.words(*arguments), environment=self._environment)

    def services(self) -> tuple[str, ...]:
        """The services that this site starts."""
        return tuple(sorted(self.run_quietly("config", "--services").out.split()))

    def run_quietly(self, *arguments: str) -> Outcome:
        """Ask Compose for something that only a broken file could refuse."""
        return native.carry_out(*self.words(*arguments), environment=self._environment, quiet=True)

    def hashes(self) -> dict[str, str]:
        """The fingerprint of each service's settings, as Compose writes it on the containers it makes."""
        lines = self.run_quietly("config", "--hash", "*").out.splitlines()
        return {line.split()[0]: line.split()[1] for line in lines if len(line.split()) > 1}

    def manage(self, *arguments: str, seconds: float | None = 600) -> Outcome:
        """One command of the application in a container of its own; its output is for the caller to judge."""
        native.say(f"  $ compose run --rm manage manage {' '.join(arguments)}")
        return self.look("run", "--rm", "-T", "--no-deps", "manage", "manage", *arguments, seconds=seconds)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
