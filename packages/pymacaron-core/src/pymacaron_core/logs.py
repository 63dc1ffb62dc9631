"""Log lines that carry time, level, process, module, request id and user, and no secret: as text, or as JSON.

Nothing here touches anybody's logging until :func:`configure` is called, which ``run`` and ``serve`` do.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import TextIO

from pymacaron_core.config import Config, level_number
from pymacaron_core.line_handler import LineHandler
from pymacaron_core.lines import JsonFormatter, LineFormatter, Lines, user_id

__all__ = ["configure", "is_json", "pymlogger", "set_level", "user_id", "wants_colour"]

OURS = ("pymacaron", "pymacaron_core")


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


def _handler() -> LineHandler | None:
    return next((each for each in logging.getLogger().handlers if isinstance(each, LineHandler)), None)
