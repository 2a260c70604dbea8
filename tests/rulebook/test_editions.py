"""Editions: published once, never changed, read as they were written."""

from __future__ import annotations

import threading
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from correspondence.audit import queries as audit
from correspondence.core import clock, settings
from correspondence.rulebook import actions, loader
from correspondence.rulebook.models import Edition
from tests.rulebook.shipped import SpoiltPolicy, rulebook

if TYPE_CHECKING:
    from pathlib import Path

    from correspondence.rulebook.tables.rulebook import BoundTables


def publish(bound: BoundTables) -> tuple[Edition, bool]:
    return actions.publish_edition(
        bound=bound, publisher_id=7, publisher_name="Bea Manager", now=clock.actual_now()
    )


def longer() -> BoundTables:
    """The shipped tables with one day more for the draft."""
    bound = rulebook().bound
    first, *others = bound.clocks.clocks
    draft = first.draft.model_copy(update={"working_days": first.draft.working_days + 1})
    clocks = bound.clocks.model_copy(update={"clocks": (first.model_copy(update={"draft": draft}), *others)})
    return bound.model_copy(update={"clocks": clocks})


@pytest.mark.django_db
class TestPublishing:
    def test_the_same_content_is_no_new_edition(self) -> None:
        edition, _ = publish(rulebook().bound)
        again, new = publish(rulebook().bound)
        assert (again.pk, new) == (edition.pk, False)
        assert loader.current_edition_id() == edition.pk

    def test_a_change_is_the_next_edition(self) -> None:
        before, _ = publish(rulebook().bound)
        edition, new = publish(longer())
        assert (edition.number, new) == (before.number + 1, True)
        assert (edition.publisher_id, edition.publisher_name) == (7, "Bea Manager")
        assert loader.current_edition_id() == edition.pk

    def test_going_back_is_a_new_edition_with_the_old_content(self) -> None:
        before, _ = publish(rulebook().bound)
        publish(longer())
        back, new = publish(rulebook().bound)
        assert new
        assert (back.number, back.digest) == (before.number + 2, before.digest)
        assert loader.current_edition_id() == back.pk

    def test_an_edition_reads_as_it_was_written(self) -> None:
        for bound in (rulebook().bound, longer()):
            edition, _ = publish(bound)
            loader.edition.cache_clear()
            assert loader.edition(edition.pk) == bound
            assert loader.edition(edition.pk) is loader.edition(edition.pk)

    def test_an_older_edition_keeps_its_clock(self) -> None:
        before, _ = publish(rulebook().bound)
        after, _ = publish(longer())
        loader.edition.cache_clear()
        assert loader.edition(before.pk).clock("foi").draft.working_days == 10
        assert loader.edition(after.pk).clock("foi").draft.working_days == 11

    def test_it_is_audited(self) -> None:
        edition, _ = publish(longer())
        entry = audit.of_subject(f"edition:{edition.pk}").get()
        assert (entry.action, entry.actor_id, entry.actor_name) == ("publish_edition", 7, "Bea Manager")
        assert entry.data == {"number": edition.number, "digest": edition.digest}
        publish(longer())
        assert audit.of_subject(f"edition:{edition.pk}").count() == 1

    @pytest.mark.parametrize(
        "statement", ["UPDATE rulebook_edition SET content = '{}'", "DELETE FROM rulebook_edition"]
    )
    def test_the_database_refuses_to_change_one(self, statement: str) -> None:
        publish(longer())
        with (
            pytest.raises(DatabaseError, match="written once"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_nothing_published_is_told(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE rulebook_edition DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM rulebook_edition")
        with pytest.raises(loader.NoEdition, match=r"manage\.py publish_policy"):
            loader.current_edition_id()

    def test_names_of_an_edition_that_nothing_stands_behind_are_told(self) -> None:
        edition, _ = publish(rulebook().bound)
        assert loader.lacking(edition.pk) == ()
        entry = rulebook().workflows[0].events[0].model_copy(update={"when": ("has_wings",)})
        first, *others = rulebook().workflows
        spoilt = first.model_copy(update={"events": (entry, *first.events[1:])})
        bound = rulebook().bound.model_copy(update={"workflows": (spoilt, *others)})
        assert loader.lacking(publish(bound)[0].pk) == ("has_wings",)


@pytest.mark.django_db
class TestTheCommand:
    def run(self) -> str:
        out = StringIO()
        call_command("publish_policy", publisher="release 7", stdout=out)
        return out.getvalue().strip()

    def test_it_publishes_once(self) -> None:
        publish(longer())
        said = self.run()
        edition = Edition.objects.order_by("-number")[0]
        assert said == f"Published edition {edition.number}."
        assert (edition.publisher_id, edition.publisher_name) == (None, "release 7")
        assert self.run() == f"Edition {edition.number} is current already."

    def test_a_fault_publishes_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        spoilt = SpoiltPolicy(tmp_path)
        line = spoilt.exchange("workflows/foi_trigger.yaml", "by: [manager]", "by: [director]")
        monkeypatch.setattr(
            settings, "_current", settings.current().model_copy(update={"policy_dir": spoilt.folder})
        )
        before = Edition.objects.count()
        with pytest.raises(CommandError, match=f"workflows/foi_trigger.yaml:{line}: "):
            self.run()
        assert Edition.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_two_that_publish_at_once_add_one_edition() -> None:
    before = Edition.objects.count()
    together = threading.Barrier(4)
    news: list[bool] = []

    def at_once() -> None:
        together.wait()
        news.append(publish(longer())[1])
        connection.close()

    threads = [threading.Thread(target=at_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(news) == [False, False, False, True]
    assert Edition.objects.count() == before + 1
    loader.edition.cache_clear()


def test_the_current_tables_are_those_of_the_files() -> None:
    assert loader.current().state("drafting").label == "Draft in progress"
    assert loader.current() is loader.current()
    assert loader.current().event("respond").button == "Mark response as sent"
    assert loader.rulebook() == rulebook()
