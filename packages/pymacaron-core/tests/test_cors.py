"""Other origins: what browsers ask and are told, as the Fetch standard has it (section 3.2, CORS protocol)."""

import flask
import pytest
from flask_cors import CORS
from pymacaron_core import API, AuthorizationHeaderMissing, ConfigError
from pymacaron_core.config import CorsSettings
from pymacaron_core.cors import Cors

OK = "{'200': {description: ok, headers: {X-Left: {schema: {type: integer}}, Expires: {schema: {type: string}}}}}"
DOCUMENT = f"""
openapi: 3.0.3
info: {{title: Shop, version: "1"}}
paths:
  /orders/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
    get:
      operationId: read
      parameters: [{{name: X-Trace, in: header, schema: {{type: string}}}}]
      responses: {OK}
    put:
      operationId: write
      security: [{{token: []}}, {{key: []}}, {{cookie: []}}]
      requestBody: {{required: true, content: {{application/json: {{}}}}}}
      responses: {{'204': {{description: done}}}}
    options: {{operationId: asked, security: [{{token: []}}], responses: {{'204': {{description: done}}}}}}
components:
  securitySchemes:
    token: {{type: http, scheme: bearer}}
    key: {{type: apiKey, in: header, name: X-Key}}
    cookie: {{type: apiKey, in: cookie, name: session}}
"""
PAGE = "https://shop.example"


def refuse(*arguments):
    raise AuthorizationHeaderMissing


@pytest.fixture
def service(tmp_path):
    """A served document, with these options of ``core``, and what is done to the Flask object before and after."""

    def service(options="{}", before=None, after=None):
        (tmp_path / "apis").mkdir(exist_ok=True)
        (tmp_path / "apis" / "shop.yaml").write_text(DOCUMENT)
        (tmp_path / "pym-config.yaml").write_text(f"core: {options}\n")
        app = flask.Flask("shop")
        if before:
            before(app)
        handlers = {"read": lambda id, x_trace: (None, {"X-Left": 1}), "write": lambda body, id: None}
        guards = dict.fromkeys(("token", "key", "cookie"), refuse)
        api = API(app, root=tmp_path, handlers={**handlers, "asked": lambda id: None}, guards=guards)
        api.load_apis().finish()
        app.add_url_rule("/hand", view_func=lambda: "hand", endpoint="hand")
        app.add_url_rule("/fails", view_func=lambda: 1 / 0, endpoint="fails")
        if after:
            after(app)
        return app.test_client()

    return service


def told(answer):
    """What a browser is told: all headers of CORS, each once."""
    names = [name for name, _ in answer.headers if name.startswith("Access-Control-")]
    assert len(names) == len(set(names))
    return {name.removeprefix("Access-Control-"): answer.headers[name] for name in names}


def preflight(client, path, method, origin=PAGE, **more):
    headers = {"Origin": origin, "Access-Control-Request-Method": method, **more}
    return client.options(path, headers=headers)


def listed(origins=f"[{PAGE}]", **more):
    said = "".join(f", {name}: {value}" for name, value in more.items())
    return f"{{max_body_bytes: 10, cors: {{origins: {origins}{said}}}}}"


def test_without_configuration_nothing_is_said_and_other_origins_are_refused(service):
    client = service()
    for answer in (client.get("/orders/1", headers={"Origin": PAGE}), preflight(client, "/hand", "GET")):
        assert (answer.status_code, told(answer), "Vary" in answer.headers) == (200, {}, False)


ANSWERS = [
    ("GET", "/orders/1", 200),
    ("HEAD", "/orders/1", 200),
    ("GET", "/orders/x", 400),
    ("PUT", "/orders/1", 401),
    ("PATCH", "/orders/1", 405),
    ("GET", "/nowhere", 404),
    ("GET", "/fails", 500),
    ("GET", "/hand", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_reply_and_every_error_tells_who_may_read_it(service, method, path, status):
    client = service(listed())
    answer = client.open(path, method=method, headers={"Origin": PAGE})
    assert (answer.status_code, told(answer)["Allow-Origin"]) == (status, PAGE)
    assert "Origin" in answer.headers["Vary"].split(", ")
    for origin in ({}, {"Origin": "https://evil.example"}):
        refused = client.open(path, method=method, headers=origin)
        assert (refused.status_code, told(refused)) == (status, {})
        assert "Origin" in refused.headers["Vary"].split(", ")


def test_a_body_that_is_too_large_is_told_to_the_page(service, tmp_path):
    def open_to_all(app):
        app.add_url_rule("/take", view_func=lambda: flask.request.get_data(), endpoint="take", methods=["POST"])
        app.config["MAX_CONTENT_LENGTH"] = 10

    answer = service(listed(), after=open_to_all).post("/take", data=b"x" * 11, headers={"Origin": PAGE})
    assert (answer.status_code, told(answer)) == (413, {"Allow-Origin": PAGE})


def test_a_page_may_read_the_headers_that_the_document_declares(service):
    answer = service(listed(expose="[X-More]")).get("/orders/1", headers={"Origin": PAGE})
    assert told(answer) == {"Allow-Origin": PAGE, "Expose-Headers": "X-Left, X-More"}


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/orders/1", "GET", "X-More, X-Trace"),
        ("/orders/1", "HEAD", "X-More, X-Trace"),
        ("/orders/1", "PUT", "Authorization, Content-Type, X-Key, X-More"),
        ("/hand", "GET", "Content-Type, X-More"),
        ("/orders/1", "DELETE", None),
        ("/orders/1", "put", None),
    ],
)
def test_a_preflight_is_told_what_the_document_declares_and_never_what_it_asks(service, path, method, headers):
    client = service(listed(headers="[X-More]", max_age=5))
    answer = preflight(client, path, method, **{"Access-Control-Request-Headers": "x-evil"})
    methods = "GET, HEAD, PUT" if path != "/hand" else "GET, HEAD"
    allowed = {"Allow-Headers": headers} if headers else {}
    assert (answer.status_code, answer.data, answer.content_type) == (204, b"", None)
    assert told(answer) == {"Allow-Origin": PAGE, "Allow-Methods": methods, "Max-Age": "5", **allowed}
    assert answer.headers["Vary"] == "Origin"


