"""The workloads' models as marshmallow schemas, and the work on the dicts that they make."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

STATUSES = validate.OneOf(["new", "paid", "sent", "gone"])


class Pong(Schema):
    ok = fields.String(required=True)


class Customer(Schema):
    name = fields.String(required=True, validate=validate.Length(1, 100))
    email = fields.String(required=True, validate=validate.Regexp("^[^@ ]+@[^@ ]+$"))
    created_at = fields.AwareDateTime(required=True)


class Item(Schema):
    sku = fields.String(required=True, validate=validate.Regexp("^[A-Z]{3}-[0-9]{4}$"))
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    price = fields.Float(required=True, validate=validate.Range(0))


class Order(Schema):
    customer = fields.Nested(Customer, required=True)
    items = fields.List(fields.Nested(Item), required=True, validate=validate.Length(1, 100))
    note = fields.String(allow_none=True)
    status = fields.String(required=True, validate=STATUSES)


class Made(Schema):
    order_id = fields.Integer(required=True)
    status = fields.String(required=True, validate=STATUSES)
    total = fields.Float(required=True)
    created_at = fields.AwareDateTime(required=True)
    items = fields.List(fields.Nested(Item), required=True)


class Small(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)


class Query(Schema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    tags = fields.List(fields.String())


def made(order: Any) -> Any:
    return {
        "order_id": 1,
        "status": order["status"],
        "total": sum(item["quantity"] * item["price"] for item in order["items"]),
        "created_at": order["customer"]["created_at"],
        "items": order["items"],
    }


def smalls(order_id: int) -> Any:
    return [{"id": order_id + n, "name": f"order {n}"} for n in range(20)]
