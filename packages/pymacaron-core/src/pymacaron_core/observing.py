"""Requests observed: a WSGI callable around an application, which tells of each request when its reply was made.

It is there only where the configuration asks for it. Whatever answers, an operation, a hand-written route, a hook or
Flask's own 404, and whichever way the request takes, it is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import flask

from pymacaron_core.access_log import AccessLog
from pymacaron_core.context import SAFE_REQUEST_ID, CallContext, new_request_id
from pymacaron_core.exchange import EXCHANGE, Exchange, Named
from pymacaron_core.lean.responses import Whole
from pymacaron_core.metrics import Counting
from pymacaron_core.routing import NAMED

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]
ID = "HTTP_X_REQUEST_ID"
_AT_ONCE = frozenset((Whole, list, tuple))
"""Bodies that are there as a whole, and have nothing to be closed."""


class Observed:
    """A WSGI application whose requests are told: to ``log`` those that are to have a line, to ``counting`` those that
    are to be counted."""

    def __init__(self, application: Wsgi, log: AccessLog | None, counting: Counting | None) -> None:
        self.application = application
        self.log, self.counting = log, counting

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        log, counting, request_id = self.log, self.counting, None
        if log is not None:
            request_id = environ.get(ID)
            if request_id is None or not SAFE_REQUEST_ID.match(request_id):
                request_id = environ[ID] = new_request_id()
        exchange = environ[EXCHANGE] = Exchange(environ, start_response, request_id)
        if counting is not None:
            counting.begin()
        try:
            items: Any = self.application(environ, exchange.start)
        except BaseException:
            exchange.line = "500"
            self.end(exchange, environ, 0)
            raise
        if type(items) in _AT_ONCE:
            self.end(exchange, environ, len(items[0]) if len(items) == 1 else sum(map(len, items)))
            return items  # type: ignore[no-any-return]
        return Leaving(items, lambda size: self.end(exchange, environ, size))

    def end(self, exchange: Exchange, environ: Environ, size: int) -> None:
        """Tell of a request that is over, with a reply of so many bytes."""
        exchange.end(size)
        if self.counting is not None:
            self.counting.tell(exchange)
        if self.log is not None:
            self.log.tell(exchange, environ)
        exchange.context = None  # it knows the environment, and that the exchange
        del exchange.start_response  # so does it, and a line waits for others


class Leaving(Iterator[bytes]):
    """The items of a reply on their way; ``then`` is told how many bytes they were, once they are gone or closed."""

    def __init__(self, items: Iterable[bytes], then: Callable[[int], None]) -> None:
        self._items, self._next = items, iter(items).__next__
        self._then: Callable[[int], None] | None = then
        self._size = 0

    def __next__(self) -> bytes:
        try:
            item = self._next()
        except StopIteration:
            self._tell()
            raise
        self._size += len(item)
        return item

    def close(self) -> None:
        """Close the reply, as a server does whether it was sent or not (PEP 3333)."""
        try:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()
        finally:
            self._tell()

    def _tell(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(self._size)


def know(call: CallContext, app: flask.Flask) -> None:
    """Have it known which call, and which operation, the request that Flask serves now is for."""
    request = flask.request
    exchange: Exchange | None = request.environ.get(EXCHANGE)
    if exchange is None:
        return
    exchange.context = call
    known: Mapping[str, Named] = app.extensions.get(NAMED, {})
    named = known.get(request.endpoint or "")
    if named is not None and request.method in (named.method, "HEAD"):
        exchange.named = named
