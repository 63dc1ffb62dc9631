"""The README: its example runs, and its tables hold what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from projects import FILES, make_project, make_wheels
from pymacaron_deploy import errors
from pymacaron_deploy.cli.menu import menu
from pymacaron_deploy.config.settings import CREDENTIALS, FLAT, RENAMED, DeploySettings, LocalSettings
from pymacaron_deploy.engine import Engine
from test_front_door import ROOMS

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"(?m)^\| ([^|]+) \|", text)


@pytest.mark.docker
def test_the_example_runs(
    engine: Engine, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (example,) = re.findall(r"(?ms)^```python\n(.*?)^```$", README)
    config = FILES["pym-config.yaml"].replace("name: shop", f"name: {token}")
    root = make_project(tmp_path / "shop", {"pym-config.yaml": config, "testaccept/test_live.py": None})
    make_wheels(root / "wheels")
    monkeypatch.chdir(root)
    for name, value in {"PIP_NO_INDEX": "1", "SHOP_KEY": "open-sesame"}.items():
        monkeypatch.setenv(name, value)
    for name in ("PYM_CONFIG", "PYM_ENV"):
        monkeypatch.delenv(name, raising=False)
    made: dict[str, object] = {}
    try:
        exec(compile(example, "README.md", "exec"), made)
    finally:
        engine.sweep({"service": f"pymacaron-{token}"}, volumes=True)
        if "image" in made:
            engine.untag(made["image"].reference)  # type: ignore[attr-defined]
    printed = capsys.readouterr()
    assert re.fullmatch(rf"{token}:200415-0619-1-\w{{6}} serves http://127\.0\.0\.1:\d+\n", printed.out)
    assert "1 passed" in printed.err and "there are no acceptance tests" in printed.err
    assert "open-sesame" not in printed.err


def test_the_table_of_commands_is_complete():
    commands = next(action.choices for action in menu()._actions if isinstance(action.choices, dict))
    told = [cell.strip("`").split()[-1] for cell in first_cells(section("Commands")) if cell.startswith("`")]
    assert told == list(commands)


def test_the_table_of_statuses_is_complete():
    told = {int(cell) for cell in first_cells(section("Commands")) if cell.isdecimal()}
    statuses = {each.exit_code for each in vars(errors).values() if hasattr(each, "exit_code")}
    assert told == {0, *statuses}


def test_the_tables_of_options_are_complete():
    todays, _, olds = section("Configuration").partition("| option of 2.x |")
    told = [cell.strip("`") for cell in first_cells(todays) if cell.startswith("`")]
    wanted = [name for name in DeploySettings.model_fields if name not in FLAT]
    assert told == [*wanted, *(f"local.{name}" for name in LocalSettings.model_fields)]
    old = re.findall(r"`(\w+)`", " ".join(first_cells(olds)))
    assert sorted(old) == sorted({*FLAT, *RENAMED, *CREDENTIALS})


def test_every_room_has_its_words():
    told = re.findall(r"\*\*(\w+)\*\*", section("Room by room"))
    assert told == ROOMS
