"""Answers made up from a document: they are what the document declares."""

import pytest
from pymacaron_core.mock import FORMATS, HEADER, example, mock_function
from pymacaron_core.models import formats
from pymacaron_core.spec.operation import MediaType, Operation, Reply, Schema, Specification

STRING, INTEGER = Schema({"type": ("string",)}), Schema({"type": ("integer",)})
SPECIFICATION = Specification(
    "shop",
    schemas={
        "Order": Schema({"type": ("object",), "required": ("id",), "properties": {"id": INTEGER, "name": STRING}}),
        "Tree": Schema({"type": ("object",), "properties": {"child": Schema(ref="Tree")}}),
    },
)


@pytest.mark.parametrize(
    ("keywords", "value"),
    [
        ({"type": ("integer",), "minimum": 5}, 5),
        ({"type": ("integer",), "maximum": -5}, -5),
        ({"type": ("integer",), "exclusiveMinimum": 5}, 6),
        ({"type": ("integer",), "minimum": 7, "multipleOf": 5}, 10),
        ({"type": ("string",), "minLength": 8}, "stringxx"),
        ({"type": ("string",), "maxLength": 3}, "str"),
        ({"type": ("string",), "format": "date"}, "2024-02-29"),
        ({"type": ("boolean",)}, True),
        ({"type": ("null",)}, None),
        ({"type": ("array",), "items": INTEGER, "minItems": 2}, [0, 0]),
        ({"enum": ("a", "b")}, "a"),
        ({"const": 7}, 7),
        ({"type": ("integer",), "default": 3}, 3),
        ({"type": ("integer",), "example": 4}, 4),
        ({"type": ("string",), "example": 12345}, "string"),
        ({"type": ("string",), "examples": (1, "b")}, "b"),
        ({"type": ("integer",), "example": 4.0}, 4.0),
        ({"oneOf": (INTEGER, STRING)}, 0),
        (
            {"allOf": (Schema(ref="Order"), Schema({"properties": {"note": STRING}}))},
            {"id": 0, "name": "string", "note": "string"},
        ),
    ],
)
def test_a_value_fits_its_schema(keywords, value):
    assert example(Schema(keywords), SPECIFICATION) == value


def test_a_schema_inside_itself_ends():
    assert isinstance(example(Schema(ref="Tree"), SPECIFICATION), dict)


def mocked(*replies):
    return mock_function(Operation("GET", "/x", "getX", replies=replies), SPECIFICATION)()


def test_schemas_that_would_make_a_value_without_end_make_a_small_one():
    twice = {f"S{n}": Schema({"allOf": (Schema(ref=f"S{n + 1}"), Schema(ref=f"S{n + 1}"))}) for n in range(60)}
    specification = Specification("shop", schemas={**twice, "S60": Schema({"type": ("object",)})})
    assert example(Schema(ref="S0"), specification) == {}
    many = Schema({"type": ("array",), "minItems": 10**9, "items": Schema({"type": ("string",), "minLength": 10**9})})
    found = example(many, specification)
    assert (len(found), len(found[0])) == (1000, 1000)


def test_a_mock_answers_the_success_reply_and_marks_it():
    media = MediaType("application/json", Schema(ref="Order"))
    assert mocked(Reply("201", content=(media,))) == ({"id": 0, "name": "string"}, 201, {HEADER: "getX"})


def test_an_example_of_the_document_comes_first():
    media = MediaType("application/json", Schema(ref="Order"), examples=({"id": 7},))
    assert mocked(Reply("200", content=(media,)))[0] == {"id": 7}


def test_a_reply_that_is_no_json_is_text():
    assert mocked(Reply("200", content=(MediaType("text/csv", STRING),)))[0] == "string"
    assert mocked(Reply("200", content=(MediaType("application/xml"),)))[0] == ""


def test_a_reply_without_content_has_none():
    assert mocked(Reply("204")) == (None, 204, {HEADER: "getX"})


def test_made_up_texts_are_of_their_formats():
    assert set(FORMATS) == set(formats.NAMES)
    assert [name for name, text in FORMATS.items() if not formats.checker(name)(text)] == []


@pytest.mark.parametrize("name", ["application/jsonl", "text/event-stream"])
def test_a_reply_of_items_is_a_list_of_them(name):
    for schema in (STRING, Schema({"type": ("array",), "items": STRING})):
        reply = Reply("200", content=(MediaType(name, schema),))
        value, _, _ = mock_function(Operation("GET", "/x", replies=(reply,)), SPECIFICATION)()
        assert value == ["string"]
