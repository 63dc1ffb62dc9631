"""Answers made up from the document: its examples where it has some, else the smallest value its schema allows."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

from pymacaron_core.media import is_json, is_sequence
from pymacaron_core.models.kinds import is_of
from pymacaron_core.spec.directions import is_said
from pymacaron_core.spec.discriminators import value_of
from pymacaron_core.spec.operation import Discriminator, MediaType, Operation, Reply, Schema, Specification
from pymacaron_core.spec.views import REQUEST_OF

HEADER = "X-PyMacaron-Mock"
FORMATS = {
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:00:00Z",
    "date-time-local": "2024-02-29T12:00:00",
    "time": "12:00:00Z",
    "time-local": "12:00:00",
    "duration": "PT1H",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "somebody@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "bW9jaw==",
    "decimal": "1.00",
    "decimal128": "1.00",
    "base64url": "bW9jaw",
    "idn-email": "somebody@example.com",
    "idn-hostname": "example.com",
    "uri-reference": "/example",
    "uri-template": "/example/{name}",
    "iri": "https://example.com/",
    "iri-reference": "/example",
    "json-pointer": "/example",
    "relative-json-pointer": "0",
    "regex": "^example$",
    "char": "x",
    "http-date": "Thu, 29 Feb 2024 12:00:00 GMT",
    "media-range": "text/plain",
    "sf-integer": "1",
    "sf-decimal": "1.0",
    "sf-string": '"example"',
    "sf-token": "example",
    "sf-binary": ":bW9jaw==:",
    "sf-boolean": "?1",
}


RANGES = {"image/*": "image/png", "audio/*": "audio/mpeg", "video/*": "video/mp4", "font/*": "font/woff2"}
"""A media type of each range that has none for any bytes."""

DEEPEST = 12
"""How deep a value is made from a schema: schemas that refer to each other have no end."""

LONGEST = 1000
"""How many items or letters a value gets, whatever the least is that its schema wants."""


def mock_function(operation: Operation, specification: Specification) -> Any:
    """A function that stands in for one that is not written yet; its replies are marked by a header."""
    reply = operation.success
    status = int(reply.status) if reply is not None and reply.status.isdigit() else 200
    name = operation.id or f"{operation.method} {operation.path}"

    @functools.cache
    def value() -> Any:
        return _value_of(reply, specification) if reply is not None else None

    headers = {HEADER: name, **_type_of_range(reply)}

    def mocked(*positional: Any, **keywords: Any) -> Any:
        return value(), status, headers

    return mocked


def _type_of_range(reply: Reply | None) -> dict[str, str]:
    """The media type of a made-up reply where the document names a range of them alone."""
    only = reply.content[0].name if reply is not None and len(reply.content) == 1 else ""
    return {"Content-Type": RANGES[only]} if only in RANGES else {}


def _value_of(reply: Reply, specification: Specification) -> Any:
    """A value of a reply: data where it has JSON, a list of items, else text; None where it has no content."""
    if not reply.content:
        return None
    media = next((m for m in reply.content if is_json(m.name) or "*" in m.name), None)
    if media is not None:
        return example_of(media, specification)
    first = reply.content[0]
    value = example_of(first, specification)
    if is_sequence(first.name):
        return value if isinstance(value, list) else [value]
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def example_of(media: MediaType, specification: Specification) -> Any:
    """The first example of a media type, or one made from its schema."""
    if media.examples:
        return media.examples[0]
    return None if media.schema is None else example(media.schema, specification)


def example(schema: Schema, specification: Specification, depth: int = 0) -> Any:
    """A value that the schema allows: its own example, default, constant or first enum value, else the smallest."""
    schema = specification.resolve(schema)
    found = _example(schema, specification, depth)
    is_said_so = any(name in schema.keywords for name in ("example", "default", "const", "examples"))
    return found if is_said_so or not isinstance(found, dict) else _told_apart(found, schema, specification, depth)


def _told_apart(value: dict[str, Any], schema: Schema, specification: Specification, depth: int) -> Any:
    """An object with the value that means its schema, where a discriminator tells it from others; a child's object
    where the schema itself has no value of its own."""
    told = _discriminator(schema, specification)
    if told is None or told.property_name not in value or depth >= DEEPEST:
        return value
    name = next((name for name, each in specification.schemas.items() if each is schema), "")
    meant = next((key for key, each in told.mapping.items() if each == name), "")
    meant = meant or value_of(schema, schema.get(REQUEST_OF, name))
    said = next((each for part in _line(schema, specification) for each in _declared(part, told.property_name)), None)
    fitting = specification.resolve(said).get("enum") if said is not None else None
    if not name or not fitting or meant in fitting:
        return {**value, told.property_name: meant} if meant else value
    child = next((each for key, each in told.mapping.items() if key in fitting and each != name), None)
    return value if child is None else example(specification.schemas[child], specification, depth + 1)


def _declared(schema: Schema, name: str) -> list[Schema]:
    return [schema.properties()[name]] if name in schema.properties() else []


def _discriminator(schema: Schema, specification: Specification) -> Discriminator | None:
    found = (part.get("discriminator") for part in _line(schema, specification))
    return next((told for told in found if isinstance(told, Discriminator)), None)


def _line(schema: Schema, specification: Specification) -> Iterator[Schema]:
    """A schema and what it is made of, the nearest first."""
    waiting, seen = [schema], set[int]()
    for each in waiting:
        resolved = specification.resolve(each)
        if id(resolved) not in seen:
            seen.add(id(resolved))
            yield resolved
            waiting.extend(resolved.get("allOf", ()))


def _example(schema: Schema, specification: Specification, depth: int) -> Any:
    schema = specification.resolve(schema)
    keywords = schema.keywords
    for name in ("example", "default", "const"):
        if name in keywords and _fits(keywords[name], schema):
            return keywords[name]
    for name in ("examples", "enum"):
        for each in keywords.get(name, ()):
            if _fits(each, schema):
                return each
    if schema.ref is not None:
        return example(specification.schemas[schema.ref], specification, depth + 1)
    if keywords.get("allOf"):
        return _merged(schema, specification, depth)
    for name in ("oneOf", "anyOf"):
        if keywords.get(name):
            return example(keywords[name][0], specification, depth + 1)
    return _by_type(schema, specification, depth)


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a value is of a schema's types: ``example: 12345`` is no string."""
    return not schema.types or is_of(value, schema.types)


