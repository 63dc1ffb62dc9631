"""What is sent in the cases: schemas by their kind, and values of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INTEGER, STRING, NUMBER, BOOLEAN = ({"type": name} for name in ("integer", "string", "number", "boolean"))
COLORS = {"R": 100, "G": 200, "B": 150}


@dataclass(frozen=True)
class Kind:
    """A schema in the words of OpenAPI 3.1 (``plain``: in those of 3.0 and 2.0 too), and values that fit it."""

    name: str
    schema: dict[str, Any]
    values: tuple[Any, ...]
    plain: bool = True


def array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def obj(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


PRIMITIVES = (
    Kind("string", STRING, ("blue", "", "a b", "a,b;c=d&e", "x.y|z+w%25", "1", "true", "é日")),
    Kind("integer", INTEGER, (100, -7, 0)),
    Kind("number", NUMBER, (1.5, -0.25, 3)),
    Kind("boolean", BOOLEAN, (True, False)),
    Kind("enum of numbers", {"enum": [1, 2.5]}, (1, 2.5)),
    Kind("date", {"type": "string", "format": "date"}, ("2026-01-31",)),
    Kind("nullable", {"type": ["integer", "null"]}, (7,), plain=False),
    Kind("type list", {"type": ["integer", "boolean", "string"]}, (7, True, "blue"), plain=False),
    Kind("oneOf", {"oneOf": [INTEGER, {"type": "string", "pattern": "^[a-z]+$"}]}, (7, "blue")),
    Kind("allOf", {"allOf": [{"$ref": "#/components/schemas/Size"}, {"maximum": 100}]}, (7,)),
)
ARRAYS = (
    Kind(
        "array of strings", array(STRING), (["blue", "black", "brown"], ["blue"], ["a,b", "c;d", "e=f&g", "%"], ["é"])
    ),
    Kind("array of integers", array(INTEGER), ([1, 2, 3], [7])),
    Kind("array of numbers", array(NUMBER), ([1.5, 2],)),
    Kind("array of oneOf", array({"oneOf": [INTEGER, BOOLEAN]}), ([1, True],)),
    Kind("array by reference", {"$ref": "#/components/schemas/Sizes"}, ([1, 2],)),
    Kind("array with prefixItems", {"type": "array", "prefixItems": [INTEGER, STRING]}, ([1, "2"],), plain=False),
    Kind("anyOf integer or array", {"anyOf": [INTEGER, array(INTEGER)]}, (7, [1, 2])),
)
OBJECTS = (
    Kind("object", obj(R=INTEGER, G=INTEGER, B=INTEGER), (COLORS, {"R": 100})),
    Kind(
        "object of strings", obj(R=STRING, G=STRING), ({"R": "a,b", "G": "c=d;e&f"}, {"R": "a b%"}, {"R": "é", "G": ""})
    ),
    Kind("object of any names", {"type": "object", "additionalProperties": INTEGER}, (COLORS,)),
    Kind("free object", {"type": "object"}, ({"R": "100", "x-y": "true"},)),
    Kind("allOf of objects", {"allOf": [obj(R=INTEGER), obj(G=BOOLEAN)]}, ({"R": 100, "G": True},)),
    Kind(
        "oneOf of objects",
        {"oneOf": [{**obj(R=INTEGER), "required": ["R"]}, {**obj(G=STRING), "required": ["G"]}]},
        ({"R": 1}, {"G": "a"}),
    ),
)
KINDS = PRIMITIVES + ARRAYS + OBJECTS
SHARED = {"Size": {"type": "integer", "minimum": 1}, "Sizes": array({"$ref": "#/components/schemas/Size"})}
