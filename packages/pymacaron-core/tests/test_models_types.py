"""Each keyword of JSON Schema does what it says, or is listed as not enforced."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from model_documents import catalog_of, read, refused
from pydantic import ValidationError
from pydantic_core import SchemaSerializer, SchemaValidator
from pymacaron_core.models import Catalog, Upload, faults_of, module_source
from pymacaron_core.spec.operation import Schema

CASES: list[tuple[str, list[str], list[str]]] = [
    ("{type: integer}", ["1", "1.0", "-3", "100000000000000000000"], ["1.5", '"1"', "true", "null"]),
    ("{type: integer}", ["1e9"], ["1.0000000001", "2.5e-42", "1000000000.5", "1e999"]),
    ("{type: integer, minimum: 0.5, exclusiveMaximum: 4}", ["1", "3.0"], ["0", "4"]),
    ("{type: integer, format: int32}", ["2147483647"], ["2147483648"]),
    ("{type: integer, enum: [1, 2]}", ["1", "2.0"], ["true", "3", '"1"']),
    ("{type: number, multipleOf: 0.5}", ["1", "1.5"], ["1.2", '"1"', "true"]),
    ("{type: boolean}", ["true"], ["1", '"true"']),
    ("{type: string, minLength: 2, maxLength: 3}", ['"ab"', '"äöü"'], ['"a"', '"abcd"', "1"]),
    (r"{type: string, pattern: '^\d+$'}", ['"12"'], ['"1x"', '"\\u0661"', '"1\\n"']),
    (r"{type: string, pattern: '^(?!x)[a-z]+$'}", ['"abc"'], ['"xbc"', '"abc\\n"']),
    ("{type: string, pattern: b}", ['"abc"'], ['"ac"']),
    ("{type: string, format: date}", ['"2026-01-31"'], ['"2026-02-30"', "1"]),
    ("{type: string, format: date-time}", ['"2026-01-31T12:00:00Z"'], ['"2026-01-31"', '"2026-01-31T12:00:00"', "1"]),
    ("{type: string, format: uuid}", ['"12345678-1234-5678-1234-567812345678"'], ['"x"']),
    ("{type: string, format: byte}", ['"//4="'], ['"a$"']),
    ("{type: string, format: decimal}", ['"1.10"'], ['"x"']),
    ("{type: string, format: duration}", ['"P1D"'], ['"x"']),
    ("{type: string, format: password}", ['"x"'], ["1"]),
    ("{type: string, enum: [a, b]}", ['"a"'], ['"c"', "null"]),
    ("{enum: [1.5, [1], null]}", ["1.5", "[1]", "null"], ["2", "true"]),
    ("{type: [string, integer]}", ['"a"', "1"], ["1.5", "null"]),
    ("{type: [string, 'null'], maxLength: 1}", ['"a"', "null"], ['"ab"']),
    ("{const: x}", ['"x"'], ['"y"']),
    ("{type: array, items: {type: integer}, minItems: 1, maxItems: 2}", ["[1]"], ["[]", "[1,2,3]", '["1"]', "{}"]),
    ("{type: array, uniqueItems: true}", ['[1, true, "1"]'], ["[1, 1]", '[{"a": 1}, {"a": 1}]']),
    (
        "{type: array, prefixItems: [{type: string}, {type: integer}], minItems: 2, items: false}",
        ['["a", 1]'],
        ["[1, 1]"],
    ),
    ("{type: object}", ['{"a": 1}'], ["[]", "1"]),
    ("{type: object, additionalProperties: {type: integer}}", ['{"a": 1.0}'], ['{"a": "1"}']),
    ("{type: object, minProperties: 1, maxProperties: 2}", ['{"a": 1}'], ["{}", '{"a": 1, "b": 2, "c": 3}']),
    (
        "{type: object, properties: {a: {type: string}}, additionalProperties: false}",
        ["{}"],
        ['{"b": 1}', '{"a": null}'],
    ),
    (
        "{type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}",
        ['{"b": 1}'],
        ['{"b": "1"}'],
    ),
    ("{type: object, properties: {a: {type: string, x-mandatory: true}}}", ['{"a": ""}'], ["{}"]),
    ("{type: object, required: [a], properties: {a: {}}}", ['{"a": null}'], ["{}"]),
    ("{anyOf: [{type: string}, {type: array, items: {type: string}}]}", ['"a"', '["a"]'], ["1", "[1]"]),
    ("{oneOf: [{type: integer}, {type: 'null'}]}", ["1", "null"], ['"1"']),
    ("{allOf: [{type: string, minLength: 2}, {maxLength: 3, minLength: 1}]}", ['"ab"'], ['"a"', '"abcd"']),
    ("{}", ["null", "1", "{}"], []),
    ("{type: string, not: {const: a}}", ['"b"'], ['"a"', "1"]),
    ("{type: array, contains: {type: string}, maxContains: 1}", ['["a", 1]'], ["[]", "[1]", '["a", "b"]', "{}"]),
    ("{type: array, prefixItems: [{type: string}], items: {type: integer}}", ["[]", '["a", 1]'], ['["a", "b"]', "[1]"]),
    ("{type: array, items: {type: array}, uniqueItems: true}", ["[[1], [2]]"], ["[[1, 2], [1.0, 2]]"]),
    (
        "{type: array, items: {type: string, format: date-time}, uniqueItems: true}",
        ['["2026-01-31T12:00:00Z"]'],
        ["[1]"],
    ),
    (
        "{type: array, prefixItems: [{}, {type: string}], unevaluatedItems: false}",
        ["[1]", '[1, "a"]'],
        ["[1, 2]", '[1, "a", 2]'],
    ),
    ("{minLength: 2, minimum: 3}", ['"ab"', "3", "[]", "null"], ['"a"', "2"]),
    ("{type: number, multipleOf: 0.01}", ["1.01", "19.99", "3"], ["1.001", '"1"']),
    ("{type: integer, multipleOf: 0.5, minimum: 2}", ["2", "3.0"], ["1", "2.5"]),
    ("{type: integer, format: int32, minimum: -5000000000, maximum: 7}", ["-2147483648"], ["-2147483649", "8"]),
    ("{type: integer, format: int32, minimum: 5000000000}", [], ["5000000000", "1"]),
    ("{type: number, format: decimal, multipleOf: 0.1, maximum: 2}", ["1.1", "2"], ["1.15", '"1.1"', "3", "true"]),
    (
        "{type: string, format: date, pattern: '^2026', not: {const: '2026-01-01'}}",
        ['"2026-01-31"'],
        ['"2025-01-01"', '"2026-01-01"'],
    ),
    ("{enum: [a, 1, true, null]}", ['"a"', "1", "1.0", "true", "null"], ["false", "0", "2", '"b"']),
    ("{type: string, enum: [a, abc, 1], minLength: 2}", ['"abc"'], ['"a"', "1"]),
    ("{const: {a: [1]}}", ['{"a": [1.0]}'], ['{"a": [true]}', "{}"]),
    ("{const: null}", ["null"], ["0"]),
    ("{type: number, enum: [1.5, 2]}", ["1.5", "2.0"], ["1", "true"]),
    ("{allOf: [{type: string}, {type: integer}]}", [], ['"a"', "1"]),
    ("{allOf: [{enum: [a, b]}, {enum: [b, c]}]}", ['"b"'], ['"a"', '"c"']),
    ("{allOf: [{pattern: a}, {pattern: b}], type: string}", ['"ab"'], ['"a"', '"b"']),
    ("{allOf: [{type: number}, {type: [integer, string]}]}", ["1"], ["1.5", '"a"']),
    ("{not: {type: [string, 'null']}}", ["1", "{}"], ['"a"', "null"]),
    ("{type: [string, 'null'], not: {type: 'null'}}", ['"a"'], ["null"]),
    ("{if: {type: string}, then: {minLength: 2}, else: {type: 'null'}}", ['"ab"', "null"], ['"a"', "1"]),
    ("{oneOf: [{type: string, maxLength: 3}, {type: string, minLength: 2}]}", ['"a"', '"abcd"'], ['"ab"', "1"]),
    ("{oneOf: [{type: integer}, {type: number, minimum: 3}]}", ["1", "3.5"], ["3", "2.5"]),
    ("{type: string, anyOf: [{pattern: a}, {maxLength: 1}]}", ['"a"', '"b"', '"aa"'], ['"bb"', "1"]),
    ("{type: object, propertyNames: {maxLength: 1}, required: [a]}", ['{"a": 1}'], ["{}", '{"a": 1, "bb": 1}']),
    (
        "{type: object, patternProperties: {'^x': {type: integer}}, additionalProperties: {type: string}}",
        ['{"x": 1, "a": ""}'],
        ['{"x": ""}', '{"a": 1}'],
    ),
    (
        "{type: object, properties: {a: {}}, patternProperties: {'^x': {type: integer}}, additionalProperties: false}",
        ['{"a": "", "x": 1}'],
        ['{"x": ""}', '{"b": 1}'],
    ),
    (
        "{type: object, properties: {a: {}}, minProperties: 1, dependentRequired: {b: [a]}}",
        ['{"a": 1}', '{"c": 1}'],
        ["{}", '{"b": 1}'],
    ),
    ("{type: object, properties: {a: {}}, not: {required: [b]}}", ['{"a": 1}', "{}"], ['{"b": 1}']),
    (
        "{type: object, properties: {a: {}}, if: {required: [a]}, then: {required: [b]}}",
        ["{}", '{"a": 1, "b": 2}'],
        ['{"a": 1}'],
    ),
    (
        "{type: object, properties: {a: {}}, oneOf: [{required: [a]}, {required: [b]}]}",
        ['{"a": 1}', '{"b": 1}'],
        ["{}", '{"a": 1, "b": 1}'],
    ),
    (
        "{type: object, properties: {a: {}}, "
        "anyOf: [{properties: {b: {type: string}}, required: [b]}, {required: [a]}]}",
        ['{"a": 1}', '{"b": ""}'],
        ["{}", '{"b": 1}'],
    ),
    (
        "{allOf: [{type: object, properties: {a: {}}, additionalProperties: false}, {properties: {b: {}}}]}",
        ["{}", '{"a": 1}'],
        ['{"b": 1}'],
    ),
    (
        "{type: object, allOf: [{properties: {a: {}}}], properties: {b: {}}, unevaluatedProperties: false}",
        ['{"a": 1, "b": 1}'],
        ['{"c": 1}'],
    ),
    (
        "{type: object, anyOf: [{properties: {a: {const: 1}}, required: [a]}, {properties: {b: {}}}], "
        "unevaluatedProperties: false}",
        ['{"a": 1}', '{"b": 1}'],
        ['{"c": 1}'],
    ),
    (
        "{type: object, properties: {a: {}}, dependentSchemas: {a: {properties: {b: {type: string}}}}}",
        ['{"b": 1}', '{"a": 1, "b": ""}'],
        ['{"a": 1, "b": 1}'],
    ),
]


@pytest.mark.parametrize(("schema", "good", "bad"), CASES, ids=[case[0] for case in CASES])
def test_a_keyword_means_what_json_schema_says(tmp_path: Path, schema: str, good: list[str], bad: list[str]) -> None:
    holder = "{type: object, required: [value], properties: {value: " + schema + "}}"
    catalog = catalog_of(tmp_path, f"It: {schema}\nHolder: {holder}", version="3.1.0")
    for text in good:
        assert refused(catalog, "It", text) == []
        assert refused(catalog, "Holder", f'{{"value": {text}}}') == []
    for text in bad:
        assert refused(catalog, "It", text) != [], text
        assert refused(catalog, "Holder", f'{{"value": {text}}}') != [], text
    assert not catalog.unenforced


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ("{type: string, pattern: '['}", "pattern"),
        ("{type: object, properties: {a: {type: integer, default: x}}}", "default"),
    ],
)
def test_what_is_not_enforced_is_listed(tmp_path: Path, schema: str, keyword: str) -> None:
    catalog = catalog_of(tmp_path, f"It: {schema}", version="3.1.0")
    assert [each.keyword for each in catalog.unenforced] == [keyword]
    assert catalog.unenforced[0].place.pointer.startswith("/components/schemas/It")


def test_undeclared_properties_are_dropped_where_the_schema_says_nothing(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "It: {type: object, properties: {a: {type: string}}}")
    assert read(catalog, "It", '{"a": "x", "b": 1}').to_json() == {"a": "x"}


def test_a_discriminator_picks_the_class(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    drawing = read(catalog, "Drawing", '{"shape": {"shape": "round", "r": 1}}')
    assert type(drawing.shape) is catalog.Circle
    assert catalog.Drawing(shape=catalog.Square(shape="Square", a=2)).to_json() == {
        "shape": {"shape": "Square", "a": 2.0}
    }
    assert refused(catalog, "Drawing", '{"shape": {"shape": "oval"}}') == [("/shape/shape", "discriminator")]
    assert refused(catalog, "Drawing", '{"shape": {"shape": "round", "r": "1"}}') == [("/shape/r", "type")]


def test_values_that_pick_a_class_are_not_taken_for_properties_of_the_same_name(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Number: {type: object, properties: {number: {type: string}}}
        Card:
          type: object
          required: [kind, card]
          properties: {kind: {type: string}, card: {$ref: '#/components/schemas/Number'}}
        Cash: {type: object, required: [kind], properties: {kind: {type: string}}}
        Means:
          oneOf: [{$ref: '#/components/schemas/Card'}, {$ref: '#/components/schemas/Cash'}]
          discriminator: {propertyName: kind, mapping: {card: Card, cash: Cash}}
        Purse: {type: object, properties: {cash: {$ref: '#/components/schemas/Means'}}}
        """,
    )
    wrong = '{"kind": "card", "card": {"number": 3}}'
    assert refused(catalog, "Means", wrong) == [("/card/number", "type")]
    assert refused(catalog, "Means", '{"kind": "card", "card": 3}') == [("/card", "type")]
    assert refused(catalog, "Purse", f'{{"cash": {wrong}}}') == [("/cash/card/number", "type")]


