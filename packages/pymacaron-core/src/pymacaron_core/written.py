"""Values written as JSON: models by their class, anything else as JSON that is validated as such."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn, Protocol, get_args, get_origin

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from pymacaron_core.answers import bad, complain
from pymacaron_core.models.constraints import Discriminated
from pymacaron_core.models.directions import REPLYING
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.model import Model
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.protocol import is_model, is_model_class
from pymacaron_core.serialising import set_json, set_json_slowly, writer
from pymacaron_core.spec.operation import Schema, Specification
from pymacaron_core.tallies import tally_of


class Adapters(Protocol):
    """Where validators come from: the catalog of models."""

    def adapter(self, schema: Schema) -> TypeAdapter[Any]: ...

    def type_of(self, schema: Schema) -> Any: ...


class Written:
    """How values of one schema become JSON; without a schema anything does."""

    __slots__ = ("adapter", "is_tuple", "items", "models", "native", "withhold")

    def __init__(self, schema: Schema | None, specification: Specification, adapters: Adapters) -> None:
        self.adapter = adapters.adapter(schema) if schema is not None else None
        self.withhold = Withholding(schema, specification.schemas) if schema is not None else None
        kind = adapters.type_of(schema) if schema is not None else None
        self.models = _classes(kind)
        self.is_tuple = _is_tuple(kind)
        self.native = _holds_native(kind)
        inner = next(iter(get_args(kind)), None) if get_origin(kind) is list else None
        self.items = _classes(inner)

    @property
    def model(self) -> Any:
        """The class the document declares, the parent of those below it; None where it is no class."""
        return next(iter(self.models), None)

    def json(self, value: Any, label: str, mode: str) -> bytes:
        """A value as JSON. Raises ``BadResponse`` where it is not of the schema, in mode ``raise``."""
        body = self._typed(value, label, mode)
        if self.withhold is None or not self.withhold.is_beyond_types:
            return body
        return pydantic_core.to_json(self.withhold(pydantic_core.from_json(body)))

    def shortest(self, model: Any) -> Callable[[Any], bytes] | None:
        """What writes values of one of the classes, which is built; where it raises, ``json`` tells why."""
        if model not in self.models or (self.withhold is not None and self.withhold.is_beyond_types):
            return None
        tally = tally_of(model)
        return writer(model.__pydantic_serializer__, tally is not None and tally.whole)

    def _typed(self, value: Any, label: str, mode: str) -> bytes:
        if self.adapter is None:
            return plain_json(value, mode)
        if isinstance(value, self.models):
            return _model_json(value, type(value).__pydantic_serializer__, label, mode)
        items = self.items
        if items and type(value) is list and all(isinstance(each, items) for each in value):
            return _model_json(value, self.adapter.serializer, label, mode)
        native = self.native_json(value) if self.native else None
        if native is not None:
            return native
        if mode == "off":
            return self._unchecked(plain_json(value, mode))
        return self._checked(value, self.adapter, label, mode)

    def native_json(self, value: Any) -> bytes | None:
        """The JSON of a Python value of the declared type, which JSON alone has no word for; None where it is none."""
        adapter = self.adapter
        if adapter is None:
            return None
        try:
            checked = adapter.validator.validate_python(value, strict=True)
        except ValidationError:
            return None
        written: bytes = adapter.serializer.to_json(
            checked, exclude_unset=True, by_alias=True, warnings=False, context=REPLYING
        )
        return written

    def _checked(self, value: Any, adapter: TypeAdapter[Any], label: str, mode: str) -> bytes:
        """Plain data, lists of models and the like: written as JSON and validated as such."""
        body = plain_json(value, mode)
        if is_model(value) and self.model is not None:
            message = f"{label} returned {_class(value)}, and the document declares {_class(self.model)}"
            complain(message + _how_to_make(self.model, value), mode)
            return self._unchecked(body)
        try:
            checked = adapter.validator.validate_json(body, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            what = "nothing" if value is None else f"a {kind_of(value)} that is not what the document declares"
            complain(f"{label} returned {what}: {told(error)}", mode)
            return self._unchecked(body)
        written: bytes = adapter.serializer.to_json(
            checked, exclude_unset=True, by_alias=True, warnings=False, context=REPLYING
        )
        return written

    def _unchecked(self, body: bytes) -> bytes:
        """JSON as it is, without what the document says replies do not have."""
        if self.withhold is None or not self.withhold.has_some:
            return body
        return pydantic_core.to_json(self.withhold(pydantic_core.from_json(body)))


def _is_tuple(kind: Any) -> bool:
    return get_origin(getattr(kind, "__origin__", kind)) is tuple or get_origin(kind) is tuple


def _holds_native(kind: Any) -> bool:
    """Whether a type outside of classes has values that are written by their type alone: bytes, decimals, tuples."""
    if kind is bytes or kind is Decimal or _is_tuple(kind):
        return True
    return any(_holds_native(inner) for inner in get_args(kind))


def _classes(kind: Any) -> tuple[Any, ...]:
    """The classes whose instances are right by their class alone: one, or a parent with what is below it."""
    if is_model_class(kind):
        return (kind,)
    marks: tuple[Any, ...] = getattr(kind, "__metadata__", ())
    if len(marks) != 1 or not isinstance(marks[0], Discriminated):
        return ()
    first = kind.__origin__
    classes = dict.fromkeys((*(get_args(first) or (first,)), *marks[0].classes.values()))
    return tuple(classes) if all(map(is_model_class, classes)) else ()


def _model_json(value: Any, serializer: Any, label: str, mode: str) -> bytes:
    """Models of the declared class: the type is the check, and in the strict modes pydantic's own warnings."""
    if mode != "off":
        try:
            return set_json(serializer, value)
        except (TypeError, pydantic_core.PydanticSerializationError):
            return _told_json(value, serializer, label, mode)
    return _json_as_it_is(value, serializer)


