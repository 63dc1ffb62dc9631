"""Receiving: a call as it comes: beside Flask's own request, straight from a WSGI environment, or made of values.

Bodies are read here, by the parsers of Werkzeug; a step asks the call for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import IO, Any

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_input_stream

from pymacaron_core.call import Call, Form, ParsedForm
from pymacaron_core.context import CallContext
from pymacaron_core.errors import InvalidParameter, PayloadTooLarge, RequestFault
from pymacaron_core.multipart import StrictParser, Text
from pymacaron_core.styles import Unreadable, unquoted

URLENCODED = "application/x-www-form-urlencoded"
MOST_PARTS = 1_000
"""How many parts a multipart form may have, as in Flask's ``MAX_FORM_PARTS``."""
MOST_FIELDS = 20_000
"""How many fields an urlencoded form may have; one with more is refused before any of them is looked at."""
LARGEST_FIELD = 500_000
"""How many bytes one field of a multipart form may have, as in Flask's ``MAX_FORM_MEMORY_SIZE``."""


class FlaskSource:
    """The body by Flask's request: what a hook has read of it already is not read twice."""

    __slots__ = ("request",)

    def __init__(self, request: Any) -> None:
        self.request = request

    def read(self, call: Call) -> bytes:
        """The whole body, which the request keeps."""
        data: bytes = self.request.get_data()
        return data

    def read_form(self, call: Call) -> Form:
        """The fields and files."""
        request = self.request
        media_type, _ = _check_boundary(call)
        if media_type == URLENCODED and "form" not in vars(request):
            return _urlencoded(call)
        if request.form_data_parser_class is FormDataParser:
            request.form_data_parser_class = StrictParser
        return _parsed(lambda: (request.form, request.files))

    def stream(self, call: Call) -> IO[bytes]:
        """The body as it comes."""
        known = vars(self.request).get("_cached_data")  # a hook has called get_data()
        return BytesIO(known) if known is not None else self.request.stream


class WsgiSource:
    """The body straight from a WSGI environment (PEP 3333)."""

    def read(self, call: Call) -> bytes:
        """The whole body."""
        return self.stream(call).read()

    def read_form(self, call: Call) -> Form:
        """The fields and files, by Werkzeug's parser."""
        media_type, options = _check_boundary(call)
        if media_type == URLENCODED:
            return _urlencoded(call)
        most, known = call.limit, call.known_body
        parser = StrictParser(max_form_memory_size=LARGEST_FIELD, max_content_length=most, max_form_parts=MOST_PARTS)
        stream = self.stream(call) if known is None else BytesIO(known)
        return _parsed(lambda: parser.parse(stream, media_type, call.content_length, options)[1:])

    def stream(self, call: Call) -> IO[bytes]:
        """The body as it comes, held to its length."""
        most = None if call.limit is None else call.limit + 1
        return get_input_stream(dict(call.environ), max_content_length=most)


_WSGI = WsgiSource()


def from_flask(request: Any, path_values: Mapping[str, str], context: CallContext, limit: int | None = None) -> Call:
    """A call beside Flask's request."""
    own = request.max_content_length
    if limit is None or (own is not None and own < limit):
        limit = own
    if limit is not None:
        request.max_content_length = limit + 1  # Werkzeug cuts off silently what comes in chunks
    return Call(request.environ, path_values, context, FlaskSource(request), limit)


def from_wsgi(
    environ: Mapping[str, Any], path_values: Mapping[str, str], context: CallContext, limit: int | None = None
) -> Call:
    """A call straight from a WSGI environment (PEP 3333)."""
    return Call(environ, path_values, context, _WSGI, limit)


def from_values(values: dict[str, list[str]]) -> Call:
    """A call of nothing but a query: what reads queries reads forms too."""
    return Call({}, {}, CallContext(), _WSGI, query_values=values)


def from_headers(headers: Mapping[str, str]) -> Call:
    """A call of nothing but headers: what reads those of requests reads those of parts too."""
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return Call(environ, {}, CallContext(), _WSGI)


def _urlencoded(call: Call) -> ParsedForm:
    """The fields of an urlencoded form (URL Standard, section 5.1), each told where it is no text."""
    body = call.body()
    if body.count(b"&") >= MOST_FIELDS:
        raise PayloadTooLarge(f"the form has more fields than the {MOST_FIELDS} that this service takes")
    pairs = (part.partition("=") for part in body.decode("latin-1").split("&") if part)
    return ParsedForm([(_name(name), _text(raw)) for name, _, raw in pairs], [])


def _name(raw: str) -> str:
    try:
        return unquoted(raw)
    except Unreadable:
        message = "the form cannot be read: a name in it is not UTF-8, percent-encoded"
        raise InvalidParameter(faults=[RequestFault("body", "", "form", message)]) from None


def _text(raw: str) -> str:
    try:
        return unquoted(raw)
    except Unreadable as error:
        return Text.of("", unreadable=str(error))


def _parsed(parse: Callable[[], tuple[Any, Any]]) -> ParsedForm:
    try:
        fields, files = parse()
    except ValueError:
        raise InvalidParameter(faults=[RequestFault("body", "", "form", "the form cannot be read")]) from None
    return ParsedForm(list(fields.items(multi=True)), list(files.items(multi=True)))


def _check_boundary(call: Call) -> tuple[str, dict[str, str]]:
    """The media type of a form, and its options."""
    media_type, options = parse_options_header(str(call.environ.get("CONTENT_TYPE") or ""))
    if media_type == "multipart/form-data" and not options.get("boundary"):
        message = "a multipart/form-data body needs a boundary in its Content-Type"
        raise InvalidParameter(faults=[RequestFault("body", "", "form", message)])
    return media_type, options
