"""Schemas as classes: the base of models, what generated modules are written with, and how they are loaded."""

from pymacaron_core.models.catalog import Catalog
from pymacaron_core.models.constraints import (
    Base64,
    DecimalNumber,
    Discriminated,
    Format,
    Int32,
    Int64,
    Nothing,
    OneOf,
    OneOfValues,
    Pattern,
    ReadsJson,
    UniqueItems,
)
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.json_mode import Maybe
from pymacaron_core.models.load import is_fresh, load_models, models_path, why_stale
from pymacaron_core.models.model import Model
from pymacaron_core.models.offsets import AwareTime, LocalDatetime, LocalTime
from pymacaron_core.models.pool import classes_of, is_pool_fresh, pool_path, write_pool
from pymacaron_core.models.pruning import prune_none
from pymacaron_core.models.refusals import ClosedBy, Const
from pymacaron_core.models.rules import JsonSchema
from pymacaron_core.models.source import module_source
from pymacaron_core.models.types import Unenforced
from pymacaron_core.models.upload import Upload

__all__ = [
    "AwareTime",
    "Base64",
    "Catalog",
    "ClosedBy",
    "Const",
    "DecimalNumber",
    "Discriminated",
    "Format",
    "Int32",
    "Int64",
    "JsonSchema",
    "LocalDatetime",
    "LocalTime",
    "Maybe",
    "Model",
    "Nothing",
    "OneOf",
    "OneOfValues",
    "Pattern",
    "ReadsJson",
    "Unenforced",
    "UniqueItems",
    "Upload",
    "classes_of",
    "faults_of",
    "is_fresh",
    "is_pool_fresh",
    "load_models",
    "models_path",
    "module_source",
    "pool_path",
    "prune_none",
    "why_stale",
    "write_pool",
]
