"""State lies in a private folder of the project, or of the user where the project cannot be written."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from pymacaron_core import state
from pymacaron_core.errors import ConfigError
from pymacaron_core.state import state_folder, write_file


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / "cache"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    return root


@pytest.fixture
def closed_root(root: Path) -> Path:
    """A project where ``.pym`` cannot be made, whoever runs the tests."""
    (root / ".pym").write_text("in the way")
    return root


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_private_and_ignores_itself(root: Path) -> None:
    folder = state_folder(root)
    assert folder == root / ".pym"
    assert mode(folder) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"
    assert state_folder(root) == folder


def test_an_open_folder_is_closed(root: Path) -> None:
    (root / ".pym").mkdir(mode=0o755)
    assert mode(state_folder(root)) == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_could_write_to_is_not_used(root: Path, cache: Path, mode: int) -> None:
    (root / ".pym").mkdir()
    (root / ".pym").chmod(mode)
    assert cache in state_folder(root).parents


def test_a_link_is_not_followed(root: Path, tmp_path: Path, cache: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / ".pym").symlink_to(tmp_path / "elsewhere")
    assert cache in state_folder(root).parents
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_project_that_cannot_be_written_uses_the_cache_of_the_user(
    closed_root: Path, tmp_path: Path, cache: Path
) -> None:
    folder = state_folder(closed_root)
    assert folder.parent == cache / "pymacaron"
    assert mode(folder) == mode(folder.parent) == 0o700
    other = tmp_path / "other"
    other.mkdir()
    (other / ".pym").write_text("in the way")
    assert state_folder(other) != folder


def test_without_a_cache_the_temporary_folder_is_used(closed_root: Path, tmp_path: Path, cache: Path) -> None:
    cache.write_text("in the way")
    (tmp_path / "home").write_text("in the way")
    assert state_folder(closed_root).parent.parent == tmp_path


def test_a_folder_of_somebody_else_is_not_used(closed_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_user", lambda: os.geteuid() + 1)
    with pytest.raises(ConfigError, match=r"\.pym: cannot be written.*XDG_CACHE_HOME"):
        state_folder(closed_root)


def test_a_file_is_replaced_whole_or_not_at_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = root / "a.json"
    write_file(file, "one")
    write_file(file, b"two", 0o644)
    assert (file.read_text(), mode(file)) == ("two", 0o644)

    def fail(source: str, target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_file(file, "three")
    assert file.read_text() == "two"
    assert list(root.iterdir()) == [file]
