"""APIFlask with marshmallow schemas."""

from typing import Any

from apiflask import APIFlask

from contest.contestants.apiflask_pydantic import bearer
from contest.contestants.flask_hooks import add_hooks
from contest.contestants.marshmallow_schemas import Made, Order, Pong, Query, Small, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED


def make(kind: str) -> Any:
    app = APIFlask("apiflask_marshmallow", enable_openapi=False)

    @app.get("/ping")
    @app.output(Pong)
    def ping() -> Any:
        return {"ok": "pong"}

    @app.input(Order)
    @app.output(Made)
    def create_order(json_data: Any) -> Any:
        return made(json_data)

    if kind == AUTHENTICATED:
        create_order = app.auth_required(bearer())(create_order)
    app.post("/orders")(create_order)

    @app.get("/orders/<int:order_id>")
    @app.input(Query, location="query")
    @app.output(Small(many=True))
    def list_orders(order_id: int, query_data: Any) -> Any:
        return smalls(order_id)

    if kind == HOOKED:
        add_hooks(app)
    return app
