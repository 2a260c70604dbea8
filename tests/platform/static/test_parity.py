"""The boxes of the deployment document against what there is: none forgotten, nothing there for no box."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.platform.load import load
from operations.site import commands

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PLATFORM = load()
SITE = yaml.safe_load((ROOT / "deploy/compose/site.yaml").read_text(encoding="utf-8"))
DEV = yaml.safe_load((ROOT / "deploy/compose/dev.yaml").read_text(encoding="utf-8"))
READ: dict[str, Any] = tomllib.loads((HERE / "boxes.toml").read_text(encoding="utf-8"))
BEYOND: dict[str, str] = READ.pop("beyond")
BOXES = READ

# The rows of each chapter of the document, by the letter of their ids.
ROWS = {"E": 7, "N": 8, "A": 8, "D": 12, "V": 9, "P": 9, "S": 14, "M": 15, "B": 9, "F": 8}
STANDS = (
    *("E4", "E5", "E6", "N1", "N5", "N6", "N8", "A1", "A2", "A4", "A6", "A7"),
    *("D1", "D3", "D5", "D6", "D7", "D8", "D9", "D10"),
    *("V1", "V2", "V3", "V4", "V5", "V6", "P8", "P9", "S4"),
)
"""What stands today; in D6 and D7 a part is told as later."""

RESOURCES = ("site", "dev", "networks", "commands", "settings")
KEYS = {"nodes", "later", *RESOURCES}


def _known_commands() -> set[str]:
    parser = argparse.ArgumentParser()
    found = parser.add_subparsers()
    commands.register(found)
    return set(found.choices)


def test_every_row_is_there() -> None:
    assert set(BOXES) == {
        f"{letter}{number}" for letter, most in ROWS.items() for number in range(1, most + 1)
    }


@pytest.mark.parametrize("row", list(BOXES))
def test_row_is_whole(row: str) -> None:
    box = BOXES[row]
    assert set(box) <= KEYS
    assert box["nodes"]
    assert any(box.get(kind) for kind in (*RESOURCES, "later")), (
        f"{row} has nothing, and is not told as later"
    )


@pytest.mark.parametrize("row", STANDS)
def test_row_stands(row: str) -> None:
    box = BOXES[row]
    assert any(box.get(kind) for kind in RESOURCES)
    assert not box.get("later") or row in ("D6", "D7")


@pytest.mark.parametrize("row", list(BOXES))
def test_resources_exist(row: str) -> None:
    box = BOXES[row]
    assert set(box.get("site", ())) <= set(PLATFORM.parts)
    assert set(box.get("dev", ())) <= set(DEV["services"])
    assert set(box.get("networks", ())) <= set(PLATFORM.networks)
    assert set(box.get("commands", ())) <= _known_commands()
    for file, words in box.get("settings", {}).items():
        text = (ROOT / file).read_text(encoding="utf-8")
        for word in words:
            assert word in text, f"{file} does not say {word!r}"


def test_every_part_has_its_boxes() -> None:
    """The table names them the other way round: part by part."""
    told = {name: set(part.boxes) for name, part in PLATFORM.parts.items()}
    found = {
        name: {row for row, box in BOXES.items() if name in box.get("site", ())} for name in PLATFORM.parts
    }
    assert told == found
    assert {name for name, rows in found.items() if not rows} == set(BEYOND)


def test_every_service_of_the_site_is_of_a_part() -> None:
    services = {service for name, part in PLATFORM.parts.items() for service in part.services(name)}
    tools = {name for name, one in SITE["services"].items() if one.get("profiles") == ["tools"]}
    assert set(SITE["services"]) - tools == services


def test_every_service_of_development_has_a_box() -> None:
    assert {name for box in BOXES.values() for name in box.get("dev", ())} == set(DEV["services"])


def test_every_network_has_a_box() -> None:
    assert {name for box in BOXES.values() for name in box.get("networks", ())} == set(PLATFORM.networks)
