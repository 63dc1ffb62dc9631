"""Keys with nothing behind them: a fault where they would say what is taken and sent, a warning elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.errors import DocumentError
from pymacaron_core.spec import read
from spec_documents import OK, OPENAPI, SWAGGER, faults_of, write

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


SCHEMES = "components: {{securitySchemes: {{s: {{{scheme}}}}}}}\npaths: {{}}\n"


@pytest.mark.parametrize(
    ("scheme", "key", "severity"),
    [
        ("type: http, scheme: ", "scheme", "error"),
        ("type: oauth2, flows: ", "flows", "error"),
        ("type: http, scheme: bearer, bearerFormat: ", "bearerFormat", "warning"),
        ("type: oauth2, flows: {implicit: }", "flows/implicit", "warning"),
        ("type: oauth2, flows: {implicit: {authorizationUrl: a, scopes: }}", "flows/implicit/scopes", "warning"),
    ],
)
def test_what_says_who_may_call_is_a_fault_in_a_security_scheme(
    tmp_path: Path, scheme: str, key: str, severity: str
) -> None:
    found = told(tmp_path, OPENAPI + SCHEMES.format(scheme=scheme))
    assert [each[:2] for each in found] == [(severity, f"/components/securitySchemes/s/{key}")]


@pytest.mark.parametrize(("kind", "severity"), [("oauth2, flows: {}", "error"), ("http, scheme: bearer", "warning")])
def test_scopes_with_nothing_behind_them_are_told(tmp_path: Path, kind: str, severity: str) -> None:
    text = operation("security: [{s: }], responses: {200: {description: ok}}")
    text += f"components: {{securitySchemes: {{s: {{type: {kind}}}}}}}\n"
    assert [each[:2] for each in told(tmp_path, text)] == [(severity, "/paths/~1a/post/security/0/s")]


ELSEWHERE = [
    ("error", "requestBody: {content: {multipart/form-data: {encoding: {f: {contentType: }}}}}", "contentType"),
    ("error", "requestBody: {content: {multipart/form-data: {encoding: {f: {explode: }}}}}", "explode"),
    ("warning", "requestBody: {content: {text/plain: {examples: {e: {summary: , value: a}}}}}", "summary"),
    ("warning", "callbacks: {c: {'{$url}': {post: {summary: , responses: {200: {description: ok}}}}}}", "summary"),
    ("warning", "servers: [{url: /, variables: }]", "variables"),
    ("warning", "servers: [{url: '/{v}', variables: {v: {default: a, enum: }}}]", "enum"),
    ("warning", "externalDocs: {url: }", "url"),
]


@pytest.mark.parametrize(("severity", "text", "key"), ELSEWHERE)
def test_it_is_told_wherever_it_stands(tmp_path: Path, severity: str, text: str, key: str) -> None:
    [(found, place, _)] = told(tmp_path, operation(f"{text}, responses: {{200: {{description: ok}}}}"))
    assert (found, place.rsplit("/")[-1]) == (severity, key)


@pytest.mark.parametrize("link", ["{operationId: , operationRef: a}", "{operationId: a, server: {url: }}"])
def test_it_is_told_in_links(tmp_path: Path, link: str) -> None:
    text = operation(f"responses: {{200: {{description: ok, links: {{l: {link}}}}}}}")
    assert [each[0] for each in told(tmp_path, text)] == ["warning"]


def test_it_is_told_in_discriminators(tmp_path: Path) -> None:
    schema = "{type: object, discriminator: {propertyName: k, mapping: }}"
    found = told(tmp_path, SCHEMA.format(openapi=OPENAPI, schema=schema))
    assert [each[:2] for each in found] == [("error", "/components/schemas/A/discriminator/mapping")]


def test_it_is_told_in_what_describes_the_document(tmp_path: Path) -> None:
    text = f"{OPENAPI}tags: [{{name: t, description: }}]\npaths: {{/a: {{get: {{{OK}}}}}}}\n"
    places = [each[:2] for each in told(tmp_path, text.replace("title: T,", "title: T, contact: {name: },"))]
    assert places == [("warning", "/info/contact/name"), ("warning", "/tags/0/description")]


def test_swagger_2_tells_it_in_headers(tmp_path: Path) -> None:
    headers = "headers: {X-A: , X-B: {type: integer, minimum: }}"
    get = f"{{responses: {{200: {{description: ok, {headers}}}}}}}"
    found = told(tmp_path, f"{SWAGGER}paths: {{/a: {{get: {get}}}, /b: {{get: {{{OK}}}}}}}\n")
    place = "/paths/~1a/get/responses/200/headers"
    assert [each[:2] for each in found] == [("warning", f"{place}/X-A"), ("error", f"{place}/X-B/minimum")]


@pytest.mark.parametrize("scheme", ["type: oauth2, flow: ", "type: apiKey, name: X, in: "])
def test_swagger_2_tells_it_in_security_schemes(tmp_path: Path, scheme: str) -> None:
    [fault] = faults_of(
        tmp_path, f"{SWAGGER}securityDefinitions: {{s: {{{scheme}}}}}\npaths: {{/a: {{get: {{{OK}}}}}}}\n"
    )
    assert fault.pointer.startswith("/securityDefinitions/s")
