"""Flask as most tutorials show it: ``get_json``, a model made of the dict, and ``jsonify`` of the reply's dict."""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify, request
from pydantic import ValidationError

from contest.callers import NoCaller, caller
from contest.contestants.flask_hooks import add_hooks
from contest.models import Order, Query, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED


def make(kind: str) -> Flask:
    app = Flask("flask_usual")

    @app.get("/ping")
    def ping() -> Any:
        return jsonify(ok="pong")

    def create_order() -> Any:
        order = Order.model_validate(request.get_json())
        return jsonify(made(order).model_dump(mode="json"))

    def create_own_order() -> Any:
        caller(request.headers.get("Authorization"))
        return create_order()

    app.post("/orders")(create_own_order if kind == AUTHENTICATED else create_order)

    @app.get("/orders/<int:order_id>")
    def list_orders(order_id: int) -> Any:
        Query.model_validate({"limit": request.args.get("limit", 20), "tags": request.args.getlist("tags")})
        return jsonify([small.model_dump() for small in smalls(order_id)])

    @app.errorhandler(ValidationError)
    def refuse(error: ValidationError) -> Any:
        return jsonify(error.errors(include_context=False)), 422

    @app.errorhandler(NoCaller)
    def refuse_caller(error: NoCaller) -> Any:
        return jsonify(error="no caller"), 401

    if kind == HOOKED:
        add_hooks(app)
    return app
