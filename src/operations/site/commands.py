"""The commands of ``ct-ops`` for a site."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from operations import native
from operations.findings import lines
from operations.platform import load, render
from operations.site import deploying, folder, images, opening, preflight, smoke, status, up
from operations.site.compose import Compose
from operations.trouble import Trouble

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from operations.site.folder import Site

KINDS = ("production", "staging")


def render_files(options: argparse.Namespace) -> int:
    """Write deploy/compose/platform.env from deploy/platform.toml."""
    platform = load.load()
    if options.check:
        render.refuse_stale(platform)
        native.say(f"{render.ENVIRONMENT.name} says what platform.toml says.")
        return 0
    render.write(platform)
    native.say(f"Written: {render.ENVIRONMENT}")
    return 0


def build(options: argparse.Namespace) -> int:
    """Build images: those of a site, or the named ones."""
    platform = load.load()
    names = options.images or [
        name for name, image in platform.images.items() if image.site or options.everything
    ]
    if options.json:
        # The figures are for a program: what else is said goes where a person may look.
        sys.stdout, kept = sys.stderr, sys.stdout
        try:
            built = images.build(platform, names, tag=options.tag, release=options.release or options.tag)
        finally:
            sys.stdout = kept
        native.say(images.as_json(built))
    else:
        images.build(platform, names, tag=options.tag, release=options.release or options.tag)
    return 0


def bring_up(options: argparse.Namespace) -> int:
    """Bring a site up, or bring it to what its files say."""
    given = {
        key: value
        for key, value in (
            ("kind", options.kind),
            ("project", options.project),
            ("host", options.host),
            ("bind", options.bind),
            ("https_port", options.https_port),
            ("http_port", options.http_port),
            ("tag", options.tag),
            ("disk_encryption", options.disk_encryption),
            ("key_file", str(options.key.absolute()) if options.key else None),
        )
        if value is not None
    }
    folder.prepare(options.site, given)
    site = folder.Site(options.site)
    up.bring_up(site, build=options.build)
    native.say(f"\n  {site.values.base_url}/")
    native.say("  See every part: ct-ops status.  Prove it: ct-ops smoke.")
    native.say('  The first administrator, once: ct-ops administrator "NAME" EMAIL')
    return 0


def look(options: argparse.Namespace) -> int:
    """Say whether this host can carry the site, point by point."""
    site = folder.Site(options.site)
    findings = preflight.judge(preflight.gather(site), site.platform.preflight, site.values)
    for line in lines(findings):
        native.say(line)
    return 0 if all(finding.good for finding in findings) else 1


def show_status(options: argparse.Namespace) -> int:
    """Show every part and its health; the exit code says whether all is well."""
    report = status.gather(folder.Site(options.site))
    native.say(status.as_json(report) if options.json else status.text(report))
    return 0 if report.well else 1


def logs(options: argparse.Namespace) -> int:
    """Show what the containers write."""
    site = folder.Site(options.site)
    words = ["logs", "--timestamps", *(["--follow"] if options.follow else [])]
    words += ["--since", options.since] if options.since else []
    services: list[str] = []
    for part in options.parts:
        if part in site.platform.parts:
            services += site.platform.parts[part].services(part)
        else:
            services.append(part)
    return Compose(site, site.state()).attached(*words, *services)


def down(options: argparse.Namespace) -> int:
    """Stop the site; its data stay, unless --volumes is given."""
    site = folder.Site(options.site)
    with site.held():
        if options.volumes and not options.yes:
            _confirm(site)
        words = ["--profile", "tools", "down", "--remove-orphans", "--timeout", str(options.timeout)]
        compose = Compose(site, site.state())
        compose.run(*words, *(["--volumes"] if options.volumes else []))
        opening.close(site)
        if options.volumes:
            (site.path / folder.STATE).unlink(missing_ok=True)
    native.say(
        "The site is down, and its data are deleted."
        if options.volumes
        else "The site is down; its data stay."
    )
    return 0


def _confirm(site: Site) -> None:
    what = f"This deletes every case, document and account of the site '{site.project}'."
    if sys.stdin is None or not sys.stdin.isatty():
        raise Trouble(what, "Confirm with --yes.")
    if input(f"{what} Type its name to go on: ").strip() != site.project:
        raise Trouble("Nothing was deleted.")


def deploy(options: argparse.Namespace) -> int:
    """Deploy another version; a version that does not become well is taken back by itself."""
    deploying.deploy(folder.Site(options.site), options.image)
    return 0


def scale(options: argparse.Namespace) -> int:
    """Run more or fewer instances: ct-ops scale app=5 worker-quick=3."""
    wanted = {}
    for word in options.parts:
        part, sign, number = word.partition("=")
        if not sign or not number.isdecimal():
            raise Trouble(f"'{word}' is not understood.", "Write it like this: app=5")
        wanted[part] = int(number)
    deploying.scale(folder.Site(options.site), wanted)
    return 0


def prove(options: argparse.Namespace) -> int:
    """Try the site out as a person would, and say what works."""
    verdict = smoke.run(folder.Site(options.site), options.url)
    native.say(smoke.text(verdict))
    return 0 if verdict.good else 1


def administrator(options: argparse.Namespace) -> int:
    """Make the first administrator, once; prints a link with which they choose a password."""
    site = folder.Site(options.site)
    words = ["create_administrator", options.name, options.email, *(["--again"] if options.again else [])]
    outcome = Compose(site, site.state()).manage(*words)
    if not outcome.good:
        raise Trouble("No administrator was made.", outcome.tail)
    native.say("Hand this link to them; whoever has it chooses the password, once:")
    native.say(f"  {outcome.out.strip()}")
    return 0


def secret(options: argparse.Namespace) -> int:
    """Set a secret of the site from standard input, or list which there are."""
    if options.what == "set" and not options.name:
        raise Trouble("Which secret?", "Give it like this: ct-ops secret set notify_api_key < FILE")
    given: dict[str, object] = {"key_file": str(options.key.absolute())} if options.key else {}
    folder.prepare(options.site, given)
    site = folder.Site(options.site, unfinished=True)
    if options.what == "list":
        for name in sorted(site.strongbox.read()):
            native.say(f"  {name}")
        return 0
    if sys.stdin is None or sys.stdin.isatty():
        raise Trouble(
            "The secret is read from a file, so that no history keeps it.",
            f"ct-ops secret set {options.name} < FILE",
        )
    with site.held():
        opening.give(site, options.name, sys.stdin.read())
    native.say(f"'{options.name}' is kept in {site.strongbox.file}. It takes effect with the next: ct-ops up")
    return 0


def manage(options: argparse.Namespace) -> int:
    """One of the application's own commands, in a container of its own."""
    site = folder.Site(options.site)
    return Compose(site, site.state()).attached(
        "run",
        "--rm",
        *([] if sys.stdin and sys.stdin.isatty() else ["-T"]),
        "--no-deps",
        "manage",
        "manage",
        *options.arguments,
    )


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to a parser."""

    def add(
        name: str, action: Callable[[argparse.Namespace], int], *, site: bool = True
    ) -> argparse.ArgumentParser:
        doc = (action.__doc__ or "").strip()
        parser = commands.add_parser(name, help=doc.rstrip("."), description=doc, allow_abbrev=False)
        parser.set_defaults(action=action)
        if site:
            parser.add_argument(
                "--site",
                type=Path,
                default=Path(os.environ.get(folder.VARIABLE) or folder.DEFAULT),
                metavar="DIR",
                help=f"the state folder of the site (default: {folder.VARIABLE}, or {folder.DEFAULT})",
            )
        return parser

    add("render", render_files, site=False).add_argument(
        "--check", action="store_true", help="only say whether the file is out of date"
    )
    _build_options(add("build", build, site=False))
    _up_options(add("up", bring_up))
    add("preflight", look)
    add("status", show_status).add_argument("--json", action="store_true", help="for a program to read")
    parser = add("logs", logs)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="only these parts or containers: app, db, web-2"
    )
    parser.add_argument("--follow", action="store_true", help="go on showing")
    parser.add_argument("--since", metavar="WHEN", help="from then on: 10m, 2026-11-25T12:00:00")
    parser = add("down", down)
    parser.add_argument(
        "--volumes", action="store_true", help="delete the data, too: cases, documents, accounts"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--timeout", type=int, default=120, metavar="SECONDS", help="grace for what is under way"
    )
    add("deploy", deploy).add_argument("image", metavar="IMAGE", help="a tag, or an image with its tag")
    add("scale", scale).add_argument("parts", nargs="+", metavar="PART=N")
    add("smoke", prove).add_argument("--url", help="the address to try, if it is not the site's own")
    parser = add("administrator", administrator)
    parser.add_argument("name", metavar="NAME", help="full name")
    parser.add_argument("email", metavar="EMAIL", help="with which they sign in")
    parser.add_argument("--again", action="store_true", help="another link, if the first was never used")
    parser = add("secret", secret)
    parser.add_argument("what", choices=("set", "list"))
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of the secrets; remembered")
    add("manage", manage).add_argument("arguments", nargs="...", metavar="COMMAND", help="as for manage.py")


def _build_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="only these images of platform.toml")
    parser.add_argument("--tag", default="local", help="their tag (default: local)")
    parser.add_argument("--release", default="", help="the version that they carry (default: the tag)")
    parser.add_argument("--everything", action="store_true", help="also those for development and tests")
    parser.add_argument("--json", action="store_true", help="print times and sizes as JSON")


def _up_options(parser: argparse.ArgumentParser) -> None:
    remembered = "remembered in site.toml"
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--host", metavar="NAME", help=f"the name at which people reach it; {remembered}")
    parser.add_argument(
        "--project", metavar="NAME", help=f"what its containers' names begin with; {remembered}"
    )
    parser.add_argument("--bind", metavar="ADDRESS", help=f"publish on this address only; {remembered}")
    parser.add_argument("--https-port", type=int, metavar="N", help=f"default 443; {remembered}")
    parser.add_argument("--http-port", type=int, metavar="N", help=f"default 80; {remembered}")
    parser.add_argument("--tag", help=f"tag of the images; {remembered}")
    parser.add_argument("--key", type=Path, metavar="FILE", help=f"the key of the secrets; {remembered}")
    parser.add_argument(
        "--disk-encryption",
        choices=("host", "elsewhere"),
        help=f"'elsewhere': encrypted where it cannot be seen from here; {remembered}",
    )
    parser.add_argument("--build", action="store_true", help="build the images that are missing")
