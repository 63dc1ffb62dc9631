"""A Flask object made the host of an application: the call context around a request, the error body after a fault."""

from __future__ import annotations

import logging
from typing import Any

import flask
from werkzeug.exceptions import HTTPException, InternalServerError

from pymacaron_core.access_log import AccessLog
from pymacaron_core.application import Application
from pymacaron_core.compression import Compression
from pymacaron_core.context import CallContext, enter, leave
from pymacaron_core.errors import PyMacaronException, StartError
from pymacaron_core.lean import LeanContext, LeanWay
from pymacaron_core.observing import Observed, know

log = logging.getLogger(__name__)

TOKEN = "_pymacaron_token"
"""Where a request context keeps what leaves its call context. Flask's ``g`` is shared by a request made within another,
the request by a copy of its context in another thread."""


def host_application(app: flask.Flask, application: Application) -> None:
    """Put the application's call context and error body into a Flask object; its own hooks and handlers stay.

    Raises ``StartError`` when it hosts one already.
    """
    if "pymacaron" in app.extensions:
        raise StartError("this Flask object has an API already: one Flask object is one service")
    app.extensions["pymacaron"] = application
    app.extensions["pymacaron_routes"] = {}
    compression = application.config.core.compression
    if compression is not None:
        Compression(compression).install(app)
    if application.cors is not None:
        application.cors.install(app)
    settings = application.config.core
    counting = application.counting
    is_observed = settings.log_requests or counting is not None

    def enters() -> None:
        call = _enter(application)
        if is_observed:
            know(call, app)

    app.before_request_funcs.setdefault(None, []).insert(0, enters)
    app.teardown_request(_leave)
    if "wsgi_app" in vars(app) or type(app).wsgi_app is not flask.Flask.wsgi_app:
        log.info("requests take Flask's whole way: app.wsgi_app is not Flask's own")
    elif settings.lean:
        app.wsgi_app = LeanWay(app, application, enters, _leave, is_observed).__call__  # type: ignore[method-assign]
    if is_observed:
        lines = AccessLog(application.reporting.redaction) if settings.log_requests else None
        app.wsgi_app = Observed(app.wsgi_app, lines, counting)  # type: ignore[method-assign]
    if app.config.get("PROPAGATE_EXCEPTIONS") is None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
    for kind, code in ((PyMacaronException, None), (HTTPException, None), (InternalServerError, 500)):
        if kind not in app.error_handler_spec[None][code]:
            app.register_error_handler(kind, lambda error: _answer_error(application, error))


def _enter(application: Application) -> CallContext:
    request = flask.request
    call = CallContext(application, request.path, request.method, header=request.headers.get)
    setattr(flask.globals.request_ctx, TOKEN, enter(call))
    return call


def _leave(error: BaseException | None = None) -> None:
    served = flask.globals._cv_request.get()
    token = vars(served).pop(TOKEN, None)
    if token is not None:
        leave(token)
    elif isinstance(served, LeanContext):
        served.hide()


def _answer_error(application: Application, error: Exception) -> Any:
    if isinstance(error, HTTPException) and (error.response is not None or (error.code or 500) < 400):
        return error
    answer = application.reporting.answer(error)
    text = application.app.json.dumps(answer.body, sort_keys=False, ensure_ascii=False, separators=(",", ":"))
    whole = text.encode("utf-8", "replace")  # a lone surrogate, which a message may have, is no text
    response = application.app.response_class(whole, answer.status, content_type=answer.content_type)
    response.headers.extend(answer.headers)
    response.vary.add("Accept")
    return response