def test_all_of_extends_a_class_or_merges(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    assert issubclass(catalog.BigOrder, catalog.Order)
    assert refused(catalog, "BigOrder", '{"id": 1, "kind": "toy", "size": 0}') == [("/size", "exclusiveMinimum")]
    (tmp_path / "b").mkdir()
    merged = catalog_of(
        tmp_path / "b",
        """
        A: {type: object, properties: {a: {type: string}}}
        B: {allOf: [{$ref: '#/components/schemas/A'}, {required: [a]}]}
        C: {allOf: [{$ref: '#/components/schemas/A'}, {properties: {a: {maxLength: 1}}}]}
        """,
    )
    assert refused(merged, "B", "{}") == [("/a", "required")]
    assert refused(merged, "C", '{"a": "xx"}') == [("/a", "maxLength")]
    assert refused(merged, "A", '{"a": "xx"}') == []


def test_a_property_of_a_named_type_has_the_default_beside_the_name_or_of_the_name(tmp_path: Path) -> None:
    language = "Language: {type: string, enum: [en, fr], default: fr}\n"
    name = "{$ref: '#/components/schemas/Language'}"
    person = f"Person: {{type: object, properties: {{a: {{allOf: [{name}], default: en}}, b: {name}}}}}"
    catalog = catalog_of(tmp_path, language + person)
    assert (catalog.Person().a, catalog.Person().b) == ("en", "fr")
    assert catalog.unenforced == ()


def test_models_may_contain_themselves(tmp_path: Path) -> None:
    tree = """
    Trees: {type: array, items: {$ref: '#/components/schemas/Tree'}}
    Tree: {type: object, properties: {leaf: {type: integer}, kids: {$ref: '#/components/schemas/Trees'}}}
    Deep: {type: array, items: {$ref: '#/components/schemas/Deep'}}
    """
    catalog = catalog_of(tmp_path, tree)
    assert read(catalog, "Tree", '{"kids": [{"kids": [{"leaf": 1.0}]}]}').kids[0].kids[0].leaf == 1
    assert refused(catalog, "Tree", '{"kids": [{"kids": [{"leaf": null}]}]}') == [("/kids/0/kids/0/leaf", "type")]
    assert read(catalog, "Deep", "[[], [[]]]") == [[], [[]]]
    assert refused(catalog, "Deep", "[[1]]") == [("/0/0", "type")]


UPLOAD = """
/files:
  post:
    operationId: upload
    requestBody:
      content:
        multipart/form-data:
          schema:
            type: object
            required: [photo]
            properties:
              photo: {type: string, format: binary}
              more: {type: array, items: {type: string, format: binary}}
              note: {type: string}
    responses: {'204': {description: done}}
"""


def test_binary_parts_of_forms_are_uploads(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "Free: {type: object}", paths=UPLOAD)
    (operation,) = catalog.specification.operations
    assert operation.body is not None and operation.body.content[0].schema is not None
    validate = catalog.adapter(operation.body.content[0].schema).validator.validate_json
    upload = Upload("cat.png", "image/png", io.BytesIO(b"meow"))
    body: Any = validate('{"photo": "t1", "more": ["t1"]}', strict=True, context={"uploads": {"t1": upload}})
    assert type(body) is catalog.UploadBody
    assert body.photo is upload and body.more == [upload] and body.photo.read() == b"meow"
    with pytest.raises(ValidationError) as caught:
        validate('{"photo": "t2"}', strict=True, context={"uploads": {"t1": upload}})
    assert [(f.pointer, f.rule) for f in faults_of(caught.value, "body")] == [("/photo", "type")]


def test_an_upload_is_saved(tmp_path: Path) -> None:
    Upload("a", "text/plain", io.BytesIO(b"content")).save(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"content"


PARAMETERS = """
/things/{thingId}:
  get:
    parameters:
    - {name: thingId, in: path, required: true, schema: {type: integer}}
    - {name: limit, in: query, schema: {type: integer, maximum: 100, default: 20}}
    - {name: tags, in: query, schema: {type: array, items: {type: string}, default: [a]}}
    - {name: since, in: query, schema: {type: string, format: date}}
    responses: {'204': {description: done}}
"""


def test_parameters_are_validated_together(tmp_path: Path) -> None:
    catalog: Catalog = catalog_of(tmp_path, "Free: {type: object}", paths=PARAMETERS)
    parameters = catalog.specification.operations[0].parameters
    validate = catalog.parameters_adapter(parameters).validator.validate_json
    first = validate('{"thing_id": 1.0}', strict=True)
    assert first == {"thing_id": 1, "limit": 20, "tags": ["a"]}
    first["tags"].append("b")
    assert validate('{"thing_id": 1}', strict=True)["tags"] == ["a"]
    with pytest.raises(ValidationError) as caught:
        validate('{"limit": 101, "since": "x", "tags": [1]}', strict=True)
    assert {(f.pointer, f.rule) for f in faults_of(caught.value, "query")} == {
        ("/thing_id", "required"),
        ("/limit", "maximum"),
        ("/since", "format"),
        ("/tags/0", "type"),
    }


def test_names_of_any_kind_become_names_of_python(tmp_path: Path) -> None:
    names = ["my-thing", "my.thing", "MyThing", "list", "Field", "class", "größe", "名前", "1st", "Model", "_x"]
    properties = {
        "_id": 1,
        "id": 1,
        "model_dump": 1,
        "a-b": 1,
        "a_b": 1,
        "a b": 1,
        "self": 1,
        "ﬁ": 1,
        "Any": 1,
        "名": 1,
    }
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in properties}}
    catalog = catalog_of(tmp_path, yaml.safe_dump(dict.fromkeys(names, schema), sort_keys=False))
    assert catalog.names() == names
    assert catalog.module.MyThing.get_model_name() == "MyThing"
    for name in names:
        model = catalog.model(name)
        assert model.get_model_name() == name
        assert model.get_property_names() == [*properties]
        assert model.from_json(properties).to_json() == properties


