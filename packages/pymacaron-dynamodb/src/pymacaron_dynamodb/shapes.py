"""What a model's JSON Schema says of its values, as far as items need it: what a text or a number stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_TEXTS = {
    "date-time": "date-time",
    "date": "date",
    "time": "time",
    "duration": "duration",
    "uuid": "uuid",
    "date-time-local": "date-time",
    "time-local": "time",
}
_BINARY = ("binary", "byte", "base64", "base64url")
_SAYS_TYPE = ("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "properties", "items", "prefixItems")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a schema with all its branches allows."""

    text: str = "string"
    """The kind of value that a text is."""

    number: str = ""
    """The kind of value that a number is: ``integer``, ``number``, ``decimal``; empty where the number tells it."""

    types: frozenset[str] = frozenset()
    """The JSON types that are named."""

    is_binary: bool = False
    nullable: bool = True
    properties: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """The schemas of declared properties."""

    keeps_others: bool = True
    """Whether properties that are not declared belong to the value."""

    others: Any = True
    """The schema of properties that are not declared."""

    items: Any = True
    first_items: tuple[Any, ...] = ()

    def property(self, name: str) -> Any:
        """The schema of a property, declared or not."""
        return self.properties.get(name, self.others)

    def item(self, place: int) -> Any:
        """The schema of one item of an array."""
        return self.first_items[place] if place < len(self.first_items) else self.items


class Shapes:
    """The shapes of one schema and all that is inside it."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema
        self._known: dict[int, tuple[Any, Shape]] = {}

    @property
    def root(self) -> Shape:
        return self.of(self._root)

    def of(self, schema: Any) -> Shape:
        """The shape of a schema, which is the root's or one that a shape gave."""
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = (schema, self._made(schema))
        return known[1]

    def _made(self, schema: Any) -> Shape:
        branches = list(self._branches(schema, ()))
        if not all(_says_type(branch) for branch in branches) or not branches:
            return Shape()
        types = {kind for branch in branches for kind in _types(branch)}
        objects = [branch for branch in branches if "object" in _types(branch)]
        arrays = [branch for branch in branches if "array" in _types(branch)]
        closed = [branch for branch in objects if _is_closed(branch)]
        return Shape(
            text=_only({_text_kind(branch) for branch in branches if "string" in _types(branch)}, "string"),
            number=_number_kind(branches),
            types=frozenset(types),
            is_binary=any(branch.get("format") in _BINARY for branch in branches),
            nullable="null" in types or any(_takes_null(branch) for branch in branches),
            properties=_merged(branch.get("properties", {}) for branch in objects),
            keeps_others=len(closed) < len(objects) or not objects,
            others=_any_of([branch.get("additionalProperties", True) for branch in objects if branch not in closed]),
            items=_any_of([branch.get("items", True) for branch in arrays]),
            first_items=tuple(arrays[0].get("prefixItems", ())) if len(arrays) == 1 else (),
        )

    def _branches(self, schema: Any, seen: tuple[int, ...]) -> Iterator[Mapping[str, Any]]:
        """A schema, and those it refers to or chooses from, each without its choices."""
        if not isinstance(schema, Mapping):
            if schema is not False:
                yield {}
            return
        if id(schema) in seen:
            return
        seen = (*seen, id(schema))
        inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        inner += [each for each in schema.get("allOf", ()) if _says_type(each)]
        if isinstance(schema.get("$ref"), str):
            inner.append(self._referred(schema["$ref"]))
        if not inner or any(key in schema for key in ("type", "properties", "items", "enum", "const")):
            yield schema
        for each in inner:
            yield from self._branches(each, seen)

    def _referred(self, reference: str) -> Any:
        found: Any = self._root
        for step in reference.lstrip("#").strip("/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            found = found.get(name, True) if isinstance(found, Mapping) and name else found
        return found


def _says_type(schema: Any) -> bool:
    return isinstance(schema, Mapping) and any(key in schema for key in _SAYS_TYPE)


def _is_closed(schema: Mapping[str, Any]) -> bool:
    """Whether an object's model drops what is not declared, or refuses it: core's way with undeclared properties."""
    return schema.get("additionalProperties", not schema.get("properties")) is False


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    named = schema.get("type", ())
    if named:
        return (named,) if isinstance(named, str) else tuple(named)
    if "properties" in schema or "additionalProperties" in schema:
        return ("object",)
    return ("array",) if "items" in schema or "prefixItems" in schema else ()


def _text_kind(schema: Mapping[str, Any]) -> str:
    return _TEXTS.get(str(schema.get("format")), "string")


def _number_kind(branches: list[Mapping[str, Any]]) -> str:
    decimals = any(branch.get("format") == "decimal" for branch in branches)
    types = {kind for branch in branches for kind in _types(branch)}
    # Python's decimals are described as a number or a text.
    if decimals or {"number", "string"} <= types:
        return "decimal"
    return _only(types & {"integer", "number"}, "")


def _only(kinds: set[str], otherwise: str) -> str:
    return next(iter(kinds)) if len(kinds) == 1 else otherwise


def _takes_null(schema: Mapping[str, Any]) -> bool:
    told = schema.get("nullable") is True or schema.get("x-nullable") is True
    return told or None in schema.get("enum", ()) or ("const" in schema and schema["const"] is None)


def _merged(mappings: Iterator[Mapping[str, Any]] | Any) -> Mapping[str, Any]:
    found: dict[str, list[Any]] = {}
    for mapping in mappings:
        for name, schema in mapping.items():
            found.setdefault(name, []).append(schema)
    return {name: _any_of(schemas) for name, schemas in found.items()}


def _any_of(schemas: list[Any]) -> Any:
    if not schemas:
        return True
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
