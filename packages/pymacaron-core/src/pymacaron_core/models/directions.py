"""``readOnly`` and ``writeOnly`` in pydantic's core schemas: what a class does not take in, and does not send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import PydanticCustomError, core_schema
from pydantic_core.core_schema import SerializationInfo, SerializerFunctionWrapHandler, ValidationInfo

from pymacaron_core.models.refusals import again

WrapValidator = Callable[[Any, ValidatorFunctionWrapHandler, ValidationInfo[Any]], Any]

REPLYING: Mapping[str, Any] = {"pymacaron_reply": True}
"""The serialization context of replies: what is ``writeOnly`` is left out."""


def hold_directions(cls: type[BaseModel], model: dict[str, Any]) -> None:
    """Have a model's core schema hold the directions of its properties. Costs nothing where it has none."""
    refused = _of_all(cls, "__pym_refused__")
    dropped = _of_all(cls, "__pym_dropped__")
    if refused:
        model["schema"] = core_schema.with_info_wrap_validator_function(partial(_refuse, refused), model["schema"])
    elif dropped and cls.model_config.get("extra") != "ignore":
        model["schema"] = core_schema.with_info_before_validator_function(partial(_drop, dropped), model["schema"])
    hidden = _write_only(cls)
    if hidden and "serialization" not in model:
        model["serialization"] = core_schema.wrap_serializer_function_ser_schema(partial(_hide, hidden), info_arg=True)


def without_dropped(cls: type[BaseModel], check: WrapValidator) -> WrapValidator:
    """The check of a class's rules, which does not see what requests have in vain."""
    dropped = _of_all(cls, "__pym_dropped__")
    if not dropped:
        return check
    return lambda value, handler, info: check(_drop(dropped, value, info), handler, info)


def _of_all(cls: type[BaseModel], name: str) -> tuple[str, ...]:
    found = (wire for each in cls.__mro__ for wire in vars(each).get(name, ()))
    return tuple(dict.fromkeys(found))


def _write_only(cls: type[BaseModel]) -> frozenset[str]:
    """The names, as they are dumped, of properties that replies do not have."""
    found = set()
    for name, field in cls.__pydantic_fields__.items():
        told = field.json_schema_extra
        if isinstance(told, Mapping) and told.get("writeOnly") is True:
            found |= {name, field.serialization_alias or name}
    return frozenset(found)


def _drop(names: tuple[str, ...], value: Any, info: ValidationInfo[Any]) -> Any:
    if info.mode != "json" or not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if name not in names}


def _refuse(
    names: tuple[str, ...], value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo[Any]
) -> Any:
    received = [name for name in names if info.mode == "json" and isinstance(value, dict) and name in value]
    if not received:
        return handler(value)
    told = PydanticCustomError("read_only", "Only replies have this property")
    faults: list[Any] = [{"type": told, "loc": (name,), "input": value[name]} for name in received]
    try:
        handler({name: each for name, each in value.items() if name not in names})
    except ValidationError as error:
        faults += [again(fault) for fault in error.errors(include_url=False)]
    raise ValidationError.from_exception_data("value", faults)


def _hide(
    names: frozenset[str], value: Any, handler: SerializerFunctionWrapHandler, info: SerializationInfo[Any]
) -> Any:
    dumped = handler(value)
    if info.context is not REPLYING or not isinstance(dumped, dict):
        return dumped
    return {name: each for name, each in dumped.items() if name not in names}
