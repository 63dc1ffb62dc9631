"""What is wrong with a document is told at once, with line and column, and never as a traceback."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from pymacaron_core.errors import DocumentError, DocumentFault
from pymacaron_core.spec import read
from pymacaron_core.spec.operation import Specification
from spec_documents import OK, OPENAPI, SWAGGER, faults_of, said, warnings_of, write

PATHS = f"paths: {{/a: {{get: {{{OK}}}}}}}\n"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "api.yaml:1:1: the file is empty"),
        (b"  \n\n", "api.yaml:1:1: the file is empty"),
        (b"# nothing\n", "api.yaml:1:1: the file holds nothing but comments"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"openapi: 3.0.3\ninfo: {title: \xe9}\n", "api.yaml:2:15: this is not UTF-8 text"),
        (b"openapi: 3.0.3\ninfo:\n\ttitle: T\n", "api.yaml:3:1: a tab is used to indent this line"),
        (b"openapi: 3.0.3\npaths: {/a: {get: {", "the file ends too early"),
        (b"openapi: 3.0.3\nopenapi: 3.0.3\n", "api.yaml:2:1: the key 'openapi' is there twice"),
        (b"a: " + b"[" * 300, "api.yaml:1:203: this is nested deeper than 200 levels"),
        (b"just text", "an API document is a mapping, and here is text"),
        (b"[]", "an API document is a mapping, and here is a list"),
        (b"openapy: 3.0.3\n", "neither `swagger: '2.0'` nor `openapi: 3.0.3`; did you mean `openapi` by `openapy`?"),
        (b"swagger: '1.2'\n", "api.yaml:1:1: the version `1.2` is not known"),
        (b"swagger: '2.0'\nopenapi: 3.0.3\n", "`swagger` or `openapi`, not both"),
    ],
)
def test_a_file_that_is_no_document_gets_a_sentence_of_its_own(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "api.yaml").write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        read(tmp_path / "api.yaml", root=tmp_path)
    (fault,) = caught.value.faults
    assert told in str(fault)


def test_a_missing_file_and_one_outside_of_the_project_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"there is no file none\.yaml"):
        read(tmp_path / "none.yaml", root=tmp_path)
    inside = tmp_path / "project"
    inside.mkdir()
    with pytest.raises(DocumentError, match="lies outside of the project"):
        read(write(tmp_path, OPENAPI + PATHS), root=inside)


@pytest.mark.parametrize("paths", ["", "paths:\n", "paths: {}\n"])
def test_a_document_without_paths_is_told_what_the_smallest_is(tmp_path: Path, paths: str) -> None:
    (message,) = said(tmp_path, OPENAPI + paths)
    assert "there is nothing to serve; the smallest is {openapi: 3.0.3, info: {title: Hello, version: '1'}" in message


def test_the_smallest_document_is_one(tmp_path: Path) -> None:
    (message,) = said(tmp_path, OPENAPI)
    smallest = message.partition("the smallest is ")[2]
    found, warnings = read(write(tmp_path, smallest), root=tmp_path)
    assert [o.label for o in found.operations] == ["GET /ping"]
    assert warnings == ()


def test_empty_paths_beside_schemas_are_for_models_only(tmp_path: Path) -> None:
    (message,) = warnings_of(tmp_path, f"{OPENAPI}paths: {{}}\ncomponents: {{schemas: {{A: {{type: object}}}}}}")
    assert "nothing is served" in message


def test_every_fault_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        f"""{OPENAPI}paths:
  /a/{{id}}:
    get:
      operationId: same
      parameters:
        - {{name: idd, in: path, required: true, schema: {{type: strin}}}}
      {OK}
  /b:
    get:
      operationId: same
      parameters: {{}}
      responses: {{20x: {{description: ok}}}}
