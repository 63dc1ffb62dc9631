"""The keywords of a schema that its Python type does not say, as plain JSON Schema for a mark."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pymacaron_core.models import formats
from pymacaron_core.models.merge import ANNOTATIONS
from pymacaron_core.models.parts.objects import WHOLE
from pymacaron_core.models.written import references
from pymacaron_core.spec.operation import Schema

BELONGS: dict[str, tuple[str, ...]] = {
    "string": ("pattern", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": (
        *("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
        *("contains", "minContains", "maxContains", "unevaluatedItems"),
    ),
    "object": (
        *("properties", "required", "additionalProperties", "minProperties", "maxProperties", "patternProperties"),
        *("propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties"),
    ),
}
"""The keywords that say something of values of one JSON type alone."""
_KIND = {key: kind for kind, keys in BELONGS.items() for key in keys}
_FAMILIES = (
    frozenset(("properties", "patternProperties", "additionalProperties", "unevaluatedProperties")),
    frozenset(("prefixItems", "items", "contains", "minContains", "maxContains", "unevaluatedItems")),
    frozenset(("if", "then", "else")),
)
"""Keywords that mean another thing when others of the family stand beside them."""
_CLOSING = {"items": "unevaluatedItems", "additionalProperties": "unevaluatedProperties"}
_IN_PLACE = frozenset(("$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas", "contains", WHOLE))
"""Keywords whose schemas look at properties and items too."""


def is_about(key: str, kinds: Collection[str]) -> bool:
    """Whether a keyword can refuse a value of one of the JSON types; of no types: of any."""
    if key in ANNOTATIONS or key.startswith("x-") or key == "$ref":
        return False
    kind = _KIND.get(key)
    if kind is None or not kinds:
        return True
    return kind in kinds or (kind == "number" and "integer" in kinds)


def rest(keywords: Mapping[str, Any], used: Collection[str], kinds: Collection[str]) -> dict[str, Schema | Any]:
    """The keywords that are neither used nor idle."""
    found = {key: value for key, value in keywords.items() if key not in used and is_about(key, kinds)}
    if "if" not in found or not ("then" in found or "else" in found):
        for key in ("if", "then", "else"):
            found.pop(key, None)
    if "format" in found and not _is_known(str(found["format"]), kinds):
        del found["format"]
    if any(says_nothing(branch) for branch in found.get("anyOf", ())):
        del found["anyOf"]
    if "contains" not in found:
        for key in ("minContains", "maxContains"):
            found.pop(key, None)
    return by_their_names(found)


def closing(key: str, schema: Schema) -> str:
    """The keyword that the document has for a schema which ``items`` or ``additionalProperties`` stands for."""
    return schema.place.pointer.rpartition("/")[2] if schema.place.pointer.endswith(_CLOSING[key]) else key


def by_their_names(keywords: dict[str, Any]) -> dict[str, Any]:
    """The keywords with the document's own for what closes them, where that means the same."""
    for key in _CLOSING:
        told = keywords.get(key)
        if isinstance(told, Schema) and told.refuses_all and _IN_PLACE.isdisjoint(keywords):
            keywords[closing(key, told)] = keywords.pop(key)
    return keywords


def _is_known(name: str, kinds: Collection[str]) -> bool:
    """Whether a format asks something of values of one of the JSON types; of no types: of any."""
    if formats.checker(name) is not None:
        return not kinds or "string" in kinds
    return name in formats.INTEGERS and (not kinds or "integer" in kinds or "number" in kinds)


def says_nothing(schema: Schema) -> bool:
    """Whether every value fits, as is plain to see."""
    return schema.ref is None and not schema.refuses_all and not any(is_about(key, ()) for key in schema.keywords)


def plain(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords as JSON Schema, what ``allOf`` holds beside the others where they do not meddle."""
    parts = [{key: value for key, value in keywords.items() if key not in ("allOf", WHOLE)}]
    for each in (*keywords.get("allOf", ()), *keywords.get(WHOLE, ())):
        parts.append({**({"$ref": each.ref} if each.ref else {}), **each.keywords})
    merged: dict[str, Any] = {}
    apart: list[Any] = []
    for part in ({k: v for k, v in each.items() if k == "$ref" or is_about(k, ())} for each in parts):
        if _meddles(merged, part):
            apart.append({key: _bare(key, value) for key, value in part.items()})
        else:
            merged.update(part)
    found = {key: _bare(key, value) for key, value in merged.items()}
    return {**found, "allOf": apart} if apart else found


def names(keywords: Mapping[str, Any]) -> Iterable[str]:
    """The named schemas that keywords refer to."""
    return references(Schema(keywords))


def bare(schema: Schema) -> dict[str, Any] | bool:
    """The schema as JSON Schema, without what only tells."""
    if schema.refuses_all:
        return False
    found: dict[str, Any] = {} if schema.ref is None else {"$ref": schema.ref}
    for key, value in schema.keywords.items():
        if is_about(key, ()) and (key != "format" or _is_known(str(value), ())):
            found[key] = _bare(key, value)
    return found


def _bare(key: str, value: Any) -> Any:
    if key == "type" and isinstance(value, tuple):
        return value[0] if len(value) == 1 else list(value)
    if isinstance(value, Schema):
        return bare(value)
    if isinstance(value, Mapping):
        return {name: _bare("", inner) for name, inner in value.items()}
    return [_bare("", inner) for inner in value] if isinstance(value, (tuple, list)) else value


def _meddles(merged: Mapping[str, Any], part: Mapping[str, Any]) -> bool:
    if merged.keys() & part.keys() or "allOf" in part:
        return True
    return any(family & merged.keys() and family & part.keys() for family in _FAMILIES)


class NamedSchemas(Mapping[str, Any]):
    """Named schemas as JSON Schema, each made when asked for."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def __getitem__(self, name: str) -> Any:
        return bare(self._schemas[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._schemas)

    def __len__(self) -> int:
        return len(self._schemas)


def closure(schemas: Mapping[str, Schema], wanted: Iterable[str]) -> dict[str, Any]:
    """The named schemas that these names lead to, in the document's order."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(references(schemas[name]))
    return {name: bare(schema) for name, schema in schemas.items() if name in found}
