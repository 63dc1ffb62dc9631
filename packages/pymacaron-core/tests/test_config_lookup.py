"""The configuration and the project's root are found where people put them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pymacaron_core.config import find_root, load_config, lookup
from pymacaron_core.errors import ConfigError


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    (root / "apis").mkdir(parents=True)
    (root / "shop" / "deep").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.setattr(lookup, "IMAGE_ROOT", tmp_path / "image")
    return root


def named(folder: Path, name: str, file: str = "pym-config.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(f"name: {name}")
    return folder / file


def test_the_nearest_project_above_the_working_directory_is_taken(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = named(project, "found")
    named(project.parent, "too far")
    monkeypatch.chdir(project / "shop" / "deep")
    config = load_config(environ={})
    assert (config.name, config.file, config.root) == ("found", file, project)


def test_a_folder_with_apis_is_a_project_without_a_file(project: Path) -> None:
    named(project.parent, "too far")
    config = load_config(environ={})
    assert (config.name, config.file, config.root) == ("shop", None, project)


def test_a_given_root_is_not_left(project: Path) -> None:
    named(project, "too far")
    config = load_config(project / "shop", environ={})
    assert (config.file, config.root) == (None, project / "shop")


def test_the_image_is_looked_into_when_nothing_is_above(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = project.parent / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert load_config(environ={}).root == empty
    named(project.parent / "image", "imaged")
    assert load_config(environ={}).name == "imaged"


def test_the_places_of_2_x_are_looked_into_last(project: Path) -> None:
    file = named(project / "test", "tested")
    config = load_config(environ={})
    assert (config.name, config.file, config.root) == ("tested", file, project)


def test_the_argument_wins_over_the_environment_and_both_over_the_search(project: Path) -> None:
    named(project, "found")
    one, two = named(project / "one", "one", "a.yaml"), named(project / "two", "two", "b.yaml")
    assert load_config(environ={"PYM_CONFIG": str(one)}).name == "one"
    config = load_config(path="two/b.yaml", environ={"PYM_CONFIG": str(one)})
    assert (config.name, config.file, config.root) == ("two", two, project)


def test_a_named_file_beside_apis_makes_that_folder_the_root(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named(project, "found")
    monkeypatch.chdir(project.parent)
    assert load_config(path="shop/pym-config.yaml", environ={}).root == project
    assert find_root(None, Path("shop"), {}) == project


def test_a_named_folder_is_looked_into(project: Path) -> None:
    named(project / "conf", "live", "pym-config.live.yaml")
    assert load_config(path="conf", env="live", environ={}).name == "live"


def test_a_named_file_that_is_missing_is_told() -> None:
    with pytest.raises(ConfigError, match=r"^nowhere\.yaml: there is no such file \(named by --config\)"):
        load_config(path="nowhere.yaml", environ={})
    with pytest.raises(ConfigError, match=r"named by PYM_CONFIG"):
        load_config(environ={"PYM_CONFIG": "nowhere.yaml"})


def test_an_environment_has_its_own_file_which_replaces_the_other(project: Path) -> None:
    (project / "pym-config.yaml").write_text("name: found\nshelf: 3")
    named(project, "live", "pym-config.live.yaml")
    config = load_config(environ={"PYM_ENV": "live"}, production=True)
    assert (config.name, config.env, "shelf" in config) == ("live", "live", False)
    assert load_config(env="", environ={"PYM_ENV": "live"}).name == "found"
    assert load_config(env="live", environ={}).name == "live"


def test_a_missing_file_of_an_environment_is_an_error_in_production(project: Path) -> None:
    named(project, "found")
    message = r"^pym-config\.live\.yaml: there is no such file, and PYM_ENV is 'live': add the file, or unset PYM_ENV"
    with pytest.raises(ConfigError, match=message):
        load_config(environ={"PYM_ENV": "live"}, production=True)


def test_a_missing_file_of_an_environment_is_a_warning_in_development(project: Path) -> None:
    assert "defaults are used" in load_config(environ={"PYM_ENV": "dev"}).warnings[0]
    named(project, "found")
    config = load_config(environ={"PYM_ENV": "dev"})
    assert config.name == "found"
    assert "pym-config.yaml is used instead" in config.warnings[0]


@pytest.mark.parametrize("env", ["../secret", "a/b", ".", "a b", "x\n", "é"])
def test_an_environment_is_no_path(env: str) -> None:
    with pytest.raises(ConfigError, match=r"^PYM_ENV is "):
        load_config(environ={"PYM_ENV": env})


def test_a_file_with_the_short_ending_is_warned_of(project: Path) -> None:
    named(project, "unread", "pym-config.yml")
    config = load_config(environ={})
    assert config.file is None
    assert config.warnings == ("pym-config.yml: is not read: name it pym-config.yaml",)


def test_a_working_directory_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ConfigError, match="the working directory does not exist any more"):
        load_config(environ={})
    os.chdir(tmp_path)
