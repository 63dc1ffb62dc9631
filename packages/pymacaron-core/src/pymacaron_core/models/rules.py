"""The mark that enforces what no type says: keywords of JSON Schema, judged on the JSON value itself."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationError, ValidationInfo, ValidatorFunctionWrapHandler
from pydantic_core import (
    CoreSchema,
    InitErrorDetails,
    core_schema,
    to_jsonable_python,
)

from pymacaron_core.models.json_mode import as_choice
from pymacaron_core.models.judge import Judge, errors_of
from pymacaron_core.models.referring import held
from pymacaron_core.models.refusals import again

_CHOICES = ("oneOf", "anyOf")


class JsonSchema:
    """Keywords of JSON Schema 2020-12 that a value must fit beside its type: ``JsonSchema({"minProperties": 1})``.

    ``{"$ref": "Pet"}`` in them means ``schemas["Pet"]``. JSON is judged as it was sent, a Python value as it would be.
    """

    def __init__(self, keywords: Mapping[str, Any], schemas: Mapping[str, Any] | None = None) -> None:
        self.keywords = keywords
        self.schemas = schemas or {}
        self._judge = Judge(keywords, self.schemas)
        self._is_choice = any(key in keywords for key in _CHOICES)
        self._says_all = "const" in keywords or "enum" in keywords

    def __repr__(self) -> str:
        return f"JsonSchema({dict(self.keywords)!r})"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return self.around(as_choice(schema, "oneOf") if "oneOf" in self.keywords else schema)

    def around(self, schema: CoreSchema) -> CoreSchema:
        """A core schema with the check around it."""
        return core_schema.with_info_wrap_validator_function(self._check, schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return self.beside(handler(schema))

    def _check(self, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if info.mode == "json":
            return self._check_json(value, handler, tells_both=not self._is_choice)
        return self._check_python(handler(value))

    def check_model(self, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """The same for a class. A model that exists already was judged when it was made."""
        if info.mode == "json":
            return self._check_json(value, handler, tells_both=True)
        return handler(value) if isinstance(value, BaseModel) else self._check_python(handler(value))

    def _check_json(self, value: Any, handler: ValidatorFunctionWrapHandler, tells_both: bool) -> Any:
        fits = self._judge.fits(value)
        try:
            read = handler(value)
        except ValidationError as error:
            if fits or not tells_both:
                raise
            faults = self._faults(value)
            raise (_both(error, faults) if not self._says_all else _told(faults)) from None
        if not fits:
            raise _told(self._faults(value))
        return read

    def _check_python(self, read: Any) -> Any:
        sent = _as_sent(read)
        if not self._judge.fits(sent):
            raise _told(self._faults(sent))
        return read

    def _faults(self, value: Any) -> list[InitErrorDetails]:
        return errors_of(self._judge.breaches(value), value)

    def beside(self, written: dict[str, Any]) -> dict[str, Any]:
        """A type's JSON Schema with these keywords in it."""
        keywords = held(self.keywords, self.schemas)
        if not written.keys() & keywords.keys() and "$ref" not in written:
            return {**written, **keywords}
        return {"allOf": [written, keywords]}


def _both(error: ValidationError, found: list[InitErrorDetails]) -> ValidationError:
    """The faults of the type and those of the keywords as one error."""
    faults = [again(each) for each in error.errors(include_url=False)]
    return _told([*faults, *found])


def _told(faults: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data("value", faults)


def _as_sent(value: Any) -> Any:
    """A Python value as the JSON value it is sent as."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    if isinstance(value, Mapping):
        return {str(key): _as_sent(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_sent(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    return to_jsonable_python(value, fallback=str)
