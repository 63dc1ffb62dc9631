"""The judge says what JSON Schema 2020-12 says, tells why not, and has no end to its patience."""

import json
import time
from typing import Any

import pytest
from pydantic import ValidationError
from pymacaron_core.errors import ModelError
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.judge import Judge, errors_of
from pymacaron_core.models.written import closure, written
from pymacaron_core.spec.operation import Discriminator, Schema

NODE = {
    "Alias": {"$ref": "Other"},
    "Other": {"$ref": "Node"},
    "Node": {"type": "object", "required": ["v"], "properties": {"v": {"type": "integer"}, "n": {"$ref": "Node"}}},
}

CASES: list[tuple[Any, list[Any], list[Any]]] = [
    (True, [1, None], []),
    (False, [], [1, None]),
    ({"type": "integer"}, [1, 1.0, 10**30], [1.5, True, "1", None, float("inf")]),
    ({"type": "number"}, [1, 1.5], [True, float("inf"), float("nan")]),
    ({"type": ["string", "null"]}, ["", None], [0, False, []]),
    ({"type": []}, [], ["", 0, None]),
    ({"enum": []}, [], ["", 0, None, {}]),
    ({"minimum": 3, "exclusiveMaximum": 5}, [3, 4.5, "x", None, True], [2, 5]),
    ({"maximum": 3, "exclusiveMinimum": 1}, [3, 1.5], [1, 4]),
    ({"multipleOf": 0.1}, [0.3, 1, 0, 1e300, "x"], [0.25]),
    ({"multipleOf": 3}, [6, 6.0, 10**40 * 3], [7, 6.5]),
    ({"minLength": 2, "maxLength": 3}, ["äö", [], 1], ["a", "abcd"]),
    ({"pattern": "^a"}, ["ab", 1], ["ba"]),
    ({"format": "int32"}, [2**31 - 1, "x"], [2**31]),
    ({"format": "of-the-author"}, ["x"], []),
    ({"enum": [1, "a", [1], {"a": [1.0]}, None]}, [1.0, "a", [1.0], {"a": [1]}, None], [True, [True], "b", {}, []]),
    ({"const": False}, [False], [0, None]),
    ({"const": {"a": 1}}, [{"a": 1.0}], [{"a": 1, "b": 1}, {"b": 1}, [1]]),
    ({"items": {"type": "integer"}}, [[1, 2], {"a": "x"}], [[1, "x"]]),
    ({"prefixItems": [{"type": "integer"}], "items": False}, [[], [1]], [["x"], [1, 2]]),
    ({"contains": {"const": 3}}, [[1, 3], "x"], [[], [1]]),
    ({"contains": {"const": 3}, "minContains": 0}, [[], [1]], []),
    ({"contains": {"const": 3}, "minContains": 0, "maxContains": 1}, [[], [3]], [[3, 3]]),
    ({"contains": {"const": 3}, "minContains": 2, "maxContains": 3}, [[3, 3]], [[3], [3, 3, 3, 3]]),
    ({"minItems": 1, "maxItems": 2}, [[1], "x"], [[], [1, 2, 3]]),
    (
        {"uniqueItems": True},
        [[1, True, "1"], [[1], [True]], ["a", "b"]],
        [[1, 1.0], [{"a": [1]}, {"a": [1.0]}], ["a"] * 2],
    ),
    ({"required": ["a"]}, [{"a": None}, []], [{}]),
    ({"minProperties": 1, "maxProperties": 1}, [{"a": 1}, []], [{}, {"a": 1, "b": 1}]),
    ({"properties": {"a": False}}, [{}, {"b": 1}, []], [{"a": 1}]),
    (
        {"properties": {"a": True}, "patternProperties": {"^x": {"type": "null"}}, "additionalProperties": False},
        [{"a": 1, "x1": None}],
        [{"x1": 1}, {"b": 1}],
    ),
    ({"additionalProperties": {"type": "string"}}, [{"a": "x"}], [{"a": 1}]),
    ({"propertyNames": {"maxLength": 1}}, [{"a": 1}], [{"ab": 1}]),
    ({"dependentRequired": {"a": ["b"]}}, [{}, {"a": 1, "b": 1}], [{"a": 1}]),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, [{}, {"a": 1, "b": 1}], [{"a": 1}]),
    ({"allOf": [{"minimum": 1}, {"maximum": 2}]}, [1], [0, 3]),
    ({"anyOf": [{"type": "string"}, {"minimum": 2}]}, ["a", 2], [1]),
    ({"oneOf": [{"type": "integer"}, {"minimum": 2}]}, [1, 2.5], [2, 1.5]),
    ({"not": {"type": "string"}}, [1], ["a"]),
    ({"if": {"minimum": 5}, "then": {"maximum": 7}, "else": {"minimum": 2}}, [2, 6], [1, 8]),
    ({"if": False, "else": False}, [], [1]),
    ({"if": {"type": "string"}}, [1, "a"], []),
    ({"$ref": "Node", "required": ["n"]}, [{"v": 1, "n": {"v": 2}}], [{"v": 1}, {"v": 1, "n": {}}]),
    (
        {
            "properties": {"a": True},
            "anyOf": [{"properties": {"b": {"type": "null"}}}, True],
            "unevaluatedProperties": False,
        },
        [{"a": 1, "b": None}, {}],
        [{"b": 1}, {"c": 1}],
    ),
    (
        {
            "allOf": [{"$ref": "Node"}],
            "if": {"required": ["x"]},
            "then": {"properties": {"x": True}},
            "unevaluatedProperties": {"type": "null"},
        },
        [{"v": 1, "x": 1}, {"v": 1, "y": None}],
        [{"v": 1, "y": 1}],
    ),
    (
        {"prefixItems": [True], "contains": {"type": "string"}, "unevaluatedItems": False},
        [[1, "a", "b"]],
        [[1, "a", 2]],
    ),
    ({"oneOf": [{"items": True}, False], "unevaluatedItems": False}, [[1]], []),
    ({"dependentSchemas": {"a": {"properties": {"b": True}}}, "unevaluatedProperties": False}, [{}], [{"b": 1}]),
]


