"""What a site keeps, and what its commands decide before they touch a container."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from operations.__main__ import main
from operations.platform.load import PROJECT
from operations.site import containers, deploying, images, status, values
from operations.site.containers import Container
from operations.site.folder import Site, State, prepare
from operations.site.rolling import Step, plan
from operations.site.visitor import Page
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REFERENCE = PROJECT / "docs" / "reference" / "operations.md"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    prepare(tmp_path / "site", {"host": "cases.example.gov.uk", "notify_template_id": "t"})
    return Site(tmp_path / "site")


def instance(
    number: int, *, image: str = "old", state: str = "running", health: str = "healthy"
) -> Container:
    return Container(
        ident=f"id-{number}",
        name=f"site-app-{number}",
        service="app",
        number=number,
        state=state,
        health=health,
        image=f"correspondence/app:{image}",
        image_id=image,
        fingerprint=image,
        restarts=0,
        since="2026-11-25T12:00:00.123456789Z",
        exit_code=0,
        release=image,
    )


# --- site.toml --------------------------------------------------


def test_a_first_file_explains_itself_and_keeps_what_was_given(tmp_path: Path) -> None:
    prepare(tmp_path, {"host": "cases.example.gov.uk"})
    text = (tmp_path / "site.toml").read_text(encoding="utf-8")
    assert 'host = "cases.example.gov.uk"' in text
    assert "# The name at which people reach the service" in text
    with pytest.raises(Trouble, match="yet to be filled in: notify_template_id"):
        Site(tmp_path)


def test_what_was_given_once_is_remembered_and_comments_stay(tmp_path: Path, site: Site) -> None:
    prepare(site.path, {"disk_encryption": "elsewhere", "https_port": 8443})
    again = Site(site.path).values
    assert (again.disk_encryption, again.https_port, again.host) == (
        "elsewhere",
        8443,
        "cases.example.gov.uk",
    )
    assert again.base_url == "https://cases.example.gov.uk:8443"
    assert (site.path / "site.toml").read_text(encoding="utf-8").count("#") == values.TEMPLATE.count("#")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("host", "https://cases", "host: string should match pattern"),
        ("bind", "localhost", "bind: string should match pattern"),
        ("https_port", 0, "https_port: input should be greater than or equal to 1"),
        ("brand", "crown", "brand: input should be 'generic' or 'govuk'"),
        ("notify_url", "notify", "notify_url: string should match pattern"),
        ("disk_encryption", "none", "disk_encryption: input should be 'host' or 'elsewhere'"),
        ("hots", "x", "hots: is unknown here; is it misspelt?"),
        ("key_file", "age.key", "key_file: string should match pattern"),
    ],
)
def test_a_bad_value_of_the_operator_is_named(site: Site, key: str, value: object, words: str) -> None:
    prepare(site.path, {key: value})
    with pytest.raises(Trouble) as caught:
        Site(site.path)
    assert words in caught.value.advice


# --- state --------------------------------------------------


def test_a_site_begins_with_the_images_of_its_tag(site: Site) -> None:
    state = site.state()
    assert (state.app_image, state.release) == ("correspondence/app:local", "local")
    assert state.replicas == {"app": 3, "worker-quick": 1, "worker-long": 1}


def test_a_staging_site_has_one_of_each(site: Site) -> None:
    prepare(site.path, {"kind": "staging"})
    staging = Site(site.path)
    assert staging.state().replicas["app"] == 1
    assert staging.profiles == ("alone",)


def test_what_was_brought_up_is_remembered(site: Site) -> None:
    state = State("r/app:2", "r/worker-long:2", "2", {"app": 5}, previous_image="r/app:1")
    site.keep(state)
    assert site.state() == replace(state, replicas={"app": 5, "worker-quick": 1, "worker-long": 1})


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"app_image": "a", "worker_long_image": "b", "release": "c", "replicas": 3}']
)
def test_a_broken_state_is_told_of(site: Site, content: str) -> None:
    (site.path / "state.json").write_text(content, encoding="utf-8")
    with pytest.raises(Trouble, match=r"state\.json cannot be read"):
        site.state()


def test_two_commands_do_not_change_one_site_at_once(site: Site) -> None:
    with (
        site.held(),
        pytest.raises(Trouble, match="Another ct-ops is at work on this site"),
        Site(site.path).held(),
    ):
        pytest.fail("both had it")
    with site.held():
        assert (site.path / "lock").read_text(encoding="utf-8").isdecimal()


# --- deploying and scaling --------------------------------------------------


def step(found: Sequence[Container], *, wanted: int = 3, surge: int = 3) -> Step:
    return plan(found, fingerprint="new", image_id="new", wanted=wanted, surge=surge)


def test_nothing_is_done_when_all_is_as_it_should_be() -> None:
    assert step([instance(n, image="new") for n in (1, 2, 3)]).nothing


def test_as_many_new_ones_come_before_the_old_ones_go() -> None:
    done = step([instance(n) for n in (1, 2, 3)])
    assert (done.create, done.scale, [one.number for one in done.drain]) == (3, 6, [3, 2, 1])


def test_where_they_do_not_all_fit_they_are_replaced_in_rounds() -> None:
    first = step([instance(n) for n in (1, 2, 3, 4, 5)], wanted=5)
    assert (first.create, first.scale, len(first.drain)) == (3, 8, 3)
    second = step([*(instance(n, image="new") for n in (6, 7, 8)), instance(1), instance(2)], wanted=5)
    assert (second.create, second.scale, {one.number for one in second.drain}) == (2, 7, {1, 2})


@pytest.mark.parametrize("wanted", range(1, 7))
@pytest.mark.parametrize("old", range(7))
@pytest.mark.parametrize("new", range(4))
def test_from_wherever_it_begins_it_arrives_without_a_gap(wanted: int, old: int, new: int) -> None:
    surge = 3
    alive = [*(instance(n) for n in range(old)), *(instance(10 + n, image="new") for n in range(new))]
    for number in range(20, 40):
        least = min(len(alive), wanted)
        done = step(alive, wanted=wanted, surge=surge)
        if done.nothing:
            break
        assert done.scale <= max(wanted + surge, len(alive))
        alive += [instance(number * 10 + n, image="new") for n in range(done.create)]
        alive = [one for one in alive if one not in done.drain]
        assert len(alive) >= least
    assert [one.image_id for one in alive] == ["new"] * wanted


def test_what_has_ended_is_removed_and_replaced() -> None:
    done = step(
        [instance(1, image="new"), instance(2, image="new"), instance(3, image="new", state="exited")]
    )
    assert ([one.number for one in done.remove], done.create, done.scale) == ([3], 1, 3)


def test_fewer_are_reached_by_draining_the_newest() -> None:
    done = step([instance(n, image="new") for n in (1, 2, 3, 4)], wanted=2)
    assert (done.create, [one.number for one in done.drain]) == (0, [4, 3])


@pytest.mark.parametrize(
    ("word", "images"),
    [
        (
            "2026-11-25",
            ("correspondence/app:2026-11-25", "correspondence/worker-long:2026-11-25", "2026-11-25"),
        ),
        ("r.example:5000/ct/app:7", ("r.example:5000/ct/app:7", "r.example:5000/ct/worker-long:7", "7")),
    ],
)
def test_an_image_or_a_tag_names_both_images(word: str, images: tuple[str, str, str]) -> None:
    assert deploying.parsed(word, "correspondence") == images


@pytest.mark.parametrize(
    "word", ["correspondence/app", "correspondence/web:1", "app:", "r.example:5000/ct/app"]
)
def test_what_is_no_image_of_the_application_is_refused(word: str) -> None:
    with pytest.raises(Trouble, match="is no image of the application"):
        deploying.parsed(word, "correspondence")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["app=6"], "'app' runs 2 to 5 instances, not 6."),
        (["app=1"], "'app' runs 2 to 5 instances, not 1."),
        (["db=5"], "'db' is not scaled."),
        (["app"], "'app' is not understood."),
        (["app=-1"], "'app=-1' is not understood."),
    ],
)
def test_a_number_out_of_bounds_is_refused(
    site: Site, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    assert main(["scale", "--site", str(site.path), *words]) == 1
    assert complaint in capsys.readouterr().err


# --- waiting, status --------------------------------------------------


def test_one_that_crashes_again_and_again_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter(range(10))
    monkeypatch.setattr(containers, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(containers, "log_tail", lambda _ident: "Traceback: no")
    crashing = [replace(instance(1, state="restarting", health=""), restarts=n) for n in range(10)]
    with pytest.raises(containers.NotWell, match=r"site-app-1 is not well: it ends by itself") as caught:
        containers.wait(lambda: [crashing[next(looks)]], expected=1, seconds=60, what="app")
    assert "Traceback: no" in caught.value.advice
    assert next(looks) == 3


def test_one_that_is_never_ready_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(containers, "log_tail", lambda _ident: "")
    with pytest.raises(
        containers.NotWell, match=r"Not well within 0 seconds: site-app-1 \(running, starting\)"
    ):
        containers.wait(lambda: [instance(1, health="starting")], expected=1, seconds=0, what="app")


def test_a_row_for_each_that_is_there_and_for_each_that_is_not() -> None:
    rows = status.rows_of([instance(1), instance(2, health="unhealthy")], {"app": 3, "edge": 1})
    assert [(row.name, row.words, row.well) for row in rows] == [
        ("site-app-1", "running, healthy", True),
        ("site-app-2", "running, unhealthy", False),
        ("app (3)", "missing", False),
        ("edge", "missing", False),
    ]


def test_mixed_versions_are_a_problem() -> None:
    assert status.mixed_releases([instance(1), instance(2, image="new")]) == ["versions are mixed: new, old"]
    assert status.mixed_releases([instance(1), instance(2)]) == []


def test_the_report_is_well_only_without_a_problem() -> None:
    rows = status.rows_of([instance(1)], {"app": 1})
    good = status.Report("a site", rows, [], [])
    assert "All is well." in status.text(good)
    assert "no backup" in status.text(good)
    bad = status.Report("a site", rows, [], ["the disk is 95% full"])
    assert "Not well:\n  - the disk is 95% full" in status.text(bad)
    told = json.loads(status.as_json(bad))
    assert (told["well"], told["problems"], told["backup"]) == (False, ["the disk is 95% full"], None)


# --- building, smoke --------------------------------------------------


def test_an_image_is_built_with_its_target_and_the_authorities_of_the_host(
    site: Site, tmp_path: Path
) -> None:
    command = images.command(site.platform, "worker-long", tag="7", release="abc", bundle=tmp_path / "ca.crt")
    assert command[:4] == ("docker", "buildx", "build", "--load")
    words = " ".join(command)
    assert "deploy/images/app/Dockerfile --target worker-long --tag correspondence/worker-long:7" in words
    assert f"--secret id=ca-bundle,src={tmp_path / 'ca.crt'}" in words
    assert "--secret" not in images.command(site.platform, "db", tag="7", release="7", bundle=None)


def test_an_unknown_image_is_refused(site: Site) -> None:
    with pytest.raises(Trouble, match="There is no image 'databse'"):
        images.build(site.platform, ["databse"], tag="local", release="local")


def test_a_page_is_read_as_a_browser_reads_it() -> None:
    page = Page(
        "/cases/foi/new/",
        200,
        {},
        b'<a href="/attachments/7/">x</a><form method="post"><input type="hidden" name="csrf" value="s">'
        b'<input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>'
        b'<textarea name="message">said &amp; done</textarea><input type="file" name="documents">'
        b'<select name="unit"><option value="">-</option></select></form>',
    )
    form = page.form("documents")
    assert form.values == {"csrf": "s", "kind": "b", "message": "said & done", "unit": ""}
    assert (form.action, form.method) == ("/cases/foi/new/", "post")
    assert page.links("/attachments/") == ["/attachments/7/"]
    with pytest.raises(Trouble, match="has no form with 'password'"):
        page.form("password")


# --- reference --------------------------------------------------


def test_every_command_is_in_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    ([a-z]+)(?: |$)", capsys.readouterr().out, flags=re.MULTILINE)
    assert "deploy" in commands
    text = REFERENCE.read_text(encoding="utf-8")
    assert [name for name in commands if f"`ct-ops {name}" not in text] == []


def test_every_option_is_in_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    missing = []
    for name in re.findall(r"^## `ct-ops ([a-z]+)", text, flags=re.MULTILINE):
        if name == "local":
            continue
        with pytest.raises(SystemExit):
            main([name, "--help"])
        options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--site"}
        missing += [f"{name} {option}" for option in sorted(options) if option not in text]
    assert missing == []
