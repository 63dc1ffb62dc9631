"""Judges JSON values by JSON Schema 2020-12, where a pydantic type cannot say what the schema does."""

from pymacaron_core.models.judge.judging import Judge
from pymacaron_core.models.judge.rule import Breach
from pymacaron_core.models.judge.telling import RULE_ERROR, errors_of

__all__ = ["RULE_ERROR", "Breach", "Judge", "errors_of"]
