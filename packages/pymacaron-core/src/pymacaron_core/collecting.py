"""The garbage collector waits while many values are made that stay: it would look through them time and again."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_waiting = 0


@contextmanager
def uncollected() -> Iterator[None]:
    """Within this block nothing is collected. Where the collector is off already, it stays off."""
    global _waiting
    with _LOCK:
        ours = _waiting > 0 or gc.isenabled()
        if ours:
            _waiting += 1
            gc.disable()
    try:
        yield
    finally:
        with _LOCK:
            if ours:
                _waiting -= 1
                if not _waiting:
                    gc.enable()