def _told_json(value: Any, serializer: Any, label: str, mode: str) -> bytes:
    """The same for one that was not written: once more, so that what is wrong is told."""
    try:
        return set_json_slowly(serializer, value)
    except pydantic_core.PydanticSerializationError as error:
        complain(f"{label} returned a {kind_of(value)} that was changed after it was validated: {error}", mode)
    return _json_as_it_is(value, serializer)


def _json_as_it_is(value: Any, serializer: Any) -> bytes:
    written: bytes = serializer.to_json(value, exclude_unset=True, by_alias=True, warnings=False, context=REPLYING)
    return written


def told(error: ValidationError) -> str:
    """The first faults of a value, in a line."""
    return "; ".join(f"{fault.pointer or 'the value'}: {fault.message}" for fault in faults_of(error, "body")[:3])


def kind_of(value: Any) -> str:
    """What a value is, by the name of its model or type."""
    return value.get_model_name() if is_model(value) else type(value).__name__


def _class(model: Any) -> str:
    """A model by the whole name of its class: two APIs may each have a ``Pet``."""
    kind = model if isinstance(model, type) else type(model)
    return f"{kind.__module__}.{kind.__qualname__}"


def _how_to_make(model: Any, value: Any) -> str:
    is_view = value.get_model_name().startswith(model.get_model_name() + "Request")
    return f": make it with {model.__name__}.from_request(body, ...)" if is_view else ""


_LEAVES = frozenset((str, int, float, bool, type(None)))
_TEXTS = frozenset((str,))


def plain_json(value: Any, mode: str) -> bytes:
    """Any mixture of models and plain data as JSON; models leave out what is unset.

    Numbers that are none are refused in mode ``raise``, and null otherwise: JSON has no words for them (RFC 8259).
    """
    try:
        if not _is_plain(value):
            value = _plain(value)
        body = pydantic_core.to_json(value)
        if b"NaN" in body or b"Infinity" in body:
            return _finite(value, body, mode)
        return body
    except (pydantic_core.PydanticSerializationError, ValueError, RecursionError) as error:
        raise bad(f"the function returned what JSON has no words for: {error}") from error


def _finite(value: Any, body: bytes, mode: str) -> bytes:
    try:
        json.loads(body, parse_constant=_refuse)
    except ValueError as error:
        complain(f"the function returned what JSON has no words for: {error}", mode)
        return pydantic_core.to_json(value, inf_nan_mode="null")
    return body


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _is_plain(value: Any) -> bool:
    """Whether there is no model in plain data, so that it can be written without being copied first."""
    kind = type(value)
    if kind in _LEAVES:
        return True
    if kind is dict:
        return _TEXTS.issuperset(map(type, value)) and all(map(_is_plain, value.values()))
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(_is_plain, value))
    return not is_model(value) and not isinstance(value, (Mapping, Iterator))


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False, context=REPLYING)
    if is_model(value) and not isinstance(value, type):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, Iterator)):
        return [_plain(item) for item in value]
    return value
