"""Schemas of all dialects as JSON Schema 2020-12."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.spec import read
from pymacaron_core.spec.operation import Discriminator, Schema
from spec_documents import NO_PATHS, OK, OPENAPI, SWAGGER, said, schema, specification, write

MODERN = OPENAPI.replace("3.0.3", "3.1.0")


def plain(value: object) -> object:
    """A schema as it would be written, to compare it with one look."""
    if isinstance(value, Schema):
        if value.refuses_all:
            return False
        ref = {"$ref": value.ref} if value.ref else {}
        return {**ref, **{name: plain(inner) for name, inner in value.keywords.items()}}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(item) for item in value] if isinstance(value, (tuple, list)) else value


REF = "{$ref: '#/components/schemas/Other'}"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{type: string, nullable: true}", {"type": ["string", "null"]}),
        ("{type: string, nullable: false}", {"type": ["string"]}),
        ("{type: string, enum: [a], nullable: true}", {"type": ["string", "null"], "enum": ["a", None]}),
        ("{type: string, enum: [a, null], nullable: true}", {"type": ["string", "null"], "enum": ["a", None]}),
        ("{enum: [1], nullable: true}", {"enum": [1, None]}),
        ("{items: {}, nullable: true}", {"items": {}}),
        ("{properties: {a: {}}}", {"type": ["object"], "properties": {"a": {}}}),
        ("{not: {properties: {a: {}}}}", {"not": {"properties": {"a": {}}}}),
        ("{type: string, anyOf: [{properties: {}}]}", {"type": ["string"], "anyOf": [{"properties": {}}]}),
        (
            "{allOf: [{type: [object, 'null']}], properties: {a: {properties: {}}}}",
            {
                "allOf": [{"type": ["object", "null"]}],
                "properties": {"a": {"type": ["object"], "properties": {}}},
            },
        ),
        ("{properties: {a: {}}, nullable: true}", {"properties": {"a": {}}, "type": ["object", "null"]}),
        (f"{{allOf: [{REF}], nullable: true}}", {"anyOf": [{"allOf": [{"$ref": "Other"}]}, {"type": ["null"]}]}),
        (
            f"{{allOf: [{REF}], nullable: true, type: object, description: d}}",
            {"description": "d", "anyOf": [{"allOf": [{"$ref": "Other"}], "type": ["object"]}, {"type": ["null"]}]},
        ),
        (f"{{anyOf: [{REF}], nullable: true}}", {"anyOf": [{"$ref": "Other"}, {"type": ["null"]}]}),
        ("{minimum: 1, exclusiveMinimum: true}", {"exclusiveMinimum": 1}),
        ("{maximum: 1.5, exclusiveMaximum: false}", {"maximum": 1.5}),
        ("{type: string, example: a}", {"type": ["string"], "examples": ["a"]}),
        ("{items: {type: string}, minItems: 1.0}", {"items": {"type": ["string"]}, "minItems": 1}),
        ("{additionalProperties: false}", {"additionalProperties": False}),
        ("{default: null, x-a: {b: 1}}", {"default": None, "x-a": {"b": 1}}),
        ("{type: object, properties: {x-name: {type: string}, $ref: {type: string}}}",
         {"type": ["object"], "properties": {"x-name": {"type": ["string"]}, "$ref": {"type": ["string"]}}}),
        ("{not: {minimum: 1}, oneOf: [{type: integer}]}", {"not": {"minimum": 1}, "oneOf": [{"type": ["integer"]}]}),
    ],
)  # fmt: skip
def test_openapi_3_0_becomes_2020_12(tmp_path: Path, written: str, expected: object) -> None:
    assert plain(schema(tmp_path, written)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{type: string, x-nullable: true}", {"type": ["string", "null"]}),
        ("{$ref: '#/definitions/Other', x-nullable: true}", {"anyOf": [{"$ref": "Other"}, {"type": ["null"]}]}),
        ("{$ref: '#/definitions/Other', description: ignored}", {"$ref": "Other"}),
        ("{type: file}", {"type": ["string"], "format": "binary"}),
    ],
)
def test_swagger_2_0_becomes_2020_12(tmp_path: Path, written: str, expected: object) -> None:
    assert plain(schema(tmp_path, written, SWAGGER)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{type: [string, 'null']}", {"type": ["string", "null"]}),
        (f"{REF[:-1]}, description: d, maxProperties: 2}}", {"$ref": "Other", "description": "d", "maxProperties": 2}),
        ("{exclusiveMinimum: 3, const: 4}", {"exclusiveMinimum": 3, "const": 4}),
        ("true", {}),
        ("false", False),
        ("{prefixItems: [{type: string}], items: false}", {"prefixItems": [{"type": ["string"]}], "items": False}),
        ("{dependentRequired: {a: [b]}}", {"dependentRequired": {"a": ["b"]}}),
        ("{examples: [1, 2]}", {"examples": [1, 2]}),
    ],
)
def test_openapi_3_1_is_2020_12(tmp_path: Path, written: str, expected: object) -> None:
    assert plain(schema(tmp_path, written, MODERN)) == expected


def test_named_schemas_keep_their_names_and_order_and_may_contain_themselves(tmp_path: Path) -> None:
    found = specification(
        tmp_path,
        f"""{SWAGGER}paths: {{/a: {{get: {{{OK}}}}}}}
