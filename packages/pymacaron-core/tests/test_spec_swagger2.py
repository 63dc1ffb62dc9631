"""Swagger 2.0 in the one vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.spec.operation import Encoding, Parameter
from spec_documents import OK, SWAGGER, faults_of, operation, said, specification, warnings_of


def parameter(folder: Path, text: str, path: str = "/a") -> Parameter:
    parameters = f"parameters: [{{name: p, {text}}}]"
    (found,) = operation(folder, f"{SWAGGER}paths: {{'{path}': {{get: {{{parameters}, {OK}}}}}}}").parameters
    return found


def test_the_body_parameter_becomes_the_body(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""\
        swagger: '2.0'
        info: {{title: T, version: '1'}}
        consumes: [application/json, Application/XML; charset=utf-8]
        paths:
          /pets:
            post:
              parameters:
                - {{name: pet, in: body, required: true, description: The pet, schema: {{$ref: '#/definitions/Pet'}}}}
              {OK}
        definitions:
          Pet: {{type: object}}
        """,
    )
    assert found.parameters == ()
    assert found.body is not None
    assert found.body.required
    assert found.body.description == "The pet"
    assert not found.body.spread
    assert [(m.name, m.schema and m.schema.ref) for m in found.body.content] == [
        ("application/json", "Pet"),
        ("application/xml", "Pet"),
    ]


def test_json_is_consumed_and_produced_where_nothing_is_said(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""{SWAGGER}paths: {{/a: {{put: {{parameters: [{{name: b, in: body, schema: {{type: object}}}}],
        responses: {{200: {{description: ok, schema: {{type: string}}}}}}}}}}}}""",
    )
    assert found.body is not None
    assert [m.name for m in found.body.content] == ["application/json"]
    assert [m.name for m in found.replies[0].content] == ["application/json"]


def test_what_an_operation_consumes_and_produces_replaces_what_the_document_does(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""{SWAGGER}
consumes: [text/plain]
produces: [text/plain]
paths:
  /a:
    put:
      consumes: [application/xml]
      produces: [image/png]
      parameters: [{{name: b, in: body, schema: {{type: object}}}}]
      responses: {{200: {{description: ok, schema: {{type: file}}}}}}
""",
    )
    assert found.body is not None
    assert [m.name for m in found.body.content] == ["application/xml"]
    (content,) = found.replies[0].content
    assert content.name == "image/png"
    assert content.schema is not None
    assert content.schema.keywords == {"type": ("string",), "format": "binary"}


