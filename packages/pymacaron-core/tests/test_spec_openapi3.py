"""OpenAPI 3.0 and 3.1 in the one vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.spec import read
from pymacaron_core.spec.operation import Parameter
from spec_documents import OK, OPENAPI, operation, said, specification, warnings_of

MODERN = OPENAPI.replace("3.0.3", "3.1.0")


def parameter(folder: Path, text: str) -> Parameter:
    (found,) = operation(folder, f"{OPENAPI}paths: {{/a: {{get: {{parameters: [{{{text}}}], {OK}}}}}}}").parameters
    return found


def base_path(folder: Path, servers: str) -> str:
    return specification(folder, f"{OPENAPI}servers: {servers}\npaths: {{/a: {{get: {{{OK}}}}}}}").base_path


@pytest.mark.parametrize(
    ("place", "style", "explode"),
    [("query", "form", True), ("cookie", "form", True), ("header", "simple", False)],
)
def test_style_and_explode_have_the_defaults_of_the_place(
    tmp_path: Path, place: str, style: str, explode: bool
) -> None:
    found = parameter(tmp_path, f"name: p, in: {place}, schema: {{type: array}}")
    assert (found.style, found.explode) == (style, explode)


def test_explode_is_off_where_another_style_is_named(tmp_path: Path) -> None:
    found = parameter(tmp_path, "name: p, in: query, style: pipeDelimited, schema: {type: array}")
    assert (found.style, found.explode) == ("pipeDelimited", False)


def test_a_parameter_with_content_carries_its_media_type(tmp_path: Path) -> None:
    found = parameter(
        tmp_path, "name: p, in: query, content: {application/json: {schema: {type: object}, example: {a: 1}}}"
    )
    assert found.content is not None
    assert found.content.name == "application/json"
    assert found.schema.types == ("object",)
    assert found.examples == ({"a": 1},)


def test_examples_are_plain_values(tmp_path: Path) -> None:
    found = parameter(
        tmp_path, "name: p, in: query, schema: {}, examples: {one: {value: 1}, far: {externalValue: 'http://x'}}"
    )
    assert found.examples == (1,)


def test_headers_that_the_protocol_owns_are_no_parameters(tmp_path: Path) -> None:
    names = ", ".join(
        f"{{name: {n}, in: header, schema: {{}}}}" for n in ("Accept", "content-type", "Authorization", "X-A")
    )
    found = operation(tmp_path, f"{OPENAPI}paths: {{/a: {{get: {{parameters: [{names}], {OK}}}}}}}")
    assert [p.name for p in found.parameters] == ["X-A"]


def test_parameters_of_the_path_are_merged_with_those_of_the_operation(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""{OPENAPI}
paths:
  /a/{{id}}:
    x-openapi-router-controller: here
    x-both: path
    parameters:
      - {{name: id, in: path, required: true, schema: {{type: string}}}}
      - {{$ref: '#/components/parameters/Limit'}}
    get:
      x-both: operation
      parameters:
        - {{name: id, in: path, required: true, schema: {{type: integer}}}}
        - {{name: id, in: query, schema: {{type: string}}}}
      {OK}
components:
  parameters:
    Limit: {{name: limit, in: query, schema: {{type: integer}}}}
""",
    )
    assert [(p.name, p.place_in, p.argument, p.schema.types) for p in found.parameters] == [
        ("limit", "query", "limit", ("integer",)),
        ("id", "path", "id", ("integer",)),
        ("id", "query", "id_query", ("string",)),
    ]
    assert found.extensions == {"x-openapi-router-controller": "here", "x-both": "operation"}


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ("[{url: 'https://example.com/v1/'}, {url: /other}]", "/v1"),
        ("[{url: /}]", ""),
        ("[{url: v1}]", "/v1"),
        ("[{url: ./v1}]", "/v1"),
        ("[]", ""),
        ("[{url: 'https://{host}/{v}', variables: {host: {default: a.b}, v: {default: v3}}}]", "/v3"),
        ("[{url: '{root}/v1', variables: {root: {default: 'https://a.b/c'}}}]", "/c/v1"),
    ],
)
def test_the_base_path_is_the_path_of_the_first_server(tmp_path: Path, servers: str, expected: str) -> None:
    assert base_path(tmp_path, servers) == expected


def test_a_server_that_is_no_address_is_named(tmp_path: Path) -> None:
    text = f"{OPENAPI}servers: [{{url: 'http://[nowhere'}}]\npaths: {{/a: {{get: {{{OK}}}}}}}"
    assert ["is no address" in message for message in warnings_of(tmp_path, text)] == [True]


def test_servers_of_an_operation_and_of_its_path_are_carried(tmp_path: Path) -> None:
    text = f"""{OPENAPI}
paths:
  /a:
    servers: [{{url: 'https://path/'}}]
    get: {{{OK}}}
    put: {{servers: [{{url: 'https://operation/'}}], {OK}}}
"""
    assert [o.servers for o in specification(tmp_path, text).operations] == [
        ("https://path/",),
        ("https://operation/",),
    ]


