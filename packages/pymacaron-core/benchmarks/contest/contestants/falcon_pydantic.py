"""Falcon, on WSGI, with pydantic models read from and written to bytes."""

from __future__ import annotations

from typing import Any

import falcon
from pydantic import ValidationError

from contest.callers import NoCaller, caller
from contest.hooks import HEADER, SERVED, note_end
from contest.models import SMALLS, Order, Query, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED


class Ping:
    def on_get(self, request: Any, response: Any) -> None:
        response.data = b'{"ok":"pong"}'


class Orders:
    def on_post(self, request: Any, response: Any) -> None:
        order = Order.model_validate_json(request.bounded_stream.read())
        response.data = made(order).model_dump_json().encode()


class OwnOrders(Orders):
    def on_post(self, request: Any, response: Any) -> None:
        caller(request.get_header("Authorization"))
        super().on_post(request, response)


class Listed:
    def on_get(self, request: Any, response: Any, order_id: int) -> None:
        tags = request.get_param_as_list("tags") or []
        Query.model_validate({"limit": request.get_param("limit") or 20, "tags": tags})
        response.data = SMALLS.dump_json(smalls(order_id))


class Hooks:
    def process_request(self, request: Any, response: Any) -> None:
        if request.get_header(HEADER) is None:
            raise falcon.HTTPBadRequest

    def process_response(self, request: Any, response: Any, resource: Any, succeeded: bool) -> None:
        response.set_header(*SERVED)
        note_end()


def refuse(request: Any, response: Any, error: ValidationError, parameters: Any) -> None:
    response.status, response.data = 422, error.json().encode()


def refuse_caller(request: Any, response: Any, error: NoCaller, parameters: Any) -> None:
    raise falcon.HTTPUnauthorized


def make(kind: str) -> Any:
    app = falcon.App(middleware=[Hooks()] if kind == HOOKED else None)
    app.add_error_handler(ValidationError, refuse)
    app.add_error_handler(NoCaller, refuse_caller)
    app.add_route("/ping", Ping())
    app.add_route("/orders", OwnOrders() if kind == AUTHENTICATED else Orders())
    app.add_route("/orders/{order_id:int}", Listed())
    return app
