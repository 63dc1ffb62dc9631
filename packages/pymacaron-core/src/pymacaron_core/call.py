"""What a step of the request path may know of one request, however it came in.

A :class:`Call` is made by an adapter (see ``receiving``). Steps read the call; none of them knows Flask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import IO, Any, Protocol
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.sansio.http import parse_cookie

from pymacaron_core.context import CallContext
from pymacaron_core.errors import (
    InvalidParameter,
    PayloadTooLarge,
    PyMacaronException,
    RequestFault,
    RequestTimeout,
)

_UNSEEN = -1
LEFT = "the caller left before the body was read"
MOST_PARAMETERS = 1_000
"""How many names a query may have; a query with more is refused before any of it is read."""


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


class Source(Protocol):
    """Where the body of a call comes from. Each is asked at most once for what it reads to the end."""

    def read(self, call: Call) -> bytes:
        """The whole body."""

    def read_form(self, call: Call) -> Form:
        """The body read as a form."""

    def stream(self, call: Call) -> IO[bytes]:
        """The body, to be read piece by piece."""


class Call:
    """One request: ``path_values`` as text by wire name, the raw ``query``, headers, and the body when asked for.

    What is asked for more than once is looked at once, when it is first asked for.
    """

    called: CallContext | None
    """The call context, where it is made already; one that is made later is told when the call ``started``."""
    started: float | None = None
    """What ``time.perf_counter()`` said."""
    chosen: Any = None
    """What reads the body, once it was admitted."""
    _body: bytes | None = None
    _fits = False
    _length: int | None = _UNSEEN
    _query_values: dict[str, list[str]] | None = None
    _cookies: list[tuple[str, str]] | None = None

    def __init__(
        self,
        environ: Mapping[str, Any],
        path_values: Mapping[str, str],
        context: CallContext,
        source: Source,
        limit: int | None = None,
        query_values: dict[str, list[str]] | None = None,
    ) -> None:
        self.environ = environ
        self.path_values = path_values
        self.context = self.called = context
        self.source = source
        self.limit = limit
        if query_values is not None:
            self._query_values = query_values

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """The path as text, without the prefix the service is mounted at."""
        return str(self.environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace")

    @property
    def path_is_text(self) -> bool:
        """Whether the path is UTF-8; where it is not, ``path`` and ``path_values`` hold U+FFFD for what is none."""
        try:
            str(self.environ.get("PATH_INFO", "")).encode("latin-1").decode("utf-8")
        except UnicodeError:
            return False
        return True

    @property
    def query(self) -> str:
        """The query as it came, percent-escapes and all."""
        return str(self.environ.get("QUERY_STRING", ""))

    @property
    def query_values(self) -> Mapping[str, list[str]]:
        """The query by its names, unescaped; the texts of each, still escaped, in the order they came.

        Raises ``InvalidParameter`` where there are too many.
        """
        if self._query_values is None:
            query = self.query
            if query.count("&") >= MOST_PARAMETERS:
                message = f"has more than {MOST_PARAMETERS} parameters: no more are read"
                raise InvalidParameter(faults=[RequestFault("query", "", "parameters", message)])
            self._query_values = values_of(query)
        return self._query_values

    @property
    def content_type(self) -> str:
        """The body's media type in lower case, without parameters; empty when the request names none."""
        return str(self.environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int | None:
        """The length the request claims; None when it claims none, or comes in chunks (RFC 9112, section 6.3).

        Raises ``InvalidParameter`` when it is no length.
        """
        if self._length == _UNSEEN:
            self._length = length_of(self.environ)
        return self._length

    @property
    def has_body(self) -> bool:
        """Whether anything was sent. A body that tells no length, and only its end, is read to know."""
        length = self._length
        if length == _UNSEEN:
            length = self.content_length
        if length is not None:
            return length > 0
        return bool(self.environ.get("wsgi.input_terminated")) and bool(self.body())

    def header(self, name: str) -> str | None:
        """A header by its name, in any case; None when absent. Repeated headers come joined by commas."""
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        value = self.environ.get(key)
        return None if value is None else str(value)

    @property
    def cookies(self) -> Sequence[tuple[str, str]]:
        """The cookies in the order they came, names and values; U+FFFD stands for what is not UTF-8."""
        if self._cookies is None:
            text = (self.header("Cookie") or "").encode("latin-1", "replace").decode("utf-8", "replace")
            self._cookies = [pair for piece in text.split(";") for pair in _cookie(piece)]
        return self._cookies

    def cookie(self, name: str) -> str | None:
        """A cookie; of several by one name the first, whose path is the longest (RFC 6265, section 5.4)."""
        return next((value for known, value in self.cookies if known == name), None)

    def body(self) -> bytes:
        """The body. Raises ``PayloadTooLarge`` above the limit, ``RequestTimeout`` when the caller left half way."""
        if self._body is None:
            if not self._fits:
                self.check_size()
            try:
                body = self.source.read(self)
            except Exception as error:
                raise told(error) from None
            self._body = self.whole(body)
        return self._body

    def whole(self, body: bytes) -> bytes:
        """What was read as the body, where it is one. Raises as ``body``."""
        length = self._length  # looked at by then
        if length is not None and len(body) < length:
            raise RequestTimeout(LEFT)
        if self.limit is not None and len(body) > self.limit:
            raise PayloadTooLarge(f"the body is larger than the {self.limit} bytes this service takes")
        return body

    @property
    def known_body(self) -> bytes | None:
        """The body where it has been read already; asking here reads nothing."""
        return self._body

    def form(self) -> Form:
        """The body read as a form. Raises as ``body`` does, and ``InvalidParameter`` when it cannot be read as one."""
        form: Form = self.within_limit(self.source.read_form)
        return form

    def stream(self) -> IO[bytes]:
        """The body to be read piece by piece, held to no limit yet; what has been read already is read again."""
        return self.source.stream(self) if self._body is None else BytesIO(self._body)

    def check_size(self) -> None:
        """Refuse a body that says it is too large, before any of it is read."""
        length = self._length
        if length == _UNSEEN:
            length = self._length = length_of(self.environ)
        if length is not None and self.limit is not None and length > self.limit:
            raise PayloadTooLarge(f"the body has {length} bytes; this service takes at most {self.limit}")
        self._fits = True

    def within_limit(self, read: Callable[[Call], Any]) -> Any:
        """What reading gives; faults of the parsers below as those of the caller."""
        self.check_size()
        try:
            return read(self)
        except Exception as error:
            raise told(error) from None


def told(error: Exception) -> Exception:
    """What failed while a body was read, as what is told of it: the caller's faults, and the service's own as it is."""
    if isinstance(error, RequestEntityTooLarge):
        return PayloadTooLarge("the body is larger, or has more parts, than this service takes")
    if isinstance(error, ClientDisconnected):
        return RequestTimeout(LEFT)
    if isinstance(error, (PyMacaronException, HTTPException)) or type(error).__module__ == "builtins":
        return error
    message = "cannot be read: it does not come in chunks as it says"  # servers have errors of their own for it
    return InvalidParameter(faults=[RequestFault("body", "", "chunks", message)]).caught(error)


def length_of(environ: Mapping[str, Any]) -> int | None:
    """The length that a request claims, as ``Call.content_length``."""
    text = environ.get("CONTENT_LENGTH")
    if not text or ("HTTP_TRANSFER_ENCODING" in environ and "chunked" in environ["HTTP_TRANSFER_ENCODING"].lower()):
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        fault = RequestFault("header", "/Content-Length", "format", "must be a number of bytes")
        raise InvalidParameter(faults=[fault])
    return int(text)


def _cookie(piece: str) -> list[tuple[str, str]]:
    """A cookie's name and value. One that Werkzeug passes over, for a blank in its value, was sent all the same."""
    found = list(parse_cookie(piece).items(multi=True))
    name, _, value = piece.partition("=")
    return found if found or not name.strip() else [(name.strip(), value.strip())]


def values_of(query: str) -> dict[str, list[str]]:
    """What is urlencoded by its names, unescaped; the texts of each, still escaped, in the order they came."""
    values: dict[str, list[str]] = {}
    for part in query.split("&"):
        if part:
            name, _, raw = part.partition("=")
            values.setdefault(_name(name), []).append(raw)
    return values


def _name(raw: str) -> str:
    """A name of the query. One that is not UTF-8 is none that a document could declare."""
    if raw.isascii() and "%" not in raw:
        return raw.replace("+", " ")
    return unquote_to_bytes(raw.replace("+", " ").encode("latin-1", "replace")).decode("utf-8", "replace")
