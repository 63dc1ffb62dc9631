import json
from pathlib import Path

import pytest
from model_documents import catalog_of, read, refused
from pydantic import ValidationError
from pymacaron_core.models import Catalog, faults_of


@pytest.fixture
def shop(tmp_path: Path) -> Catalog:
    return catalog_of(tmp_path)


def test_every_fault_of_a_body_is_told_with_its_pointer_and_rule(shop: Catalog) -> None:
    text = """{"id": "1", "kind": "car", "note": "more than twenty letters", "x-ref no": 1, "owner": {},
        "items": [{"sku": "x", "quantity": 0, "colour": 1}, 5], "labels": {"a/b": "x"}, "date": null}"""
    assert refused(shop, "Order", text) == [
        ("/id", "type"),
        ("/kind", "enum"),
        ("/note", "maxLength"),
        ("/date", "type"),
        ("/x-ref no", "type"),
        ("/owner/name", "required"),
        ("/items/0/sku", "pattern"),
        ("/items/0/quantity", "minimum"),
        ("/items/0/colour", "additionalProperties"),
        ("/items/1", "type"),
        ("/labels/a~1b", "type"),
    ]


def test_broken_json_is_one_fault(shop: Catalog) -> None:
    assert refused(shop, "Order", '{"id": ') == [("", "json")]


def test_messages_never_hold_what_was_sent(shop: Catalog) -> None:
    with pytest.raises(ValidationError) as caught:
        read(shop, "Order", '{"id": "hunter2", "kind": "hunter2", "secret": "hunter2$", "created": "hunter2"}')
    faults = faults_of(caught.value, "body")
    assert len(faults) == 4
    assert not any("hunter2" in fault.message for fault in faults)
    assert all(fault.place == "body" for fault in faults)


def test_more_faults_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "It: {type: array, items: {type: integer}}")
    assert len(refused(catalog, "It", str(["x"] * 1000).replace("'", '"'))) == 1000
    with pytest.raises(ValidationError) as caught:
        read(catalog, "It", str(["x"] * 1001).replace("'", '"'))
    (fault,) = faults_of(caught.value, "body")
    assert (fault.pointer, fault.rule) == ("", "faults")
    assert "1001" in fault.message


def test_messages_are_short(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "It: {type: string, enum: [" + ", ".join(f"word{n}" for n in range(200)) + "]}")
    with pytest.raises(ValidationError) as caught:
        read(catalog, "It", '"x"')
    assert len(faults_of(caught.value, "body")[0].message) <= 200


REF = "#/components/schemas"
CHOICE = f"""
Cat: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}
Dog: {{type: object, required: [bark], properties: {{bark: {{type: integer}}}}}}
Names: {{type: array, items: {{type: string}}}}
Pet: {{type: object, properties: {{pet: {{anyOf: [{{$ref: '{REF}/Cat'}}, {{$ref: '{REF}/Names'}}]}}}}}}
Two: {{type: object, properties: {{Cat: {{anyOf: [{{$ref: '{REF}/Cat'}}, {{$ref: '{REF}/Dog'}}]}}}}}}
"""


def test_a_choice_tells_the_faults_of_the_schema_that_is_meant(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, CHOICE)
    assert refused(catalog, "Pet", '{"pet": {"name": 1}}') == [("/pet/name", "type")]
    assert refused(catalog, "Pet", '{"pet": ["a", 1]}') == [("/pet/1", "type")]
    assert refused(catalog, "Pet", '{"pet": 1}') == [("/pet", "anyOf")]
    assert refused(catalog, "Two", '{"Cat": {}}') == [("/Cat", "anyOf")]


def told(catalog: Catalog, name: str, value: object) -> list[tuple[str, str, str]]:
    """The faults of a JSON value: pointer, rule, message."""
    with pytest.raises(ValidationError) as caught:
        read(catalog, name, json.dumps(value))
    return [(fault.pointer, fault.rule, fault.message) for fault in faults_of(caught.value, "body")]


