"""The app room: a folder becomes a service, several live side by side, and what is wrong is told at once."""

import sys
import textwrap

import flask
import pytest
from pymacaron_core import (
    API,
    Application,
    BindingError,
    DocumentError,
    GuardMissing,
    InvalidParameter,
    ModelError,
    NotFound,
    PyMacaronException,
    StartError,
    apipool,
    current_application,
    current_call,
    get_config,
    get_model,
    letsgo,
    load,
)
from pymacaron_core.application import NoApplication
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client

SHOP = """
openapi: 3.0.3
info: {title: Shop, version: "1.2"}
servers: [{url: https://shop.example.com/v1}]
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses:
        "201": {description: made, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
  /orders/{id}:
    get:
      operationId: getOrder
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: id, in: query, schema: {type: string}}
      responses:
        "200": {description: one, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
components:
  schemas:
    Order:
      type: object
      required: [name]
      properties: {id: {type: integer}, name: {type: string}}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A function that writes a project folder; modules it brings are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return tmp_path

    yield write
    for name in set(sys.modules) - before:
        if name.split(".")[0].startswith(("apis", "shop", "server", "other")):
            del sys.modules[name]


HANDLERS = {"createOrder": lambda body: body, "getOrder": lambda id, id_query: {"id": id, "name": id_query or "none"}}


def shop(project, **options):
    root = project(apis__shop_dot_yaml=SHOP)
    return API(flask.Flask("shop"), root=root, handlers=HANDLERS, **options)


def test_a_folder_with_documents_and_functions_is_enough(project):
    root = project(
        apis__shop_dot_yaml=SHOP,
        shop__api_dot_py="""
            from apis.shop_models import Order

            def create_order(body):
                assert isinstance(body, Order)
                return Order(id=1, name=body.name)

            def get_order(id):
                return Order(id=id, name="x")
            """,
    )
    application = load(root)
    assert isinstance(application, Application)
    client = application.app.test_client()
    reply = client.post("/v1/orders", json={"name": "a", "undeclared": True})
    assert (reply.status_code, reply.json) == (201, {"id": 1, "name": "a"})
    assert client.get("/v1/orders/7").json == {"id": 7, "name": "x"}


def test_a_server_py_is_used_and_does_not_serve(project):
    root = project(
        apis__shop_dot_yaml=SHOP,
        shop__api_dot_py="def create_order(body): return body\ndef get_order(id): return {'id': id, 'name': 'x'}\n",
        server_dot_py="""
            from flask import Flask
            from pymacaron_core import API, letsgo

            app = Flask(__name__)

            @app.get("/by-hand")
            def by_hand():
                return {"by": "hand"}

            def start(port, debug):
                api = API(app, port=port, debug=debug)
                api.load_apis("apis")
                api.start()

            letsgo(__name__, callback=start)
            """,
    )
    application = load(root)
    client = application.app.test_client()
    assert client.get("/by-hand").json == {"by": "hand"}
    assert client.get("/v1/orders/7").json == {"id": 7, "name": "x"}
    assert client.get("/ping").json == {}


def test_modules_of_another_project_in_this_process_are_not_taken_for_ones_own(project, tmp_path):
    for name in ("one", "two"):
        project(
            **{
                f"{name}__apis__shop_dot_yaml": SHOP,
                f"{name}__shop__api_dot_py": "def create_order(body): ...\ndef get_order(id, id_query): ...\n",
            }
        )
    load(tmp_path / "one")
    with pytest.raises(BindingError, match=r"shop.api.create_order is of another project .*one/shop/api.py"):
        load(tmp_path / "two")


def test_a_server_py_of_another_project_in_this_process_is_not_taken_for_ones_own(project, tmp_path):
    for name in ("one", "two"):
        server = "import flask\nfrom pymacaron_core import API\napp = flask.Flask('x')\nAPI(app)\n"
        project(**{f"{name}__apis__shop_dot_yaml": SHOP, f"{name}__server_dot_py": server})
    load(tmp_path / "one")
    with pytest.raises(StartError, match=r"two/server.py: the module server is of another project .*one/server.py"):
        load(tmp_path / "two")


def test_a_server_py_without_an_api_is_told(project):
    root = project(apis__shop_dot_yaml=SHOP, server_dot_py="app = None\n")
    with pytest.raises(StartError, match=r"server\.py makes no API"):
        load(root)


def test_letsgo_under_another_name_does_not_serve(project, monkeypatch):
    monkeypatch.chdir(project(apis__shop_dot_yaml=SHOP))
    made = []

    def start(port, debug):
        api = API(flask.Flask("shop"), port=port, debug=debug, handlers=HANDLERS).load_apis()
        made.append(api.start())

    letsgo("server", callback=start)
    assert made[0].ready


def test_functions_are_handed_over_by_a_decorator(project):
    api = API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP))

    @api.operation("createOrder")
    def create(body):
        return body

    @api.operation("GET /orders/{id}")
    def get(id):
        return {"id": id, "name": "x"}

    client = api.load_apis().finish().app.test_client()
    assert client.post("/v1/orders", json={"name": "a"}).status_code == 201
    assert client.get("/v1/orders/3").json["id"] == 3


def test_every_operation_without_a_function_is_named_at_once(project):
    with pytest.raises(BindingError) as caught:
        API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP)).load_apis()
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("apis/shop.yaml:8:7: createOrder (POST /orders) has no function")


def test_every_broken_document_is_told_at_once(project):
    root = project(apis__one_dot_yaml="openapi: 3.0.3\npaths: [", apis__two_dot_yaml="swagger: '2.0'\ninfo: {}\n")
    with pytest.raises(DocumentError) as caught:
        load(root)
    assert {fault.file for fault in caught.value.faults} == {"apis/one.yaml", "apis/two.yaml"}


def test_a_folder_without_documents_is_told(tmp_path):
    with pytest.raises(StartError, match="there is no folder"):
        API(flask.Flask("x"), root=tmp_path).load_apis()
    (tmp_path / "apis").mkdir()
    with pytest.raises(StartError, match="holds no OpenAPI document"):
        API(flask.Flask("y"), root=tmp_path).load_apis()


SECURED = SHOP.replace(
    "      operationId: createOrder", "      operationId: createOrder\n      security: [{key: []}]"
).replace("components:", "components:\n  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}")


def test_an_unguarded_operation_stops_the_start(project):
    with pytest.raises(GuardMissing, match=r"apis/shop\.yaml:\d+:\d+: createOrder .*'key' \(apiKey\)"):
        API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SECURED), handlers=HANDLERS).load_apis()


def test_a_guard_tells_the_identity_to_the_endpoint(project):
    seen = []

    def create(body):
        seen.append(current_call().identity)
        return body

    api = API(
        flask.Flask("shop"),
        root=project(apis__shop_dot_yaml=SECURED),
        handlers={**HANDLERS, "createOrder": create},
        guards={"key": lambda call, credential: f"user {credential.value}"},
    )
    client = api.load_apis().finish().app.test_client()
    assert client.post("/v1/orders", json={"name": 7}).status_code == 401, "identity comes before validation"
    assert client.post("/v1/orders", json={"name": "a"}, headers={"X-Key": "bob"}).status_code == 201
    assert seen == ["user bob"]
    assert current_call() is None


def test_who_stands_before_every_flask_object_is_asked_here_too(project, monkeypatch):
    """As the instrumentation of some who watch services does it: by Flask's own ``__call__``."""
    application, asked, inner = shop(project).load_apis().finish(), [], flask.Flask.__call__

    def watching(app, environ, start_response):
        asked.append(environ["PATH_INFO"])
        return inner(app, environ, start_response)

    monkeypatch.setattr(flask.Flask, "__call__", watching)
    assert Client(application).get("/v1/nothing").status_code == 404
    assert asked == ["/v1/nothing"]


