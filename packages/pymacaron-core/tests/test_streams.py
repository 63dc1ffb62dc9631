"""Streams: items written as they come, each checked by itself; what ends one before its time; async def."""

import asyncio
import contextvars
import functools
import json
import logging
import threading

import flask
import pytest
from pymacaron_core import API, NotFound, ServerSentEvent, current_call
from pymacaron_core.coroutines import Awaited, finish
from pymacaron_core.streams import event_bytes

DOCUMENT = """
openapi: VERSION
info: {title: Feed, version: "1"}
paths:
  /lines: {get: {operationId: lines, responses: {'200': {description: ok, content: {
    application/jsonl: {schema: {$ref: '#/components/schemas/Item'}},
    application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Item'}}}}}}}}
  /whole: {get: {operationId: whole, responses: {'200': {description: ok, content: {
    application/x-ndjson: {schema: {type: array, items: {type: integer}}}}}}}}
  /seq: {get: {operationId: seq, responses: {'200': {description: ok, content: {application/json-seq: {}}}}}}
  /events: {get: {operationId: events, responses: {'200': {description: ok, content: {
    text/event-stream: {schema: {$ref: '#/components/schemas/Item'}}}}}}}
  /fields: {get: {operationId: fields, responses: {'200': {description: ok, content: {
    text/event-stream: {ITEMS: {type: object, required: [data], properties: {
      data: {type: string}, event: {enum: [added, gone]}, id: {type: string}, retry: {type: integer}}}}}}}}}
  /text: {get: {operationId: text, responses: {'200': {description: ok, content: {text/csv: {}}}}}}
  /item: {get: {operationId: item, responses: {'200': {description: ok, content: {
    application/json: {schema: {$ref: '#/components/schemas/Item'}}}}}}}
components:
  schemas:
    Item: {type: object, required: [n], properties: {n: {type: integer}, secret: {type: string, writeOnly: true}}}
"""
IDS = ("lines", "whole", "seq", "events", "fields", "text", "item")


class Feed:
    """A served document whose functions do what a test wants; ``answer`` calls one."""

    def __init__(self, root, mode="raise", version="3.1.0"):
        (root / "apis").mkdir()
        text = DOCUMENT.replace("VERSION", version)
        text = text.replace("ITEMS", "itemSchema" if version == "3.2.0" else "schema")
        (root / "apis" / "feed.yaml").write_text(text)
        (root / "pym-config.yaml").write_text(f"core: {{replies: '{mode}'}}\n")
        self.app = flask.Flask("feed", root_path=str(root))
        self.function = None
        self.reports = []
        handlers = {name: lambda: self.function() for name in IDS}
        api = API(self.app, root=root, handlers=handlers, error_reporter=self.report).load_apis()
        application = api.finish()
        self.models, self.reporting = application.apis["feed"].catalog, application.reporting
        self.client = self.app.test_client()

    def report(self, title, data, exception):
        self.reports.append((title, exception))

    @property
    def told(self):
        assert self.reporting.flush(10)
        return self.reports

    def answer(self, path, function, accept=None):
        self.function = function
        return self.client.get(path, headers={"Accept": accept} if accept else {})


@pytest.fixture
def feed(tmp_path):
    return Feed(tmp_path)


def numbers(*items):
    """A function that yields items; an exception among them is raised."""

    def function():
        for item in items:
            if isinstance(item, Exception):
                raise item
            yield item

    return function


def waited(*items):
    """As ``numbers``, as an asynchronous generator."""

    async def function():
        for item in items:
            await asyncio.sleep(0)
            if isinstance(item, Exception):
                raise item
            yield item

    return function


@pytest.fixture(params=[numbers, waited], ids=["def", "async def"])
def items(request):
    return request.param


def test_items_are_lines_of_json(feed, items):
    Item = feed.models.Item
    answer = feed.answer("/lines", items(Item(n=1), {"n": 2, "secret": "x"}, {"n": 3, "unknown": 1}))
    assert (answer.content_type, answer.text) == ("application/jsonl", '{"n":1}\n{"n":2}\n{"n":3}\n')
    assert "Content-Length" not in answer.headers


def test_who_wants_one_array_gets_one(feed, items):
    answer = feed.answer("/lines", items({"n": 1}, {"n": 2}), "application/json")
    assert (answer.content_type, answer.json) == ("application/json", [{"n": 1}, {"n": 2}])
    assert feed.answer("/lines", lambda: [{"n": 1}], "application/jsonl").text == '{"n":1}\n'


