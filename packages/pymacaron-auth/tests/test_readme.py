"""The README: its example is served and answers as printed, and its tables hold what there is."""

import json
import re
import shlex
import sys
from pathlib import Path

import pymacaron_auth
import pytest
from forging import SECRET
from pymacaron_auth.cli.menu import menu
from pymacaron_auth.settings import AuthSettings
from pymacaron_core import load
from pymacaron_core.config.settings import FLAT
from test_front_door import ROOMS

README = Path(__file__).resolve().parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", TEXT)


def section(heading):
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(heading):
    """The first cells of a table, as the words in backquotes."""
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in re.findall(r"(?m)^\|.*\|$", section(heading))[2:]]


@pytest.fixture
def example(tmp_path, monkeypatch):
    """The files of the example, served."""
    for block in (*blocks("yaml"), *blocks("python")):
        first, _, rest = block.partition("\n")
        if first.startswith("# ") and "/" in first:
            path = tmp_path / first[2:]
            path.parent.mkdir(exist_ok=True)
            path.write_text(rest, encoding="utf-8")
    monkeypatch.setenv("PYM_JWT_SECRET", SECRET)
    client = load(tmp_path, write_models=True).app.test_client()
    yield client
    for name in [name for name in sys.modules if name.split(".")[0] in ("apis", "diary")]:
        del sys.modules[name]


def test_the_example_answers_as_printed(example):
    token = ""
    shown = re.findall(r"(?m)^\$ (curl .*)\n(.*)$", "".join(blocks("console")))
    assert len(shown) >= 3
    for command, printed in shown:
        words = shlex.split(command.replace("$TOKEN", token))
        options = {}
        if "--json" in words:
            options = {"method": "POST", "data": words[words.index("--json") + 1], "content_type": "application/json"}
        headers = {"Authorization": words[words.index("-H") + 1].partition(": ")[2]} if "-H" in words else {}
        url = next(word for word in words if word.startswith("http"))
        told = example.open(url, headers=headers, **options).get_data(as_text=True)
        if "eyJ" in printed:
            token = json.loads(told)["token"]
            told = told.replace(token, "eyJ...")
        assert told == printed, command


def test_the_other_blocks_of_python_run(example):
    own = [block for block in blocks("python") if not block.startswith("# diary/")]
    assert own
    for block in own:
        exec(compile(block, str(README), "exec"), {"secret": SECRET})


def test_the_table_of_options_is_complete_and_marks_those_that_stood_at_the_top():
    told = {name: f"`{name}` (2.x)" in section("Configuration") for row in rows("Configuration") for name in row}
    assert told == {name: name in FLAT["auth"] for name in AuthSettings.model_fields}


def test_the_table_of_commands_is_complete():
    told = [row[0].split()[1] for row in rows("Commands")]
    commands = next(action for action in menu()._actions if action.choices and action.dest == "==SUPPRESS==")
    assert told == list(commands.choices)


def test_every_room_is_told_of_in_its_order():
    assert re.findall(r"\*\*(\w+)\*\*", section("Room by room")) == ROOMS


def test_every_name_is_told_of():
    assert not [name for name in pymacaron_auth.__all__ if name not in TEXT]
