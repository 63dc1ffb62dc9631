from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pymacaron_deploy import commands
from pymacaron_deploy.commands import Command, follow, run
from pymacaron_deploy.errors import PreflightError, StageFailed


def python(text: str, **more: object) -> Command:
    return Command((sys.executable, "-c", text), **more)  # type: ignore[arg-type]


def gone(pid: int) -> bool:
    """Whether a process has ended, waited for half a minute at most."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_a_program_is_run_and_its_output_kept(tmp_path: Path):
    finished = run(python("import os, sys; print(os.getcwd()); sys.exit(os.getcwd() and 3)", folder=tmp_path))
    assert (finished.status, finished.output.decode().strip(), finished.errors) == (3, str(tmp_path), "")


def test_its_environment_is_ours_with_what_is_added_and_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TAKEN", "1")
    monkeypatch.setenv("KEPT", "2")
    command = python("import os; print(os.environ.get('TAKEN'), os.environ['KEPT'], os.environ['ADDED'])")
    command = Command(command.words, environ={"ADDED": "3"}, without=("TAKEN",))
    assert run(command).output == b"None 2 3\n"


def test_output_can_go_to_a_file():
    with tempfile.TemporaryFile() as file:
        assert run(python("print('x' * 100000)"), output=file).output == b""
        file.seek(0)
        assert len(file.read()) == 100001


def test_a_program_that_is_not_there_is_told_of(tmp_path: Path):
    with pytest.raises(PreflightError, match="no program 'no-such-program' on this machine"):
        run(Command(("no-such-program",)))
    with pytest.raises(PreflightError, match="none: there is no such folder"):
        run(python("", folder=tmp_path / "none"))
    (tmp_path / "file").write_text("")
    with pytest.raises(PreflightError, match="cannot be started: Permission denied"):
        run(Command((str(tmp_path / "file"),)))


def test_lines_are_told_as_they_come():
    lines: list[str] = []
    status = follow(
        python("import sys; print('one\\r'); print('two', file=sys.stderr, flush=True); sys.exit(4)"),
        lines.append,
        seconds=30,
    )
    assert status == 4
    assert sorted(lines) == ["one", "two"]


def test_a_file_can_be_its_input():
    lines: list[str] = []
    with tempfile.TemporaryFile() as file:
        file.write(b"given")
        file.seek(0)
        follow(python("import sys; print(sys.stdin.read())"), lines.append, seconds=30, given=file)
    assert lines == ["given"]


FOREVER = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("way", ["run", "follow"])
def test_a_program_that_does_not_end_is_stopped(way: str):
    lines: list[str] = []
    ways: dict[str, Callable[[], object]] = {
        "run": lambda: run(python("import time; time.sleep(600)"), seconds=0.2),
        "follow": lambda: follow(python(FOREVER), lines.append, seconds=2),
    }
    with pytest.raises(StageFailed, match=r"did not end within (0\.2|2) seconds, and was stopped"):
        ways[way]()
    assert all(gone(int(pid)) for line in lines for pid in line.split())


def test_ctrl_c_stops_the_program_and_its_children():
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.extend(int(pid) for pid in line.split())
        os.kill(os.getpid(), signal.SIGINT)

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        follow(python(FOREVER), interrupt, seconds=30)
    assert len(pids) == 2 and all(gone(pid) for pid in pids)
    assert threading.active_count() <= before + 1


def test_a_child_that_ignores_the_request_to_end_is_killed_with_its_parent():
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    parent = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {stubborn!r}], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    )
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(python(parent), interrupt, seconds=30)
    assert gone(pids[0])


def test_a_program_that_ignores_the_request_to_end_is_killed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(commands, "GRACE", 0.1)
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    )

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        follow(python(stubborn), interrupt, seconds=30)
    assert time.monotonic() - began < 20


def test_a_command_shows_its_words():
    assert str(Command(("git", "status"))) == "git status"
