"""Log lines, as text and as JSON, and no secret in them."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pymacaron_core.context import CallContext, current_call
from pymacaron_core.exchange import Exchange, Named

REDACTED = "[REDACTED]"
SHORTEST_SECRET = 4
"""Shorter secrets are not looked for in lines: hiding each ``1`` would hide everything else too."""
LONGEST_USER = 200
"""How many characters of a user's id the line of a request tells."""
MOST_KNOWN = 500
"""So many kinds of requests are known by what their lines have in common; a caller can send any."""
LONGEST_KNOWN = 300
"""Longer ones, in characters, are not kept."""

_COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_THOUSANDTHS = tuple(f"{number:03d}" for number in range(1000))
_encoded = json.encoder.encode_basestring_ascii


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
    e.settle()
    operation = "" if e.named is None else f" {e.named.encoded[1:-1]}"
    return f"{e.method} {e.path} {e.status} {e.seconds * 1e3:.1f} ms {e.size} bytes{operation}"


class Lines(logging.Formatter):
    """Base of the forms that a line can have: secrets are hidden in all of them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        hidden = sorted({str(secret) for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._hidden = re.compile("|".join(map(re.escape, hidden))) if hidden else None
        self.reset()

    def reset(self) -> None:
        """Forget which process this is, as a child process must."""
        self._second = -1
        self._stamp = ""
        self._process = os.getpid()

    @abstractmethod
    def of_requests(self, exchanges: Iterable[Exchange]) -> list[str]:
        """The lines of requests that are over, each with its end."""

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

    def _to_the_second(self, form: str, moment: float, at: Callable[[float], time.struct_time]) -> str:
        """A moment, written once for each second."""
        second = int(moment)
        if second != self._second:
            self._second, self._stamp = second, time.strftime(form, at(second))
        return self._stamp


class LineFormatter(Lines):
    """``time level [process] module (request user) message``, continued lines indented."""

    def __init__(self, secrets: Iterable[str] = (), *, coloured: bool = False, short_ids: bool = False) -> None:
        super().__init__(secrets)
        self._coloured = coloured
        self._short_ids = short_ids

    def format(self, record: logging.LogRecord) -> str:
        exchange = getattr(record, "exchange", None)
        if isinstance(exchange, Exchange):
            return self._of_request(exchange)[:-1]
        known = _known(current_call())
        head = self._head(record.created, record.levelname, record.process, *map(self.hide, (record.name, *known)))
        return f"{head}: {_clean(self._text(record))}"

    def of_requests(self, exchanges: Iterable[Exchange]) -> list[str]:
        return [self._of_request(exchange) for exchange in exchanges]

    def _of_request(self, exchange: Exchange) -> str:
        user = (exchange.user or "")[:LONGEST_USER]
        head = self._head(exchange.moment, "INFO", self._process, REQUESTS, exchange.request_id or "", user)
        return f"{head}: {message_of(exchange)}\n"

    def _head(self, moment: float, level: str, process: int | None, name: str, request_id: str, user: str) -> str:
        shown = f"{level:<8}"
        if self._coloured and level in _COLOURS:
            shown = f"\x1b[{_COLOURS[level]}m{shown}\x1b[0m"
        stamp = (
            f"{self._to_the_second('%Y-%m-%d %H:%M:%S', moment, time.localtime)},{_THOUSANDTHS[int(moment % 1 * 1000)]}"
        )
        told = f"{stamp} {shown} [{process}] {_clean(name)}"
        if request_id:
            told = f"{told} request={_clean(request_id[:8] if self._short_ids else request_id)}"
        return f"{told} user={_clean(user)}" if user else told


class JsonFormatter(Lines):
    """A JSON object a line, as Google Cloud's structured logging reads it, and others do: ``severity``, ``time``,
    ``message``, ``logger``, ``process``, where known ``request_id`` and ``user``, of a request ``httpRequest``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(secrets)
        self._alike: dict[tuple[str, str, str, Named | None], str] = {}

    def format(self, record: logging.LogRecord) -> str:
        exchange = getattr(record, "exchange", None)
        if isinstance(exchange, Exchange):
            return self.of_requests([exchange])[0][:-1]
        known = _known(current_call())
        head = self._head(record.created, record.levelname, record.process, self.hide(record.name))
        told = _about(*map(self.hide, known))
        return f'{head}{told},"message":{_encoded(self._text(record))}}}'

    def of_requests(self, exchanges: Iterable[Exchange]) -> list[str]:
        head, second, known, lines = "", -1, self._alike, []
        about = f'Z","logger":"{REQUESTS}","process":{self._process}'
        for e in exchanges:
            moment, request_id = e.moment, e.request_id
            if int(moment) != second:
                second = int(moment)
                stamp = self._to_the_second("%Y-%m-%dT%H:%M:%S", moment, time.gmtime)
                head = f'{{"severity":"INFO","time":"{stamp}.'
            told = known.get((e.asked, e.raw_path, e.line, e.named)) or self._told(e)
            who = f',"request_id":"{request_id}"' if not e.user else _about(request_id or "", e.user[:LONGEST_USER])
            lines.append(
                f"{head}{_THOUSANDTHS[int((moment - second) * 1000)]}{about}{who}{told}"
                f'{e.size}","latency":"{e.seconds:.6f}s"}}}}\n'
            )
        return lines

    def _told(self, exchange: Exchange) -> str:
        """What the lines of requests alike have in common, kept for the next ones."""
        e, known = exchange, self._alike
        e.settle()
        method, path, status = e.method, e.path, e.status
        operation = f',"operation":{e.named.encoded}' if e.named is not None else ""
        told = (
            f',"message":"{method} {path} {status}"{operation},'
            f'"httpRequest":{{"requestMethod":"{method}","requestUrl":"{path}","status":{status},"responseSize":"'
        )
        if len(e.raw_path) + len(e.asked) + len(e.line) <= LONGEST_KNOWN:
            if len(known) >= MOST_KNOWN:
                known.clear()
            known[e.asked, e.raw_path, e.line, e.named] = told
        return told

    def _head(self, moment: float, level: str, process: int | None, name: str) -> str:
        stamp = (
            f"{self._to_the_second('%Y-%m-%dT%H:%M:%S', moment, time.gmtime)}.{_THOUSANDTHS[int(moment % 1 * 1000)]}Z"
        )
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
