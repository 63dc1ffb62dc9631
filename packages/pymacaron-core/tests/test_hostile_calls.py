"""Requests put together by chance of what breaks parsers: never a fault of the service, every fault with its place."""

import io
import json
import logging
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from fuzzed.services import SERVICES, made

ODD = [
    *(
        "%",
        "%z",
        "%f",
        "%ff",
        "%00",
        "%ed%a0%80",
        "%7C",
        "%2C",
        "%20",
        "\x00",
        "\xff",
        "\xe9",
        "\xc3\xa9",
        "\xef\xbb\xbf",
    ),
    *(
        "[",
        "]",
        "[]",
        "[a",
        "a]",
        "a[b][c]",
        "&",
        "&&",
        "=",
        "==",
        "a=b=c",
        ";",
        ",",
        "|",
        "+",
        '"',
        "'",
        "\\",
        "{}",
        "{",
    ),
    *(" ", "", "\t", "%0d%0a", "../", "..", "*", "?", "#", "-0", "1e400", "NaN", "Infinity", "null", "true"),
    *("9" * 5_000, "a" * 10_000),
]
BODIES = [
    *(b"", b" ", b"\x00", b'"', b"{}", b"[]", b"null", b"\xff\xfe{", b'{"name":NaN}', b'{"kind":["circle"]}'),
    *(b'{"name":"a","price":1}', b'{"name":"a","name":"b","price":1}', b'{"price":1e999,"name":"x"}', b'{"kind":"x"}'),
    *(b'{"price":' + b"9" * 5_000 + b',"name":"x"}', b'{"name":"\\ud800","price":1}', b'{"name":"\xe9","price":1}'),
    *(b'\xef\xbb\xbf{"name":"a","price":1}', b"[" * 50_000, b'{"a":' * 20_000, b'{"name":"a","price":1'),
    *(b'{"name":"a","price":-1,"size":"XL","tags":[1,2]}', '{"name":"a","price":1}'.encode("utf-16")),
    *(b"rating=5&rating=3&tags=a&tags=%ff", b"rating=%", b"&" * 30_000, b"rating=5&text=%ed%a0%80"),
]
TYPES = [
    *("application/json", "application/json; charset=utf-16", "application/json;;;", "APPLICATION/JSON", "text/plain"),
    *("text/plain; charset=utf-7", "text/plain; charset=base64", "application/x-www-form-urlencoded", "", "/", "a/b/c"),
    *("application/octet-stream", "application/merge-patch+json", "\xff", "multipart/form-data", "*/*", ";", "json"),
]
PARTS = [
    *('form-data; name="label"', 'form-data; name="products"', "form-data", 'attachment; name="label"', ""),
    *(
        'form-data; name="count"; filename="x"',
        'form-data; name="a[b]"',
        'form-data; name="label"\r\nX: ' + "y" * 20_000,
    ),
    *('form-data; name="label"\r\nContent-Type: text/plain; charset=nope', "form-data; name=label\r\nContent-Type: "),
    *('form-data; name="label"\r\nContent-Transfer-Encoding: base64', "form-data; name=\xff"),
]
CALLS = [
    *(("GET", "/products"), ("POST", "/products"), ("GET", "/products/1"), ("PUT", "/products/1")),
    *(("DELETE", "/products/" + "9" * 5_000), ("PUT", "/products/1/photo"), ("GET", "/products/latest")),
    *(("POST", "/reviews"), ("POST", "/imports"), ("POST", "/notes"), ("POST", "/shapes"), ("POST", "/odd")),
    *(("GET", "/palette/.5/;matrix=abc/1,2"), ("GET", "/palette/./;/,"), ("GET", "/search"), ("GET", "/lines")),
    *(("GET", "/secret"), ("OPTIONS", "/products"), ("HEAD", "/products"), ("TRACE", "/products")),
    *(("GET", "//products"), ("GET", "/\xff"), ("GET", ""), ("BREW", "*"), ("PATCH", "/products/1")),
]
NAMES = [
    "name",
    "tags",
    "ids",
    "sizes",
    "price[least]",
    "price[most]",
    "price",
    "page",
    "where",
    "count",
    "key",
    "x",
    "price[least][x]",
    "price[]",
]
HEADERS = [
    *("X_CHANNEL", "X_NUMBERS", "X_TRACE", "COOKIE", "AUTHORIZATION", "ACCEPT", "ACCEPT_ENCODING", "IF_MATCH", "HOST"),
    *("IF_NONE_MATCH", "IF_MODIFIED_SINCE", "RANGE", "ORIGIN", "X_REQUEST_ID", "CONTENT_ENCODING", "TRANSFER_ENCODING"),
]
SAID = [*ODD, "currency=", "session=", '"x"', "bytes=0-", "gzip", "*/*", "text/html;q=", "application/json"]


