"""A store that lives and ends with the process. All threads of a server share it."""

from itertools import count
from threading import RLock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Store(Generic[Key, Value]):
    """Values by key, in the order they came. Hold ``lock`` over steps that belong together."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._values: dict[Key, Value] = {}
        self._numbers = count(1)

    def __getitem__(self, key: Key) -> Value:
        return self._values[key]

    def __setitem__(self, key: Key, value: Value) -> None:
        with self.lock:
            self._values[key] = value

    def __len__(self) -> int:
        return len(self._values)

    def values(self) -> list[Value]:
        with self.lock:
            return list(self._values.values())

    def remove(self, key: Key) -> None:
        with self.lock:
            self._values.pop(key, None)

    def next_number(self) -> int:
        with self.lock:
            return next(self._numbers)

    def clear(self) -> None:
        """Forget everything, numbers too."""
        with self.lock:
            self._values.clear()
            self._numbers = count(1)
