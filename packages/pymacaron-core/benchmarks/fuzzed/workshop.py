"""The functions of ``workshop.yaml``: a store in memory, and others that say what they were handed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from pymacaron_core import NotFound, TokenInvalid
from pymacaron_core.protocol import is_model

GOOD = "good"
"""The credential that the guards know."""

products: dict[int, dict[str, Any]] = {}
_numbers = count(1)


def guard(call: Any, credential: Any) -> str:
    """One caller is known."""
    if credential.value != GOOD:
        raise TokenInvalid("this credential is not known here")
    return "somebody"


def _found(number: int) -> dict[str, Any]:
    if number not in products:
        raise NotFound(f"there is no product {number}")
    return products[number]


def _plain(value: Any) -> Any:
    if is_model(value):
        return value.to_json()
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def list_products(name: str | None, tags: list[str] | None, ids: list[int] | None, page: int, **others: Any) -> Any:
    chosen = [p for p in products.values() if ids is None or p["id"] in ids]
    chosen = [p for p in chosen if name is None or p["name"] == name]
    return chosen[(page - 1) * 10 : page * 10], {"X-Total": str(len(chosen))}


def add_product(body: Any) -> Any:
    number = next(_numbers)
    products[number] = {**body.to_json(), "id": number}
    if len(products) > 50:
        del products[min(products)]
    return products[number], 201, {"Location": f"/workshop/products/{number}"}


def get_product(id: int) -> Any:
    return _found(id)


def change_product(body: Any, id: int) -> Any:
    _found(id)
    products[id] = {**body.to_json(), "id": id}
    return products[id]


def patch_product(body: Any, id: int) -> Any:
    products[id] = {**_found(id), **body.to_json()}
    return products[id]


def remove_product(id: int) -> None:
    del products[_found(id)["id"]]


def put_photo(body: bytes, id: int) -> None:
    _found(id)


def latest_product() -> Any:
    return products[max(products)] if products else None


def add_review(body: Any) -> Any:
    return {"rating": body.rating}, 201


def add_import(body: Any) -> tuple[None, int]:
    return None, 202


def get_palette(label: int, matrix: str, list: list[int]) -> Any:
    return {"read": [label, matrix, list]}


def search(where: Any, x_trace: str) -> Any:
    return {"read": [_plain(where), x_trace]}


def add_note(body: Any) -> Any:
    return {"read": body if isinstance(body, str) else _plain(body)}


def get_lines(count: int) -> Iterator[Any]:
    return ({"read": number} for number in range(count))


def add_shape(body: Any) -> Any:
    return body


def get_secret() -> Any:
    return {"read": "secret"}


def odd(body: Any) -> Any:
    return {"read": _plain(body)}
