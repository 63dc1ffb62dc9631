"""Log lines that carry time, level, process, module, request id and user, and no secret.

Nothing here touches anybody's logging until :func:`configure` is called, which ``run`` and ``serve`` do.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from pymacaron_core.config import Config, level_number
from pymacaron_core.context import current_call

OURS = ("pymacaron", "pymacaron_core")
REDACTED = "[REDACTED]"
SHORTEST_SECRET = 4
"""Shorter secrets are not looked for in lines: hiding each ``1`` would hide everything else too."""

_COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


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
    handler = LineHandler(stream)
    handler.told = told
    handler.setFormatter(LineFormatter(config.secrets, coloured=wants_colour(stream), short_ids=development))
    logging.getLogger().addHandler(handler)
    set_level(config.core.log_level)
    for warning in config.warnings:
        if warning not in told:
            told.add(warning)
            pymlogger("pymacaron_core.config").warning("%s", warning)


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
    return bool(getattr(stream, "isatty", lambda: False)())


class LineHandler(logging.StreamHandler):  # type: ignore[type-arg] # Python 3.10 takes no argument here
    """The handler that :func:`configure` adds, to be found again."""

    told: set[str]


class LineFormatter(logging.Formatter):
    """``time level [process] module (request user) message``, continued lines indented, secrets hidden."""

    def __init__(self, secrets: Iterable[str] = (), *, coloured: bool = False, short_ids: bool = False) -> None:
        super().__init__()
        self._coloured = coloured
        self._short_ids = short_ids
        hidden = sorted({str(secret) for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._hidden = re.compile("|".join(map(re.escape, hidden))) if hidden else None

    def format(self, record: logging.LogRecord) -> str:
        level = f"{record.levelname:<8}"
        if self._coloured and record.levelname in _COLOURS:
            level = f"\x1b[{_COLOURS[record.levelname]}m{level}\x1b[0m"
        parts = [self.formatTime(record), level, f"[{record.process}]", self._clean(record.name), *self._call()]
        return f"{' '.join(parts)}: {self._clean(self._text(record))}"

    def _text(self, record: logging.LogRecord) -> str:
        parts = [record.getMessage()]
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(record.stack_info)
        return "\n".join(part.rstrip("\n") for part in parts)

    def _clean(self, text: str) -> str:
        """No secrets, no control characters, and no line that could pass for one of ours."""
        if self._hidden is not None:
            text = self._hidden.sub(REDACTED, text)
        hide = getattr(getattr(current_call(), "application", None), "hide", None)
        if hide is not None:
            text = hide(text)
        text = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
        return text.replace("\n", "\n    ")

    def _call(self) -> list[str]:
        call = current_call()
        if call is None:
            return []
        request_id, user = call.known_request_id, user_id(call.identity)
        parts = [f"request={self._clean(request_id[:8] if self._short_ids else request_id)}"] if request_id else []
        return [*parts, f"user={self._clean(user)}"] if user else parts


def user_id(identity: Any) -> str | None:
    """The user's id in an identity: its ``user_id`` or ``sub``, as attribute or key."""
    for name in ("user_id", "sub"):
        found = identity.get(name) if isinstance(identity, Mapping) else getattr(identity, name, None)
        if isinstance(found, str | int) and found != "":
            return str(found)
    return None


def _handler() -> LineHandler | None:
    return next((each for each in logging.getLogger().handlers if isinstance(each, LineHandler)), None)
