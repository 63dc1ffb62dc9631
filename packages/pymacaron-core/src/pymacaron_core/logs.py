"""Log lines that carry time, level, process, module, request id and user, and no secret: as text, or as JSON.

Nothing here touches anybody's logging until :func:`configure` is called, which ``run`` and ``serve`` do.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import time
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from pymacaron_core.config import Config, level_number
from pymacaron_core.context import CallContext, current_call
from pymacaron_core.exchange import Exchange

OURS = ("pymacaron", "pymacaron_core")
REDACTED = "[REDACTED]"
SHORTEST_SECRET = 4
"""Shorter secrets are not looked for in lines: hiding each ``1`` would hide everything else too."""
LONGEST_USER = 200
"""How many characters of a user's id the line of a request tells."""

_COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_encoded = json.encoder.encode_basestring_ascii


def pymlogger(name: str | None = None) -> logging.Logger:
    """The standard logger of that name; ``pymacaron`` without one."""
    return logging.getLogger(name or "pymacaron")


def set_level(level: str | int) -> None:
    """Set the least level of log lines, by name in any case or by number. Raises ``ValueError`` for no level.

    It holds for every logger once :func:`configure` was called, before that for PyMacaron's own.
    """
    number = level_number(level)
    names: tuple[str | None, ...] = (None, *OURS) if _handler() is not None else OURS
    for name in names:
        logging.getLogger(name).setLevel(number)


def configure(config: Config, *, development: bool, stream: TextIO | None = None) -> None:
    """Write this process's log lines to ``stream`` (standard error), at the level of the configuration.

    Called again it replaces what it did before. What the configuration warns of is logged, once for each text.
    """
    stream = sys.stderr if stream is None else stream
    handler = _handler()
    told: set[str] = set()
    if handler is not None:
        told = handler.told
        logging.getLogger().removeHandler(handler)
    if is_json(config, development=development, stream=stream):
        lines: Lines = JsonFormatter(config.secrets)
    else:
        lines = LineFormatter(config.secrets, coloured=wants_colour(stream), short_ids=development)
    handler = LineHandler(stream, lines)
    handler.told = told
    logging.getLogger().addHandler(handler)
    set_level(config.core.log_level)
    for warning in config.warnings:
        if warning not in told:
            told.add(warning)
            pymlogger("pymacaron_core.config").warning("%s", warning)


def is_json(config: Config, *, development: bool, stream: TextIO) -> bool:
    """Whether log lines are JSON: as ``log_format`` says, else in production where nobody watches a terminal."""
    chosen = config.core.log_format
    return chosen == "json" or (chosen == "auto" and not development and not _is_terminal(stream))


