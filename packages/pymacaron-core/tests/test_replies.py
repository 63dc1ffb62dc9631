"""Replies: what functions may return, what is refused of it, and in which mode."""

import logging
from decimal import Decimal
from http import HTTPStatus

import flask
import pytest
from pymacaron_core import API

DOCUMENT = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /item:
    get:
      operationId: item
      responses: {'200': {$ref: '#/components/responses/Item'}, '404': {description: none}}
  /items:
    get:
      operationId: items
      responses:
        '201':
          description: made
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Item'}}}}
        default: {description: wrong, content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}}
  /nothing: {get: {operationId: nothing, responses: {'204': {description: done}}}}
  /unsaid: {get: {operationId: unsaid, responses: {'400': {description: wrong}}}}
  /text: {get: {operationId: text, responses: {'200': {description: ok, content: {text/plain: {}}}}}}
components:
  responses:
    Item: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
  schemas:
    Item: {type: object, required: [name], properties: {name: {type: string}, price: {type: number}}}
    Problem: {type: object, required: [status, error], properties: {status: {type: integer}, error: {type: string}}}
"""
IDS = ("item", "items", "nothing", "unsaid", "text")


class Shop:
    """A served document whose functions return whatever a test wants; ``answer`` calls one."""

    def __init__(self, root, mode):
        (root / "apis").mkdir()
        (root / "apis" / "shop.yaml").write_text(DOCUMENT)
        (root / "pym-config.yaml").write_text(f"core: {{replies: '{mode}'}}\n")
        app = flask.Flask("shop", root_path=str(root))
        self.returned = None
        api = API(app, root=root, handlers={name: lambda: self.returned for name in IDS}).load_apis()
        api.finish()
        self.models = api.application.apis["shop"].catalog
        self.client = app.test_client()

    def answer(self, path, returned):
        self.returned = returned
        return self.client.get(path)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path, "raise")


@pytest.fixture
def refused(caplog):
    """What the log says of an answer that was refused."""

    def refused(answer):
        assert (answer.status_code, answer.json["error"]) == (500, "BAD_RESPONSE")
        told = caplog.records[-1].getMessage()
        caplog.clear()
        return told

    return refused


def test_a_model_a_dict_and_a_tuple_are_answered(shop):
    Item = shop.models.Item
    assert shop.answer("/item", Item(name="a")).json == {"name": "a"}
    assert shop.answer("/item", {"name": "a", "unknown": 1}).json == {"name": "a"}
    made = shop.answer("/item", ({"name": "a"}, 200, {"X-Mark": "1"}))
    assert (made.json, made.headers["X-Mark"]) == ({"name": "a"}, "1")
    assert shop.answer("/item", (None, 404)).data == b""


def test_a_list_of_models_is_answered_with_its_declared_status(shop):
    Item = shop.models.Item
    made = shop.answer("/items", [Item(name="a"), Item(name="b", price=1.5)])
    assert (made.status_code, made.json) == (201, [{"name": "a"}, {"name": "b", "price": 1.5}])
    assert shop.answer("/items", []).json == []
    assert shop.answer("/items", (Item(name=name) for name in "ab")).json == [{"name": "a"}, {"name": "b"}]
    assert shop.answer("/items", [Item(name="a"), {"name": "b"}]).json == [{"name": "a"}, {"name": "b"}]


def test_an_error_model_says_its_own_status(shop):
    answer = shop.answer("/items", shop.models.Problem(status=409, error="CONFLICT"))
    assert (answer.status_code, answer.json) == (409, {"status": 409, "error": "CONFLICT"})


@pytest.mark.parametrize("path", ["/item", "/items"])
def test_a_value_that_is_not_what_is_declared_is_a_bad_response(shop, path, refused):
    for wrong in (None, "text", 1, {"name": 1}, [{"price": 1}], {"name": "a", "price": "1"}):
        refused(shop.answer(path, wrong))


def test_a_model_of_another_class_is_told_by_its_whole_name(shop, refused):
    other = shop.models.Problem(status=200, error="none")
    assert "shop_models.Problem, and the document declares " in refused(shop.answer("/item", (other, 200)))


def test_a_status_may_be_an_http_status(shop):
    assert shop.answer("/items", ([{"name": "a"}], HTTPStatus.CREATED)).status_code == 201


def test_a_status_that_is_not_declared_is_a_bad_response(shop, refused):
    assert "the status 202" in refused(shop.answer("/item", ({"name": "a"}, 202)))


def test_a_tuple_of_anything_else_is_a_bad_response(shop, refused):
    for wrong in ((), (1,), ({}, "two"), ({}, 99), (1, 200, {}, 4)):
        assert "tuple" in refused(shop.answer("/item", wrong))


def test_what_is_changed_after_validation_is_a_bad_response_also_in_a_list(shop, refused):
    item = shop.models.Item(name="a")
    item.__dict__["name"] = 1
    assert "changed after it was validated" in refused(shop.answer("/item", item))
    assert "changed after it was validated" in refused(shop.answer("/items", [item]))


def test_nothing_is_answered_where_nothing_is_declared(shop, refused):
    answer = shop.answer("/nothing", None)
    assert (answer.status_code, answer.data, answer.content_type) == (204, b"", None)
    refused(shop.answer("/nothing", {"a": 1}))


def test_where_the_document_says_nothing_of_success_every_success_is_one(shop, refused):
    assert shop.answer("/unsaid", None).status_code == 200
    assert shop.answer("/unsaid", shop.models.Item(name="a")).json == {"name": "a"}
    assert shop.answer("/unsaid", ({"a": [1]}, 202)).json == {"a": [1]}
    refused(shop.answer("/unsaid", ({}, 404)))


def test_text_is_text_or_bytes(shop, refused):
    assert shop.answer("/text", "é").data == "é".encode()
    assert shop.answer("/text", b"\xff").data == b"\xff"
    assert "return text or bytes" in refused(shop.answer("/text", {}))


def test_a_response_is_sent_as_it_is(shop):
    answer = shop.answer("/item", flask.Response("teapot", status=418, mimetype="text/plain"))
    assert (answer.status_code, answer.text) == (418, "teapot")


def test_mode_log_tells_and_sends(tmp_path, caplog):
    shop = Shop(tmp_path, "log")
    with caplog.at_level(logging.WARNING):
        assert shop.answer("/item", {"price": 1}).json == {"price": 1}
        item = shop.models.Item(name="a")
        item.__dict__["name"] = 1
        assert shop.answer("/items", [item]).json == [{"name": 1}]
    assert "name: is required" in caplog.text and "changed after it was validated" in caplog.text


def test_mode_off_sends_unseen(tmp_path, caplog):
    shop = Shop(tmp_path, "off")
    with caplog.at_level(logging.WARNING):
        assert shop.answer("/item", {"price": "x"}).json == {"price": "x"}
        assert shop.answer("/item", ({}, 202)).status_code == 202
    assert not caplog.records


NATIVE = {
    "price": ("{type: number, format: decimal}", Decimal("1.10"), b"1.1"),
    "prices": ("{type: array, items: {type: number, format: decimal}}", [Decimal(2)], b"[2]"),
    "blob": ("{type: string, format: byte}", b"hiya", b'"aGl5YQ=="'),
    "blobs": ("{type: object, additionalProperties: {type: string, format: byte}}", {"a": b"hi"}, b'{"a":"aGk="}'),
    "pair": (
        "{type: array, prefixItems: [{type: integer}, {type: integer}], minItems: 2, maxItems: 2}",
        (120, 200),
        b"[120,200]",
    ),
    "pair_with_status": (
        "{type: array, prefixItems: [{type: integer}, {type: integer}], minItems: 2, maxItems: 2}",
        ((120, 200), 200),
        b"[120,200]",
    ),
    "text": ("{type: string, format: byte}", "aGk=", b'"aGk="'),
}


@pytest.mark.parametrize("name", NATIVE)
def test_what_functions_get_of_a_type_they_can_return(tmp_path, name):
    schema, value, written = NATIVE[name]
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / f"{name}.yaml").write_text(
        f"""
openapi: 3.1.0
info: {{title: Native, version: "1"}}
paths:
  /it:
    get:
      operationId: it
      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}
"""
    )
    app = flask.Flask("native", root_path=str(tmp_path))
    API(app, root=tmp_path, handlers={"it": lambda: value}).load_apis().finish()
    answer = app.test_client().get("/it")
    assert (answer.status_code, answer.data) == (200, written)
