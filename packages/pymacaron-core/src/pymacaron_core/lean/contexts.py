"""Flask's two contexts, whose parts are made when somebody asks for them, and the call context beside them.

They are Flask's own classes with nothing done at the start: what is asked for later, ``flask.request``, ``g``,
``session``, is made as Flask would have made it, and is the same from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import Token
from io import BytesIO
from typing import IO, Any, Generic, TypeVar, overload

from flask import Flask
from flask.ctx import AppContext, RequestContext
from flask.globals import _cv_request
from flask.wrappers import Request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from pymacaron_core.call import LEFT, Call, Form, told
from pymacaron_core.context import FINDERS, NO_CALL, CallContext, enter, leave
from pymacaron_core.errors import RequestTimeout
from pymacaron_core.exchange import EXCHANGE
from pymacaron_core.lean.routes import LeanRoute
from pymacaron_core.receiving import FlaskSource, from_flask

Value = TypeVar("Value")

SESSION = "_session" if "session" in vars(RequestContext) else "session"
"""Under this name a request context keeps its session; Flask before 3.1.3 has no other for it."""


class late(Generic[Value]):
    """A property that is made when first asked for, and kept: ``cached_property`` without its bookkeeping."""

    def __init__(self, make: Callable[[Any], Value], name: str | None = None) -> None:
        self.make, self.name, self.__doc__ = make, name or make.__name__, make.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> late[Value]: ...

    @overload
    def __get__(self, owner: object, kind: type) -> Value: ...

    def __get__(self, owner: Any, kind: type) -> Any:
        if owner is None:
            return self
        value = owner.__dict__[self.name] = self.make(owner)
        owner.is_touched = True
        return value


class LeanAppContext(AppContext):
    """An application context. It stands as if it had been pushed once, by ``token``; None once it was popped."""

    token: Any
    is_touched: bool
    is_held: bool
    """Whether somebody has entered it again, or looked how often it was."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.is_held = False  # what an instance has itself is found faster

    @late
    def url_adapter(self) -> Any:
        return self.app.create_url_adapter(None)

    @late
    def g(self) -> Any:
        return self.app.app_ctx_globals_class()

    @late
    def _cv_tokens(self) -> Any:
        self.is_held = True
        return [] if self.token is None else [self.token]


class LeanContext(RequestContext, Call):
    """A request context, which is also the call, whose context is made when it is asked for.

    It stands as if it had been pushed once, by ``token``, together with ``app_context``. ``values`` are the request's
    ``view_args``.
    """

    environ: dict[str, Any]
    flashes = None
    taken: bytes | None = None
    """What was read of the body, be it too much or too little."""
    is_touched: bool
    absent: Token[CallContext | None] | None = None
    runs = True
    """Whether the operation was reached; until then a call does not tell which one it is."""
    token: Any

    def __init__(
        self, app: Flask, environ: dict[str, Any], route: LeanRoute, views: Mapping[str, str], outer: Any
    ) -> None:
        self.app = app
        self.environ = environ
        self.route = route
        self.values = self.path_values = views
        self.app_context = outer
        self.limit: int | None = None
        self._body = None
        self.called = None
        self.is_touched = False

    def call(self, values: Mapping[str, str]) -> Call:
        """The call of this request; where somebody has read its body already, one beside the request."""
        limit, most = self.route.served.limit, self.app.config["MAX_CONTENT_LENGTH"]
        if self.is_touched and "request" in self.__dict__:
            request = self.request
            if not self.is_unread(request):
                return from_flask(request, values, call_context(self), limit)
            if request._max_content_length is not None:
                most = request._max_content_length
            if most is not None and (limit is None or most < limit):
                limit = most
            if limit is not None:
                request._max_content_length = limit + 1
        elif most is not None and (limit is None or most < limit):
            limit = most
        self.limit = limit
        self.path_values = values
        return self

    @property
    def context(self) -> CallContext:  # type: ignore[override]
        """The call context."""
        return call_context(self)

    @property
    def source(self) -> LeanSource:  # type: ignore[override]
        """Where the body comes from."""
        return LeanSource(self)

    def body(self) -> bytes:
        """The body, read without a detour where it tells its length."""
        if self._body is not None or self.is_touched:
            return super().body()
        environ, text = self.environ, self.environ.get("CONTENT_LENGTH")
        if not text or len(text) > 9 or not text.isdecimal() or "HTTP_TRANSFER_ENCODING" in environ:
            return super().body()
        length, limit = int(text), self.limit
        if limit is not None and length > limit:
            return super().body()
        try:
            body = _read(environ, length, limit)
        except (OSError, ValueError):
            raise RequestTimeout(LEFT) from None
        except Exception as error:
            raise told(error) from None
        self._length, self.taken = length, body
        self._body = body if len(body) == length else self.whole(body)
        return self._body

    @late
    def request(self) -> Request:
        """The request, matched; a body that was read already is in it, as if the request had read it."""
        request = self.app.request_class(self.environ)
        request.json_module = self.app.json
        request.url_rule = self.route.rule
        request.view_args = dict(self.values)
        if self.limit is not None:
            request.max_content_length = self.limit + 1
        body = self.taken if self._body is None else self._body
        if body is not None:
            _give(request, body)
        return request

    @late
    def url_adapter(self) -> Any:
        return self.app.create_url_adapter(self.request)

    @late
    def _after_request_functions(self) -> Any:
        return []

    @late
    def _cv_tokens(self) -> Any:
        return [] if self.token is None else [(self.token, self.app_context)]

    def hide(self) -> None:
        """Have the call of this request not be found: it has not begun yet, or is over."""
        if self.absent is None:
            self.absent = enter(NO_CALL)

    def show(self) -> None:
        """Have the call of this request found again, where it was hidden."""
        if self.absent is not None:
            leave(self.absent)
            self.absent = None

    def pop(self, *given: Any) -> None:
        """Leave it as Flask does, where somebody has entered it again."""
        try:
            super().pop(*given)
        finally:
            if not self._cv_tokens:
                self.show()

    def copy(self) -> RequestContext:
        """Flask's own context of the same request, for another thread."""
        return RequestContext(self.app, environ=self.environ, request=self.request, session=opened(self))

    def is_unread(self, request: Request) -> bool:
        """Whether nobody has read of the request's body, or prepared to."""
        return request.environ is self.environ and not request.shallow and _READ.isdisjoint(request.__dict__)


