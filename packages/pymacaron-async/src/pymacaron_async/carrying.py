"""What of a call travels to its tasks: url, method, request id, trace parent, and the caller's identity, sealed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pymacaron_core.application import Application
from pymacaron_core.context import CapturedContext, capture
from pymacaron_core.errors import PyMacaronError

from pymacaron_async.errors import MessageRefused

log = logging.getLogger(__name__)

_NAMES = ("url", "method", "request_id", "trace_parent")


class Carrying:
    """Packs the current call for a task, and unpacks it in the worker. The token of the caller never travels."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._warned = False

    def packed(self, call: str) -> dict[str, Any] | None:
        """The current call as JSON, None outside of one. The url goes without its query, where tokens may stand.

        The identity is sealed for ``call``, which names the task's call and its arguments.
        """
        captured = capture()
        if captured is None:
            return None
        told: dict[str, Any] = {name: getattr(captured, name) for name in _NAMES}
        told["url"] = captured.url.partition("?")[0]
        if captured.identity is not None:
            told["identity"] = self._sealed(captured.identity, call)
        return told

    def _sealed(self, identity: Any, call: str) -> str | None:
        carrier = self._application.identity_carrier
        if carrier is not None:
            return carrier.seal(identity, call)
        if not self._warned:
            self._warned = True
            log.warning("tasks run as nobody: no package carries identities to them; pymacaron-auth does")
        return None

    def unpacked(self, told: Mapping[str, Any] | None, call: str) -> CapturedContext | None:
        """The call that ``packed`` told of. Raises ``MessageRefused`` when its identity does not open."""
        if told is None:
            return None
        url, method, request_id, trace_parent = (told.get(name) for name in _NAMES)
        if not all(isinstance(each, str) for each in (url, method, request_id)):
            raise MessageRefused("the message lacks part of its context")
        identity = self._opened(told.get("identity"), call)
        trace_parent = trace_parent if isinstance(trace_parent, str) else None
        return CapturedContext(str(url), str(method), str(request_id), trace_parent, identity)

    def _opened(self, sealed: Any, call: str) -> Any:
        if sealed is None:
            return None
        carrier = self._application.identity_carrier
        if carrier is None:
            raise MessageRefused("the message carries a sealed identity, and nothing here opens it: add pymacaron-auth")
        try:
            return carrier.open(sealed, call)
        except PyMacaronError as error:
            raise MessageRefused(f"the identity in the message does not open: {error}") from error
