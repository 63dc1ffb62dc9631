"""Litestar with pydantic models."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import Parameter

from contest.contestants.litestar_hooks import application
from contest.models import Made, Order, Pong, Small, made, smalls


@get("/ping")
async def ping() -> Pong:
    return Pong(ok="pong")


@post("/orders", status_code=200)
async def create_order(data: Order) -> Made:
    return made(data)


@get("/orders/{order_id:int}")
async def list_orders(
    order_id: int, limit: Annotated[int, Parameter(ge=1, le=100)] = 20, tags: list[str] | None = None
) -> list[Small]:
    return smalls(order_id)


def make(kind: str) -> Any:
    return application(kind, [ping, create_order, list_orders])
