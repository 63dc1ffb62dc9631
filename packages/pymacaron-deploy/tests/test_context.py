from __future__ import annotations

import io
import os
import tarfile
from datetime import datetime, timezone
from pathlib import Path

import pytest
from projects import make_project, write_files
from pymacaron_deploy.errors import ConfigError
from pymacaron_deploy.image.context import wheels_of, write_context
from pymacaron_deploy.source import Entry, read_source

MOMENT = datetime(2020, 4, 15, 6, 19, 30, tzinfo=timezone.utc)


def packed(*entries: Entry) -> bytes:
    file = io.BytesIO()
    write_context(entries, MOMENT, file)
    return file.getvalue()


def test_a_context_is_the_same_bytes_whatever_the_order_and_the_machine(tmp_path: Path):
    here, there = make_project(tmp_path / "here"), make_project(tmp_path / "there")
    for path in there.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (1, 1))
    assert packed(*read_source(here).entries()) == packed(*reversed(list(read_source(there).entries())))


def test_files_belong_to_root_and_are_of_the_commit():
    content = packed(Entry("b/run.sh", b"#!", executable=True), Entry("a.py", b"x = 1"), Entry("b/link", link="run.sh"))
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = archive.getmembers()
        assert archive.extractfile("a.py").read() == b"x = 1"  # type: ignore[union-attr]
    assert [(each.name, oct(each.mode)) for each in members] == [
        ("b", "0o755"),
        ("a.py", "0o644"),
        ("b/link", "0o777"),
        ("b/run.sh", "0o755"),
    ]
    assert {(each.uid, each.gid, each.uname, each.mtime) for each in members} == {(0, 0, "", MOMENT.timestamp())}
    assert members[2].linkname == "run.sh"


def test_a_later_entry_takes_the_place_of_an_earlier_one():
    assert packed(Entry("Dockerfile", b"old"), Entry("Dockerfile", b"new")) == packed(Entry("Dockerfile", b"new"))


def test_wheels_are_taken_from_their_folder_and_nothing_else(tmp_path: Path):
    write_files(tmp_path, {"b.whl": "b", "a.whl": "a", "notes.txt": ""})
    assert list(wheels_of(tmp_path, "dist")) == [Entry("dist/a.whl", b"a"), Entry("dist/b.whl", b"b")]


def test_a_folder_without_wheels_is_refused(tmp_path: Path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ConfigError, match="there is no wheel"):
            list(wheels_of(folder, "dist"))
