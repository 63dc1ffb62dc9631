"""The call context: who calls what, readable from anywhere below an endpoint or a task.

One ``ContextVar`` holds a :class:`CallContext`. Auth writes the identity, async carries it, logs and reports read it.
"""

from __future__ import annotations

import copy
import os
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Any

SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}\Z")


class CallContext:
    """One call: its application, url, method, request id, trace parent (W3C) and the caller's identity.

    ``header`` reads a header of the request; the request id comes from ``X-Request-ID``, or is made when asked for.
    """

    started: float
    """What ``time.perf_counter()`` said when the call came; only there where calls are timed."""
    conditions_checked: bool
    """There, and true, where the function has asked for the conditions of the request."""

    __slots__ = (
        *("_header", "_request_id", "application", "conditions_checked", "identity", "method", "operation_id"),
        *("started", "url"),
    )

    def __init__(
        self,
        application: Any = None,
        url: str = "",
        method: str = "",
        *,
        request_id: str | None = None,
        identity: Any = None,
        operation_id: str | None = None,
        header: Callable[[str], str | None] | None = None,
    ) -> None:
        self.application = application
        self.url = url
        self.method = method
        self.identity = identity
        self.operation_id = operation_id
        self._request_id = request_id
        self._header = header

    @property
    def request_id(self) -> str:
        if self._request_id is None:
            self._request_id = self.known_request_id or new_request_id()
        return self._request_id

    @property
    def known_request_id(self) -> str | None:
        """The request id that the caller gave, or that somebody asked for already; asking here makes none."""
        if self._request_id is None:
            given = self.header("X-Request-ID")
            return given if given and SAFE_REQUEST_ID.match(given) else None
        return self._request_id

    @property
    def trace_parent(self) -> str | None:
        return self.header("traceparent")

    def header(self, name: str) -> str | None:
        """A header of the request, by its name in any case; None where it is absent, and outside of a request."""
        return self._header(name) if self._header else None

    def acting_as(self, identity: Any) -> CallContext:
        """The same call under another identity, for :func:`entered`; this one keeps its own."""
        _ = self.request_id  # one call has one, whoever asks first
        other = copy.copy(self)
        other.identity = identity
        return other


@dataclass(frozen=True, slots=True)
class CapturedContext:
    """What of a call travels elsewhere: plain values, except ``identity``, which an ``IdentityCarrier`` seals."""

    url: str
    method: str
    request_id: str
    trace_parent: str | None
    identity: Any


_current: ContextVar[CallContext | None] = ContextVar("pymacaron_call", default=None)
NO_CALL = CallContext()
"""Entered where a call is not to be found though it is being served."""
entered_call: Callable[[], CallContext | None] = _current.get
"""The call that was entered, and not found otherwise."""
FINDERS: list[Callable[[], CallContext | None]] = []
"""What else knows of a call that is being served; asked in this order where nobody has entered one."""


IDS_AT_ONCE = 64
"""So many request ids are made together, which takes a fifth of the time."""

_chance = random.Random()
"""Our own: where a service seeds Python's, as those who learn from data do, each process would make the same ids."""
_ids: list[str] = []
"""Those that are made, and nobody has."""


def new_request_id() -> str:
    """A fresh request id: 32 hexadecimal digits by chance, which nobody else has. It is no secret."""
    try:
        return _ids.pop()
    except IndexError:
        digits = _chance.randbytes(16 * IDS_AT_ONCE).hex()
        made = [digits[at : at + 32] for at in range(0, len(digits), 32)]
        first = made.pop()
        _ids.extend(made)
        return first


def _begin_anew() -> None:
    """Have a child process make other ids than its parent."""
    _ids.clear()
    _chance.seed()


os.register_at_fork(after_in_child=_begin_anew)


def current_call() -> CallContext | None:
    """The call being served, or None outside of one."""
    call = _current.get()
    if call is None and FINDERS:
        call = next((found for finder in FINDERS if (found := finder()) is not None), None)
    return None if call is NO_CALL else call


def capture() -> CapturedContext | None:
    """The current call as a value to carry to another thread, process or machine; None outside of a call."""
    call = current_call()
    if call is None:
        return None
    return CapturedContext(call.url, call.method, call.request_id, call.trace_parent, call.identity)


@contextmanager
def restore(captured: CapturedContext | None, application: Any = None) -> Iterator[CallContext]:
    """Make a captured call the current one within a ``with`` block."""
    call = CallContext(application)
    if captured is not None:
        trace_parent = captured.trace_parent
        call = CallContext(
            application,
            captured.url,
            captured.method,
            request_id=captured.request_id,
            identity=captured.identity,
            header=lambda name: trace_parent if name == "traceparent" else None,
        )
    with entered(call):
        yield call


@contextmanager
def entered(call: CallContext) -> Iterator[CallContext]:
    """Make ``call`` the current one within a ``with`` block."""
    token = enter(call)
    try:
        yield call
    finally:
        leave(token)


def enter(call: CallContext) -> Token[CallContext | None]:
    """Make ``call`` the current one until ``leave`` is called with the token given back."""
    return _current.set(call)


def leave(token: Token[CallContext | None]) -> None:
    """Make the call before ``enter`` the current one again."""
    _current.reset(token)
