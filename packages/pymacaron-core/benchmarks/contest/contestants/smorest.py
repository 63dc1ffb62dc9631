"""flask-smorest, whose models are marshmallow schemas."""

from typing import Any

from flask import Flask, request
from flask_smorest import Api, Blueprint, abort

from contest.callers import NoCaller, caller
from contest.contestants.flask_hooks import add_hooks
from contest.contestants.marshmallow_schemas import Made, Order, Pong, Query, Small, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED


def make(kind: str) -> Any:
    app = Flask("smorest")
    app.config |= {"API_TITLE": "Workloads", "API_VERSION": "1", "OPENAPI_VERSION": "3.0.3"}
    orders = Blueprint("orders", "orders")

    @orders.get("/ping")
    @orders.response(200, Pong)
    def ping() -> Any:
        return {"ok": "pong"}

    @orders.post("/orders")
    @orders.arguments(Order)
    @orders.response(200, Made)
    def create_order(order: Any) -> Any:
        if kind == AUTHENTICATED:
            check_caller()
        return made(order)

    @orders.get("/orders/<int:order_id>")
    @orders.arguments(Query, location="query")
    @orders.response(200, Small(many=True))
    def list_orders(query: Any, order_id: int) -> Any:
        return smalls(order_id)

    Api(app).register_blueprint(orders)
    if kind == HOOKED:
        add_hooks(app)
    return app


def check_caller() -> None:
    try:
        caller(request.headers.get("Authorization"))
    except NoCaller:
        abort(401)
