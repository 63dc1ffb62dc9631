"""What is carried for the packages and pages that use it: servers, tags, callbacks, webhooks, links, examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_core.spec import read
from pymacaron_core.spec.operation import Encoding, Example, Place, Server, ServerVariable, Shared
from spec_documents import OK, OPENAPI, SWAGGER, operation, specification, warnings_of, write

MODERN = OPENAPI.replace("3.0.3", "3.1.0")
NEWER = OPENAPI.replace("3.0.3", "3.2.0")
ONE = f"paths: {{/x: {{get: {{{OK}}}}}}}\n"
BOTH = pytest.mark.parametrize("head", [OPENAPI, MODERN])
ALL = pytest.mark.parametrize("head", [SWAGGER, OPENAPI, MODERN])


@BOTH
def test_servers_are_carried_with_their_variables(tmp_path: Path, head: str) -> None:
    host = "{default: eu, enum: [eu, us], description: where}"
    servers = f"[{{url: 'https://{{host}}.example.com/v1', description: real, variables: {{host: {host}}}}}]"
    found = specification(tmp_path, f"{head}servers: {servers}\n{ONE}")
    assert found.servers == ("https://eu.example.com/v1",)
    assert found.server_templates == (
        Server("https://{host}.example.com/v1", "real", {"host": ServerVariable("eu", ("eu", "us"), "where")}),
    )
    paths = f"paths: {{/x: {{get: {{servers: {servers}, {OK}}}}}}}"
    assert operation(tmp_path, head + paths).server_templates == found.server_templates


def test_a_default_that_no_variable_can_have_is_named(tmp_path: Path) -> None:
    text = f"{OPENAPI}servers: [{{url: '/{{v}}', variables: {{v: {{default: v3, enum: [v1, v2]}}}}}}]\n{ONE}"
    (message,) = warnings_of(tmp_path, text)
    assert message.startswith("api.yaml:3:37: the default `v3` of the variable `v` is none of its values")


@ALL
def test_tags_papers_and_what_describes_the_api_are_carried(tmp_path: Path, head: str) -> None:
    papers = "externalDocs: {url: 'https://a', description: d}"
    text = head.replace(
        "{title: T,", "{title: T, contact: {name: N}, license: {name: MIT}, termsOfService: 'https://t',"
    )
    paths = f"paths: {{/x: {{get: {{tags: [a], {papers}, {OK}}}}}}}"
    found = specification(tmp_path, f"{text}{papers}\ntags: [{{name: a, {papers}}}]\n{paths}")
    expected = {"url": "https://a", "description": "d"}
    assert found.external_docs == expected
    assert found.operations[0].external_docs == expected
    assert found.operations[0].tags == ("a",)
    assert found.tags == ({"name": "a", "externalDocs": expected},)
    assert found.info["contact"] == {"name": "N"}
    assert found.info["license"] == {"name": "MIT"}
    assert found.info["termsOfService"] == "https://t"


CALLBACKS = f"""
paths:
  /x:
    post:
      callbacks: {{paid: {{$ref: 'parts.yaml#/paid'}}, own: {{'{{$request.body#/url}}': {{get: {{{OK}}}}}}}}}
      {OK}
"""
PARTS = """
paid:
  '{$request.body#/url}':
    $ref: '#/item'
item:
  post: {operationId: paid, requestBody: {$ref: '#/body'}, responses: {200: {description: ok}}}
