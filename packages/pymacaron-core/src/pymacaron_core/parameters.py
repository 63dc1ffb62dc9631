"""Parameters: what stands in the path, the query, the headers and the cookies, by the styles of OpenAPI.

Each parameter is compiled into a reader, ``Call -> JSON text or None``, when the document is loaded; the texts of one
call are validated together by one adapter. See OpenAPI 3.1, Parameter Object, "style values", and RFC 6570.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from pymacaron_core.call import Call
from pymacaron_core.errors import RequestFault
from pymacaron_core.media import is_json
from pymacaron_core.models.faults import faults_of
from pymacaron_core.spec.operation import Parameter, Specification
from pymacaron_core.wire import Shape, array, mapping, members, scalar, shape_of

Values = dict[str, Any]
Reader = Callable[[Call], "str | None"]
DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "|", "tabDelimited": "%09"}


class Unreadable(Exception):
    """The text of a parameter is not what its style asks for; the message says how."""


class Adapters(Protocol):
    """Where validators come from: the catalog of models."""

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]: ...


def parameters_step(
    parameters: tuple[Parameter, ...], specification: Specification, adapters: Adapters
) -> Callable[[Call, Values, list[RequestFault]], None] | None:
    """The step that reads an operation's parameters into keywords; None when it has none.

    A parameter that is absent and has no default is handed over as None.
    """
    if not parameters:
        return None
    readers = tuple((p, reader(p, shape_of(p.schema, specification))) for p in parameters)
    validate = adapters.parameters_adapter(parameters).validator.validate_json
    places = {p.argument: p for p in parameters}
    absent: Values = {p.argument: None for p in parameters}

    def step(call: Call, keywords: Values, faults: list[RequestFault]) -> None:
        fragments: list[tuple[str, str]] = []
        unreadable = False
        for parameter, read in readers:
            try:
                text = read(call)
            except Unreadable as error:
                faults.append(RequestFault(parameter.place_in, f"/{parameter.name}", "style", str(error)))
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
        pointer = f"/{parameter.name}/{rest}" if rest else f"/{parameter.name}"
        yield RequestFault(parameter.place_in, pointer, fault.rule, fault.message)


def reader(parameter: Parameter, shape: Shape) -> Reader:
    """The reader of one parameter: finds its text in a call and gives it as JSON, None when it is absent."""
    if parameter.content is not None:
        return _content_reader(parameter)
    if parameter.place_in == "query":
        return _query_reader(parameter, shape)
    return _single_reader(parameter, shape)


def _single_reader(parameter: Parameter, shape: Shape) -> Reader:
    """Path values, headers and cookies: one text each."""
    find, name, explode = _finder(parameter), parameter.name, parameter.explode
    prefix, delimiter = {"label": (".", "." if explode else ","), "matrix": (";", ";" if explode else ",")}.get(
        parameter.style, ("", ",")
    )
    matrix = parameter.style == "matrix"
    is_named = matrix and not (explode and (shape.is_array or shape.is_object))

    def read(call: Call) -> str | None:
        text = find(call)
        if text is None:
            return None
        if prefix:
            text = _without_prefix(text, prefix, name if is_named else "")
        if shape.is_array:
            texts = text.split(delimiter) if text else []
            if matrix and explode:
                texts = [t.removeprefix(f"{name}=") for t in texts]
            return array((t.strip() if parameter.place_in == "header" else t for t in texts), shape)
        if shape.is_object:
            return mapping(_pairs(text.split(delimiter) if text else [], explode), shape)
        return scalar(text, shape)

    return read


def _without_prefix(text: str, prefix: str, name: str) -> str:
    if not text.startswith(prefix):
        raise Unreadable(f"must start with {prefix!r}")
    text = text[len(prefix) :]
    if name:
        if not text.startswith(name):
            raise Unreadable(f"must start with {prefix + name + '='!r}")
        text = text[len(name) :].removeprefix("=")
    return text


def _finder(parameter: Parameter) -> Callable[[Call], str | None]:
    name = parameter.name
    if parameter.place_in == "path":
        return lambda call: _path_text(call, name)
    if parameter.place_in == "header":
        return lambda call: call.header(name)
    return lambda call: call.cookie(name)


def _path_text(call: Call, name: str) -> str | None:
    text = call.path_values.get(name)
    if text is not None and "\ufffd" in text and not call.path_is_text:
        raise Unreadable("must be UTF-8, percent-encoded")
    return text


def _query_reader(parameter: Parameter, shape: Shape) -> Reader:
    name, style = parameter.name, parameter.style
    if style == "deepObject":
        return _deep_object_reader(name, shape)
    if shape.is_object and parameter.explode and style == "form":
        return _exploded_object_reader(shape)
    delimiter = DELIMITERS.get(style, ",")
    joined = not parameter.explode

    def read(call: Call) -> str | None:
        raws = call.query_values.get(name)
        if raws is None:
            return None
        if shape.is_array:
            return array(_array_texts(raws, delimiter if joined else None), shape)
        if shape.is_object:
            return mapping(_pairs(_array_texts(raws[-1:], delimiter), exploded=False), shape)
        return scalar(unquoted(raws[-1]), shape)

    return read


def _array_texts(raws: list[str], delimiter: str | None) -> list[str]:
    """The items of an array: split where joined, before anything is unescaped; what was exploded is never split."""
    if delimiter is None:
        return [unquoted(raw) for raw in raws]
    if delimiter == "%20":
        raws = [raw.replace("+", "%20") for raw in raws]
    if delimiter == "|":
        raws = [raw.replace("%7C", "|").replace("%7c", "|") for raw in raws]
    return [unquoted(item) for raw in raws if raw for item in raw.split(delimiter)]


def _exploded_object_reader(shape: Shape) -> Reader:
    """``?red=1&green=2``: every pair whose name the object declares, or any pair where it takes any."""

    def read(call: Call) -> str | None:
        pairs = [
            (key, unquoted(raws[-1]))
            for key, raws in call.query_values.items()
            if key in shape.properties or shape.additional is not None
        ]
        return mapping(pairs, shape) if pairs else None

    return read


def _deep_object_reader(name: str, shape: Shape) -> Reader:
    """``?filter[color]=red``: one level, as OpenAPI defines it; a repeated key of an array property is a list."""

    def read(call: Call) -> str | None:
        grouped: dict[str, list[str]] = {}
        for key, raws in call.query_values.items():
            if key.startswith(f"{name}[") and key.endswith("]"):
                inner = key[len(name) + 1 : -1].removesuffix("[]")
                if not inner or "[" in inner or "]" in inner:
                    raise Unreadable(f"must be written {name}[key]=value, one level deep")
                grouped.setdefault(inner, []).extend(unquoted(raw) for raw in raws)
        if not grouped:
            return None
        return members((inner, _deep_member(texts, shape, inner)) for inner, texts in grouped.items())

    return read


def _deep_member(texts: list[str], shape: Shape, name: str) -> str:
    inner = shape.properties.get(name) or shape.additional or Shape()
    return array(texts, inner) if inner.is_array else scalar(texts[-1], inner)


def _content_reader(parameter: Parameter) -> Reader:
    """A parameter with ``content``: its text is a document of that media type. JSON is read; others are text."""
    json_text = parameter.content is not None and is_json(parameter.content.name)
    find = _query_text(parameter.name) if parameter.place_in == "query" else _finder(parameter)

    def read(call: Call) -> str | None:
        text = find(call)
        if text is None:
            return None
        if not json_text:
            return encode_basestring_ascii(text)
        try:
            from_json(text, allow_inf_nan=False)
        except ValueError:
            raise Unreadable("must be JSON") from None
        return text

    return read


def _query_text(name: str) -> Callable[[Call], str | None]:
    def find(call: Call) -> str | None:
        raws = call.query_values.get(name)
        return unquoted(raws[-1]) if raws else None

    return find


def _pairs(texts: list[str], exploded: bool) -> list[tuple[str, str]]:
    if exploded:
        return [(key, value) for key, _, value in (text.partition("=") for text in texts)]
    if len(texts) % 2:
        raise Unreadable("must have a value for every name")
    return list(zip(texts[::2], texts[1::2], strict=True))


def unquoted(raw: str) -> str:
    """Text of a query, unescaped. Raises ``Unreadable`` where it is not UTF-8."""
    if raw.isascii() and "%" not in raw:
        return raw.replace("+", " ")
    try:
        return unquote_to_bytes(raw.replace("+", " ").encode("latin-1")).decode("utf-8")
    except UnicodeError:
        raise Unreadable("must be UTF-8, percent-encoded") from None
