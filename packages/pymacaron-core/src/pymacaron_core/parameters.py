"""Parameters: what stands in the path, the query, the headers and the cookies, read into arguments.

The readers of an operation are composed when the document is loaded; the texts of one call are validated together by
one adapter, by the same strict rules as bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from pymacaron_core.call import Call
from pymacaron_core.config import OperationSettings
from pymacaron_core.errors import RequestFault
from pymacaron_core.models.faults import faults_of
from pymacaron_core.nesting import DEEPEST
from pymacaron_core.readers import Reader, Surroundings, reader
from pymacaron_core.spec.operation import Operation, Parameter, Schema, Specification
from pymacaron_core.strays import NOTHING, declared, pointer_of, strays_step
from pymacaron_core.styles import Unreadable
from pymacaron_core.wire import LEVELS, Shape, members, shape_of

Values = dict[str, Any]
Step = Callable[[Call, list[Any], Values, list[RequestFault]], None]


class Adapters(Protocol):
    """Where validators come from: the catalog of models."""

    def adapter(self, schema: Schema) -> TypeAdapter[Any]: ...

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]: ...


def parameters_steps(
    operation: Operation,
    specification: Specification,
    adapters: Adapters,
    settings: OperationSettings | None = None,
) -> tuple[Step, ...]:
    """The steps that read an operation's parameters into keywords, and refuse what is none; empty when there are none.

    A parameter that is absent and has no default is handed over as None.
    """
    settings = settings or OperationSettings()
    steps: list[Step] = []
    if operation.parameters:
        found = parameter_readers(operation, specification, settings.repeated_parameters == "refuse")
        steps.append(_reading_step(tuple(_served(p, read, adapters) for p, read in found), adapters))
    if settings.unknown_parameters == "refuse":
        shapes = [(p, parameter_shape(p, specification)) for p in operation.parameters]
        steps.append(strays_step(declared(operation, specification, shapes, "query")))
    return tuple(steps)


def parameter_shape(parameter: Parameter, specification: Specification) -> Shape:
    """The shape of a parameter's value, as deep as its style can write it."""
    levels = LEVELS
    if parameter.style == "deepObject":
        levels = DEEPEST + 1
    elif parameter.inner_styles:
        levels = len(parameter.inner_styles) + 1
    return shape_of(parameter.content.schema if parameter.content else parameter.schema, specification, levels)


def parameter_readers(
    operation: Operation, specification: Specification, once: bool = False
) -> tuple[tuple[Parameter, Reader], ...]:
    """The reader of each parameter; with ``once``, what comes more than once is unreadable."""
    shapes = [(p, parameter_shape(p, specification)) for p in operation.parameters]
    names = {place: declared(operation, specification, shapes, place) for place in ("query", "cookie")}

    def around(place_in: str) -> Surroundings:
        return Surroundings(operation.path, names.get(place_in, NOTHING), once)

    return tuple((p, reader(p, shape, around(p.place_in))) for p, shape in shapes)


def _served(parameter: Parameter, read: Reader, adapters: Adapters) -> tuple[Parameter, Reader]:
    """The parameter and its reader where it may be empty: required or not is for the reader to tell then."""
    if not parameter.allow_empty or parameter.place_in != "query":
        return parameter, read
    return replace(parameter, required=False), _or_unused(parameter, read, adapters)


def _or_unused(parameter: Parameter, read: Reader, adapters: Adapters) -> Reader:
    """``allowEmptyValue``: an empty text counts as absent (OpenAPI 3.1.1), but where it is a value of the schema."""
    name, adapter = parameter.name, adapters.adapter(parameter.schema)

    def read_or_unused(call: Call) -> str | None:
        if call.query_values.get(name) == [""]:
            text = read(call)
            return text if text is not None and _is_valid(adapter, text) else None
        text = read(call)
        if text is None and parameter.required:
            raise Unreadable("is required", "required")
        return text

    return read_or_unused


def _is_valid(adapter: TypeAdapter[Any], text: str) -> bool:
    try:
        adapter.validator.validate_json(text, strict=True)
    except ValidationError:
        return False
    return True


def _reading_step(readers: tuple[tuple[Parameter, Reader], ...], adapters: Adapters) -> Step:
    validate = adapters.parameters_adapter(tuple(p for p, _ in readers)).validator.validate_json
    places = {p.argument: p for p, _ in readers}
    absent: Values = {p.argument: None for p, _ in readers}

    def step(call: Call, positional: list[Any], keywords: Values, faults: list[RequestFault]) -> None:
        fragments: list[tuple[str, str]] = []
        unreadable = False
        for parameter, read in readers:
            try:
                text = read(call)
            except Unreadable as error:
                faults.append(RequestFault(parameter.place_in, pointer_of(parameter.name), error.rule, str(error)))
                unreadable = True
                continue
            if text is not None:
                fragments.append((parameter.argument, text))
        keywords.update(absent)
        try:
            keywords.update(validate(members(fragments), strict=True))
        except ValidationError as error:
            known = {f.pointer for f in faults} if unreadable else ()
            faults.extend(f for f in _placed(error, places) if f.pointer not in known)

    return step


def _placed(error: ValidationError, places: Mapping[str, Parameter]) -> Iterable[RequestFault]:
    """The faults of an adapter, by the parameters' places and names on the wire."""
    for fault in faults_of(error, "query"):
        head, _, rest = fault.pointer.lstrip("/").partition("/")
        parameter = places.get(head)
        if parameter is None:
            yield fault
            continue
        pointer = pointer_of(parameter.name)
        yield RequestFault(parameter.place_in, f"{pointer}/{rest}" if rest else pointer, fault.rule, fault.message)
