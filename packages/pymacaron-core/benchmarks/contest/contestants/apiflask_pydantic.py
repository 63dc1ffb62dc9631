"""APIFlask with pydantic models. Of a list in a query it hands a model the first value: ``tags`` is read by hand."""

from typing import Any

from apiflask import APIFlask, HTTPTokenAuth
from flask import request
from pydantic import BaseModel

from contest.callers import NoCaller, caller_of_token
from contest.contestants.flask_hooks import add_hooks
from contest.models import TAGS, Limit, Made, Order, Pong, Small, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED


class Bounded(BaseModel):
    limit: Limit = 20


def make(kind: str) -> Any:
    app = APIFlask("apiflask_pydantic", enable_openapi=False)

    @app.get("/ping")
    @app.output(Pong)
    def ping() -> Any:
        return Pong(ok="pong")

    @app.input(Order)
    @app.output(Made)
    def create_order(json_data: Any) -> Any:
        return made(json_data)

    if kind == AUTHENTICATED:
        create_order = app.auth_required(bearer())(create_order)
    app.post("/orders")(create_order)

    @app.get("/orders/<int:order_id>")
    @app.input(Bounded, location="query")
    @app.output(list[Small])
    def list_orders(order_id: int, query_data: Any) -> Any:
        TAGS.validate_python(request.args.getlist("tags"))
        return smalls(order_id)

    if kind == HOOKED:
        add_hooks(app)
    return app


def bearer() -> HTTPTokenAuth:
    """APIFlask's own way to a caller."""
    auth = HTTPTokenAuth(scheme="Bearer")

    @auth.verify_token
    def verify(token: str) -> Any:
        try:
            return caller_of_token(token)
        except NoCaller:
            return None

    return auth
