"""Connexion 3: spec-first too, with its asynchronous application and with the one on Flask."""

from __future__ import annotations

from typing import Any

import yaml
from connexion import AsyncApp, FlaskApp
from connexion.options import SwaggerUIOptions

from contest.contestants import connexion_async, connexion_flask
from contest.contestants.flask_hooks import add_hooks
from contest.document import document
from contest.hooks import HEADER, SERVED, note_end
from contest.workloads import HOOKED

NO_PAGE = SwaggerUIOptions(swagger_ui=False)


def make_async(kind: str) -> Any:
    app = AsyncApp("contest")
    app.add_api(
        yaml.safe_load(document(kind, connexion_async.__name__)), validate_responses=True, swagger_ui_options=NO_PAGE
    )
    if kind == HOOKED:
        app.add_middleware(Hooks)
    return app


def make_flask(kind: str) -> Any:
    app = FlaskApp("contest")
    app.add_api(
        yaml.safe_load(document(kind, connexion_flask.__name__)), validate_responses=True, swagger_ui_options=NO_PAGE
    )
    if kind == HOOKED:
        add_hooks(app.app)
    return app


class Hooks:
    """The hooks of workload E as ASGI middleware, which is what the asynchronous application has for them."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_header(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], tuple(part.lower().encode() for part in SERVED)]
            await send(message)

        try:
            if HEADER.lower().encode() not in dict(scope["headers"]):
                await send({"type": "http.response.start", "status": 400, "headers": []})
                await send({"type": "http.response.body", "body": b""})
                return
            await self.app(scope, receive, send_with_header)
        finally:
            note_end()