@pytest.mark.parametrize(("schema", "good", "bad"), CASES, ids=[json.dumps(case[0])[:60] for case in CASES])
def test_values_fit_as_json_schema_says(schema: Any, good: list[Any], bad: list[Any]) -> None:
    judge = Judge(schema, NODE)
    for value in good:
        assert judge.fits(value), value
        assert judge.breaches(value) == []
    for value in bad:
        assert not judge.fits(value), value
        assert judge.breaches(value), value


def told(schema: Any, value: Any) -> list[tuple[str, str, str]]:
    error = ValidationError.from_exception_data("x", errors_of(Judge(schema, NODE).breaches(value), value))
    return [(fault.pointer, fault.rule, fault.message) for fault in faults_of(error, "body")]


@pytest.mark.parametrize(
    ("schema", "value", "faults"),
    [
        ({"type": "integer"}, "secret", [("", "type", "must be an integer")]),
        ({"type": ["integer", "null"]}, "secret", [("", "type", "must be an integer or null")]),
        (
            {"properties": {"a/b": {"items": {"minimum": 3}}}},
            {"a/b": [4, 1]},
            [("/a~1b/1", "minimum", "must be at least 3")],
        ),
        ({"required": ["a", "b"]}, {}, [("/a", "required", "is required"), ("/b", "required", "is required")]),
        ({"enum": ["a", "b", 1, True]}, "c", [("", "enum", "must be 'a', 'b', 1 or true")]),
        ({"const": "a"}, "c", [("", "const", "must be 'a'")]),
        ({"not": {"type": "string"}}, "c", [("", "not", "must not be a string")]),
        ({"not": {"required": ["a"]}}, {"a": 1}, [("", "not", "must not have the property 'a'")]),
        (
            {"additionalProperties": False},
            {"a": 1},
            [("/a", "additionalProperties", "is not a property of this object")],
        ),
        (
            {"propertyNames": {"maxLength": 1}},
            {"ab": 1},
            [("/ab", "propertyNames", "its name must have 1 or fewer characters")],
        ),
        (
            {"dependentRequired": {"a": ["b"]}},
            {"a": 1},
            [("/b", "dependentRequired", "is required where 'a' is given")],
        ),
        ({"contains": {"const": 1}}, [], [("", "contains", "must contain an item that is 1")]),
        ({"$ref": "Node"}, {"v": 1, "n": {"v": "x"}}, [("/n/v", "type", "must be an integer")]),
        ({"$ref": "Alias"}, {"v": "x"}, [("/v", "type", "must be an integer")]),
        ({"if": True, "then": {"minimum": 2}}, 1, [("", "minimum", "must be at least 2")]),
        ({"oneOf": [{"type": "string"}, {"$ref": "Node"}]}, {"v": "x"}, [("/v", "type", "must be an integer")]),
        ({"anyOf": [{"type": "string"}, {"type": "array"}]}, 1, [("", "anyOf", "must be a string or an array")]),
        (
            {"oneOf": [True, {"type": "integer"}]},
            1,
            [("", "oneOf", "must fit only one of the schemas it may be, and fits 2 (number 1, number 2)")],
        ),
        (
            {
                "oneOf": [
                    {"properties": {"kind": {"const": "a"}, "size": {"type": "integer"}}},
                    {"properties": {"kind": {"const": "b"}, "size": {"type": "string"}, "more": {"type": "string"}}},
                ]
            },
            {"kind": "b", "size": 1, "more": 2},
            [("/size", "type", "must be a string"), ("/more", "type", "must be a string")],
        ),
        (
            {"anyOf": [{"title": "A", "required": ["a"]}, {"title": "B", "required": ["b"]}]},
            {},
            [("", "anyOf", "must have the property 'a' or 'b'")],
        ),
    ],
)
def test_faults_say_what_must_be_and_never_what_was_sent(
    schema: Any, value: Any, faults: list[tuple[str, str, str]]
) -> None:
    assert told(schema, value) == faults


