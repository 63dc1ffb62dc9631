"""Development engines: the processes a service needs beside it while it is developed, and who owns them."""

from __future__ import annotations

from pymacaron_core.engines.engine import Engine
from pymacaron_core.engines.manager import Engines

__all__ = ["Engine", "Engines"]
