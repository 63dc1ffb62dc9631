"""The default of a property, as the argument of ``Field`` that says it."""

from __future__ import annotations

import ast
import base64
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from pymacaron_core.models.literals import literal, text

_MOMENTS: dict[str, tuple[str, Any]] = {
    "dt.date": ("dt.date", dt.date),
    "AwareDatetime": ("dt.datetime", AwareDatetime),
    "LocalDatetime": ("dt.datetime", dt.datetime),
    "AwareTime": ("dt.time", dt.time),
    "LocalTime": ("dt.time", dt.time),
}
_KINDS: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "Int32": int,
    "Int64": int,
    "float": (int, float),
    "bool": bool,
}
_WRAPPED = ("Annotated", "Maybe")


class Unfit(Exception):
    """The value is none of the type, or none that can be written."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A value as Python source. ``late``: it names a class of the module, so that it is evaluated at each use."""

    text: str
    late: bool = False

    @property
    def argument(self) -> str:
        """As an argument of ``Field``: pydantic copies a list or dict at each use, so that none is shared."""
        return f"default_factory=lambda: {self.text}" if self.late else f"default={self.text}"


@dataclass(frozen=True, slots=True)
class Defaults:
    """Writes JSON values as values of types.

    ``alias`` gives the type (its text) that a name of the module stands for, None for no alias; ``accepts`` says
    whether the class of a name takes a value, None for no class.
    """

    alias: Callable[[str], str | None]
    accepts: Callable[[str, Any], bool | None]

    def argument(self, value: Any, kind: str, nullable: bool) -> str | None:
        """``default=10``, ``default_factory=lambda: Owner.from_json({"name": "ada"})``; None for one that is unfit."""
        if value is None:
            return "default=None" if nullable else None
        try:
            return self._expression(value, ast.parse(kind, mode="eval").body).argument
        except (Unfit, ValidationError, ValueError, ArithmeticError):
            return None

    def _expression(self, value: Any, kind: ast.expr) -> Expression:
        if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
            kind = ast.parse(kind.value, mode="eval").body
        if isinstance(kind, ast.BinOp):
            return self._first(value, _members(kind))
        if isinstance(kind, ast.Subscript):
            return self._generic(value, ast.unparse(kind.value), _arguments(kind))
        if isinstance(kind, ast.Constant) and kind.value is None and value is None:
            return Expression("None")
        return self._plain(value, ast.unparse(kind))

    def _plain(self, value: Any, name: str) -> Expression:
        if name == "Any":
            return Expression(literal(value))
        if name in _KINDS:
            if not isinstance(value, _KINDS[name]) or isinstance(value, bool) != (name == "bool"):
                if not (_KINDS[name] is int and isinstance(value, float) and value.is_integer()):
                    raise Unfit
                value = int(value)
            return Expression(literal(value))
        if name in _MOMENTS:
            written, reader = _MOMENTS[name]
            return Expression(f"{written}.fromisoformat({text(_text(_read(reader, value).isoformat()))})")
        if name in _VALUES:
            return Expression(_VALUES[name](value))
        return self._named(value, name)

    def _named(self, value: Any, name: str) -> Expression:
        accepted = self.accepts(name, value)
        if accepted:
            return Expression(f"{name}.from_json({literal(value)})", late=True)
        stands_for = None if accepted is False else self.alias(name)
        if stands_for is None:
            raise Unfit
        return self._expression(value, ast.parse(stands_for, mode="eval").body)

    def _generic(self, value: Any, name: str, inside: list[ast.expr]) -> Expression:
        if name in _WRAPPED:
            return self._expression(value, _picked(value, inside))
        if name == "Literal" and literal(value) in [literal(ast.literal_eval(each)) for each in inside]:
            return Expression(literal(value))
        if name == "list" and isinstance(value, (list, tuple)):
            return _joined("[", [self._expression(item, inside[0]) for item in value], "]")
        if name == "tuple" and isinstance(value, (list, tuple)) and len(value) == len(inside):
            items = [self._expression(*pair) for pair in zip(value, inside, strict=True)]
            return _joined("(", items, ",)" if len(items) == 1 else ")")
        if name == "dict" and isinstance(value, Mapping):
            values = {key: self._expression(each, inside[1]) for key, each in value.items()}
            pairs = [Expression(f"{text(str(key))}: {each.text}", each.late) for key, each in values.items()]
            return _joined("{", pairs, "}")
        raise Unfit

    def _first(self, value: Any, kinds: Iterable[ast.expr]) -> Expression:
        """The value as one of the first of the kinds that it fits."""
        for kind in kinds:
            try:
                return self._expression(value, kind)
            except (Unfit, ValidationError, ValueError, ArithmeticError):
                continue
        raise Unfit


def _picked(value: Any, inside: list[ast.expr]) -> ast.expr:
    """The type that a mark is put on; of classes told apart by a property, the one that the value names."""
    for mark in inside[1:]:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "Discriminated":
            name, classes = mark.args
            named = value.get(ast.literal_eval(name)) if isinstance(value, Mapping) else None
            pairs = zip(classes.keys, classes.values, strict=True) if isinstance(classes, ast.Dict) else ()
            for key, each in pairs:
                if key is not None and ast.literal_eval(key) == named:
                    return each
            raise Unfit
    return inside[0]


def _joined(opening: str, parts: Iterable[Expression], closing: str) -> Expression:
    parts = list(parts)
    return Expression(f"{opening}{', '.join(each.text for each in parts)}{closing}", any(each.late for each in parts))


def _members(kind: ast.expr) -> list[ast.expr]:
    return [*_members(kind.left), *_members(kind.right)] if isinstance(kind, ast.BinOp) else [kind]


def _arguments(kind: ast.Subscript) -> list[ast.expr]:
    return list(kind.slice.elts) if isinstance(kind.slice, ast.Tuple) else [kind.slice]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit
    return value


def _read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(_text(value))


def _uuid(value: Any) -> str:
    return f"UUID({text(str(_read(UUID, value)))})"


def _decimal(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unfit
    return f"Decimal({text(str(Decimal(value if isinstance(value, str) else repr(value))))})"


def _duration(value: Any) -> str:
    span: dt.timedelta = _read(dt.timedelta, value)
    parts = {name: getattr(span, name) for name in ("days", "seconds", "microseconds")}
    return f"dt.timedelta({', '.join(f'{name}={number}' for name, number in parts.items() if number)})"


def _bytes(value: Any) -> str:
    return repr(base64.b64decode(_text(value), validate=True))


_VALUES: dict[str, Callable[[Any], str]] = {
    "UUID": _uuid,
    "Decimal": _decimal,
    "dt.timedelta": _duration,
    "Base64": _bytes,
}
