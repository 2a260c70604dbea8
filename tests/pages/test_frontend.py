"""The files that browsers get: nothing edited by hand, nothing that a page's policy would refuse."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"
ASSETS = FRONTEND / "assets"
OURS = [ASSETS / "app.js", *sorted((ASSETS / "modules").glob("*.js"))]


def test_what_is_vendored_is_what_was_taken() -> None:
    listed = dict(
        re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", (FRONTEND / "VENDORED.md").read_text(), re.M)
    )
    kept = [path for folder in ("vendor", "images") for path in (ASSETS / folder).iterdir()]
    assert {
        str(path.relative_to(ASSETS)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept
    } == listed


def test_style_sheets_name_only_files_that_are_here() -> None:
    for sheet in ASSETS.rglob("*.css"):
        for address in re.findall(r"url\(([^)]+)\)", sheet.read_text()):
            assert address.startswith("/assets/"), address
            assert (ASSETS / address.removeprefix("/assets/")).is_file(), address


def test_no_source_maps_and_no_typeface() -> None:
    for file in (*ASSETS.rglob("*.css"), *ASSETS.rglob("*.js")):
        text = file.read_text()
        assert "sourceMappingURL" not in text
        assert "@font-face" not in text


@pytest.mark.parametrize("module", OURS, ids=lambda path: path.name)
def test_our_scripts_write_text_and_never_markup(module: Path) -> None:
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    kept_in_the_browser = r"localStorage|sessionStorage|indexedDB"
    assert not re.search(rf"{markup}|{kept_in_the_browser}|\.style\b", module.read_text())


def test_every_module_is_imported() -> None:
    imported = re.findall(r'from "\./modules/([^"]+)"', (ASSETS / "app.js").read_text())
    assert sorted(imported) == [path.name for path in OURS[1:]]
