"""Values by chance: such as fit a schema, such as nearly do, and such as have nothing to do with it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from differential.schemas import NAMES, NUMBERS, TEXTS

_DEEPEST = 6
_EXAMPLES = {
    "^[a-c]+$": "abc",
    "b": "b",
    "^\\d{2}$": "12",
    "^(?!x)": "a",
    "a.c": "abc",
    "^$": "",
    "[^a]": "b",
    "\\.": ".",
}
_ODD = (None, True, False, 0, 1, 1.0, -0.0, "", "a", "1", [], {}, [None], {"a": None}, 1e300, 2**70, "null", 0.1 + 0.2)


class Values:
    """Values for one schema as JSON Schema 2020-12."""

    def __init__(self, schema: dict[str, Any], random: Random) -> None:
        self.definitions = schema["$defs"]
        self.schema = schema["allOf"][0]
        self.random = random

    def texts(self, count: int) -> Iterator[str]:
        """JSON texts, most of them of values that fit or nearly do."""
        for at in range(count):
            value = self.fitting(self.schema, 0) if at % 8 else self.anything(2)
            if at % 2:
                for _ in range(self.random.choice((1, 1, 2))):
                    value = self.mutated(value)
            yield json.dumps(value, ensure_ascii=self.random.random() < 0.5)

    def fitting(self, schema: Any, depth: int) -> Any:
        """A value that fits, as far as that is easily had."""
        schema = self.flat(schema, depth)
        if isinstance(schema, bool):
            return self.anything(1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return copy.deepcopy(self.random.choice(schema["enum"]))
        kinds = schema.get("type") or self.implied(schema)
        kind = kinds if isinstance(kinds, str) else self.random.choice(kinds)
        if kind == "object":
            return self.object(schema, depth)
        if kind == "array":
            return self.array(schema, depth)
        if kind == "string":
            return self.string(schema)
        if kind in ("integer", "number"):
            return self.number(schema, kind)
        return None if kind == "null" else self.random.random() < 0.5

    def implied(self, schema: dict[str, Any]) -> str:
        if {"properties", "required", "additionalProperties", "minProperties"} & schema.keys():
            return "object"
        if {"items", "contains", "prefixItems", "minItems"} & schema.keys():
            return "array"
        if {"minimum", "maximum", "multipleOf"} & schema.keys():
            return "number"
        return self.random.choice(("string", "integer", "object", "null", "boolean"))

    def flat(self, schema: Any, depth: int) -> Any:
        """One schema in place of those that must or may hold together."""
        for _ in range(8):
            if isinstance(schema, bool):
                return schema
            parts: list[Any] = []
            if "$ref" in schema:
                parts.append(self.definitions[schema["$ref"].rpartition("/")[2]])
            parts += schema.get("allOf", ())
            for word in ("anyOf", "oneOf"):
                if schema.get(word):
                    parts.append(self.random.choice(schema[word]))
            if "if" in schema:
                chosen = (
                    [schema["if"], schema.get("then", True)]
                    if self.random.random() < 0.5
                    else [schema.get("else", True)]
                )
                parts += chosen
            if not parts:
                return schema
            merged = {
                k: v for k, v in schema.items() if k not in ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")
            }
            for part in parts:
                merged = _both(merged, part)
            schema = merged
        return {key: value for key, value in schema.items() if key != "$ref"}

    def object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        found = {}
        keep = 0.6 if depth < 3 else 0.2
        for name, inner in properties.items():
            if (name in schema.get("required", ()) or self.random.random() < keep) and depth < _DEEPEST:
                found[name] = self.fitting(inner, depth + 1)
        extra = schema.get("additionalProperties", True)
        for name in schema.get("required", ()):
            if name not in found and depth < _DEEPEST:
                found[name] = self.fitting(extra, depth + 1)
        wanted = self.random.randint(0, 1) if extra is not False and self.random.random() < 0.5 else 0
        for name in self.random.sample(NAMES, max(wanted, min(3, schema.get("minProperties", 0) - len(found)))):
            if name not in properties:
                found[name] = self.fitting(extra, depth + 1) if depth < _DEEPEST else None
        return found

    def array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        least = min(schema.get("minItems", 0), 5)
        length = max(least, min(self.random.randint(0, 3), schema.get("maxItems", 9)))
        if depth >= _DEEPEST:
            return []
        prefix = schema.get("prefixItems", [])
        items = [self.fitting(each, depth + 1) for each in prefix[:length]] if self.random.random() < 0.9 else []
        while len(items) < length:
            wanted = (
                schema["contains"] if "contains" in schema and self.random.random() < 0.6 else schema.get("items", True)
            )
            items.append(self.fitting(wanted, depth + 1))
        return items

    def string(self, schema: dict[str, Any]) -> str:
        found = _EXAMPLES.get(schema.get("pattern", ""), self.random.choice(TEXTS))
        while len(found) < min(schema.get("minLength", 0), 9):
            found += self.random.choice("abc")
        return found[: schema["maxLength"]] if "maxLength" in schema and "pattern" not in schema else found

    def number(self, schema: dict[str, Any], kind: str) -> Any:
        step = schema.get("multipleOf", 1 if kind == "integer" or self.random.random() < 0.5 else 0.25)
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        start = low if low is not None else (high - 3 * step if high is not None else self.random.choice((0, 1, -3)))
        found = round((int(start / step) + self.random.randint(0, 3)) * step, 6)
        if kind == "integer" and found == int(found):
            return float(found) if self.random.random() < 0.1 else int(found)
        return found

    def anything(self, depth: int) -> Any:
        if depth > 0 and self.random.random() < 0.5:
            if self.random.random() < 0.5:
                return [self.anything(depth - 1) for _ in range(self.random.randint(0, 3))]
            return {name: self.anything(depth - 1) for name in self.random.sample(NAMES, self.random.randint(0, 3))}
        return copy.deepcopy(self.random.choice((*_ODD, *TEXTS, *NUMBERS)))

    def mutated(self, value: Any) -> Any:
        """The value with one thing changed, somewhere."""
        if isinstance(value, dict) and value and self.random.random() < 0.75:
            name = self.random.choice(list(value))
            if self.random.random() < 0.25:
                return {key: inner for key, inner in value.items() if key != name}
            return {**value, name: self.mutated(value[name])}
        if isinstance(value, list) and value and self.random.random() < 0.75:
            at = self.random.randrange(len(value))
            if self.random.random() < 0.3:
                return (
                    [*value, copy.deepcopy(value[at])] if self.random.random() < 0.5 else value[:at] + value[at + 1 :]
                )
            return [*value[:at], self.mutated(value[at]), *value[at + 1 :]]
        return self.another(value)

    def another(self, value: Any) -> Any:
        if self.random.random() < 0.25:
            return self.anything(1)
        if isinstance(value, bool):
            return self.random.choice((not value, int(value), None))
        if isinstance(value, (int, float)):
            near = (
                value + 1,
                value - 1,
                value + 0.5,
                -value,
                str(value),
                float(value) if abs(value) < 2**53 else 0,
                value * 2,
            )
            return self.random.choice(near)
        if isinstance(value, str):
            return self.random.choice(
                (value + "a", value[:-1], value.upper(), value + "xyzxyz", None, 1, self.random.choice(TEXTS))
            )
        if isinstance(value, dict):
            return {**value, self.random.choice(NAMES): self.anything(1)}
        if isinstance(value, list):
            return [*value, self.anything(1)]
        return self.anything(1)


def _both(mine: dict[str, Any], other: Any) -> dict[str, Any]:
    if isinstance(other, bool):
        return mine
    merged = {**mine, **other}
    for word in ("properties", "required", "allOf"):
        if word in mine and word in other:
            same = isinstance(mine[word], dict)
            merged[word] = {**mine[word], **other[word]} if same else [*mine[word], *other[word]]
    if "type" in mine and "type" in other:
        kinds = [mine["type"]] if isinstance(mine["type"], str) else mine["type"]
        theirs = [other["type"]] if isinstance(other["type"], str) else other["type"]
        merged["type"] = [kind for kind in kinds if kind in theirs] or other["type"]
    return merged
