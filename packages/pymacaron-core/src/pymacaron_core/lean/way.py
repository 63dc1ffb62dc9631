"""The lean way itself: a WSGI callable before Flask's own, which serves generated routes and hands on all else.

What is registered runs in Flask's order, by Flask's own code where that is not a plain call; what is not is not looked
for. The application is looked at once, at the first request, and again when rules or attributes were added.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, MappingProxyType
from typing import Any

import flask
from flask import signals
from flask.globals import _cv_app, _cv_request
from werkzeug.exceptions import HTTPException

from pymacaron_core.answers import Answer
from pymacaron_core.context import entered_call
from pymacaron_core.exchange import EXCHANGE
from pymacaron_core.lean.contexts import SESSION, LeanAppContext, LeanContext, opened
from pymacaron_core.lean.fitness import unfit
from pymacaron_core.lean.responses import BODILESS, STATUS, Whole, line_of, response_of, sent
from pymacaron_core.lean.routes import NO_ROUTE, Tree, tree_of
from pymacaron_core.routing import SERVED

log = logging.getLogger(__name__)

MOST_HOSTS = 1_000
"""How many names of hosts are known to be good; a caller can send any."""
NOTHING: Mapping[str, str] = MappingProxyType({})
set_app, set_request = _cv_app.set, _cv_request.set
reset_app, reset_request = _cv_app.reset, _cv_request.reset

StartResponse = Callable[..., Any]
Environ = dict[str, Any]
Hook = Callable[..., Any]


class LeanWay:
    """The way through one application. ``enters`` and ``leaves`` are the hooks of it that this does by itself. Where it
    ``is_observed``, each environment has an exchange, whose ``start`` is what the reply is begun with."""

    def __init__(
        self, app: flask.Flask, application: Any, enters: Hook, leaves: Hook, is_observed: bool = False
    ) -> None:
        self.app = app
        self.application = application
        self.parts = vars(app)
        self.is_observed = is_observed
        self.known = 0
        self.is_plain = False
        self.enters, self.leaves = enters, leaves
        self.tree: Tree | None = None
        self.is_off = False
        self.hosts: set[str] = set()
        self.settling = threading.Lock()
        self.listeners = tuple(
            each.receivers
            for each in (
                *(signals.appcontext_pushed, signals.request_started, signals.request_finished),
                *(signals.request_tearing_down, signals.appcontext_tearing_down, signals.appcontext_popped),
            )
        )

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
            self.is_plain = self.app.response_class is flask.Response
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
        values = views = NOTHING
        at_path = tree.static.get(path)
        if at_path is not None:
            route = at_path.get(method)
        else:
            route, texts = tree.found(path, method) or NO_ROUTE
            if texts and route is not None:
                names = route.served.names
                values, views = dict(zip(route.names, texts, strict=True)), dict(zip(names, texts, strict=True))
        if (
            route is None
            or app.view_functions.get(route.endpoint) is not route.served.view
            or "HTTP_UPGRADE" in environ
            or "werkzeug.debug.preserve_context" in environ
            or _cv_app.get(None) is not None
            or entered_call() is not None
            or app.config["TRUSTED_HOSTS"] is not None
            or not (path.isascii() and (environ.get("HTTP_HOST") in self.hosts or self.is_good(environ)))
        ):
            return self.flask(environ, start_response)

        outer = LeanAppContext(app)
        inner = LeanContext(app, environ, route, views, outer)
        if self.is_observed:
            environ[EXCHANGE].named = route.served.named
        environ["werkzeug.request"] = flask.request  # whoever looks there has one made
        pushed, started, finished, request_gone, app_gone, popped = self.listeners
        outer.token = set_app(outer)
        if pushed:
            signals.appcontext_pushed.send(app, _async_wrapper=app.ensure_sync)
        inner.token = set_request(inner)
        if not app._got_first_request:
            app._got_first_request = True
        before = app.before_request_funcs.get(None, ())
        if (
            len(before) != 1
            or before[0] is not self.enters
            or started
            or finished
            or app.after_request_funcs
            or app.url_value_preprocessors
            or ("HTTP_COOKIE" in environ and app.secret_key)
        ):
            return self.serve(inner, start_response)
        error: BaseException | None = None
        ready: bytes | None = None
        try:
            try:
                try:
                    if inner.is_touched or app.config["MAX_CONTENT_LENGTH"] is not None:
                        call = inner.call(values)
                    else:
                        inner.limit, inner.path_values, call = route.served.limit, values, inner
                    served = route.served.serve
                    replied: Any = (served.made or served)(call)
                    if type(replied) is Answer:
                        status, content_type, body, headers = replied
                        if (
                            type(body) is bytes
                            and not headers
                            and status not in BODILESS
                            and self.is_plain
                            and not (inner.is_touched and is_seen(inner))
                            and not (finished or app.after_request_funcs)
                        ):
                            ready = body
                        else:
                            replied = response_of(app, replied)
                except Exception as raised:
                    replied = app.handle_user_exception(raised)
                if ready is None:
                    replied = app.finalize_request(replied)
            except Exception as raised:
                error = raised
                replied = app.handle_exception(raised)
            except BaseException as raised:
                error = raised
                raise
            if ready is None:
                return sent(replied, environ, start_response)
            length = ("Content-Length", str(len(ready)))
            told = [("Content-Type", content_type), length] if content_type is not None else [length]
            if self.is_observed:
                environ[EXCHANGE].begin(STATUS.get(status) or line_of(status), told)
            else:
                start_response(STATUS.get(status) or line_of(status), told)
            return Whole((ready,))
        finally:
            gone = app.teardown_request_funcs.get(None, ())
            if (
                error is not None
                or inner.is_touched
                or outer.is_held
                or request_gone
                or app_gone
                or popped
                or app.teardown_appcontext_funcs
                or len(gone) != 1
                or gone[0] is not self.leaves
            ):
                self.ended(inner, error)
            else:
                reset_request(inner.token)
                reset_app(outer.token)
                environ["werkzeug.request"] = inner.token = outer.token = None

    def serve(self, inner: LeanContext, start_response: StartResponse) -> Iterable[bytes]:
        """A reply to a request for whose hooks or signals somebody waits, or that has a session."""
        error: BaseException | None = None
        try:
            try:
                response = self.dispatched(inner)
            except Exception as raised:
                error = raised
                response = self.app.handle_exception(raised)
            except BaseException as raised:
                error = raised
                raise
            return sent(response, inner.environ, start_response)
        finally:
            self.ended(inner, error)

    def is_good(self, environ: Environ) -> bool:
        """Whether Flask takes a request of this host; what it has taken once it takes again."""
        try:
            self.app.create_url_adapter(self.app.request_class(dict(environ)))
        except HTTPException:
            return False
        if len(self.hosts) >= MOST_HOSTS:
            self.hosts.clear()
        if "HTTP_HOST" in environ:  # else it is the name of the server, and its port
            self.hosts.add(environ["HTTP_HOST"])
        return True

    def dispatched(self, inner: LeanContext) -> Any:
        """The reply with all that is registered around it, as ``Flask.full_dispatch_request`` makes it."""
        app = self.app
        inner.runs = False
        if "HTTP_COOKIE" in inner.environ and app.secret_key:
            opened(inner)
        before = app.before_request_funcs.get(None, ())
        if (
            signals.request_started.receivers
            or app.url_value_preprocessors
            or not before
            or before[0] is not self.enters
        ):
            inner.hide()
        try:
            if signals.request_started.receivers:
                signals.request_started.send(app, _async_wrapper=app.ensure_sync)
            replied = self.preprocessed(inner)
            if replied is None:
                replied = self.replied(inner)
        except Exception as raised:
            replied = app.handle_user_exception(raised)
        response = replied if isinstance(replied, app.response_class) else app.make_response(replied)
        return self.finished(response, inner)

    def preprocessed(self, inner: LeanContext) -> Any:
        """What a hook answers in place of the operation, as ``Flask.preprocess_request``."""
        app = self.app
        for url_function in app.url_value_preprocessors.get(None, ()):
            url_function(inner.route.endpoint, inner.request.view_args)
        for function in app.before_request_funcs.get(None, ()):
            if function is self.enters:
                inner.show()
                continue
            replied = (app.ensure_sync(function) if is_async(function) else function)()
            if replied is not None:
                return replied
        return None

    def replied(self, inner: LeanContext) -> Any:
        """What the operation answers; Flask finds who answers where a hook has changed that."""
        app, route, views = self.app, inner.route, inner.values
        served = route.served
        if inner.is_touched and "request" in inner.__dict__:
            request = inner.request
            if request.url_rule is not route.rule or request.routing_exception is not None:
                return app.dispatch_request()
            views = request.view_args or {}
        if inner.absent is not None or app.view_functions.get(route.endpoint) is not served.view:
            return app.dispatch_request()
        inner.runs = True
        if inner.called is not None:
            inner.called.operation_id = served.operation_id
        values = {served.names[name]: value for name, value in views.items()} if views else NOTHING
        replied = served.serve(inner.call(values))
        return response_of(app, replied) if type(replied) is Answer else replied

    def finished(self, response: Any, inner: LeanContext) -> Any:
        """The reply after the hooks that may change it, as ``Flask.process_response``."""
        app, touched = self.app, inner.__dict__
        for function in touched.get("_after_request_functions", ()):
            response = (app.ensure_sync(function) if is_async(function) else function)(response)
        for function in reversed(app.after_request_funcs.get(None, ())):
            response = (app.ensure_sync(function) if is_async(function) else function)(response)
        if SESSION in touched and not app.session_interface.is_null_session(touched[SESSION]):
            app.session_interface.save_session(app, touched[SESSION], response)
        if signals.request_finished.receivers:
            signals.request_finished.send(app, _async_wrapper=app.ensure_sync, response=response)
        return response

    def ended(self, inner: LeanContext, error: BaseException | None) -> None:
        """Leave Flask's contexts, and tell those who want to know, as ``RequestContext.pop``."""
        app, outer, touched = self.app, inner.app_context, inner.__dict__
        if error is not None and app.should_ignore_error(error):
            error = None
        if "_cv_tokens" in touched or outer.is_held:
            inner.pop(error)  # somebody keeps it, or has entered it again
            return
        try:
            is_over = False
            for function in reversed(app.teardown_request_funcs.get(None, ())):
                if function is self.leaves:
                    is_over = True
                    continue
                if is_over:
                    inner.hide()
                (app.ensure_sync(function) if is_async(function) else function)(error)
            if signals.request_tearing_down.receivers:
                if is_over:
                    inner.hide()
                signals.request_tearing_down.send(app, _async_wrapper=app.ensure_sync, exc=error)
            if "request" in touched and "files" in inner.request.__dict__:
                inner.request.close()
        finally:
            reset_request(inner.token)
            inner.token = None
            environ = inner.request.environ if "request" in touched else inner.environ
            environ["werkzeug.request"] = None
            inner.show()
            try:
                if app.teardown_appcontext_funcs or signals.appcontext_tearing_down.receivers:
                    app.do_teardown_appcontext(error)
            finally:
                reset_app(outer.token)
                outer.token = None
            if signals.appcontext_popped.receivers:
                signals.appcontext_popped.send(app, _async_wrapper=app.ensure_sync)


def is_seen(inner: LeanContext) -> bool:
    """Whether somebody has asked for what could change the reply."""
    touched = inner.__dict__
    return "_after_request_functions" in touched or SESSION in touched


def is_async(function: Hook) -> bool:
    """Whether a hook is a coroutine function, which Flask has run to its end. Nothing is kept of those that come by."""
    if type(function) is FunctionType and not function.__dict__:
        return bool(function.__code__.co_flags & inspect.CO_COROUTINE)
    return inspect.iscoroutinefunction(function)
