"""What is in the queue now, in numbers."""

from __future__ import annotations

from typing import Any


def counts(sender: Any) -> dict[str, int | None]:
    """How many messages wait, are held by workers (on Redis; None elsewhere), and were put aside."""
    with sender.connection() as connection:
        connection.connect()
        channel = connection.default_channel
        return {
            "waiting": _length(channel, sender.queue),
            "running": _held(channel),
            "dead": _length(channel, sender.dead),
        }


def _length(channel: Any, name: str) -> int:
    return int(channel.queue_declare(queue=name, passive=False).message_count)


def _held(channel: Any) -> int | None:
    key = getattr(channel, "unacked_key", None)
    return int(channel.client.hlen(key)) if key is not None else None
