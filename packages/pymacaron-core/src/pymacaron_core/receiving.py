"""Receiving: a call as it comes: beside Flask's own request, straight from a WSGI environment, or made of values.

Bodies are read here, by the parsers of Werkzeug; a step asks the call for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, BinaryIO

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_input_stream

from pymacaron_core.call import Call, Form, ParsedForm
from pymacaron_core.context import CallContext
from pymacaron_core.errors import InvalidParameter, PayloadTooLarge, RequestFault

MOST_PARTS = 1_000
"""How many parts a multipart form may have, as in Flask's ``MAX_FORM_PARTS``."""
MOST_FIELDS = 20_000
"""How many fields an urlencoded form may have; one with more is refused before any of them is looked at."""
LARGEST_FIELD = 500_000
"""How many bytes one field of a multipart form may have, as in Flask's ``MAX_FORM_MEMORY_SIZE``."""


def from_flask(request: Any, path_values: Mapping[str, str], context: CallContext, limit: int | None = None) -> Call:
    """A call beside Flask's request; what a hook has read of the body already is not read twice."""

    def read(call: Call) -> bytes:
        data: bytes = request.get_data()
        return data

    def read_form(call: Call) -> Form:
        _check_boundary(call)
        if "form" not in vars(request):
            _read_whole(call)
        if request.form_data_parser_class is FormDataParser:
            request.form_data_parser_class = _StrictParser
        return _parsed(lambda: (request.form, request.files))

    own = request.max_content_length
    if limit is None or (own is not None and own < limit):
        limit = own
    if limit is not None:
        request.max_content_length = limit + 1  # Werkzeug cuts off silently what comes in chunks
    return Call(request.environ, path_values, context, read, read_form, limit)


def from_wsgi(
    environ: Mapping[str, Any], path_values: Mapping[str, str], context: CallContext, limit: int | None = None
) -> Call:
    """A call straight from a WSGI environment (PEP 3333)."""
    return Call(environ, path_values, context, _read_stream, _read_stream_form, limit)


def from_values(values: dict[str, list[str]]) -> Call:
    """A call of nothing but a query: what reads queries reads forms too."""
    return Call({}, {}, CallContext(), _read_stream, _read_stream_form, query_values=values)


class _StrictParser(FormDataParser):
    """Werkzeug's parser, telling of a form that cannot be read instead of taking it for an empty one."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "silent": False})


def _read_whole(call: Call) -> None:
    """Read a form without files at once: the parser would, and would not notice that it was cut off."""
    if call.content_type == "application/x-www-form-urlencoded" and call.body().count(b"&") >= MOST_FIELDS:
        raise PayloadTooLarge(f"the form has more fields than the {MOST_FIELDS} that this service takes")


def _parsed(parse: Callable[[], tuple[Any, Any]]) -> ParsedForm:
    try:
        fields, files = parse()
    except ValueError:
        raise InvalidParameter(faults=[RequestFault("body", "", "form", "the form cannot be read")]) from None
    return ParsedForm(list(fields.items(multi=True)), list(files.items(multi=True)))


def _read_stream(call: Call) -> bytes:
    return _stream(call).read()


def _read_stream_form(call: Call) -> Form:
    media_type, options = _check_boundary(call)
    _read_whole(call)
    parser = _StrictParser(max_form_memory_size=LARGEST_FIELD, max_content_length=call.limit, max_form_parts=MOST_PARTS)
    stream = _stream(call) if call.known_body is None else BytesIO(call.known_body)
    return _parsed(lambda: parser.parse(stream, media_type, call.content_length, options)[1:])


def _stream(call: Call) -> BinaryIO:
    most = None if call.limit is None else call.limit + 1
    stream: BinaryIO = get_input_stream(dict(call.environ), max_content_length=most)  # type: ignore[assignment]
    return stream


def _check_boundary(call: Call) -> tuple[str, dict[str, str]]:
    """The media type of a form, and its options."""
    media_type, options = parse_options_header(str(call.environ.get("CONTENT_TYPE") or ""))
    if media_type == "multipart/form-data" and not options.get("boundary"):
        message = "a multipart/form-data body needs a boundary in its Content-Type"
        raise InvalidParameter(faults=[RequestFault("body", "", "form", message)])
    return media_type, options