def nested(depth: int, last: Any) -> Any:
    value = last
    for _ in range(depth):
        value = {"v": 1, "n": value}
    return value


@pytest.mark.parametrize("depth", [30, 190, 900])
def test_recursive_schemas_judge_values_of_any_depth(depth: int) -> None:
    judge = Judge({"$ref": "Node"}, NODE)
    assert judge.fits(nested(depth, {"v": 1}))
    assert not judge.fits(nested(depth, {"v": "x"}))
    (breach,) = judge.breaches(nested(depth, {"v": "x"}))
    assert breach.steps == ("n",) * depth + ("v",)
    assert breach.message == "must be an integer"


def test_a_schema_too_deep_for_a_value_is_a_breach_and_no_recursion_error() -> None:
    schema: Any = {"type": "integer"}
    for _ in range(60):
        schema = {"allOf": [{"properties": {"n": schema}}]}
    judge = Judge(schema)
    assert judge.fits(nested(60, 1))
    told = [called_deep(judge, nested(60, "x"), depth) for depth in range(500, 990, 10)]
    assert {breach.message for each in told for breach in each} == {"must be an integer", "is nested too deeply"}
    for _ in range(1_000):
        schema = {"not": schema}
    with pytest.raises(ModelError, match="nested too deeply"):
        Judge(schema).fits(1)


def called_deep(judge: Judge, value: Any, depth: int) -> list[Any]:
    try:
        return called_deep(judge, value, depth - 1) if depth else judge.breaches(value)
    except RecursionError:
        return []


def test_choices_in_choices_cost_no_more_than_the_value_is_large() -> None:
    schemas = {
        "A": {"anyOf": [{"$ref": "B"}, {"$ref": "C"}]},
        "B": {"type": "object", "properties": {"n": {"$ref": "A"}}, "required": ["b"]},
        "C": {"type": "object", "properties": {"n": {"$ref": "A"}}, "required": ["c"]},
    }
    value: Any = {}
    for _ in range(150):
        value = {"n": value, "c": 1}
    started = time.perf_counter()
    assert not Judge({"$ref": "A"}, schemas).fits(value)
    assert Judge({"$ref": "A"}, schemas).breaches(value)
    doubled = {f"D{at}": {"allOf": [{"$ref": f"D{at + 1}"}, {"allOf": [{"$ref": f"D{at + 1}"}]}]} for at in range(60)}
    doubled["D60"] = {"type": "integer"}
    assert Judge({"$ref": "D0"}, doubled).breaches("x")
    assert time.perf_counter() - started < 30  # not for ever


def test_schemas_that_mean_themselves_are_cut() -> None:
    schemas = {"A": {"allOf": [{"$ref": "B"}]}, "B": {"not": {"not": {"$ref": "A"}}}, "C": {"$ref": "C"}}
    assert Judge({"$ref": "A"}, schemas).fits(1)
    assert Judge({"$ref": "C"}, schemas).breaches(1) == []
    odd = {"A": {"not": {"$ref": "A"}}}
    assert len(Judge({"$ref": "A"}, odd).breaches(1)) <= 1


def test_millions_of_breaches_are_not_told_one_by_one() -> None:
    assert len(Judge({"items": {"type": "integer"}}).breaches(["x"] * 100_000)) == 1_001


def test_a_reference_to_nothing_is_an_error_of_the_model() -> None:
    with pytest.raises(ModelError, match="no schema `Nope`"):
        Judge({"properties": {"a": {"$ref": "Nope"}}}).fits(1)


def test_schemas_of_the_vocabulary_are_written_as_json_schema() -> None:
    text = Schema({"type": ("string", "null"), "x-a": 1, "examples": (1,)})
    schema = Schema(
        {"type": ("object",), "properties": {"a": text, "b": Schema(ref="B")}, "discriminator": Discriminator("a")},
    )
    named = {"B": Schema({"items": Schema(ref="C")}), "C": Schema(refuses_all=True), "D": Schema()}
    assert written(schema) == {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}, "b": {"$ref": "B"}},
    }
    assert written(Schema()) is True
    assert closure(named, ["B"]) == {"B": {"items": {"$ref": "C"}}, "C": False}
