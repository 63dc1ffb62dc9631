"""Clients: the operations of a document called over real connections, and what goes with a call."""

import concurrent.futures
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import flask
import pytest
from client_services import Told, made, petstore, reply, served
from petstore import store
from pymacaron_core import (
    API,
    BadReply,
    CallTimeout,
    Client,
    ConfigError,
    ErrorReply,
    StartError,
    Unreachable,
    Unsendable,
    apipool,
    current_call,
    is_error,
)
from pymacaron_core.context import CallContext, entered
from pymacaron_core.protocol import is_model

CREDENTIALS = {"petstore_auth": "an-owner", "api_key": "special-key"}
SHOP = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: 'http://shop.invalid/v1'}]
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    basic: {type: http, scheme: basic}
    key: {type: apiKey, in: query, name: k y}
    biscuit: {type: apiKey, in: cookie, name: biscuit}
  schemas:
    Order:
      type: object
      required: [sku]
      properties:
        id: {type: integer, readOnly: true}
        sku: {type: string, pattern: '^[A-Z]{3}$'}
        note: {type: [string, 'null']}
        secret: {type: string, writeOnly: true}
    Failure:
      type: object
      required: [error]
      properties: {error: {type: string}, why: {type: string}}
paths:
  /orders:
    post:
      operationId: createOrder
      summary: Make an order
      parameters:
        - {name: dryRun, in: query, schema: {type: boolean}}
        - {name: X-Trace, in: header, schema: {type: string}}
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '409': {description: no, content: {application/json: {schema: {$ref: '#/components/schemas/Failure'}}}}
    get:
      operationId: shop.orders.list_them
      x-bind-client: orders
      responses:
        '200':
          description: all
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}
  /seen:
    get:
      operationId: seen
      parameters: [{name: timeout, in: query, schema: {type: integer}}]
      security: [{basic: []}, {bearer: []}, {key: [], biscuit: []}, {}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /things/{thing_id}:
    delete:
      responses: {'204': {description: gone}}
    head:
      operationId: hasThing
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /notes:
    put:
      operationId: keep
      requestBody: {content: {text/plain: {schema: {type: string, maxLength: 5}}, application/octet-stream: {}}}
      responses: {'200': {description: ok, content: {text/plain: {schema: {type: string}}}}}
  /lines:
    get:
      operationId: lines
      responses:
        '200':
          description: ok
          content: {application/jsonl: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}
"""


def create_order(order, dry_run, x_trace):
    Failure, Order = apipool.shop.Failure, apipool.shop.Order
    if order.sku == "BAD":
        return Failure(error="SOLD_OUT", why="none left"), 409
    return Order(id=7, sku=order.sku, note=f"{order.note} {order.secret} {dry_run} {x_trace}")


def seen(timeout):
    call = current_call()
    names = (
        *("X-Request-ID", "Authorization", "Cookie", "traceparent", "tracestate", "PymCallerID", "PymCallerPath"),
        *("X-Own", "Accept"),
    )
    return {
        **{name: call.header(name) for name in names},
        "query": flask.request.query_string.decode(),
        "timeout": timeout,
    }


FUNCTIONS = {
    "createOrder": create_order,
    "shop.orders.list_them": list,
    "seen": seen,
    "DELETE /things/{thing_id}": lambda thing_id: None,
    "hasThing": lambda thing_id: {},
    "keep": lambda body: body if isinstance(body, str) else f"{len(body)} bytes",
    "lines": lambda: iter([{"sku": "AAA"}, {"sku": "BBB"}]),
}


@pytest.fixture(scope="module")
def shop_url(tmp_path_factory):
    root = tmp_path_factory.mktemp("shop")
    document = SHOP.replace("http://shop.invalid", "").replace("- {name: dryRun", "- {name: dryRun")
    open_one = document.replace("security: [{basic: []}, {bearer: []}, {key: [], biscuit: []}, {}]", "security: []")
    application = made(root, open_one, FUNCTIONS)
    with served(application) as url:
        yield url


@pytest.fixture
def shop(shop_url, tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    return Client.load(tmp_path / "shop.yaml", shop_url)


@pytest.mark.parametrize("dialect", ["swagger", "openapi"])
def test_the_petstore_from_the_other_side(dialect, tmp_path):
    store.clear()
    document = Path(store.__file__).parent / f"{dialect}.yaml"
    with served(petstore(dialect, tmp_path)) as url, Client.load(document, url, credentials=CREDENTIALS) as client:
        Pet, Order = client.models.Pet, client.models.Order
        rex = Pet(id=1, name="Rex", photoUrls=["rex.png"], status="available")
        client.add_pet(rex)
        assert client.get_pet_by_id(pet_id=1) == rex
        assert type(client.get_pet_by_id(pet_id=1)) is Pet
        asked = ["available"] if dialect == "swagger" else "available"
        assert client.find_pets_by_status(status=asked) == [rex]
        client.update_pet_with_form(pet_id=1, name="Max", status="sold")
        assert client.get_pet_by_id(pet_id=1).name == "Max"
        if dialect == "swagger":
            told = client.upload_file(pet_id=1, file=io.BytesIO(b"a picture"), additional_metadata="of Max")
        else:
            told = client.upload_file(b"a picture", pet_id=1, additional_metadata="of Max")
        assert is_model(told)
        client.place_order(Order(id=3, petId=1, quantity=2))
        assert client.get_order_by_id(order_id=3).quantity == 2
        assert isinstance(client.get_inventory(), dict)
        client.delete_order(order_id=3)
        with pytest.raises(ErrorReply, match="answered 404") as caught:
            client.get_order_by_id(order_id=3)
        assert caught.value.status == 404 and caught.value.code == "NOT_FOUND"
        with pytest.raises(ErrorReply) as caught:
            Client.load(document, url).get_pet_by_id(pet_id=1)
        assert caught.value.status == 401


def test_models_go_in_and_come_out_with_what_travels_each_way(shop):
    order = shop.create_order(shop.models.Order(sku="ABC", note=None, secret="s"), dry_run=True, x_trace="t")
    assert type(order) is shop.models.Order
    assert (order.id, order.sku, order.note) == (7, "ABC", "None s True t")
    assert shop.createOrder({"sku": "ABC", "id": 5}).id == 7
    assert shop.orders() == []
    assert [line.sku for line in shop.lines()] == ["AAA", "BBB"]


def test_an_error_carries_its_model_and_says_where_and_which_call(shop, shop_url):
    with pytest.raises(ErrorReply) as caught:
        shop.create_order({"sku": "BAD"})
    error = caught.value
    assert type(error.model) is shop.models.Failure and error.model.why == "none left"
    assert (error.status, error.code, error.content["why"]) == (409, "SOLD_OUT", "none left")
    assert str(error) == (
        f"shop: createOrder (POST /orders) at {shop_url}/v1/orders: it answered 409, SOLD_OUT "
        f"(request id {error.request_id})"
    )
    assert is_error(error)
    again = pickle.loads(pickle.dumps(error.__class__("text")))
    assert again.fault == "text"


def test_what_the_document_does_not_take_is_not_sent(shop):
    with pytest.raises(Unsendable, match=r"createOrder .* needs a body"):
        shop.create_order()
    with pytest.raises(Unsendable, match="/sku"):
        shop.create_order({"sku": "abc"})
    with pytest.raises(Unsendable, match="no parameter 'dryrun'"):
        shop.create_order({"sku": "ABC"}, dryrun=True)
    with pytest.raises(Unsendable, match="takes no body"):
        shop.orders({"sku": "ABC"})
    with pytest.raises(Unsendable, match="cannot be written as JSON"):
        shop.create_order({"sku": float("nan")})
    with pytest.raises(AttributeError, match="did you mean 'create_order'"):
        shop.create_ordr  # noqa: B018


def test_statuses_headers_and_other_bodies(shop):
    assert shop.delete_things_thing_id(thing_id="a b/c".replace("/", "")) is None
    assert shop.has_thing(thing_id="x") is None
    received = shop.keep.detailed("hello")
    assert (received.status, received.value) == (200, "hello")
    assert received.headers["content-type"].startswith("text/plain")
    assert shop.keep(b"12345678") == "8 bytes"
    assert shop.keep("hello", content_type="text/plain; charset=utf-8") == "hello"
    with pytest.raises(Unsendable, match="does not fit"):
        shop.keep("too long")
    with pytest.raises(Unsendable, match="takes text/plain or application/octet-stream, and not image/png"):
        shop.keep(b"", content_type="image/png")


def test_names_that_clash_and_names_that_python_has(tmp_path):
    (tmp_path / "odd.yaml").write_text(
        "openapi: 3.0.0\ninfo: {title: O, version: '1'}\npaths:\n"
        "  /a: {get: {operationId: close, responses: {'200': {description: ok}}}}\n"
        "  /b: {get: {operationId: import, responses: {'200': {description: ok}}}}\n"
        "  /c: {get: {operationId: getIt, responses: {'200': {description: ok}}}}\n"
        "  /d: {get: {operationId: get_it, responses: {'200': {description: ok}}}}\n"
    )
    client = Client.load(tmp_path / "odd.yaml")
    names = {name: operation.path for name, operation in client.operations.items()}
    assert names == {
        "close_2": "/a",
        "import_": "/b",
        "get_it": "/c",
        "get_it_2": "/d",
        "import": "/b",
        "getIt": "/c",
    }


def test_options_of_a_call(shop):
    received = shop.seen(timeout=5, headers={"X-Own": "1"}, request_headers={"x-own": "2"}, max_attempts=1)
    assert received["timeout"] == 5, "the operation's own parameter comes first"
    assert received["X-Own"] == "2"
    for headers in ({"Host": "evil"}, {"X": "a\r\nB: c"}, {"X Y": "a"}, {"Content-Length": "1"}, {"X": "é\u20ac"}):
        with pytest.raises(Unsendable, match="header"):
            shop.seen(headers=headers)
    with pytest.raises(Unsendable, match="max_attempts"):
        shop.orders(max_attempts=0)


@pytest.mark.parametrize(
    ("credentials", "shown"),
    [
        ({"bearer": "abc"}, {"Authorization": "Bearer abc"}),
        ({"bearer": lambda: "made"}, {"Authorization": "Bearer made"}),
        ({"basic": ("ann", "p:w")}, {"Authorization": "Basic YW5uOnA6dw=="}),
        ({"key": "k&y", "biscuit": "a b"}, {"Cookie": "biscuit=a%20b", "query": "k%20y=k%26y"}),
        ({"key": "k"}, {}),
        ({}, {}),
    ],
)
def test_credentials_stand_where_the_document_says(shop_url, tmp_path, credentials, shown):
    (tmp_path / "shop.yaml").write_text(SHOP)
    client = Client.load(tmp_path / "shop.yaml", shop_url, credentials=credentials)
    found = client.seen()
    assert found["Authorization"] == shown.get("Authorization")
    assert found["Cookie"] == shown.get("Cookie")
    assert found["query"] == shown.get("query", "")


@pytest.mark.parametrize("wrong", ["a\r\nX: y", "", 5, "é"])
def test_credentials_that_no_header_holds_are_not_told(shop_url, tmp_path, wrong):
    (tmp_path / "shop.yaml").write_text(SHOP)
    client = Client.load(tmp_path / "shop.yaml", shop_url, credentials={"bearer": wrong})
    with pytest.raises(Unsendable, match="'bearer'") as caught:
        client.seen()
    assert "X: y" not in str(caught.value)


PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def call_with(**headers):
    known = {name.lower().replace("_", "-"): text for name, text in headers.items()}
    return CallContext(None, "/", "GET", operation_id="lookUp", header=lambda name: known.get(name.lower()))


def test_a_call_within_a_call_has_its_id_and_trace(shop):
    call = call_with(x_request_id="id-1", traceparent=PARENT, tracestate="a=b", authorization="Bearer theirs")
    with entered(call):
        found = shop.seen()
    assert found["X-Request-ID"] == "id-1"
    assert (found["traceparent"], found["tracestate"]) == (PARENT, "a=b")
    assert found["Authorization"] is found["PymCallerPath"] is None, "not one of ours: nothing of the caller's"
    with entered(call_with(traceparent="nonsense")):
        assert shop.seen()["traceparent"] is None
    first, second = shop.seen(), shop.seen()
    assert len(first["X-Request-ID"]) == 32 and first["X-Request-ID"] != second["X-Request-ID"]


def test_services_of_ours_are_shown_who_calls_and_on_which_way(shop_url, tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    client = Client.load(tmp_path / "shop.yaml", shop_url, internal=True)
    with entered(call_with(x_request_id="id-1", authorization="bearer theirs", pymcallerpath="web.start")):
        found = client.seen()
        assert found["Authorization"] == "bearer theirs"
        assert (found["PymCallerID"], found["PymCallerPath"]) == ("id-1", "web.start/?.lookUp")
        own = Client.load(tmp_path / "shop.yaml", shop_url, internal=True, credentials={"basic": ("a", "b")})
        assert own.seen()["Authorization"] == "Basic YTpi"
    with entered(call_with(authorization="Negotiate theirs")):
        assert client.seen()["Authorization"] is None, "of a scheme that the operation does not have"


def test_an_address_is_asked_for_where_the_document_has_none(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    assert Client.load(tmp_path / "shop.yaml").url == "http://shop.invalid/v1"
    assert Client.load(tmp_path / "shop.yaml", "https://a.example:8443/").url == "https://a.example:8443/v1"
    assert Client.load(tmp_path / "shop.yaml", "https://[::1]/api/").url == "https://[::1]/api"
    (tmp_path / "shop.yaml").write_text(SHOP.replace("http://shop.invalid", ""))
    with pytest.raises(ConfigError, match=r"where is the service 'shop'\? .*core.clients.shop.url"):
        Client.load(tmp_path / "shop.yaml").orders()
    for wrong in ("ftp://a", "http://u:p@host/", "http://", "http://a b/", "http://host:99999"):
        with pytest.raises(ConfigError, match="address"):
            _ = Client.load(tmp_path / "shop.yaml", wrong).url
    with pytest.raises(ConfigError, match="no security scheme 'x'; there is bearer, basic, key, biscuit"):
        Client.load(tmp_path / "shop.yaml", credentials={"x": "y"})
    with pytest.raises(ConfigError, match="read_timeout"):
        Client.load(tmp_path / "shop.yaml", read_timeout=-1)


def test_a_service_loads_its_clients_and_calls_them(shop_url, tmp_path):
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients" / "other.yaml").write_text(SHOP)
    (tmp_path / "clients" / "unused.yaml").write_text(SHOP)
    (tmp_path / "pym-config.yaml").write_text(f"core: {{clients: {{other: {{url: '{shop_url}', internal: true}}}}}}\n")
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "mine.yaml").write_text(
        "openapi: 3.0.0\ninfo: {title: Mine, version: '1'}\npaths:\n"
        "  /ask: {get: {operationId: ask, responses: {'200': {description: ok, content: "
        "{application/json: {schema: {type: object}}}}}}}\n"
    )
    api = API(flask.Flask("mine", root_path=str(tmp_path)), handlers={"ask": lambda: apipool.other.client.seen()})
    with pytest.raises(StartError, match="no API called 'nobody'"):
        api.load_clients(apis=["nobody"])
    application = api.load_apis().load_clients(apis=["other"]).finish()
    answer = application.app.test_client().get("/ask", headers={"X-Request-ID": "r1", "Authorization": "Bearer me"})
    assert answer.json["X-Request-ID"] == "r1" and answer.json["Authorization"] == "Bearer me"
    assert answer.json["PymCallerPath"] == f"{application.name}.ask"
    assert list(application.apis) == ["mine", "other", "ping", "health"]
    assert application.app.test_client().get("/v1/orders").status_code == 404, "it is called, not served"
    assert "other" not in application.app.test_client().get("/doc/index.json").text


def test_a_decorator_that_the_document_names_stands_around_the_call(shop_url, tmp_path, monkeypatch):
    (tmp_path / "decorators.py").write_text(
        "def signed(function):\n"
        "    def called(*positional, **keywords):\n"
        "        headers = {**keywords.pop('headers', {}), 'X-Own': 'signed'}\n"
        "        return function(*positional, headers=headers, **keywords)\n"
        "    return called\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    named = SHOP.replace("operationId: seen", "operationId: seen\n      x-decorate-request: decorators.signed")
    (tmp_path / "shop.yaml").write_text(named)
    assert Client.load(tmp_path / "shop.yaml", shop_url).seen()["X-Own"] == "signed"
    (tmp_path / "shop.yaml").write_text(named.replace("decorators.signed", "decorators.absent"))
    with pytest.raises(StartError, match=r"names 'decorators\.absent', which cannot be imported"):
        Client.load(tmp_path / "shop.yaml", shop_url).seen()


def test_a_script_without_an_application(shop_url, tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    code = (
        "import sys\nfrom pymacaron_core import apipool\n"
        f"apipool.load_swagger('shop', 'shop.yaml', url={shop_url!r})\n"
        "print(apipool.shop.client.create_order(apipool.shop.Order(sku='ABC')).id)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout == "7\n", done.stderr


def test_models_that_were_loaded_alone_have_no_client(tmp_path):
    from pymacaron_core import spec
    from pymacaron_core.models import Catalog, load_models

    (tmp_path / "shop.yaml").write_text(SHOP)
    specification, _ = spec.read(tmp_path / "shop.yaml", root=tmp_path, name="shop")
    with pytest.raises(StartError, match="loaded for its models alone"):
        _ = Catalog(specification, load_models(specification, root=tmp_path, write=False)).client


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_many_threads_and_a_child_share_a_client(shop):
    with concurrent.futures.ThreadPoolExecutor(16) as threads:
        ids = list(threads.map(lambda n: shop.seen(timeout=n)["timeout"], range(200)))
    assert ids == list(range(200))
    child = os.fork()
    if child == 0:
        os._exit(0 if shop.seen(timeout=3)["timeout"] == 3 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert shop.seen(timeout=4)["timeout"] == 4


BUSY = reply(b"{}", "503 Service Unavailable", "application/json", None, "Retry-After: 0")
FINE = reply(b"[]")


@pytest.fixture
def quick_pauses(monkeypatch):
    pauses = []
    monkeypatch.setattr("pymacaron_core.client.operation.sleep", pauses.append)
    return pauses


def client_of(url, tmp_path, **options):
    (tmp_path / "shop.yaml").write_text(SHOP)
    return Client.load(tmp_path / "shop.yaml", f"{url}/v1", **options)


def broken(server, connection):
    connection.close()


def test_what_may_be_repeated_is(tmp_path, quick_pauses):
    with Told(BUSY, broken, FINE) as server:
        assert client_of(server.url, tmp_path).orders() == []
        assert len(server.requests) == 3
        assert quick_pauses[0] == 0 and 0.1 <= quick_pauses[1] <= 0.2, "as it asks for, then growing"
        ids = {line for head in server.requests for line in head.splitlines() if line.startswith("X-Request-ID")}
        assert len(ids) == 1


def test_what_may_have_happened_is_not_repeated(tmp_path, quick_pauses):
    with Told(BUSY, FINE) as server, pytest.raises(ErrorReply):
        client_of(server.url, tmp_path).create_order({"sku": "ABC"})
    with Told(broken, FINE) as server, pytest.raises(Unreachable) as caught:
        client_of(server.url, tmp_path).create_order({"sku": "ABC"})
    assert caught.value.sent and len(server.requests) == 1
    with Told(BUSY) as server, pytest.raises(ErrorReply, match="after 2 attempts"):
        client_of(server.url, tmp_path).orders(max_attempts=2)
    assert len(server.requests) == 2
    refused = reply(b'{"error": "x"}', "404 Not Found")
    with Told(refused) as server, pytest.raises(ErrorReply):
        client_of(server.url, tmp_path).orders()
    assert len(server.requests) == 1


def test_nobody_there_is_tried_again_whatever_the_method(tmp_path, quick_pauses):
    with Told(FINE) as server:
        url = server.url
    with pytest.raises(Unreachable, match=r"cannot be reached: .*refused after 3 attempts") as caught:
        client_of(url, tmp_path).create_order({"sku": "ABC"})
    assert not caught.value.sent and not isinstance(caught.value, CallTimeout)
    with pytest.raises(Unreachable):
        client_of("http://nobody.invalid", tmp_path).orders(max_attempts=1)


def test_a_pause_that_is_longer_than_the_call_is_not_waited_for(tmp_path, quick_pauses):
    late = reply(b"{}", "503 Service Unavailable", "application/json", None, "Retry-After: 3600")
    with Told(late) as server, pytest.raises(ErrorReply):
        client_of(server.url, tmp_path, timeout=5).orders()
    assert not quick_pauses and len(server.requests) == 1


def test_a_reply_that_is_not_json_says_so(tmp_path):
    with Told(reply(b"<html>")) as server, pytest.raises(BadReply, match="valid JSON"):
        client_of(server.url, tmp_path).orders()
