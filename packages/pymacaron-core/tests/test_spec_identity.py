"""References by ``$id``, ``$anchor`` and ``$dynamicRef`` (JSON Schema 2020-12, 8.2), and what stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.spec import read
from pymacaron_core.spec.operation import Schema, Specification
from spec_documents import OK, OPENAPI, said, specification, warnings_of, write

MODERN = OPENAPI.replace("3.0.3", "3.1.0")
ONE = f"paths: {{/x: {{get: {{{OK}}}}}}}\n"


def target_of(found: Specification, path: str) -> Schema:
    """The schema behind the reference at ``Name/property/...``."""
    name, *steps = path.split("/")
    schema = found.schemas[name]
    for step in steps:
        schema = schema.properties()[step]
    assert schema.ref is not None
    return found.schemas[schema.ref]


ABSOLUTE = f"""{MODERN}{ONE}
components:
  schemas:
    Order:
      $id: https://example.com/schemas/order
      $defs:
        money: {{$id: money, type: number}}
        named: {{$anchor: here, type: boolean}}
        inner:
          $id: deep/inner
          $defs: {{near: {{type: array}}}}
          properties:
            near: {{$ref: '#/$defs/near'}}
            order: {{$ref: ../order}}
      properties:
        money: {{$ref: money}}
        whole: {{$ref: 'https://example.com/schemas/money'}}
        rooted: {{$ref: /schemas/money}}
        local: {{$ref: '#/$defs/named'}}
        anchor: {{$ref: '#here'}}
        far: {{$ref: 'order#here'}}
        inside: {{$ref: 'deep/inner#/$defs/near'}}
        document: {{$ref: '#/components/schemas/Other'}}
    Other:
      type: string
      properties: {{order: {{$ref: 'https://example.com/schemas/order'}}}}
"""


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("Order/money", "number"),
        ("Order/whole", "number"),
        ("Order/rooted", "number"),
        ("Order/local", "boolean"),
        ("Order/anchor", "boolean"),
        ("Order/far", "boolean"),
        ("Order/inside", "array"),
        ("Order/document", "string"),
        ("inner/near", "array"),
    ],
)
def test_a_reference_is_resolved_against_the_nearest_id(tmp_path: Path, path: str, type_: str) -> None:
    text = ABSOLUTE + "    Uses: {$ref: 'https://example.com/schemas/deep/inner'}\n"
    found = specification(tmp_path, text)
    if path.startswith("inner"):
        name = found.schemas["Uses"].ref
        assert name is not None
        path = path.replace("inner", name)
    assert target_of(found, path).types == (type_,)


def test_the_whole_of_a_resource_is_meant_by_its_id_alone(tmp_path: Path) -> None:
    assert specification(tmp_path, ABSOLUTE).schemas["Other"].properties()["order"].ref == "Order"


def test_a_relative_id_is_an_address_beside_its_file(tmp_path: Path) -> None:
    write(tmp_path, "{$id: money.json, $defs: {cents: {$anchor: cents, type: integer}}}", "types/all.yaml")
    text = f"""{MODERN}{ONE}
components: {{schemas: {{
  All: {{$ref: types/all.yaml}}, A: {{properties: {{a: {{$ref: 'types/money.json#cents'}}}}}}}}}}
"""
    assert target_of(specification(tmp_path, text), "A/a").types == ("integer",)


def test_an_unknown_id_is_a_file_beside_as_most_mean_it(tmp_path: Path) -> None:
    write(tmp_path, '{"$id": "https://example.com/pet.json", "properties": {"a": {"$ref": "other.json"}}}', "pet.json")
    write(tmp_path, "type: boolean", "other.json")
    text = f"{MODERN}{ONE}components: {{schemas: {{Pet: {{$ref: pet.json}}}}}}"
    found = specification(tmp_path, text)
    assert target_of(found, "pet/a").types == ("boolean",)


def test_an_id_in_data_is_data(tmp_path: Path) -> None:
    text = f"""{MODERN}{ONE}
components:
  schemas:
    A: {{default: {{$id: 'https://example.com/b'}}, properties: {{$id: {{type: string}}}}}}
    B: {{properties: {{b: {{$ref: 'https://example.com/b'}}}}}}
"""
    (message,) = said(tmp_path, text)
    assert "nothing is fetched from a network" in message


def test_nothing_is_fetched_for_an_id_that_nobody_has(tmp_path: Path) -> None:
    text = ABSOLUTE + "    Bad: {$id: 'https://example.com/x/y', properties: {z: {$ref: z.json}}}\n"
    (message,) = said(tmp_path, text)
    assert "there is no file z.json" in message


def test_an_unknown_anchor_is_told_with_its_file(tmp_path: Path) -> None:
    (message,) = said(tmp_path, f"{MODERN}{ONE}components: {{schemas: {{A: {{$ref: '#none'}}}}}}")
    assert "api.yaml has no `$anchor: none`" in message


def test_a_dynamic_reference_is_one_to_its_anchor(tmp_path: Path) -> None:
    tree = "{$dynamicAnchor: node, type: object, properties: {children: {type: array, items: {$dynamicRef: '#node'}}}}"
    found = specification(tmp_path, f"{MODERN}{ONE}components: {{schemas: {{Tree: {tree}}}}}")
    assert found.schemas["Tree"].properties()["children"].get("items").ref == "Tree"


def test_a_dynamic_reference_with_a_choice_is_named(tmp_path: Path) -> None:
    tree = "{$id: tree, $dynamicAnchor: node, properties: {child: {$dynamicRef: '#node'}}}"
    other = "{$id: other, $dynamicAnchor: node, $ref: tree}"
    text = f"{MODERN}{ONE}components: {{schemas: {{Tree: {tree}, Other: {other}}}}}"
    (message,) = warnings_of(tmp_path, text)
    assert "of 2 anchors `node` this always means the one that a `$ref` would" in message


def test_the_address_of_a_document_is_its_self(tmp_path: Path) -> None:
    text = f"""openapi: 3.2.0
