from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest
from projects import COMMITTED, commit, git, make_project, write_files
from pymacaron_deploy.errors import PreflightError
from pymacaron_deploy.source import Entry, read_source
from pymacaron_deploy.version import version_of

TRACKED = {
    ".gitignore",
    "apis/shop.yaml",
    "pym-config.yaml",
    "requirements.txt",
    "shop/__init__.py",
    "shop/api.py",
    "test/test_shop.py",
    "testaccept/test_live.py",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "shop")


def refused(root: Path, **asked: object) -> str:
    with pytest.raises(PreflightError) as raised:
        read_source(root, **asked)  # type: ignore[arg-type]
    assert raised.value.exit_code == 2
    return str(raised.value)


def paths(root: Path, **asked: object) -> set[str]:
    return {entry.path for entry in read_source(root, **asked).entries()}  # type: ignore[arg-type]


def test_a_version_is_made_of_the_commit_alone(project: Path):
    source = read_source(project)
    revision = git(project, "rev-parse", "HEAD")
    assert source.revision == revision
    assert source.committed == datetime.fromisoformat(COMMITTED)
    assert source.version == f"200415-0619-1-{revision[:6]}"
    commit(project)
    assert read_source(project).version.startswith("200415-0619-2-")


def test_a_version_is_written_as_in_2x():
    assert version_of(datetime(2020, 4, 15, 8, 19, tzinfo=timezone.utc), 953, "b3548e" + "0" * 34) == (
        "200415-0819-953-b3548e"
    )


def test_the_files_are_those_git_knows(project: Path):
    write_files(project, {"wheels/x.whl": "", ".pym/state": "", ".env": "SECRET=1"})
    assert paths(project) == TRACKED


def test_an_executable_and_a_link_stay_what_they_are(project: Path):
    write_files(project, {"start.sh": "#!/bin/sh\n"})
    (project / "start.sh").chmod(0o755)
    (project / "begin.sh").symlink_to("start.sh")
    commit(project)
    entries = {entry.path: entry for entry in read_source(project).entries()}
    assert entries["start.sh"] == Entry("start.sh", b"#!/bin/sh\n", executable=True)
    assert entries["begin.sh"] == Entry("begin.sh", link="start.sh")
    assert not entries["shop/api.py"].executable
    write_files(project, {"more.py": ""})
    dirty = {entry.path: entry for entry in read_source(project, allow_dirty=True).entries()}
    assert {**entries, "more.py": Entry("more.py")} == dirty


def test_a_changed_file_is_refused_and_named(project: Path):
    write_files(project, {"shop/api.py": "changed", "shop/new.py": ""})
    (project / "test" / "test_shop.py").unlink()
    message = refused(project)
    assert "not committed: shop/api.py, test/test_shop.py, shop/new.py." in message
    assert "--allow-dirty" in message


def test_many_changed_files_are_counted(project: Path):
    write_files(project, {f"new{number:02}.py": "" for number in range(13)})
    assert "new09.py and 3 more." in refused(project)


def test_a_dirty_checkout_can_be_allowed_and_says_so(project: Path):
    write_files(project, {"shop/api.py": "changed", "shop/new.py": ""})
    (project / "testaccept" / "test_live.py").unlink()
    source = read_source(project, allow_dirty=True)
    assert source.dirty and source.version.endswith("-dirty")
    entries = {entry.path: entry for entry in source.entries()}
    assert entries["shop/api.py"].content == b"changed"
    assert set(entries) == {*TRACKED, "shop/new.py"} - {"testaccept/test_live.py"}


def test_bytecode_is_nothing_that_was_forgotten(project: Path):
    write_files(project, {"shop/__pycache__/api.cpython-311.pyc": "x", "loose.pyc": "x"})
    assert not read_source(project).is_dirty
    write_files(project, {"new.py": ""})
    assert refused(project).endswith(
        "not committed: new.py. Commit or ignore them, or use --allow-dirty for an image to try"
    )
    assert paths(project, allow_dirty=True) == TRACKED | {"new.py"}


def test_folders_beside_the_sources_need_not_be_committed(project: Path):
    write_files(project, {"dist/shop.whl": ""})
    assert "dist" in refused(project)
    assert paths(project, beside=[project / "dist", project.parent]) == TRACKED
    assert "dist" in refused(project, beside=[project, project / "*"])


def test_a_project_in_a_folder_of_the_repository_is_that_folder_alone(tmp_path: Path):
    make_project(tmp_path / "all")
    project = tmp_path / "all" / "services" / "tea"
    write_files(project, {"apis/tea.yaml": "", "requirements.txt": ""})
    commit(tmp_path / "all")
    write_files(tmp_path / "all", {"shop/api.py": "changed elsewhere"})
    assert paths(project) == {"apis/tea.yaml", "requirements.txt"}
    assert read_source(project).count == 2
    write_files(project, {"apis/tea.yaml": "changed"})
    assert "not committed: apis/tea.yaml." in refused(project)


def test_a_link_that_is_included_is_followed(project: Path, tmp_path: Path):
    other = make_project(tmp_path / "common", {"note.py": "NOTE = 1\n"})
    (project / "common").symlink_to(other)
    commit(project)
    assert "common/note.py" not in paths(project)
    assert paths(project, include_links=["common"]) == {
        *TRACKED,
        "common/note.py",
        *(f"common/{name}" for name in TRACKED),
    }
    write_files(other, {"note.py": "NOTE = 2\n"})
    assert "common: not committed: note.py" in refused(project, include_links=["common"])
    assert read_source(project, include_links=["common"], allow_dirty=True).version.endswith("-dirty")


@pytest.mark.parametrize(
    ("link", "told"), [("../x", "inside of the project"), ("/x", "inside of"), ("none", "leads to no folder")]
)
def test_a_link_that_leads_nowhere_is_refused(project: Path, link: str, told: str):
    assert told in refused(project, include_links=[link])


def test_no_checkout_is_refused(tmp_path: Path):
    assert "is no git checkout" in refused(tmp_path)


def test_a_checkout_without_a_commit_is_refused(tmp_path: Path):
    git(tmp_path, "init", "--quiet")
    assert "nothing is committed" in refused(tmp_path)


def test_a_folder_that_git_does_not_know_is_refused(project: Path):
    (project / "empty").mkdir()
    assert "git knows no file here" in refused(project / "empty")


def test_a_history_that_is_cut_off_is_refused(project: Path, tmp_path: Path):
    commit(project)
    git(tmp_path, "clone", "--quiet", "--depth", "1", project.as_uri(), "copy")
    assert "git fetch --unshallow" in refused(tmp_path / "copy")


def test_without_git_it_is_told_to_install_it(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(project))
    assert "no program 'git'" in refused(project)


def test_what_git_exports_to_its_hooks_leads_nowhere_else(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = make_project(tmp_path / "other", {"other.py": ""})
    monkeypatch.setenv("GIT_DIR", os.fspath(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", os.fspath(other / ".git" / "index"))
    assert paths(project) == TRACKED
