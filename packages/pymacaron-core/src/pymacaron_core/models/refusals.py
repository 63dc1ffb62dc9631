"""By which keyword of the document a type refuses a value, where pydantic's own error would name another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from pydantic import GetCoreSchemaHandler, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, PydanticKnownError, core_schema

from pymacaron_core.models.judge import Breach, errors_of
from pymacaron_core.models.judge.words import must_be_one_of

NO_PROPERTY = "is not a property of this object"
CLOSED_BY = "pymacaron_closed_by"
_KNOWN = frozenset(get_args(core_schema.ErrorType))


@dataclass(frozen=True, slots=True)
class Const:
    """The one value of a ``Literal`` is a ``const`` of the document, and no ``enum``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        told = must_be_one_of(get_args(source)).removeprefix("must be ")
        return core_schema.custom_error_schema(
            handler(source),
            custom_error_type="const",
            custom_error_message="Input should be {expected}",
            custom_error_context={"expected": told},
        )


@dataclass(frozen=True, slots=True)
class ClosedBy:
    """The keyword that refuses what a tuple or the names of a dict do not take: ``ClosedBy("unevaluatedItems")``."""

    keyword: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] == "tuple":
            cast(dict[str, Any], schema).setdefault("metadata", {})[CLOSED_BY] = self.keyword
            return schema
        return core_schema.custom_error_schema(
            schema,
            custom_error_type="closed",
            custom_error_message="Input should be a property of the object",
            custom_error_context={"keyword": self.keyword},
        )


def close(keyword: str, model: dict[str, Any]) -> None:
    """Have the core schema of a class tell what it refuses by a keyword. Costs nothing where there is none."""
    if keyword:

        def read(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
            try:
                return handler(value)
            except ValidationError as error:
                raise ValidationError.from_exception_data(error.title, list(_told_by(keyword, error))) from None

        model["schema"] = core_schema.no_info_wrap_validator_function(read, model["schema"])


def _told_by(keyword: str, error: ValidationError) -> Iterator[InitErrorDetails]:
    for each in error.errors(include_url=False):
        if each["type"] == "extra_forbidden" and len(each["loc"]) == 1:
            yield from errors_of([Breach((), keyword, NO_PROPERTY)], each["input"], each["loc"])
        else:
            yield again(each)


def read_items(count: int, closed_by: str, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """A JSON array as a tuple of so many items; others are refused by ``minItems``, or by what closes the array."""
    if type(value) is not list:
        raise PydanticKnownError("tuple_type")
    if len(value) == count:
        return handler(tuple(value))
    faults: list[InitErrorDetails] = []
    try:
        handler(tuple(value[:count]))
    except ValidationError as error:
        faults = [again(each) for each in error.errors(include_url=False) if not _is_missing(each)]
    faults += errors_of(_of_length(value, count, closed_by), value)
    raise ValidationError.from_exception_data("tuple", faults)


def _is_missing(fault: Mapping[str, Any]) -> bool:
    return bool(fault["type"] == "missing" and len(fault["loc"]) == 1)


def _of_length(value: list[Any], count: int, closed_by: str) -> Iterator[Breach]:
    if len(value) < count:
        yield Breach((), "minItems", f"must have {count} or more items")
    elif closed_by == "maxItems":
        yield Breach((), closed_by, f"must have {count} or fewer items")
    else:
        too_many = f"is one item too many: there may be {count}"
        for at in range(count, len(value)):
            yield Breach((at,), closed_by, too_many if closed_by == "items" else "is not an item of this array")


def again(fault: Mapping[str, Any]) -> InitErrorDetails:
    """A fault that was told as one to raise again."""
    kind: Any = fault["type"]
    context = fault.get("ctx", {})
    if kind not in _KNOWN:
        kind = PydanticCustomError(kind, fault["msg"].replace("{", "(").replace("}", ")"), context)
    told: dict[str, Any] = {"type": kind, "loc": fault["loc"], "input": fault["input"]}
    return cast(InitErrorDetails, {**told, "ctx": context} if context and isinstance(kind, str) else told)