def test_two_applications_live_side_by_side(project, tmp_path):
    one = shop(project).load_apis().finish()
    other_root = tmp_path / "other"
    (other_root / "apis").mkdir(parents=True)
    (other_root / "apis" / "shop.yaml").write_text(SHOP.replace("name: {type: string}", "name: {type: integer}"))
    other = API(flask.Flask("other"), root=other_root, handlers=HANDLERS).load_apis().finish()
    assert one.app.test_client().post("/v1/orders", json={"name": "a"}).status_code == 201
    assert other.app.test_client().post("/v1/orders", json={"name": "a"}).status_code == 400
    assert other.app.test_client().post("/v1/orders", json={"name": 1}).status_code == 201
    with pytest.raises(NoApplication, match="several applications"):
        current_application()


def test_apipool_finds_models_of_the_current_application(project):
    seen = {}

    def create(body):
        seen["pool"] = apipool.shop.Order
        seen["model"] = get_model("Order")
        seen["config"] = get_config().core.name
        seen["names"] = apipool.get_api_names()
        with pytest.raises(ModelError, match="did you mean 'Order'"):
            _ = apipool.shop.Ordr
        with pytest.raises(ModelError, match="no API and no model"):
            _ = apipool.Nothing
        return body

    api = API(flask.Flask("s"), root=project(apis__shop_dot_yaml=SHOP), handlers={**HANDLERS, "createOrder": create})
    application = api.load_apis().finish()
    assert application.app.test_client().post("/v1/orders", json={"name": "a"}).status_code == 201
    assert seen["pool"] is seen["model"] is sys.modules["apis.shop_models"].Order
    assert application.models.find("shop", "Order") is seen["pool"]
    assert seen["names"] == ["shop", "ping", "health"] and seen["config"]


