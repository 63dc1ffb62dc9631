"""The access log: a line for each request, written when its reply has been made."""

from __future__ import annotations

import logging
from time import time
from typing import Any

from pymacaron_core.context import SAFE_REQUEST_ID, new_request_id
from pymacaron_core.exchange import Exchange
from pymacaron_core.line_handler import LineHandler
from pymacaron_core.lines import REQUESTS, record_of, user_id
from pymacaron_core.redaction import Redaction

_log = logging.getLogger(REQUESTS)
_above = logging.getLogger(REQUESTS.partition(".")[0])
_root = logging.getLogger()
_ID = "HTTP_X_REQUEST_ID"


class AccessLog:
    """Tells the requests of one application. What ``redaction`` hides is in no line."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction

    def identify(self, environ: dict[str, Any]) -> str:
        """The id of a request, which it has from now on: its caller's where that is a safe one, else a new one."""
        known: str | None = environ.get(_ID)
        if known is None or not SAFE_REQUEST_ID.match(known):
            known = environ[_ID] = new_request_id()
        return known

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
            handler = _only_handler()
            if handler is not None:
                handler.write(exchange)
            else:
                exchange.moment = time()
                _log.handle(record_of(exchange))
        except Exception:  # an identity whose name fails, say: that is no reason to fail the request
            _log.exception("the line of a request cannot be written")


def _only_handler() -> LineHandler | None:
    """Our handler, where it is the only one that the lines of requests come to, and nothing stands before it.

    It writes them without a record then, which would take longer to make and to hand on than the line.
    """
    handlers = _root.handlers
    if len(handlers) != 1 or type(handlers[0]) is not LineHandler or handlers[0].filters:
        return None
    is_open = _log.propagate and _above.propagate and not (_log.handlers or _log.filters or _above.handlers)
    return handlers[0] if is_open and handlers[0].level <= logging.INFO else None
