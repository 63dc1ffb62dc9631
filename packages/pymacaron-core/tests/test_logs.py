"""Log lines carry what is known of the call, and nothing secret."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pymacaron_core.config import load_config
from pymacaron_core.context import CallContext, entered
from pymacaron_core.line_handler import LineHandler
from pymacaron_core.logs import configure, pymlogger, set_level, user_id, wants_colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "pymacaron", "pymacaron_core")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def configured(
    tmp_path: Path, text: str = "name: shop", stream: io.StringIO | None = None, development: bool = True, **env: str
) -> io.StringIO:
    (tmp_path / "pym-config.yaml").write_text(text)
    stream = io.StringIO() if stream is None else stream
    configure(load_config(tmp_path, environ=env), development=development, stream=stream)
    return stream


def test_nothing_is_configured_until_asked_for() -> None:
    handlers = list(logging.getLogger().handlers)
    assert pymlogger("shop.api") is logging.getLogger("shop.api")
    assert pymlogger().name == "pymacaron"
    assert logging.getLogger().handlers == handlers
    assert pymlogger().handlers == []


def test_a_line_carries_time_level_process_and_module(tmp_path: Path) -> None:
    stream = configured(tmp_path)
    pymlogger("shop.api").info("order %s made", 7)
    date, time, level, process, *rest = stream.getvalue().split()
    assert (len(date), len(time)) == (10, 12)
    assert (level, process) == ("INFO", f"[{os.getpid()}]")
    assert " ".join(rest) == "shop.api: order 7 made"


def test_a_line_carries_request_and_user_of_the_call(tmp_path: Path) -> None:
    stream = configured(tmp_path)
    with entered(CallContext(request_id="0123456789abcdef", identity={"sub": "ann"})):
        pymlogger("shop.api").info("hello")
    assert "shop.api request=01234567 user=ann: hello" in stream.getvalue()


def test_the_request_id_is_whole_in_production(tmp_path: Path) -> None:
    stream = configured(tmp_path, "core: {log_format: text}", development=False)
    with entered(CallContext(request_id="0123456789abcdef")):
        pymlogger("shop.api").info("hello")
    assert "request=0123456789abcdef: hello" in stream.getvalue()


def test_a_line_carries_the_id_that_came_though_nobody_asked_for_it(tmp_path: Path) -> None:
    stream = configured(tmp_path)
    for given in ("req-1", "a b"):
        with entered(CallContext(header={"X-Request-ID": given}.get)):
            pymlogger("shop.api").info("hello")
    assert "request=req-1: hello" in stream.getvalue()
    assert "a b" not in stream.getvalue()


def test_a_log_line_makes_no_request_id(tmp_path: Path) -> None:
    stream = configured(tmp_path)
    with entered(CallContext()) as _:
        pymlogger("shop.api").info("hello")
    assert "request=" not in stream.getvalue()


@pytest.mark.parametrize(
    ("identity", "user"),
    [
        (None, None),
        ({"user_id": 7}, "7"),
        ({"sub": "ann"}, "ann"),
        (SimpleNamespace(user_id="bob"), "bob"),
        (SimpleNamespace(sub="eve"), "eve"),
        ({"sub": ""}, None),
        (SimpleNamespace(user_id=["x"]), None),
    ],
)
def test_the_user_is_found_in_an_identity_of_any_shape(identity: Any, user: str | None) -> None:
    assert user_id(identity) == user


def test_secrets_are_hidden_in_messages_and_traces(tmp_path: Path) -> None:
    text = "key: MY_KEY\nenv_secrets: [MY_KEY]"
    stream = configured(tmp_path, text, MY_KEY="hunter2-hunter2")
    try:
        raise ValueError("wrong: hunter2-hunter2")
    except ValueError:
        pymlogger("shop.api").exception("sent %s", "hunter2-hunter2")
    assert "hunter2" not in stream.getvalue()
    assert "sent [REDACTED]\n" in stream.getvalue()
    assert "ValueError: wrong: [REDACTED]" in stream.getvalue()


def test_a_message_can_neither_forge_a_line_nor_steer_the_terminal(tmp_path: Path) -> None:
    stream = configured(tmp_path)
    pymlogger("shop.api").info("a\n2026-01-01 INFO forged\r\x1b[2J")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[1] == "    2026-01-01 INFO forged\\r\\x1b[2J"


def test_colour_is_for_terminals_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    plain, coloured = configured(tmp_path), configured(tmp_path, stream=Terminal())
    pymlogger("shop.api").warning("hot")
    assert plain.getvalue() == ""
    assert "\x1b[33mWARNING \x1b[0m" in coloured.getvalue()
    assert not wants_colour(io.StringIO(), {})
    assert not wants_colour(Terminal(), {"NO_COLOR": "1"})
    assert not wants_colour(Terminal(), {"TERM": "dumb"})
    assert wants_colour(Terminal(), {"NO_COLOR": ""})


def test_configuring_twice_writes_each_line_once(tmp_path: Path) -> None:
    configured(tmp_path)
    stream = configured(tmp_path)
    pymlogger("shop.api").info("once")
    assert stream.getvalue().count("once") == 1
    assert sum(isinstance(each, LineHandler) for each in logging.getLogger().handlers) == 1


def test_what_the_configuration_warns_of_is_logged_once(tmp_path: Path) -> None:
    first = configured(tmp_path, "nmae: shop")
    second = configured(tmp_path, "nmae: shop")
    assert first.getvalue().count("did you mean 'name'?") == 1
    assert second.getvalue() == ""


def test_the_level_comes_from_the_configuration(tmp_path: Path) -> None:
    stream = configured(tmp_path, "core: {log_level: error}")
    pymlogger("shop.api").warning("unseen")
    pymlogger("shop.api").error("seen")
    assert "unseen" not in stream.getvalue()
    assert "seen" in stream.getvalue()


@pytest.mark.parametrize("level", ["debug", "DEBUG", "10", 10])
def test_a_level_is_a_name_or_a_number(level: str | int) -> None:
    set_level(level)
    assert pymlogger().level == logging.DEBUG
    assert logging.getLogger("pymacaron_core").level == logging.DEBUG


def test_before_configuring_only_our_own_level_is_set() -> None:
    before = logging.getLogger().level
    set_level("critical")
    assert logging.getLogger().level == before


@pytest.mark.parametrize("level", ["loud", "", True, None, 1.5])
def test_what_is_no_level_is_refused(level: Any) -> None:
    with pytest.raises(ValueError, match="the level must be debug"):
        set_level(level)
