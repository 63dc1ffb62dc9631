"""The project that is served: an operation for each way that a body comes in or a reply goes out."""

from __future__ import annotations

from pathlib import Path

DOCUMENT = """\
openapi: 3.0.3
info: {title: Soak, version: "1"}
paths:
  /orders/{id}:
    get:
      operationId: readOrder
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Tenant, in: header, schema: {type: string, maxLength: 20}}
      responses: &order
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '404': {description: it is not there}
        '409': {description: it is taken}
  /orders:
    post:
      operationId: createOrder
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses: *order
  /versions/{id}:
    get:
      operationId: readVersion
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: ok
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
        '304': {description: as it was}
  /waiting/{id}:
    get:
      operationId: waitForOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: *order
  /hooked/{id}:
    get:
      operationId: readHooked
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: *order
  /forms:
    post:
      operationId: takeForm
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Form'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Form'}}
      responses: &taken
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Taken'}}}}
  /streams:
    get:
      operationId: readStream
      parameters: [{name: lines, in: query, required: true, schema: {type: integer}}]
      responses:
        '200': {description: ok, content: {application/jsonl: {schema: {$ref: '#/components/schemas/Line'}}}}
    put:
      operationId: keepStream
      requestBody:
        required: true
        content: {application/octet-stream: {schema: {type: string, format: binary}}}
      responses: *taken
  /large:
    get:
      operationId: readLarge
      responses:
        '200': {description: ok, content: {application/octet-stream: {schema: {type: string, format: binary}}}}
  /text:
    get:
      operationId: readText
      responses: {'200': {description: ok, content: {text/plain: {schema: {type: string}}}}}
components:
  schemas:
    Order:
      type: object
      required: [id, status]
      properties:
        id: {type: integer}
        status: {type: string, enum: [open, paid, sent]}
        note: {type: string, maxLength: 200}
        items: {type: array, items: {$ref: '#/components/schemas/Item'}}
    Item:
      type: object
      required: [sku, quantity]
      properties: {sku: {type: string}, quantity: {type: integer, minimum: 1}, price: {type: number}}
    Form:
      type: object
      required: [name]
      properties: {name: {type: string}, age: {type: integer}, file: {type: string, format: binary}}
    Taken: {type: object, required: [size], properties: {size: {type: integer}, name: {type: string}}}
    Line: {type: object, required: [line, text], properties: {line: {type: integer}, text: {type: string}}}
"""
FUNCTIONS = """\
import asyncio

from apis.soak_models import Item, Line, Order, Taken
from flask import g
from pymacaron_core import Conflict, NotFound, Upload

LARGE = bytes(range(256)) * 4096
TEXT = "".join(f"line {number} of a text that is worth to be compressed\\n" for number in range(400))
streams = {"begun": 0, "ended": 0}


def order(id, count=2):
    return Order(id=id, status="open", items=[Item(sku=f"sku-{n}", quantity=n + 1, price=2.5) for n in range(count)])


def read_order(id, limit, tags, x_tenant):
    if id % 1000 == 404:
        raise NotFound(f"there is no order {id}")
    if id % 1000 == 409:
        raise Conflict(f"the order {id} is taken")
    return order(id, limit or 2)


def create_order(body):
    return body


def read_version(id):
    return order(id), {"ETag": f'"v{id}"'}


async def wait_for_order(id):
    first, _ = await asyncio.gather(asyncio.sleep(0, order(id)), asyncio.sleep(0))
    return first


def read_hooked(id):
    return order(g.number)


def take_form(body):
    size = len(body.file.read()) if body.file else 0
    return Taken(size=size, name=body.name)


def read_stream(lines):
    streams["begun"] += 1
    try:
        for number in range(lines):
            yield Line(line=number, text="x" * 500)
    finally:
        streams["ended"] += 1


def keep_stream(body: Upload):
    return Taken(size=sum(len(piece) for piece in iter(lambda: body.read(65536), b"")))


def read_large():
    return LARGE


def read_text():
    return TEXT
"""
SERVER = """\
import gc
import os
import sys

from flask import Flask, g, request
from pymacaron_core import API

app = Flask(__name__)


@app.before_request
def number():
    if request.path.startswith("/hooked/"):
        g.number = int(request.path.rpartition("/")[2])


@app.after_request
def tell(response):
    if "number" in g:
        response.headers["X-Number"] = str(g.number)
    return response


@app.get("/inside")
def inside():
    gc.collect()
    found = {"pid": os.getpid(), "objects": len(gc.get_objects()), "blocks": sys.getallocatedblocks()}
    return {**found, "streams": api.streams["begun"] - api.streams["ended"]}


API(app).load_apis("apis").start()
from soak import api
"""
CONFIGURATION = "core: {server: %s, handlers: soak.api, renew_after: null, max_body_bytes: 1048576, compression: {}}\n"


def make_project(root: Path, server: str) -> Path:
    """Write the project in a folder."""
    (root / "apis").mkdir(parents=True)
    (root / "apis" / "soak.yaml").write_text(DOCUMENT)
    (root / "soak").mkdir()
    (root / "soak" / "__init__.py").touch()
    (root / "soak" / "api.py").write_text(FUNCTIONS)
    (root / "server.py").write_text(SERVER)
    (root / "pym-config.yaml").write_text(CONFIGURATION % server)
    return root
