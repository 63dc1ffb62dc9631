"""Several requests at once: what one thread does is not seen by another."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flask
from pymacaron_core import current_call
from werkzeug.test import EnvironBuilder

from lean_cases.stage import Stage, case

THREADS = 8


def at_once(stage: Stage, *paths: str) -> None:
    """Requests by some threads at the same time; what they answered, in the order of the paths."""

    def ask(path: str) -> Any:
        told: list[Any] = []
        environ = EnvironBuilder(path, headers={"X-Request-ID": path.partition("?")[2] or "id"}).get_environ()
        body = b"".join(stage.app(environ, lambda status, headers, exc_info=None: told.extend((status, headers))))
        return [*told, body, flask.has_app_context(), flask.has_request_context(), current_call()]

    with ThreadPoolExecutor(THREADS) as pool:
        for path, answer in zip(paths, pool.map(ask, paths), strict=True):
            stage.journal.add(path, *answer)


@case(lean=64)
def contexts_of_threads(stage: Stage) -> None:
    together = threading.Barrier(THREADS, timeout=10)

    @stage.app.before_request
    def begin() -> None:
        flask.g.path = flask.request.full_path
        together.wait()

    @stage.acts
    def act() -> Any:
        together.wait()
        call = current_call()
        return {"g": flask.g.path, "path": flask.request.full_path, "id": call and call.request_id}

    @stage.app.after_request
    def after(response: flask.Response) -> flask.Response:
        together.wait()
        response.headers["X-Path"] = flask.g.path
        return response

    stage.open()
    at_once(stage, *(f"/acts?n={number}" for number in range(64)))


@case(lean=64)
def the_first_requests_of_threads(stage: Stage) -> None:
    stage.open()
    at_once(stage, *(f"/items/{number}" for number in range(64)))


@case(lean=64)
def errors_of_threads(stage: Stage) -> None:
    stage.app.register_error_handler(ValueError, lambda error: (flask.request.full_path, 507))
    stage.open()
    at_once(stage, *(f"/failures/value?n={number}" for number in range(64)))


@case(lean=64)
def sessions_of_threads(stage: Stage) -> None:
    stage.app.secret_key = "key"

    @stage.acts
    def act() -> Any:
        flask.session["path"] = flask.request.full_path
        return dict(flask.session)

    stage.open()
    at_once(stage, *(f"/acts?n={number}" for number in range(64)))


@case(lean=64)
def coroutines_of_threads(stage: Stage) -> None:
    stage.open()
    at_once(stage, *(f"/later?n={number}" for number in range(64)))
