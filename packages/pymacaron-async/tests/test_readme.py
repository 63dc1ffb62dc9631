"""The README: its example runs, and its tables hold what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pymacaron_core
import pytest
from pymacaron_async import AsyncSettings
from pymacaron_async.cli import menu
from pymacaron_core.config.settings import FLAT
from service import wait_for
from test_front_door import ROOMS

PAPER = Path(__file__).resolve().parents[1] / "README.md"
TEXT = PAPER.read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The first cells of the table below a heading."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line.split(" | ")[0].strip("| ") for line in re.findall(r"(?m)^\|.*$", section)[2:]]


def test_the_example_runs(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    for name, text in re.findall(r"(?ms)^```(?:yaml|python)\n# (\S+)\n(.*?)^```$", TEXT):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    application = pymacaron_core.load(tmp_path)
    try:
        order = {"number": 7, "email": "ada@example.org"}
        assert application.app.test_client().post("/orders", json=order).get_json() == order
        line = "a receipt for order 7 goes to ada@example.org"
        wait_for(lambda: line in [record.getMessage() for record in caplog.records], "a task that is done")
    finally:
        application.plugins["async"].stop()


def test_the_table_of_commands_is_complete():
    commands = next(action for action in menu()._actions if action.choices and action.dest == "==SUPPRESS==")
    assert [re.findall(r"pymacaron-async (\w+)", row)[0] for row in rows("Commands")] == list(commands.choices or ())


def test_the_table_of_options_is_complete_and_marks_those_of_2x():
    told = {re.findall(r"`(\w+)`", row)[0]: "(2.x)" in row for row in rows("Configuration")}
    assert told == {name: name in FLAT["async"] for name in AsyncSettings.model_fields}


def test_every_room_is_told_of_in_its_order():
    section = TEXT.partition("\n## Room by room\n")[2].partition("\n## ")[0]
    assert re.findall(r"\*\*(\w+)\*\*", section) == [room for room in ROOMS if room != "__main__"]
