"""Workloads A, B and C in one process: PyMacaron, hand-written Flask, and a bare WSGI function with pydantic.

Each contestant is driven through its WSGI callable in interleaved rounds; printed are medians and the paired ratio to
hand-written Flask (lower is better). A wrong answer disqualifies. Machines differ: compare ratios, not microseconds.

    python in_process.py [--rounds 30] [--calls 400]
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

from flask import Flask, Response, request
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter
from pymacaron_core import API

DOCUMENT = """
openapi: 3.0.3
info: {title: Workloads, version: "1"}
paths:
  /a:
    get:
      operationId: a
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Pong"}}}}
  /orders:
    post:
      operationId: b
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Made"}}}}
  /orders/{order_id}:
    get:
      operationId: c
      parameters:
        - {name: order_id, in: path, required: true, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Small"}}}}
components:
  schemas:
    Pong:
      type: object
      required: [ok]
      properties: {ok: {type: string}}
    Customer:
      type: object
      required: [name, email, created_at]
      properties:
        name: {type: string, minLength: 1, maxLength: 100}
        email: {type: string, pattern: "^[^@ ]+@[^@ ]+$"}
        created_at: {type: string, format: date-time}
    Item:
      type: object
      required: [sku, quantity, price]
      properties:
        sku: {type: string, pattern: "^[A-Z]{3}-[0-9]{4}$"}
        quantity: {type: integer, minimum: 1}
        price: {type: number, minimum: 0}
    Order:
      type: object
      required: [customer, items, status]
      properties:
        customer: {$ref: "#/components/schemas/Customer"}
        items: {type: array, minItems: 1, maxItems: 100, items: {$ref: "#/components/schemas/Item"}}
        note: {type: string, nullable: true}
        status: {type: string, enum: [new, paid, sent, gone]}
    Made:
      type: object
      required: [order_id, status, total, created_at, items]
      properties:
        order_id: {type: integer}
        status: {type: string}
        total: {type: number}
        created_at: {type: string, format: date-time}
        items: {type: array, items: {$ref: "#/components/schemas/Item"}}
    Small:
      type: object
      required: [id, name]
      properties: {id: {type: integer}, name: {type: string}}
"""

BODY = json.dumps(
    {
        "customer": {"name": "Ada Lovelace", "email": "ada@example.com", "created_at": "2024-02-29T12:00:00Z"},
        "items": [{"sku": f"ABC-{n:04}", "quantity": n + 1, "price": 1.5 * n} for n in range(5)],
        "note": "Please leave it with the neighbour at number 12, and ring the bell twice; the parcel is heavy.",
        "status": "paid",
    }
).encode()

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Any]


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
    status: str
    total: float
    created_at: AwareDatetime
    items: list[Item]


class Small(BaseModel):
    id: int
    name: str


class Query(BaseModel):
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    tags: list[str] = []


SMALLS = TypeAdapter(list[Small])


def total(items: list[Any]) -> float:
    return sum(item.quantity * item.price for item in items)


def pymacaron(folder: Path) -> Wsgi:
    (folder / "apis").mkdir()
    (folder / "apis" / "work.yaml").write_text(DOCUMENT)
    api = API(Flask("pymacaron_side"), root=folder)
    models: dict[str, Any] = {}

    def b(body: Any) -> Any:
        return models["Made"](
            order_id=1,
            status=body.status,
            total=total(body.items),
            created_at=body.customer.created_at,
            items=body.items,
        )

    def c(order_id: int, limit: int, tags: list[str] | None) -> Any:
        return [{"id": order_id + n, "name": f"order {n}"} for n in range(20)]

    api.operation("a")(lambda: models["Pong"](ok="pong"))
    api.operation("b")(b)
    api.operation("c")(c)
    application = api.load_apis().finish()
    models.update({m.get_model_name(): m for m in application.apis["work"].catalog.models()})
    return application.app


def hand_written() -> Wsgi:
    app = Flask("hand_written")

    @app.get("/a")
    def a() -> Response:
        return Response('{"ok":"pong"}', mimetype="application/json")

    @app.post("/orders")
    def b() -> Response:
        order = Order.model_validate_json(request.get_data())
        return Response(made(order).model_dump_json(), mimetype="application/json")

    @app.get("/orders/<int:order_id>")
    def c(order_id: int) -> Response:
        Query.model_validate({"limit": request.args.get("limit", 20), "tags": request.args.getlist("tags")})
        return Response(SMALLS.dump_json(smalls(order_id)), mimetype="application/json")

    return app


def bare(environ: dict[str, Any], start: Start) -> Any:
    """The limit: no framework at all."""
    path = environ["PATH_INFO"]
    if path == "/a":
        body = b'{"ok":"pong"}'
    elif path == "/orders":
        order = Order.model_validate_json(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        body = made(order).model_dump_json().encode()
    else:
        query = parse_qs(environ["QUERY_STRING"])
        Query.model_validate({"limit": query["limit"][0], "tags": query["tags"]})
        body = SMALLS.dump_json(smalls(int(path.rpartition("/")[2])))
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def made(order: Order) -> Made:
    return Made(
        order_id=1,
        status=order.status,
        total=total(order.items),
        created_at=order.customer.created_at,
        items=order.items,
    )


def smalls(order_id: int) -> list[Small]:
    return [Small(id=order_id + n, name=f"order {n}") for n in range(20)]


def environ_of(method: str, path: str, query: str = "", body: bytes = b"") -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    if body:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
    return environ


WORKLOADS: dict[str, Callable[[], dict[str, Any]]] = {
    "A": lambda: environ_of("GET", "/a"),
    "B": lambda: environ_of("POST", "/orders", body=BODY),
    "C": lambda: environ_of("GET", "/orders/7", "limit=10&tags=a&tags=b"),
}


def answer(app: Wsgi, environ: dict[str, Any]) -> tuple[str, Any]:
    said: list[str] = []
    body = app(environ, lambda status, headers, info=None: said.append(status))
    text = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return said[0], json.loads(text)


def seconds(app: Wsgi, environ_of_call: Callable[[], dict[str, Any]], calls: int) -> float:
    environs = [environ_of_call() for _ in range(calls)]

    def start(status: str, headers: Any, info: Any = None) -> None:
        return None

    began = time.perf_counter()
    for environ in environs:
        body = app(environ, start)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()
    return (time.perf_counter() - began) / calls


def disqualified(contestants: dict[str, Wsgi]) -> list[str]:
    """Contestants that answer a workload other than hand-written Flask does."""
    wrong = []
    for workload, environ in WORKLOADS.items():
        wanted = answer(contestants["hand-written Flask"], environ())
        wrong += [f"{n} on {workload}" for n, app in contestants.items() if answer(app, environ()) != wanted]
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--calls", type=int, default=400, help="calls of each contestant in a round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        contestants = {"bare WSGI": bare, "hand-written Flask": hand_written(), "PyMacaron": pymacaron(Path(folder))}
        wrong = disqualified(contestants)
        if wrong:
            sys.stderr.write(f"wrong answers: {', '.join(wrong)}\n")
            return 1
        print(f"{'':22}" + "".join(f"{w + ' us':>10}{'ratio':>8}" for w in WORKLOADS))
        times: dict[tuple[str, str], list[float]] = {}
        for _ in range(options.rounds):
            for workload, environ in WORKLOADS.items():
                for name, app in contestants.items():
                    times.setdefault((name, workload), []).append(seconds(app, environ, options.calls))
        for name in contestants:
            print(f"{name:22}" + "".join(_cell(times, name, workload) for workload in WORKLOADS))
    return 0


def _cell(times: dict[tuple[str, str], list[float]], name: str, workload: str) -> str:
    own, reference = times[name, workload], times["hand-written Flask", workload]
    ratio = statistics.median(mine / other for mine, other in zip(own, reference, strict=True))
    return f"{statistics.median(own) * 1e6:10.1f}{ratio:8.2f}"


if __name__ == "__main__":
    sys.exit(main())
