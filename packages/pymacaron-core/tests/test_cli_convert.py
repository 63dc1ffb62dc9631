"""``pymacaron convert``: Swagger 2.0 and OpenAPI 3.0 as OpenAPI 3.1 that says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymacaron_core.cli import main
from pymacaron_core.spec.reading import read_whole
from pymacaron_core.yaml12 import parse
from spec_documents import OK, OPENAPI, SWAGGER, write
from spec_vocabulary import BY_DIALECT, vocabulary

TWO = """\
swagger: '2.0'
info: {title: Pets, version: '1', x-logo: pets.png}
host: example.com
basePath: /v1
schemes: [https, http]
consumes: [application/json]
produces: [application/json]
externalDocs: {url: 'https://example.com/docs'}
tags: [{name: pets}]
x-team: pets
security: [{key: []}]
paths:
  x-path: carried
  /pets/{id}:
    parameters:
      - {name: id, in: path, type: integer, format: int64, required: true}
      - {$ref: '#/parameters/Trace'}
      - {name: pet, in: body, schema: {$ref: '#/definitions/Pet'}}
    get:
      operationId: getPet
      x-cost: 3
      produces: [text/plain]
      security: [{oauth: [read]}]
      parameters:
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: pipes, x-example: [a, b]}
        - {name: ids, in: query, type: array, items: {type: integer, minimum: 0, exclusiveMinimum: true}}
        - {name: many, in: query, type: array, items: {type: string}, collectionFormat: multi, allowEmptyValue: true}
      responses:
        200: {$ref: '#/responses/Pet'}
        default: {$ref: '#/responses/Nothing'}
    put:
      operationId: putPet
      parameters:
        - {name: pet, in: body, required: true, description: It., x-kept: 1, schema: {$ref: '#/definitions/Pet'}}
      responses: {200: {$ref: '#/responses/Pet'}}
  /upload:
    post:
      operationId: upload
      consumes: [multipart/form-data]
      parameters:
        - {name: photo, in: formData, type: file, required: true, description: A photo.}
        - {name: marks, in: formData, type: array, items: {type: string}, collectionFormat: ssv}
      responses:
        200: {description: ok, schema: {type: file}}
        400: {description: bad, schema: {type: string}, examples: {application/json: no}}
parameters:
  Trace: {name: X-Trace, in: header, type: string, x-nullable: true, maxLength: 3}
responses:
  Pet:
    description: a pet
    schema: {$ref: '#/definitions/Pet'}
    headers: {X-Next: {type: integer, description: The next.}}
  Nothing: {description: nothing}
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Key}
  plain: {type: basic, description: By name.}
  oauth: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a', tokenUrl: 'https://b', scopes: {read: Read.}}
  machine: {type: oauth2, flow: application, tokenUrl: 'https://b', scopes: {}}
definitions:
  Pet:
    type: object
    discriminator: kind
    required: [kind]
    properties:
      kind: {type: string}
      size: {type: integer, maximum: 9, exclusiveMaximum: true, x-nullable: true, example: 3}
      parent: {$ref: '#/definitions/Pet'}
      photo: {type: string, format: byte, readOnly: true}
  Dog:
    allOf: [{$ref: '#/definitions/Pet'}, {type: object, properties: {bark: {type: boolean, default: true}}}]
    x-parent: pets.Dog
