"""Other versions come and go while people work: a good one, three broken ones; more instances and fewer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.platform.lab import engine
from tests.platform.lab.figures import PLATFORM, TARGETS
from tests.platform.lab.site import GOOD, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.platform.lab.conftest import Drilling
    from tests.platform.lab.site import Site
    from tests.platform.ledger.load import Request

RATE = 30
# What the image has compiled is believed without a look at the source: it has to go with it.
CRASHES = """
USER root
RUN cd /app/src/correspondence/config \\
    && printf 'raise SystemExit("This version ends as soon as it starts.")\\n' > serve.py \\
    && rm -f __pycache__/serve.*
USER 10001:10001
"""
NEVER_READY = """
USER root
RUN cd /app/src/correspondence/pages/views \\
    && printf '\\n\\nCHECKS["what nobody has"] = lambda: False\\n' >> health.py && rm -f __pycache__/health.*
USER 10001:10001
"""
BAD_MIGRATION = """
USER root
RUN cd /app/src/correspondence/cases/migrations \\
    && last=$(ls [0-9]*.py | tail -n 1) \\
    && printf '%s\\n' 'from django.db import migrations' '' 'class Migration(migrations.Migration):' \\
        "    dependencies = [('cases', '${last%.py}')]" \\
        "    operations = [migrations.RemoveField('case', 'subject')]" > 9999_drop_the_subject.py
USER 10001:10001
"""
BROKEN = {"crashes": CRASHES, "never-ready": NEVER_READY, "bad-migration": BAD_MIGRATION}
PARTS = ("app", "worker-long")


@pytest.fixture(scope="module")
def versions(site: Site) -> Iterator[dict[str, str]]:
    """The tags of a good version and of the broken ones, made from the images that run."""
    made = {}
    for name in (GOOD, *BROKEN):
        tag = f"{site.tag}-{name}"
        for part in PARTS:
            source, target = f"{NAME}/{part}:{site.tag}", f"{NAME}/{part}:{tag}"
            if name == GOOD:
                engine.must("docker", "tag", source, target)
            else:
                dockerfile = f"FROM {source}\n{BROKEN[name]}"
                engine.must("docker", "build", "--quiet", "--tag", target, "-", given=dockerfile, seconds=300)
        made[name] = tag
    yield made
    # The site goes on with the good one.
    for name in BROKEN:
        engine.run("docker", "rmi", *(f"{NAME}/{part}:{made[name]}" for part in PARTS))


def test_good_version(site: Site, versions: dict[str, str], drilled: Drilling) -> None:
    before = {
        one.ident for part in ("app", "worker-quick") for one in engine.containers(site.project, service=part)
    }
    with drilled("deploy of a good version", rate=RATE) as drill:
        began = time.time()
        site.must("deploy", versions[GOOD])
        drill.fault.back.append(round(time.time() - began, 1))
        after = engine.containers(site.project, service="app")
        drill.struck(began, f"{len(after)} new instances of app")
    assert not before & {one.ident for one in after}, "old instances are still there"
    assert _releases(site) == {versions[GOOD]}
    _nothing_failed(drill.load.failed("GET"), drill.load.failed("POST"))


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken_version(name: str, site: Site, versions: dict[str, str], drilled: Drilling) -> None:
    before = {one.ident for one in site.containers()}
    running = _releases(site)
    with drilled(f"deploy of a broken version: {name}", rate=RATE) as drill:
        began = time.time()
        ended = site.operate("deploy", versions[name])
        drill.fault.back.append(round(time.time() - began, 1))
        assert ended.returncode != 0, "a broken version was deployed"
        told = ended.stderr.strip()
        drill.struck(began, told.splitlines()[0] if told else "")
    assert "Traceback" not in told, told
    assert told, "nothing was said"
    assert _releases(site) == running
    assert {one.ident for one in site.containers()} == before, "the running instances were touched"
    _nothing_failed(drill.load.failed("GET"), drill.load.failed("POST"))
    # A version that never becomes ready is given its time to; from then on it has to be gone.
    patience = PLATFORM.site.ready_seconds if name == "never-ready" else 0
    assert drill.fault.back[0] <= TARGETS["rollback_seconds"] + patience, drill.fault.back


def test_scaling(site: Site, drilled: Drilling) -> None:
    with drilled("scale app=5 worker-quick=3 and back", rate=20) as drill:
        began = time.time()
        site.must("scale", "app=5", "worker-quick=3")
        assert len(engine.containers(site.project, service="app")) == 5
        assert len(engine.containers(site.project, service="worker-quick")) == 3
        time.sleep(3)
        site.must("scale", "app=3", "worker-quick=1")
        drill.fault.back.append(round(time.time() - began, 1))
        drill.struck(began, "five instances, then three")
    assert len(engine.containers(site.project, service="app")) == 3
    assert site.all_well()
    _nothing_failed(drill.load.failed("GET"), drill.load.failed("POST"))


def test_out_of_bounds(site: Site) -> None:
    for words in (("app=99",), ("app=1",), ("edge=2",), ("app",), ("app=many",)):
        ended = site.operate("scale", *words)
        assert ended.returncode != 0, words
        assert ended.stderr.strip(), words
        assert "Traceback" not in ended.stderr, ended.stderr
    missing = site.operate("deploy", "no-such-tag")
    assert missing.returncode != 0
    assert "Traceback" not in missing.stderr, missing.stderr


def _releases(site: Site) -> set[str]:
    return {
        line.partition("=")[2]
        for one in engine.containers(site.project, service="app")
        for line in one.about["Config"]["Env"]
        if line.startswith("RELEASE=")
    }


def _nothing_failed(*failed: list[Request]) -> None:
    told = [one for requests in failed for one in requests]
    assert len(told) <= TARGETS["deploy_failed_requests"], told[:5]
