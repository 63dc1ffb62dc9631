"""This room compares two documents on their vocabulary: what changed for those who call the service."""

from pymacaron_core.changes.change import Change
from pymacaron_core.changes.comparison import compare
from pymacaron_core.changes.rules import RULES, Rule

__all__ = ["RULES", "Change", "Rule", "compare"]
