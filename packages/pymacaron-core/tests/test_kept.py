import os
from pathlib import Path

import pytest
from pymacaron_core import kept
from pymacaron_core.kept import kept_folder, key_of, read_kept, write_kept

KEY = key_of("something", 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = kept_folder(tmp_path)
    assert folder is not None and folder.stat().st_mode & 0o077 == 0
    return folder / "thing"


def test_what_is_kept_is_there_under_its_key_alone(file: Path) -> None:
    assert read_kept(file, KEY) is None
    assert write_kept(file, KEY, b"data") and read_kept(file, KEY) == b"data"
    assert file.stat().st_mode & 0o077 == 0
    assert read_kept(file, key_of("something", 2)) is None
    assert write_kept(file, key_of("something", 2), b"other") and read_kept(file, KEY) is None


def test_the_key_changes_with_the_code_and_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    own = next(iter(kept._own_files()))
    monkeypatch.setattr(kept, "_own_files", lambda: iter([(own[0], own[1], own[2] + 1)]))
    kept._code_version.cache_clear()
    try:
        assert key_of("something", 1) != KEY
    finally:
        monkeypatch.undo()
        kept._code_version.cache_clear()
    assert key_of("something", 1) == KEY


@pytest.mark.parametrize("cut", [0, 10, 60, 90, -1])
def test_a_file_that_was_cut_short_is_none(file: Path, cut: int) -> None:
    write_kept(file, KEY, b"some data")
    file.write_bytes(file.read_bytes()[:cut])
    assert read_kept(file, KEY) is None


@pytest.mark.parametrize("place", [0, 20, 60, -1])
def test_a_file_with_one_byte_changed_is_none(file: Path, place: int) -> None:
    write_kept(file, KEY, b"some data")
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert read_kept(file, KEY) is None


def test_a_file_that_others_can_write_to_is_none(file: Path) -> None:
    write_kept(file, KEY, b"data")
    file.chmod(0o620)
    assert read_kept(file, KEY) is None


def test_a_file_of_somebody_else_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_kept(file, KEY, b"data")
    found = file.stat()
    assert kept._is_ours(found, file.parent)
    theirs = os.stat_result((*found[:4], found.st_uid + 4321, *found[5:]))
    assert not kept._is_ours(theirs, file.parent)


def test_a_link_is_none_and_so_is_a_folder(file: Path, tmp_path: Path) -> None:
    write_kept(file, KEY, b"data")
    link = file.with_name("link")
    link.symlink_to(file)
    assert read_kept(link, KEY) is None
    assert read_kept(file.parent, KEY) is None


def test_nothing_is_kept_where_there_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not write_kept(tmp_path / "none" / "thing", KEY, b"data")
    (tmp_path / ".pym").mkdir(mode=0o700)
    (tmp_path / ".pym" / "kept").write_text("in the way")
    assert kept_folder(tmp_path) is None