def _merged(schema: Schema, specification: Specification, depth: int) -> Any:
    parts = schema.keywords["allOf"] if depth < DEEPEST else ()
    values = [_example(part, specification, depth + 1) for part in parts]
    objects = [value for value in values if isinstance(value, dict)]
    if values and not objects and not schema.properties():
        return values[0]
    merged: dict[str, Any] = {}
    for value in objects:
        merged.update(value)
    merged.update(_object(schema, specification, depth))
    return merged


def _by_type(schema: Schema, specification: Specification, depth: int) -> Any:
    kind = next((t for t in schema.types if t != "null"), None)
    if kind is None:
        kind = "object" if schema.properties() else ("null" if schema.types else "object")
    if kind == "object":
        return _object(schema, specification, depth)
    if kind == "array":
        return _array(schema, specification, depth)
    if kind == "string":
        return _string(schema)
    if kind in ("integer", "number"):
        return _number(schema, kind)
    return True if kind == "boolean" else None


def _object(schema: Schema, specification: Specification, depth: int) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    return {
        name: example(property_, specification, depth + 1)
        for name, property_ in schema.properties().items()
        if (name in required or depth < 3) and depth < DEEPEST
        if not is_said("writeOnly", property_, specification.schemas)
    }


def _array(schema: Schema, specification: Specification, depth: int) -> list[Any]:
    items = schema.get("items")
    count = min(max(int(schema.get("minItems", 0)), 1 if depth < 3 else 0), LONGEST if depth < 3 else 1)
    if not isinstance(items, Schema) or depth >= DEEPEST:
        return []
    return [example(items, specification, depth + 1) for _ in range(count)]


def _string(schema: Schema) -> str:
    text = FORMATS.get(str(schema.get("format")), "string")
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    text = text + "x" * (min(least, LONGEST) - len(text))
    return text[: int(most)] if most is not None else text


def _number(schema: Schema, kind: str) -> int | float:
    low, high = schema.get("minimum"), schema.get("maximum")
    step = schema.get("multipleOf")
    if low is None and schema.get("exclusiveMinimum") is not None:
        low = schema.get("exclusiveMinimum") + (step or 1)
    value = low if low is not None else (min(high, 0) if high is not None else 0)
    if step:
        value = -(-value // step) * step
    return int(value) if kind == "integer" else value
