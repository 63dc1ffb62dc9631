"""Serialising: models as JSON, where what pydantic would warn of is an error. Nothing else may stand in this room.

To ask pydantic for it (``warnings="error"``) costs as much as writing a small model does. Python keeps the warnings it
has given in a registry in the module that gives them; where that is none, whoever warns gets a ``TypeError``, and
nobody is warned. A Python that does not do so is noticed at the start, and pydantic is asked.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from pymacaron_core.models.directions import REPLYING

__warningregistry__ = ()


def _raises() -> bool:
    try:
        warnings.warn("nobody sees this", stacklevel=1)
    except TypeError:
        return True
    return False


IS_QUICK = _raises()
"""Whether a warning given here is raised."""


def writer(serializer: Any, is_whole: bool) -> Callable[[Any], bytes]:
    """What writes models of one class, made once: all that they hold, or what they were given. It raises ``TypeError``
    or pydantic's own error where their data is not of their types."""
    to_json = serializer.to_json
    if not IS_QUICK:
        return lambda value: set_json_slowly(serializer, value)
    if is_whole:
        return lambda value: to_json(value, by_alias=True, context=REPLYING)
    return lambda value: to_json(value, exclude_unset=True, by_alias=True, context=REPLYING)


def set_json(serializer: Any, value: Any) -> bytes:
    """What a model was given. Raises as a ``writer``'s function does."""
    written: bytes = serializer.to_json(value, exclude_unset=True, by_alias=True, context=REPLYING)
    return written


def set_json_slowly(serializer: Any, value: Any) -> bytes:
    """The same, told in pydantic's own words. Raises ``PydanticSerializationError``."""
    written: bytes = serializer.to_json(value, exclude_unset=True, by_alias=True, warnings="error", context=REPLYING)
    return written


if not IS_QUICK:
    set_json = set_json_slowly
