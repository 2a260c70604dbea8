"""The reference for people says what the code says, and everything in it says something about itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.urls import path

from correspondence.config import reference
from correspondence.config.reference import markdown, rules, running
from correspondence.core.settings import Settings
from correspondence.jobs import kinds
from correspondence.notifications import wording
from correspondence.pages import urls
from correspondence.pages.views.errors import server_error
from correspondence.rulebook import names, reading
from operations.__main__ import main as ct_ops

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGES = reference.pages()


def kept(name: str) -> str:
    return (reference.FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_page_is_out_of_date(name: str) -> None:
    assert kept(name) == PAGES[name], f"docs/reference/{name} is out of date: make docs"


BY_HAND = {"operations.md", "sscl.md"}
"""Of what is no part of the application; tests of their own hold them to the code."""


def test_there_is_no_page_that_nothing_writes() -> None:
    assert {page.name for page in reference.FOLDER.glob("*")} == set(PAGES) | BY_HAND


def test_the_command_writes_what_is_out_of_date_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "reference")
    call_command("write_reference")
    assert {page.name: page.read_text("utf-8") for page in (tmp_path / "reference").iterdir()} == PAGES
    (tmp_path / "reference" / "jobs.md").write_text("old", encoding="utf-8")
    capsys.readouterr()
    call_command("write_reference")
    assert capsys.readouterr().out == "jobs.md was out of date.\n"
    assert (tmp_path / "reference" / "jobs.md").read_text("utf-8") == PAGES["jobs.md"]


# --- everything is there and says what it is --------------------------------------------------------


def test_each_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert (field.description or "").endswith("."), name
        assert f"| `{name.upper()}` | {field.description} |" in PAGES["settings.md"]


def variables_read() -> Iterator[str]:
    """The names that the application asks the environment for by itself, beside its settings."""
    asked = re.compile(r"environ(?:ment)?(?:\.get\(|\[)\"([A-Z][A-Z_]+)\"")
    for file in (ROOT / "src" / "correspondence").rglob("*.py"):
        yield from asked.findall(file.read_text(encoding="utf-8"))


def test_each_variable_that_is_read_elsewhere_is_described() -> None:
    read = {name.removesuffix("_FILE") for name in variables_read()}
    settings = {name.upper() for name in Settings.model_fields}
    assert read - settings == set(markdown.prose()["settings"]["beside"])


def test_each_name_that_a_table_may_use_has_a_docstring_and_a_heading() -> None:
    told = [
        *((one.name, one.doc) for one in rules.ours(names.facts.values())),
        *((one.name, one.doc) for one in rules.ours(names.computations.values())),
        *((one.name, one.doc) for one in rules.ours(names.effects.values())),
    ]
    assert told
    for name, doc in told:
        assert doc, name
        assert f"\n### {name}\n\n{markdown.doc(doc)}" in PAGES["facts.md"]


def test_each_fact_says_what_a_person_is_told() -> None:
    for fact in rules.ours(names.facts.values()):
        words = rules.otherwise(fact.otherwise)
        assert words, fact.name
        for sentence in words:
            assert sentence.rstrip().endswith("."), fact.name
            assert f"“{sentence}”" in PAGES["facts.md"]


def test_what_a_fact_fills_in_is_left_open() -> None:
    (words,) = rules.otherwise(names.facts["escalation_window_over"].otherwise)
    assert words.startswith("The case is being reviewed for sensitivity until the end of …. A response")


def test_each_event_tells_who_where_and_when() -> None:
    rulebook = reading.load(reading.SHIPPED)
    for event in rulebook.events.events:
        assert f"\n## {event.code}\n\n{event.meaning}\n" in PAGES["events.md"]
    rows = sum(len(workflow.events) for workflow in rulebook.workflows)
    told = re.findall(r"^\| (?:standard|trigger|full_approval) \|", PAGES["events.md"], re.MULTILINE)
    assert len(told) == rows


def test_each_guard_and_permission_is_there() -> None:
    tables = reading.load(reading.SHIPPED).permissions
    for row in tables.permissions:
        assert f"\n### {row.action}\n" in PAGES["permissions.md"]
        assert row.source in PAGES["permissions.md"]
    for guard in tables.guards:
        assert guard.source in PAGES["permissions.md"]


def test_each_wording_is_there_with_its_values() -> None:
    for told in wording.read(reading.SHIPPED).values():
        assert f"\n## {told.kind}\n" in PAGES["messages.md"]
        for value, meaning in told.values.items():
            assert f"| `{value}` | {meaning} |" in PAGES["messages.md"]


def test_each_job_says_what_it_does() -> None:
    for kind in kinds.all_known():
        if running.function_of(kind).__module__.startswith("correspondence."):
            assert running.function_of(kind).__doc__, kind.name
            assert f"| `{kind.name}` | " in PAGES["jobs.md"]
    for queue in kinds.QUEUES:
        assert f"| `{queue}` | " in PAGES["jobs.md"]


def test_each_address_says_what_it_is_and_which_methods_it_takes() -> None:
    for pattern in urls.urlpatterns:
        assert pattern.callback.__doc__, pattern.name
        assert running.methods_of(pattern), pattern.name
        assert f"| `{pattern.name}` | " in PAGES["addresses.md"]


def test_an_address_has_to_say_which_methods_it_takes() -> None:
    takes_all = path("everything/", server_error, name="everything")
    with pytest.raises(LookupError, match="everything does not say which methods it takes"):
        running.methods_of(takes_all)


def test_each_target_of_make_is_there() -> None:
    told = running.TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
    assert len(told) > 10
    for name, _ in told:
        assert f"| `make {name}` | " in PAGES["commands.md"]


def options_of_launcher(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit):
        ct_ops(["local", command, "--help"])
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--data"}


def test_the_launchers_commands_and_options_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    launched = markdown.prose()["commands"]["launched"]
    with pytest.raises(SystemExit):
        ct_ops(["local", "--help"])
    listed = re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE)
    assert set(listed) == set(launched)
    for command, told in launched.items():
        assert set(re.findall(r"--[a-z-]+", told)) == options_of_launcher(command, capsys), command


def test_no_page_tells_where_it_was_written() -> None:
    for name, text in PAGES.items():
        assert str(ROOT) not in text, name
        assert str(Path.home()) not in text, name


# --- putting pages together -------------------------------------------------------------------------


def test_a_cell_cannot_end_its_table() -> None:
    assert markdown.table(["a"], [["one | two\nthree"]]) == "| a |\n| --- |\n| one \\| two three |"


def test_a_docstring_is_shown_without_its_sections() -> None:
    told = """Says ``something``.

        In two parts.

        Args:
            this: is for programmers.
        """
    assert markdown.doc(told) == "Says `something`.\n\nIn two parts."
    assert markdown.first_paragraph(told) == "Says `something`."
