"""Errors: who handles them, what is logged, answered and told, and what the settings of Flask make of it."""

import logging
from io import StringIO
from typing import Any

import flask
from flask.logging import wsgi_errors_stream
from pymacaron_core import NotFound, PyMacaronException
from werkzeug import exceptions

from lean_cases.desk import OutOfPaper
from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case

KINDS = ("own", "pymacaron", "http", "teapot", "value", "key")


def failing(stage: Stage, *kinds: str) -> None:
    """Requests that fail: in the function by some kinds of errors, for a fault of the caller's, and at no route."""
    stage.open()
    for kind in kinds or KINDS:
        stage.get(f"/failures/{kind}")
    stage.get("/items/seven")
    stage.post("/items", json={"nome": "a"})


@case
def errors_of_all_kinds_with_nothing_registered(stage: Stage) -> None:
    failing(stage)


@case
def errors_of_all_kinds_with_every_hook(stage: Stage) -> None:
    dressed(stage)
    failing(stage)


@case
def a_handler_of_a_class(stage: Stage) -> None:
    @stage.app.errorhandler(OutOfPaper)
    def handle(error: OutOfPaper) -> Any:
        stage.note("handled", error)
        return {"error": str(error)}, 507, {"X-Handled": "yes"}

    dressed(stage)
    failing(stage)


@case
def a_handler_of_a_class_above(stage: Stage) -> None:
    stage.app.register_error_handler(LookupError, lambda error: (f"lookup {error}", 460))
    failing(stage)


@case
def a_handler_of_every_exception(stage: Stage) -> None:
    stage.app.register_error_handler(Exception, lambda error: stage.note("handled", error) or ("any", 599))
    failing(stage)


@case
def a_handler_of_every_http_exception(stage: Stage) -> None:
    stage.app.register_error_handler(exceptions.HTTPException, lambda error: (f"http {error.code}", error.code))
    failing(stage)


@case
def handlers_of_codes(stage: Stage) -> None:
    for code in (400, 404, 409, 418, 500):
        stage.app.register_error_handler(code, lambda error: stage.note("handled", error) or (f"{error}", 444))
    failing(stage)


@case
def a_handler_of_internal_errors(stage: Stage) -> None:
    @stage.app.errorhandler(exceptions.InternalServerError)
    def handle(error: Any) -> Any:
        stage.note("handled", error, error.original_exception)
        return "broken", 500

    failing(stage)


@case
def handlers_of_errors_of_pymacaron(stage: Stage) -> None:
    stage.app.register_error_handler(NotFound, lambda error: (f"ours {error}", 404))
    stage.app.register_error_handler(PyMacaronException, lambda error: (f"any of ours {error}", 455))
    failing(stage)


@case
def handlers_put_there_after_the_api(stage: Stage) -> None:
    app = stage.open()
    app.register_error_handler(OutOfPaper, lambda error: ("late", 507))
    app.register_error_handler(PyMacaronException, lambda error: ("late", 455))
    stage.get("/failures/own")
    stage.get("/failures/pymacaron")


@case
def a_handler_that_raises(stage: Stage) -> None:
    def handle(error: Exception) -> Any:
        raise ValueError("in the handler") from error

    stage.app.register_error_handler(OutOfPaper, handle)
    dressed(stage)
    failing(stage, "own")


@case
def a_handler_that_raises_the_same_error_again(stage: Stage) -> None:
    def handle(error: Exception) -> Any:
        raise error

    stage.app.register_error_handler(OutOfPaper, handle)
    stage.app.register_error_handler(409, handle)
    failing(stage, "own", "http")


@case
def a_handler_that_gives_nothing_back(stage: Stage) -> None:
    stage.app.register_error_handler(OutOfPaper, lambda error: None)
    failing(stage, "own")


@case
def a_handler_that_is_a_coroutine(stage: Stage) -> None:
    @stage.app.errorhandler(OutOfPaper)
    async def handle(error: Any) -> Any:
        return "late", 507

    failing(stage, "own")


@case
def a_handler_of_internal_errors_that_raises(stage: Stage) -> None:
    def handle(error: Any) -> Any:
        raise ValueError("in the handler")

    stage.app.register_error_handler(500, handle)
    dressed(stage)
    failing(stage, "own")


@case
def exceptions_are_propagated(stage: Stage) -> None:
    dressed(stage).config["PROPAGATE_EXCEPTIONS"] = True
    failing(stage)