def test_a_preflight_comes_before_hooks_credentials_and_what_is_declared_for_options(service):
    client = service(listed(), before=lambda app: app.before_request(lambda: ("closed", 503)))
    assert preflight(client, "/orders/1", "PUT").status_code == 204
    assert client.options("/orders/1").status_code == 503


def test_a_preflight_of_a_refused_origin_or_to_nowhere_is_told_nothing(service):
    client = service(listed())
    assert told(preflight(client, "/hand", "GET", "https://evil.example")) == {}
    lost = preflight(client, "/nowhere", "GET")
    assert (lost.status_code, lost.json["error"], told(lost)) == (404, "NOT_FOUND", {"Allow-Origin": PAGE})


def test_credentials_and_private_networks_are_allowed_where_the_configuration_says_so(service):
    client = service(listed(credentials="true", private_network="true"))
    asked = {"Access-Control-Request-Private-Network": "true"}
    answer = told(preflight(client, "/hand", "GET", **asked))
    assert (answer["Allow-Credentials"], answer["Allow-Private-Network"]) == ("true", "true")
    assert "Allow-Private-Network" not in told(preflight(client, "/hand", "GET"))
    assert told(client.get("/hand", headers={"Origin": PAGE}))["Allow-Credentials"] == "true"
    assert "Allow-Private-Network" not in told(preflight(service(listed()), "/hand", "GET", **asked))


def test_any_origin_is_told_to_everybody_alike(service):
    client = service(listed('["*"]'))
    for origin in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
        answer = client.get("/hand", headers=origin)
        assert (told(answer), "Vary" in answer.headers) == ({"Allow-Origin": "*"}, False)


@pytest.mark.parametrize(
    ("said", "origin", "is_allowed"),
    [
        ("https://shop.example", "https://shop.example", True),
        ("https://shop.example", "http://shop.example", False),
        ("https://shop.example", "https://shop.example:8443", False),
        ("https://shop.example", "https://shop.example.evil.example", False),
        ("https://shop.example", "https://a.shop.example", False),
        ("https://shop.example", "null", False),
        ("https://shop.example", "", False),
        ("https://*.shop.example", "https://a.shop.example", True),
        ("https://*.shop.example", "https://a.b.shop.example", True),
        ("https://*.shop.example", "https://shop.example", False),
        ("https://*.shop.example", "https://evilshop.example", False),
        ("https://*.shop.example", "https://a.shopxexample", False),
        ("https://*.shop.example", "https://evil.example/.shop.example", False),
        ("https://*.shop.example", "https://a.shop.example\n", False),
        ("http://localhost:*", "http://localhost:3000", True),
        ("http://localhost:*", "http://localhost", True),
        ("http://localhost:*", "http://localhost:3000.evil.example", False),
        ("http://[::1]:8080", "http://[::1]:8080", True),
        ("capacitor://localhost", "capacitor://localhost", True),
    ],
)
def test_an_origin_is_one_of_the_list_or_fits_a_pattern_whole(said, origin, is_allowed):
    assert Cors(CorsSettings(origins=(said,))).allows(origin) is is_allowed


@pytest.mark.parametrize(
    "wrong",
    [
        "'null'",
        "https://shop.example/",
        "https://shop.example/path",
        "https://Shop.example",
        "shop.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://*",
        "https://*.com",
        "https://a.*.example",
        "https://*shop.example",
        "https://.*",
        "https://a b",
        "''",
        "7",
    ],
)
def test_an_origin_that_no_browser_sends_or_that_means_too_many_stops_the_start(service, wrong):
    with pytest.raises(ConfigError, match=r"yaml:1:\d+: core.cors.origins.0 must be a list of origins"):
        service(listed(f"[{wrong}]"))


def test_what_browsers_would_refuse_stops_the_start(service):
    with pytest.raises(ConfigError, match=r"pym-config.yaml:1:\d+: credentials cannot be allowed to every origin"):
        service(listed('["*"]', credentials="true"))
    with pytest.raises(ConfigError, match=r"origins must be '\*' alone"):
        service(listed(f'["*", {PAGE}]'))
    with pytest.raises(ConfigError, match="expose"):
        service(listed(expose='["*"]'))


@pytest.mark.parametrize("options", ["{}", listed(credentials="true")], ids=["alone", "beside ours"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_flask_cors_beside_ours_gives_each_header_once(service, options, when):
    client = service(options, **{when: lambda app: CORS(app)})
    own = options != "{}"
    for answer in (client.get("/orders/1", headers={"Origin": PAGE}), preflight(client, "/orders/1", "GET")):
        said = told(answer)
        assert said["Allow-Origin"] in ([PAGE] if own else [PAGE, "*"])
        assert ("Allow-Credentials" in said) is own
    elsewhere = client.get("/hand", headers={"Origin": "https://other.example"})
    assert told(elsewhere)["Allow-Origin"] in ("*", "https://other.example")
