"""Flask by the hand of somebody who knows it: JSON goes from bytes to models and back without a dict between."""

from __future__ import annotations

from flask import Flask, Response, request
from pydantic import ValidationError

from contest.callers import NoCaller, caller
from contest.contestants.flask_hooks import add_hooks
from contest.models import SMALLS, Order, Query, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED


def make(kind: str) -> Flask:
    app = Flask("flask_by_hand")

    @app.get("/ping")
    def ping() -> Response:
        return Response('{"ok":"pong"}', mimetype="application/json")

    def create_order() -> Response:
        order = Order.model_validate_json(request.get_data())
        return Response(made(order).model_dump_json(), mimetype="application/json")

    def create_own_order() -> Response:
        caller(request.headers.get("Authorization"))
        return create_order()

    app.post("/orders")(create_own_order if kind == AUTHENTICATED else create_order)

    @app.get("/orders/<int:order_id>")
    def list_orders(order_id: int) -> Response:
        Query.model_validate({"limit": request.args.get("limit", 20), "tags": request.args.getlist("tags")})
        return Response(SMALLS.dump_json(smalls(order_id)), mimetype="application/json")

    @app.errorhandler(ValidationError)
    def refuse(error: ValidationError) -> Response:
        return Response(error.json(), status=422, mimetype="application/json")

    @app.errorhandler(NoCaller)
    def refuse_caller(error: NoCaller) -> Response:
        return Response("{}", status=401, mimetype="application/json")

    if kind == HOOKED:
        add_hooks(app)
    return app