CHOICES = f"""
Cat: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}
Dog: {{type: object, required: [bark], properties: {{bark: {{type: integer}}}}}}
One: {{oneOf: [{{$ref: '{REF}/Cat'}}, {{$ref: '{REF}/Dog'}}]}}
Plain: {{oneOf: [{{type: string, maxLength: 3}}, {{type: integer}}]}}
Any: {{anyOf: [{{$ref: '{REF}/Cat'}}, {{type: integer}}]}}
Types: {{type: [string, integer]}}
Tagged:
  oneOf:
  - {{type: object, required: [kind], properties: {{kind: {{const: a}}, size: {{type: integer}}}}}}
  - {{type: object, required: [kind], properties: {{kind: {{const: b}}, size: {{type: string}}}}}}
Closed:
  oneOf:
  - {{type: object, required: [a], additionalProperties: false, properties: {{a: {{type: string}}}}}}
  - {{type: object, required: [b], additionalProperties: false, properties: {{b: {{type: string}}}}}}
Either:
  type: object
  properties: {{a: {{type: number, minimum: 0}}, b: {{type: number, maximum: 1.5}}, c: {{type: string}}}}
  anyOf: [{{required: [a, c]}}, {{required: [b, c]}}]
"""


@pytest.mark.parametrize(
    ("name", "value", "faults"),
    [
        ("One", {}, [("", "oneOf", "must have the property 'name' or 'bark'")]),
        ("One", 1, [("", "oneOf", "must be an object")]),
        ("One", {"name": 1}, [("/name", "type", "must be a string")]),
        ("One", {"name": 1, "bark": "x"}, [("", "oneOf", "fits none of Cat, Dog")]),
        (
            "One",
            {"name": "x", "bark": 1},
            [("", "oneOf", "must fit only one of the schemas it may be, and fits 2 (Cat, Dog)")],
        ),
        ("Either", {}, [("", "anyOf", "must have the property 'a' and 'c' or 'b' and 'c'")]),
        ("Either", {"c": "x"}, [("", "anyOf", "must have the property 'a' or 'b'")]),
        (
            "Either",
            {"c": "x", "a": -1, "b": 2},
            [("/a", "minimum", "must be at least 0"), ("/b", "maximum", "must be at most 1.5")],
        ),
        ("Plain", [], [("", "oneOf", "must be a string or an integer")]),
        ("Plain", "long", [("", "maxLength", "must have 3 or fewer characters")]),
        ("Any", "x", [("", "anyOf", "must be an object or an integer")]),
        ("Types", 1.5, [("", "type", "must be a string or an integer")]),
        ("Tagged", {}, [("/kind", "required", "is required")]),
        ("Tagged", {"kind": "c"}, [("/kind", "const", "must be 'a' or 'b'")]),
        ("Tagged", {"kind": "b", "size": 1}, [("/size", "type", "must be a string")]),
        ("Closed", {"a": 1}, [("/a", "type", "must be a string")]),
        ("Closed", {"a": "x", "c": 1}, [("/c", "additionalProperties", "is not a property of this object")]),
    ],
)
def test_a_choice_is_told_by_its_keyword_or_by_the_branch_that_was_meant(
    tmp_path: Path, name: str, value: object, faults: list[tuple[str, str, str]]
) -> None:
    assert told(catalog_of(tmp_path, CHOICES, version="3.1.0"), name, value) == faults


