"""FastAPI, with functions that are coroutines and with ordinary ones, which it runs in threads."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query
from fastapi.responses import JSONResponse

from contest.callers import NoCaller, caller
from contest.hooks import HEADER, SERVED, note_end
from contest.models import Made, Order, Pong, Small, made, smalls
from contest.workloads import AUTHENTICATED, HOOKED

Limit = Annotated[int, Query(ge=1, le=100)]
Tags = Annotated[list[str] | None, Query()]


async def authenticated(authorization: Annotated[str | None, Header()] = None) -> str:
    return told(authorization)


def authenticated_in_thread(authorization: Annotated[str | None, Header()] = None) -> str:
    return told(authorization)


def told(authorization: str | None) -> str:
    try:
        return caller(authorization)
    except NoCaller:
        raise HTTPException(401) from None


def make_async(kind: str) -> FastAPI:
    async def ping() -> Pong:
        return Pong(ok="pong")

    async def create_order(order: Order) -> Made:
        return made(order)

    async def create_own_order(order: Order, user: Annotated[str, Depends(authenticated)]) -> Made:
        return made(order)

    async def list_orders(order_id: int, limit: Limit = 20, tags: Tags = None) -> list[Small]:
        return smalls(order_id)

    return routed(kind, ping, create_own_order if kind == AUTHENTICATED else create_order, list_orders)


def make_def(kind: str) -> FastAPI:
    def ping() -> Pong:
        return Pong(ok="pong")

    def create_order(order: Order) -> Made:
        return made(order)

    def create_own_order(order: Order, user: Annotated[str, Depends(authenticated_in_thread)]) -> Made:
        return made(order)

    def list_orders(order_id: int, limit: Limit = 20, tags: Tags = None) -> list[Small]:
        return smalls(order_id)

    return routed(kind, ping, create_own_order if kind == AUTHENTICATED else create_order, list_orders)


def routed(kind: str, ping: Any, create_order: Any, list_orders: Any) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.get("/ping")(ping)
    app.post("/orders")(create_order)
    app.get("/orders/{order_id}")(list_orders)
    if kind == HOOKED:
        app.middleware("http")(hooks)
    return app


async def hooks(request: Any, call_next: Any) -> Any:
    try:
        if request.headers.get(HEADER) is None:
            return JSONResponse({}, 400)
        response = await call_next(request)
        response.headers[SERVED[0]] = SERVED[1]
        return response
    finally:
        note_end()
