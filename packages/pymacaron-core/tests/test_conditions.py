"""Conditional requests: entity tags, 304, 412 and 428 as RFC 9110, sections 8.8.3 and 13, and RFC 6585 have them."""

import datetime as dt

import flask
import pytest
from pymacaron_core import API, PreconditionFailed, check_conditions, entity_tag

JSON = "content: {application/json: {}}"
DOCUMENT = f"""
openapi: 3.0.3
info: {{title: Shop, version: "1"}}
paths:
  /tagged:
    get:
      operationId: tagged
      responses: {{'200': {{description: ok, headers: {{ETag: {{required: true, schema: {{type: string}}}}}}, {JSON}}}}}
    put: {{operationId: write, responses: {{'204': {{description: done}}, '412': {{description: changed}}}}}}
    patch: {{operationId: needs, responses: {{'204': {{description: done}}, '428': {{description: say which}}}}}}
  /same: {{get: {{operationId: same, responses: {{'200': {{description: ok, {JSON}}}, '304': {{description: same}}}}}}}}
  /dated:
    get:
      operationId: dated
      responses: {{'200': {{description: ok, headers: {{Last-Modified: {{schema: {{type: string}}}}}}, {JSON}}}}}
  /plain: {{get: {{operationId: plain, responses: {{'200': {{description: ok, {JSON}}}}}}}}}
"""
MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.timezone.utc)
AT, BEFORE, AFTER = (f"Fri, 02 Jan 2026 03:04:{second} GMT" for second in ("05", "04", "06"))


class Shop:
    """What is read, and what is there when it is written."""

    def __init__(self):
        self.read = {"a": 1}
        self.tag, self.moment = '"1"', MOMENT
        self.written = 0
        self.asks = True


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def client(tmp_path, shop):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "shop.yaml").write_text(DOCUMENT)
    app = flask.Flask("shop")

    def write():
        if shop.asks:
            check_conditions(shop.tag, shop.moment)
        shop.written += 1

    handlers = dict.fromkeys(("tagged", "same", "plain"), lambda: shop.read)
    handlers.update(dict.fromkeys(("write", "needs"), write))
    handlers["dated"] = lambda: ({}, {"Last-Modified": AT})
    API(app, root=tmp_path, handlers=handlers).load_apis().finish()
    return app.test_client()


@pytest.mark.parametrize("path", ["/tagged", "/same"])
def test_a_tag_is_made_of_the_body_where_the_document_declares_one(client, shop, path):
    first, again, head = client.get(path), client.get(path), client.head(path)
    tag = first.headers["ETag"]
    assert tag[0] == tag[-1] == '"'
    assert again.headers["ETag"] == head.headers["ETag"] == tag
    shop.read = {"a": 2}
    assert client.get(path).headers["ETag"] != tag
    assert "ETag" not in client.get("/plain").headers


def test_a_caller_who_has_the_body_is_told_so_and_gets_none(client):
    tag = client.get("/tagged").headers["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*", f'{tag[:-1]}-gzip"'):
        for method in ("GET", "HEAD"):
            answer = client.open("/tagged", method=method, headers={"If-None-Match": known})
            assert (answer.status_code, answer.data, answer.content_type) == (304, b"", None)
            assert answer.headers["ETag"] == (known if "gzip" in known else tag)
    assert client.get("/tagged", headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    ("given", "sent"), [('"v1"', '"v1"'), ('W/"v1"', 'W/"v1"'), ("v1", '"v1"'), ('a"b', None), ("", None)]
)
def test_a_tag_of_the_function_comes_before_ours(client, shop, given, sent):
    shop.read = ({}, {"etag": given})
    answer = client.get("/tagged")
    assert answer.status_code == (200 if sent else 500)
    assert answer.headers.getlist("ETag") == ([sent] if sent else [])
    if sent:
        assert client.get("/tagged", headers={"If-None-Match": sent}).status_code == 304


