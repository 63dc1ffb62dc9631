"""Lines of requests are written some at a time: whole, in order, before what comes after them, to the last one."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli_project import wait_for
from pymacaron_core import line_handler
from pymacaron_core.exchange import Exchange
from pymacaron_core.line_handler import MOST, WHOLE, LineHandler
from pymacaron_core.lines import JsonFormatter, LineFormatter


def over(number: int, path: str = "/") -> Exchange:
    exchange = Exchange({"REQUEST_METHOD": "GET", "PATH_INFO": f"{path}{number}"}, lambda *told: None)
    exchange.start("200 OK", [])
    exchange.end(1)
    exchange.moment = time.time()
    return exchange


def numbers(text: str) -> list[int]:
    return [int(line.split(" GET /")[1].split(" ")[0]) for line in text.splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is written at a time."""
    pieces: list[bytes] = []
    write = os.write
    monkeypatch.setattr(line_handler.os, "write", lambda to, data: pieces.append(data) or write(to, data))
    return pieces


def test_a_line_waits_for_others_and_not_longer_than_a_moment() -> None:
    stream = io.StringIO()
    handler = LineHandler(stream, LineFormatter())
    handler.write(over(0))
    assert stream.getvalue() == ""
    wait_for(lambda: numbers(stream.getvalue()) == [0], "it is written without others")
    for number in range(1, 4):
        handler.write(over(number))
    wait_for(lambda: numbers(stream.getvalue()) == [0, 1, 2, 3], "so are later ones")


def test_enough_lines_wait_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_handler, "PAUSE", 1000)
    stream = io.StringIO()
    handler = LineHandler(stream, LineFormatter())
    for number in range(MOST + 1):
        handler.write(over(number))
    assert numbers(stream.getvalue()) == list(range(MOST))
    handler.flush()
    assert numbers(stream.getvalue()) == list(range(MOST + 1))


def test_a_record_comes_after_the_requests_before_it() -> None:
    stream = io.StringIO()
    handler = LineHandler(stream, LineFormatter())
    handler.write(over(1))
    handler.handle(logging.LogRecord("shop", logging.INFO, "", 0, "then", (), None))
    first, second = stream.getvalue().splitlines()
    assert " GET /1 200 " in first and second.endswith("shop: then")


def test_no_write_is_more_than_a_pipe_takes_at_once(written: list[bytes]) -> None:
    reading, writing = os.pipe()
    with open(reading, encoding="ascii") as reader, open(writing, "w", buffering=1) as stream:
        handler = LineHandler(stream, JsonFormatter())
        for number in range(MOST):
            handler.write(over(number, "/" if number % 2 else "/" + "x" * 500))
        lines = [reader.readline() for _ in range(MOST)]
    assert all(len(piece) <= WHOLE and piece.endswith(b"}\n") for piece in written) and len(written) > 1
    assert "".join(lines).encode() == b"".join(written)


def test_a_file_is_written_to_once_for_all_that_wait(tmp_path: Path, written: list[bytes]) -> None:
    with open(tmp_path / "log", "w", buffering=1) as stream:
        handler = LineHandler(stream, JsonFormatter())
        for number in range(MOST):
            handler.write(over(number))
    assert len(written) == 1 and written[0].count(b"\n") == MOST


def test_what_a_file_does_not_take_at_once_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(line_handler.os, "write", lambda to, data: write(to, data[:7]))
    with open(tmp_path / "log", "w", buffering=1) as stream:
        handler = LineHandler(stream, LineFormatter())
        for number in range(MOST):
            handler.write(over(number))
    assert numbers((tmp_path / "log").read_text()) == list(range(MOST))


def test_a_child_process_writes_its_own_lines_and_none_of_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_handler, "PAUSE", 1000)
    with open(tmp_path / "log", "w", buffering=1) as stream:
        handler = LineHandler(stream, LineFormatter())
        handler.write(over(1))
        child = os.fork()
        if child == 0:
            handler.write(over(2))
            handler.flush()
            os._exit(0)
        os.waitpid(child, 0)
        handler.flush()
    lines = (tmp_path / "log").read_text().splitlines()
    assert numbers("\n".join(lines)) == [2, 1]
    assert f"[{child}]" in lines[0] and f"[{os.getpid()}]" in lines[1]


PROGRAM = """\
import logging, sys
from test_line_handler import over
from pymacaron_core.line_handler import LineHandler
from pymacaron_core.lines import LineFormatter
handler = LineHandler(sys.stderr, LineFormatter())
for number in range(40):
    handler.write(over(number))
"""


def test_a_process_that_ends_leaves_no_line_unwritten() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    assert numbers(ended.stderr) == list(range(40))


def test_a_stream_that_was_closed_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    stream = io.StringIO()
    handler = LineHandler(stream, LineFormatter())
    handler.write(over(1))
    stream.close()
    thread = handler._thread
    assert thread is not None
    wait_for(lambda: not handler._waiting, "what cannot be written is let go")
    assert thread.is_alive()


def test_no_line_is_lost_or_written_twice_by_many_threads(tmp_path: Path) -> None:
    with open(tmp_path / "log", "w", buffering=1) as stream:
        handler = LineHandler(stream, LineFormatter())
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: handler.write(over(number)), range(5000)))
        handler.flush()
    assert sorted(numbers((tmp_path / "log").read_text())) == list(range(5000))
