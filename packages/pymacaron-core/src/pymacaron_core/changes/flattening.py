"""Schemas as one set of keywords: references followed and ``allOf`` merged, as far as it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_core.changes.folding import Folded, folded
from pymacaron_core.changes.merging import identity, merged
from pymacaron_core.changes.values import TYPES, key_of, types_of
from pymacaron_core.spec.operation import Place, Schema, Specification

CONDITIONS = frozenset(
    (
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "dependentSchemas"),
        *("dependentRequired", "unevaluatedItems", "unevaluatedProperties"),
    )
)
"""Keywords of which it is told only that they came, went or changed."""
_OF_NUMBERS = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
_OF_TEXTS = frozenset(("minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"))
_OF_ARRAYS = frozenset(
    (
        *("minItems", "maxItems", "uniqueItems", "items", "prefixItems", "contains", "minContains", "maxContains"),
        "unevaluatedItems",
    )
)
_OF_OBJECTS = frozenset(
    (
        *("properties", "required", "additionalProperties", "minProperties", "maxProperties", "patternProperties"),
        *("propertyNames", "dependentSchemas", "dependentRequired", "unevaluatedProperties"),
    )
)
_ABOUT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_OF_NUMBERS, frozenset(("integer", "number"))),
    **dict.fromkeys(_OF_TEXTS, frozenset(("string",))),
    **dict.fromkeys(_OF_ARRAYS, frozenset(("array",))),
    **dict.fromkeys(_OF_OBJECTS, frozenset(("object",))),
    "format": frozenset(("integer", "number", "string")),
}
"""The types that a keyword says something of; one that is not here, of all."""
_DEEPEST = 20
"""How many choices inside of each other are looked into for what they come to."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A ``oneOf`` (``exclusive``: only one may fit) or ``anyOf``, with its branches but null; ``null``: it fits too."""

    keyword: str
    branches: tuple[Schema, ...]
    null: bool
    place: Place

    @property
    def exclusive(self) -> bool:
        return self.keyword == "oneOf"


@dataclass(frozen=True, slots=True)
class Flat:
    """A schema's keywords, and its ``types`` (``number`` has ``integer`` beside it).

    ``choices`` are those of its ``oneOf`` and ``anyOf`` that keywords alone do not say, ``conditions`` the keywords
    that are compared as a whole; ``refused``: nothing fits. ``parts`` is what it was made of, and whether null is
    allowed beside each.
    """

    keywords: Mapping[str, Any]
    types: frozenset[str]
    choices: tuple[Choice, ...]
    conditions: Mapping[str, tuple[Any, ...]]
    place: Place
    places: Mapping[str, Place]
    refused: bool
    parts: tuple[tuple[Schema, bool], ...]

    def place_of(self, keyword: str) -> Place:
        """Where a keyword stands, or the schema without it."""
        return self.places.get(keyword, self.place)

    def get(self, name: str, default: Any = None) -> Any:
        return self.keywords.get(name, default)


class Flattener:
    """Flattens the schemas of one specification, each once."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self._known: dict[Any, tuple[Schema, Flat]] = {}
        self._depth = 0

    def flat(self, schema: Schema) -> Flat:
        key = identity(schema)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (schema, self._flat(tuple(self._parts(schema))))
        return known[1]

    def _parts(self, schema: Schema) -> Iterator[tuple[Schema, bool]]:
        """The schema and what it is made of, each once, and whether null is allowed beside it."""
        waiting: list[tuple[Schema, bool]] = [(schema, False)]
        seen: set[Any] = set()
        while waiting:
            part, nullable = waiting.pop()
            key = identity(part)
            if key in seen:
                continue
            seen.add(key)
            yield part, nullable
            for inner, null in _inside(part):
                waiting.append((inner, nullable or null))
            if part.ref is not None and part.ref in self.specification.schemas:
                waiting.append((self.specification.schemas[part.ref], nullable))

    def _flat(self, parts: tuple[tuple[Schema, bool], ...]) -> Flat:
        keywords: dict[str, Any] = {}
        types = TYPES
        conditions: dict[str, tuple[Any, ...]] = {}
        choices: list[Choice] = []
        places: dict[str, Place] = {}
        for part, nullable in parts:
            places |= {name: part.place / name for name in part.keywords if part.place.file}
            types &= _with_integers(part.types) | ({"null"} if nullable else frozenset())
            for name, value in part.keywords.items():
                if name in CONDITIONS:
                    conditions[name] = (*conditions.get(name, ()), value)
                elif name in ("oneOf", "anyOf"):
                    choice, found = self._choice(name, value, part.place)
                    choices += [choice] if choice is not None else []
                    types &= found.types | ({"null"} if nullable else frozenset())
                    for folded_name, folded_value in found.keywords.items():
                        keywords[folded_name] = merged(folded_name, keywords.get(folded_name), folded_value)
                        places[folded_name] = part.place / name
                elif nullable and name in ("enum", "const"):
                    values = value if name == "enum" else (value,)
                    keywords["enum"] = merged("enum", keywords.get("enum"), (*values, None))
                elif name == "const" and key_of(value) != key_of(keywords.get("const", value)):
                    keywords["enum"] = ()
                elif name not in ("allOf", "type"):
                    keywords[name] = merged(name, keywords[name], value) if name in keywords else value
        types = types & types_of(keywords)
        known = [part.place for part, _ in parts if part.place.file]
        place = next((part.place for part, _ in parts if part.keywords and part.place.file), [*known, Place()][0])
        refused = not types or any(part.refuses_all for part, _ in parts)
        said = {name: value for name, value in keywords.items() if _is_about(name, types)}
        asked = {name: value for name, value in conditions.items() if _is_about(name, types)}
        return Flat(said, types, tuple(choices), asked, place, places, refused, parts)

    def _choice(self, keyword: str, branches: tuple[Schema, ...], place: Place) -> tuple[Choice | None, Folded]:
        """A choice, and what it comes to in keywords; None, where these say all of it."""
        kept = tuple(branch for branch in branches if not is_null(branch))
        null = len(kept) < len(branches)
        if len(kept) < 2:
            return None, Folded(TYPES, {}, True)
        if self._depth >= _DEEPEST:
            return Choice(keyword, kept, null, place / keyword), Folded(TYPES, {}, False)
        self._depth += 1
        found = folded([self.flat(branch) for branch in kept], keyword == "oneOf", null)
        self._depth -= 1
        return (None if found.whole else Choice(keyword, kept, null, place / keyword)), found


def is_null(schema: Schema) -> bool:
    """Whether a branch is there for null alone."""
    return schema.types == ("null",) and schema.ref is None


def _inside(schema: Schema) -> Iterator[tuple[Schema, bool]]:
    """What is true of all that fits a schema, and whether null is allowed beside that."""
    for part in reversed(schema.get("allOf", ())):
        yield part, False
    for name in ("oneOf", "anyOf"):
        branches = schema.get(name, ())
        kept = [branch for branch in branches if not is_null(branch)]
        if len(kept) == 1:
            yield kept[0], len(branches) > 1


def _is_about(keyword: str, types: frozenset[str]) -> bool:
    """Whether a keyword says something of values of these types."""
    return keyword not in _ABOUT or bool(_ABOUT[keyword] & types)


def _with_integers(types: tuple[str, ...]) -> frozenset[str]:
    return frozenset((*types, "integer")) if "number" in types else frozenset(types) or TYPES
