"""The functions of Connexion's asynchronous application."""

from __future__ import annotations

from typing import Any

from contest.contestants.connexion_work import bearer_info, made, smalls

__all__ = ["bearer_info", "create_order", "list_orders", "ping"]


async def ping() -> Any:
    return {"ok": "pong"}


async def create_order(body: Any) -> Any:
    return made(body)


async def list_orders(order_id: int, limit: int = 20, tags: Any = None) -> Any:
    return smalls(order_id)
