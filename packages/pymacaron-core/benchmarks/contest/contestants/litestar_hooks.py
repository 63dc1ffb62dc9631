"""What both Litestar contestants share: hooks of workload E and the guard of D, as Litestar's own options."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.exceptions import NotAuthorizedException, ValidationException

from contest.callers import NoCaller, caller
from contest.hooks import HEADER, SERVED, note_end
from contest.workloads import AUTHENTICATED, HOOKED


async def read_header(request: Any) -> None:
    if request.headers.get(HEADER) is None:
        raise ValidationException("no client")


async def set_header(response: Any) -> Any:
    response.headers[SERVED[0]] = SERVED[1]
    return response


async def end(request: Any) -> None:
    note_end()


async def guard(connection: Any, handler: Any) -> None:
    try:
        caller(connection.headers.get("Authorization"))
    except NoCaller:
        raise NotAuthorizedException from None


def application(kind: str, handlers: list[Any]) -> Litestar:
    """A Litestar application without its documents and logs, as it would be in production."""
    options: dict[str, Any] = {"openapi_config": None, "logging_config": None}
    if kind == HOOKED:
        options |= {"before_request": read_header, "after_request": set_header, "after_response": end}
    if kind == AUTHENTICATED:
        options["guards"] = [guard]
    return Litestar(handlers, **options)
