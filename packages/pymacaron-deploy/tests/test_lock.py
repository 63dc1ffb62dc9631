from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pymacaron_deploy.errors import Locked, PreflightError
from pymacaron_deploy.lock import cache_folder, hold_lock

HOLD = (
    "from pymacaron_deploy.lock import hold_lock\nwith hold_lock('shop'):\n    print('held', flush=True)\n    input()\n"
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_one_process_at_a_time_holds_a_lock_and_the_other_is_told_who() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match=f"shop is being deployed by process {other.pid} now"), hold_lock("shop"):
            pass
        with hold_lock("another"):
            pass
        other.kill()
    with hold_lock("shop"):
        pass


def test_a_lock_of_this_very_process_counts_too() -> None:
    with hold_lock("shop"), pytest.raises(Locked, match=str(os.getpid())), hold_lock("shop"):
        pass


def test_the_cache_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache_folder("some", "where")
    assert folder == tmp_path / "pymacaron-deploy" / "some" / "where"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    for unusable in ("", "relative/path"):
        made = cache_folder("x", environ={"XDG_CACHE_HOME": unusable})
        assert made == tmp_path / "home" / ".cache" / "pymacaron-deploy" / "x"


def test_a_cache_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PreflightError, match="cannot be made: Not a directory"):
        cache_folder(environ={"XDG_CACHE_HOME": str(tmp_path / "file")})
