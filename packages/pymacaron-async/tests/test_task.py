"""Tasks: how functions become some, when a call is queued, and how a worker finds them."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextvars import copy_context
from pathlib import Path
from typing import Any, get_type_hints

import pymacaron_core
import pytest
from pymacaron_async import AsyncTask, MessageRefused, TaskRef, asynctask
from pymacaron_async.task import find_task
from pymacaron_core.context import CallContext, entered
from service import SOURCES, environment

seen: list[Any] = []


@asynctask()
def note(text: str, times: int = 1) -> str:
    """Write it down."""
    seen.append((text, times))
    return text


@asynctask(delay=2.5)
def later() -> None:
    seen.append("later")


class Holder:
    @asynctask()
    def inside() -> None:  # type: ignore[misc]
        seen.append("inside")


class FakeTasks(pymacaron_core.Plugin):
    """Takes what is sent."""

    name = "async"

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, task: Any, args: Any, kwargs: Any) -> TaskRef:
        self.sent.append((task.name, task.delay, args, kwargs))
        return TaskRef("1", queued=True)


class FakeApplication:
    def __init__(self) -> None:
        self.plugins = {"async": FakeTasks()}
        self.attaching = threading.RLock()


def test_outside_of_a_call_the_function_runs_at_once():
    seen.clear()
    first, second = note("a", times=2), later()
    assert (first.queued, second.queued) == (False, False) and first.id != second.id
    assert seen == [("a", 2), "later"]


def test_what_a_call_gives_back_needs_no_check_for_none():
    assert get_type_hints(AsyncTask.__call__)["return"] is TaskRef


def test_within_a_call_it_is_queued():
    seen.clear()
    application = FakeApplication()
    with entered(CallContext(application)):
        assert note("a", times=2) == TaskRef("1", queued=True)
        later()
        Holder.inside()
        with pytest.raises(TypeError, match="text"):
            note()  # type: ignore[call-arg]
    assert seen == []
    assert application.plugins["async"].sent == [
        ("test_task.note", 0, ("a",), {"times": 2}),
        ("test_task.later", 2.5, (), {}),
        ("test_task.Holder.inside", 0, (), {}),
    ]


def test_a_thread_is_outside_of_the_call_unless_it_is_given_it():
    seen.clear()
    refs: list[TaskRef] = []
    with entered(CallContext(FakeApplication())):
        given = copy_context()
        for run in (note, lambda text: given.run(note, text)):
            thread = threading.Thread(target=lambda run=run: refs.append(run("a")))  # type: ignore[misc]
            thread.start()
            thread.join(10)
    assert [ref.queued for ref in refs] == [False, True] and seen == [("a", 1)]


def test_the_function_itself_can_be_called():
    seen.clear()
    with entered(CallContext(FakeApplication())):
        assert note.run("b") == "b"
        assert note.__wrapped__("c") == "c"  # type: ignore[attr-defined]
    assert (note.__name__, note.__doc__, repr(note)) == ("note", "Write it down.", "<AsyncTask test_task.note>")


def test_without_the_plugin_a_call_says_what_is_missing():
    application = FakeApplication()
    application.plugins.clear()
    application.config = type("Config", (), {"core": type("Core", (), {"discover": False})})  # type: ignore[attr-defined]
    with (
        entered(CallContext(application)),
        pytest.raises(pymacaron_core.PluginMissing, match=r"the task test_task\.note is called, and .*Tasks"),
    ):
        note("a")


def test_forgotten_parentheses_are_told():
    with pytest.raises(TypeError, match=r"You forgot parenthesis when calling asynctask: @asynctask\(\)"):

        @asynctask
        def wrong() -> None: ...


async def waiting() -> None: ...


def making():
    yield 1


@pytest.mark.parametrize("delay", [-1, "1", True, float("inf"), None])
def test_a_delay_is_a_number_of_seconds(delay: Any):
    with pytest.raises(TypeError, match="number of seconds from 0 on"):
        asynctask(delay=delay)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (waiting, "waiting must be a plain function"),
        (making, "making must be a plain function"),
        (len, "decorates a function"),
        (note, "put it nearest to the function"),
        (lambda: None, "inside of a function"),
    ],
)
def test_what_no_worker_could_run_is_refused_at_once(function: Any, told: str):
    with pytest.raises(TypeError, match=told):
        asynctask()(function)


def test_a_worker_finds_tasks_by_name_and_imports_modules_of_the_project(project: Path, monkeypatch):
    monkeypatch.syspath_prepend(str(project))
    assert find_task("test_task.note", project) is note
    assert "shop.tasks" not in sys.modules
    assert find_task("shop.tasks.pack", project).name == "shop.tasks.pack"
    for name in ("shop.tasks.gone", "shop.gone.task", "os.system", "note", "..x.y", "json.dumps"):
        with pytest.raises(MessageRefused, match="there is no task"):
            find_task(name, project)
    (project / "shop" / "broken.py").write_text("1 / 0\n")
    with pytest.raises(MessageRefused, match=r"shop\.broken\.task' cannot be imported: ZeroDivisionError"):
        find_task("shop.broken.task", project)


def test_a_task_of_a_script_goes_by_the_name_of_its_file(tmp_path: Path):
    text = "from pymacaron_async import asynctask\n@asynctask()\ndef go(): ...\nprint(go.name)\n"
    (tmp_path / "server.py").write_text(text)
    for arguments in (["server.py"], ["-m", "server"]):
        command = [sys.executable, *arguments]
        path = f"{SOURCES}:{tmp_path}"
        done = subprocess.run(command, cwd=tmp_path, env=environment(PYTHONPATH=path), capture_output=True, text=True)
        assert done.stdout == "server.go\n", done.stderr