def test_bodies_and_replies_carry_their_media_types(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        f"""{OPENAPI}
paths:
  /a:
    post:
      requestBody: {{$ref: '#/components/requestBodies/Pet'}}
      responses:
        '201': {{description: made, headers: {{X-Id: {{schema: {{type: string}}}}}}, content: {{'*/*': {{}}}}}}
        4XX: {{description: wrong}}
components:
  schemas: {{Pet: {{type: object}}}}
  requestBodies:
    Pet:
      required: true
      content:
        Application/JSON; charset=utf-8: {{schema: {{$ref: '#/components/schemas/Pet'}}, example: {{name: a}}}}
        multipart/form-data: {{schema: {{type: object}}, encoding: {{f: {{contentType: image/png, explode: false}}}}}}
""",
    )
    assert found.body is not None
    assert found.body.required
    json, form = found.body.content
    assert (json.name, json.schema and json.schema.ref, json.examples) == ("application/json", "Pet", ({"name": "a"},))
    assert form.encoding["f"].content_type == "image/png"
    assert form.encoding["f"].explode is False
    assert [(r.status, [m.name for m in r.content]) for r in found.replies] == [("201", ["*/*"]), ("4XX", [])]
    assert [h.name for h in found.replies[0].headers] == ["X-Id"]


def test_security_schemes_are_read(tmp_path: Path) -> None:
    found = specification(
        tmp_path,
        f"""{OPENAPI}
security: [{{bearer: []}}]
paths: {{/a: {{get: {{{OK}}}}}}}
components:
  securitySchemes:
    bearer: {{type: http, scheme: Bearer, bearerFormat: JWT, x-level: 2}}
    cookie: {{type: apiKey, in: cookie, name: session}}
    oauth: {{type: oauth2, flows: {{password: {{tokenUrl: /t, scopes: {{}}}}}}}}
    oidc: {{type: openIdConnect, openIdConnectUrl: https://a/}}
""",
    )
    bearer, cookie, oauth, oidc = found.security_schemes.values()
    assert (bearer.scheme, bearer.bearer_format, bearer.extensions) == ("bearer", "JWT", {"x-level": 2})
    assert (cookie.place_in, cookie.parameter) == ("cookie", "session")
    assert list(oauth.flows) == ["password"]
    assert oidc.openid_url == "https://a/"
    assert found.operations[0].security == ({"bearer": ()},)


def test_a_scheme_that_is_not_declared_stops_the_start(tmp_path: Path) -> None:
    text = f"""{OPENAPI}
paths: {{/a: {{get: {{security: [{{bearr: []}}], {OK}}}}}}}
components: {{securitySchemes: {{bearer: {{type: http, scheme: bearer}}}}}}
"""
    (message,) = said(tmp_path, text)
    assert "there is no security scheme `bearr`; did you mean `bearer`?" in message


def test_webhooks_of_3_1_are_carried_and_not_served(tmp_path: Path) -> None:
    text = f"{MODERN}webhooks: {{newPet: {{post: {{operationId: told, {OK}}}}}}}"
    (message,) = warnings_of(tmp_path, text)
    assert "nothing is served" in message
    found, _ = read(tmp_path / "api.yaml", root=tmp_path)
    assert [(o.path, o.id) for o in found.webhooks] == [("newPet", "told")]
    assert found.operations == ()
    assert found.dialect == "3.1"


def test_3_2_is_read_with_a_warning_and_4_is_refused(tmp_path: Path) -> None:
    paths = f"paths: {{/a: {{get: {{{OK}}}}}}}"
    (message,) = warnings_of(tmp_path, OPENAPI.replace("3.0.3", "3.2.0") + paths)
    assert "OpenAPI 3.2.0 is read as 3.1" in message
    (message,) = said(tmp_path, OPENAPI.replace("3.0.3", "4.0.0") + paths)
    assert message.startswith("api.yaml:1:1: the version `4.0.0` is not known")


def test_a_path_item_may_refer_to_another_and_add_to_it(tmp_path: Path) -> None:
    text = f"""{MODERN}
paths:
  /a: {{$ref: '#/components/pathItems/Shared', put: {{{OK}}}}}
components: {{pathItems: {{Shared: {{get: {{{OK}}}, put: {{operationId: shared, {OK}}}}}}}}}
"""
    assert [(o.method, o.id) for o in specification(tmp_path, text).operations] == [("GET", None), ("PUT", None)]


def test_a_body_as_swagger_2_writes_it_is_refused_with_the_new_way(tmp_path: Path) -> None:
    (message,) = said(tmp_path, f"{OPENAPI}paths: {{/a: {{put: {{parameters: [{{name: b, in: body}}], {OK}}}}}}}")
    assert "since OpenAPI 3 the body is the operation" in message
    assert ":3:" in message
