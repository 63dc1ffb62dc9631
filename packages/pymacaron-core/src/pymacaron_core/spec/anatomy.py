"""What stands where in a document: which object each key of each object holds, by dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ONE, LIST, MAP, NAMED, EITHER = "one", "list", "map", "named", "either"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Held:
    """What a key holds: an object of this ``kind``, or a list or a mapping of them.

    ``MAP`` passes over ``x-`` keys; in ``NAMED`` the keys are names that an author chose. ``EITHER`` is one or a list.
    """

    kind: str
    form: str = ONE


Anatomy = Mapping[str, Mapping[str, Held]]
"""The keys of each kind of object that hold other objects; ``*`` is every key that is not ``x-``."""

_SCHEMA: Mapping[str, Held] = {
    **dict.fromkeys(("additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"), Held("schema")),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties", "contentSchema", "additionalItems"), Held("schema")),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), Held("schema", LIST)),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas"), Held("schema", NAMED)),
    **dict.fromkeys(("definitions", "$defs", "dependencies"), Held("schema", NAMED)),
    "items": Held("schema", EITHER),
    "discriminator": Held("discriminator"),
}
_PATH: Mapping[str, Held] = {**dict.fromkeys(_METHODS, Held("operation")), "parameters": Held("parameter", LIST)}
SWAGGER2: Anatomy = {
    "document": {
        "paths": Held("path", MAP),
        "definitions": Held("schema", NAMED),
        "parameters": Held("parameter", NAMED),
        "responses": Held("response", NAMED),
        "securityDefinitions": Held("security scheme", NAMED),
    },
    "path": _PATH,
    "operation": {"parameters": Held("parameter", LIST), "responses": Held("response", MAP)},
    "parameter": {"schema": Held("schema")},
    "response": {"schema": Held("schema"), "headers": Held("header", NAMED)},
    "header": {},
    "schema": _SCHEMA,
}
_DESCRIBED: Mapping[str, Held] = {
    "schema": Held("schema"),
    "content": Held("media type", MAP),
    "examples": Held("example", NAMED),
}
OPENAPI3: Anatomy = {
    "document": {
        "paths": Held("path", MAP),
        "webhooks": Held("path", MAP),
        "components": Held("components"),
    },
    "components": {
        "schemas": Held("schema", NAMED),
        "responses": Held("response", NAMED),
        "parameters": Held("parameter", NAMED),
        "examples": Held("example", NAMED),
        "requestBodies": Held("request body", NAMED),
        "headers": Held("header", NAMED),
        "securitySchemes": Held("security scheme", NAMED),
        "links": Held("link", NAMED),
        "callbacks": Held("callback", NAMED),
        "pathItems": Held("path", NAMED),
    },
    "path": _PATH,
    "operation": {
        "parameters": Held("parameter", LIST),
        "requestBody": Held("request body"),
        "responses": Held("response", MAP),
        "callbacks": Held("callback", MAP),
    },
    "callback": {"*": Held("path")},
    "parameter": _DESCRIBED,
    "header": _DESCRIBED,
    "request body": {"content": Held("media type", MAP)},
    "response": {
        "headers": Held("header", NAMED),
        "content": Held("media type", MAP),
        "links": Held("link", MAP),
    },
    "media type": {
        "schema": Held("schema"),
        "examples": Held("example", NAMED),
        "encoding": Held("encoding", NAMED),
    },
    "encoding": {"headers": Held("header", NAMED)},
    "schema": _SCHEMA,
}
_COMPONENTS = {held.kind: ("components", key) for key, held in OPENAPI3["components"].items()}
GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "2.0": {held.kind: (key,) for key, held in SWAGGER2["document"].items() if key != "paths"},
    "3.0": {kind: group for kind, group in _COMPONENTS.items() if kind != "path"},
    "3.1": _COMPONENTS,
}
"""Where a document keeps objects that references lead to, by dialect and kind; other kinds have no such place."""


def anatomy(dialect: str) -> Anatomy:
    """The anatomy of a dialect: ``2.0``, ``3.0``, ``3.1``."""
    return SWAGGER2 if dialect == "2.0" else OPENAPI3


def groups(dialect: str) -> Mapping[str, tuple[str, ...]]:
    """Where the named objects of a dialect stand, by kind."""
    return GROUPS.get(dialect, GROUPS["3.1"])


def held_by(known: Mapping[str, Held], key: str) -> Held | None:
    """What a key of an object holds; None where that is plain data."""
    found = known.get(key)
    return found if found is not None or key.startswith("x-") else known.get("*")