$self: https://example.com/api/openapi.yaml
info: {{title: T, version: '1'}}
{ONE}
components:
  schemas:
    A: {{properties: {{b: {{$ref: 'openapi.yaml#/components/schemas/B'}}}}}}
    B: {{type: boolean}}
"""
    found, _ = read(write(tmp_path, text), root=tmp_path)
    assert found.schemas["A"].properties()["b"].ref == "B"


SIBLINGS = f"""
paths:
  /a:
    post:
      parameters: [{{$ref: '#/components/parameters/P', description: own}}, {{$ref: '#/components/parameters/P2'}}]
      requestBody: {{$ref: '#/components/requestBodies/B', description: own}}
      responses:
        200: {{$ref: '#/components/responses/R', description: own}}
        201: {{$ref: '#/components/responses/R', summary: s}}
        202: {{description: a, headers: {{x: {{$ref: '#/components/headers/H', description: own}}}}}}
  /b: {{get: {{parameters: [{{$ref: '#/components/parameters/P'}}], {OK}}}}}
components:
  parameters:
    P: {{name: p, in: query, schema: {{type: string}}, description: theirs}}
    P2: {{name: p2, in: query, schema: {{type: string}}, description: theirs}}
  requestBodies: {{B: {{description: theirs, content: {{text/plain: {{}}}}}}}}
  responses: {{R: {{description: theirs}}}}
  headers: {{H: {{schema: {{type: string}}, description: theirs}}}}
"""


@pytest.mark.parametrize(("head", "own"), [(OPENAPI, "theirs"), (MODERN, "own")])
def test_a_description_beside_a_reference_counts_since_3_1(tmp_path: Path, head: str, own: str) -> None:
    first, second = specification(tmp_path, head + SIBLINGS).operations
    assert [p.description for p in first.parameters] == [own, "theirs"]
    assert first.body is not None
    assert first.body.description == own
    assert [reply.description for reply in first.replies] == [own, "theirs", "a"]
    assert first.replies[2].headers[0].description == own
    assert second.parameters[0].description == "theirs"


def test_keywords_beside_a_reference_in_a_schema_count_since_3_1(tmp_path: Path) -> None:
    schemas = (
        f"{ONE}components: {{schemas: {{A: {{type: string}}, B: {{$ref: '#/components/schemas/A', minLength: 2}}}}}}"
    )
    assert dict(specification(tmp_path, MODERN + schemas).schemas["B"].keywords) == {"minLength": 2}
    assert dict(specification(tmp_path, OPENAPI + schemas).schemas["B"].keywords) == {}


def test_a_name_given_twice_is_told_and_means_the_first(tmp_path: Path) -> None:
    text = f"""{MODERN}{ONE}
components:
  schemas:
    A: {{$id: 'https://example.com/a', type: string}}
    B: {{$id: 'https://example.com/a', type: integer}}
    C: {{$anchor: here, type: string}}
    D: {{$anchor: here, type: integer}}
    E: {{properties: {{a: {{$ref: 'https://example.com/a'}}, b: {{$ref: '#here'}}}}, type: object}}
"""
    found, warnings = read(write(tmp_path, text), root=tmp_path)
    assert [(fault.pointer, fault.message) for fault in warnings] == [
        (
            f"/components/schemas/{second}/{key}",
            f"`{key}: {name}` is taken by api.yaml#/components/schemas/{first}, and references mean that one; "
            "give each its own name",
        )
        for first, second, key, name in [("A", "B", "$id", "https://example.com/a"), ("C", "D", "$anchor", "here")]
    ]
    properties = found.schemas["E"].properties()
    assert [properties[name].ref for name in "ab"] == ["A", "C"]


def test_a_name_given_in_two_files_is_told(tmp_path: Path) -> None:
    write(tmp_path, "A: {$id: 'https://example.com/a', type: string}\n", "other.yaml")
    text = f"""{MODERN}{ONE}
components:
  schemas:
    A: {{$id: 'https://example.com/a', type: string}}
    B: {{$ref: 'other.yaml#/A'}}
"""
    (told,) = warnings_of(tmp_path, text)
    assert told.startswith("other.yaml:1:5: `$id: https://example.com/a` is taken by api.yaml#/components/schemas/A")
