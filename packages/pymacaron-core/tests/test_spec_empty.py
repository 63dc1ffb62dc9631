"""Keys with nothing behind them: a fault where they would say what is taken and sent, a warning elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.errors import DocumentError
from pymacaron_core.spec import read
from spec_documents import OPENAPI, SWAGGER, write

SCHEMA = "{openapi}components: {{schemas: {{A: {schema}}}}}\npaths: {{}}\n"


def told(folder: Path, text: str) -> list[tuple[str, str, str]]:
    """Severity, pointer and message of what is told of a document."""
    try:
        _, faults = read(write(folder, text), root=folder, sound_part=True)
    except DocumentError as error:
        faults = error.faults
    return [
        (fault.severity, fault.pointer, fault.message)
        for fault in faults
        if "nothing behind" in fault.message or "is nothing" in fault.message
    ]


def operation(text: str) -> str:
    return f"{OPENAPI}paths: {{/a: {{post: {{operationId: a, {text}}}}}}}\n"


FAULTS = [
    ("requestBody: , responses: {200: {description: ok}}", "/requestBody"),
    (
        "requestBody: {content: {application/json: }}, responses: {200: {description: ok}}",
        "/requestBody/content/application~1json",
    ),
    (
        "requestBody: {content: {application/json: {schema: }}}, responses: {200: {description: ok}}",
        "/requestBody/content/application~1json/schema",
    ),
    ("parameters: [{name: q, in: query, schema: }], responses: {200: {description: ok}}", "/parameters/0/schema"),
    (
        "parameters: [{name: q, in: query, required: , schema: {}}], responses: {200: {description: ok}}",
        "/parameters/0/required",
    ),
    ("responses: {200: {description: ok, content: {application/json: }}}", "/responses/200/content/application~1json"),
    (
        "responses: {200: {description: ok, content: {application/json: {schema: }}}}",
        "/responses/200/content/application~1json/schema",
    ),
]
WARNINGS = [
    ("description: , responses: {200: {description: ok}}", "/description"),
    ("tags: , responses: {200: {description: ok}}", "/tags"),
    ("parameters: , responses: {200: {description: ok}}", "/parameters"),
    ("responses: {200: }", "/responses/200"),
    ("responses: {200: {description: , headers: {X-A: }}}", "/responses/200/description"),
]


@pytest.mark.parametrize(("text", "pointer"), FAULTS)
def test_what_would_say_what_is_taken_and_sent_is_a_fault_at_its_place(tmp_path: Path, text: str, pointer: str) -> None:
    [(severity, place, message)] = told(tmp_path, operation(text))
    assert (severity, place) == ("error", f"/paths/~1a/post{pointer}")
    assert "has nothing behind it; " in message


@pytest.mark.parametrize(("text", "pointer"), WARNINGS)
def test_what_describes_is_left_out_and_told(tmp_path: Path, text: str, pointer: str) -> None:
    severity, place, message = told(tmp_path, operation(text))[0]
    assert (severity, place) == ("warning", f"/paths/~1a/post{pointer}")
    assert message.endswith("has nothing behind it, and is left out")


@pytest.mark.parametrize(
    "keyword",
    [
        *("properties", "required", "items", "additionalProperties", "allOf", "oneOf", "anyOf", "not", "minimum"),
        *(
            "maxLength",
            "pattern",
            "format",
            "minItems",
            "uniqueItems",
            "multipleOf",
            "discriminator",
            "patternProperties",
        ),
        *("if", "contains", "prefixItems", "dependentRequired", "exclusiveMinimum", "propertyNames"),
    ],
)
def test_a_keyword_without_a_value_is_a_fault(tmp_path: Path, keyword: str) -> None:
    found = told(tmp_path, SCHEMA.format(openapi=OPENAPI.replace("3.0.3", "3.1.0"), schema=f"{{{keyword}: }}"))
    assert [each[:2] for each in found] == [("error", f"/components/schemas/A/{keyword}")]


def test_a_schema_without_a_word_is_a_fault_that_says_what_takes_any_value(tmp_path: Path) -> None:
    text = SCHEMA.format(openapi=OPENAPI, schema="{type: object, properties: {a: }}")
    message = "a schema must be a mapping, and here is nothing; `{}` takes any value"
    assert told(tmp_path, text) == [("error", "/components/schemas/A/properties/a", message)]


@pytest.mark.parametrize("schema", ["{default: }", "{const: }", "{example: }", "{enum: [a, null]}"])
def test_null_that_is_meant_is_a_value(tmp_path: Path, schema: str) -> None:
    assert told(tmp_path, SCHEMA.format(openapi=OPENAPI.replace("3.0.3", "3.1.0"), schema=schema)) == []


def test_swagger_2_is_held_to_the_same(tmp_path: Path) -> None:
    body = "{name: b, in: body, schema: }"
    query = "{name: q, in: query, type: integer, minimum: }"
    replies = "responses: {200: {description: ok, schema: }}"
    text = f"{SWAGGER}paths: {{/a: {{post: {{parameters: [{body}, {query}], {replies}}}}}}}\n"
    places = [(severity, pointer.removeprefix("/paths/~1a/post")) for severity, pointer, _ in told(tmp_path, text)]
    assert ("error", "/parameters/0/schema") in places
    assert ("error", "/parameters/1/minimum") in places
    assert ("error", "/responses/200/schema") in places


def test_a_path_with_nothing_behind_it_is_told(tmp_path: Path) -> None:
    assert ("warning", "/paths/~1a", "a path has nothing behind it, and is left out") in told(
        tmp_path, f"{OPENAPI}paths: {{/a: }}\n"
    )
