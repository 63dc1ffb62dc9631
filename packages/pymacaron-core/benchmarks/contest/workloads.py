"""What is asked of every contestant: five workloads, what must be refused, and what the right answer is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contest.tokens import FORGED, TOKEN

PLAIN, AUTHENTICATED, HOOKED = "plain", "authenticated", "hooked"
"""The three applications of a contestant: with nothing more, with a caller who shows a token, with hooks."""

ITEMS = [
    {"sku": f"{sku}-{number:04}", "quantity": quantity, "price": price}
    for sku, number, quantity, price in (
        ("MAC", 17, 12, 1.9),
        ("TEA", 204, 2, 14.25),
        ("CUP", 1001, 6, 8.5),
        ("BOX", 33, 1, 3.0),
        ("TIN", 512, 4, 6.75),
    )
]
BODY: Mapping[str, Any] = {
    "customer": {"name": "Ada Lovelace", "email": "ada.lovelace@example.com", "created_at": "2024-02-29T12:00:00Z"},
    "items": ITEMS,
    "note": (
        "Please leave the parcel with the neighbours on the second floor, who are at home in the mornings, and ring "
        "twice: their bell is old, and one of the two is hard of hearing."
    ),
    "status": "paid",
}
MADE = {
    "order_id": 1,
    "status": "paid",
    "total": sum(item["quantity"] * item["price"] for item in ITEMS),  # type: ignore[operator]
    "created_at": "2024-02-29T12:00:00Z",
    "items": ITEMS,
}
SMALLS = [{"id": 7 + n, "name": f"order {n}"} for n in range(20)]


@dataclass(frozen=True)
class Call:
    """One request. ``application`` is the one of a contestant's three that it goes to."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    application: str = PLAIN


@dataclass(frozen=True)
class Answer:
    """What came back; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def order(body: Mapping[str, Any], *headers: tuple[str, str], application: str = PLAIN) -> Call:
    return Call("POST", "/orders", body=json.dumps(body).encode(), headers=headers, application=application)


A = Call("GET", "/ping")
B = order(BODY)
C = Call("GET", "/orders/7", "limit=10&tags=a&tags=b")
D = order(BODY, ("Authorization", f"Bearer {TOKEN}"), application=AUTHENTICATED)
E = order(BODY, ("X-Client", "benchmark"), application=HOOKED)

WORKLOADS: Mapping[str, tuple[Call, Any]] = {
    "A": (A, {"ok": "pong"}),
    "B": (B, MADE),
    "C": (C, SMALLS),
    "D": (D, MADE),
    "E": (E, MADE),
}
"""Each workload with its right answer."""

NO_SKU = {**BODY, "items": [{**ITEMS[0], "sku": "mac-17"}]}
REFUSED: Mapping[str, tuple[Call, ...]] = {
    "A": (),
    "B": (
        order({**BODY, "items": [{**ITEMS[0], "quantity": 0}]}),
        order({**BODY, "status": "lost"}),
        order({**BODY, "customer": {**BODY["customer"], "email": "nobody"}}),
        order({**BODY, "customer": {**BODY["customer"], "created_at": "yesterday"}}),
        order({**BODY, "customer": {**BODY["customer"], "name": ""}}),
        order({name: value for name, value in BODY.items() if name != "customer"}),
        order({**BODY, "items": []}),
        order(NO_SKU),
        replace(B, body=b'{"customer": '),
    ),
    "C": (replace(C, query="limit=1000"), replace(C, query="limit=many"), replace(C, path="/orders/seven")),
    "D": (
        replace(D, headers=()),
        replace(D, headers=(("Authorization", f"Bearer {FORGED}"),)),
        order(NO_SKU, *D.headers, application=AUTHENTICATED),
    ),
    "E": (replace(E, headers=()), order(NO_SKU, *E.headers, application=HOOKED)),
}
"""What must be answered with a 4xx, by workload."""


def fault(workload: str, answer: Answer) -> str:
    """What is wrong with the answer to a workload, or an empty text."""
    if answer.status != 200:
        return f"{workload}: status {answer.status}, not 200: {answer.body[:200]!r}"
    if answer.headers.get("content-type", "").partition(";")[0] != "application/json":
        return f"{workload}: {answer.headers.get('content-type')!r} is no JSON"
    try:
        told = comparable(json.loads(answer.body))
    except ValueError:
        return f"{workload}: the body is no JSON: {answer.body[:200]!r}"
    if told != comparable(WORKLOADS[workload][1]):
        return f"{workload}: another answer: {answer.body[:200]!r}"
    if workload == "E" and answer.headers.get("x-served") != "yes":
        return "E: the hook after the request did not run"
    return ""


def fault_of_refusal(workload: str, call: Call, answer: Answer) -> str:
    """What is wrong with the answer to a call that must be refused, or an empty text."""
    if 400 <= answer.status < 500:
        return ""
    return f"{workload}: status {answer.status}, not 4xx, for {call.path}?{call.query} {call.body[:300]!r}"


def comparable(value: Any) -> Any:
    """A JSON value in which a moment counts, and not whether it is written with ``Z`` or ``+00:00``."""
    if isinstance(value, dict):
        return {name: moment(each) if name == "created_at" else comparable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    return value


def moment(text: Any) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))
