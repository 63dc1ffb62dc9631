"""The types of arrays and of objects that are no class, and the keywords that they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pymacaron_core.models.expression import Type
from pymacaron_core.models.literals import text
from pymacaron_core.models.residual import closing
from pymacaron_core.models.scalars import matching
from pymacaron_core.spec.operation import Schema

TypeOf = Callable[[Schema], Type]
_PLAIN = frozenset(("str", "int", "float", "bool"))


def array(keywords: Mapping[str, Any], type_of: TypeOf) -> tuple[Type, set[str]]:
    """The type of an array, and the keywords it says."""
    items = keywords.get("items")
    first: tuple[Schema, ...] = keywords.get("prefixItems", ())
    used = {"minItems", "maxItems", "uniqueItems"}
    marks = ("UniqueItems()",) if keywords.get("uniqueItems") is True else ()
    given = _lengths(keywords, "minItems", "maxItems")
    if first and keywords.get("minItems") == len(first) and _ends_at(items, keywords, len(first)):
        if keywords.get("maxItems") != len(first):
            marks = (f"ClosedBy({text(closing('items', keywords['items']))})", *marks)
        kind = Type(f"tuple[{', '.join(type_of(item).full for item in first)}]", (), marks)
        return kind, used | {"prefixItems", "items"}
    if first:
        return Type(f"list[{_of_each(first, items, type_of)}]", given, marks), used
    if isinstance(items, Schema) and items.refuses_all:
        return Type("list[Any]", given, marks), used
    used.add("items")
    inner = type_of(items) if isinstance(items, Schema) else Type("Any")
    return Type(f"list[{inner.full}]", given, marks), used


def _of_each(first: tuple[Schema, ...], items: Any, type_of: TypeOf) -> str:
    """The type that all items have, whatever their place: one of JSON's plain ones, which are read alike everywhere."""
    if not isinstance(items, Schema) or items.refuses_all:
        return "Any"
    kinds = [type_of(item) for item in (*first, items)]
    texts = {kind.text for kind in kinds if kind.text not in ("None", "Nothing")}
    if len(texts) != 1 or not texts <= _PLAIN:
        return "Any"
    return Type(texts.pop(), nullable=any(kind.nullable for kind in kinds)).full


def _ends_at(items: Any, keywords: Mapping[str, Any], length: int) -> bool:
    return keywords.get("maxItems") == length or (isinstance(items, Schema) and items.refuses_all)


def _lengths(keywords: Mapping[str, Any], least: str, most: str) -> tuple[tuple[str, str], ...]:
    pairs = (("min_length", least), ("max_length", most))
    return tuple((name, str(int(keywords[key]))) for name, key in pairs if key in keywords)


def free_object(keywords: Mapping[str, Any], type_of: TypeOf) -> tuple[Type, set[str]]:
    """The type of an object that is no class, a dict, and the keywords it says."""
    values = keywords.get("additionalProperties")
    patterns: Mapping[str, Schema] = keywords.get("patternProperties", {})
    is_closed = isinstance(values, Schema) and values.refuses_all
    given = _lengths(keywords, "minProperties", "maxProperties")
    used = {"minProperties", "maxProperties"}
    if "properties" in keywords:
        return Type("dict[str, Any]", given), used
    keys, said = _keys(keywords, type_of)
    used |= said
    if patterns:
        if len(patterns) > 1 or not is_closed or keys != "str":
            return Type(f"dict[{keys}, Any]", given), used
        ((pattern, values),) = patterns.items()
        closed = f"ClosedBy({text(closing('additionalProperties', keywords['additionalProperties']))})"
        found = matching(Type("str"), pattern)
        keys = replace(found, marks=(*found.marks, closed)).inner
        used |= {"patternProperties", "additionalProperties"}
        return Type(f"dict[{keys}, {type_of(values).full}]", given), used
    if is_closed:
        return Type("dict[str, Any]", given), used
    used.add("additionalProperties")
    inner = type_of(values).full if isinstance(values, Schema) else "Any"
    return Type(f"dict[{keys}, {inner}]", given), used


def _keys(keywords: Mapping[str, Any], type_of: TypeOf) -> tuple[str, set[str]]:
    names = keywords.get("propertyNames")
    if not isinstance(names, Schema):
        return "str", {"propertyNames"}
    found = type_of(names)
    is_plain = found.text == "str" and not any(mark.startswith("JsonSchema") for mark in found.marks)
    if is_plain or (found.text.startswith('Literal["') and " | " not in found.text):
        return found.inner, {"propertyNames"}
    return "str", set()
