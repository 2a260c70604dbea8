"""Building the images of ``platform.toml``, and asking Docker about those that are there."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from operations import native
from operations.platform.load import PROJECT
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from operations.platform.model import Platform

IMAGES = PROJECT / "deploy" / "images"
AT_ONCE = 2
MEGABYTE = 1_000_000
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True, slots=True)
class Built:
    """An image that was built: how long it took, how large it is."""

    image: str
    reference: str
    seconds: float
    size: int


def base(platform: Platform) -> None:
    """See that the base image is there."""
    native.carry_out(
        "sh",
        str(IMAGES / "base.sh"),
        platform.platform.base_image,
        environment={**os.environ, "BASE_DIGEST": platform.platform.base_digest},
        trouble="The base image could not be made.",
    )


def build(platform: Platform, names: Sequence[str], *, tag: str, release: str) -> list[Built]:
    """Build images, two at a time.

    Raises:
        Trouble: a name is unknown, or a build has failed; the others are finished first.
    """
    if unknown := [name for name in names if name not in platform.images]:
        raise Trouble(
            f"There is no image '{unknown[0]}'.", f"There are: {', '.join(sorted(platform.images))}."
        )
    base(platform)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = {name: pool.submit(_build_one, platform, name, tag, release) for name in names}
    failures = {name: error for name, job in jobs.items() if (error := job.exception())}
    for error in failures.values():
        if not isinstance(error, Trouble):
            raise error
    if failures:
        first = next(iter(failures.values()))
        raise Trouble(
            f"Not built: {', '.join(failures)}.",
            f"{first}\n{first.advice if isinstance(first, Trouble) else ''}",
        )
    return [job.result() for job in jobs.values()]


def command(platform: Platform, name: str, *, tag: str, release: str, bundle: Path | None) -> tuple[str, ...]:
    """The command that builds one image."""
    image = platform.images[name]
    words = ["docker", "buildx", "build", "--load", "--progress", "plain"]
    words += ["--file", str(IMAGES / image.folder / "Dockerfile")]
    if image.target:
        words += ["--target", image.target]
    words += ["--tag", reference(platform, name, tag)]
    words += ["--build-arg", f"VERSION={tag}", "--build-arg", f"RELEASE={release}"]
    if bundle:
        # An authority of the network's own is needed while something is fetched; no layer keeps it.
        words += ["--secret", f"id=ca-bundle,src={bundle}"]
    return (*words, str(PROJECT))


def reference(platform: Platform, name: str, tag: str) -> str:
    """The name by which Docker knows an image of ours."""
    return f"{platform.platform.name}/{name}:{tag}"


def bundle_of_host() -> Path | None:
    """The certificate authorities that this host trusts, for builds behind an inspecting proxy."""
    bundle = Path(os.environ.get("SSL_CERT_FILE") or BUNDLE)
    return bundle if bundle.is_file() else None


def _build_one(platform: Platform, name: str, tag: str, release: str) -> Built:
    began = time.monotonic()
    native.carry_out(
        *command(platform, name, tag=tag, release=release, bundle=bundle_of_host()),
        environment={**os.environ, "DOCKER_BUILDKIT": "1"},
        trouble=f"The image '{name}' could not be built.",
    )
    took = time.monotonic() - began
    built = Built(name, reference(platform, name, tag), took, size(reference(platform, name, tag)))
    native.say(f"  ✓ {built.reference}: {took:.0f} s, {built.size / MEGABYTE:,.0f} MB")
    return built


def size(image: str) -> int:
    """Bytes of an image with all its layers."""
    return int(native.carry_out("docker", "image", "inspect", "--format", "{{.Size}}", image, quiet=True).out)


def identity(image: str) -> str:
    """The fingerprint of an image; empty if it is not on this host."""
    outcome = native.look("docker", "image", "inspect", "--format", "{{.Id}}", image)
    return outcome.out.strip() if outcome.good else ""


def absent(images: Iterable[str]) -> list[str]:
    """Those of these images that are not on this host."""
    return [image for image in sorted(set(images)) if not identity(image)]


def fetch(image: str) -> None:
    """See that an image is on this host; pulled if a registry has it.

    Raises:
        Trouble: it is nowhere.
    """
    if identity(image):
        return
    if not native.look("docker", "pull", "--quiet", image, seconds=600).good:
        raise Trouble(
            f"There is no image {image}, neither on this host nor in a registry.",
            "Build it with: ct-ops build app worker-long --tag TAG",
        )


def as_json(built: Iterable[Built]) -> str:
    """The figures, for a program to read."""
    return json.dumps(
        [
            {"image": one.image, "tag": one.reference, "seconds": round(one.seconds, 1), "bytes": one.size}
            for one in built
        ],
        indent=1,
    )
