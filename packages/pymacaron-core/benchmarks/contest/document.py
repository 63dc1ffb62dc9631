"""The OpenAPI document of the workloads, for those who start from one."""

from __future__ import annotations

from contest.workloads import AUTHENTICATED

DOCUMENT = """\
openapi: 3.0.3
info: {title: Workloads, version: "1"}
paths:
  /ping:
    get:
      operationId: MODULE.ping
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Pong"}}}}
  /orders:
    post:
      operationId: MODULE.create_order
      SECURITY
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Made"}}}}
  /orders/{order_id}:
    get:
      operationId: MODULE.list_orders
      parameters:
        - {name: order_id, in: path, required: true, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Small"}}}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer, x-bearerInfoFunc: MODULE.bearer_info}
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
        status: {type: string, enum: [new, paid, sent, gone]}
        total: {type: number}
        created_at: {type: string, format: date-time}
        items: {type: array, items: {$ref: "#/components/schemas/Item"}}
    Small:
      type: object
      required: [id, name]
      properties: {id: {type: integer}, name: {type: string}}
"""


def document(kind: str, module: str) -> str:
    """The document of one kind of application, its operations served by the functions of a module."""
    secured = DOCUMENT.replace("SECURITY", "security: [{token: []}]" if kind == AUTHENTICATED else "security: []")
    return secured.replace("MODULE", module)
