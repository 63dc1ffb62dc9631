"""Ctrl-C and the signals that ask to end: they end what runs here, and nothing that was started is left behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interruption:
    """Turns signals into ``KeyboardInterrupt``; ``held()`` keeps them back while something must be done whole."""

    def __init__(self) -> None:
        self._holding = 0
        self._pending = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Listen to the signals, but not to those that are ignored already, as under nohup."""
        kept = {}
        if threading.current_thread() is threading.main_thread():
            for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
                if signal.getsignal(number) != signal.SIG_IGN:
                    kept[number] = signal.signal(number, self._note)
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """What comes in the meantime is raised at the end."""
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1
        if self._pending and not self._holding:
            self._pending = False
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._holding:
            self._pending = True
        else:
            raise KeyboardInterrupt
