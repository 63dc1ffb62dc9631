"""Models written by hand, which inherit nothing: the protocol is all that this package asks for."""

import base64
import json
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pymacaron_core.protocol import schema_version


class Note:
    """A model whose values are those of its schema, kept in a plain dictionary."""

    __pym_protocol__ = 1
    schema: ClassVar = {
        "type": "object",
        "x-persist": {"table": "notes", "hash": "owner", "range": "number"},
        "required": ["owner", "number"],
        "properties": {
            "owner": {"type": "string"},
            "number": {"type": "integer"},
            "text": {"type": ["string", "null"]},
            "price": {"type": "string", "format": "decimal"},
            "weight": {"type": "number"},
            "at": {"type": "string", "format": "date-time"},
            "day": {"type": "string", "format": "date"},
            "id": {"type": "string", "format": "uuid"},
            "data": {"type": "string", "format": "byte"},
            "free": {"type": "object"},
            "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        },
        "$defs": {
            "Line": {"type": "object", "properties": {"text": {"type": "string"}, "length": {"type": "integer"}}}
        },
    }
    wire: ClassVar = {
        "price": (Decimal, str),
        "at": (datetime.fromisoformat, datetime.isoformat),
        "day": (date.fromisoformat, date.isoformat),
        "id": (UUID, str),
        "data": (base64.b64decode, lambda data: base64.b64encode(data).decode()),
    }

    def __init__(self, **values):
        self.values = values

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None

    @classmethod
    def get_model_name(cls):
        return cls.__name__

    @classmethod
    def get_model_api(cls):
        return "notes"

    @classmethod
    def get_property_names(cls):
        return list(cls.schema["properties"])

    @classmethod
    def get_model_schema(cls):
        return json.loads(json.dumps(cls.schema))

    @classmethod
    def get_model_version(cls):
        return schema_version(cls.schema)

    def to_json(self, **options):
        return {n: self.wire[n][1](v) if n in self.wire else deepcopy(v) for n, v in self.values.items()}

    @classmethod
    def from_json(cls, j, prune_none=True):
        return cls(**{n: cls.wire[n][0](v) if n in cls.wire else deepcopy(v) for n, v in j.items()})

    def to_native(self):
        return deepcopy(self.values)

    @classmethod
    def from_native(cls, values):
        return cls(**deepcopy(dict(values)))