@pytest.mark.parametrize(
    ("schema", "value", "fault"),
    [
        ("not: {const: x}", "x", ("", "not", "must not be 'x'")),
        ("not: {enum: [1, 2]}", 2, ("", "not", "must not be 1 or 2")),
        ("not: {type: [string, boolean]}", "x", ("", "not", "must not be a string or a boolean")),
        ("not: {required: [a, b]}", {"a": 1, "b": 1}, ("", "not", "must not have the properties 'a' and 'b' together")),
        ("not: {required: [a]}", {"a": 1}, ("", "not", "must not have the property 'a'")),
        ("not: {pattern: ^a}", "ab", ("", "not", "must not match ^a")),
        ("not: {format: email}", "a@b.cd", ("", "not", "must not be an email address")),
        ("not: {type: integer, minimum: 3}", 4, ("", "not", "must not be an integer that is at least 3")),
        ("not: {anyOf: [{type: string}, {multipleOf: 2}]}", 4, ("", "not", "must not be a string or a multiple of 2")),
        (
            "not: {properties: {a: {const: 3}}, required: [a]}",
            {"a": 3},
            ("", "not", "must not have the property 'a' that is 3"),
        ),
        ("not: {properties: {a: {const: 3}}}", {}, ("", "not", "must not be what the document excludes here")),
        ("contains: {const: 3}", [1], ("", "contains", "must contain an item that is 3")),
        (
            "{contains: {type: string}, minContains: 2}",
            ["a"],
            ("", "minContains", "must contain 2 or more items, each of which is a string"),
        ),
        (
            "{contains: {minLength: 3}, maxContains: 0, minContains: 0}",
            ["abc"],
            ("", "maxContains", "must contain 0 or fewer items, each of which has 3 or more characters"),
        ),
        ("{propertyNames: {enum: [a, b]}}", {"c": 1}, ("/c", "propertyNames", "its name must be 'a' or 'b'")),
        (
            "{type: object, propertyNames: {allOf: [{minLength: 2}]}}",
            {"c": 1},
            ("/c", "propertyNames", "its name must have 2 or more characters"),
        ),
        (
            "{type: object, patternProperties: {^x-: {type: integer}}, additionalProperties: false}",
            {"y/z": 1},
            ("/y~1z", "additionalProperties", "is not a property of this object"),
        ),
        ("{prefixItems: [{}], items: false}", [1, 2], ("/1", "items", "is one item too many: there may be 1")),
        ("dependentRequired: {a: [b]}", {"a": 1}, ("/b", "dependentRequired", "is required where 'a' is given")),
    ],
)
def test_what_no_type_says_is_told_in_one_short_sentence(
    tmp_path: Path, schema: str, value: object, fault: tuple[str, str, str]
) -> None:
    schema = schema if schema.startswith("{") else f"{{{schema}}}"
    assert told(catalog_of(tmp_path, f"It: {schema}", version="3.1.0"), "It", value) == [fault]


PAIR = "type: array, prefixItems: [{type: integer}, {type: string}], minItems: 2"
SHUT = "type: object, properties: {b: {type: integer}}, unevaluatedProperties: false"
WORDED: dict[str, tuple[str, list[tuple[object, list[tuple[str, str, str]]]]]] = {
    "Constant": ("const: x", [("y", [("", "const", "must be 'x'")]), (5, [("", "const", "must be 'x'")])]),
    "Value": ("enum: [x]", [("y", [("", "enum", "must be 'x'")])]),
    "Number": ("const: 1", [(True, [("", "const", "must be 1")]), ("1", [("", "const", "must be 1")])]),
    "Numbers": ("enum: [1, 2]", [("1", [("", "enum", "must be 1 or 2")]), (3, [("", "enum", "must be 1 or 2")])]),
    "Half": ("const: 1.5", [("y", [("", "const", "must be 1.5")])]),
    "Whole": ("const: {a: 1}", [(3, [("", "const", "must be the value of the document")])]),
    "Nought": ("const: null", [(3, [("", "const", "must be null")])]),
    "Nil": ("type: 'null'", [(3, [("", "type", "must be null")])]),
    "Never": (
        "type: integer, enum: ['1', '2']",
        [
            (1, [("", "enum", "must be '1' or '2'")]),
            ("1", [("", "type", "must be an integer")]),
        ],
    ),
    "Mixed": ("enum: [1, a, true]", [("y", [("", "enum", "must be true, 1 or 'a'")])]),
    "Day": ("type: [string, integer], format: date", [(True, [("", "type", "must be a string or an integer")])]),
    "Pair": (f"{PAIR}, items: false", [([1, "b", 3], [("/2", "items", "is one item too many: there may be 2")])]),
    "Few": (
        f"{PAIR}, maxItems: 2",
        [
            (["a"], [("/0", "type", "must be an integer"), ("", "minItems", "must have 2 or more items")]),
            (["a", "b", 3], [("/0", "type", "must be an integer"), ("", "maxItems", "must have 2 or fewer items")]),
            ({}, [("", "type", "must be an array")]),
        ],
    ),
    "Seen": (
        f"{PAIR}, unevaluatedItems: false",
        [([1, "b", 3], [("/2", "unevaluatedItems", "is not an item of this array")])],
    ),
    "Empty": ("unevaluatedItems: false", [([1], [("/0", "unevaluatedItems", "is not an item of this array")])]),
    "Shut": (
        SHUT,
        [
            (
                {"a": 1, "b": "x"},
                [
                    ("/b", "type", "must be an integer"),
                    ("/a", "unevaluatedProperties", "is not a property of this object"),
                ],
            )
        ],
    ),
    "Ruled": (
        f"{SHUT}, patternProperties: {{^x: {{type: integer}}}}",
        [({"a": 1}, [("/a", "unevaluatedProperties", "is not a property of this object")])],
    ),
    "Named": (
        "type: object, patternProperties: {^x: {type: integer}}, unevaluatedProperties: false",
        [({"a": 1}, [("/a", "unevaluatedProperties", "is not a property of this object")])],
    ),
}


