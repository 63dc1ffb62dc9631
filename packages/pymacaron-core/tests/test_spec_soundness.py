"""Of a document with faults the sound part is read, and nothing that a fault spoils."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.errors import DocumentError, DocumentFault
from pymacaron_core.spec import read
from pymacaron_core.spec.operation import Specification
from spec_documents import OK, OPENAPI, SWAGGER, write

GOOD = f"/good: {{get: {{operationId: good, {OK}}}}}"
SCHEMES = "securitySchemes: {key: {type: apiKey, in: header, name: k}, worse: {type: apikee}}"


def part(folder: Path, text: str) -> tuple[Specification, tuple[DocumentFault, ...]]:
    """The sound part of a document, and its faults."""
    return read(write(folder, text), root=folder, sound_part=True)


def paths(folder: Path, bad: str, rest: str = "", head: str = OPENAPI) -> Specification:
    """The sound part of a document with a good operation and a bad one."""
    found, faults = part(folder, f"{head}paths:\n  {GOOD}\n  {bad}\n{rest}")
    assert [fault for fault in faults if fault.severity == "error"]
    return found


USED = [
    "/bad: {get: {parameters: [{name: a, in: query, schema: {type: intger}}], responses: {200: {description: ok}}}}",
    "/bad: {parameters: [{name: a, in: qery, schema: {}}], get: {responses: {200: {description: ok}}}}",
    "/bad: {get: {parameters: [{$ref: '#/components/parameters/P'}], responses: {200: {description: ok}}}}",
    "/bad: {get: {parameters: [{$ref: '#/components/parameters/Nowhere'}], responses: {200: {description: ok}}}}",
    "/bad: {get: {requestBody: {$ref: '#/components/requestBodies/B'}, responses: {200: {description: ok}}}}",
    "/bad: {get: {responses: {200: {$ref: '#/components/responses/R'}}}}",
    "/bad: {get: {responses: {200: {description: ok, headers: {x: {$ref: '#/components/headers/H'}}}}}}",
    "/bad: {get: {responses: {200: {description: ok, content: {a/b: {schema: {$ref: '#/components/schemas/Deep'}}}}}}}",
    "/bad: {get: {responses: {200: {description: ok, content: {a/b: {schema: {$ref: '#/components/schemas/Up'}}}}}}}",
    "/bad: {get: {responses: {299.5: {description: ok}}}}",
    "/bad: {get: {security: [{worse: []}], responses: {200: {description: ok}}}}",
    "/bad: {get: {security: [{undeclared: []}], responses: {200: {description: ok}}}}",
    "/bad: {get: {security: {key: []}, responses: {200: {description: ok}}}}",
    "/bad: {get: {security: null, responses: {200: {description: ok}}}}",
    "/bad: {get: {security: [key], responses: {200: {description: ok}}}}",
    "/bad: {get: {securty: [{key: []}], responses: {200: {description: ok}}}}",
    "/bad: {security: [{key: []}], get: {responses: {200: {description: ok}}}}",
    "/bad: {$ref: '#/components/pathItems/I'}",
    "/bad: {$ref: 'other.yaml#/item'}",
]
REST = f"""
components:
  {SCHEMES}
  parameters: {{P: {{name: a, in: query, schema: {{$ref: '#/components/schemas/Deep'}}}}}}
  requestBodies: {{B: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/Deep'}}}}}}}}}}
  responses: {{R: {{description: a, content: {{text/plain: {{schema: {{$ref: '#/components/schemas/Deep'}}}}}}}}}}
  headers: {{H: {{schema: {{$ref: '#/components/schemas/Deep'}}}}}}
  pathItems: {{I: {{get: {{parameters: [{{$ref: '#/components/parameters/P'}}], responses: {{2XX: {{}}}}}}}}}}
  schemas:
    Deep: {{type: array, items: {{$ref: '#/components/schemas/Round'}}}}
    Round: {{properties: {{up: {{$ref: '#/components/schemas/Deep'}}, down: {{$ref: '#/components/schemas/Wrong'}}}}}}
    Wrong: {{type: object, properties: {{a: {{minimum: low}}}}}}
    Up: {{type: object, properties: {{kind: {{type: string}}}}, discriminator: {{propertyName: kind}}}}
    Down: {{allOf: [{{$ref: '#/components/schemas/Up'}}, {{$ref: '#/components/schemas/Wrong'}}]}}
    Fine: {{type: object}}
"""


@pytest.mark.parametrize("bad", USED)
def test_an_operation_with_a_fault_or_one_behind_a_reference_is_left_out(tmp_path: Path, bad: str) -> None:
    write(tmp_path, "item: {get: {responses: {200: {$ref: 'api.yaml#/components/responses/R'}}}}", "other.yaml")
    found = paths(tmp_path, bad, REST)
    assert [o.path for o in found.operations] == ["/good"]
    assert [(o.method, o.path, o.security, o.parameters, o.body, o.replies) for o in found.unserved] == [
        ("GET", "/bad", (), (), None, ())
    ]
    assert list(found.schemas) == ["Fine"]
    assert list(found.security_schemes) == ["key"]


def test_a_fault_nobody_uses_costs_no_operation(tmp_path: Path) -> None:
    found = paths(tmp_path, "/also: {post: {responses: {200: {description: ok}}}}", REST)
    assert [o.path for o in found.operations] == ["/good", "/also"]
    assert found.unserved == ()


def test_security_of_the_document_counts_for_operations_without_their_own(tmp_path: Path) -> None:
    own = "/own: {get: {security: [], responses: {200: {description: ok}}}}"
    found = paths(tmp_path, own, "security: [{undeclared: []}]")
    assert [o.path for o in found.operations] == ["/own"]
    assert [o.path for o in found.unserved] == ["/good"]


def test_of_two_operations_for_the_same_requests_neither_is_served(tmp_path: Path) -> None:
    twice = f"/a/{{x}}: {{get: {{{OK}}}}}\n  /a/{{y}}: {{get: {{{OK}}}}}"
    text = f"{OPENAPI}paths:\n  {GOOD}\n  {twice}\n"
    assert [o.path for o in part(tmp_path, text)[0].operations] == ["/good"]


def test_what_produces_says_wrongly_spoils_those_who_rely_on_it(tmp_path: Path) -> None:
    replies = "responses: {200: {description: ok, schema: {type: string}}}"
    own = f"/own: {{get: {{produces: [a/b], {replies}}}}}\n  /bad: {{get: {{{replies}}}}}"
    found = paths(tmp_path, own, "produces: 7\n", SWAGGER)
    assert "/bad" not in [o.path for o in found.operations]
    assert "/own" in [o.path for o in found.operations]


@pytest.mark.parametrize(
    "inside",
    [
        "callbacks: {on: {'{$url}': {post: {parameters: [{name: a, in: qery}], responses: {200: {description: ok}}}}}}",
        "callbacks: {on: {$ref: '#/components/callbacks/Nowhere'}}",
    ],
)
def test_a_fault_in_a_callback_is_told_and_costs_the_callback_alone(tmp_path: Path, inside: str) -> None:
    found, faults = part(tmp_path, f"{OPENAPI}paths:\n  /a: {{get: {{{inside}, {OK}}}}}\n")
    assert [fault.severity for fault in faults] == ["warning"]
    assert [dict(o.callbacks) for o in found.operations] == [{"on": ()}]


def test_a_broken_link_or_example_is_told_and_costs_nothing(tmp_path: Path) -> None:
    nowhere = "{a: {$ref: '#/components/links/Nowhere'}}"
    content = f"content: {{text/plain: {{examples: {nowhere}}}}}"
    text = f"{OPENAPI}paths: {{/a: {{get: {{responses: {{200: {{description: ok, links: {nowhere}, {content}}}}}}}}}}}"
    found, faults = part(tmp_path, text)
    assert [fault.severity for fault in faults] == ["warning", "warning"]
    assert [o.path for o in found.operations] == ["/a"]


@pytest.mark.parametrize(
    "text",
    [
        f"openapi: 4.0.0\npaths: {{{GOOD}}}",
        f"{OPENAPI}pahts: {{{GOOD}}}",
        f"{OPENAPI}paths: [1]\ncomponents: {{schemas: {{A: {{type: object}}}}}}",
        f"{OPENAPI}paths: {{{GOOD}}}\nservers: 7",
        f"{OPENAPI}paths: {{{GOOD}}}\nsecurit: [{{key: []}}]",
        f"{OPENAPI}paths: {{/a: {{get: {{responses: {{wrong: {{description: ok}}}}}}}}}}",
        f"{OPENAPI}paths: {{}}\ncomponents: {{schemas: {{A: {{type: wrong}}}}}}",
    ],
)
def test_a_fault_of_the_whole_or_one_that_leaves_nothing_refuses_the_document(tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError):
        part(tmp_path, text)
