"""The access log: a line for each request, written when its reply has been made."""

from __future__ import annotations

import logging
from time import time
from typing import Any

from pymacaron_core.exchange import Exchange
from pymacaron_core.line_handler import LineHandler
from pymacaron_core.lines import REQUESTS, record_of, user_id
from pymacaron_core.redaction import Redaction

_log = logging.getLogger(REQUESTS)
_above = logging.getLogger(REQUESTS.partition(".")[0])
_root = logging.getLogger()


class AccessLog:
    """Tells the requests of one application. What ``redaction`` hides is in no line."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction

    def tell(self, exchange: Exchange, environ: dict[str, Any]) -> None:
        """Write the line of a request that is over."""
        try:
            if not _log.isEnabledFor(logging.INFO):
                return
            context = exchange.context
            if context is not None and context.identity is not None:
                exchange.user = user_id(context.identity)
            if self._redaction.may_find(environ):
                hidden = self._redaction.found(environ, exchange.texts())
                if hidden:
                    exchange.hide(lambda text: self._redaction.text(text, hidden))
            handlers = _root.handlers
            if len(handlers) == 1 and type(handlers[0]) is LineHandler and _is_open(handlers[0]):
                handlers[0].write(exchange)
            else:
                exchange.moment = time()
                _log.handle(record_of(exchange))
        except Exception:  # an identity whose name fails, say: that is no reason to fail the request
            _log.exception("the line of a request cannot be written")


def _is_open(handler: LineHandler) -> bool:
    """Whether lines of requests come to a handler of the root alone, and to no other, with nothing before it.

    It writes them without a record then, which would take longer to make and to hand on than the line.
    """
    return (
        not (handler.filters or _log.handlers or _log.filters or _above.handlers)
        and _log.propagate
        and _above.propagate
        and handler.level <= logging.INFO
    )