def test_apipool_loads_a_document_without_an_application(tmp_path):
    (tmp_path / "lonely.yaml").write_text(SHOP)
    catalog = apipool.load_swagger("lonely", tmp_path / "lonely.yaml")
    assert catalog.Order(name="a").to_json() == {"name": "a"}
    assert catalog.json_to_model("Order", {"name": "b"}).name == "b"


def test_a_base_path_of_the_configuration_wins(project):
    root = project(apis__shop_dot_yaml=SHOP, pym_dash_config="")
    (root / "pym-config.yaml").write_text("name: shop\ncore: {apis: {shop: {base_path: ''}}}\n")
    client = API(flask.Flask("shop"), root=root, handlers=HANDLERS).load_apis().finish().app.test_client()
    assert client.get("/orders/1").status_code == 200
    assert client.get("/v1/orders/1").status_code == 404


def test_settings_for_an_api_that_is_not_there_are_told(project, caplog):
    root = project(apis__shop_dot_yaml=SHOP)
    (root / "pym-config.yaml").write_text("core: {apis: {shp: {base_path: /x}}}")
    API(flask.Flask("shop"), root=root, handlers=HANDLERS).load_apis().finish()
    assert "pym-config.yaml: core.apis.shp has no effect: there is no API 'shp'; did you mean 'shop'?" in caplog.text


def test_settings_for_an_operation_that_is_not_there_are_told(project, caplog):
    root = project(apis__shop_dot_yaml=SHOP)
    (root / "pym-config.yaml").write_text("core: {operations: {getOrdr: {unknown_parameters: refuse}, getOrder: {}}}")
    API(flask.Flask("shop"), root=root, handlers=HANDLERS).load_apis().finish()
    told = "core.operations.getOrdr has no effect: there is no operation 'getOrdr'; did you mean 'getOrder'?"
    assert told in caplog.text and caplog.text.count("has no effect") == 1