definitions:
  Zoo: {{type: object, properties: {{animals: {{type: array, items: {{$ref: '#/definitions/a.b-c'}}}}}}}}
  a.b-c: {{type: object, properties: {{zoo: {{$ref: '#/definitions/Zoo'}}}}}}
""",
    )
    assert list(found.schemas) == ["Zoo", "a.b-c"]
    items = found.schemas["Zoo"].properties()["animals"].get("items")
    assert items.ref == "a.b-c"
    assert found.resolve(items) is found.schemas["a.b-c"]


def test_a_reference_into_a_path_gets_a_name(tmp_path: Path) -> None:
    found = specification(
        tmp_path,
        f"""{OPENAPI}
paths:
  /pets:
    get: {{responses: {{200: {{description: ok, content: {{application/json: {{schema: {{type: object}}}}}}}}}}}}
    put:
      requestBody:
        content:
          application/json:
            schema: {{$ref: '#/paths/~1pets/get/responses/200/content/application~1json/schema'}}
      {OK}
""",
    )
    body = found.operations[1 if found.operations[0].body is None else 0].body
    assert body is not None
    assert body.content[0].schema is not None
    name = body.content[0].schema.ref
    assert name == "PetsGetResponses200ApplicationJson"
    assert found.schemas[name].types == ("object",)


@pytest.mark.parametrize(
    "written",
    [
        "{$ref: '#/components/schemas/S'}",
        "{allOf: [{$ref: '#/components/schemas/S'}, {type: object}]}",
        "{anyOf: [{oneOf: [{$ref: '#/components/schemas/S'}]}]}",
    ],
)
def test_a_schema_made_of_itself_is_refused(tmp_path: Path, written: str) -> None:
    (message,) = said(tmp_path, f"{OPENAPI}{NO_PATHS}components: {{schemas: {{S: {written}}}}}")
    assert "the schema `S` is made of itself" in message


def test_a_discriminator_names_schemas(tmp_path: Path) -> None:
    text = f"""{OPENAPI}{NO_PATHS}
components:
  schemas:
    Pet:
      oneOf: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/Dog'}}]
      discriminator: {{propertyName: kind, mapping: {{meow: '#/components/schemas/Cat'}}}}
    Cat: {{type: object}}
    Dog: {{type: object}}
