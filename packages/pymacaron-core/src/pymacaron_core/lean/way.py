"""The lean way itself: a WSGI callable before Flask's own, which serves generated routes and hands on all else.

What is registered runs in Flask's order, by Flask's own code where that is not a plain call; what is not is not looked
for. The application is looked at once, at the first request, and again when rules or attributes were added.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from types import FunctionType
from typing import Any

import flask
from flask import signals
from flask.globals import _cv_app, _cv_request
from werkzeug.exceptions import HTTPException

from pymacaron_core.answers import Answer
from pymacaron_core.context import enter, leave
from pymacaron_core.lean.contexts import LeanAppContext, LeanContext
from pymacaron_core.lean.fitness import unfit
from pymacaron_core.lean.receiving import WsgiContext, lean_call
from pymacaron_core.lean.routes import LeanRoute, Tree, tree_of
from pymacaron_core.routing import SERVED, flask_response

log = logging.getLogger(__name__)

MOST_HOSTS = 1_000
"""How many names of hosts are known to be good; a caller can send any."""
STATUS = {status.value: f"{status.value} {status.phrase.upper()}" for status in HTTPStatus}
_BODILESS = frozenset((204, 304))
_UNTOUCHED = 8
"""How many things a request context holds of which nobody has asked for anything."""

StartResponse = Callable[..., Any]
Environ = dict[str, Any]
Hook = Callable[..., Any]


class LeanWay:
    """The way through one application. ``enters`` and ``leaves`` are the hooks of it that this does by itself."""

    def __init__(self, app: flask.Flask, application: Any, enters: Hook, leaves: Hook) -> None:
        self.app = app
        self.application = application
        self.parts = vars(app)
        self.known = 0
        self.enters, self.leaves = enters, leaves
        self.tree: Tree | None = None
        self.is_off = False
        self.hosts: set[str | None] = set()
        self.settling = threading.Lock()

    def flask(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Flask's own way."""
        return type(self.app).wsgi_app(self.app, environ, start_response)

    def settle(self) -> Tree | None:
        """The tree of what is there now; None where Flask serves alone, which is logged once."""
        with self.settling:
            if self.is_off:
                return None
            self.known = len(self.parts)
            why = unfit(self.app)
            if why is not None:
                self.is_off = True
                log.info("requests take Flask's whole way: %s", why)
                return None
            self.app.url_map.update()
            self.tree = tree_of(self.app.url_map.iter_rules(), self.app.extensions.get(SERVED, {}))
            return self.tree

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        tree, app = self.tree, self.app
        if tree is None or app.url_map._remap or len(self.parts) != self.known:
            tree = None if self.is_off else self.settle()
            if tree is None:
                return self.flask(environ, start_response)
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        values: list[str] = []
        at_path = tree.static.get(path)
        if at_path is not None:
            route = at_path.get(method)
        else:
            found = tree.found(path, method)
            route, values = found if found is not None else (None, values)
        if (
            route is None
            or app.view_functions.get(route.endpoint) is not route.served.view
            or "HTTP_UPGRADE" in environ
            or "werkzeug.debug.preserve_context" in environ
            or _cv_app.get(None) is not None
            or app.config["TRUSTED_HOSTS"] is not None
            or not (path.isascii() and (environ.get("HTTP_HOST") in self.hosts or self.is_good(environ)))
        ):
            return self.flask(environ, start_response)
        return self.serve(route, values, environ, start_response)

    def is_good(self, environ: Environ) -> bool:
        """Whether Flask takes a request of this host; what it has taken once it takes again."""
        try:
            self.app.create_url_adapter(self.app.request_class(dict(environ)))
        except HTTPException:
            return False
        if len(self.hosts) >= MOST_HOSTS:
            self.hosts.clear()
        self.hosts.add(environ.get("HTTP_HOST"))
        return True

    def serve(
        self, route: LeanRoute, texts: list[str], environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """A reply to a request of a route, in contexts of its own, as ``Flask.wsgi_app``."""
        app, served = self.app, route.served
        outer = LeanAppContext(app)
        inner = LeanContext(app, environ, route.rule, dict(zip(served.names, texts, strict=True)), outer)
        context = WsgiContext(self.application, environ["PATH_INFO"], environ, None)
        environ["werkzeug.request"] = flask.request  # whoever looks there has one made
        outer.token = _cv_app.set(outer)
        if signals.appcontext_pushed.receivers:
            signals.appcontext_pushed.send(app, _async_wrapper=app.ensure_sync)
        inner.token = _cv_request.set(inner)
        error: BaseException | None = None
        try:
            try:
                if self.is_quiet(environ):
                    context.token = enter(context)
                    context.operation_id = served.operation_id
                    app._got_first_request = True
                    values = dict(zip(route.names, texts, strict=True)) if texts else {}
                    try:
                        replied: Any = served.serve(lean_call(inner, values, context, served.limit))
                        if type(replied) is Answer:
                            if (
                                type(replied.body) is bytes
                                and not replied.headers
                                and replied.status not in _BODILESS
                                and app.response_class is flask.Response
                                and len(inner.__dict__) == _UNTOUCHED
                                and not (app.after_request_funcs or signals.request_finished.receivers)
                            ):
                                return written(replied, start_response)
                            replied = flask_response(app, replied)
                    except Exception as raised:
                        replied = app.handle_user_exception(raised)
                    response = app.finalize_request(replied)
                else:
                    response = self.dispatched(route, inner, context)
            except Exception as raised:
                error = raised
                response = app.handle_exception(raised)
            except BaseException as raised:
                error = raised
                raise
            return response(environ, start_response)
        finally:
            self.ended(outer, inner, context, error)

    def is_quiet(self, environ: Environ) -> bool:
        """Whether nobody wants to know of this request: no hook, no listener of a signal, no session to be kept."""
        app = self.app
        before, gone = app.before_request_funcs.get(None), app.teardown_request_funcs.get(None)
        return not (
            app.after_request_funcs
            or app.teardown_appcontext_funcs
            or app.url_value_preprocessors
            or (before is not None and (len(before) != 1 or before[0] is not self.enters))
            or (gone is not None and (len(gone) != 1 or gone[0] is not self.leaves))
            or signals.appcontext_pushed.receivers
            or signals.request_started.receivers
            or signals.request_finished.receivers
            or signals.request_tearing_down.receivers
            or signals.appcontext_tearing_down.receivers
            or signals.appcontext_popped.receivers
            or ("HTTP_COOKIE" in environ and app.secret_key)
        )

    def dispatched(self, route: LeanRoute, inner: LeanContext, context: WsgiContext) -> Any:
        """The reply with all that is registered around it, as ``Flask.full_dispatch_request`` makes it."""
        app = self.app
        if "HTTP_COOKIE" in inner.environ and app.secret_key:
            _ = inner._session
        app._got_first_request = True
        try:
            if signals.request_started.receivers:
                signals.request_started.send(app, _async_wrapper=app.ensure_sync)
            replied = self.preprocessed(inner, context)
            if replied is None:
                replied = self.replied(route, inner, context)
        except Exception as raised:
            replied = app.handle_user_exception(raised)
        return self.finished(app.make_response(replied), inner)

    def preprocessed(self, inner: LeanContext, context: WsgiContext) -> Any:
        """What a hook answers in place of the operation, as ``Flask.preprocess_request``."""
        app = self.app
        for url_function in app.url_value_preprocessors.get(None, ()):
            url_function(inner.rule.endpoint, inner.values)
        for function in app.before_request_funcs.get(None, ()):
            if function is self.enters:
                context.token = enter(context)
                continue
            replied = (app.ensure_sync(function) if is_async(function) else function)()
            if replied is not None:
                return replied
        return None

    def replied(self, route: LeanRoute, inner: LeanContext, context: WsgiContext) -> Any:
        """What the operation answers; Flask finds who answers where a hook has changed that."""
        app, served, values = self.app, route.served, inner.values
        if "request" in inner.__dict__:
            request = inner.request
            if request.url_rule is not inner.rule or request.routing_exception is not None:
                return app.dispatch_request()
            values = request.view_args or {}
        if context.token is None or app.view_functions.get(route.endpoint) is not served.view:
            return app.dispatch_request()
        context.operation_id = served.operation_id
        given = {served.names[name]: value for name, value in values.items()}
        replied = served.serve(lean_call(inner, given, context, served.limit))
        return flask_response(app, replied) if isinstance(replied, Answer) else replied

    def finished(self, response: Any, inner: LeanContext) -> Any:
        """The reply after the hooks that may change it, as ``Flask.process_response``."""
        app, touched = self.app, inner.__dict__
        for function in touched.get("_after_request_functions", ()):
            response = (app.ensure_sync(function) if is_async(function) else function)(response)
        for function in reversed(app.after_request_funcs.get(None, ())):
            response = (app.ensure_sync(function) if is_async(function) else function)(response)
        if "_session" in touched and not app.session_interface.is_null_session(inner._session):
            app.session_interface.save_session(app, inner._session, response)
        if signals.request_finished.receivers:
            signals.request_finished.send(app, _async_wrapper=app.ensure_sync, response=response)
        return response

    def ended(
        self, outer: LeanAppContext, inner: LeanContext, context: WsgiContext, error: BaseException | None
    ) -> None:
        """Leave the contexts, and tell those who want to know, as ``RequestContext.pop``."""
        app = self.app
        if error is not None and app.should_ignore_error(error):
            error = None
        if "_cv_tokens" in inner.__dict__ or "_cv_tokens" in outer.__dict__:
            self.left(context)
            inner.pop(error)  # somebody keeps it, or has entered it again
            return
        try:
            for function in reversed(app.teardown_request_funcs.get(None, ())):
                if function is self.leaves:
                    self.left(context)
                else:
                    (app.ensure_sync(function) if is_async(function) else function)(error)
            if signals.request_tearing_down.receivers:
                signals.request_tearing_down.send(app, _async_wrapper=app.ensure_sync, exc=error)
            if "request" in inner.__dict__:
                inner.request.close()
        finally:
            _cv_request.reset(inner.token)
            inner.token = None
            environ = inner.request.environ if "request" in inner.__dict__ else inner.environ
            environ["werkzeug.request"] = None
            try:
                if app.teardown_appcontext_funcs or signals.appcontext_tearing_down.receivers:
                    app.do_teardown_appcontext(error)
            finally:
                _cv_app.reset(outer.token)
                outer.token = None
            if signals.appcontext_popped.receivers:
                signals.appcontext_popped.send(app, _async_wrapper=app.ensure_sync)

    @staticmethod
    def left(context: WsgiContext) -> None:
        """Make the call before this one the current one again."""
        if context.token is not None:
            leave(context.token)
            context.token = None


def written(answer: Answer, start_response: StartResponse) -> tuple[bytes]:
    """A reply that nobody else wants to see, sent."""
    body: Any = answer.body
    length = ("Content-Length", str(len(body)))
    headers = [length] if answer.content_type is None else [("Content-Type", answer.content_type), length]
    start_response(STATUS.get(answer.status) or f"{answer.status} UNKNOWN", headers)
    return (body,)


def is_async(function: Hook) -> bool:
    """Whether a hook is a coroutine function, which Flask has run to its end. Nothing is kept of those that come by."""
    if type(function) is FunctionType and not function.__dict__:
        return bool(function.__code__.co_flags & inspect.CO_COROUTINE)
    return inspect.iscoroutinefunction(function)