def test_the_schema_of_an_array_is_that_of_the_whole(feed, items):
    answer = feed.answer("/whole", items(1, 2))
    assert (answer.content_type, answer.text) == ("application/x-ndjson", "1\n2\n")
    assert feed.answer("/whole", items("x")).json["error"] == "BAD_RESPONSE"


def test_a_sequence_begins_each_text_with_a_mark(feed, items):
    """RFC 7464, section 2.2."""
    assert feed.answer("/seq", items([1], "a")).data == b'\x1e[1]\n\x1e"a"\n'


def test_nothing_is_a_stream_too(feed, items):
    assert feed.answer("/lines", items()).data == b""
    assert feed.answer("/lines", list).data == b""


def test_text_is_sent_piece_by_piece(feed, items):
    answer = feed.answer("/text", items("a,b\n", b"1,2\n"))
    assert (answer.content_type, answer.text) == ("text/csv; charset=utf-8", "a,b\n1,2\n")


def test_a_dict_is_no_stream(feed):
    assert feed.answer("/whole", lambda: {"n": 1}).json["error"] == "BAD_RESPONSE"


def test_items_are_made_when_they_are_asked_for(feed):
    made = []

    def function():
        for n in range(1000):
            made.append(n)
            yield {"n": n}

    pieces = feed.answer("/lines", function).iter_encoded()
    assert (next(pieces), made) == (b'{"n":0}\n', [0])
    assert (next(pieces), made) == (b'{"n":1}\n', [0, 1])
    pieces.close()


def test_events_carry_data_as_text_or_json(feed, items):
    """WHATWG HTML, section 9.2.6; a client reads lines of data joined by line breaks."""
    named = ServerSentEvent({"n": 2}, event="added", id="7", retry=100)
    answer = feed.answer("/events", items({"n": 1}, named))
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("text/event-stream", "no-cache")
    assert answer.text == 'data: {"n":1}\n\nevent: added\nid: 7\nretry: 100\ndata: {"n":2}\n\n'
    assert feed.answer("/events", items(ServerSentEvent({"n": "x"}))).json["error"] == "BAD_RESPONSE"


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
def test_events_may_be_described_by_their_fields(tmp_path, items, version):
    """OpenAPI 3.2, section 4.14.4: the schema of an item is that of an event."""
    feed = Feed(tmp_path, version=version)
    answer = feed.answer("/fields", items({"data": "a\nb", "event": "gone"}, ServerSentEvent([1], id="1")))
    assert answer.text == "event: gone\ndata: a\ndata: b\n\nid: 1\ndata: [1]\n\n"
    assert feed.answer("/fields", items({"data": "a", "event": "other"})).json["error"] == "BAD_RESPONSE"


@pytest.mark.parametrize("field", [{"event": "a\nb"}, {"id": "a\rb"}, {"id": "\0"}])
def test_an_event_cannot_be_split(feed, items, field):
    assert feed.answer("/events", items(ServerSentEvent({"n": 1}, **field))).json["error"] == "BAD_RESPONSE"
    assert event_bytes(ServerSentEvent("a\r\nb\rid: 1\n")) == b"data: a\ndata: b\ndata: id: 1\ndata: \n\n"


@pytest.mark.parametrize("path", ["/lines", "/events", "/whole"])
def test_an_error_before_the_first_item_is_an_ordinary_reply(feed, items, path):
    assert feed.answer(path, items(NotFound("no feed"))).status_code == 404
    assert feed.answer(path, items(KeyError("x"))).json["error"] == "SERVER_ERROR"


def test_events_end_with_an_error_that_is_reported(feed, items, caplog):
    answer = feed.answer("/events", items({"n": 1}, KeyError("secret")))
    first, last = answer.text.strip().split("\n\n")
    kind, data = last.split("\n")
    body = json.loads(data.removeprefix("data: "))
    assert (answer.status_code, first, kind) == (200, 'data: {"n":1}', "event: error")
    assert (body["status"], body["error"]) == (500, "SERVER_ERROR") and "secret" not in answer.text
    assert body["error_id"] in caplog.text
    ((title, exception),) = feed.told
    assert "GET /events, while its reply was written" in title and isinstance(exception, KeyError)


