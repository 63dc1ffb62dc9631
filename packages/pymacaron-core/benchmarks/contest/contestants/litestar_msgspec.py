"""Litestar with msgspec structs, its fastest way."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.params import Parameter
from msgspec import Meta

from contest.contestants.litestar_hooks import application
from contest.models import total


class Pong(msgspec.Struct):
    ok: str


class Customer(msgspec.Struct):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    email: Annotated[str, Meta(pattern="^[^@ ]+@[^@ ]+$")]
    created_at: Annotated[datetime, Meta(tz=True)]


class Item(msgspec.Struct):
    sku: Annotated[str, Meta(pattern="^[A-Z]{3}-[0-9]{4}$")]
    quantity: Annotated[int, Meta(ge=1)]
    price: Annotated[float, Meta(ge=0)]


class Order(msgspec.Struct):
    customer: Customer
    items: Annotated[list[Item], Meta(min_length=1, max_length=100)]
    status: Literal["new", "paid", "sent", "gone"]
    note: str | None = None


class Made(msgspec.Struct):
    order_id: int
    status: Literal["new", "paid", "sent", "gone"]
    total: float
    created_at: datetime
    items: list[Item]


class Small(msgspec.Struct):
    id: int
    name: str


@get("/ping")
async def ping() -> Pong:
    return Pong(ok="pong")


@post("/orders", status_code=200)
async def create_order(data: Order) -> Made:
    return Made(1, data.status, total(data.items), data.customer.created_at, data.items)


@get("/orders/{order_id:int}")
async def list_orders(
    order_id: int, limit: Annotated[int, Parameter(ge=1, le=100)] = 20, tags: list[str] | None = None
) -> list[Small]:
    return [Small(order_id + n, f"order {n}") for n in range(20)]


def make(kind: str) -> Any:
    return application(kind, [ping, create_order, list_orders])
