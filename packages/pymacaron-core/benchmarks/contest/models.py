"""The models of the workloads for pydantic, and the work itself: what every function does once its input is checked."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter


class Pong(BaseModel):
    ok: str


class Customer(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    email: Annotated[str, Field(pattern="^[^@ ]+@[^@ ]+$")]
    created_at: AwareDatetime


class Item(BaseModel):
    sku: Annotated[str, Field(pattern="^[A-Z]{3}-[0-9]{4}$")]
    quantity: Annotated[int, Field(ge=1)]
    price: Annotated[float, Field(ge=0)]


class Order(BaseModel):
    customer: Customer
    items: Annotated[list[Item], Field(min_length=1, max_length=100)]
    note: str | None = None
    status: Literal["new", "paid", "sent", "gone"]


class Made(BaseModel):
    order_id: int
    status: Literal["new", "paid", "sent", "gone"]
    total: float
    created_at: AwareDatetime
    items: list[Item]


class Small(BaseModel):
    id: int
    name: str


Limit = Annotated[int, Field(ge=1, le=100)]


class Query(BaseModel):
    limit: Limit = 20
    tags: list[str] = []


TAGS = TypeAdapter(list[str])
SMALLS = TypeAdapter(list[Small])


def total(items: list[Any]) -> float:
    return sum(item.quantity * item.price for item in items)


def made(order: Any) -> Made:
    return Made(
        order_id=1,
        status=order.status,
        total=total(order.items),
        created_at=order.customer.created_at,
        items=order.items,
    )


def smalls(order_id: int) -> list[Small]:
    return [Small(id=order_id + n, name=f"order {n}") for n in range(20)]
