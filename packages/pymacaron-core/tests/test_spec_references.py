"""References lead to any place of any file of the project, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pymacaron_core.spec import positioned, read
from pymacaron_core.spec.operation import Place, Specification
from spec_documents import OK, OPENAPI, SWAGGER, said, write

SHARED = """\
parameters:
  Limit: {name: limit, in: query, schema: {$ref: 'types/number.yaml'}}
paths:
  pets:
    get:
      operationId: listPets
      parameters: [{$ref: '#/parameters/Limit'}]
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: '#/schemas/Pet'}, example: {$ref: literal}}}}
schemas:
  Pet:
    type: object
    properties: {owner: {$ref: '../api.yaml#/components/schemas/Owner'}, next: {$ref: '#/schemas/Pet'}}
"""
MAIN = f"""{OPENAPI}
paths:
  /pets: {{$ref: 'parts/shared.yaml#/paths/pets'}}
  /own: {{get: {{{OK}}}}}
components:
  schemas:
    Owner: {{type: object, properties: {{pet: {{$ref: 'parts/shared.yaml#/schemas/Pet'}}}}}}
"""


@pytest.fixture
def split(tmp_path: Path) -> Specification:
    write(tmp_path, SHARED, "parts/shared.yaml")
    write(tmp_path, "type: integer", "parts/types/number.yaml")
    found, warnings = read(write(tmp_path, MAIN), root=tmp_path)
    assert warnings == ()
    return found


def test_references_lead_into_other_files_and_back(split: Specification) -> None:
    pets = next(o for o in split.operations if o.path == "/pets")
    assert pets.id == "listPets"
    assert pets.place == Place("parts/shared.yaml", "/paths/pets/get")
    limit = pets.parameters[0].schema
    assert limit.ref is not None
    assert split.schemas[limit.ref].types == ("integer",)
    pet = pets.replies[0].content[0].schema
    assert pet is not None
    assert pet.ref == "Pet"
    assert split.schemas["Pet"].properties()["owner"].ref == "Owner"
    assert list(split.schemas) == ["Owner", "number", "Pet"]


def test_the_files_are_listed_and_hashed(split: Specification, tmp_path: Path) -> None:
    assert split.file == "api.yaml"
    assert split.files == ("api.yaml", "parts/shared.yaml", "parts/types/number.yaml")
    assert read(tmp_path / "api.yaml", root=tmp_path)[0].digest == split.digest
    write(tmp_path, "type: number", "parts/types/number.yaml")
    assert read(tmp_path / "api.yaml", root=tmp_path)[0].digest != split.digest


def test_the_published_document_stands_alone_and_says_the_same(split: Specification, tmp_path: Path) -> None:
    text = json.dumps(split.document)
    assert ".yaml" not in text
    assert '"example": {"$ref": "literal"}' in text
    alone, warnings = read(write(tmp_path / "alone", text), root=tmp_path / "alone")
    assert warnings == ()
    assert set(alone.schemas) == set(split.schemas)
    assert [(o.id, o.path, len(o.parameters)) for o in alone.operations] == [
        (o.id, o.path, len(o.parameters)) for o in split.operations
    ]


def test_a_document_in_one_file_is_published_as_it_is(tmp_path: Path) -> None:
    found, _ = read(write(tmp_path, f"{SWAGGER}paths: {{/a: {{get: {{{OK}}}}}}}"), root=tmp_path)
    assert found.document == {
        "swagger": "2.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}},
    }


def test_two_schemas_of_one_name_in_two_files_are_both_kept(tmp_path: Path) -> None:
    write(tmp_path, "definitions: {Money: {type: string}}", "old-prices.yaml")
    text = f"""{SWAGGER}paths: {{/a: {{get: {{{OK}}}}}}}
definitions:
  Money: {{type: number}}
  Price:
    type: object
    properties: {{old: {{$ref: 'old-prices.yaml#/definitions/Money'}}, new: {{$ref: '#/definitions/Money'}}}}
"""
    found, _ = read(write(tmp_path, text), root=tmp_path)
    price = found.schemas["Price"].properties()
    assert (price["old"].ref, price["new"].ref) == ("OldPricesMoney", "Money")
    assert found.schemas["OldPricesMoney"].types == ("string",)
    assert found.document["definitions"]["OldPricesMoney"] == {"type": "string"}


@pytest.mark.parametrize(
    ("ref", "told"),
    [
        ("https://example.com/a.yaml#/Pet", "nothing is fetched from a network"),
        ("file:///etc/passwd", "nothing is fetched from a network"),
        ("//example.com/a.yaml", "nothing is fetched from a network"),
        ("/etc/passwd", "must be relative to that file"),
        ("/components/schemas/Pet", "did you mean `#/components/schemas/Pet`?"),
        ("../outside.yaml", "lies outside of the project"),
        ("%2e%2e/outside.yaml", "lies outside of the project"),
        ("link.yaml", "lies outside of the project"),
        ("none.yaml#/Pet", "the reference `none.yaml#/Pet` in api.yaml leads nowhere: there is no file none.yaml"),
        ("parts", "parts is a folder, not a file"),
        ("#/definitions/Pit", "there is no `Pit` at api.yaml#/definitions; did you mean `Pet`?"),
        ("#/definitons/Pet", "did you mean `#/definitions/Pet`?"),
        ("#/info/title", "leads to text, not to a schema"),
        ("#/paths/5", "there is no `5`"),
        ("a\0b", "a file name cannot hold a NUL character"),
    ],
)
def test_a_reference_that_leads_nowhere_or_out_is_refused(tmp_path: Path, ref: str, told: str) -> None:
    write(tmp_path, "type: object", "outside.yaml")
    project = tmp_path / "project"
    (project / "parts").mkdir(parents=True)
    (project / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    text = f"""{SWAGGER}paths: {{/a: {{get: {{{OK}}}}}}}
