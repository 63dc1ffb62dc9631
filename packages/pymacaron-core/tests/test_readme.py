"""The READMEs: their examples are served and answer as printed, and their tables hold what there is."""

import re
from pathlib import Path

import pytest
import readme
from modules import apart
from pymacaron_core import PyMacaronException, errors, load
from pymacaron_core.changes import RULES
from pymacaron_core.cli.menu import menu
from pymacaron_core.config import CorsSettings, load_config
from pymacaron_core.config.settings import FLAT, CoreSettings
from pymacaron_core.problems import CODES
from test_front_door import ROOMS

PACKAGE = Path(__file__).resolve().parents[1]
OURS, REPOSITORYS = PACKAGE / "README.md", PACKAGE.parents[1] / "README.md"
EACH = pytest.mark.parametrize("paper", [OURS, REPOSITORYS], ids=["package", "repository"])


def files_of(paper: Path) -> dict[str, str]:
    """The blocks whose first line is a path: what the file there holds."""
    blocks = readme.blocks(paper, "yaml") + readme.blocks(paper, "python")
    return {first[2:]: rest for first, _, rest in (block.partition("\n") for block in blocks) if first[:2] == "# "}


def first_cells(paper: Path, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, as the words in backquotes of each cell."""
    section = paper.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"(?m)^\| (.*) \|$", section)[1:]
    return [re.split(r" \| ", row) for row in rows]


@EACH
def test_the_example_answers_as_printed(paper: Path, tmp_path: Path):
    for name, text in files_of(paper).items():
        if not name.endswith(", generated"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    commands = list(readme.curls(paper))
    assert len(commands) == 2
    with apart("apis", "shop", "tea", "bank"):
        client = load(tmp_path, write_models=True).app.test_client()
        for command, printed in commands:
            assert readme.curl(client, command, tmp_path).get_data(as_text=True) == printed, command
    for name, text in files_of(paper).items():
        if name.endswith(", generated"):
            written = (tmp_path / name.removesuffix(", generated")).read_text(encoding="utf-8")
            assert text in written


def test_what_travels_one_way_only_is_read_and_sent_so(tmp_path: Path):
    for name, text in files_of(OURS).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with apart("apis", "tea", "bank"):
        client = load(tmp_path, write_models=True).app.test_client()
        answer = client.post("/accounts", json={"id": 1, "owner": "ada", "password": "secret"})
    assert answer.get_json() == {"owner": "ada", "id": 7}


def test_the_other_blocks_of_python_run():
    blocks = [block for block in readme.blocks(OURS, "python") if not block.startswith("# ")]
    assert blocks
    for block in blocks:
        with pytest.raises(PyMacaronException) as raised:
            exec(compile(block, str(OURS), "exec"), {})
        assert raised.value.status == 409


def test_the_block_of_events_makes_events():
    (block,) = [block for block in readme.blocks(OURS, "python") if block.startswith("# shop/api.py\nfrom")]
    names = {"orders": lambda: [{"sku": "a"}, {"sku": "b"}]}
    exec(compile(block, str(OURS), "exec"), names)
    first, second = names["watch_orders"]()
    assert (first.data, first.event, second.id) == ({"sku": "a"}, "order", "1")


def test_the_block_of_conditions_saves_what_the_caller_knew():
    names = {"find": lambda id: {"a": 1}, "save": lambda id, body: None}
    exec(compile(files_of(OURS)["desk/api.py"], str(OURS), "exec"), names)
    body, headers = names["replace_order"]({"a": 2}, 7)
    assert (body, headers) == ({"a": 2}, {"ETag": names["entity_tag"](body)})


def test_the_block_of_other_origins_is_read_as_it_is_told(tmp_path: Path):
    (block,) = [block for block in readme.blocks(OURS, "yaml") if block.startswith("core:\n  cors:")]
    (tmp_path / "pym-config.yaml").write_text(block, encoding="utf-8")
    cors = load_config(tmp_path).core.cors
    assert cors is not None and (cors.credentials, cors.max_age, len(cors.origins)) == (True, 600, 3)
    assert set(re.findall(r"(?m)^    (\w+):", block)) == set(CorsSettings.model_fields)


def test_the_table_of_commands_is_complete():
    told = [found for row in first_cells(OURS, "Commands") for found in re.findall(r"`pymacaron (\w+)", row[0])]
    assert told == list(commands())


def test_the_table_of_arguments_and_options_is_complete():
    rows = [row for row in first_cells(OURS, "Commands") if re.fullmatch(r"`\w+`", row[0])]
    told = {row[0].strip("`"): re.findall(r"`([\w-]+)`", row[1]) for row in rows}
    for_all = {"help", "root", "config", "env", "json", "debug"}
    own = {
        name: [_name(action) for action in parser._actions if action.dest not in for_all]
        for name, parser in commands().items()
        if name != "completion"
    }
    assert told == {name: options for name, options in own.items() if options}


def _name(action):
    return next((option for option in action.option_strings if option.startswith("--")), action.metavar)


def commands():
    return next(action for action in menu()._actions if action.choices and action.dest == "==SUPPRESS==").choices


def test_the_table_of_changes_is_complete():
    rows = [(cells[0].strip("`"), *cells[1:]) for cells in first_cells(OURS, "What diff tells")]
    assert rows == [(rule.name, rule.request, rule.reply, rule.meaning) for rule in RULES.values()]


def test_the_table_of_options_is_complete_and_marks_those_of_2x():
    rows = first_cells(OURS, "Configuration")
    told = {name: "(2.x)" in row[0] for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert told == {name: name in FLAT["core"] for name in CoreSettings.model_fields}


def test_the_table_of_errors_is_complete():
    rows = [[cell.strip("`") for cell in row[:3]] for row in first_cells(OURS, "Errors")]
    classes = [
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, PyMacaronException)
    ]
    assert sorted(rows) == sorted([str(each.status), each.code, each.__name__] for each in classes)
    assert {(str(status), code) for status, code in CODES.items()} <= {(row[0], row[1]) for row in rows}


def test_every_room_is_told_of_in_its_order():
    section = OURS.read_text(encoding="utf-8").partition("\n## Room by room\n")[2].partition("\n## ")[0]
    assert re.findall(r"\*\*(\w+)\*\*", section) == ROOMS
