"""A message in a worker: the call it came from is restored, its function runs, its end is told once."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask
import pymacaron_core
import pytest
from carrier import Carrier
from pymacaron_async import asynctask, is_celery_task
from pymacaron_async.carrying import Carrying
from pymacaron_async.codec import Codec
from pymacaron_async.execution import Execution
from pymacaron_async.message import Message, write_arguments
from pymacaron_core.context import CallContext, current_call, entered

seen: list[Any] = []


@asynctask()
def look(value: Any = None) -> None:
    call = current_call()
    assert call is not None
    seen.append((value, call.url, call.method, call.request_id, call.trace_parent, call.identity, is_celery_task()))
    seen.append((flask.request.path, flask.request.method, flask.current_app.name, call.application))


@asynctask()
def fail(kind: str) -> None:
    if kind == "exit":
        sys.exit(7)
    if kind == "interrupt":
        raise KeyboardInterrupt
    if kind == "not found":
        raise pymacaron_core.NotFound("there is no such order")
    raise ValueError("it is broken")


class Bench:
    """An execution, what it kept, and what it reported."""

    def __init__(self, root: Path, keeps: bool = True) -> None:
        self.kept: list[tuple[str, str]] = []
        self.told: list[dict[str, Any]] = []
        self.keeps = keeps
        self.application = pymacaron_core.API(
            flask.Flask("shop"), root=root, error_reporter=lambda **told: self.told.append(told)
        ).application
        self.application.identity_carrier = Carrier()
        self.carrying = Carrying(self.application)
        self.execution = Execution(self.application, Codec(self.application.models), self.carrying, self.keep)

    @property
    def reports(self) -> list[dict[str, Any]]:
        assert self.application.reporting.flush()
        return self.told

    def keep(self, text: str, reason: str) -> None:
        if not self.keeps:
            raise pymacaron_core.ServiceUnavailable("the broker is gone")
        self.kept.append((text, reason))

    def message(self, name: str, *args: Any, sealed_for: str = "") -> str:
        codec = Codec(self.application.models)
        headers = {"traceparent": "00-1-2-01", "X-Request-ID": "r-1"}
        call = CallContext(self.application, "/orders", "POST", identity={"sub": "ada"}, header=headers.get)
        with entered(call):
            bare = Message("t-1", name, write_arguments(codec, args, {}))
            return replace(bare, context=self.carrying.packed(sealed_for or bare.sealed_for)).to_text()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    seen.clear()
    return Bench(tmp_path)


def test_the_call_is_restored_around_the_function(bench: Bench):
    bench.execution.run(bench.message("test_execution.look", {"a": (1,)}))
    assert seen == [
        ({"a": (1,)}, "/orders", "POST", "r-1", "00-1-2-01", {"sub": "ada"}, True),
        ("/orders", "POST", "shop", bench.application),
    ]
    assert current_call() is None and not is_celery_task()
    assert (bench.kept, bench.reports) == ([], [])


def test_a_task_that_no_call_asked_for_runs_in_a_local_one(bench: Bench):
    text = json.loads(bench.message("test_execution.look"))
    bench.execution.run(json.dumps({**text, "context": None}))
    assert seen[0][1:3] == ("", "")
    assert seen[0][5] is None
    assert seen[1][:2] == ("/local", "GET")


@pytest.mark.parametrize(
    ("kind", "code", "line"),
    [
        ("crash", "SERVER_ERROR", "it is broken"),
        ("exit", "SERVER_ERROR", "sys.exit(7)"),
        ("interrupt", "SERVER_ERROR", "the task raised KeyboardInterrupt()"),
    ],
)
def test_a_failure_is_reported_once_and_done(bench: Bench, caplog: pytest.LogCaptureFixture, kind, code, line):
    bench.execution.run(bench.message("test_execution.fail", kind))
    assert [report["title"] for report in bench.reports] == [f"{code}: task test_execution.fail (t-1)"]
    assert bench.reports[0]["data"]["request"]["id"] == "r-1"
    assert bench.reports[0]["data"]["user"] == {"id": "ada", "is_auth": True}
    assert line in caplog.text
    assert bench.kept == []


def test_what_is_the_callers_fault_is_a_line_in_the_log(bench: Bench, caplog: pytest.LogCaptureFixture):
    bench.execution.run(bench.message("test_execution.fail", "not found"))
    assert bench.reports == []
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "task test_execution.fail (t-1) ended with 404 NOT_FOUND: there is no such order"
    ]


@pytest.mark.parametrize(
    ("change", "reason", "label"),
    [
        (
            {"task": "shop.gone", "context": None},
            "there is no task 'shop.gone' in this service",
            "task shop.gone (t-1)",
        ),
        ({"v": 9}, "the version 9", "a message in the queue of tasks"),
        (
            {"args": [["tuple", [["model", "shop", "Gone", "1", 1]]], ["dict", []]], "context": None},
            "does not have",
            "look (t-1)",
        ),
        ({"context": {"url": "http://[", "method": "GET", "request_id": "r"}}, "the url or the method", "look (t-1)"),
        (
            {"args": [["tuple", [1, 2]], ["dict", []]], "context": None},
            "other arguments than the message holds: too many",
            "look (t-1)",
        ),
        (
            {"args": [["tuple", []], ["dict", [["more", 1]]]], "context": None},
            "unexpected keyword argument 'more'",
            "look (t-1)",
        ),
        ({"args": [["tuple", [7]], ["dict", []]]}, "does not open: sealed for another task", "look (t-1)"),
        ({"id": "t-2"}, "the identity in the message does not open: sealed for another task", "look (t-2)"),
    ],
)
def test_a_message_that_cannot_be_run_is_put_aside_and_reported(bench: Bench, change, reason, label):
    text = json.dumps({**json.loads(bench.message("test_execution.look")), **change})
    bench.execution.run(text)
    assert [(kept, reason in told) for kept, told in bench.kept] == [(text, True)]
    assert len(bench.reports) == 1 and f"{label} is put aside" in bench.reports[0]["title"]
    assert seen == []


def test_a_message_that_can_be_neither_run_nor_put_aside_stays_in_the_queue(tmp_path: Path):
    bench = Bench(tmp_path, keeps=False)
    with pytest.raises(pymacaron_core.ServiceUnavailable):
        bench.execution.run("{")


def test_what_fails_around_the_function_is_reported_too(bench: Bench):
    @bench.application.app.teardown_request
    def broken(error: Any) -> None:
        raise ValueError("it does not close")

    bench.execution.run(bench.message("test_execution.look"))
    assert len(seen) == 2 and bench.kept == []
    assert [report["title"] for report in bench.reports] == ["SERVER_ERROR: task test_execution.look (t-1)"]


@pytest.mark.parametrize("text", ["{", None])
def test_a_killed_task_is_reported_also_when_its_message_is_unreadable(bench: Bench, text):
    bench.execution.tell_killed(text, "the task was killed")
    bench.execution.tell_killed(bench.message("test_execution.look"), "the task was killed")
    assert [report["title"] for report in bench.reports] == [
        "SERVER_ERROR: a task",
        "SERVER_ERROR: task test_execution.look (t-1)",
    ]
