"""The ledger sees what it is there to see: a planted loss, found by both ways of looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.platform.lab.conftest import RESULTS, SEED
from tests.platform.ledger.load import Load
from tests.platform.ledger.verdict import compare

if TYPE_CHECKING:
    from tests.platform.lab.site import Site
    from tests.platform.ledger.load import Person

TAKE_AWAY = """
    BEGIN;
    CREATE TABLE planted_loss AS SELECT * FROM cases_transition WHERE form_key = '{key}';
    DELETE FROM cases_transition WHERE form_key = '{key}';
    COMMIT;
"""
PUT_BACK = """
    BEGIN;
    INSERT INTO cases_transition OVERRIDING SYSTEM VALUE SELECT * FROM planted_loss;
    DROP TABLE planted_loss;
    COMMIT;
"""


def test_planted_loss_is_seen(site: Site, crowd: list[Person]) -> None:
    load = Load(crowd, RESULTS / "ledger" / "planted", rate=20, writes=1, seed=SEED)
    with load:
        load.write_all(60)
    browsers = [person.browser for person in crowd]
    entries = load.entries
    whole = compare(entries, site.database.ask, browsers)
    assert whole.holds, str(whole)
    assert whole.acknowledged >= 55, str(whole)

    victim = next(one for one in entries if one.told == "acknowledged" and one.intention.kind == "message")
    site.database.ask(TAKE_AWAY.format(key=victim.intention.key))
    try:
        seen = compare(entries, site.database.ask, browsers)
    finally:
        site.database.ask(PUT_BACK)
    assert len(seen.lost) == 2, str(seen)  # once by SQL, once by its page
    assert "not in the database" in seen.lost[0]
    assert "not on its page" in seen.lost[1]
    assert compare(entries, site.database.ask, browsers).holds


def test_same_form_key_takes_effect_once(crowd: list[Person]) -> None:
    person = crowd[0]
    case = person.account.cases[0]
    key = {"form_key": "5f2d4a52-7a5c-4d8c-9b52-2f8d2b7a9c01", "message": "Ledger said twice"}
    answers = [person.browser.post(f"/cases/{case}/messages/", key) for _ in range(3)]
    assert [one.status for one in answers] == [302, 302, 302]
    assert person.browser.get(f"/cases/{case}/").text.count("Ledger said twice") == 1
