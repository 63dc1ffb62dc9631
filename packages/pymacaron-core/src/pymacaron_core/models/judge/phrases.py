"""Simple schemas in words: what follows "must", "must not" and "an item that"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pymacaron_core.models.formats import checker, meaning
from pymacaron_core.models.judge import words

_MOST = 3
"""Of more conditions than these no sentence is made."""
_THIRD = {"be": "is", "have": "has", "match": "matches", "contain": "contains", "fit": "fits"}


def infinitive(schema: Any) -> str:
    """``be a string``, ``have the properties 'a' and 'b'``; empty where the schema is not simple."""
    return _joined(schema, lambda verb: verb)


def third_person(schema: Any) -> str:
    """``is a string``, ``has the properties 'a' and 'b'``; empty where the schema is not simple."""
    return _joined(schema, _THIRD.__getitem__)


def _joined(schema: Any, form: Callable[[str], str]) -> str:
    if not isinstance(schema, Mapping):
        return ""
    told = list(_told(schema))
    if not told or len(told) > _MOST or ("", "") in told:
        return ""
    if "type" in schema and len(told) > 1:
        (verb, kind), *others = told
        return f"{form(verb)} {kind} that {' and '.join(f'{_THIRD[verb]} {rest}' for verb, rest in others)}"
    return " and ".join(f"{form(verb)} {rest}" for verb, rest in told)


def _told(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Verbs with what follows them, the type first; empty ones for what has no words."""
    if "type" in schema:
        kinds = schema["type"]
        yield _split(words.must_be_kind([kinds] if isinstance(kinds, str) else kinds))
    for keyword, value in schema.items():
        if keyword in ("anyOf", "oneOf"):
            each = [infinitive(branch) for branch in value]
            verbs = {told.partition(" ")[0] for told in each}
            rest = words.either(told.partition(" ")[2] for told in each)
            yield (verbs.pop(), rest) if len(verbs) == 1 and all(each) else ("", "")
        elif keyword == "properties":
            yield from _properties(value, schema.get("required", ()))
        elif keyword == "required":
            yield from _required([name for name in value if name not in schema.get("properties", {})])
        elif keyword not in ("type", "title"):
            yield _SAID[keyword](value) if keyword in _SAID else ("", "")


def _properties(properties: Mapping[str, Any], required: Any) -> Iterator[tuple[str, str]]:
    for name, inner in properties.items():
        told = third_person(inner)
        yield ("have", f"the property {name!r} that {told}") if told and name in required else ("", "")


def _required(names: list[str]) -> Iterator[tuple[str, str]]:
    if names:
        *before, last = map(repr, names)
        yield "have", f"the properties {', '.join(before)} and {last} together" if before else f"the property {last}"


def _split(message: str) -> tuple[str, str]:
    verb, _, rest = message.removeprefix("must ").partition(" ")
    return (verb, rest) if message.startswith("must ") else ("", "")


def _format(name: str) -> tuple[str, str]:
    return ("be", meaning(name)) if checker(name) is not None else ("", "")


def _contains(schema: Any) -> tuple[str, str]:
    told = third_person(schema)
    return ("contain", f"an item that {told}") if told else ("", "")


_SAID: Mapping[str, Callable[[Any], tuple[str, str]]] = {
    "$ref": lambda name: ("fit", str(name).removeprefix("#/$defs/")),
    "const": lambda value: _split(words.must_be_one_of([value])),
    "enum": lambda values: _split(words.must_be_one_of(values)),
    "format": _format,
    "pattern": lambda pattern: ("match", pattern),
    "contains": _contains,
    "minimum": lambda limit: ("be", f"at least {limit}"),
    "maximum": lambda limit: ("be", f"at most {limit}"),
    "exclusiveMinimum": lambda limit: ("be", f"more than {limit}"),
    "exclusiveMaximum": lambda limit: ("be", f"less than {limit}"),
    "multipleOf": lambda divisor: ("be", f"a multiple of {divisor}"),
    "minLength": lambda limit: ("have", f"{limit} or more characters"),
    "maxLength": lambda limit: ("have", f"{limit} or fewer characters"),
    "minItems": lambda limit: ("have", f"{limit} or more items"),
    "maxItems": lambda limit: ("have", f"{limit} or fewer items"),
    "minProperties": lambda limit: ("have", f"{limit} or more properties"),
    "maxProperties": lambda limit: ("have", f"{limit} or fewer properties"),
}