def test_form_fields_become_a_body_that_is_spread(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""{SWAGGER}
paths:
  /a/{{petId}}:
    post:
      consumes: [application/x-www-form-urlencoded]
      parameters:
        - {{name: petId, in: path, required: true, type: integer}}
        - {{name: petId, in: formData, type: integer, required: true}}
        - {{name: X-Tags, in: formData, type: array, items: {{type: string}}, collectionFormat: multi}}
      {OK}
""",
    )
    body = found.body
    assert body is not None
    assert body.spread
    assert body.required
    assert body.arguments == {"petId": "pet_id_form", "X-Tags": "x_tags"}
    assert [p.argument for p in found.parameters] == ["pet_id"]
    (media_type,) = body.content
    assert media_type.name == "application/x-www-form-urlencoded"
    assert media_type.encoding == {"X-Tags": Encoding(style="form", explode=True)}
    assert media_type.schema is not None
    assert media_type.schema.types == ("object",)
    assert media_type.schema.get("required") == ("petId",)
    assert media_type.schema.properties()["petId"].types == ("integer",)


def test_a_form_with_a_file_is_multipart(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"{SWAGGER}paths: {{/a: {{post: {{parameters: [{{name: f, in: formData, type: file}}], {OK}}}}}}}",
    )
    assert found.body is not None
    (media_type,) = found.body.content
    assert media_type.name == "multipart/form-data"
    assert media_type.schema is not None
    assert media_type.schema.properties()["f"].keywords == {"type": ("string",), "format": "binary"}


def test_a_form_is_urlencoded_where_nothing_is_said_and_both_where_both_are_consumed(tmp_path: Path) -> None:
    text = "paths: {/a: {post: {%sparameters: [{name: f, in: formData, type: string}], %s}}}"
    plain = operation(tmp_path, SWAGGER + text % ("", OK)).body
    assert plain is not None
    assert [m.name for m in plain.content] == ["application/x-www-form-urlencoded"]
    both = "consumes: [multipart/form-data, application/x-www-form-urlencoded, application/json], "
    several = operation(tmp_path, SWAGGER + text % (both, OK)).body
    assert several is not None
    assert {m.name for m in several.content} == {"multipart/form-data", "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("written", "style", "explode"),
    [
        ("in: query, type: string", "form", True),
        ("in: query, type: array, items: {type: string}", "form", False),
        ("in: query, type: array, items: {type: string}, collectionFormat: csv", "form", False),
        ("in: query, type: array, items: {type: string}, collectionFormat: multi", "form", True),
        ("in: query, type: array, items: {type: string}, collectionFormat: ssv", "spaceDelimited", False),
        ("in: query, type: array, items: {type: string}, collectionFormat: tsv", "tabDelimited", False),
        ("in: query, type: array, items: {type: string}, collectionFormat: pipes", "pipeDelimited", False),
        ("in: header, type: array, items: {type: string}", "simple", False),
        ("in: header, type: string", "simple", False),
    ],
)
def test_a_collection_format_becomes_a_style(tmp_path: Path, written: str, style: str, explode: bool) -> None:
    found = parameter(tmp_path, written)
    assert (found.style, found.explode) == (style, explode)


def test_the_keywords_of_a_parameter_become_its_schema(tmp_path: Path) -> None:
    found = parameter(
        tmp_path, "in: query, type: integer, format: int32, maximum: 3, exclusiveMaximum: true, default: 2"
    )
    assert found.schema.keywords == {"type": ("integer",), "format": "int32", "exclusiveMaximum": 3, "default": 2}
    assert not found.required


def test_the_base_path_has_one_slash_in_front_and_none_behind(tmp_path: Path) -> None:
    paths = f"paths: {{/a: {{get: {{{OK}}}}}}}"
    for written, expected in [("/v1/", "/v1"), ("v1", "/v1"), ("/", ""), ("''", "")]:
        assert specification(tmp_path, f"{SWAGGER}basePath: {written}\n{paths}").base_path == expected


def test_host_and_schemes_become_servers(tmp_path: Path) -> None:
    text = f"{SWAGGER}host: example.com\nschemes: [https, http]\nbasePath: /v1\npaths: {{/a: {{get: {{{OK}}}}}}}"
    found = specification(tmp_path, text)
    assert found.servers == ("https://example.com/v1", "http://example.com/v1")


def test_security_of_an_operation_replaces_that_of_the_document(tmp_path: Path) -> None:
    found = specification(
        tmp_path,
        f"""{SWAGGER}
securityDefinitions:
  key: {{type: apiKey, name: X-Key, in: header}}
  login: {{type: basic}}
  oauth: {{type: oauth2, flow: accessCode, authorizationUrl: https://a/, tokenUrl: https://b/, scopes: {{read: r}}}}
security: [{{key: []}}]
paths:
  /default: {{get: {{{OK}}}}}
  /open: {{get: {{security: [], {OK}}}}}
  /either: {{get: {{security: [{{oauth: [read]}}, {{key: [], login: []}}, {{}}], {OK}}}}}
""",
    )
    default, unguarded, either = found.operations
    assert default.security == ({"key": ()},)
    assert unguarded.security == ()
    assert either.security == ({"oauth": ("read",)}, {"key": (), "login": ()}, {})
    key, login, oauth = found.security_schemes.values()
    assert (key.type, key.place_in, key.parameter) == ("apiKey", "header", "X-Key")
    assert (login.type, login.scheme) == ("http", "basic")
    assert oauth.flows["authorizationCode"]["scopes"] == {"read": "r"}


def test_a_security_scheme_and_a_header_may_be_named_like_an_extension(tmp_path: Path) -> None:
    text = f"""{SWAGGER}
securityDefinitions: {{x-api-key: {{type: apiKey, in: header, name: X-API-Key}}, x-note: of no meaning}}
security: [{{x-api-key: []}}]
paths: {{/a: {{get: {{responses: {{200: {{description: ok, headers: {{x-limit: {{type: integer}}}}}}}}}}}}}}
"""
    found = specification(tmp_path, text)
    assert list(found.security_schemes) == ["x-api-key"]
    assert found.operations[0].security == ({"x-api-key": ()},)
    assert [header.name for header in found.operations[0].replies[0].headers] == ["x-limit"]


def test_a_reply_carries_headers_and_examples(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""{SWAGGER}
paths:
  /a:
    get:
      responses:
        200:
          description: ok
          schema: {{type: object}}
          headers: {{X-Left: {{type: integer}}}}
          examples: {{application/json: {{a: 1}}}}
        404: {{$ref: '#/responses/Missing'}}
responses:
  Missing: {{description: gone}}
""",
    )
    first, missing = found.replies
    assert first.content[0].examples == ({"a": 1},)
    assert [(h.name, h.place_in, h.schema.types) for h in first.headers] == [("X-Left", "header", ("integer",))]
    assert (missing.status, missing.description, missing.content) == ("404", "gone", ())
    assert found.success is first


def test_a_file_is_answered_as_bytes_where_only_json_is_produced(tmp_path: Path) -> None:
    replies = "responses: {200: {description: ok, schema: {type: file}}}"
    for produces, name in (("", "application/octet-stream"), ("produces: [application/pdf], ", "application/pdf")):
        found = operation(tmp_path, f"{SWAGGER}paths: {{/a: {{get: {{{produces}{replies}}}}}}}")
        assert [media.name for media in found.replies[0].content] == [name]


def test_two_bodies_are_refused(tmp_path: Path) -> None:
    two = "{name: a, in: body, schema: {}}, {name: b, in: body, schema: {}}"
    (fault,) = faults_of(tmp_path, f"{SWAGGER}paths: {{/a: {{put: {{parameters: [{two}], {OK}}}}}}}")
    assert fault.rule == "two-bodies"
    mixed = "{name: a, in: body, schema: {}}, {name: b, in: formData, type: string}"
    (fault,) = faults_of(tmp_path, f"{SWAGGER}paths: {{/a: {{put: {{parameters: [{mixed}], {OK}}}}}}}")
    assert "a body or a form, not both" in fault.message


def test_a_body_of_the_operation_takes_the_place_of_that_of_the_path(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""{SWAGGER}
paths:
  /a:
    parameters: [{{name: a, in: body, schema: {{type: string}}}}]
    put: {{parameters: [{{name: b, in: body, schema: {{type: object}}}}], {OK}}}
""",
    )
    assert found.body is not None
    assert found.body.content[0].schema is not None
    assert found.body.content[0].schema.types == ("object",)


def test_an_unknown_place_of_a_parameter_is_refused_with_the_right_one(tmp_path: Path) -> None:
    (message,) = said(tmp_path, f"{SWAGGER}paths: {{/a: {{get: {{parameters: [{{name: a, in: querry}}], {OK}}}}}}}")
    assert "unknown `in`: `querry`" in message
    assert "did you mean `query`?" in message


def test_a_parameter_without_a_type_takes_text_and_is_named(tmp_path: Path) -> None:
    (message,) = warnings_of(
        tmp_path, f"{SWAGGER}paths: {{/a: {{get: {{parameters: [{{name: a, in: query}}], {OK}}}}}}}"
    )
    assert "no `type` is given; any text is taken" in message


def test_an_unquoted_version_is_read_and_named(tmp_path: Path) -> None:
    (message,) = warnings_of(
        tmp_path, f"swagger: 2.0\ninfo: {{title: T, version: 1.0}}\npaths: {{/a: {{get: {{{OK}}}}}}}"
    )
    assert message.startswith("api.yaml:1:1: the version stands in quotes")
