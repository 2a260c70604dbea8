"""Bringing a site up, from nothing or from half-way: each step first looks at what is there already."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from operations import native
from operations.findings import lines
from operations.site import containers, images, opening, preflight
from operations.site.compose import Compose
from operations.site.rolling import Fleet
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from operations.site.folder import Site, State

# What stands in one stage may start together; a stage begins when the one before it is well.
STORES = ("dcs", "db", "valkey", "sentinel", "objects", "egress", "endpoints", "pool-rw", "pool-ro")
APPLICATION = ("app", "worker-quick", "worker-long", "dispatcher")
BESIDE = ("scanner",)
FRONT = ("web", "edge")

PREPARATIONS = (
    (("migrate_safely",), "The database could not be brought to this version."),
    (("publish_policy",), "The policy tables could not be published."),
    (("prepare_store",), "The place for documents could not be prepared."),
)
CERTIFICATE = ".pem"


def bring_up(site: Site, *, build: bool = False) -> None:
    """Start what is not running, replace what has other settings, leave everything else alone.

    Raises:
        Trouble: the host cannot carry it, a secret is missing or does not open, a part does not become well.
    """
    began = time.monotonic()
    refuse_unfit(site)
    state = site.state()
    with site.held():
        changed = opening.open_for_containers(site)
        compose = Compose(site, state)
        _have_images(site, compose, build=build)
        rise = Rise(site, compose, state)
        native.say("Stores:")
        rise.start(STORES)
        native.say("Database, policy and buckets:")
        prepare(site, compose)
        native.say("Application:")
        rise.start(BESIDE, wait=False)
        rise.converge(APPLICATION)
        native.say("Front:")
        rise.start((*BESIDE, *FRONT))
        rise.renew(changed)
        site.keep(state)
    native.say(f"All parts are well, after {time.monotonic() - began:.0f} s.")


def refuse_unfit(site: Site) -> None:
    """Look at the host, and say everything that stands in the way at once."""
    native.say("Preflight:")
    findings = preflight.judge(preflight.gather(site), site.platform.preflight, site.values)
    for line in lines(findings):
        native.say(line)
    if not all(finding.good for finding in findings):
        raise Trouble("This host cannot carry the site as it is.", "See the points marked ✗ above.")


def prepare(site: Site, compose: Compose) -> None:
    """Bring the database, the policy tables and the buckets to the version of this state."""
    for words, trouble in PREPARATIONS:
        outcome = compose.manage(*words)
        if not outcome.good:
            raise Trouble(trouble, outcome.tail)
        for line in outcome.out.splitlines():
            native.say(f"    {line}")
    bucket = site.platform.objects.backup_bucket
    native.say(f"  $ compose run --rm -e S3_BUCKET={bucket} manage manage prepare_store")
    outcome = compose.look(
        "run", "--rm", "-T", "--no-deps", "--env", f"S3_BUCKET={bucket}", "manage", "manage", "prepare_store"
    )
    if not outcome.good:
        raise Trouble("The bucket for backups could not be prepared.", outcome.tail)
    for line in outcome.out.splitlines():
        native.say(f"    {line}")


class Rise:
    """The parts of a site on their way up."""

    def __init__(self, site: Site, compose: Compose, state: State) -> None:
        self._site = site
        self._compose = compose
        self._fleet = Fleet(site, compose, state)
        self._started = compose.services()
        self._fingerprints = compose.hashes()

    def services(self, parts: Iterable[str]) -> list[str]:
        """The services of these parts that this kind of site has."""
        named = [service for part in parts for service in self._site.platform.parts[part].services(part)]
        return [service for service in named if service in self._started]

    def start(self, parts: Sequence[str], *, wait: bool = True) -> None:
        """Start parts together; those that run with other settings are replaced one container at a time."""
        services = self.services(parts)
        there = {one.service: one for one in self._found(services)}
        outdated = [
            name
            for name in services
            if name in there and there[name].state == "running" and self._is_outdated(there[name])
        ]
        first = [name for name in services if name not in outdated]
        if any(name not in there or there[name].state != "running" for name in first):
            self._compose.run("up", "--detach", "--no-deps", *first)
        if wait:
            self._wait(first)
        for name in outdated:
            self._compose.run("up", "--detach", "--no-deps", name)
            self._wait([name])

    def _is_outdated(self, one: containers.Container) -> bool:
        return (
            one.fingerprint != self._fingerprints[one.service] or images.identity(one.image) != one.image_id
        )

    def converge(self, parts: Sequence[str]) -> None:
        """Bring the application's parts to their numbers, new instances first."""
        services = self.services(parts)
        there = {one.service for one in self._found(services)}
        if absent := [part for part in services if part not in there]:
            self._compose.run("up", "--detach", "--no-deps", *absent)
            self._wait(absent, expected=sum(self._fleet.wanted(part) for part in absent))
        for part in parts:
            self._fleet.converge(part, patient=True)
            if part in there:
                self._wait([part], expected=self._fleet.wanted(part))

    def renew(self, changed: set[str]) -> None:
        """Start those again, one at a time, whose certificate is another than they have read."""
        parts = {name.removesuffix(CERTIFICATE) for name in changed if name.endswith(CERTIFICATE)}
        reading = {"pool": ("pool-rw", "pool-ro"), "valkey": ("valkey", "sentinel")}
        for part in sorted(parts & set(self._site.platform.certificates)):
            for one in self._found(self.services(reading.get(part, (part,)))):
                native.carry_out("docker", "restart", one.ident[:12])
                self._wait([one.service], expected=self._fleet.wanted(one.service))

    def _found(self, services: Sequence[str]) -> list[containers.Container]:
        return [one for one in containers.of_project(self._site.project) if one.service in services]

    def _wait(self, services: Sequence[str], *, expected: int | None = None) -> None:
        containers.wait(
            lambda: self._found(services),
            expected=len(services) if expected is None else expected,
            seconds=self._site.platform.site.up_seconds,
            what=", ".join(services),
            patient=True,
        )


def _have_images(site: Site, compose: Compose, *, build: bool) -> None:
    """See that every image is on this host."""
    needed = compose.run_quietly("config", "--images").out.split()
    if not (lacking := images.absent(needed)):
        return
    ours = {images.reference(site.platform, name, site.values.tag): name for name in site.platform.images}
    if build and all(image in ours for image in lacking):
        images.build(
            site.platform,
            [ours[image] for image in lacking],
            tag=site.values.tag,
            release=site.values.tag,
        )
        return
    for image in lacking:
        if not native.look("docker", "pull", "--quiet", image, seconds=600).good:
            raise Trouble(
                f"Images are missing on this host: {', '.join(lacking)}.",
                f"Build them with: ct-ops build --tag {site.values.tag}   (or: ct-ops up … --build)",
            )
