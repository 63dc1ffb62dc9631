"""What no type says is judged beside it: in JSON as it was sent, in Python as it would be."""

import copy
import datetime as dt
import json
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from model_documents import catalog_of, read, refused, specification_of
from pydantic import ValidationError
from pymacaron_core.models import faults_of, module_source

REF = "#/components/schemas"
RULED = """
It:
  type: object
  minProperties: 2
  properties: {a: {type: integer}, b: {type: string}, day: {type: string, format: date, not: {const: '2026-01-01'}}}
"""


def test_a_python_value_is_judged_as_the_json_it_is_sent_as(tmp_path: Path) -> None:
    It: Any = catalog_of(tmp_path, RULED, version="3.1.0").It
    assert It(a=1, b="x").to_json() == {"a": 1, "b": "x"}
    for wrong in ({"a": 1}, {"a": 1, "day": dt.date(2026, 1, 1)}):
        with pytest.raises(ValidationError):
            It(**wrong)
    made = It(a=1, day=dt.date(2026, 1, 31))
    made.b = "y"
    assert made.clone() == made


def test_the_faults_of_the_type_and_of_what_it_does_not_say_are_told_together(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, RULED, version="3.1.0")
    assert sorted(refused(catalog, "It", '{"a": "x"}')) == [("", "minProperties"), ("/a", "type")]
    assert refused(catalog, "It", '{"a": 1, "day": "2026-01-01"}') == [("/day", "not")]
    with pytest.raises(ValidationError) as caught:
        catalog.It(a=1)
    assert [each.message for each in faults_of(caught.value, "body")] == ["must have 2 or more properties"]


@pytest.mark.parametrize(
    ("schema", "sent", "told"),
    [
        ("{type: array, items: false}", "[7]", ("/a/0", "items")),
        ("{type: array, prefixItems: [{type: string}], items: false}", '["x", 7]', ("/a/1", "items")),
        ("{type: object, additionalProperties: false}", '{"x": 7}', ("/a/x", "additionalProperties")),
    ],
)
def test_what_is_closed_is_told_by_the_keyword_that_closes_it(
    tmp_path: Path, schema: str, sent: str, told: tuple[str, str]
) -> None:
    catalog = catalog_of(tmp_path, f"It: {{type: object, properties: {{a: {schema}}}}}", version="3.1.0")
    assert refused(catalog, "It", f'{{"a": {sent}}}') == [told]


ASKING = {
    "minProperties: 2": ('{"a": 1, "other": 2}', True),
    "minProperties: 2, allOf: [{maxProperties: 3}]": ('{"a": 1, "other": 2}', True),
    "not: {required: [a, b], maxProperties: 2}": ('{"a": 1, "b": "x", "other": 2}', True),
    "anyOf: [{required: [x]}, {required: [y]}]": ('{"x": 1}', True),
    "if: {minProperties: 2}, then: {required: [b]}, else: {maxProperties: 0}": ('{"b": "x", "other": 2}', True),
    f"allOf: [{{not: {{$ref: '{REF}/Lone'}}}}]": ('{"a": 1, "other": 2}', True),
    "maxProperties: 2": ('{"a": 1, "other": 2}', False),
    "propertyNames: {maxLength: 5}": ('{"a": 1, "other": 2}', False),
    "anyOf: [{required: [a]}, {required: [b]}]": ('{"a": 1, "other": 2}', False),
    "dependentRequired: {a: [b]}": ('{"a": 1, "b": "x", "other": 2}', False),
    "dependentSchemas: {a: {required: [b]}}": ('{"a": 1, "b": "x", "other": 2}', False),
}


def test_undeclared_properties_that_the_rules_of_a_class_look_at_are_kept(tmp_path: Path) -> None:
    classes = [
        f"It{at}: {{type: object, properties: {{a: {{type: integer}}, b: {{type: string}}}}, {rules}}}"
        for at, rules in enumerate(ASKING)
    ]
    lone = "Lone: {type: object, maxProperties: 1}"
    catalog = catalog_of(tmp_path, "\n".join([lone, *classes]), version="3.1.0")
    for at, (sent, is_kept) in enumerate(ASKING.values()):
        found = read(catalog, f"It{at}", sent)
        whole = json.loads(sent)
        assert found.to_json() == (whole if is_kept else {name: whole[name] for name in ("a", "b") if name in whole})
        assert type(found).from_json(found.to_json()) == found == found.clone()
        assert type(found).from_native(found.to_native()) == found


