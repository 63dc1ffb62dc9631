"""Lines of requests are written some at a time: whole, in order, before what comes after them, to the last one."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli_project import wait_for
from pymacaron_core import line_handler
from pymacaron_core.exchange import Exchange, Named
from pymacaron_core.line_handler import MOST, WHOLE, LineHandler
from pymacaron_core.lines import LONGEST_KNOWN, MOST_KNOWN, JsonFormatter, LineFormatter


def over(number: int, path: str = "/") -> Exchange:
    exchange = Exchange({"REQUEST_METHOD": "GET", "PATH_INFO": f"{path}{number}"}, lambda *told: None)
    exchange.start("200 OK", [])
    exchange.end(1)
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
        for number in range(32):
            handler.write(over(number, "/" if number % 2 else "/" + "x" * 500))
        handler.flush()
        lines = [reader.readline() for _ in range(32)]
    assert all(len(piece) <= WHOLE and piece.endswith(b"}\n") for piece in written) and len(written) > 1
    assert "".join(lines).encode() == b"".join(written)


def test_a_long_line_has_others_go_together_all_the_same(written: list[bytes]) -> None:
    reading, writing = os.pipe()
    with open(reading, encoding="ascii") as reader, open(writing, "w", buffering=1) as stream:
        handler = LineHandler(stream, JsonFormatter())
        for number in range(9):
            handler.write(over(number, "/" if number else "/" + "x" * 990))
        handler.flush()
        assert len([reader.readline() for _ in range(9)]) == 9
    assert len(written) == 2 and sum(map(len, written)) > WHOLE


def test_a_file_is_written_to_once_for_all_that_wait(tmp_path: Path, written: list[bytes]) -> None:
    with open(tmp_path / "log", "w", buffering=1) as stream:
        handler = LineHandler(stream, JsonFormatter())
        for number in range(MOST):
            handler.write(over(number))
    assert len(written) == 1 and written[0].count(b"\n") == MOST


def test_lines_that_are_alike_differ_in_what_is_their_own(tmp_path: Path) -> None:
    get, post = Named("tea", "getTea", "GET"), Named("coffee", "getTea", "GET")
    kinds = [("/a", "200 OK", get), ("/a", "200 OK", post), ("/a", "404 NOT FOUND", get), ("/b", "200 OK", None)]
    stream = io.StringIO()
    handler = LineHandler(stream, JsonFormatter())
    for size, (path, status, named) in enumerate(2 * kinds):
        exchange = Exchange({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *told: None, f"id-{size}")
        exchange.named = named
        exchange.start(status, [])
        exchange.end(size)
        handler.write(exchange)
    handler.flush()
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(e["request_id"], int(e["httpRequest"]["responseSize"])) for e in told] == [
        (f"id-{n}", n) for n in range(8)
    ]
    asked = [(e["httpRequest"]["requestUrl"], e["httpRequest"]["status"], e.get("operation")) for e in told]
    assert asked == 2 * [("/a", 200, "getTea"), ("/a", 200, "getTea"), ("/a", 404, "getTea"), ("/b", 200, None)]


def test_what_callers_send_is_not_kept_without_end() -> None:
    lines = JsonFormatter()
    for number in range(3 * MOST_KNOWN):
        exchange = over(number, "/" if number % 3 else "/" + "x" * LONGEST_KNOWN)
        exchange.moment = 0.0
        (line,) = lines.of_requests([exchange])
        assert f"{number} 200" in json.loads(line)["message"]
    assert 0 < len(lines._alike) <= MOST_KNOWN
    assert all(len(path) <= LONGEST_KNOWN for _, path, *_ in lines._alike)


def test_a_line_tells_when_its_request_was_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    handler = LineHandler(stream, JsonFormatter())
    monkeypatch.setattr(line_handler, "time", lambda: 1_000_000_000.0)
    monkeypatch.setattr(line_handler, "perf_counter", lambda: 500.0)
    exchange = over(1)
    exchange.began, exchange.seconds = 490.25, 1.5
    handler.write(exchange)
    handler.flush()
    assert json.loads(stream.getvalue())["time"] == "2001-09-09T01:46:31.750Z"


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