"""
THREE = """\
openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'https://{place}.example.com/v1', variables: {place: {default: eu}}}]
paths:
  /pets:
    parameters: [{$ref: '#/components/parameters/Limit'}]
    post:
      operationId: addPet
      requestBody: {$ref: '#/components/requestBodies/Pet'}
      responses:
        '201':
          description: ok
          headers: {X-Next: {$ref: '#/components/headers/Next'}}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Pet'}
              examples: {one: {$ref: '#/components/examples/One'}}
          links: {next: {operationId: addPet}}
      callbacks:
        done:
          '{$request.body#/url}':
            post: {requestBody: {$ref: '#/components/requestBodies/Pet'}, responses: {'200': {description: ok}}}
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer, nullable: true, minimum: 1, exclusiveMinimum: true}}
  headers: {Next: {schema: {type: string}}}
  examples: {One: {value: {name: a}}}
  requestBodies: {Pet: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
  schemas:
    Pet:
      type: object
      properties:
        name: {type: string, nullable: true, example: Rex}
        kind: {nullable: true, enum: [cat, dog], type: string}
        owner: {nullable: true, allOf: [{$ref: '#/components/schemas/Owner'}]}
        first: {$ref: '#/components/schemas/Owner/properties/name'}
        on: {type: string, default: 'no'}
      discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat'}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {lives: {type: integer}}}]}
    Owner: {type: object, properties: {name: {type: string}}}
"""


def converted(folder: Path, text: str, name: str = "api.yaml") -> Any:
    source, output = write(folder, text, name), folder / "out" / "new.yaml"
    output.parent.mkdir(exist_ok=True)
    assert main(["convert", str(source), "--root", str(folder), "-o", str(output)]) == 0
    return parse(output.read_bytes())


def assert_same(folder: Path) -> None:
    before = read_whole(folder / "api.yaml", root=folder, name="api")
    after = read_whole(folder / "out" / "new.yaml", root=folder / "out", name="api")
    assert [str(warning) for warning in after.warnings] == []
    assert vocabulary(after.specification, BY_DIALECT) == vocabulary(before.specification, BY_DIALECT)
    assert (before.specification.dialect, after.specification.dialect) == (before.dialect.dialect, "3.1")


@pytest.mark.parametrize("text", [TWO, THREE], ids=["2.0", "3.0"])
def test_what_is_converted_says_the_same(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = converted(tmp_path, text)
    assert capsys.readouterr().err == ""
    assert_same(tmp_path)
    again = converted(tmp_path, (tmp_path / "out" / "new.yaml").read_text())
    assert again == document


def test_each_part_of_swagger_has_its_place_in_3_1(tmp_path: Path) -> None:
    document = converted(tmp_path, TWO)
    assert list(document) == [
        "openapi",
        "info",
        "servers",
        "externalDocs",
        "tags",
        "x-team",
        "security",
        "paths",
        "components",
    ]
    assert document["servers"] == [{"url": "https://example.com/v1"}, {"url": "http://example.com/v1"}]
    assert list(document["components"]) == ["schemas", "parameters", "responses", "securitySchemes"]
    item = document["paths"]["/pets/{id}"]
    get, put = item["get"], item["put"]
    assert item["parameters"][1] == {"$ref": "#/components/parameters/Trace"}
    assert get["parameters"][0] == {
        "name": "tags",
        "in": "query",
        "style": "pipeDelimited",
        "schema": {"type": "array", "items": {"type": "string"}},
        "example": ["a", "b"],
        "x-example": ["a", "b"],
    }
    assert get["parameters"][1]["explode"] is False
    assert "explode" not in get["parameters"][2]
    assert get["requestBody"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    assert put["requestBody"]["required"] is True
    assert put["requestBody"]["x-kept"] == 1
    assert list(get["responses"]["200"]["content"]) == ["text/plain"]
    assert put["responses"]["200"] == {"$ref": "#/components/responses/Pet"}
    form = document["paths"]["/upload"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert form["schema"]["properties"]["photo"] == {"type": "string", "format": "binary", "description": "A photo."}
    assert form["encoding"] == {"marks": {"style": "spaceDelimited", "explode": False}}
    size = document["components"]["schemas"]["Pet"]["properties"]["size"]
    assert size == {"type": ["integer", "null"], "exclusiveMaximum": 9, "examples": [3]}
    assert document["components"]["schemas"]["Pet"]["discriminator"] == {"propertyName": "kind"}
    assert list(document["components"]["securitySchemes"]["oauth"]["flows"]) == ["authorizationCode"]
    assert list(document["components"]["securitySchemes"]["machine"]["flows"]) == ["clientCredentials"]
    assert document["components"]["securitySchemes"]["plain"] == {
        "type": "http",
        "description": "By name.",
        "scheme": "basic",
    }


def test_schemas_of_3_0_are_written_as_json_schema(tmp_path: Path) -> None:
    schemas = converted(tmp_path, THREE)["components"]["schemas"]
    assert schemas["Pet"]["properties"]["name"] == {"type": ["string", "null"], "examples": ["Rex"]}
    assert schemas["Pet"]["properties"]["kind"]["enum"] == ["cat", "dog", None]
    owner = {"allOf": [{"$ref": "#/components/schemas/Owner"}]}
    assert schemas["Pet"]["properties"]["owner"] == {"anyOf": [owner, {"type": "null"}]}


def test_what_has_no_equivalent_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        SWAGGER
        + f"""\
schemes: [https]
paths:
  /a:
    get:
      parameters:
        - {{name: tabs, in: query, type: array, items: {{type: string}}, collectionFormat: tsv}}
        - {{name: Accept, in: header, type: string}}
      {OK}
parameters:
  Unused: {{name: b, in: body, schema: {{type: string}}}}
definitions:
  'List[Pet]': {{type: array, items: {{$ref: '#/definitions/Pet', maxLength: 1}}, collectionFormat: csv}}
  Pet: {{type: object}}
"""
    )
    document = converted(tmp_path, text)
    assert list(document["components"]["schemas"]) == ["List_Pet", "Pet"]
    told = [line.partition(" (at ") for line in capsys.readouterr().err.splitlines()]
    assert [pointer for _, _, pointer in told][:3] == [
        "/schemes)",
        "/paths/~1a/get/parameters/0/collectionFormat)",
        "/paths/~1a/get/parameters/1)",
    ]
    assert [message for message, _, _ in told] == [
        "api.yaml:3:1: warning: `schemes` says nothing without `host`, and is left out",
        "api.yaml:8:71: warning: `tsv` has no equivalent here: values are separated by commas",
        "api.yaml:9:11: warning: a header parameter `Accept` is ignored since OpenAPI 3",
        "api.yaml:12:3: warning: no operation has this body, and it is left out",
        "api.yaml:14:3: warning: names have letters, digits, '.', '-' and '_' only: `List[Pet]` becomes `List_Pet`",
        "api.yaml:14:65: warning: `maxLength` beside `$ref` means nothing before 3.1, and is left out",
        "api.yaml:14:80: warning: `collectionFormat` means nothing in a schema, and is left out",
    ]


def test_lists_are_written_as_3_1_has_them_in_each_place_and_what_is_lost_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        SWAGGER
        + """\
paths:
  /{p}:
    get:
      parameters:
        - {name: p, in: path, required: true, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: h, in: header, type: array, items: {type: string}, collectionFormat: ssv}
        - {name: q, in: query, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: deep, in: query, type: array, collectionFormat: pipes, items: {type: array, items: {}}}
      responses:
        200: {description: ok, headers: {X-A: {type: array, items: {type: string}, collectionFormat: tsv}}}
"""
    )
    operation = converted(tmp_path, text)["paths"]["/{p}"]["get"]
    assert [each.get("style") for each in operation["parameters"]] == [None, None, "pipeDelimited", "pipeDelimited"]
    told = [line.partition(" (at ")[2] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        "/paths/~1{p}/get/parameters/0/collectionFormat)",
        "/paths/~1{p}/get/parameters/1/collectionFormat)",
        "/paths/~1{p}/get/parameters/3/items)",
        "/paths/~1{p}/get/responses/200/headers/X-A/collectionFormat)",
    ]


def test_a_schema_that_gets_another_name_is_still_what_its_discriminator_means(tmp_path: Path) -> None:
    text = (
        SWAGGER
        + f"""\
paths: {{/a: {{get: {{{OK}}}}}}}
definitions:
  Pet: {{type: object, discriminator: kind, required: [kind], properties: {{kind: {{type: string}}}}}}
  'Dog[1]': {{allOf: [{{$ref: '#/definitions/Pet'}}]}}
"""
    )
    pet = converted(tmp_path, text)["components"]["schemas"]["Pet"]
    assert pet["discriminator"] == {"propertyName": "kind", "mapping": {"Dog[1]": "#/components/schemas/Dog_1"}}


def test_several_files_become_one(tmp_path: Path) -> None:
    write(
        tmp_path,
        "Limit: {name: limit, in: query, type: integer}\nNo: {description: no, schema: {$ref: 'error.yaml'}}",
        "c.yaml",
    )
    write(tmp_path, "type: object\nproperties: {code: {type: integer, x-nullable: true}}", "error.yaml")
    write(tmp_path, "get: {parameters: [{$ref: 'c.yaml#/Limit'}], responses: {400: {$ref: 'c.yaml#/No'}}}", "item.yaml")
    document = converted(tmp_path, SWAGGER + "paths: {/a: {$ref: item.yaml}}\n")
    assert document["paths"]["/a"]["get"]["parameters"] == [{"$ref": "#/components/parameters/Limit"}]
    assert document["components"]["schemas"]["error"]["properties"]["code"] == {"type": ["integer", "null"]}
    assert ".yaml" not in json.dumps(document)
    assert_same(tmp_path)


def test_a_document_of_3_1_stays_as_it_is(tmp_path: Path) -> None:
    text = OPENAPI.replace("3.0.3", "3.1.1") + f"paths: {{/a: {{get: {{{OK}}}}}}}\n"
    assert converted(tmp_path, text) == parse(text)


def test_a_later_version_is_not_written_as_an_older_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, OPENAPI.replace("3.0.3", "3.2.0") + f"paths: {{/a: {{get: {{{OK}}}}}}}\n")
    assert main(["convert", str(path)]) == 2
    assert "cannot be written as 3.1" in capsys.readouterr().err


WORDS = st.sampled_from(["a", "on", "012", "$x"])
SCHEMA = st.recursive(
    st.sampled_from(
        [
            {"type": "string", "nullable": True, "enum": ["no", None]},
            {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "x-nullable": True},
            {"$ref": "#/components/schemas/A"},
            {"nullable": True, "$ref": "#/components/schemas/B"},
            {"type": "number", "maximum": 2, "exclusiveMaximum": False, "example": 1.5, "x-mine": {"nullable": True}},
            {"default": None, "nullable": True},
        ]
    ),
    lambda inner: (
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(WORDS, inner, max_size=3)},
            optional={"nullable": st.booleans(), "additionalProperties": inner | st.booleans()},
        )
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"nullable": st.booleans()})
        | st.fixed_dictionaries(
            {"allOf": st.lists(inner, min_size=1, max_size=2)}, optional={"nullable": st.booleans()}
        )
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=6,
)


@given(SCHEMA, SCHEMA)
@settings(max_examples=100, deadline=None)
def test_any_schema_of_3_0_means_the_same_in_3_1(
    tmp_path_factory: pytest.TempPathFactory, one: dict[str, Any], other: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    safe = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/A"}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}},
        "components": {"schemas": {"A": safe, "B": {"type": "object"}, "One": one, "Other": other}},
    }
    converted(folder, json.dumps(document))
    before = read_whole(folder / "api.yaml", root=folder, name="api").specification
    after = read_whole(folder / "out" / "new.yaml", root=folder / "out", name="api").specification
    assert vocabulary(after, BY_DIALECT) == vocabulary(before, BY_DIALECT)