""",
    )
    assert [(fault.line, fault.rule, fault.pointer) for fault in faults] == [
        (5, "path-parameter", "/paths/~1a~1{id}/get"),
        (8, "path-parameter", "/paths/~1a~1{id}/get/parameters/0"),
        (8, "type", "/paths/~1a~1{id}/get/parameters/0/schema/type"),
        (11, "operation-id", "/paths/~1b/get"),
        (13, "shape", "/paths/~1b/get/parameters"),
        (14, "status", "/paths/~1b/get/responses/20x"),
    ]
    assert all(fault.column for fault in faults)


def test_a_variable_without_a_parameter_takes_any_text(tmp_path: Path) -> None:
    text = f"{OPENAPI}paths: {{'/a/{{petId}}': {{get: {{{OK}}}}}}}"
    (message,) = warnings_of(tmp_path, text)
    assert "the variable `petId`, and no parameter declares it; any text is taken" in message
    found, _ = read(tmp_path / "api.yaml", root=tmp_path)
    (parameter,) = found.operations[0].parameters
    assert (parameter.name, parameter.argument, parameter.required) == ("petId", "pet_id", True)


def test_a_path_parameter_that_is_not_in_the_path_is_left_out(tmp_path: Path) -> None:
    parameter = "{name: id, in: path, required: true, schema: {}}"
    (message,) = warnings_of(tmp_path, f"{OPENAPI}paths: {{/a: {{get: {{parameters: [{parameter}], {OK}}}}}}}")
    assert "there is no `{id}` in the path `/a`" in message


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("'/a/{id'", "the braces of the path"),
        ("'/a/{}'", "a variable without a name"),
        ("'/{a}/{a}'", "has the variable `a` twice"),
    ],
)
def test_a_path_that_cannot_be_served_is_refused(tmp_path: Path, path: str, told: str) -> None:
    assert any(told in message for message in said(tmp_path, f"{OPENAPI}paths: {{{path}: {{get: {{{OK}}}}}}}"))


def test_two_paths_that_answer_the_same_requests_are_refused(tmp_path: Path) -> None:
    parameter = "name: {0}, in: path, required: true, schema: {{}}"
    one, other = (f"'/a/{{{x}}}': {{get: {{parameters: [{{{parameter.format(x)}}}], {OK}}}}}" for x in "xy")
    (message,) = said(tmp_path, f"{OPENAPI}paths: {{{one}, {other}}}")
    assert "answers the same requests as api.yaml#/paths/~1a~1{x}/get" in message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{OPENAPI}paths: {{/a: {{get: {{responces: {{}}, {OK}}}}}}}", "did you mean `responses`?"),
        (f"{OPENAPI}paths: {{/a: {{get: {{paramaters: [], {OK}}}}}}}", "did you mean `parameters`?"),
        (f"{OPENAPI}paths: {{/a: {{Get: {{}}, put: {{{OK}}}}}}}", "did you mean `get`?"),
        (f"{SWAGGER}definitons: {{}}\n{PATHS}", "did you mean `definitions`?"),
        (f"{OPENAPI}componets: {{}}\n{PATHS}", "did you mean `components`?"),
    ],
)
def test_a_misspelt_key_is_named_with_the_right_one(tmp_path: Path, text: str, told: str) -> None:
    (message,) = warnings_of(tmp_path, text)
    assert told in message


def test_a_misspelt_key_is_told_beside_the_errors_it_causes(tmp_path: Path) -> None:
    reply = "{200: {description: a, schema: {$ref: '#/definitions/Pet'}}}"
    text = f"{SWAGGER}definitons: {{Pet: {{}}}}\npaths: {{/a: {{get: {{responses: {reply}}}}}}}"
    first, second = said(tmp_path, text)
    assert first.startswith("api.yaml:3:1: `definitons` means nothing")
    assert "leads nowhere" in second


def test_keys_of_ones_own_are_nobody_elses_business(tmp_path: Path) -> None:
    found, warnings = read(write(tmp_path, f"{OPENAPI}x-pathz: 1\n{PATHS}"), root=tmp_path)
    assert warnings == ()
    assert found.extensions == {"x-pathz": 1}


SAMPLES = (
    f"""{SWAGGER}basePath: /v1