def test_a_class_without_rules_has_no_function_around_it(tmp_path: Path) -> None:
    Order: Any = catalog_of(tmp_path).Order
    Order.model_rebuild()
    assert "function" not in Order.__pydantic_core_schema__["type"]


def test_marks_refer_to_named_schemas_and_the_schema_of_the_model_holds_them(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        f"""
        A: {{type: object, properties: {{a: {{type: integer}}, deep: {{$ref: '{REF}/A'}}}}}}
        B: {{type: object, properties: {{b: {{type: integer}}}}}}
        It: {{type: object, properties: {{x: {{oneOf: [{{$ref: '{REF}/A'}}, {{$ref: '{REF}/B'}}]}}}}}}
        """,
    )
    assert read(catalog, "It", '{"x": {"a": 1, "b": "no"}}').x.a == 1
    assert [rule for _, rule in refused(catalog, "It", '{"x": {"a": 1, "b": 1}}')] == ["oneOf"]
    schema = catalog.It.get_model_schema()
    assert "#/$defs/schema:A" in str(schema) and schema["$defs"]["schema:A"]["properties"]["a"] == {"type": "integer"}
    source = module_source(catalog.specification)
    assert "SCHEMAS: dict[str, Any] = {" in source and '"It"' not in source.partition("SCHEMAS")[2].partition("}\n")[0]


def test_branches_with_properties_of_their_own_are_classes_of_all_properties(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        It:
          type: object
          required: [id]
          properties: {id: {type: integer}}
          oneOf:
          - {required: [cat], properties: {cat: {type: string}}}
          - {required: [dog], properties: {dog: {type: string}}}
        """,
    )
    adapter = catalog.adapter(catalog.specification.schemas["It"]).validator
    found: Any = adapter.validate_json('{"id": 1, "dog": "x"}', strict=True)
    assert (found.id, found.dog) == (1, "x")
    for wrong in ('{"id": 1}', '{"dog": "x"}', '{"id": 1, "dog": "x", "cat": "y"}'):
        with pytest.raises(ValidationError):
            adapter.validate_json(wrong, strict=True)


def test_disjoint_branches_are_marked_for_the_rule_of_their_faults_alone(tmp_path: Path) -> None:
    source = module_source(
        specification_of(
            tmp_path,
            f"""
            A: {{type: object, required: [k], properties: {{k: {{enum: [a]}}}}}}
            B: {{type: object, properties: {{k: {{enum: [b]}}}}}}
            It: {{oneOf: [{{$ref: '{REF}/A'}}, {{$ref: '{REF}/B'}}, {{type: array, items: {{type: string}}}}]}}
            """,
        )
    )
    assert "It: TypeAlias = Annotated[A | B | list[str], OneOf()]\n" in source


def test_what_only_some_objects_have_is_declared(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        It:
          type: object
          properties: {kind: {type: string}}
          if: {properties: {kind: {const: big}}, required: [kind]}
          then: {required: [size], properties: {size: {type: integer}}}
        """,
        version="3.1.0",
    )
    assert read(catalog, "It", '{"kind": "big", "size": 3}').size == 3
    assert refused(catalog, "It", '{"kind": "big", "size": "3"}') == [("/size", "type")]


def test_allof_of_schemas_that_lead_to_themselves_ends(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        f"""
        A: {{type: object, properties: {{next: {{$ref: '{REF}/A'}}, a: {{type: integer}}}}}}
        B: {{type: object, properties: {{next: {{$ref: '{REF}/B'}}, b: {{type: integer}}}}}}
        It: {{allOf: [{{$ref: '{REF}/A'}}, {{$ref: '{REF}/B'}}]}}
        """,
    )
    assert read(catalog, "It", '{"next": {"next": {"a": 1, "b": 2}}}').next.next.b == 2
    assert refused(catalog, "It", '{"next": {"next": {"b": "2"}}}') == [("/next/next/b", "type")]


HOSTILE = ["query", "exists", "mro", "copy", "schema", "json", "model_config", "", "a" * 300, "annotations", "x\u2028y"]


