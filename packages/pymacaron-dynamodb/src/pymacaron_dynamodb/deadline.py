"""How long a call to the database may take: attempts with growing, random pauses, within one deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Deadline:
    """Seconds for all attempts of one call, seconds that one attempt takes at most, and how many there may be."""

    seconds: float = 5.0
    attempt: float = 3.0
    attempts: int = 6
    pause: float = 0.05

    def call(
        self,
        operation: Callable[[], Result],
        is_transient: Callable[[Exception], bool],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Result:
        """What ``operation`` gives. After a transient error it is tried again, while a whole attempt still fits."""
        end = now() + self.seconds
        for number in range(1, self.attempts + 1):
            try:
                return operation()
            except Exception as error:
                pause = random.uniform(0, min(1.0, self.pause * 2**number))
                if number == self.attempts or not is_transient(error) or now() + pause + self.attempt > end:
                    raise
            sleep(pause)
        raise RuntimeError("a deadline needs at least one attempt")
