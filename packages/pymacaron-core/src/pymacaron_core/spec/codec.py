"""The vocabulary as bytes, and back. Reading builds values of the vocabulary and plain data, whatever the bytes say."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Any, cast

from pymacaron_core.errors import DocumentFault
from pymacaron_core.spec import operation


def _classes() -> dict[tuple[str, str], type]:
    found = [each for each in vars(operation).values() if isinstance(each, type)]
    own = [each for each in found if is_dataclass(each) or (issubclass(each, tuple) and each is not tuple)]
    return {(each.__module__, each.__qualname__): each for each in (*own, DocumentFault)}


def _values_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    if issubclass(kind, tuple):
        return tuple
    names = [each.name for each in fields(cast(Any, kind))]
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)


def frozen(values: dict[str, Any]) -> Mapping[str, Any]:
    """A mapping that cannot be changed."""
    return MappingProxyType(values)


_KNOWN: dict[tuple[str, str], Any] = {**_classes(), (frozen.__module__, frozen.__qualname__): frozen}
_VALUES = {kind: _values_of(kind) for kind in _classes().values()}


class _Writer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        values = _VALUES.get(type(value))
        if values is not None:
            return type(value), values(value)
        if type(value) is MappingProxyType:
            return frozen, (dict(value),)
        if type(value) is type or value is frozen or value in _VALUES:
            return NotImplemented
        raise pickle.PicklingError(f"{type(value).__name__} is no part of the vocabulary")


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = _KNOWN.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of the vocabulary")
        return found

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("nothing is kept elsewhere")


def encode(value: Any) -> bytes:
    """The bytes of a value of the vocabulary. Raises ``PicklingError``, or ``RecursionError`` where it is too deep."""
    written = io.BytesIO()
    _Writer(written, protocol=5).dump(value)
    return written.getvalue()


def decode(data: bytes | memoryview) -> Any:
    """The value again. Raises some exception where the bytes are not those of :func:`encode`."""
    return _Reader(io.BytesIO(data)).load()
