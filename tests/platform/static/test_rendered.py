"""What is written from ``platform.toml`` says what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from operations.platform import load, render
from operations.platform.load import PROJECT
from operations.site.compose import site_environment
from operations.site.folder import Site, prepare
from operations.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path

SITE = PROJECT / "deploy" / "compose" / "site.yaml"


def test_the_environment_file_is_up_to_date() -> None:
    render.refuse_stale(load.load())


def test_an_environment_file_that_is_out_of_date_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "platform.env"
    old.write_text(render.text(load.load()).replace("NAME=", "NAME=x"), encoding="utf-8")
    with pytest.raises(Trouble, match="out of date"):
        render.refuse_stale(load.load(), old)


def test_every_variable_of_the_site_file_has_a_value(tmp_path: Path) -> None:
    prepare(tmp_path, {"host": "cases.example.gov.uk", "notify_template_id": "t"})
    site = Site(tmp_path)
    known = {**render.values(site.platform), **site_environment(site, site.state())}
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", SITE.read_text(encoding="utf-8")))
    assert asked - set(known) == set()