def test_a_document_is_published_under_the_base_path_of_the_configuration(project):
    root = project(apis__shop_dot_yaml=SHOP)
    (root / "pym-config.yaml").write_text("core: {apis: {shop: {base_path: /shop/v2/}}}")
    client = API(root=root, handlers=HANDLERS).load_apis().finish().app.test_client()
    assert client.get("/shop/v2/orders/1").status_code == 200
    assert client.get("/doc/shop.json").json["servers"] == [{"url": "/shop/v2"}]
    assert client.get("/doc/index.json").json["apis"][0]["base_path"] == "/shop/v2"
    assert 'data-base="../shop/v2"' in client.get("/doc/shop").text


ARRAYS = """
swagger: '2.0'
info: {title: Shop, version: "1"}
paths:
  /arrays:
    post:
      operationId: arrays
      parameters:
      - {name: csv, in: formData, type: array, items: {type: integer}}
      - {name: ssv, in: formData, type: array, items: {type: string}, collectionFormat: ssv}
      - {name: tsv, in: formData, type: array, items: {type: string}, collectionFormat: tsv}
      - {name: pipes, in: formData, type: array, items: {type: string}, collectionFormat: pipes}
      - {name: multi, in: formData, type: array, items: {type: string}, collectionFormat: multi}
      responses: {200: {description: ok, schema: {type: object}}}
"""


def test_arrays_of_a_form_are_split_as_their_collection_format_says(project):
    api = API(root=project(apis__shop_dot_yaml=ARRAYS), handlers={"arrays": lambda **arrays: arrays}).load_apis()
    sent = {"csv": "1,2", "ssv": "a b", "tsv": "a\tb", "pipes": "a|b", "multi": ["a,b", "c"]}
    several = ["a", "b"]
    told = {"csv": [1, 2], "ssv": several, "tsv": several, "pipes": several, "multi": ["a,b", "c"]}
    assert api.app.test_client().post("/arrays", data=sent).json == told
    assert api.app.test_client().post("/arrays", data={"csv": ""}).json["csv"] == []
    assert api.app.test_client().post("/arrays", data={"csv": "1,x"}).json["errors"][0]["pointer"] == "/csv/1"


def test_only_models_gives_no_routes(project):
    api = shop(project).load_apis(only_models=["shop"])
    client = api.finish().app.test_client()
    assert client.get("/v1/orders/1").status_code == 404
    assert api.application.models.find("shop", "Order")


def test_two_apis_of_one_name_are_refused_also_one_after_the_other(project):
    api = API(root=project(apis__shop_dot_yaml=SHOP, more__shop_dot_yaml=SHOP), handlers=HANDLERS).load_apis()
    with pytest.raises(StartError, match=r"two APIs called 'shop'.*apis/shop.yaml and more/shop.yaml"):
        api.load_apis("more")


def test_two_apis_with_one_route_are_refused(project):
    root = project(apis__shop_dot_yaml=SHOP, apis__shop2_dot_yaml=SHOP)
    with pytest.raises(StartError, match="has the route of"):
        API(flask.Flask("shop"), root=root, handlers=HANDLERS).load_apis()


def test_global_names_shows_how_two_models_differ(project):
    other = SHOP.replace("/v1", "/v2").replace("name: {type: string}", "name: {type: integer}")
    root = project(apis__shop_dot_yaml=SHOP, apis__shop2_dot_yaml=other)
    with pytest.raises(ModelError, match=r"(?s)different models called 'Order'.*\+.*integer"):
        API(flask.Flask("shop"), root=root, handlers=HANDLERS).load_apis(global_names=True)


def test_one_flask_object_is_one_service(project):
    app = shop(project).app
    with pytest.raises(StartError, match="has an API already"):
        API(app)


def test_the_services_own_ping_wins_over_ours(project):
    app = flask.Flask("shop")
    app.add_url_rule("/ping", view_func=lambda: {"own": True}, endpoint="own_ping")
    client = API(app, root=project(apis__shop_dot_yaml=SHOP), handlers=HANDLERS).load_apis().finish().app.test_client()
    assert client.get("/ping").json == {"own": True}
    assert client.get("/version").json["apis"] == [{"name": "shop", "version": "1.2"}]


