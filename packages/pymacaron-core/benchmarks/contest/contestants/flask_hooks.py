"""Workload E's hooks for everything that is a Flask application."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, request

from contest.hooks import HEADER, SERVED, note_end


def add_hooks(app: Flask) -> None:
    @app.before_request
    def read_header() -> None:
        if request.headers.get(HEADER) is None:
            abort(400)

    @app.after_request
    def set_header(response: Any) -> Any:
        response.headers[SERVED[0]] = SERVED[1]
        return response

    @app.teardown_request
    def end(error: Any) -> None:
        note_end()
