"""No framework at all: one function that finds the work by its path. The limit of what can be reached with pydantic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from pydantic import ValidationError

from contest.callers import NoCaller, caller
from contest.hooks import SERVED, note_end
from contest.models import SMALLS, Order, Query, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]


def make(kind: str) -> Wsgi:
    if kind == HOOKED:
        return hooked
    return authenticated if kind == AUTHENTICATED else plain


def plain(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
    return answer(environ, start, ())


def hooked(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
    try:
        if environ.get("HTTP_X_CLIENT") is None:
            return refusal(start, "400 BAD REQUEST", b"{}")
        return answer(environ, start, (SERVED,))
    finally:
        note_end()


def authenticated(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
    try:
        caller(environ.get("HTTP_AUTHORIZATION"))
    except NoCaller:
        return refusal(start, "401 UNAUTHORIZED", b"{}")
    return answer(environ, start, ())


def answer(environ: dict[str, Any], start: Callable[..., Any], headers: tuple[tuple[str, str], ...]) -> Any:
    path = environ["PATH_INFO"]
    try:
        if path == "/ping":
            body = b'{"ok":"pong"}'
        elif path == "/orders":
            order = Order.model_validate_json(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            body = made(order).model_dump_json().encode()
        else:
            query = parse_qs(environ["QUERY_STRING"])
            Query.model_validate({"limit": query.get("limit", ["20"])[0], "tags": query.get("tags", [])})
            body = SMALLS.dump_json(smalls(int(path.rpartition("/")[2])))
    except ValidationError as error:
        return refusal(start, "422 UNPROCESSABLE ENTITY", error.json().encode())
    except ValueError:
        return refusal(start, "404 NOT FOUND", b"{}")
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers])
    return [body]


def refusal(start: Callable[..., Any], status: str, body: bytes) -> Any:
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
