"""What travels one way only, taken out of plain JSON data that no class of models holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from pymacaron_core.models.patterns import TooSlow, matcher
from pymacaron_core.spec.directions import HOLDING, IN_PLACE, RECEIVED, Directions, inner, parts, references
from pymacaron_core.spec.operation import Discriminator, Schema

_TYPED = frozenset(("allOf", "oneOf", "anyOf", "properties", "additionalProperties", "items"))
"""Keywords whose schemas are types of models: what is in the others may be plain data, judged beside the types."""


class Withholding:
    """Takes properties that do not travel this way out of JSON values of a schema, at any depth: those that ``word``
    marks, which is ``writeOnly`` for replies, and :data:`RECEIVED` for requests.

    Where a value may be of several schemas, a property that one of them withholds is withheld. What the schema says is
    looked up at the first value: few services ever ask.
    """

    def __init__(self, schema: Schema, schemas: Mapping[str, Schema], word: str = "writeOnly") -> None:
        self._schema, self._schemas, self._word = schema, schemas, word

    def __call__(self, value: Any) -> Any:
        """The value without them; the same one where the schema has none."""
        return self._withheld.value(value, [self._schema]) if self._withheld else value

    @property
    def has_some(self) -> bool:
        """Whether there is anything to take out."""
        return self._withheld is not None

    @cached_property
    def is_beyond_types(self) -> bool:
        """Whether some of it is where models hold plain data, so that their classes cannot leave it out."""
        if self._withheld is None:
            return False
        beyond = (
            inside
            for part in _reached(self._schema, self._schemas)
            for key in (HOLDING - _TYPED) & part.keywords.keys()
            for inside in inner(part.get(key))
        )
        return any(part.get(self._word) is True for schema in beyond for part in _reached(schema, self._schemas))

    @cached_property
    def _withheld(self) -> _Withheld | None:
        has_some = any(part.get(self._word) is True for part in _reached(self._schema, self._schemas))
        return _Withheld(self._schemas, self._word) if has_some else None


def _reached(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    seen: set[str] = set()
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        own = tuple(parts(each))
        yield from own
        found = [name for name in references(own) if name not in seen]
        seen.update(found)
        waiting.extend(schemas[name] for name in dict.fromkeys(found))


class _Withheld:
    def __init__(self, schemas: Mapping[str, Schema], word: str) -> None:
        self._schemas = schemas
        self._directions = Directions(schemas) if word == "writeOnly" else None

    def value(self, value: Any, of: Iterable[Schema]) -> Any:
        if not isinstance(value, (dict, list)):
            return value
        same = list(self._in_place(of))
        if isinstance(value, list):
            items = [each for part in same for key in ("items", "prefixItems") for each in inner(part.get(key))]
            return [self.value(item, items) for item in value]
        hidden = frozenset(name for part in same for name in self._hidden(part))
        return {name: self.value(each, self._of(name, same)) for name, each in value.items() if name not in hidden}

    def _hidden(self, part: Schema) -> Iterable[str]:
        if self._directions is not None:
            return self._directions.members(part).write_only
        return [name for name, each in part.properties().items() if each.get(RECEIVED) is True]

    def _of(self, name: str, same: list[Schema]) -> list[Schema]:
        """The schemas of a property, told by the schemas of its object."""
        found = [each for part in same for each in self._by(part, name)]
        return found or [each for part in same for each in inner(part.get("unevaluatedProperties"))]

    def _by(self, part: Schema, name: str) -> Iterable[Schema]:
        """What one schema says of a property: what it declares by name and by pattern, else what it says of others."""
        found = [part.properties()[name]] if name in part.properties() else []
        found += [each for pattern, each in part.get("patternProperties", {}).items() if _matches(pattern, name)]
        return found or inner(part.get("additionalProperties"))

    def _in_place(self, of: Iterable[Schema]) -> Iterator[Schema]:
        seen: set[int] = set()
        waiting = list(of)
        while waiting:
            each = waiting.pop()
            if id(each) in seen:
                continue
            seen.add(id(each))
            yield each
            waiting.extend(part for key in IN_PLACE for part in inner(each.get(key)))
            told = each.get("discriminator")
            names = told.mapping.values() if isinstance(told, Discriminator) else ()
            waiting.extend(self._schemas[name] for name in (*names, *([each.ref] if each.ref else ())))


def _matches(pattern: str, name: str) -> bool:
    try:
        return matcher(pattern)(name)
    except TooSlow:
        return True