def test_ping_runs_its_hooks_and_fails_with_them(project):
    calls = []
    client = shop(project, ping_hook=lambda: calls.append(1)).load_apis().finish().app.test_client()
    assert client.get("/ping").json == {}
    assert calls == [1]


def test_mocks_answer_and_say_so(project):
    application = load(project(apis__shop_dot_yaml=SHOP), mock_missing=True)
    reply = application.app.test_client().get("/v1/orders/7")
    assert (reply.status_code, reply.json) == (200, {"id": 0, "name": "string"})
    assert reply.headers["X-PyMacaron-Mock"] == "getOrder"
    assert application.app.test_client().get("/v1/orders/x").status_code == 400


def raises(error):
    def function(**keywords):
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("no order 7"), 404, "NOT_FOUND"),
        (PyMacaronException("teapot", status=418, code="TEAPOT"), 418, "TEAPOT"),
        (InvalidParameter("no"), 400, "INVALID_PARAMETER"),
        (RuntimeError("password is hunter2"), 500, "SERVER_ERROR"),
        (flask.abort, 500, "SERVER_ERROR"),
    ],
)
def test_errors_are_answered_in_the_error_body(project, error, status, code):
    function = raises(error) if isinstance(error, Exception) else raises(RuntimeError("x"))
    api = API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP), handlers={**HANDLERS, "getOrder": function})
    reply = api.load_apis().finish().app.test_client().get("/v1/orders/7")
    assert (reply.status_code, reply.json["status"], reply.json["error"]) == (status, status, code)
    assert "hunter2" not in reply.text and "Traceback" not in reply.text
    assert ("error_id" in reply.json) == (status >= 500)


def test_causes_are_shown_in_debug_mode_only(project):
    handlers = {**HANDLERS, "getOrder": raises(RuntimeError("the cause"))}
    root = project(apis__shop_dot_yaml=SHOP)
    api = API(flask.Flask("shop"), root=root, handlers=handlers, debug=True)
    assert "the cause" in api.load_apis().finish().app.test_client().get("/v1/orders/7").json["error_caught"]


def test_files_that_2x_generated_are_named_once_and_never_executed(project, caplog):
    fatal = "raise SystemExit('executed')"
    root = project(
        apis__shop_dot_yaml=SHOP,
        apis__shop_app_dot_py=fatal,
        apis__ping_models_dot_py=fatal,
        apis__shop_models_dot_py=fatal,
    )
    for _ in range(2):
        API(flask.Flask("shop"), root=root, handlers=HANDLERS).load_apis()
    told = [record.getMessage().split(" ")[0].rpartition("/")[2].rstrip(":") for record in caplog.records]
    assert sorted(told) == ["ping_models.py", "shop_app.py", "shop_models.py"]


def test_a_model_built_wrongly_is_an_internal_validation_error(project):
    def create(body):
        return get_model("Order")(nme="x")

    handlers = {**HANDLERS, "createOrder": create}
    api = API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP), handlers=handlers)
    reply = api.load_apis().finish().app.test_client().post("/v1/orders", json={"name": "a"})
    assert (reply.status_code, reply.json["error"]) == (500, "INTERNAL_VALIDATION_ERROR")


@pytest.mark.parametrize("value", [None, {"id": "x", "name": "a"}, {"id": 1}, "text", 7])
def test_what_the_document_does_not_declare_is_a_bad_response(project, value):
    handlers = {**HANDLERS, "createOrder": lambda body: value}
    api = API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP), handlers=handlers)
    reply = api.load_apis().finish().app.test_client().post("/v1/orders", json={"name": "a"})
    assert (reply.status_code, reply.json["error"]) == (500, "BAD_RESPONSE")