def test_a_fault_names_the_keyword_that_the_document_wrote(tmp_path: Path) -> None:
    document = "\n".join(f"{name}: {{{schema}}}" for name, (schema, _) in WORDED.items())
    catalog = catalog_of(tmp_path, document, version="3.1.0")
    for name, (_, cases) in WORDED.items():
        for value, faults in cases:
            assert (name, told(catalog, name, value)) == (name, faults)


def test_pointers_lead_to_the_place_whatever_the_names_there(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        f"""
        Cat: {{type: object, required: [is], properties: {{is: {{type: string}}, Cat: {{type: integer}}}}}}
        Dog: {{type: object, required: [is], properties: {{is: {{type: string}}, Cat: {{$ref: '{REF}/Numbers'}}}}}}
        Pet: {{oneOf: [{{$ref: '{REF}/Cat'}}, {{$ref: '{REF}/Dog'}}], discriminator: {{propertyName: is}}}}
        Pets: {{type: object, additionalProperties: {{$ref: '{REF}/Pet'}}}}
        Several: {{oneOf: [{{$ref: '{REF}/Pet'}}, {{type: array, items: {{$ref: '{REF}/Pet'}}}}]}}
        Numbers: {{type: object, additionalProperties: {{type: array, items: {{$ref: '{REF}/Row'}}}}}}
        Row: {{type: array, items: {{type: integer}}}}
        Marked: {{type: object, additionalProperties: {{type: array, items: {{not: {{const: 2}}}}}}}}
        Bird: {{type: object, discriminator: {{propertyName: is}}, properties: {{is: {{type: string}}}}}}
        Duck: {{allOf: [{{$ref: '{REF}/Bird'}}, {{type: object, properties: {{Duck: {{type: integer}}}}}}]}}
        Birds: {{type: array, items: {{$ref: '{REF}/Bird'}}}}
        """,
        version="3.1.0",
    )
    assert refused(catalog, "Pet", '{"is": "Cat", "Cat": "x"}') == [("/Cat", "type")]
    assert refused(catalog, "Pet", '{"is": "Dog", "Cat": {"Cat": "x"}}') == [("/Cat/Cat", "type")]
    assert refused(catalog, "Pets", '{"Cat": {"is": "Cat", "Cat": ""}, "": 1}') == [("/Cat/Cat", "type"), ("/", "type")]
    assert refused(catalog, "Several", '[{"is": "Cat", "Cat": "x"}]') == [("/0/Cat", "type")]
    assert refused(catalog, "Birds", '[{"is": "Duck", "Duck": "x"}]') == [("/0/Duck", "type")]
    odd = '{"a/b": [[1], [1, "x"]], "~": [1], "": [[""]], "7": 1, "[key]": 1}'
    places = ["/a~1b/1/1", "/~0/0", "//0/0", "/7", "/[key]"]
    assert refused(catalog, "Numbers", odd) == [(place, "type") for place in places]
    marked = '{"a/b": [1, 2], "~1": [2], "": [2]}'
    assert refused(catalog, "Marked", marked) == [("/a~1b/1", "not"), ("/~01/0", "not"), ("//0", "not")]