def body_of(chance):
    if chance.random() < 0.7:
        return chance.choice(BODIES), chance.choice(TYPES)
    body = b""
    for _ in range(chance.randint(0, 4)):
        head = f"Content-Disposition: {chance.choice(PARTS)}".encode("latin-1")
        gap = chance.choice([b"\r\n\r\n", b"\n\n", b"\r\n"])
        body += b"--x" + chance.choice([b"\r\n", b"\n", b""]) + head + gap + chance.choice(BODIES)[:2_000] + b"\r\n"
    return body + chance.choice([b"--x--\r\n", b"--x", b""]), "multipart/form-data; boundary=" + chance.choice(
        "xxxy\xe9"
    )


def request_of(chance):
    body, content_type = body_of(chance)
    method, path = chance.choice(CALLS)
    pairs = [
        f"{chance.choice(NAMES)}={''.join(chance.choices(ODD, k=chance.randint(0, 3)))}"
        for _ in range(chance.choice([0, 1, 4]))
    ]
    if chance.random() < 0.02:
        pairs = [f"a={number}" for number in range(10_000)]
    if chance.random() < 0.3:
        pairs.append('where={"field":"name"}')
    length = str(len(body))
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/workshop{path}" if path.startswith("/") else path,
        "QUERY_STRING": "&".join(pairs),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": chance.choice([length] * 8 + ["", "-1", "x", "9" * 30, f"{length}0", "0", "1 2"]),
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": "Bearer good",
        "HTTP_X_TRACE": "ab",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
    for name in chance.sample(HEADERS, chance.choice([0, 0, 1, 2])):
        environ[f"HTTP_{name}"] = "".join(chance.choices(SAID, k=chance.randint(0, 3)))
    if chance.random() < 0.2:
        environ["RAW_URI"] = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
    return environ


@pytest.mark.unmeasured
def test_no_request_is_a_fault_of_the_service_and_every_fault_has_its_place(tmp_path):
    app, chance, seen = made(SERVICES[0], tmp_path), random.Random(20), Counter()
    logging.disable(logging.CRITICAL)
    try:
        for _ in range(4_000):
            environ, told = request_of(chance), []
            sent = {name: value[:200] for name, value in environ.items() if isinstance(value, str)}
            reply = app(environ, lambda status, headers, error=None, told=told: told.append((int(status[:3]), headers)))
            body = b"".join(reply)
            reply.close()
            ((status, _),) = told
            seen[status] += 1
            assert status < 500, (sent, body)
            assert len(body) < 50_000 or status == 308, sent
            if status >= 400 and environ["REQUEST_METHOD"] != "HEAD":
                error = json.loads(body)
                assert (error["status"], bool(error["error"])) == (status, True), sent
                assert status != 400 or error.get("errors") or environ["HTTP_HOST"] != "localhost", (sent, error)
                for fault in error.get("errors", ()):
                    assert fault["in"] in ("path", "query", "header", "cookie", "body"), (sent, fault)
                    assert fault["rule"] and fault["message"] and fault["pointer"][:1] in ("", "/"), (sent, fault)
    finally:
        logging.disable(logging.NOTSET)
    assert {200, 400, 404, 405, 406, 408, 415} <= seen.keys()
