"""README: its example is served and answers as printed, and its tables hold what there is. Needs no emulator."""

import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import little_dynamodb
import pymacaron_dynamodb
import pytest
from pymacaron_core import PyMacaronException, load
from pymacaron_core.application import loading
from pymacaron_core.config.settings import FLAT
from pymacaron_dynamodb import DynamoDBSettings, errors, persistent
from pymacaron_dynamodb.cli import menu
from pymacaron_dynamodb.emulator import is_installed
from pymacaron_dynamodb.endpoint import VARIABLE

README = Path(__file__).resolve().parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", TEXT)


def rows(heading):
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [re.split(r" \| ", row) for row in re.findall(r"(?m)^\| (.*) \|$", section)[1:]]


def answer(client, command):
    """Carry out a line of ``curl`` against a WSGI client."""
    words = shlex.split(command)[1:]
    url = next(word for word in words if word.startswith("http"))
    body = words[words.index("--json") + 1] if "--json" in words else None
    method = "POST" if body or "-X" in words else "GET"
    headers = {"Content-Type": "application/json"} if body else {}
    return client.open(urlsplit(url).path, method=method, data=body, headers=headers).get_data(as_text=True)


@pytest.fixture(params=["little", *(["in process"] if is_installed() else [])])
def database(request, monkeypatch):
    """A database of four operations, and, where it is installed, the emulator in this process."""
    if request.param == "in process":
        yield
        return
    with little_dynamodb.serving() as (url, tables):
        monkeypatch.setenv(VARIABLE, url)
        yield
        assert {"CreateTable", "PutItem", "GetItem"} <= set(tables.asked)


@pytest.mark.usefixtures("database")
def test_the_example_answers_as_printed(tmp_path, monkeypatch):
    for block in [*blocks("yaml"), *blocks("python")]:
        name, _, text = block.partition("\n")
        path = tmp_path / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for module in ("library", "library.api"):
        monkeypatch.delitem(__import__("sys").modules, module, raising=False)
    application = load(tmp_path, write_models=True)
    commands = re.findall(r"(?ms)^\$ (curl .*?)\n(.*?)(?=^\$ |\Z)", "".join(blocks("console")))
    assert len(commands) == 4
    with loading(application):
        client = application.app.test_client()
        for command, printed in commands:
            assert answer(client, command).strip() == printed.strip(), command


def test_the_table_of_methods_is_complete():
    told = {re.match(r"`[Bb]ook\.(\w+)\(", row[0])[1] for row in rows("What a model can do")}
    assert told == {name for name in vars(persistent.PersistentModel) if not name.startswith("_")}
    query = next(row[1] for row in rows("What a model can do") if "query" in row[0])
    options = persistent.PersistentModel.query.__kwdefaults__
    assert set(options) == set(re.findall(r"`(\w+)`", query))


def test_the_table_of_errors_is_complete():
    told = sorted([cell.strip("`") for cell in row[:3]] for row in rows("Errors"))
    classes = [e for e in vars(errors).values() if isinstance(e, type) and e.__module__ == errors.__name__]
    answered = [e for e in classes if issubclass(e, PyMacaronException)]
    assert told == sorted([str(e.status), e.code, e.__name__] for e in answered)


def test_the_table_of_commands_is_complete():
    commands = next(action for action in menu()._actions if action.choices)
    assert [re.findall(r"pymacaron-dynamodb (\w+)", row[0])[0] for row in rows("Commands")] == list(commands.choices)


def test_the_table_of_options_is_complete_and_marks_those_of_2x():
    told = {name: "(2.x)" in row[0] for row in rows("Configuration") for name in re.findall(r"`(\w+)`", row[0])}
    assert told == {name: name in FLAT["dynamodb"] for name in DynamoDBSettings.model_fields}
    for row in rows("Configuration"):
        (name, *_), default = re.findall(r"`(\w+)`", row[0]), row[1].strip("`")
        if re.fullmatch(r"\d+|auto", default):
            assert str(DynamoDBSettings.model_fields[name].default).removesuffix(".0") == default


def test_every_room_is_told_of_after_those_it_imports():
    folder = Path(pymacaron_dynamodb.__file__).parent
    told = re.findall(r"\*\*(\w+)\*\*", TEXT.partition("\n## Room by room\n")[2].partition("\n## ")[0])
    assert sorted(told) == sorted(path.stem for path in folder.glob("*.py") if path.stem[0] != "_")
    for place, room in enumerate(told):
        wanted = re.findall(r"(?m)^from pymacaron_dynamodb\.(\w+) import", (folder / f"{room}.py").read_text())
        assert set(wanted) <= set(told[:place]), room
