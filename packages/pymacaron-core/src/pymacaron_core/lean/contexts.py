"""Flask's two contexts, whose parts are made when somebody asks for them.

They are Flask's own classes with nothing done at the start: what is asked for later, ``flask.request``, ``g``,
``session``, is made as Flask would have made it, and is the same from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, Generic, TypeVar, overload

from flask import Flask
from flask.ctx import AppContext, RequestContext
from flask.wrappers import Request
from werkzeug.routing import Rule

Value = TypeVar("Value")


class late(Generic[Value]):
    """A property that is made when first asked for, and kept: ``cached_property`` without its bookkeeping."""

    def __init__(self, make: Callable[[Any], Value]) -> None:
        self.make, self.name, self.__doc__ = make, make.__name__, make.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> late[Value]: ...

    @overload
    def __get__(self, owner: object, kind: type) -> Value: ...

    def __get__(self, owner: Any, kind: type) -> Any:
        if owner is None:
            return self
        value = owner.__dict__[self.name] = self.make(owner)
        return value


class LeanAppContext(AppContext):
    """An application context. It stands as if it had been pushed once, by ``token``; None once it was popped."""

    token: Any

    def __init__(self, app: Flask) -> None:
        self.app = app

    @late
    def url_adapter(self) -> Any:
        return self.app.create_url_adapter(None)

    @late
    def g(self) -> Any:
        return self.app.app_ctx_globals_class()

    @late
    def _cv_tokens(self) -> Any:
        return [] if self.token is None else [self.token]


class LeanContext(RequestContext):
    """A request context. It stands as if it had been pushed once, by ``token``, together with ``app_context``.

    ``body`` is what was read of the body before somebody asked for the request, ``limit`` how many bytes it may have.
    """

    flashes = None
    token: Any

    def __init__(self, app: Flask, environ: dict[str, Any], rule: Rule, values: dict[str, str], outer: Any) -> None:
        self.app = app
        self.environ = environ
        self.rule = rule
        self.values = values
        self.app_context = outer
        self.body: bytes | None = None
        self.limit: int | None = None

    @late
    def request(self) -> Request:
        """The request, matched; a body that was read already is in it, as if the request had read it."""
        request = self.app.request_class(self.environ)
        request.json_module = self.app.json
        request.url_rule = self.rule
        request.view_args = self.values
        if self.limit is not None:
            request.max_content_length = self.limit + 1
        if self.body is not None:
            request._cached_data = self.body  # as where the request has read it
            request.stream = BytesIO()
        return request

    @late
    def url_adapter(self) -> Any:
        return self.app.create_url_adapter(self.request)

    @late
    def _after_request_functions(self) -> Any:
        return []

    @late
    def _session(self) -> Any:
        interface = self.app.session_interface
        session = interface.open_session(self.app, self.request)
        return interface.make_null_session(self.app) if session is None else session

    @late
    def _cv_tokens(self) -> Any:
        return [] if self.token is None else [(self.token, self.app_context)]

    def copy(self) -> RequestContext:
        """Flask's own context of the same request, for another thread."""
        return RequestContext(self.app, environ=self.environ, request=self.request, session=self._session)