body: {content: {application/json: {schema: {$ref: '#/Paid'}}}}
Paid: {type: object}
"""


@BOTH
def test_callbacks_are_operations_of_others_behind_any_reference(tmp_path: Path, head: str) -> None:
    write(tmp_path, PARTS, "parts.yaml")
    found = specification(tmp_path, head + CALLBACKS)
    callbacks = found.operations[0].callbacks
    ((paid,), (own,)) = callbacks["paid"], callbacks["own"]
    assert (paid.method, paid.path, paid.id) == ("POST", "{$request.body#/url}", "paid")
    assert paid.place == Place("parts.yaml", "/item/post")
    assert paid.body is not None
    assert paid.body.content[0].schema is not None
    assert paid.body.content[0].schema.ref == "Paid"
    assert "Paid" in found.schemas
    assert (own.method, own.path) == ("GET", "{$request.body#/url}")


def test_webhooks_are_carried_behind_any_reference(tmp_path: Path) -> None:
    write(tmp_path, PARTS, "parts.yaml")
    found = specification(tmp_path, f"{MODERN}{ONE}webhooks: {{paid: {{$ref: 'parts.yaml#/item'}}}}")
    assert [(o.method, o.path, o.id) for o in found.webhooks] == [("POST", "paid", "paid")]


@BOTH
def test_links_are_carried_behind_any_reference(tmp_path: Path, head: str) -> None:
    links = "{next: {$ref: '#/components/links/Next'}, own: {operationId: a, parameters: {id: '$response.body#/id'}}}"
    replies = f"responses: {{200: {{description: ok, links: {links}}}}}"
    shared = "components: {links: {Next: {$ref: '#/components/links/There'}, There: {operationId: b}}}"
    found = operation(tmp_path, f"{head}paths: {{/x: {{get: {{{replies}}}}}}}\n{shared}")
    assert dict(found.replies[0].links) == {
        "next": {"operationId": "b"},
        "own": {"operationId": "a", "parameters": {"id": "$response.body#/id"}},
    }


@BOTH
def test_examples_are_carried_behind_any_reference(tmp_path: Path, head: str) -> None:
    example = "{examples: {a: {$ref: '#/components/examples/A'}, b: {value: {$ref: is data here}}}}"
    replies = f"responses: {{200: {{description: ok, content: {{application/json: {example}}}}}}}"
    text = f"{head}paths: {{/x: {{get: {{{replies}}}}}}}\ncomponents: {{examples: {{A: {{value: 1}}}}}}"
    assert operation(tmp_path, text).replies[0].content[0].examples == (1, {"$ref": "is data here"})


@BOTH
def test_security_schemes_are_read_behind_any_reference(tmp_path: Path, head: str) -> None:
    write(tmp_path, "key: {type: apiKey, in: header, name: k}", "parts.yaml")
    schemes = "{a: {$ref: '#/components/securitySchemes/b'}, b: {$ref: 'parts.yaml#/key'}}"
    found = specification(tmp_path, f"{head}{ONE}security: [{{a: []}}]\ncomponents: {{securitySchemes: {schemes}}}")
    assert [(s.name, s.type, s.parameter) for s in found.security_schemes.values()] == [
        ("a", "apiKey", "k"),
        ("b", "apiKey", "k"),
    ]


@pytest.mark.parametrize(
    ("document", "place", "told"),
    [
        (f"paths: {{/x: {{get: {{{OK}}}, query: {{{OK}}}}}}}", "/paths/~1x/query", "`query` is OpenAPI 3.2"),
        (
            f"paths: {{/x: {{get: {{{OK}}}, additionalOperations: {{COPY: {{{OK}}}}}}}}}",
            "/paths/~1x/additionalOperations",
            "`additionalOperations` is OpenAPI 3.2",
        ),
        (
            f"paths: {{/x: {{get: {{requestBody: {{content: {{application/jsonl: {{itemSchema: {{}}}}}}}}, {OK}}}}}}}",
            "/paths/~1x/get/requestBody/content/application~1jsonl/itemSchema",
            "`itemSchema` is OpenAPI 3.2",
        ),
        (
            ONE + "components: {securitySchemes: {a: {type: oauth2, flows: {deviceAuthorization: {scopes: {}}}}}}",
            "/components/securitySchemes/a/flows/deviceAuthorization",
            "it is carried, and nothing here uses it",
        ),
        (
            f"{ONE}components: {{schemas: {{A: {{discriminator: {{propertyName: a, defaultMapping: B}}}}}}}}",
            "/components/schemas/A/discriminator/defaultMapping",
            "`defaultMapping` is OpenAPI 3.2",
        ),
    ],
)
def test_what_3_2_added_is_named_where_it_does_nothing(tmp_path: Path, document: str, place: str, told: str) -> None:
    found, faults = read(write(tmp_path, NEWER + document), root=tmp_path)
    assert [o.method for o in found.operations] == ["GET"]
    (general, notice) = faults
    assert "OpenAPI 3.2.0 is read as 3.1" in general.message
    assert (notice.pointer, notice.severity, notice.rule) == (place, "warning", "openapi-3.2")
    assert told in notice.message


def test_an_operation_that_needs_what_3_2_added_is_not_served(tmp_path: Path) -> None:
    bad = f"/q: {{get: {{parameters: [{{name: q, in: querystring, content: {{text/plain: {{}}}}}}], {OK}}}}}"
    found, faults = read(write(tmp_path, f"{NEWER}paths: {{/x: {{get: {{{OK}}}}}, {bad}}}"), root=tmp_path)
    assert [o.path for o in found.operations] == ["/x"]
    assert [o.path for o in found.unserved] == ["/q"]
    assert "`in: querystring` is OpenAPI 3.2" in faults[1].message


def test_media_types_that_3_2_shares_are_followed(tmp_path: Path) -> None:
    media = "content: {application/json: {$ref: '#/components/mediaTypes/J'}}"
    text = f"{NEWER}paths: {{/x: {{get: {{responses: {{200: {{description: ok, {media}}}}}}}}}}}\n"
    text += "components: {mediaTypes: {J: {schema: {type: string}}}}"
    found, _ = read(write(tmp_path, text), root=tmp_path)
    schema = found.operations[0].replies[0].content[0].schema
    assert schema is not None
    assert schema.types == ("string",)


@BOTH
def test_all_that_an_example_says_is_carried_under_its_name(tmp_path: Path, head: str) -> None:
    far = "{summary: s, description: d, externalValue: 'https://e', x-a: 1}"
    examples = f"examples: {{far: {far}, none: {{value: null}}, same: {{$ref: '#/components/examples/E'}}}}"
    parameter = f"{{name: q, in: query, schema: {{}}, {examples}}}"
    header = f"headers: {{X-H: {{schema: {{}}, {examples}}}}}"
    replies = f"responses: {{200: {{description: ok, {header}, content: {{text/plain: {{{examples}}}}}}}}}"
    text = f"{head}paths: {{/x: {{get: {{parameters: [{parameter}], {replies}}}}}}}\n"
    found = operation(tmp_path, text + "components: {examples: {E: {value: 1, summary: t}}}")
    for holder in (found.parameters[0], found.replies[0].headers[0], found.replies[0].content[0]):
        assert holder.examples == (None, 1)
        far_away, nothing, same = holder.named_examples.values()
        assert list(holder.named_examples) == ["far", "none", "same"]
        place = far_away.place
        assert far_away == Example(None, False, "s", "d", "https://e", {"x-a": 1}, place)
        assert (nothing.value, nothing.has_value) == (None, True)
        assert (same.value, same.summary, same.place.pointer) == (1, "t", "/components/examples/E")


def test_what_stands_beside_the_reference_to_an_example_takes_the_place_of_its_own(tmp_path: Path) -> None:
    example = "{$ref: '#/components/examples/E', summary: here}"
    media = f"content: {{text/plain: {{examples: {{e: {example}}}}}}}"
    text = f"{MODERN}paths: {{/x: {{get: {{responses: {{200: {{description: ok, {media}}}}}}}}}}}\n"
    found = operation(tmp_path, text + "components: {examples: {E: {value: 1, summary: there, description: d}}}")
    told = found.replies[0].content[0].named_examples["e"]
    assert (told.summary, told.description) == ("here", "d")


@BOTH
def test_encodings_are_carried_whole(tmp_path: Path, head: str) -> None:
    encoding = "encoding: {a: {allowReserved: true, style: form, x-a: 1}, b: {contentType: text/plain}}"
    content = f"content: {{application/x-www-form-urlencoded: {{{encoding}}}}}"
    found = operation(tmp_path, f"{head}paths: {{/x: {{post: {{requestBody: {{{content}}}, {OK}}}}}}}")
    assert found.body is not None
    assert found.body.content[0].encoding == {
        "a": Encoding(style="form", allow_reserved=True, extensions={"x-a": 1}),
        "b": Encoding("text/plain"),
    }


@BOTH
def test_what_a_path_says_and_which_servers_serve_an_operation_are_carried(tmp_path: Path, head: str) -> None:
    item = f"summary: s, description: d, servers: [{{url: /path, x-a: 1}}], get: {{{OK}}}"
    own = f"put: {{servers: [{{url: /own}}], {OK}}}"
    paths = f"paths: {{/x: {{{item}, {own}}}, /y: {{get: {{{OK}}}}}}}"
    found = specification(tmp_path, f"{head}servers: [{{url: /all}}]\n{paths}")
    get, put, other = found.operations
    server = Server("/path", extensions={"x-a": 1})
    assert get.shared == put.shared == Shared("s", "d", (server,), Place("api.yaml", "/paths/~1x"))
    assert [found.servers_of(o) for o in (get, put, other)] == [(server,), (Server("/own"),), (Server("/all"),)]
    assert other.shared == Shared(place=Place("api.yaml", "/paths/~1y"))


def test_the_schemes_of_an_operation_are_its_servers(tmp_path: Path) -> None:
    paths = f"paths: {{/x: {{get: {{schemes: [wss, https], {OK}}}, put: {{{OK}}}}}}}"
    found = specification(tmp_path, f"{SWAGGER}host: a.example\nbasePath: /v1\nschemes: [http]\n{paths}")
    get, put = found.operations
    assert [server.url for server in found.servers_of(get)] == ["wss://a.example/v1", "https://a.example/v1"]
    assert [server.url for server in found.servers_of(put)] == ["http://a.example/v1"]


@BOTH
def test_extensions_are_carried_wherever_they_stand(tmp_path: Path, head: str) -> None:
    media = "content: {text/plain: {schema: {x-m: 1}, x-a: 2}}"
    replies = f"responses: {{200: {{description: ok, x-a: 3, headers: {{X-H: {{schema: {{}}, x-a: 4}}}}, {media}}}}}"
    parameter = "{name: q, in: query, schema: {}, x-a: 5}"
    body = f"requestBody: {{x-a: 6, {media}}}"
    servers = "servers: [{url: '/{v}', variables: {v: {default: a, x-a: 7}}}]"
    text = f"{head}{servers}\npaths: {{/x: {{post: {{parameters: [{parameter}], {body}, {replies}}}}}}}"
    api = specification(tmp_path, text)
    (found,) = api.operations
    assert found.body is not None
    (reply,) = found.replies
    holders = (found.body.content[0], reply, reply.headers[0], found.parameters[0], found.body)
    assert [holder.extensions for holder in holders] == [{"x-a": number} for number in (2, 3, 4, 5, 6)]
    assert api.server_templates[0].variables["v"].extensions == {"x-a": 7}


def test_extensions_of_swagger_2_are_carried_wherever_they_stand(tmp_path: Path) -> None:
    parameters = "[{name: q, in: query, type: string, x-a: 1}, {name: b, in: body, schema: {}, x-examples: {a: 2}}]"
    replies = "responses: {200: {description: ok, x-a: 3, headers: {X-H: {type: string, x-a: 4}}}}"
    found = operation(tmp_path, f"{SWAGGER}paths: {{/x: {{post: {{parameters: {parameters}, {replies}}}}}}}")
    assert found.body is not None
    assert found.parameters[0].extensions == {"x-a": 1}
    assert found.body.extensions == {"x-examples": {"a": 2}}
    assert found.replies[0].extensions == {"x-a": 3}
    assert found.replies[0].headers[0].extensions == {"x-a": 4}


@pytest.mark.parametrize("written", ["", "[all, of, it]"])
@pytest.mark.parametrize("kind", ["2.0", "3"])
def test_scopes_that_do_not_say_what_they_are_for_are_told(tmp_path: Path, kind: str, written: str) -> None:
    flow = f"{{authorizationUrl: 'https://a', scopes: {{read: {written}, write: w}}}}"
    if kind == "2.0":
        text = f"{SWAGGER}{ONE}securityDefinitions: {{a: {{type: oauth2, flow: implicit, {flow[1:]}}}"
    else:
        text = f"{OPENAPI}{ONE}components: {{securitySchemes: {{a: {{type: oauth2, flows: {{implicit: {flow}}}}}}}}}"
    (told,) = warnings_of(tmp_path, text)
    assert "the scope `read` has a text that says what it is for" in told


@ALL
def test_xml_without_anything_behind_it_is_told(tmp_path: Path, head: str) -> None:
    group = "definitions: {S: {xml: }}" if head == SWAGGER else "components: {schemas: {S: {xml: }}}"
    found, (told,) = read(write(tmp_path, f"{head}{ONE}{group}"), root=tmp_path)
    assert "`xml` has nothing behind it, and is left out" in told.message
    assert "xml" not in found.schemas["S"].keywords
