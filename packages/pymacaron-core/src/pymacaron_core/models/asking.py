"""Whether what a class's rules say depends on properties that the schema does not declare."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pymacaron_core.models.parts.objects import WHOLE
from pymacaron_core.spec.operation import Schema

_COUNTING = frozenset(
    (
        *("minProperties", "maxProperties", "propertyNames", "patternProperties", "additionalProperties"),
        *("unevaluatedProperties", "enum", "const"),
    )
)
"""Keywords that look at all properties of an object."""
_FEWER_FIT = frozenset(("maxProperties", "propertyNames", "dependentSchemas"))
"""Keywords that fewer undeclared properties fit as well."""
_LISTS = ("allOf", "anyOf", "oneOf", WHOLE)
_SINGLE = ("not", "if", "then", "else")


class Asking:
    """Answers for the schemas of one specification."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def of_others(self, rules: Mapping[str, Any], declared: Collection[str]) -> bool:
        """Whether an object that fits the rules may not fit them without its undeclared properties."""
        left = {key: value for key, value in rules.items() if key not in _FEWER_FIT}
        waiting = [*_inside(rules)]
        seen: set[int] = set()
        if _asks(left, declared):
            return True
        while waiting:
            schema = waiting.pop()
            if id(schema) in seen:
                continue
            seen.add(id(schema))
            if _asks(schema.keywords, declared):
                return True
            waiting.extend(_inside(schema.keywords))
            if schema.ref is not None:
                waiting.append(self._schemas[schema.ref])
        return False


def _asks(keywords: Mapping[str, Any], declared: Collection[str]) -> bool:
    return not _COUNTING.isdisjoint(keywords) or any(name not in declared for name in _named(keywords))


def _named(keywords: Mapping[str, Any]) -> Iterator[str]:
    """The properties that keywords speak of by name."""
    for key in ("required", "properties", "dependentSchemas"):
        yield from keywords.get(key, ())
    for name, others in keywords.get("dependentRequired", {}).items():
        yield from (name, *others)


def _inside(keywords: Mapping[str, Any]) -> Iterator[Schema]:
    """The schemas in keywords that judge the same object."""
    for key in _LISTS:
        yield from keywords.get(key, ())
    yield from (keywords[key] for key in _SINGLE if key in keywords)
    yield from keywords.get("dependentSchemas", {}).values()