"""
    found, _ = read(write(tmp_path, text), root=tmp_path)
    assert found.schemas["Pet"].get("discriminator") == Discriminator("kind", {"meow": "Cat", "Dog": "Dog"})


def test_a_discriminator_of_a_parent_names_its_children(tmp_path: Path) -> None:
    text = f"""{SWAGGER}{NO_PATHS}
definitions:
  Pet: {{type: object, discriminator: kind, properties: {{kind: {{type: string}}}}}}
  Cat: {{allOf: [{{$ref: '#/definitions/Pet'}}], x-ms-discriminator-value: meow}}
  Kitten: {{allOf: [{{$ref: '#/definitions/Cat'}}]}}
"""
    found, _ = read(write(tmp_path, text), root=tmp_path)
    assert found.schemas["Pet"].get("discriminator") == Discriminator("kind", {"meow": "Cat", "Kitten": "Kitten"})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{type: strng}", "unknown type `strng`; did you mean `string`?"),
        ("{type: int}", "unknown type `int`; did you mean `integer`?"),
        ("{type: date}", "did you mean `string` with `format: date`?"),
        ("{type: 3}", "`type` must be the name of a type, and here is a number"),
        ("{type: null}", "write `type: 'null'` in quotes"),
        ("[]", "a schema must be a mapping, and here is a list"),
        ("{minLength: many}", "`minLength` must be a number, and here is text"),
        ("{minLength: -1}", "`minLength` cannot be -1"),
        ("{enum: a}", "`enum` must be a list"),
        ("{allOf: {}}", "`allOf` must be a list, and here is a mapping"),
        ("{properties: []}", "must be a mapping, and here is a list"),
        ("{discriminator: {}}", "`discriminator` needs `propertyName`"),
        ("{$ref: '#/components/schemas/Othr'}", "did you mean `Other`?"),
        ("{$ref: '#/definitions/Other'}", "did you mean `#/components/schemas/Other`?"),
        ("{$ref: }", "`$ref` must be text, and here is nothing; put it in quotes"),
        ("{$ref: '#Other'}", "did you mean `#/components/schemas/Other`?"),
    ],
)
def test_a_wrong_schema_is_refused_with_a_sentence(tmp_path: Path, written: str, told: str) -> None:
    text = f"{OPENAPI}{NO_PATHS}components:\n  schemas:\n    Other: {{type: object}}\n    S: {written}\n"
    (message,) = said(tmp_path, text)
    assert told in message
    assert message.startswith("api.yaml:7:")


@pytest.mark.parametrize(
    ("written", "told", "expected"),
    [
        ("{type: [string, integer]}", "a list of types is OpenAPI 3.1", {"type": ["string", "integer"]}),
        ("{maxLength: '3'}", "must be a number without quotes", {"maxLength": 3}),
        ("{required: true}", "`required` lists the properties", {}),
        ("{exclusiveMinimum: true}", "does nothing without `minimum`", {}),
        ("{proprties: {}}", "did you mean `properties`?", {}),
        (
            "{type: string, enum: [a, 1]}",
            "`enum` holds `1`, which is no `string`; put it in quotes",
            {"type": ["string"], "enum": ["a", 1]},
        ),
        (
            "{type: string, format: datetime}",
            "unknown format `datetime`; did you mean `date-time`?",
            {"type": ["string"], "format": "datetime"},
        ),
        (
            "{type: integer, enum: [1, true]}",
            "`enum` holds `true`, which is no `integer`",
            {"type": ["integer"], "enum": [1, True]},
        ),
    ],
)
def test_a_doubtful_schema_is_read_and_named(tmp_path: Path, written: str, told: str, expected: object) -> None:
    text = f"{OPENAPI}{NO_PATHS}components: {{schemas: {{S: {written}}}}}"
    found, warnings = read(write(tmp_path, text), root=tmp_path)
    assert [told in str(warning) for warning in warnings if warning.rule != "paths"] == [True]
    assert plain(found.schemas["S"]) == expected
