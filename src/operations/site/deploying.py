"""Bringing another version of the application into a running site, and back if it does not become well."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from operations import native
from operations.site import containers, images, opening
from operations.site.compose import Compose
from operations.site.folder import State
from operations.site.rolling import Fleet
from operations.site.up import APPLICATION
from operations.trouble import Trouble

if TYPE_CHECKING:
    from operations.site.folder import Site

REFUSED = 3
"""The exit code with which a version's migrations are refused before anything was changed."""


def parsed(word: str, name: str) -> tuple[str, str, str]:
    """The image of the application, that of `worker-long`, and the tag, from an image or a tag.

    Raises:
        Trouble: an image that is not one of the application, or has no tag.
    """
    if "/" not in word and ":" not in word:
        return f"{name}/app:{word}", f"{name}/worker-long:{word}", word
    repository, _, tag = word.rpartition(":")
    if not repository.endswith("/app") or not tag or "/" in tag:
        raise Trouble(
            f"'{word}' is no image of the application.",
            f"Give a tag, or an image with its tag, such as {name}/app:2026-11-25.",
        )
    return word, f"{repository.removesuffix('app')}worker-long:{tag}", tag


def deploy(site: Site, word: str) -> None:
    """Deploy a version: migrations, new instances beside the old ones, then the old ones drained.

    Raises:
        Trouble: the version is refused or does not become well. The old version serves on in either case.
    """
    app, worker_long, tag = parsed(word, site.platform.platform.name)
    for image in (app, worker_long):
        images.fetch(image)
    with site.held():
        old = site.state()
        _refuse_half_up(site)
        opening.open_for_containers(site)
        new = State(app, worker_long, tag, old.replicas, previous_image=old.app_image)
        candidate = Compose(site, new, named="candidate")
        began = time.monotonic()
        _migrate(candidate, tag)
        _replace(site, candidate, old, new)
        Compose(site, new)
        site.keep(new)
    native.say(f"Version {tag} is deployed, after {time.monotonic() - began:.0f} s.")


def _refuse_half_up(site: Site) -> None:
    found = containers.of_project(site.project)
    if not any(one.service == "app" and one.well for one in found):
        raise Trouble("This site is not up.", f"Bring it up first: ct-ops up {site.values.kind}")


def _migrate(candidate: Compose, tag: str) -> None:
    native.say("Migrations of the new version:")
    outcome = candidate.manage("migrate_safely")
    for line in outcome.out.splitlines():
        native.say(f"    {line}")
    if outcome.code == REFUSED:
        raise Trouble(
            f"Version {tag} is refused: its migrations would stop or break the version that runs. "
            "Nothing was changed.",
            outcome.tail,
        )
    if not outcome.good:
        raise Trouble(
            f"The migrations of version {tag} have failed. The old version serves on.", outcome.tail
        )


def _replace(site: Site, candidate: Compose, old: State, new: State) -> None:
    """First one round of new instances in every part; only when all are well does an old one go."""
    fleet = Fleet(site, candidate, new)
    before = {part: {one.ident for one in fleet.instances(part)} for part in APPLICATION}
    steps = {}
    try:
        for part in APPLICATION:
            native.say(f"New instances: {part}")
            steps[part] = fleet.step(part)
            fleet.add(part, steps[part])
        _publish(candidate)
    except BaseException as reason:
        native.say("Back to the old version, which has served all along:")
        for part in APPLICATION:
            fleet.discard(part, before[part])
        raise _rolled_back(reason, new) from reason
    try:
        for part in APPLICATION:
            native.say(f"Old instances: {part}")
            fleet.drain(part, steps[part].drain)
            fleet.converge(part)
    except Trouble as reason:
        native.say("Back to the old version:")
        back = Fleet(site, Compose(site, old), old)
        for part in APPLICATION:
            back.converge(part, patient=True)
        raise _rolled_back(reason, new) from reason


def _publish(candidate: Compose) -> None:
    outcome = candidate.manage("publish_policy")
    if not outcome.good:
        raise Trouble("The policy tables of the new version could not be published.", outcome.tail)


def _rolled_back(reason: BaseException, new: State) -> BaseException:
    if not isinstance(reason, Trouble):
        return reason
    return Trouble(f"Version {new.release} was not deployed, and is gone again: {reason}", reason.advice)


def scale(site: Site, wanted: dict[str, int]) -> None:
    """Run other numbers of instances: more at once, fewer by draining the newest.

    Raises:
        Trouble: a part cannot be scaled, or not to this number.
    """
    refuse_out_of_bounds(site, wanted)
    with site.held():
        _refuse_half_up(site)
        opening.open_for_containers(site)
        state = site.state().scaled(wanted)
        fleet = Fleet(site, Compose(site, state, named="candidate"), state)
        for part in wanted:
            fleet.converge(part)
        Compose(site, state)
        site.keep(state)
    native.say("Now: " + ", ".join(f"{part}={number}" for part, number in sorted(state.replicas.items())))


def refuse_out_of_bounds(site: Site, wanted: dict[str, int]) -> None:
    """See that each part can be scaled to the number wanted."""
    for part, number in wanted.items():
        if part not in site.platform.scaled:
            raise Trouble(
                f"'{part}' is not scaled.", f"These are: {', '.join(sorted(site.platform.scaled))}."
            )
        least, most = site.platform.parts[part].bounds
        if site.values.kind == "staging":
            least = 1
        if not least <= number <= most:
            raise Trouble(f"'{part}' runs {least} to {most} instances, not {number}.")
