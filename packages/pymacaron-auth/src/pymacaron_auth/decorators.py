"""Decorators: ``requires_auth`` for functions that serve operations, ``add_auth`` for those that call services."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from pymacaron_auth.identity import authenticate_http_request, get_user_token

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def requires_auth(function: FunctionT) -> FunctionT:
    """Verify the request's token before the function runs: ``x-decorate-server: pymacaron_auth.requires_auth``.

    A document's ``security:`` does the same before parameters and body are looked at, and knows scopes.
    Raises as ``authenticate_http_request`` does.
    """

    def prepare(keywords: dict[str, Any]) -> dict[str, Any]:
        authenticate_http_request()
        return keywords

    return _before(function, prepare)


def add_auth(function: FunctionT) -> FunctionT:
    """Hand the current user's token to a function that calls a service, as ``headers['Authorization']``.

    Where there is no user, nothing is handed over. The caller's own headers are not changed.
    """

    def prepare(keywords: dict[str, Any]) -> dict[str, Any]:
        token = get_user_token()
        if not token:
            return keywords
        headers = {k: v for k, v in dict(keywords.get("headers") or {}).items() if k.lower() != "authorization"}
        return {**keywords, "headers": {**headers, "Authorization": f"Bearer {token}"}}

    return _before(function, prepare)


def _before(function: FunctionT, prepare: Callable[[dict[str, Any]], dict[str, Any]]) -> FunctionT:
    """The function, whose keywords go through ``prepare`` first; one that is awaited stays one."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*positional: Any, **keywords: Any) -> Any:
            return await function(*positional, **prepare(keywords))

        return cast(FunctionT, awaited)

    @functools.wraps(function)
    def called(*positional: Any, **keywords: Any) -> Any:
        return function(*positional, **prepare(keywords))

    return cast(FunctionT, called)
