"""Text from the wire as JSON, by the shape of the schema that declares it."""

import json

import pytest
from pymacaron_core.spec.operation import Schema, Specification
from pymacaron_core.wire import Shape, array, mapping, scalar, shape_of

STRING, INTEGER, NUMBER = (Schema({"type": (name,)}) for name in ("string", "integer", "number"))
SPECIFICATION = Specification("shop", schemas={"Size": INTEGER, "Loop": Schema({"allOf": (Schema(ref="Loop"),)})})


def shape(**keywords):
    return shape_of(Schema(keywords), SPECIFICATION)


@pytest.mark.parametrize(
    ("text", "types", "value"),
    [
        ("7", {"integer"}, 7),
        ("-7", {"integer"}, -7),
        ("7", {"string"}, "7"),
        ("007", {"integer"}, "007"),
        ("+7", {"integer"}, "+7"),
        ("1_000", {"integer"}, "1_000"),
        (" 7", {"integer"}, " 7"),
        ("7\n", {"integer"}, "7\n"),
        ("\u0667", {"integer"}, "\u0667"),
        ("1.0", {"integer"}, "1.0"),
        ("1.5", {"number"}, 1.5),
        ("1e3", {"number"}, 1000.0),
        ("NaN", {"number"}, "NaN"),
        ("Infinity", {"number"}, "Infinity"),
        ("true", {"boolean"}, True),
        ("True", {"boolean"}, "True"),
        ("1", {"boolean"}, "1"),
        ("yes", {"boolean"}, "yes"),
        ("null", {"integer", "null"}, None),
        ("null", {"string", "null"}, "null"),
        ("", {"string"}, ""),
        ('a"b\\c\n', {"string"}, 'a"b\\c\n'),
        ("é", {"string"}, "é"),
        ('1,"admin":true', {"integer"}, '1,"admin":true'),
    ],
)
def test_a_text_is_what_its_schema_takes_it_for(text, types, value):
    assert json.loads(scalar(text, Shape(frozenset(types)))) == value


def test_a_number_that_python_would_not_read_is_text_for_the_validator_to_refuse():
    assert scalar("9" * 4300, Shape(frozenset({"integer"}))) == "9" * 4300
    assert json.loads(scalar("9" * 4301, Shape(frozenset({"integer"})))) == "9" * 4301
    assert json.loads(scalar("1e400", Shape(frozenset({"number"})))) == "1e400"


def test_arrays_and_objects_know_their_items():
    assert json.loads(array(["1", "x"], shape(type=("array",), items=INTEGER))) == [1, "x"]
    inner = shape(type=("object",), properties={"a": INTEGER}, additionalProperties=NUMBER)
    assert json.loads(mapping([("a", "1"), ("b", "1.5")], inner)) == {"a": 1, "b": 1.5}


def test_a_schema_that_two_parts_share_is_no_text_for_being_met_twice():
    schemas = {"D": Schema({"type": ("integer",)}), "B": Schema(ref="D"), "C": Schema(ref="D")}
    both = Schema({"allOf": (Schema(ref="B"), Schema(ref="C"))})
    assert shape_of(both, Specification("x", schemas=schemas)).types == {"integer"}


def test_a_shape_goes_as_deep_as_forms_do_and_no_deeper():
    names = [f"p{number}" for number in range(200)]
    node = Schema({"type": ("object",), "properties": {name: Schema(ref="Node") for name in names}})
    specification = Specification("x", schemas={"Node": node})
    shape = shape_of(Schema(ref="Node"), specification)
    assert shape.properties["p0"].properties["p199"].is_object
    assert not shape.properties["p0"].properties["p199"].properties
    assert not shape_of(node, specification, levels=0).properties


def test_the_shape_of_combined_schemas_adds_up():
    assert shape(oneOf=(INTEGER, STRING)).types == {"integer", "string"}
    assert shape_of(Schema(ref="Size"), SPECIFICATION).types == {"integer"}
    assert shape(enum=(1, "a", None)).types == {"integer", "string", "null"}
    assert shape(allOf=(Schema({"properties": {"a": INTEGER}}),), type=("object",)).properties["a"].types == {"integer"}


def test_a_schema_that_is_only_itself_ends():
    assert shape_of(Schema(ref="Loop"), SPECIFICATION).types == {"string"}


def test_a_schema_that_says_nothing_takes_text():
    assert shape().types == {"string"}
