"""The lean way: requests of generated routes served without the parts of Flask that nobody has asked for."""

from pymacaron_core.lean.contexts import LeanContext
from pymacaron_core.lean.fitness import unfit
from pymacaron_core.lean.way import LeanWay

__all__ = ["LeanContext", "LeanWay", "unfit"]
