"""Schemas by chance, in the spelling of one dialect: everyday ones, and such as nobody would write."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

DIALECTS = ("2.0", "3.0", "3.1")
KINDS = ("string", "integer", "number", "boolean", "array", "object")
NAMES = (
    "a",
    "b",
    "c",
    "kind",
    "name",
    "id",
    "class",
    "date",
    "x-y",
    "List",
    "model_config",
    "json",
    "with space",
    "ä",
    "1a",
)
PATTERNS = ("^[a-c]+$", "b", "^\\d{2}$", "^(?!x)", "a.c", "^$", "[^a]", "\\.", "^(a|bc)*$")
TEXTS = ("", "a", "b", "abc", "bc", "12", "x", "ä😀", "a.c", "xyz", "id", "kind", "A")
NUMBERS = (0, 1, -1, 2, 3, 10, 1.0, 0.5, 1.5, -2.5, 100, 2**53, 1e3, 0.1, 0.3)
STEPS = (1, 2, 3, 0.5, 0.1, 0.01, 10, 1.5)


class Schemas:
    """Makes schemas, named ones that refer to each other among them, for one document."""

    def __init__(self, dialect: str, random: Random) -> None:
        self.dialect = dialect
        self.random = random
        self.prefix = "#/definitions/" if dialect == "2.0" else "#/components/schemas/"
        self.named: dict[str, Any] = {}
        self.inner: list[str] = []
        self.combining = random.choice((0.2, 0.3, 0.5))

    def document_parts(self, count: int) -> tuple[dict[str, Any], list[Any]]:
        """Named schemas, and as many schemas of bodies."""
        names = [f"Named{at}" for at in range(max(3, count // 2))]
        self.named = dict.fromkeys(names, True)
        for at, name in enumerate(names):
            self.named[name] = self.everyday(name) if at % 3 == 0 else self.schema(2)
        without_circles(self.named)
        self.inner = list(_inner_pointers(self.named))
        bodies = [self.schema(3) if self.random.random() < 0.8 else self.reference() for _ in range(count)]
        return self.named, bodies

    def schema(self, depth: int) -> Any:
        """One schema. Branches that could mean themselves without end hold no references."""
        if depth <= 0 and self.chance(0.6):
            return self.leaf()
        if self.chance(0.15):
            return self.reference()
        if self.dialect == "3.1" and self.chance(0.02):
            return self.chance(0.7)
        if self.chance(0.04):
            return {}
        if depth > 0 and self.chance(self.combining):
            return self.combined(depth)
        found = self.of_kind(self.random.choice(KINDS), depth)
        if self.chance(0.08) and depth > 0:
            found |= self.of_kind(self.random.choice(KINDS), depth - 1)  # keywords of another type, or of none
            if self.chance(0.5):
                found.pop("type", None)
        return self.with_null(self.with_values(found))

    def reference(self) -> dict[str, Any]:
        names = self.inner if self.inner and self.chance(0.15) else list(self.named)
        found: dict[str, Any] = {"$ref": self.prefix + self.random.choice(names)}
        if self.chance(0.1):
            found |= self.of_kind(self.random.choice(("string", "integer", "object")), 0)
        elif self.chance(0.1):
            found |= {"description": "What it is."}
        return self.with_null(found)

    def everyday(self, name: str) -> dict[str, Any]:
        """A schema as they stand in most documents. ``name`` is its own: trees refer to themselves."""
        itself = {"$ref": self.prefix + name}
        tags = ("a", "b", "x") if self.dialect != "2.0" else ()
        text: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 3}
        count: dict[str, Any] = {"type": "integer", "minimum": 0, "default": 1}
        shapes: list[dict[str, Any]] = [
            {
                "type": "object",
                "required": ["name"],
                "properties": {"name": text, "a": count},
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"name": text, "kind": self.with_null({"type": "string", "enum": ["a", "b"]})},
            },
            {"type": "object", "required": ["a"], "properties": {"a": count, "b": {"type": "array", "items": itself}}},
            {"type": "object", "properties": {"a": itself, "b": {"type": "object", "additionalProperties": itself}}},
            {
                "type": "object",
                "required": ["b"],
                "properties": {"b": {"type": "array", "items": self.plain_reference()}},
            },
            {"allOf": [self.object(0), {"type": "object", "required": ["a"], "properties": {"a": count}}]},
            {"allOf": [self.plain_reference(), {"type": "object", "properties": {"id": text}}]},
            self.object(2),
        ]
        if tags:
            branches = [
                {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"type": "string", "enum": [tag]}, "a": inner},
                }
                for tag, inner in zip(tags, (text, count, self.leaf()), strict=True)
            ]
            shapes += [{self.random.choice(("oneOf", "anyOf")): branches}]
            shapes += [{"oneOf": [text, count, {"type": "array", "items": itself}]}]
        return self.random.choice(shapes)

    def combined(self, depth: int) -> Any:
        words = {"2.0": ("allOf",), "3.0": ("allOf", "oneOf", "anyOf", "not")}.get(
            self.dialect, ("allOf", "oneOf", "anyOf", "not", "if")
        )
        word = self.random.choice(words)
        around = self.of_kind(self.random.choice(KINDS), depth - 1) if self.chance(0.3) else {}
        if word == "not":
            around["not"] = self.leaf() if self.chance(0.5) else self.schema(depth - 2)
        elif word == "if":
            around["if"] = self.leaf() if self.chance(0.4) else self.object(0)
            for key in ("then", "else"):
                if self.chance(0.7):
                    around[key] = self.schema(depth - 2)
        elif word == "allOf" and self.chance(0.7):
            around = {"allOf": [self.branch_object(depth) for _ in range(self.random.randint(1, 3))]}
            if self.chance(0.3):
                around |= self.object(depth - 1)
        else:
            around[word] = [self.branch(depth - 1) for _ in range(self.random.randint(1, 3))]
        return self.with_null(around)

    def branch(self, depth: int) -> Any:
        return self.branch_object(depth) if self.chance(0.4) else self.schema(depth)

    def branch_object(self, depth: int) -> Any:
        return self.plain_reference() if self.chance(0.3) else self.object(depth - 1)

    def plain_reference(self) -> dict[str, Any]:
        return {"$ref": self.prefix + self.random.choice(list(self.named))}

    def leaf(self) -> Any:
        return self.with_null(self.with_values(self.of_kind(self.random.choice(KINDS[:4]), 0)))

    def object(self, depth: int) -> dict[str, Any]:
        return self.of_kind("object", depth)

    def of_kind(self, kind: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {"type": kind} if self.chance(0.93) else {}
        maker = {"integer": self.number, "number": self.number, "string": self.string, "array": self.array}.get(kind)
        if kind == "object":
            found |= self.object_words(depth)
        elif maker is not None:
            found |= maker(kind, depth)
        if self.dialect == "3.1" and "type" in found and self.chance(0.15):
            found["type"] = list(
                dict.fromkeys((kind, *self.random.sample((*KINDS, "null"), self.random.randint(0, 2))))
            )
        if self.chance(0.05):
            found |= {"title": "A title", "description": "What it is."}
        return found

    def number(self, kind: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for word in ("minimum", "maximum"):
            if self.chance(0.3):
                found[word] = self.random.choice(NUMBERS)
                if self.chance(0.3):
                    exclusive = f"exclusive{word.title()}"
                    found[exclusive] = True if self.dialect != "3.1" else found.pop(word)
        if self.chance(0.2):
            found["multipleOf"] = self.random.choice(STEPS)
        return found

    def string(self, kind: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.chance(0.25):
            found["minLength"] = self.random.randint(0, 3)
        if self.chance(0.25):
            found["maxLength"] = self.random.randint(0, 4)
        if self.chance(0.25):
            found["pattern"] = self.random.choice(PATTERNS)
        return found

    def array(self, kind: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.chance(0.8) or self.dialect != "3.1":
            found["items"] = self.schema(depth - 1)
        if self.chance(0.25):
            found["minItems"] = self.random.randint(0, 2)
        if self.chance(0.25):
            found["maxItems"] = self.random.randint(0, 4)
        if self.chance(0.25):
            found["uniqueItems"] = self.chance(0.9)
        if self.dialect == "3.1":
            found |= self.modern_array(depth)
        return found

    def modern_array(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.chance(0.25):
            found["prefixItems"] = [self.schema(depth - 1) for _ in range(self.random.randint(1, 2))]
        if self.chance(0.2):
            found["contains"] = self.leaf() if self.chance(0.6) else self.schema(depth - 1)
            for word in ("minContains", "maxContains"):
                if self.chance(0.3):
                    found[word] = self.random.randint(0, 2)
        if self.chance(0.06):
            found["unevaluatedItems"] = self.schema(depth - 1) if self.chance(0.4) else False
        return found

    def object_words(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        names = self.random.sample(NAMES[:6] if self.chance(0.7) else NAMES, self.random.randint(0, 4))
        if names:
            found["properties"] = {name: self.schema(depth - 1) for name in names}
        if self.chance(0.4):
            wanted = [name for name in names if self.chance(0.5)] or (
                [self.random.choice(NAMES)] if self.chance(0.3) else []
            )
            if wanted:
                found["required"] = wanted
        if self.chance(0.3):
            found["additionalProperties"] = self.random.choice((False, True, self.schema(depth - 1), self.leaf()))
        for word in ("minProperties", "maxProperties"):
            if self.chance(0.1):
                found[word] = self.random.randint(0, 3)
        if self.dialect == "3.1":
            found |= self.modern_object(depth)
        return found

    def modern_object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.chance(0.12):
            patterns = self.random.sample(PATTERNS[:5], self.random.randint(1, 2))
            found["patternProperties"] = {pattern: self.schema(depth - 1) for pattern in patterns}
        if self.chance(0.1):
            found["propertyNames"] = self.string("string", 0) if self.chance(0.8) else {"enum": list(NAMES[:3])}
        if self.chance(0.08):
            found["dependentRequired"] = {self.random.choice(NAMES[:6]): self.random.sample(NAMES[:6], 2)}
        if self.chance(0.08):
            found["dependentSchemas"] = {self.random.choice(NAMES[:6]): self.object(0)}
        if self.chance(0.06):
            found["unevaluatedProperties"] = self.schema(depth - 1) if self.chance(0.4) else False
        return found

    def with_values(self, schema: dict[str, Any]) -> dict[str, Any]:
        if self.chance(0.08):
            schema["enum"] = [self.value(schema) for _ in range(self.random.randint(1, 4))]
        elif self.dialect == "3.1" and self.chance(0.05):
            schema["const"] = self.value(schema)
        return schema

    def value(self, schema: dict[str, Any]) -> Any:
        """A value of an enum: most often of the type of its schema."""
        kind = schema.get("type") if self.chance(0.85) else None
        if kind in ("integer", "number"):
            return self.random.choice(NUMBERS[:7])
        if kind == "string":
            return self.random.choice(TEXTS)
        if kind == "array" and self.chance(0.8):
            return [self.random.choice(TEXTS) for _ in range(self.random.randint(0, 2))]
        if kind == "object" and self.chance(0.8):
            return {self.random.choice(NAMES): self.random.choice(NUMBERS)}
        return self.random.choice((None, True, False, 0, 1, 1.0, "a", "", [1], {"a": 1}, 1.5, [], {}))

    def with_null(self, schema: dict[str, Any]) -> dict[str, Any]:
        if self.chance(0.1):
            if self.dialect == "2.0":
                schema["x-nullable"] = True
            elif self.dialect == "3.0":
                schema["nullable"] = True
        return schema

    def chance(self, of: float) -> bool:
        return self.random.random() < of


_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")


def without_circles(named: dict[str, Any]) -> dict[str, Any]:
    """The schemas, those made open that would mean themselves without end."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            named[name] = {"type": "object"}
        elif name not in done:
            for other in in_place(named[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in list(named):
        done.clear()
        visit(name, ())
    return named


def in_place(schema: Any) -> set[str]:
    """The named schemas that judge the same value as this one."""
    if isinstance(schema, list):
        return {name for each in schema for name in in_place(each)}
    if not isinstance(schema, dict):
        return set()
    found = {schema["$ref"].rpartition("/")[2]} if "$ref" in schema else set()
    for word in _IN_PLACE:
        inner = schema.get(word)
        found |= in_place(list(inner.values()) if word == "dependentSchemas" and inner else inner)
    return found


def _inner_pointers(named: dict[str, Any]) -> Iterator[str]:
    """Where schemas stand inside of named ones: what references may lead to as well."""
    for name, schema in named.items():
        if isinstance(schema, dict) and "$ref" not in schema:
            yield from (
                f"{name}/properties/{key}" for key in schema.get("properties", {}) if key.isascii() and key.isalnum()
            )
            if "items" in schema:
                yield f"{name}/items"
