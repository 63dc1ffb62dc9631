"""flask-openapi3: pydantic models as the arguments of the function."""

from typing import Any

from flask import request
from flask_openapi3 import OpenAPI
from pydantic import BaseModel

from contest.callers import NoCaller, caller
from contest.contestants.flask_hooks import add_hooks
from contest.models import Made, Order, Pong, Query, Small, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED


class Path(BaseModel):
    order_id: int


class Smalls(BaseModel):
    smalls: list[Small]


def make(kind: str) -> Any:
    app = OpenAPI("flask_openapi3_usual", doc_ui=False)

    @app.get("/ping", responses={200: Pong})
    def ping() -> Any:
        return Pong(ok="pong").model_dump()

    def create_order(body: Order) -> Any:
        return made(body).model_dump(mode="json")

    def create_own_order(body: Order) -> Any:
        caller(request.headers.get("Authorization"))
        return made(body).model_dump(mode="json")

    app.post("/orders", responses={200: Made})(create_own_order if kind == AUTHENTICATED else create_order)

    @app.get("/orders/<int:order_id>")
    def list_orders(path: Path, query: Query) -> Any:
        return [small.model_dump() for small in smalls(path.order_id)]

    @app.errorhandler(NoCaller)
    def refuse_caller(error: NoCaller) -> Any:
        return {}, 401

    if kind == HOOKED:
        add_hooks(app)
    return app
