"""Encodings: the fields of a form that have a style (Encoding Object; ``collectionFormat`` in Swagger 2.0).

They are read as parameters of a query are. In ``application/x-www-form-urlencoded`` they are split before they are
unescaped; in ``multipart/form-data`` nothing is escaped (OpenAPI 3.1.1, Appendix C), so no item can have a delimiter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pymacaron_core.call import Call, Form, values_of
from pymacaron_core.errors import RequestFault
from pymacaron_core.readers import Reader, reader
from pymacaron_core.receiving import URLENCODED, from_values
from pymacaron_core.spec.operation import EMPTY, MediaType, Parameter, Schema
from pymacaron_core.strays import is_spread, pointer_of
from pymacaron_core.styles import Unreadable
from pymacaron_core.wire import Shape


@dataclass(frozen=True, slots=True)
class Styled:
    """The fields of a form that are read by their style; ``names`` and ``prefixes`` say which texts are theirs."""

    readers: Mapping[str, Reader]
    parameters: Mapping[str, Parameter]
    names: frozenset[str]
    prefixes: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Whether a text of the form belongs to one of them. A part of a multipart form may have no name."""
        return name in self.names or bool(self.prefixes and name and name.startswith(self.prefixes))

    def read(self, call: Call, form: Form, faults: list[RequestFault]) -> list[tuple[str, str]]:
        """Names and JSON texts of those that are there."""
        if not self.readers:
            return []
        values = from_values(_raw_values(call, form))
        found = []
        for name, read in self.readers.items():
            try:
                text = read(values)
            except Unreadable as error:
                faults.append(RequestFault("body", pointer_of(name), error.rule, str(error)))
                continue
            if text is not None:
                found.append((name, text))
        return found


PLAIN = Styled(EMPTY, EMPTY, frozenset(), ())
"""The fields with a style of a form that has none."""


def styled_fields(media: MediaType, shape: Shape) -> Styled:
    """The fields of a form whose encoding has a style, where that makes a difference: several values in one text, or
    one value in several fields. Arrays whose items come one by one are none; objects without a style are JSON."""
    parameters, names, prefixes = {}, set[str](), []
    for name, encoding in media.encoding.items():
        inner = shape.properties.get(name)
        style = encoding.style or "form"
        explode = (style == "form") if encoding.explode is None else encoding.explode
        if inner is None or not (inner.is_array or inner.is_object) or (inner.is_array and explode):
            continue
        if encoding.style is None and encoding.explode is None:
            continue
        parameter = parameters[name] = Parameter(name, "query", Schema(), style=style, explode=explode)
        names.add(name)
        if style == "deepObject":
            prefixes.append(f"{name}[")
        elif is_spread(parameter, inner):
            names |= inner.properties.keys() - shape.properties.keys()
    readers = {name: reader(parameter, shape.properties[name]) for name, parameter in parameters.items()}
    return Styled(readers, parameters, frozenset(names), tuple(prefixes))


def _raw_values(call: Call, form: Form) -> dict[str, list[str]]:
    """The texts of a form by name, escaped as those of a query are."""
    if call.content_type == URLENCODED:
        return values_of(call.body().decode("latin-1"))
    values: dict[str, list[str]] = {}
    for name, text in form.fields:
        if not name:
            continue
        values.setdefault(name, []).append(text.replace("%", "%25").replace("+", "%2B").encode().decode("latin-1"))
    return values
