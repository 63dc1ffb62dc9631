"""The call, made beside Flask's request and straight from a WSGI environment: both say the same of one request."""

import io

import flask
import pytest
from pymacaron_core.context import CallContext
from pymacaron_core.errors import InvalidParameter, PayloadTooLarge, RequestTimeout
from pymacaron_core.receiving import from_flask, from_wsgi

app = flask.Flask("call")
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'


@pytest.fixture(params=["flask", "wsgi"])
def call(request):
    """Makes a call of a body and an environment."""

    def make(body=b"", limit=None, **environ):
        raw = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/a",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            **environ,
        }
        if body and "HTTP_TRANSFER_ENCODING" not in raw:
            raw.setdefault("CONTENT_LENGTH", str(len(body)))
        if request.param == "wsgi":
            return from_wsgi(raw, {}, CallContext(), limit)
        with app.request_context(raw):
            return from_flask(flask.request._get_current_object(), {}, CallContext(), limit)

    return make


def test_it_knows_the_method_the_path_and_the_headers(call):
    made = call(PATH_INFO="/caf\xc3\xa9", HTTP_X_ONE="1", CONTENT_TYPE="Text/Plain; charset=utf-8")
    assert (made.method, made.path, made.path_is_text) == ("POST", "/café", True)
    assert (made.header("x-one"), made.header("X-Two"), made.content_type) == ("1", None, "text/plain")
    assert not call(PATH_INFO="/\xff").path_is_text


def test_the_query_is_split_once_and_its_texts_stay_escaped(call):
    made = call(QUERY_STRING="a=1&b%20c=%31&a=%26&+=x&=&&d")
    assert made.query_values == {"a": ["1", "%26"], "b c": ["%31"], " ": ["x"], "": [""], "d": [""]}
    assert made.query_values is made.query_values


def test_a_cookie_is_found_and_one_that_is_no_text_breaks_nothing(call):
    assert call(HTTP_COOKIE="a=1; b=2").cookie("b") == "2"
    assert call(HTTP_COOKIE="\xff=\xff; b=2").cookie("b") == "2"
    assert call().cookie("b") is None


def test_a_body_is_there_when_something_was_sent(call):
    assert call(b"x").has_body and call(b"x").body() == b"x"
    assert call(b"x", **CHUNKED).has_body
    for absent in (call(), call(CONTENT_LENGTH="0"), call(b"", **CHUNKED)):
        assert not absent.has_body and absent.body() == b""


def test_a_body_that_ends_early_is_a_timeout(call):
    for more in ({}, {"wsgi.input_terminated": True}):
        with pytest.raises(RequestTimeout):
            call(b"x", CONTENT_LENGTH="2", **more).body()
        with pytest.raises(RequestTimeout):
            call(b"x=1", CONTENT_LENGTH="9", CONTENT_TYPE=URLENCODED, **more).form()


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 20])
def test_a_length_that_is_none_is_told(call, length):
    with pytest.raises(InvalidParameter, match="Content-Length: must be a number of bytes"):
        _ = call(CONTENT_LENGTH=length).has_body


@pytest.mark.parametrize("framing", [{}, CHUNKED])
def test_a_body_may_be_as_large_as_the_limit_and_no_larger(call, framing):
    assert call(b"12345", limit=5, **framing).body() == b"12345"
    with pytest.raises(PayloadTooLarge):
        call(b"123456", limit=5, **framing).body()
    with pytest.raises(PayloadTooLarge):
        call(b"a=3456", limit=5, CONTENT_TYPE=URLENCODED, **framing).form()
    with pytest.raises(PayloadTooLarge):
        call(PART % (b"a", b"", b"1") + b"--b--", limit=5, CONTENT_TYPE=MULTIPART, **framing).form()


@pytest.mark.parametrize("framing", [{}, CHUNKED])
def test_a_form_is_read_with_its_files(call, framing):
    assert call(b"a=1&b=%20&a=2", CONTENT_TYPE=URLENCODED, **framing).form().fields == [
        ("a", "1"),
        ("b", " "),
        ("a", "2"),
    ]
    body = PART % (b"a", b"", b"1") + PART % (b"f", b'; filename="x"', b"\xff") + b"--b--\r\n"
    made = call(body, CONTENT_TYPE=MULTIPART, **framing)
    assert made.has_body
    form = made.form()
    assert form.fields == [("a", "1")]
    assert [(name, file.filename, file.stream.read()) for name, file in form.files] == [("f", "x", b"\xff")]
    form.files[0][1].close()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URLENCODED, b"\xff"),
        (MULTIPART, b"--other--"),
        (MULTIPART, PART % (b"a", b"", b"1")),
        ("multipart/form-data", PART % (b"a", b"", b"1") + b"--b--"),
    ],
)
def test_a_form_that_cannot_be_read_is_told_and_not_taken_for_an_empty_one(call, content_type, body):
    with pytest.raises(InvalidParameter):
        call(body, CONTENT_TYPE=content_type).form()


def test_a_form_of_too_many_parts_is_too_large(call):
    body = b"".join(PART % (b"%d" % number, b"", b"") for number in range(1_001)) + b"--b--\r\n"
    with pytest.raises(PayloadTooLarge):
        call(body, CONTENT_TYPE=MULTIPART).form()


def test_what_a_hook_has_read_is_not_read_twice():
    with app.test_request_context("/a", method="POST", data={"a": "1"}):
        assert flask.request.form["a"] == "1"
        assert from_flask(flask.request, {}, CallContext()).form().fields == [("a", "1")]
    with app.test_request_context("/a", method="POST", data=b"x"):
        assert flask.request.get_data() == b"x"
        assert from_flask(flask.request, {}, CallContext()).body() == b"x"


def test_the_limit_of_flask_counts_where_it_is_smaller():
    limited = flask.Flask("limited")
    limited.config["MAX_CONTENT_LENGTH"] = 3
    with (
        limited.test_request_context("/a", method="POST", data=b"1234"),
        pytest.raises(PayloadTooLarge),
    ):
        from_flask(flask.request, {}, CallContext(), 10).body()