securityDefinitions: {{key: {{type: apiKey, name: k, in: header}}, o: {{type: oauth2, flow: implicit, scopes: {{}}}}}}
security: [{{key: []}}]
parameters: {{Limit: {{name: limit, in: query, type: array, items: {{type: integer}}, collectionFormat: pipes}}}}
paths:
  /pets/{{id}}:
    parameters: [{{name: id, in: path, required: true, type: integer}}, {{$ref: '#/parameters/Limit'}}]
    put:
      parameters: [{{name: b, in: body, schema: {{$ref: '#/definitions/Pet'}}}}]
      responses: {{200: {{description: ok, schema: {{$ref: '#/definitions/Pet'}}, headers: {{A: {{type: string}}}}}}}}
    post: {{parameters: [{{name: f, in: formData, type: file}}], {OK}}}
definitions:
  Pet: {{type: object, discriminator: kind, required: [kind], properties: {{kind: {{type: string, enum: [a]}}}}}}
  Cat: {{allOf: [{{$ref: '#/definitions/Pet'}}, {{properties: {{friend: {{$ref: '#/definitions/Cat'}}}}}}]}}
""",
    f"""{OPENAPI.replace("3.0.3", "3.1.0")}servers: [{{url: 'http://{{h}}/v1', variables: {{h: {{default: a}}}}}}]
paths:
  /pets:
    x-a: 1
    get:
      operationId: a
      parameters: [{{name: q, in: query, style: deepObject, schema: {{type: object}}, examples: {{a: {{value: 1}}}}}}]
      requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/Pet'}}, example: 1}}}}}}
      responses: {{default: {{$ref: '#/components/responses/R'}}}}
      callbacks: {{c: {{'{{$url}}': {{post: {{{OK}}}}}}}}}
webhooks: {{w: {{post: {{{OK}}}}}}}
components:
  responses: {{R: {{description: r, content: {{a/b: {{schema: {{type: [string, 'null']}}}}}}, links: {{l: {{}}}}}}}}
  schemas:
    Pet: {{oneOf: [{{$ref: '#/components/schemas/Cat'}}], discriminator: {{propertyName: k, mapping: {{c: Cat}}}}}}
    Cat: {{type: object, minimum: 1, patternProperties: {{a: false}}, if: {{}}, then: {{nullable: true}}}}
""",
)
JUNK: list[Any] = [
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "http://[", "{a}", "#/definitions/None", [], {}, [None], [[]]),
    *({"$ref": ref} for ref in ("#", "#/paths", 1, "\0", "none.yaml", "#/definitions", "#/components")),
    *({"": {}}, {"in": "body"}, {"type": []}, {"type": ["null", 1]}, {"/a/{": {}}, {"nullable": True}),
]


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [path, *(found for key in keys for found in _paths(value[key], (*path, key)))]


def _mutated(chance: random.Random, document: Any) -> Any:
    for _ in range(chance.randint(1, 4)):
        paths = _paths(document)[1:]
        if not paths:
            break
        *way, last = chance.choice(paths)
        holder = document
        for key in way:
            holder = holder[key]
        if chance.random() < 0.3:
            del holder[last]
        else:
            holder[last] = json.loads(json.dumps(chance.choice(JUNK)))
    return document


@pytest.mark.parametrize("sample", SAMPLES, ids=["2.0", "3.1"])
@pytest.mark.unmeasured
def test_whatever_is_in_a_document_it_is_read_or_refused_with_places(tmp_path: Path, sample: str) -> None:
    from_yaml = read(write(tmp_path, sample), root=tmp_path)[0].document
    text, chance = json.dumps(from_yaml), random.Random(7)
    faults: list[DocumentFault] = []
    read_well = 0
    for _ in range(400):
        path = write(tmp_path, json.dumps(_mutated(chance, json.loads(text))), "mutated.json")
        try:
            found, _ = read(path, root=tmp_path)
            read_well += isinstance(found, Specification)
        except DocumentError as error:
            faults += error.faults
    assert 10 < read_well < 300
    assert len(faults) > 200
    assert [fault for fault in faults if not (fault.line and fault.column and fault.message)] == []