def test_what_json_cannot_say_is_a_bad_response(project):
    for value in (object(), {"name": object()}, PyMacaronException):
        api = API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP), handlers=HANDLERS)
        api.operation("createOrder")(lambda body, value=value: value)
        reply = api.load_apis().finish().app.test_client().post("/v1/orders", json={"name": "a"})
        assert (reply.status_code, reply.json["error"]) == (500, "BAD_RESPONSE")


def test_a_bad_response_tells_the_log_what_is_wrong_and_the_caller_nothing_of_the_inside(project, caplog):
    def create(body):
        body.__dict__["name"] = 12345678
        return body

    handlers = {**HANDLERS, "createOrder": create}
    api = API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP), handlers=handlers)
    reply = api.load_apis().finish().app.test_client().post("/v1/orders", json={"name": "a"})
    assert (reply.status_code, reply.json["error"]) == (500, "BAD_RESPONSE")
    assert reply.json["error_description"] == "the service answered what its document does not declare"
    assert "returned a Order that was changed after it was validated" in caplog.text


def test_the_reporter_is_told_and_may_fail(project):
    told = []

    def reporter(title, data, exception):
        told.append((title, data["response"]["error_code"], type(exception)))
        raise RuntimeError("reporter down")

    handlers = {**HANDLERS, "getOrder": raises(ValueError("x"))}
    root = project(apis__shop_dot_yaml=SHOP)
    api = API(flask.Flask("shop"), root=root, handlers=handlers, error_reporter=reporter)
    reply = api.load_apis().finish().app.test_client().get("/v1/orders/7")
    assert reply.status_code == 500
    assert api.application.reporting.flush()
    assert told == [("SERVER_ERROR: GET /v1/orders/7", "SERVER_ERROR", ValueError)]


def test_the_callback_gives_the_body_of_every_error(project):
    def callback(error):
        return {"message": error.code}, 422 if error.status == 400 else error.status

    client = shop(project, error_callback=callback).load_apis().finish().app.test_client()
    assert (client.get("/v1/orders/x").status_code, client.get("/v1/orders/x").json) == (
        422,
        {"message": "INVALID_PARAMETER"},
    )
    assert client.get("/nope").json == {"message": "NOT_FOUND"}
    assert client.put("/v1/orders").json == {"message": "METHOD_NOT_ALLOWED"}


NONSENSE = [{"when": object()}, None, ("x", "y", "z"), ({"a": 1}, "high"), ({}, 99), ({}, True), {"a": float("nan")}]


@pytest.mark.parametrize("told", NONSENSE)
def test_a_callback_that_fails_or_returns_nonsense_does_not_break_the_reply(project, told):
    client = shop(project, error_callback=lambda error: told).load_apis().finish().app.test_client()
    reply = client.get("/v1/orders/x")
    assert reply.status_code == 400 and reply.json["error"] == "INVALID_PARAMETER"


def test_a_report_names_the_default_user_where_nobody_is_known(project):
    told = []
    handlers = {**HANDLERS, "getOrder": raises(ValueError("x"))}
    root = project(apis__shop_dot_yaml=SHOP)
    api = API(
        flask.Flask("shop"),
        root=root,
        handlers=handlers,
        default_user_id="nobody",
        error_reporter=lambda title, data, exception: told.append(data["user"]),
    )
    api.load_apis().finish().app.test_client().get("/v1/orders/7")
    assert api.application.reporting.flush()
    where = {"ip": "127.0.0.1", "forwarded_ip": None, "user_agent": told[0]["user_agent"]}
    assert told == [{"id": "nobody", "is_auth": False, **where}]


METHODS = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: orders.get, responses: {"200": {description: ok, content: {text/csv: {}}}}}
    options: {operationId: orders_get, responses: {"200": {description: ok, content: {application/json: {}}}}}
    head: {operationId: look, responses: {"204": {description: there}}}