def test_no_other_schema_takes_the_place_of_one_with_a_validator(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    schema = Schema({"type": ("integer",)})
    place = id(schema)
    catalog.adapter(schema)
    del schema
    assert place not in [id(other) for other in [Schema() for _ in range(1000)]]


def test_adapters_are_built_when_handed_out(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    for schema in catalog.specification.schemas.values():
        adapter = catalog.adapter(schema)
        assert isinstance(adapter.validator, SchemaValidator) and isinstance(adapter.serializer, SchemaSerializer)
        assert catalog.adapter(schema) is adapter


TREE = """
Tree:
  oneOf:
  - {type: string}
  - {type: integer, minimum: 0}
  - {type: array, items: {$ref: '#/components/schemas/Tree'}}
Holder: {type: object, properties: {tree: {$ref: '#/components/schemas/Tree'}}}
"""


@pytest.mark.parametrize("text", ["3.0", '["a", [3.0, []]]', '"a"'])
def test_a_choice_that_holds_itself_reads_json_at_every_depth(tmp_path: Path, text: str) -> None:
    catalog = catalog_of(tmp_path, TREE)
    assert refused(catalog, "Tree", text) == []
    assert refused(catalog, "Holder", f'{{"tree": {text}}}') == []
    assert refused(catalog, "Tree", f"[[-1, {text}]]") != []


@pytest.mark.parametrize("text", ["1", "1.0", "0"])
def test_numbers_are_no_booleans_of_an_enum(tmp_path: Path, text: str) -> None:
    catalog = catalog_of(tmp_path, "Sure: {enum: [true]}\nBoth: {enum: [true, false, a]}")
    assert refused(catalog, "Sure", text) != []
    assert refused(catalog, "Both", text) != []
    assert refused(catalog, "Both", "true") == []


def test_a_class_with_marks_is_built_with_the_classes_inside_of_it(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Inner: {type: object, properties: {id: {type: object, properties: {date: {type: string, minLength: 2}}}}}
        Outer:
          type: object
          anyOf:
          - {type: object, properties: {b: {$ref: '#/components/schemas/Inner'}}}
          - {type: string}
        """,
    )
    assert refused(catalog, "Outer", '{"b": {"id": {"date": "ab"}}}') == []
    assert refused(catalog, "Outer", '{"b": {"id": {"date": "a"}}}') != []
    assert refused(catalog, "Outer", '"a"') != []


def test_a_named_reference_is_a_name_for_a_class_or_with_more_to_say_a_class(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Friends: {type: array, items: {$ref: '#/components/schemas/Pet'}}
        Pet: {type: object, properties: {name: {type: string}, friends: {$ref: '#/components/schemas/Friends'}}}
        Told: {$ref: '#/components/schemas/Pet', description: Another word for it.}
        Small: {$ref: '#/components/schemas/Pet', maxProperties: 1}
        House:
          type: object
          properties: {told: {$ref: '#/components/schemas/Told'}, small: {$ref: '#/components/schemas/Small'}}
        """,
        version="3.1.0",
    )
    assert catalog.module.Told is catalog.module.Pet
    assert refused(catalog, "Small", '{"name": "a"}') == []
    assert refused(catalog, "House", '{"told": {"name": 1}, "small": {"name": "a", "friends": []}}') == [
        ("/told/name", "type"),
        ("/small", "maxProperties"),
    ]


def test_a_property_that_is_never_accepted_stays_so_in_an_all_of(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "A: {allOf: [{properties: {kind: false}}], properties: {a: {}}}", version="3.1.0")
    assert refused(catalog, "A", '{"kind": 1}') == [("/kind", "not")]
    assert refused(catalog, "A", '{"a": 1}') == []


CIRCLES = """
Empty: {}
A: {type: array, maxItems: 3, items: {allOf: [{$ref: '#/components/schemas/Empty'}, {$ref: '#/components/schemas/A'}]}}
B: {type: array, maxItems: 3, items: {allOf: [{description: Told.}, {$ref: '#/components/schemas/B'}]}}
C: {type: array, items: {allOf: [{type: array, maxItems: 3}, {$ref: '#/components/schemas/C'}]}}
D: {type: array, items: {allOf: [{$ref: '#/components/schemas/C'}, {$ref: '#/components/schemas/A'}]}}
"""


@pytest.mark.parametrize("name", ["A", "B", "C", "D"])
def test_arrays_that_hold_themselves_through_an_all_of_end(tmp_path: Path, name: str) -> None:
    catalog = catalog_of(tmp_path, CIRCLES)
    assert refused(catalog, name, "[[], [[[]]]]") == []
    assert refused(catalog, name, "[[[[[3]]]]]") == [("/0/0/0/0/0", "type")]
    assert refused(catalog, name, "[[[], [], [], []]]") == [("/0", "maxItems")]


def test_an_open_tuple_is_a_list_of_what_all_its_places_have_in_common(tmp_path: Path) -> None:
    point = "prefixItems: [{type: number, minimum: -180}, {type: number, maximum: 90}]"
    schemas = f"""
    Point: {{type: array, {point}, items: {{type: number}}}}
    Short: {{type: array, {point}, maxItems: 2}}
    Gap: {{type: array, prefixItems: [{{type: 'null'}}, {{type: string, maxLength: 1}}], items: {{type: string}}}}
    Open: {{type: array, {point}}}
    Row: {{type: array, prefixItems: [{{type: number}}, {{type: string}}], items: false}}
    """
    catalog = catalog_of(tmp_path, schemas, version="3.1.0")
    source = "".join(module_source(catalog.specification).split())
    kinds = {"Point": "float", "Short": "Any", "Gap": "str|None", "Open": "Any", "Row": "Any"}
    assert [name for name, kind in kinds.items() if f"{name}:TypeAlias=Annotated[list[{kind}]," not in source] == []
    assert read(catalog, "Point", "[1, 2, 300]") == [1.0, 2.0, 300.0]
    assert refused(catalog, "Point", '[-181, "x", "y", 1]') == [("/1", "type"), ("/2", "type"), ("/0", "minimum")]
    assert read(catalog, "Gap", '[null, "a"]') == [None, "a"] and refused(catalog, "Gap", '["a"]') == [("/0", "type")]
    assert refused(catalog, "Short", "[1, 91, 3]") == [("", "maxItems"), ("/1", "maximum")]


def test_required_properties_that_are_not_declared_are_kept(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Base: {type: object, required: [kind, id], properties: {id: {type: integer}}}
        Kid:
          allOf: [{$ref: '#/components/schemas/Base'}]
          properties: {kind: {type: string, enum: [kid]}}
        Closed: {allOf: [{$ref: '#/components/schemas/Base'}], unevaluatedProperties: false}
        Pair: {type: object, properties: {a: {type: integer}}, dependentRequired: {a: [b]}}
        Post:
          type: object
          properties: {zip: {type: string}}
          if: {properties: {country: {const: US}}, required: [country]}
          then: {required: [state]}
        """,
        version="3.1.0",
    )
    whole = '{"id": 1, "kind": [2]}'
    assert catalog.Base(id=1, kind=[2]) == read(catalog, "Base", whole)
    assert read(catalog, "Base", whole).to_json() == {"id": 1, "kind": [2]}
    assert refused(catalog, "Base", '{"id": 1}') == [("/kind", "required")]
    assert issubclass(catalog.Kid, catalog.Base) and catalog.Kid(id=1, kind="kid").kind == "kid"
    assert refused(catalog, "Kid", whole) == [("/kind", "enum")]
    assert refused(catalog, "Closed", whole) == [("/kind", "unevaluatedProperties")]
    assert read(catalog, "Pair", '{"a": 1, "b": "x", "c": 2}').to_json() == {"a": 1, "b": "x"}
    post = {"country": "US", "state": "NY"}
    assert catalog.Post.from_json(catalog.Post.from_json(post).to_json()).to_json() == post


def test_names_are_the_same_in_every_python(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path, "ユーザー・名: {type: object, properties: {データ・型: {type: integer}, a\u200cb: {type: string}}}"
    )
    model = catalog.model("ユーザー・名")
    assert (model.__name__, list(model.model_fields)) == ("ユーザー名", ["データ_型", "a_b"])
    value = {"データ・型": 1, "a\u200cb": "x"}
    assert read(catalog, "ユーザー・名", json.dumps(value)).to_json() == value


def test_a_choice_with_a_branch_that_nothing_fits_is_the_other_one_in_full(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Whole: {type: integer}
        Some:
          oneOf: [{$ref: '#/components/schemas/Whole', type: object}, {type: array, contains: {type: integer}}]
        """,
        version="3.1.0",
    )
    assert read(catalog, "Some", '["a", 1]') == ["a", 1]
    assert refused(catalog, "Some", "[]") == [("", "contains")]
