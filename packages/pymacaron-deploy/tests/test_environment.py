from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ingredients import make_wheel
from pymacaron_deploy import environment
from pymacaron_deploy.environment import Contents, ensure_environment
from pymacaron_deploy.errors import PreflightError
from pymacaron_deploy.report import SilentReport


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")


def test_an_environment_is_made_once_and_holds_what_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PIP_USER", "1")
    make_wheel(tmp_path / "wheels", "pym-greeting")
    make_wheel(tmp_path / "wheels", "pym-more")
    (tmp_path / "requirements.txt").write_text("pym-more==1.0\n")
    contents = Contents(("pym-greeting>=1",), tmp_path / "requirements.txt", tmp_path / "wheels")
    programs = ensure_environment(contents, SilentReport())
    assert (programs / "pym-more").exists()
    greeted = subprocess.run([programs / "pym-greeting"], capture_output=True, text=True, check=True)
    assert greeted.stdout == "hello\n"
    monkeypatch.setattr(environment, "_make", lambda *_: pytest.fail("made again"))
    assert ensure_environment(contents, SilentReport()) == programs


def test_any_change_of_its_contents_is_another_environment(tmp_path: Path) -> None:
    wheels, folder = tmp_path / "wheels", tmp_path / "testaccept"
    folder.mkdir()
    file = folder / "requirements.txt"
    file.write_text("one\n")
    contents = Contents(("x",), file, wheels)
    digests = [contents.digest(), Contents(("y",), file, wheels).digest()]
    for change in (
        lambda: file.write_text("two\n"),
        lambda: (folder / "included.txt").write_text("three\n"),
        lambda: make_wheel(wheels, "pym-x"),
        lambda: make_wheel(wheels, "pym-x", program="print('again')"),
    ):
        change()
        digests.append(contents.digest())
    assert len(set(digests)) == len(digests)
    assert contents.digest() == digests[-1]


def test_one_that_could_not_be_made_is_told_in_one_sentence_and_made_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wheels").mkdir()
    contents = Contents(("pym-greeting>=1",), wheels=tmp_path / "wheels")
    monkeypatch.setattr(Contents, "digest", lambda _: "the-same")
    with pytest.raises(PreflightError, match=r"cannot be made: .*pym-greeting") as caught:
        ensure_environment(contents, SilentReport())
    assert "\n" not in str(caught.value)
    made: list[Path] = []
    monkeypatch.setattr(environment, "_make", lambda folder, *_: (folder.mkdir(parents=True), made.append(folder)))
    assert ensure_environment(contents, SilentReport()) == ensure_environment(contents, SilentReport())
    assert len(made) == 1


def test_one_that_nobody_used_for_a_month_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_make", lambda folder, *_: folder.mkdir(parents=True))
    folders = {name: ensure_environment(Contents((name,)), SilentReport()).parent for name in ("old", "new", "used")}
    (folders["old"].parent / "half").mkdir()
    month_ago = time.time() - environment.KEPT_SECONDS - 60
    for each in (folders["old"] / "complete", folders["used"] / "complete", folders["old"].parent / "half"):
        os.utime(each, (month_ago, month_ago))
    ensure_environment(Contents(("used",)), SilentReport())
    assert set(folders["old"].parent.iterdir()) == {folders["new"], folders["used"]}


def test_a_python_without_venv_takes_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(environment, "find_spec", lambda name: None if name == "ensurepip" else importlib.util)
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/uv")

    def note(*words: str) -> None:
        commands.append(words)
        if words[1] == "venv":
            Path(words[-1]).mkdir(parents=True)

    monkeypatch.setattr(environment, "_run", note)
    programs = ensure_environment(Contents(("pym-one",)), SilentReport())
    python = str(programs / "python")
    assert commands == [
        ("/bin/uv", "venv", "--quiet", "--python", sys.executable, str(programs.parent)),
        ("/bin/uv", "pip", "install", "--quiet", "--python", python, "pym-one"),
    ]


def test_a_python_without_venv_or_uv_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(PreflightError, match="apt install python3-venv, or install uv"):
        ensure_environment(Contents(("pym-one",)), SilentReport())
