"""Responses of Flask's own class, made and sent by the shortest way; any other is left to Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import flask
from werkzeug.datastructures import Headers
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from pymacaron_core.answers import Answer
from pymacaron_core.routing import flask_response

STATUS = {status: f"{status} {phrase.upper()}" for status, phrase in HTTP_STATUS_CODES.items()}
"""What Werkzeug writes for each status."""
BODILESS = frozenset((*range(100, 200), 204, 304))
"""Statuses whose replies Werkzeug sends without some of their headers."""
_ADDRESSES = ("location", "content-location")
"""Headers that Werkzeug writes as addresses when they are sent."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Whole(list[bytes]):
    """A body in one piece: a list, which servers send at once, that can be closed as others are."""

    __slots__ = ()

    def close(self) -> None:
        """Nothing is left to be done."""


def line_of(status: int) -> str:
    """The status line."""
    return STATUS.get(status) or f"{status} UNKNOWN"


def headers_of(answer: Answer, length: int) -> list[tuple[str, str]]:
    """The headers of a reply that has none of its own, in Werkzeug's order."""
    told = ("Content-Length", str(length))
    return [("Content-Type", answer.content_type), told] if answer.content_type is not None else [told]


def response_of(app: flask.Flask, answer: Answer) -> flask.Response:
    """A finished reply as the application's own kind of response."""
    body = answer.body
    if IS_KNOWN and type(body) is bytes and not answer.headers and app.response_class is flask.Response:
        return _made(answer, body)
    return flask_response(app, answer)


def _made(answer: Answer, body: bytes) -> flask.Response:
    """What Flask's constructor makes."""
    response, headers = flask.Response.__new__(flask.Response), Headers.__new__(Headers)
    headers._list = headers_of(answer, len(body))
    response.__dict__ = {
        "headers": headers,
        "_status": line_of(answer.status),
        "_status_code": answer.status,
        "direct_passthrough": False,
        "_on_close": [],
        "response": [body],
    }
    return response


def sent(response: Response, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """A reply on its way: what ``response(environ, start_response)`` does."""
    if type(response) is flask.Response and IS_KNOWN and not response._on_close and not response.direct_passthrough:
        body: Any = response.response
        if type(body) is list and len(body) == 1 and type(body[0]) is bytes and response._status_code not in BODILESS:
            pairs, has_length = response.headers.to_wsgi_list(), False
            for name, _ in pairs:
                lower = name.lower()
                if lower in _ADDRESSES:
                    return response(environ, start_response)
                has_length = has_length or lower == "content-length"
            if not has_length:
                pairs.append(("Content-Length", str(len(body[0]))))
            start_response(response._status, pairs)
            return Whole(body)
    return response(environ, start_response)


def _is_known() -> bool:
    """Whether Flask's constructor makes responses of the parts that are known here."""
    answer = Answer(200, "text/plain", b"known")
    theirs = flask.Response(b"known", 200, content_type="text/plain")
    ours = _made(answer, b"known")
    return {**vars(ours), "headers": list(ours.headers)} == {**vars(theirs), "headers": list(theirs.headers)}


IS_KNOWN = _is_known()
