"""Names of tables and the functions behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.rulebook import loader, names, reading
from correspondence.rulebook.files import PolicyError
from tests.rulebook.shipped import SpoiltPolicy, rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STANDARD = "workflows/foi_standard.yaml"


@pytest.fixture
def registries() -> Iterator[None]:
    """What a test registers is gone after it."""
    facts, rules, effects = dict(names.facts), dict(names.computations), dict(names.effects)
    yield
    for name in names.facts.keys() - facts.keys():
        del names.facts[name]
    for name in names.computations.keys() - rules.keys():
        del names.computations[name]
    for name in names.effects.keys() - effects.keys():
        del names.effects[name]


def test_everything_that_the_shipped_tables_name_is_there() -> None:
    loader.check_names(rulebook())
    used = {name for w in rulebook().workflows for entry in w.events for name in entry.when}
    assert used <= names.facts.keys()


def test_every_name_says_what_it_means_and_what_is_told_when_it_fails() -> None:
    for registry in (names.facts, names.computations, names.effects):
        assert registry
        for name, entry in registry.items():
            assert entry.name == name
            assert entry.doc
    for fact in names.facts.values():
        assert fact.about in ("person", "case")
        assert callable(fact.otherwise) or fact.otherwise.endswith(".")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (STANDARD, "has_pit_extension", "has_wings", f"{STANDARD}:1: no fact is called has_wings"),
        (
            STANDARD,
            "email_newly_assigned_user",
            "ring_the_bell",
            f"{STANDARD}:1: no effect is called ring_the_bell",
        ),
        (
            STANDARD,
            "to: computed:state_after_response_removed",
            "to: computed:wherever",
            f"{STANDARD}:1: no rule is called wherever",
        ),
        (
            "permissions.yaml",
            "when: [user_in_team]",
            "when: [user_is_king]",
            "permissions.yaml:1: no fact is called user_is_king",
        ),
    ],
)
def test_a_name_without_a_function_is_refused(
    file: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    spoilt = SpoiltPolicy(tmp_path)
    spoilt.exchange(file, old, new)
    with pytest.raises(PolicyError) as refused:
        loader.check_names(reading.load(spoilt.folder))
    assert str(refused.value) == said


@pytest.mark.usefixtures("registries")
class TestRegistering:
    def test_a_fact_keeps_its_words(self) -> None:
        @names.fact(otherwise="It rains.", about="case")
        def the_sun_shines(situation: str) -> bool:
            """The sky is blue."""
            return situation == "blue"

        assert names.facts["the_sun_shines"]("blue")
        assert the_sun_shines("blue")
        assert not names.facts["the_sun_shines"]("grey")
        assert names.facts["the_sun_shines"].doc == "The sky is blue."
        assert names.facts["the_sun_shines"].otherwise_words("grey") == "It rains."

    def test_words_may_depend_on_the_situation(self) -> None:
        @names.fact(otherwise=lambda situation: f"It is {situation}.", about="case")
        def the_sky_is_clear(situation: str) -> bool:
            """No cloud."""
            return situation == "blue"

        asked = names.asking("grey")
        assert not asked("the_sky_is_clear")
        assert asked.words("the_sky_is_clear") == "It is grey."
        assert asked.about("the_sky_is_clear") == "case"
        assert the_sky_is_clear("blue")

    def test_a_fact_is_asked_once_for_a_situation(self) -> None:
        asked: list[str] = []

        @names.fact(otherwise="No.", about="person")
        def somebody_looked(situation: str) -> bool:
            """Counts its readers."""
            asked.append(situation)
            return False

        holds = names.asking("now")
        assert [holds("somebody_looked"), holds("somebody_looked")] == [False, False]
        assert asked == ["now"]
        assert not somebody_looked("later")

    def test_one_name_stands_for_one_function(self) -> None:
        @names.computed
        def somewhere(_situation: object) -> str:
            """Here."""
            return "here"

        assert names.computations["somewhere"](None) == "here"
        with pytest.raises(ValueError, match="somewhere is registered twice"):
            names.computed(somewhere)

    def test_a_name_without_a_meaning_is_refused(self) -> None:
        def unsaid(_happening: object) -> None:
            pass

        with pytest.raises(ValueError, match="unsaid needs a docstring"):
            names.effect(unsaid)
        assert "unsaid" not in names.effects

    def test_an_effect_happens(self) -> None:
        happened: list[object] = []

        @names.effect
        def ring(happening: object) -> None:
            """Rings."""
            happened.append(happening)

        names.effects["ring"]("bell")
        ring("door")
        assert happened == ["bell", "door"]
