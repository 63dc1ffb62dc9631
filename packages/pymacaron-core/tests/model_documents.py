"""Documents for the tests of models, and the catalog of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pymacaron_core import spec
from pymacaron_core.models import Catalog, faults_of, load_models
from pymacaron_core.spec.operation import Specification

SHOP = """
Kind: {type: string, enum: [book, toy], description: What we sell.}
Orders: {type: array, items: {$ref: '#/components/schemas/Order'}}
Item:
  type: object
  additionalProperties: false
  required: [sku]
  properties:
    sku: {type: string, pattern: '^[A-Z]{3}-\\d{4}$'}
    quantity: {type: integer, minimum: 1}
    price: {type: number, minimum: 0}
Order:
  type: object
  description: What somebody wants.
  required: [id, kind]
  x-table: orders
  properties:
    id: {type: integer, format: int64}
    kind: {$ref: '#/components/schemas/Kind'}
    note: {type: string, nullable: true, maxLength: 20, description: Free text.}
    date: {type: string, format: date}
    created: {type: string, format: date-time}
    json: {type: string}
    class: {type: string}
    x-ref no: {type: string}
    status: {type: string, enum: [new, sent], default: new}
    secret: {type: string, format: byte}
    owner:
      type: object
      required: [name]
      properties: {name: {type: string}, Kind: {$ref: '#/components/schemas/Kind'}}
    items: {type: array, items: {$ref: '#/components/schemas/Item'}, maxItems: 3, uniqueItems: true}
    labels: {type: object, additionalProperties: {type: integer}}
BigOrder:
  allOf:
  - {$ref: '#/components/schemas/Order'}
  - {type: object, required: [size], properties: {size: {type: number, exclusiveMinimum: true, minimum: 0}}}
Circle: {type: object, required: [shape], properties: {shape: {type: string}, r: {type: number}}}
Square: {type: object, required: [shape], properties: {shape: {type: string}, a: {type: number}}}
Shape:
  oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]
  discriminator: {propertyName: shape, mapping: {round: '#/components/schemas/Circle'}}
Drawing: {type: object, properties: {shape: {$ref: '#/components/schemas/Shape'}}}
Free: {type: object}
"""


def specification_of(
    root: Path, schemas: str, *, paths: str = "{}", name: str = "shop", version: str = "3.0.3"
) -> Specification:
    """The specification of a document in ``apis/`` of a project, with these component schemas (YAML) and paths."""
    document = {
        "openapi": version,
        "info": {"title": name, "version": "1"},
        "paths": yaml.safe_load(paths) or {"/": {"get": {"responses": {"204": {"description": "done"}}}}},
        "components": {"schemas": yaml.safe_load(schemas)},
    }
    path = root / "apis" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    specification, _ = spec.read(path, root=root)
    return specification


def catalog_of(root: Path, schemas: str = SHOP, **given: Any) -> Catalog:
    """The catalog of such a document."""
    specification = specification_of(root, schemas, **given)
    return Catalog(specification, load_models(specification, root=root, write=True))


def read(catalog: Catalog, name: str, text: str) -> Any:
    """A JSON text read as the wire is read."""
    schema = catalog.specification.schemas[name]
    return catalog.adapter(schema).validator.validate_json(text, strict=True, by_alias=True, by_name=False)


def refused(catalog: Catalog, name: str, text: str) -> list[tuple[str, str]]:
    """Where and by which rule a JSON text is refused; empty when it is not."""
    try:
        read(catalog, name, text)
    except ValidationError as error:
        return [(fault.pointer, fault.rule) for fault in faults_of(error, "body")]
    return []
