"""Replacing and scaling instances without losing a request or a job: new ones first, old ones drained."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING

from operations import native
from operations.site import containers, images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.platform.model import Platform
    from operations.site.compose import Compose
    from operations.site.containers import Container
    from operations.site.folder import Site, State

ASK_VERSION = """
import http.client, json, ssl, sys
trust = ssl.create_default_context(cafile="/run/secrets/ca")
trust.minimum_version = ssl.TLSVersion.TLSv1_3
class Here(http.client.HTTPSConnection):
    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = trust.wrap_socket(self.sock, server_hostname="app")
here = Here("127.0.0.1", 8080, timeout=5)
here.request("GET", "/healthz/version", headers={"Host": "app", "X-Forwarded-Proto": "https"})
print(json.loads(here.getresponse().read())["version"])
"""

# A container is well once the server in it lives. The balancer also asks whether it is ready, and this does
# too: it prints what is missing, and nothing when nothing is.
ASK_READY = (
    ASK_VERSION.partition("here.request(")[0]
    + """
here.request("GET", "/healthz/ready", headers={"Host": "app", "X-Forwarded-Proto": "https"})
answer = here.getresponse()
print("" if answer.status == 200 else answer.read().decode())
"""
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one round does with the instances of a part."""

    remove: tuple[Container, ...]
    """Those that have ended: nothing is lost with them."""
    create: int
    """How many new ones are made."""
    scale: int
    """How many there are once they are made."""
    drain: tuple[Container, ...]
    """Those that are drained once the new ones are well."""

    @property
    def nothing(self) -> bool:
        """Whether all is as it should be."""
        return not (self.remove or self.create or self.drain)


def plan(found: Sequence[Container], *, fingerprint: str, image_id: str, wanted: int, surge: int) -> Step:
    """The next step from what there is to so many instances with these settings and this image.

    Never fewer than before, or than wanted, are at work meanwhile, and at most `surge` more than wanted.
    """
    ended = tuple(one for one in found if one.state not in {"running", "restarting"})
    alive = [one for one in found if one not in ended]
    fresh = [one for one in alive if one.fingerprint == fingerprint and one.image_id == image_id]
    stale = [one for one in alive if one not in fresh]
    create = max(0, min(wanted - len(fresh), wanted + surge - len(alive)))
    # Of the old ones, so many go as would be too many once the new ones are there; the newest go first.
    surplus = len(alive) + create - wanted
    leaving = sorted(stale, key=lambda one: -one.number) + sorted(fresh, key=lambda one: -one.number)
    return Step(ended, create, len(alive) + create, tuple(leaving[: max(0, surplus)]))


class Fleet:
    """The instances of a site's scaled and single application parts, in one state of the site."""

    def __init__(self, site: Site, compose: Compose, state: State) -> None:
        self._site = site
        self._compose = compose
        self._state = state

    @property
    def _platform(self) -> Platform:
        return self._site.platform

    def wanted(self, part: str) -> int:
        """How many instances a part should have."""
        return self._state.replicas.get(part, 1)

    def instances(self, part: str) -> list[Container]:
        """Those that there are."""
        return containers.of_project(self._site.project, part)

    def step(self, part: str) -> Step:
        """The next step for a part."""
        image = self._state.worker_long_image if part == "worker-long" else self._state.app_image
        return plan(
            self.instances(part),
            # Asked anew each time: what Compose makes now is from the files as they are now.
            fingerprint=self._compose.hashes()[part],
            image_id=images.identity(image),
            wanted=self.wanted(part),
            surge=self._platform.site.surge,
        )

    def add(self, part: str, step: Step, *, patient: bool = False) -> None:
        """Make the new instances of a step, and wait until each is well and says the right version.

        Raises:
            NotWell: one is not; all new ones are gone again, the old ones untouched.
        """
        for one in step.remove:
            native.carry_out("docker", "rm", "--force", one.ident, quiet=True)
        if not step.create:
            return
        before = {one.ident for one in self.instances(part)}
        try:
            self._compose.run(
                "up", "--detach", "--no-deps", "--no-recreate", "--scale", f"{part}={step.scale}", part
            )
            containers.wait(
                lambda: [one for one in self.instances(part) if one.ident not in before],
                expected=step.create,
                seconds=self._platform.site.up_seconds if patient else self._platform.site.ready_seconds,
                what=part,
                patient=patient,
            )
            for one in self.instances(part):
                if one.ident not in before:
                    self._await_ready(one)
                    self._refuse_wrong_version(one)
        except BaseException:
            if not patient:
                self.discard(part, before)
            raise

    def discard(self, part: str, keep: set[str]) -> None:
        """Take away the instances that were not there before; those that are well finish what they have."""
        new = [one for one in self.instances(part) if one.ident not in keep]
        for one in new:
            if not one.well:
                native.carry_out("docker", "rm", "--force", one.ident[:12])
        self._retire_all(part, [one for one in new if one.well])

    def drain(self, part: str, leaving: Sequence[Container]) -> None:
        """Let instances finish what they have begun, and take them away."""
        if not leaving:
            return
        if part == "app":
            # So long until the balancer has found the new ones and sends them requests.
            sleep(self._platform.site.settle_seconds)
        self._retire_all(part, leaving)

    def converge(self, part: str, *, patient: bool = False) -> None:
        """Bring a part to its wanted instances, however many steps that takes."""
        while not (step := self.step(part)).nothing:
            self.add(part, step, patient=patient)
            self.drain(part, step.drain)

    def _retire_all(self, part: str, leaving: Sequence[Container]) -> None:
        if not leaving:
            return
        grace = self._platform.parts[part].stop_seconds
        with ThreadPoolExecutor(len(leaving)) as pool:
            for job in [pool.submit(self._retire, one, grace) for one in leaving]:
                job.result()

    def _retire(self, one: Container, grace: int) -> None:
        native.carry_out("docker", "stop", "--time", str(grace), one.ident[:12])
        native.look("docker", "rm", one.ident)

    def _await_ready(self, one: Container) -> None:
        """Until a new instance says that requests may be sent to it.

        Raises:
            NotWell: it does not, in its time.
        """
        if one.service != "app":
            return
        give_up = monotonic() + self._platform.site.ready_seconds
        while (
            outcome := native.look("docker", "exec", one.ident, "python", "-c", ASK_READY)
        ).out.strip() or (not outcome.good):
            if monotonic() > give_up:
                raise containers.NotWell(
                    f"{one.name} lives, but is not ready for requests.", outcome.out.strip() or outcome.tail
                )
            sleep(1)

    def _refuse_wrong_version(self, one: Container) -> None:
        if one.service != "app":
            return
        outcome = native.look("docker", "exec", one.ident, "python", "-c", ASK_VERSION)
        if outcome.out.strip() != self._state.release:
            raise containers.NotWell(
                f"{one.name} does not say that it is version {self._state.release}.",
                outcome.tail or f"It says {outcome.out.strip()!r}.",
            )
