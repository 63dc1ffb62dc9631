"""What a step of the request path may know of one request, however it came in.

A :class:`Call` is made by an adapter: :func:`from_flask` beside Flask's own request, :func:`from_wsgi` straight from a
WSGI environment. Steps read the call; none of them knows Flask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_cookie, parse_options_header
from werkzeug.wsgi import get_input_stream

from pymacaron_core.context import CallContext
from pymacaron_core.errors import InvalidParameter, PayloadTooLarge, RequestFault, RequestTimeout

EMPTY: Mapping[str, str] = {}


class Form(Protocol):
    """The fields and files of a form, in the order they came: pairs of a name and a text, or a file."""

    @property
    def fields(self) -> list[tuple[str, str]]: ...

    @property
    def files(self) -> list[tuple[str, Any]]: ...


class ParsedForm:
    """A form read from the body. Files have ``filename``, ``content_type`` and ``stream``."""

    __slots__ = ("fields", "files")

    def __init__(self, fields: list[tuple[str, str]], files: list[tuple[str, Any]]) -> None:
        self.fields = fields
        self.files = files


class Call:
    """One request: ``path_values`` as text by wire name, the raw ``query``, headers, and the body when asked for."""

    __slots__ = ("_body", "_read", "_read_form", "context", "environ", "limit", "path_values")

    def __init__(
        self,
        environ: Mapping[str, Any],
        path_values: Mapping[str, str],
        context: CallContext,
        read: Callable[[Call], bytes],
        read_form: Callable[[Call], Form],
        limit: int | None = None,
    ) -> None:
        self.environ = environ
        self.path_values = path_values
        self.context = context
        self.limit = limit
        self._read = read
        self._read_form = read_form
        self._body: bytes | None = None

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """The path as text, without the prefix the service is mounted at."""
        return str(self.environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace")

    @property
    def query(self) -> str:
        """The query as it came, percent-escapes and all."""
        return str(self.environ.get("QUERY_STRING", ""))

    @property
    def content_type(self) -> str:
        """The body's media type in lower case, without parameters; empty when the request names none."""
        return str(self.environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int | None:
        """The length the request claims; None when it claims none, or nonsense."""
        text = str(self.environ.get("CONTENT_LENGTH") or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    @property
    def has_body(self) -> bool:
        return bool(self.content_length) or "HTTP_TRANSFER_ENCODING" in self.environ

    def header(self, name: str) -> str | None:
        """A header by its name, in any case; None when absent. Repeated headers come joined by commas."""
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        value = self.environ.get(key)
        return None if value is None else str(value)

    def cookie(self, name: str) -> str | None:
        return parse_cookie(self.header("Cookie")).get(name)

    def body(self) -> bytes:
        """The body. Raises ``PayloadTooLarge`` above the limit, ``RequestTimeout`` when the caller left half way."""
        if self._body is None:
            self._body = self._within_limit(self._read)
        return self._body

    def form(self) -> Form:
        """The body read as a form. Raises as ``body`` does, and ``InvalidParameter`` when it cannot be read as one."""
        return self._within_limit(self._read_form)

    def check_size(self) -> None:
        """Refuse a body that says it is too large, before any of it is read."""
        length = self.content_length
        if self.limit is not None and length is not None and length > self.limit:
            raise PayloadTooLarge(f"the body has {length} bytes; this service takes at most {self.limit}")

    def _within_limit(self, read: Callable[[Call], Any]) -> Any:
        self.check_size()
        try:
            return read(self)
        except RequestEntityTooLarge:
            raise PayloadTooLarge(f"the body is larger than the {self.limit} bytes this service takes") from None
        except ClientDisconnected:
            raise RequestTimeout("the caller left before the body was read") from None


def from_flask(
    request: Any, path_values: Mapping[str, str], context: CallContext, limit: int | None = None
) -> Call:
    """A call beside Flask's request; what a hook has read of the body already is not read twice."""

    def read(call: Call) -> bytes:
        data: bytes = request.get_data()
        return data

    def read_form(call: Call) -> Form:
        _check_boundary(call)
        return ParsedForm(list(request.form.items(multi=True)), list(request.files.items(multi=True)))

    if limit is not None:
        own = request.max_content_length
        request.max_content_length = limit if own is None else min(own, limit)
    return Call(request.environ, path_values, context, read, read_form, limit)


def from_wsgi(
    environ: Mapping[str, Any], path_values: Mapping[str, str], context: CallContext, limit: int | None = None
) -> Call:
    """A call straight from a WSGI environment (PEP 3333)."""
    return Call(environ, path_values, context, _read_stream, _read_stream_form, limit)


def _stream(call: Call) -> BinaryIO:
    stream: BinaryIO = get_input_stream(dict(call.environ), max_content_length=call.limit)  # type: ignore[assignment]
    return stream


def _read_stream(call: Call) -> bytes:
    return _stream(call).read()


def _read_stream_form(call: Call) -> Form:
    _check_boundary(call)
    media_type, options = parse_options_header(str(call.environ.get("CONTENT_TYPE") or ""))
    parser = FormDataParser(max_content_length=call.limit, silent=False)
    try:
        _, fields, files = parser.parse(_stream(call), media_type, call.content_length, options)
    except ValueError:
        raise InvalidParameter(faults=[RequestFault("body", "", "form", "the form cannot be read")]) from None
    return ParsedForm(list(fields.items(multi=True)), list(files.items(multi=True)))


def _check_boundary(call: Call) -> None:
    media_type, options = parse_options_header(str(call.environ.get("CONTENT_TYPE") or ""))
    if media_type == "multipart/form-data" and not options.get("boundary"):
        message = "a multipart/form-data body needs a boundary in its Content-Type"
        raise InvalidParameter(faults=[RequestFault("body", "", "form", message)])