@pytest.mark.parametrize("base", ["", "x-parent: collections.UserList, "])
def test_no_name_shadows_one_of_a_parent_and_the_wire_keeps_it(tmp_path: Path, base: str) -> None:
    properties = json.dumps({name: {"type": "integer"} for name in [*HOSTILE, "date"]})
    names = ["annotations", "_x", "__x", "SCHEMAS", "a" * 300, "List", "object", "dict"]
    told = 'Ends with \\ and """ and \u2028, \x85 and quotes"'
    schema = f"{{type: object, {base if base else ''}properties: {properties}, description: {json.dumps(told)}}}"
    catalog = catalog_of(tmp_path, "\n".join(f"{json.dumps(name)}: {schema}" for name in names[: 1 if base else 8]))
    value = dict.fromkeys([*HOSTILE, "date"], 1)
    for name in catalog.names():
        model = catalog.model(name)
        assert model.get_model_name() == name
        assert model.get_property_names() == [*value]
        assert ("query_" in model.model_fields) == bool(base)
        if not base:
            assert model.from_json(value).to_json() == value


MARKED = f"""
Inner: {{type: object, required: [n], properties: {{n: {{type: integer, minimum: 1}}}}}}
It:
  type: object
  required: [day]
  dependentRequired: {{a: [b]}}
  properties:
    day: {{type: string, format: date}}
    at: {{type: string, format: date-time}}
    price: {{type: string, format: decimal}}
    cost: {{type: number, format: decimal, multipleOf: 0.01}}
    a: {{type: string}}
    b: {{type: [string, 'null']}}
    days: {{type: array, items: {{type: string, format: date}}, uniqueItems: true, contains: {{const: '2026-01-01'}}}}
    one: {{oneOf: [{{$ref: '{REF}/Inner'}}, {{type: object, properties: {{n: {{type: integer}}}}}}]}}
    by: {{type: object, additionalProperties: {{$ref: '{REF}/Inner'}}, maxProperties: 1}}
"""
WHOLE = """{"day": "2026-01-31", "at": "2026-01-31T12:00:00+05:30", "price": "1.10", "cost": 0.3, "b": null,
    "days": ["2026-01-01", "2026-01-02"], "one": {"n": 0}, "by": {"x": {"n": 3}}}"""


def test_marked_models_go_round_with_dates_and_decimals(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, MARKED, version="3.1.0", name="marked")
    it = read(catalog, "It", WHOLE)
    assert (it.price, it.cost, it.at.utcoffset()) == (
        Decimal("1.10"),
        Decimal("0.3"),
        dt.timedelta(hours=5, minutes=30),
    )
    assert it.to_json() == json.loads(WHOLE)
    copies = [it.clone(), copy.copy(it), copy.deepcopy(it), it.model_copy(), it.model_copy(deep=True)]
    copies += [pickle.loads(pickle.dumps(it)), type(it).from_json(it.to_json()), type(it).from_native(it.to_native())]
    for each in copies:
        assert each == it
        assert each.to_json() == it.to_json()
        assert each.model_fields_set == it.model_fields_set


def test_marks_hold_at_assignment_too(tmp_path: Path) -> None:
    it = read(catalog_of(tmp_path, MARKED, version="3.1.0"), "It", WHOLE)
    wrong = {"days": [dt.date(2026, 1, 2)], "cost": Decimal("0.301"), "one": {"n": 1}}
    wrong["by"] = {"x": {"n": 1}, "y": {"n": 1}}
    for name, value in wrong.items():
        with pytest.raises(ValidationError):
            setattr(it, name, value)
    assert it.to_json() == json.loads(WHOLE)
    it.cost, it.days = Decimal("0.31"), [dt.date(2026, 1, 1)]
    assert (it.to_json()["cost"], it.to_json()["days"]) == (0.31, ["2026-01-01"])


def test_what_is_said_of_several_properties_is_judged_when_a_model_is_made(tmp_path: Path) -> None:
    it = catalog_of(tmp_path, MARKED, version="3.1.0").It
    with pytest.raises(ValidationError):
        it(day=dt.date(2026, 1, 1), a="x")
    made = it(day=dt.date(2026, 1, 1))
    made.a = "x"
    made.b = None
    assert type(made).from_json(made.to_json()) == made
