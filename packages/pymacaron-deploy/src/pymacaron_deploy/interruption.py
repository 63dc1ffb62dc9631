"""Ctrl-C and its kin, held back while something must be done whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

ENDING = tuple(signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a program to end."""


@contextmanager
def held() -> Iterator[None]:
    """Keep the signals that ask to end back while the block runs; at its end each does what it would have done.

    Elsewhere than in the main thread, which no signal interrupts, the block just runs.
    """
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        arrived.append(number)

    handlers = {}
    if threading.current_thread() is threading.main_thread():
        kept = {number: signal.getsignal(number) for number in ENDING}
        handlers = {number: handler for number, handler in kept.items() if handler not in (None, signal.SIG_IGN)}
    try:
        for number in handlers:
            signal.signal(number, note)
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for arrival in dict.fromkeys(arrived):
            signal.raise_signal(arrival)


@contextmanager
def undoing() -> Iterator[ExitStack]:
    """A stack of what takes steps back, the last first, at the block's end; no signal stops that half-way."""
    stack = ExitStack()
    try:
        yield stack
    finally:
        with held():
            stack.close()
