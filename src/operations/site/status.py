"""Every part of a site and its health, in one screen."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from operations import native
from operations.site import certificates, containers, opening, questions
from operations.site.compose import Compose
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.site.containers import Container
    from operations.site.folder import Site
    from operations.site.questions import Answer

END_SOON_DAYS = 14
FULL = 0.9
GIGABYTE = 1_000_000_000
BACKUP = "no backup: it is not built yet, and nothing is archived"


@dataclass(frozen=True, slots=True)
class Row:
    """One instance of a part, or the place where one should be."""

    service: str
    name: str
    words: str
    well: bool
    since: str
    image: str
    release: str
    restarts: int


@dataclass(frozen=True, slots=True)
class Report:
    """The whole of it."""

    title: str
    rows: list[Row]
    answers: list[Answer]
    problems: list[str]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def gather(site: Site) -> Report:
    """Look at every part, and ask every engine."""
    state = site.state()
    found = containers.of_project(site.project)
    compose = Compose(site, state)
    wanted = {service: state.replicas.get(service, 1) for service in compose.services()}
    rows = rows_of(found, wanted)
    answers = [*questions.ask(site, found), _certificates(site), _disk()]
    problems = [f"{row.name} is {row.words}" for row in rows if not row.well]
    problems += [answer.problem for answer in answers if answer.problem]
    problems += mixed_releases(found)
    title = f"{site.values.kind} site '{site.project}' at {site.values.host}, version {state.release}"
    return Report(title, rows, answers, problems)


def rows_of(found: Sequence[Container], wanted: dict[str, int]) -> list[Row]:
    """A row for each container that is there, and for each that is not."""
    rows = []
    for service, number in wanted.items():
        mine = [one for one in found if one.service == service]
        rows += [
            Row(service, one.name, one.words, one.well, one.since, one.image, one.release, one.restarts)
            for one in mine
        ]
        rows += [
            Row(service, f"{service} ({n + 1})" if number > 1 else service, "missing", False, "", "", "", 0)  # noqa: FBT003 - columns of a row
            for n in range(len(mine), number)
        ]
    return rows


def mixed_releases(found: Sequence[Container]) -> list[str]:
    """What is wrong when instances of the application run different versions."""
    releases = sorted({one.release for one in found if one.release and one.state == "running"})
    return [f"versions are mixed: {', '.join(releases)}"] if len(releases) > 1 else []


def _certificates(site: Site) -> Answer:
    try:
        left = {
            file.stem: certificates.days_left(file.read_text(encoding="ascii"), opening.now())
            for file in sorted(site.secrets_folder.glob("*.pem"))
        }
    except (OSError, ValueError) as error:
        raise Trouble("The certificates cannot be read.", str(error)) from error
    if not left:
        return questions.Answer("Certificates", "the site is not up", {"days_left": {}})
    first = min(left, key=lambda name: left[name])
    ending = [name for name, days in left.items() if days < END_SOON_DAYS]
    return questions.Answer(
        "Certificates",
        f"the first to end is {first}, in {left[first]} days (`ct-ops up` renews those with less than "
        f"{certificates.RENEW_DAYS})",
        {"days_left": dict(left)},
        f"certificates end soon: {', '.join(ending)}" if ending else "",
    )


def _disk() -> Answer:
    root = native.carry_out("docker", "info", "--format", "{{.DockerRootDir}}", quiet=True).out.strip()
    try:
        usage = shutil.disk_usage(Path(root))
    except OSError:
        return questions.Answer("Disk", f"{root} cannot be looked at by this user", {})
    share = usage.used / (usage.used + usage.free)
    return questions.Answer(
        "Disk",
        f"{usage.free / GIGABYTE:,.1f} GB free of {usage.total / GIGABYTE:,.1f} GB, {share:.0%} used",
        {"free_bytes": usage.free, "used_share": round(share, 3)},
        f"the disk is {share:.0%} full" if share > FULL else "",
    )


def as_json(report: Report) -> str:
    """For a program to read."""
    return json.dumps(
        {
            "well": report.well,
            "problems": report.problems,
            "site": report.title,
            "parts": [
                {
                    "service": row.service,
                    "name": row.name,
                    "state": row.words,
                    "well": row.well,
                    "since": row.since,
                    "image": row.image,
                    "release": row.release,
                    "restarts": row.restarts,
                }
                for row in report.rows
            ],
            **{answer.about.lower().replace(" ", "_"): answer.facts for answer in report.answers},
            "backup": None,
        },
        indent=1,
    )


def text(report: Report) -> str:
    """One screen for a person."""
    lines = [report.title[0].upper() + report.title[1:], ""]
    width = max((len(row.name) for row in report.rows), default=0)
    for row in report.rows:
        image = row.image.rpartition("/")[2]
        release = f" release {row.release}" if row.release else ""
        again = f", {row.restarts} restarts" if row.restarts else ""
        lines.append(
            f"  {'✓' if row.well else '✗'} {row.name:<{width}}  {row.words:<18} {_ago(row.since):<8} "
            f"{image}{release}{again}".rstrip()
        )
    lines.append("")
    lines += [
        f"  {'✗' if answer.problem else '✓'} {answer.about + ':':<14}{answer.text}"
        for answer in report.answers
    ]
    lines += [f"  ! {'Backup:':<14}{BACKUP}", ""]
    lines += ["All is well."] if report.well else ["Not well:", *(f"  - {one}" for one in report.problems)]
    return "\n".join(lines)


def _ago(since: str) -> str:
    """How long ago, roughly; Docker writes moments with nine decimals."""
    try:
        began = datetime.fromisoformat(since[:19] + "+00:00")
    except ValueError:
        return ""
    seconds = (opening.now() - began).total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