"""


def methods_client(project, **handlers):
    given = {"orders.get": lambda id: "1,2", "orders_get": lambda id: {"may": "see"}, "look": lambda id: None}
    return API(root=project(apis__shop_dot_yaml=METHODS), handlers={**given, **handlers}).load_apis().app.test_client()


def test_head_and_options_of_the_document_answer_themselves(project):
    client = methods_client(project)
    assert client.get("/orders/1").text == "1,2"
    assert client.head("/orders/1").status_code == 204
    assert client.options("/orders/1").json == {"may": "see"}
    assert set(client.post("/orders/1").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_header_given_with_a_reply_takes_the_place_of_ours(project):
    given = ("1;2", 200, [("content-type", "text/csv; header=absent"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    reply = methods_client(project, **{"orders.get": lambda id: given}).get("/orders/1")
    assert reply.headers.getlist("Content-Type") == ["text/csv; header=absent"]
    assert reply.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_a_path_that_flask_would_take_for_a_rule_is_refused(project):
    text = METHODS.replace("/orders/{id}", "/<path:orders>/{id}")
    handlers = dict.fromkeys(("orders.get", "orders_get", "look"), lambda id: None)
    with pytest.raises(StartError, match="holds no '<' or '>'"):
        API(root=project(apis__shop_dot_yaml=text), handlers=handlers).load_apis()


def test_a_service_that_calls_itself_leaves_no_call_behind(project):
    client = methods_client(project, **{"orders.get": lambda id: client.options("/orders/1").text})
    assert "see" in client.get("/orders/1").text
    assert current_call() is None


@pytest.mark.parametrize("kind", [404, HTTPException])
def test_a_handler_of_http_errors_that_was_there_before_stays(project, kind):
    app = flask.Flask("shop")
    app.register_error_handler(kind, lambda error: ("gone fishing", 404))
    API(app, root=project(apis__shop_dot_yaml=SHOP), handlers=HANDLERS).load_apis()
    assert app.test_client().get("/nowhere").text == "gone fishing"


def test_flasks_own_hooks_and_handlers_keep_working(project):
    app = flask.Flask("shop")
    order = []
    app.before_request(lambda: order.append("before"))

    @app.after_request
    def after(response):
        order.append("after")
        response.headers["X-After"] = "yes"
        return response

    app.register_error_handler(ZeroDivisionError, lambda error: ("divided", 418))
    handlers = {**HANDLERS, "getOrder": lambda id: 1 / 0}
    client = API(app, root=project(apis__shop_dot_yaml=SHOP), handlers=handlers).load_apis().finish().app.test_client()
    reply = client.get("/v1/orders/7")
    assert (reply.status_code, reply.text, reply.headers["X-After"]) == (418, "divided", "yes")
    assert order == ["before", "after"]


def test_an_uncaught_error_still_reaches_flasks_signal(project):
    seen = []
    handlers = {**HANDLERS, "getOrder": raises(ValueError("x"))}
    api = API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=SHOP), handlers=handlers)

    def listener(sender, exception, **extra):
        seen.append(type(exception))

    flask.got_request_exception.connect(listener, api.app)
    api.load_apis().finish().app.test_client().get("/v1/orders/7")
    assert seen == [ValueError]


def test_schemas_nested_without_end_in_sight_are_told_and_not_traced(project, caplog):
    links = "".join(f"    S{n}: {{allOf: [{{$ref: '#/components/schemas/S{n + 1}'}}]}}\n" for n in range(3000))
    document = SHOP.replace("  schemas:\n", f"  schemas:\n{links}    S3000: {{type: string}}\n")
    API(flask.Flask("shop"), root=project(apis__shop_dot_yaml=document), handlers=HANDLERS).load_apis()
    told = "the schema `S2499` leads through too many others before it says what a value is"
    assert told in caplog.text and "is not served" not in caplog.text
    strict = project(apis__shop_dot_yaml=document)
    (strict / "pym-config.yaml").write_text("core: {documents: strict}\n")
    with pytest.raises(StartError, match=rf"^apis/shop\.yaml:\d+:5: {told}"):
        API(flask.Flask("shop"), root=strict, handlers=HANDLERS).load_apis()