class LeanSource:
    """The body of a request by the shortest way, beside the request where somebody has asked for that already."""

    __slots__ = ("inner",)

    def __init__(self, inner: LeanContext) -> None:
        self.inner = inner

    def read(self, call: Call) -> bytes:
        """The whole body; from the request where somebody has asked for that already."""
        inner = self.inner
        request = inner.request if inner.is_touched and "request" in inner.__dict__ else None
        if request is not None and not inner.is_unread(request):
            return FlaskSource(request).read(call)
        environ = inner.environ
        length = call.content_length
        if length is None:
            most = None if call.limit is None else call.limit + 1
            body: bytes = get_input_stream(environ, max_content_length=most).read()
        else:
            try:
                body = _read(environ, length, call.limit)
            except (OSError, ValueError):
                raise ClientDisconnected from None
        inner.taken = body
        if request is not None:
            _give(request, body)
        return body

    def read_form(self, call: Call) -> Form:
        """The fields and files, by the request."""
        return FlaskSource(self.inner.request).read_form(call)

    def stream(self, call: Call) -> IO[bytes]:
        """The body as it comes, by the request."""
        return FlaskSource(self.inner.request).stream(call)


_READ = frozenset(("_cached_data", "files", "form", "stream"))
"""What a request has once somebody reads its body."""


def _give(request: Request, body: bytes) -> None:
    """Have a request hold a body as if it had read it."""
    request._cached_data = body
    request.stream = BytesIO()


def _open_session(context: LeanContext) -> Any:
    interface = context.app.session_interface
    session = interface.open_session(context.app, context.request)
    return interface.make_null_session(context.app) if session is None else session


setattr(LeanContext, SESSION, late(_open_session, SESSION))


def opened(context: LeanContext) -> Any:
    """The session of a request, opened if it was not."""
    return getattr(context, SESSION)


def has_session(context: LeanContext) -> bool:
    """Whether the session was opened."""
    return SESSION in context.__dict__


def _read(environ: dict[str, Any], length: int, limit: int | None) -> bytes:
    """A body that tells its length; where the server ends it, and it has more bytes than that, all of it."""
    source, is_ended = environ["wsgi.input"], "wsgi.input_terminated" in environ
    body: bytes = source.read(length + 1 if is_ended else length)
    return body if len(body) == length else _rest(source, body, length, is_ended, limit)


def _rest(source: IO[bytes], body: bytes, length: int, is_ended: bool, limit: int | None) -> bytes:
    """A body that came in pieces, or has more bytes than it says."""
    pieces, most = [body], length
    if is_ended and len(body) > length:
        most = -1 if limit is None else limit + 1
    size = len(body)
    while most < 0 or size < most:
        piece = source.read(most - size if most >= 0 else -1)
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces) if len(pieces) > 1 else body


class WsgiContext(CallContext):
    """The call context of a request, its headers read from the environment."""

    __slots__ = ("environ",)

    def __init__(self, application: Any, url: str, environ: Mapping[str, Any], operation_id: str | None) -> None:
        super().__init__(application, url, environ["REQUEST_METHOD"], operation_id=operation_id)
        self.environ = environ

    def header(self, name: str) -> str | None:
        """A header of the request, by its name in any case; None where it is absent."""
        key = name.upper().replace("-", "_")
        found = self.environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}")
        return None if found is None else str(found)


def call_context(inner: LeanContext) -> CallContext:
    """The call context of a request, made when first asked for."""
    context = inner.called
    if context is None:
        environ = inner.environ
        application = inner.app.extensions["pymacaron"]
        operation_id = inner.route.served.operation_id if inner.runs else None
        context = inner.called = WsgiContext(application, environ["PATH_INFO"], environ, operation_id)
        if inner.started is not None:
            context.started = inner.started
        if EXCHANGE in environ:
            environ[EXCHANGE].context = context
    return context


def found_call() -> CallContext | None:
    """The call that is being served the lean way, also within other requests' contexts that a function has entered."""
    found: Any = _cv_request.get(None)
    while found is not None and type(found) is not LeanContext:
        tokens = found._cv_tokens
        outer = tokens[-1][0].old_value if tokens else Token.MISSING
        found = None if outer is Token.MISSING else outer
    if found is None or (found.token is None and found.__dict__.get("_cv_tokens")):
        return None  # or one that is over, and was entered again
    return call_context(found)


FINDERS.append(found_call)
