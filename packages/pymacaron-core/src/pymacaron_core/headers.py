"""Headers of replies, held to what the document declares of them."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import TypeAdapter, ValidationError

from pymacaron_core.answers import Given, complain
from pymacaron_core.call import Call
from pymacaron_core.context import CallContext
from pymacaron_core.readers import Reader, reader
from pymacaron_core.receiving import from_wsgi
from pymacaron_core.spec.operation import Parameter, Reply, Specification
from pymacaron_core.styles import Unreadable
from pymacaron_core.wire import shape_of
from pymacaron_core.written import Adapters, told

_NOT_OURS = ("content-type", "content-length")


def headers_check(
    reply: Reply, specification: Specification, adapters: Adapters
) -> Callable[[Given, str, str], None] | None:
    """What complains of headers that are not as a reply declares them; None where it declares none."""
    declared = [
        (each, *_read(each, specification, adapters)) for each in reply.headers if each.name.lower() not in _NOT_OURS
    ]
    if not declared:
        return None

    def check(given: Given, label: str, mode: str) -> None:
        for parameter, read, adapter in declared:
            sent = given.header(parameter.name.lower())
            if sent is not None:
                _check(parameter, read, adapter, sent, label, mode)
            elif parameter.required:
                complain(f"{label} returned no header {parameter.name}, which the document requires", mode)

    return check


def _read(parameter: Parameter, specification: Specification, adapters: Adapters) -> tuple[Reader, TypeAdapter[object]]:
    schema = parameter.content.schema if parameter.content is not None else None
    schema = schema or parameter.schema
    return reader(parameter, shape_of(schema, specification)), adapters.adapter(schema)


def _check(parameter: Parameter, read: Reader, adapter: TypeAdapter[object], sent: str, label: str, mode: str) -> None:
    try:
        value = read(_call_with(parameter.name, sent))
        adapter.validator.validate_json(value or "null", strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        complain(
            f"{label} returned a header {parameter.name} that is not what the document declares: {told(error)}", mode
        )
    except Unreadable:
        complain(f"{label} returned a header {parameter.name} that cannot be read as the document declares it", mode)


def _call_with(name: str, value: str) -> Call:
    """A header as a caller would send it, to be read as one."""
    return from_wsgi({f"HTTP_{name.upper().replace('-', '_')}": value}, {}, CallContext())
