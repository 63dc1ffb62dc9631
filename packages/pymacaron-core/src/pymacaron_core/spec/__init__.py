"""This room reads OpenAPI documents of every dialect and knows their words; later rooms know ``operation`` alone."""

from pymacaron_core.spec.finding import find, is_api
from pymacaron_core.spec.keeping import extended, read_or_kept
from pymacaron_core.spec.positions import positioned
from pymacaron_core.spec.published import published
from pymacaron_core.spec.reach import Reach
from pymacaron_core.spec.reading import api_name, look, read

__all__ = [
    "Reach",
    "api_name",
    "extended",
    "find",
    "is_api",
    "look",
    "positioned",
    "published",
    "read",
    "read_or_kept",
]
