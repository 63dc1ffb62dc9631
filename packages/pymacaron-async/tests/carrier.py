"""A carrier of identities for tests: seals as JSON, and opens for the same task only."""

from __future__ import annotations

import json
from typing import Any

from pymacaron_core import PyMacaronError


class Carrier:
    def seal(self, identity: Any, task: str) -> str:
        return json.dumps([task, identity])

    def open(self, sealed: str, task: str) -> Any:
        sealed_for, identity = json.loads(sealed)
        if sealed_for != task:
            raise PyMacaronError("sealed for another task")
        return identity
