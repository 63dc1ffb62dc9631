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

LEAVES = frozenset(
    (
        *(str, int, float, bool, NoneType, bytes, Decimal, uuid.UUID),
        *(dt.datetime, dt.date, dt.time, dt.timedelta, NaiveDatetime),
    )
)
"""What no names are in."""
_VALIDATORS = "pydantic.functional_validators"

Count = Callable[[Any], int]
Part = tuple[str, Count]


class Tally(NamedTuple):
    """How many names there are in a value of a type: ``fixed``, and where values differ what they tell besides.

    ``make`` makes what counts a value, from a number to begin with.
    """

    fixed: int = 0
    make: Callable[[int], Count] | None = None
    whole: bool = True
    """Whether nothing in it can be left out."""
    colons: int = 0
    """How many colons at least stand in the values of what is fixed: a date-time has two."""

    def counter(self, more: int = 0) -> Count:
        """What counts the names in a value, from ``more`` on."""
        fixed = self.fixed + more
        return self.make(fixed) if self.make is not None else lambda value: fixed


_LEAF = Tally()
_DATE_TIME = Tally(colons=2)


def tally_of(kind: Any, within: tuple[Any, ...] = ()) -> Tally | None:
    """The tally of a type whose classes are built; None where it has none."""
    origin = get_origin(kind)
    if origin is Annotated:
        return tally_of(get_args(kind)[0], within)
    if kind is AwareDatetime:
        return _DATE_TIME
    if kind in LEAVES or origin is Literal:
        return _LEAF
    if origin in (Union, UnionType):
        return _of_optional(get_args(kind), within)
    if origin is list:
        inner = tally_of(get_args(kind)[0], within)
        return None if inner is None else _of_list(inner)
    if isinstance(kind, type) and issubclass(kind, Model) and kind not in within:
        return _of_model(kind, (*within, kind))
    return None


class LateTally:
    """The tally of a type, made when its first value is there: classes are built then.

    ``colons`` tells how many colons a JSON text has at most, where it has no names but those in a value, each once.
    """

    __slots__ = ("_kind", "_names", "colons")

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._names: Count | None = None
        self.colons: Count = self._first

    def tell(self, text: bytes, value: Any) -> bool:
        """Whether it is sure that a JSON text has no name but those in the value that was read from it, each once.

        Without its blanks every name ends with a quote and a colon, and there may be some more of these.
        """
        return self._names is not None and text.translate(None, b" \t\n\r").count(b'":') <= self._names(value)

    def _first(self, value: Any) -> int:
        tally = tally_of(self._kind)
        if tally is None:
            self.colons = lambda value: -1
        else:
            self._names, self.colons = tally.counter(), tally.counter(tally.colons)
        return self.colons(value)


def _of_optional(kinds: tuple[Any, ...], within: tuple[Any, ...]) -> Tally | None:
    """The tally of a type, or of a type and None."""
    held = [kind for kind in kinds if kind is not NoneType]
    inner = tally_of(held[0], within) if len(held) == 1 else None
    if inner is None:
        return None
    if inner.make is None and not inner.fixed:
        return _LEAF

    def make(more: int) -> Count:
        count = inner.counter(more)
        return lambda value: more if value is None else count(value)

    return Tally(0, make, inner.whole)


def _of_list(inner: Tally) -> Tally:
    fixed = inner.fixed
    if inner.make is None:
        return Tally(0, (lambda more: lambda values: more + fixed * len(values)) if fixed else None, inner.whole)
    count = inner.counter()
    return Tally(0, lambda more: lambda values: sum(map(count, values), more), inner.whole)


def _of_model(kind: type[Model], within: tuple[Any, ...]) -> Tally | None:
    if not _is_as_read(kind):
        return None
    fields = kind.__pydantic_fields__
    fixed, colons = 0, 0
    always: list[Part] = []
    perhaps: list[Part] = []
    is_whole = all_required = all(field.is_required() for field in fields.values())
    for name, field in fields.items():
        inner = tally_of(field.annotation, within)
        if inner is None:
            return None
        is_whole = is_whole and inner.whole
        if not field.is_required():
            perhaps += [(name, inner.counter())] if inner.fixed or inner.make is not None else []
            continue
        fixed, colons = fixed + inner.fixed, colons + inner.colons
        if inner.make is not None:
            always.append((name, inner.make(0)))
    if not all_required:
        return Tally(fixed, lambda more: _counting_what_is_set(more, always, perhaps), False, colons)
    return Tally(fixed + len(fields), (lambda more: _counting(more, always)) if always else None, is_whole, colons)


def _counting(more: int, parts: list[Part]) -> Count:
    def count(value: Any) -> int:
        held, number = value.__dict__, more
        for name, counted in parts:
            number += counted(held[name])
        return number

    return count


def _counting_what_is_set(more: int, always: list[Part], perhaps: list[Part]) -> Count:
    """What counts the names that a model was given, what is in those that it always has, and in the others."""
    if len(always) == 1 and not perhaps:
        ((only, inside),) = always
        return lambda value: more + len(value.__pydantic_fields_set__) + inside(value.__dict__[only])

    def count(value: Any) -> int:
        given, held = value.__pydantic_fields_set__, value.__dict__
        number = more + len(given)
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