@pytest.mark.parametrize("wrong", [KeyError("x"), {"n": "x"}], ids=["raised", "not declared"])
def test_lines_are_cut_off_by_an_error_that_is_reported(feed, items, wrong):
    """A reply of unknown length that breaks off is incomplete for the caller: RFC 9112, section 8."""
    pieces = feed.answer("/lines", items({"n": 1}, wrong)).iter_encoded()
    assert next(pieces) == b'{"n":1}\n'
    with pytest.raises(Exception, match=r"x|declare"):
        next(pieces)
    assert len(feed.told) == 1


def test_mode_log_tells_of_the_first_item_that_is_wrong(tmp_path, items, caplog):
    feed = Feed(tmp_path, "log")
    with caplog.at_level(logging.WARNING):
        answer = feed.answer("/lines", items({"n": 1}, {"n": "a"}, {"n": "b"}, {"n": 4}))
        assert answer.text == '{"n":1}\n{"n":"a"}\n{"n":"b"}\n{"n":4}\n'
    (record,) = caplog.records
    assert "n: must be an integer" in record.getMessage()


def test_a_caller_who_leaves_ends_the_generator(feed):
    ended = []

    def function():
        try:
            while True:
                yield {"n": 1}
        finally:
            ended.append(current_call().method)

    async def awaited():
        try:
            while True:
                yield {"n": 1}
        finally:
            await asyncio.sleep(0)
            ended.append(current_call().method)

    for each in (function, awaited):
        answer = feed.answer("/lines", each)
        assert next(answer.iter_encoded()) == b'{"n":1}\n'
        answer.close()
    assert ended == ["GET", "GET"]


def test_head_ends_the_generator_after_its_first_item(feed):
    made = []

    def function():
        try:
            for n in range(3):
                made.append(n)
                yield {"n": n}
        finally:
            made.append("ended")

    feed.function = function
    answer = feed.client.head("/lines", buffered=True)
    assert (answer.status_code, answer.data, made) == (200, b"", [0, "ended"])


def test_the_call_is_known_while_items_are_made_whichever_thread_asks(feed, items):
    def function():
        for n in range(2):
            yield {"n": n if current_call().url == "/lines" and flask.request.path == "/lines" else -1}

    pieces = feed.answer("/lines", function).iter_encoded()
    found = [next(pieces)]
    thread = threading.Thread(target=lambda: found.extend(pieces))
    thread.start()
    thread.join(10)
    assert found == [b'{"n":0}\n', b'{"n":1}\n']
    assert current_call() is None


def test_an_async_function_knows_its_call_and_its_request(feed):
    async def function():
        await asyncio.sleep(0)
        return {"n": len(current_call().url) + len(flask.request.path)}

    assert feed.answer("/item", function).json == {"n": 10}
    assert feed.answer("/item", functools.partial(function)).json == {"n": 10}


def test_a_decorator_that_is_no_coroutine_may_stand_around_one(feed):
    def marked(function):
        return lambda: function()

    async def function():
        return {"n": 1}, 200, {"X-Mark": "1"}

    assert feed.answer("/item", marked(function)).headers["X-Mark"] == "1"


def test_an_async_function_raises_as_others_do(feed):
    async def function():
        raise NotFound("nothing")

    assert feed.answer("/item", function).status_code == 404


def test_a_thread_keeps_its_loop_and_cancels_what_was_left_running():
    left = []

    async def function():
        left.append(asyncio.get_running_loop().create_task(asyncio.sleep(3600)))
        return asyncio.get_running_loop()

    assert finish(function()) is finish(function())
    assert all(task.cancelled() for task in left)
    assert not finish(function()).is_closed()


def test_threads_have_loops_of_their_own():
    loops = []

    async def function():
        loops.append(asyncio.get_running_loop())

    threads = [threading.Thread(target=lambda: finish(function())) for _ in range(4)]
    for thread in threads:
        thread.start()
        thread.join(10)
    assert len(set(map(id, loops))) == 4
    assert [loop.is_closed() for loop in loops] == [True] * 4


def test_where_a_loop_is_running_already_another_thread_is_asked():
    mark = contextvars.ContextVar("mark")

    async def inner():
        return mark.get()

    async def several():
        for n in range(2):
            yield n

    async def outer():
        mark.set("kept")
        return finish(inner()), list(Awaited(several()))

    assert asyncio.run(outer()) == ("kept", [0, 1])