def wants_colour(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Whether to colour: a terminal that can.

    ``NO_COLOR`` (https://no-color.org) says never, else ``FORCE_COLOR`` (https://force-color.org) always.
    """
    environ = os.environ if environ is None else environ
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "") not in ("", "0", "false"):
        return True
    if environ.get("TERM") == "dumb":
        return False
    return _is_terminal(stream)


def _is_terminal(stream: TextIO) -> bool:
    return bool(getattr(stream, "isatty", lambda: False)())


class LineHandler(logging.StreamHandler):  # type: ignore[type-arg] # Python 3.10 takes no argument here
    """The handler that :func:`configure` adds, to be found again."""

    told: set[str]

    def __init__(self, stream: TextIO, lines: Lines) -> None:
        super().__init__(stream)
        self.lines = lines
        self._descriptor = _descriptor(stream)
        self.setFormatter(lines)

    def write(self, exchange: Exchange) -> None:
        """Write the line of a request, as a record of it would be written, without one."""
        try:
            line = self.lines.of_request(exchange, time.time())
            with self.lock:  # type: ignore[union-attr] # every handler has one
                if self._descriptor is None:
                    self.stream.write(line)
                    self.flush()
                else:
                    _write(self._descriptor, line.encode("ascii", "backslashreplace"))
        except Exception:
            self.handleError(record_of(exchange))


def _write(descriptor: int, line: bytes) -> None:
    """Write a line at once, which keeps it whole among those of other processes, as far as the system does."""
    written = os.write(descriptor, line)
    while written < len(line):
        line = line[written:]
        written = os.write(descriptor, line)


def _descriptor(stream: TextIO) -> int | None:
    """The file behind a stream that holds nothing back; None where there is none."""
    if getattr(stream, "line_buffering", False) or getattr(stream, "write_through", False):
        with contextlib.suppress(OSError, ValueError):
            return stream.fileno()
    return None


REQUESTS = "pymacaron.requests"
"""The name of the logger that the lines of requests are by."""


def record_of(exchange: Exchange) -> logging.LogRecord:
    """The line of a request as a record, for handlers of any kind: ``record.exchange`` has what is known of it."""
    record = logging.LogRecord(REQUESTS, logging.INFO, "", 0, message_of(exchange), (), None)
    record.exchange = exchange
    return record


def message_of(exchange: Exchange) -> str:
    """``POST /orders 200 3.1 ms 512 bytes createOrder``. The query is left out: it may hold keys."""
    e = exchange
    operation = "" if e.named is None else f" {e.named.encoded[1:-1]}"
    return f"{e.method} {e.path} {e.status} {e.seconds * 1e3:.1f} ms {e.size} bytes{operation}"


class Lines(logging.Formatter):
    """Base of the forms that a line can have: secrets are hidden in all of them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        hidden = sorted({str(secret) for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._hidden = re.compile("|".join(map(re.escape, hidden))) if hidden else None
        self._second = (-1, "")

    @abstractmethod
    def of_request(self, exchange: Exchange, moment: float) -> str:
        """The line of a request that is over, with its end."""

    def hide(self, text: str) -> str:
        """A text without secrets of the configuration, and without the credentials of the call being served."""
        if self._hidden is not None:
            text = self._hidden.sub(REDACTED, text)
        hide = getattr(getattr(current_call(), "application", None), "hide", None)
        return str(hide(text)) if hide is not None else text

    def _text(self, record: logging.LogRecord) -> str:
        parts = [record.getMessage()]
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(record.stack_info)
        return self.hide("\n".join(part.rstrip("\n") for part in parts))

    def _moment(self, form: str, moment: float, at: Any) -> str:
        """A moment to the second, written once for each second."""
        second = int(moment)
        known, text = self._second
        if known != second:
            text = time.strftime(form, at(second))
            self._second = (second, text)
        return text


class LineFormatter(Lines):
    """``time level [process] module (request user) message``, continued lines indented."""

    def __init__(self, secrets: Iterable[str] = (), *, coloured: bool = False, short_ids: bool = False) -> None:
        super().__init__(secrets)
        self._coloured = coloured
        self._short_ids = short_ids

    def format(self, record: logging.LogRecord) -> str:
        exchange = getattr(record, "exchange", None)
        if isinstance(exchange, Exchange):
            return self.of_request(exchange, record.created)[:-1]
        known = _known(current_call())
        head = self._head(record.created, record.levelname, record.process, *map(self.hide, (record.name, *known)))
        return f"{head}: {_clean(self._text(record))}"

    def of_request(self, exchange: Exchange, moment: float) -> str:
        user = (exchange.user or "")[:LONGEST_USER]
        head = self._head(moment, "INFO", os.getpid(), REQUESTS, exchange.request_id or "", user)
        return f"{head}: {message_of(exchange)}\n"

    def _head(self, moment: float, level: str, process: int | None, name: str, request_id: str, user: str) -> str:
        shown = f"{level:<8}"
        if self._coloured and level in _COLOURS:
            shown = f"\x1b[{_COLOURS[level]}m{shown}\x1b[0m"
        stamp = f"{self._moment('%Y-%m-%d %H:%M:%S', moment, time.localtime)},{int(moment % 1 * 1000):03d}"
        told = f"{stamp} {shown} [{process}] {_clean(name)}"
        if request_id:
            told = f"{told} request={_clean(request_id[:8] if self._short_ids else request_id)}"
        return f"{told} user={_clean(user)}" if user else told


class JsonFormatter(Lines):
    """A JSON object a line, as Google Cloud's structured logging reads it, and others do: ``severity``, ``time``,
    ``message``, ``logger``, ``process``, where known ``request_id`` and ``user``, of a request ``httpRequest``."""

    def format(self, record: logging.LogRecord) -> str:
        exchange = getattr(record, "exchange", None)
        if isinstance(exchange, Exchange):
            return self.of_request(exchange, record.created)[:-1]
        known = _known(current_call())
        head = self._head(record.created, record.levelname, record.process, self.hide(record.name))
        told = _about(*map(self.hide, known))
        return f'{head}{told},"message":{_encoded(self._text(record))}}}'

    def of_request(self, exchange: Exchange, moment: float) -> str:
        e = exchange
        method, path, status, size = e.method, e.path, e.status, e.size
        operation = f',"operation":{e.named.encoded}' if e.named is not None else ""
        about = f',"request_id":"{e.request_id}"' if not e.user else _about(e.request_id or "", e.user[:LONGEST_USER])
        second = self._moment("%Y-%m-%dT%H:%M:%S", moment, time.gmtime)
        return (
            f'{{"severity":"INFO","time":"{second}.{int(moment % 1 * 1000):03d}Z","logger":"{REQUESTS}",'
            f'"process":{os.getpid()}{about},"message":"{method} {path} {status}"{operation},'
            f'"httpRequest":{{"requestMethod":"{method}","requestUrl":"{path}","status":{status},'
            f'"responseSize":"{size}","latency":"{e.seconds:.6f}s"}}}}\n'
        )

    def _head(self, moment: float, level: str, process: int | None, name: str) -> str:
        stamp = f"{self._moment('%Y-%m-%dT%H:%M:%S', moment, time.gmtime)}.{int(moment % 1 * 1000):03d}Z"
        return f'{{"severity":{_encoded(level)},"time":"{stamp}","logger":{_encoded(name)},"process":{process or 0}'


def _about(request_id: str, user: str) -> str:
    told = f',"request_id":{_encoded(request_id)}' if request_id else ""
    return f'{told},"user":{_encoded(user)}' if user else told


def _known(call: CallContext | None) -> tuple[str, str]:
    """The id and the user of a call, as far as they are known; empty where not."""
    return ("", "") if call is None else (call.known_request_id or "", user_id(call.identity) or "")


def _clean(text: str) -> str:
    """No control characters, and no line that could pass for one of ours."""
    if text.isprintable():
        return text
    text = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return text.replace("\n", "\n    ")


def user_id(identity: Any) -> str | None:
    """The user's id in an identity: its ``user_id`` or ``sub``, as attribute or key."""
    for name in ("user_id", "sub"):
        found = identity.get(name) if isinstance(identity, Mapping) else getattr(identity, name, None)
        if isinstance(found, str | int) and found != "":
            return str(found)
    return None


def _handler() -> LineHandler | None:
    return next((each for each in logging.getLogger().handlers if isinstance(each, LineHandler)), None)