def test_the_headers_of_a_304_are_those_that_a_cache_needs(client, shop):
    shop.read = ({}, {"ETag": '"1"', "Cache-Control": "no-cache", "Content-Language": "fi", "Set-Cookie": "a=1"})
    answer = client.get("/tagged", headers={"If-None-Match": '"1"'})
    assert answer.status_code == 304
    assert {name for name, _ in answer.headers} == {"ETag", "Cache-Control", "Set-Cookie"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Modified-Since": AT}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-Unmodified-Since": AT}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": AFTER}, 200),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": "*"}, 200),
        ({"If-Match": "*", "If-Unmodified-Since": BEFORE}, 200),
        ({"If-Match": "*", "If-Modified-Since": AT}, 304),
    ],
)
def test_a_time_is_a_condition_where_no_tag_is_given(client, headers, status):
    answer = client.get("/dated", headers=headers)
    assert answer.status_code == status
    if status == 412:
        assert answer.json["error"] == "PRECONDITION_FAILED"


@pytest.mark.parametrize(
    ("there", "headers", "status"),
    [
        ('"1"', {}, 204),
        ('"1"', {"If-Match": '"1"'}, 204),
        ('"1"', {"If-Match": '"0", "1"'}, 204),
        ('"1"', {"If-Match": '"1-gzip"'}, 204),
        ('"1"', {"If-Match": "*"}, 204),
        ('"1"', {"If-Match": '"2"'}, 412),
        ('"1"', {"If-Match": 'W/"1"'}, 412),
        ('W/"1"', {"If-Match": 'W/"1"'}, 412),
        ('"1"', {"If-Match": ""}, 412),
        ('"1"', {"If-None-Match": "*"}, 412),
        ('"1"', {"If-None-Match": '"1"'}, 412),
        ('"1"', {"If-None-Match": '"2"'}, 204),
        ('"1"', {"If-Unmodified-Since": BEFORE}, 412),
        ('"1"', {"If-Unmodified-Since": AT}, 204),
        ('"1"', {"If-Match": '"1"', "If-Unmodified-Since": BEFORE}, 204),
        ('"1"', {"If-Modified-Since": AT}, 204),
        (None, {"If-None-Match": "*"}, 204),
        (None, {"If-Match": "*"}, 412),
        (None, {"If-Match": '"1"'}, 412),
        (None, {"If-Unmodified-Since": AFTER}, 412),
    ],
)
def test_a_function_that_writes_is_stopped_where_the_state_is_another(client, shop, there, headers, status):
    shop.tag, shop.moment = there, (MOMENT if there else None)
    answer = client.put("/tagged", headers=headers)
    assert (answer.status_code, shop.written) == (status, int(status == 204))


def test_a_condition_is_asked_for_where_the_document_declares_428(client, shop):
    answer = client.patch("/tagged")
    assert (answer.status_code, answer.json["error"], shop.written) == (428, "PRECONDITION_REQUIRED", 0)
    assert client.patch("/tagged", headers={"If-Match": '"1"'}).status_code == 204


def test_what_is_not_a_success_has_no_tag_and_no_conditions(client, shop):
    shop.read = ({}, 404)
    answer = client.get("/same", headers={"If-None-Match": "*"})
    assert (answer.status_code == 304, "ETag" in answer.headers) == (False, False)


def test_an_entity_tag_is_of_the_value_and_not_of_its_order():
    assert entity_tag({"a": 1, "b": MOMENT}) == entity_tag({"b": MOMENT, "a": 1}) != entity_tag({"a": 1})
    assert entity_tag("a") == entity_tag(b"a") != entity_tag("b")


def test_outside_of_a_call_there_are_no_conditions():
    assert check_conditions('"1"') is None
    assert PreconditionFailed.status == 412


def test_a_function_that_never_asks_for_the_conditions_it_declares_is_told_of_once(client, shop, caplog):
    assert client.put("/tagged", headers={"If-Match": '"1"'}).status_code == 204
    assert not caplog.records
    shop.asks = False
    for _ in range(2):
        assert client.put("/tagged", headers={"If-Match": '"other"'}).status_code == 204
    assert client.put("/tagged").status_code == 204
    assert [record.getMessage().partition(" was done ")[0] for record in caplog.records] == ["write (PUT /tagged)"]