@case
def propagation_switched_on_after_the_first_request(stage: Stage) -> None:
    failing(stage, "own")
    stage.app.config["PROPAGATE_EXCEPTIONS"] = True
    stage.get("/failures/own")
    stage.app.config["PROPAGATE_EXCEPTIONS"] = None
    stage.app.testing = True
    stage.get("/failures/own")


@case
def a_testing_application(stage: Stage) -> None:
    dressed(stage).testing = True
    failing(stage)


@case
def a_debugged_application(stage: Stage) -> None:
    dressed(stage).debug = True
    failing(stage)


@case
def http_exceptions_are_trapped(stage: Stage) -> None:
    dressed(stage).config["TRAP_HTTP_EXCEPTIONS"] = True
    failing(stage)


@case
def keys_that_a_form_has_not(stage: Stage) -> None:
    stage.acts(lambda: {"value": flask.request.args["none"]})
    stage.open()
    stage.get("/acts")
    stage.app.config["TRAP_BAD_REQUEST_ERRORS"] = True
    stage.get("/acts")
    stage.app.debug = True
    stage.get("/acts")


@case
def the_function_ends_the_process(stage: Stage) -> None:
    dressed(stage)
    failing(stage, "exit")


@case
def the_function_aborts(stage: Stage) -> None:
    stage.acts(lambda: flask.abort(410, description="long gone"))
    stage.open()
    stage.get("/acts")


@case
def the_function_aborts_with_a_response(stage: Stage) -> None:
    stage.acts(lambda: flask.abort(flask.make_response(("own", 402, {"X-Own": "yes"}))))
    stage.open()
    stage.get("/acts")


@case
def the_function_raises_a_redirect(stage: Stage) -> None:
    stage.acts(lambda: flask.abort(flask.redirect("/items")))
    stage.open()
    stage.get("/acts")


@case
def errors_with_headers(stage: Stage) -> None:
    def act() -> Any:
        raise exceptions.TooManyRequests(retry_after=7)

    stage.acts(act)
    stage.open()
    stage.get("/acts")


@case
def an_own_body_of_errors(stage: Stage) -> None:
    dressed(stage)
    stage.open(error_callback=lambda error: ({"own": error.code}, error.status))
    stage.get("/failures/own")
    stage.get("/failures/pymacaron")
    stage.get("/items/seven")


@case
def errors_as_problems(stage: Stage) -> None:
    stage.open()
    for kind in KINDS:
        stage.get(f"/failures/{kind}", headers={"Accept": "application/problem+json"})


@case
def a_debugging_api_shows_what_was_raised(stage: Stage) -> None:
    stage.open(debug=True)
    stage.get("/failures/pymacaron")
    stage.get("/items/seven")


@case
def errors_are_told_to_the_reporter(stage: Stage) -> None:
    told: list[Any] = []  # by a thread of its own

    def report(title: str, data: Any = None, exception: Any = None) -> None:
        told.append((title, sorted(data), exception, data.get("request")))

    stage.open(error_reporter=report)
    for kind in ("own", "pymacaron", "value"):
        stage.get(f"/failures/{kind}", headers={"X-Request-ID": "given"})
        stage.api.application.reporting.flush()
        stage.note("reported", *told)


@case
def an_error_is_answered_within_its_request(stage: Stage) -> None:
    @stage.app.errorhandler(OutOfPaper)
    def handle(error: Any) -> Any:
        stage.note("handled", flask.request.path, flask.g.get("mark"))
        flask.after_this_request(stage.passing("this"))
        return flask.url_for("desk:getItem", id=4, _external=True), 507

    @stage.app.before_request
    def mark() -> None:
        flask.g.mark = "marked"

    failing(stage, "own")


@case
def lines_of_the_log_for_the_server(stage: Stage) -> None:
    stage.acts(lambda: flask.current_app.logger.warning("from the function") or {})
    app = stage.open()
    handler = logging.StreamHandler(wsgi_errors_stream)
    app.logger.addHandler(handler)
    try:
        for path in ("/acts", "/failures/http"):
            told = StringIO()
            stage.get(path, environ={"wsgi.errors": told})
            stage.note("told", told.getvalue())
    finally:
        app.logger.removeHandler(handler)


@case
def a_logger_that_asks_for_the_request(stage: Stage) -> None:
    original = flask.Flask.log_exception

    def log(exc_info: Any) -> None:
        stage.note("logs", flask.request.url, exc_info[1])
        original(stage.app, exc_info)

    stage.open()
    stage.app.log_exception = log  # type: ignore[method-assign]
    stage.get("/failures/own")