definitions:
  Pet: {{type: object}}
  List: {{type: array, items: {{$ref: {json.dumps(ref)}}}}}
"""
    (message,) = said(project, text)
    assert told in message
    assert message.startswith("api.yaml:6:31:")
    assert "(at /definitions/List/items/$ref)" in message


def test_a_broken_file_is_told_where_it_is_and_where_it_is_wanted(tmp_path: Path) -> None:
    write(tmp_path, "type: object\ntype: array\n", "pet.yaml")
    text = f"{SWAGGER}paths: {{/a: {{get: {{{OK}}}}}}}\ndefinitions:\n  Pet: {{$ref: pet.yaml}}\n"
    assert [message.partition(" ")[0] for message in said(tmp_path, text)] == ["pet.yaml:2:1:", "api.yaml:5:9:"]


def test_parameters_that_refer_to_each_other_are_refused(tmp_path: Path) -> None:
    text = f"""{SWAGGER}paths: {{/a: {{get: {{parameters: [{{$ref: '#/parameters/A'}}], {OK}}}}}}}
parameters: {{A: {{$ref: '#/parameters/B'}}, B: {{$ref: '#/parameters/A'}}}}
"""
    (message,) = said(tmp_path, text)
    assert "goes round in a circle" in message


def test_a_reference_through_references_that_go_round_is_refused(tmp_path: Path) -> None:
    text = f"""{SWAGGER}paths: {{/a: {{get: {{{OK}}}}}}}
definitions:
  S: {{$ref: '#/x-a/deep'}}
x-a: {{$ref: '#/x-b'}}
x-b: {{$ref: '#/x-a'}}
"""
    (message,) = said(tmp_path, text)
    assert "round in a circle" in message


def test_a_reference_through_a_reference_is_followed(tmp_path: Path) -> None:
    text = f"""{SWAGGER}paths: {{/a: {{get: {{{OK}}}}}}}
definitions:
  A: {{$ref: '#/definitions/B'}}
  B: {{type: object, properties: {{c: {{type: string}}}}}}
  D: {{$ref: '#/definitions/A/properties/c'}}
"""
    found, _ = read(write(tmp_path, text), root=tmp_path)
    assert found.schemas["A"].ref == "B"
    assert found.resolve(found.schemas["D"]).types == ("string",)


def test_an_anchor_is_followed(tmp_path: Path) -> None:
    text = f"""{OPENAPI.replace("3.0.3", "3.1.0")}paths: {{/a: {{get: {{{OK}}}}}}}
components: {{schemas: {{A: {{$ref: '#pet'}}, Pet: {{$anchor: pet, type: object}}}}}}
"""
    found, _ = read(write(tmp_path, text), root=tmp_path)
    assert found.schemas["A"].ref == "Pet"


def test_a_place_is_told_as_file_line_and_column(tmp_path: Path) -> None:
    write(tmp_path, "a:\n  b/c: 1\n")
    assert positioned(Place("api.yaml") / "a" / "b/c", tmp_path) == "api.yaml:2:3"
    assert positioned(Place("none.yaml", "/a"), tmp_path) == "none.yaml"


def test_a_circle_of_files_that_cannot_be_a_type_is_named_with_all_of_them(tmp_path: Path) -> None:
    write(tmp_path, "$ref: two.yaml", "one.yaml")
    write(tmp_path, "allOf: [{$ref: three.yaml}]", "two.yaml")
    write(tmp_path, "anyOf: [{$ref: one.yaml}, {type: string}]", "three.yaml")
    text = f"{OPENAPI}paths: {{/a: {{get: {{{OK}}}}}}}\ncomponents: {{schemas: {{A: {{$ref: one.yaml}}}}}}"
    (message,) = said(tmp_path, text)
    assert "the schema `one` is made of itself, without end: one -> two -> three -> one" in message


def test_a_circle_of_files_with_something_between_is_a_type(tmp_path: Path) -> None:
    write(tmp_path, "{type: object, properties: {two: {$ref: two.yaml}}}", "one.yaml")
    write(tmp_path, "{type: array, items: {$ref: one.yaml}}", "two.yaml")
    text = f"{OPENAPI}paths: {{/a: {{get: {{{OK}}}}}}}\ncomponents: {{schemas: {{A: {{$ref: one.yaml}}}}}}"
    found, _ = read(write(tmp_path, text), root=tmp_path)
    assert list(found.schemas) == ["A", "one", "two"]
