"""Tallies: how many names the JSON text had that a model was read from, told by the model.

A text with no more names than its model has kept has none twice and none undeclared, so that nobody needs to read it a
second time to know. What a tally cannot be told for, dicts, unions, data of any kind, has none.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import AwareDatetime, NaiveDatetime

from pymacaron_core.models import Model

STRINGS = frozenset(
    (
        *(str, bytes, uuid.UUID),
        *(dt.datetime, dt.date, dt.time, dt.timedelta, NaiveDatetime, AwareDatetime),
    )
)
"""What JSON has as a string, and nothing else is read as (``models.leaves``)."""
OTHERS = frozenset((int, float, bool, NoneType, Decimal))
"""What else no names are in."""
_VALIDATORS = "pydantic.functional_validators"

Count = Callable[[Any], int]
Part = tuple[str, Count]


class Weights(NamedTuple):
    """What is counted: so much for each name of an object, and for each string that is a value."""

    name: int
    string: int


NAMES = Weights(1, 0)
QUOTES = Weights(2, 2)
"""How many quotes a JSON text has, but for those in strings."""


class Tally(NamedTuple):
    """How much there is in a value of a type: ``fixed``, and where values differ what they tell besides.

    ``make`` makes what counts a value, from a number to begin with.
    """

    fixed: int = 0
    make: Callable[[int], Count] | None = None
    whole: bool = True
    """Whether nothing in it can be left out."""

    def counter(self, more: int = 0) -> Count:
        """What counts a value, from ``more`` on."""
        fixed = self.fixed + more
        return self.make(fixed) if self.make is not None else lambda value: fixed


def tally_of(kind: Any, weights: Weights = NAMES, within: tuple[Any, ...] = ()) -> Tally | None:
    """The tally of a type whose classes are built; None where it has none."""
    origin = get_origin(kind)
    if kind in STRINGS or (origin is Literal and all(type(each) is str for each in get_args(kind))):
        return Tally(weights.string)
    if origin is Annotated:
        return tally_of(get_args(kind)[0], weights, within)
    if kind in OTHERS or origin is Literal:
        return Tally()
    if origin in (Union, UnionType):
        return _of_optional(get_args(kind), weights, within)
    if origin is list:
        inner = tally_of(get_args(kind)[0], weights, within)
        return None if inner is None else _of_list(inner)
    if isinstance(kind, type) and issubclass(kind, Model) and kind not in within:
        return _of_model(kind, weights, (*within, kind))
    return None


class LateTally:
    """The tally of a type, made when its first value is there: classes are built then.

    ``quotes`` tells how many quotes a JSON text has at least, and how many where it has no names but those in a value,
    each once, and no quotes within its strings.
    """

    __slots__ = ("_kind", "_names", "quotes")

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._names: Count | None = None
        self.quotes: Count = self._first

    def tell(self, text: bytes, value: Any) -> bool:
        """Whether it is sure that a JSON text has no name but those in the value that was read from it, each once.

        Without its blanks every name ends with a quote and a colon, and there may be some more of these.
        """
        return self._names is not None and text.translate(None, b" \t\n\r").count(b'":') <= self._names(value)

    def _first(self, value: Any) -> int:
        names, quotes = tally_of(self._kind, NAMES), tally_of(self._kind, QUOTES)
        if names is None or quotes is None:
            self.quotes = lambda value: -1
        else:
            self._names, self.quotes = names.counter(), quotes.counter()
        return self.quotes(value)


def _of_optional(kinds: tuple[Any, ...], weights: Weights, within: tuple[Any, ...]) -> Tally | None:
    """The tally of a type, or of a type and None."""
    held = [kind for kind in kinds if kind is not NoneType]
    inner = tally_of(held[0], weights, within) if len(held) == 1 else None
    if inner is None or (inner.make is None and not inner.fixed):
        return inner
    fixed, counter = inner.fixed, inner.counter

    def make(more: int) -> Count:
        if inner.make is None:
            return lambda value: more if value is None else more + fixed
        count = counter(more)
        return lambda value: more if value is None else count(value)

    return Tally(0, make, inner.whole)


def _of_list(inner: Tally) -> Tally:
    fixed = inner.fixed
    if inner.make is None:
        return Tally(0, (lambda more: lambda values: more + fixed * len(values)) if fixed else None, inner.whole)
    count = inner.counter()
    return Tally(0, lambda more: lambda values: sum(map(count, values), more), inner.whole)


def _of_model(kind: type[Model], weights: Weights, within: tuple[Any, ...]) -> Tally | None:
    if not _is_as_read(kind):
        return None
    fields = kind.__pydantic_fields__
    fixed = 0
    always: list[Part] = []
    perhaps: list[Part] = []
    is_whole = all_required = all(field.is_required() for field in fields.values())
    for name, field in fields.items():
        inner = tally_of(field.annotation, weights, within)
        if inner is None:
            return None
        is_whole = is_whole and inner.whole
        if not field.is_required():
            perhaps += [(name, inner.counter())] if inner.fixed or inner.make is not None else []
            continue
        fixed += inner.fixed
        if inner.make is not None:
            always.append((name, inner.make(0)))
    each = weights.name
    if not all_required:
        return Tally(fixed, lambda more: _counting_what_is_set(more, each, always, perhaps), False)
    return Tally(fixed + each * len(fields), (lambda more: _counting(more, always)) if always else None, is_whole)


def _counting(more: int, parts: list[Part]) -> Count:
    if len(parts) == 1:
        ((only, inside),) = parts
        return lambda value: more + inside(value.__dict__[only])

    def count(value: Any) -> int:
        held, number = value.__dict__, more
        for name, counted in parts:
            number += counted(held[name])
        return number

    return count


def _counting_what_is_set(more: int, each: int, always: list[Part], perhaps: list[Part]) -> Count:
    """What counts the names that a model was given, what is in those that it always has, and in the others."""
    if len(always) == 1 and not perhaps:
        ((only, inside),) = always
        return lambda value: more + each * len(value.__pydantic_fields_set__) + inside(value.__dict__[only])

    def count(value: Any) -> int:
        given, held = value.__pydantic_fields_set__, value.__dict__
        number = more + each * len(given)
        for name, counted in always:
            number += counted(held[name])
        for name, counted in perhaps:
            if name in given:
                number += counted(held[name])
        return number

    return count


def _is_as_read(kind: type[Model]) -> bool:
    """Whether a model of this class is what was read: no code of its own may have changed it since."""
    decorators = kind.__pydantic_decorators__
    own = (decorators.model_validators, decorators.field_validators, decorators.validators, decorators.root_validators)
    marks = (mark for field in kind.__pydantic_fields__.values() for mark in field.metadata)
    schema, its = Model.__get_pydantic_core_schema__, kind.__get_pydantic_core_schema__
    return (
        kind.model_config.get("extra") != "allow"
        and kind.__init__ is Model.__init__
        and kind.model_post_init is Model.model_post_init
        and getattr(its, "__func__", None) is getattr(schema, "__func__", schema)
        and not any(own)
        and not any(type(mark).__module__ == _VALIDATORS for mark in marks)
    )
