"""Times with their offset, and times and date-times without one, as OpenAPI's registry of formats tells them apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, cast

from pydantic import GetCoreSchemaHandler, NaiveDatetime
from pydantic_core import CoreSchema, core_schema

from pymacaron_core.models.json_mode import READ_AS
from pymacaron_core.models.leaves import unfit


@dataclass(frozen=True, slots=True)
class _Offset:
    """The time has an offset, or has none, as the format of this name says."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] == "time":
            cast(dict[str, Any], schema).setdefault("metadata", {})[READ_AS] = self.name
        return core_schema.no_info_after_validator_function(self._check, schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "format": self.name}

    def _check(self, moment: dt.time | dt.datetime) -> dt.time | dt.datetime:
        if (moment.tzinfo is None) != self.name.endswith("-local"):
            raise unfit(self.name)
        return moment


AwareTime: TypeAlias = Annotated[dt.time, _Offset("time")]
"""A time of day with its offset."""
LocalTime: TypeAlias = Annotated[dt.time, _Offset("time-local")]
"""A time of day without offset."""
LocalDatetime: TypeAlias = Annotated[NaiveDatetime, _Offset("date-time-local")]
"""A date-time without offset."""
