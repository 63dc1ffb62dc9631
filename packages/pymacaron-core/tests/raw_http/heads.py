"""Attacks on the head of a request: its first line, its headers, what it asks of the connection."""

from __future__ import annotations

from collections.abc import Iterator

from raw_http.attack import EITHER, MEGABYTE, OK, REFUSED, Attack, letter, request

LINES = {
    "nothing but a method": b"GET\r\n\r\n",
    "HTTP/0.9": b"GET /beside/1\r\n\r\n",
    "no target": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
    "two blanks": b"GET  /beside/1  HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tab for a blank": b"GET\t/beside/1\tHTTP/1.1\r\nHost: x\r\n\r\n",
    "a blank before it": b" GET /beside/1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a blank in the target": request(target=b"/beside/a b"),
    "a NUL in the method": request(b"G\x00T"),
    "a NUL in the target": request(target=b"/beside/\x00"),
    "a DEL in the target": request(target=b"/beside/\x7f"),
    "a control character in the target": request(target=b"/beside/\x01"),
    "bare CR in the target": request(target=b"/beside/\r1"),
    "UTF-8 in the method": request("G\u00c9T".encode()),
    "an unknown version": request(version=b"HTTP/9.9"),
    "HTTP/2.0": request(version=b"HTTP/2.0"),
    "a version of three digits": request(version=b"HTTP/1.10"),
    "a version in lower case": request(version=b"http/1.1"),
    "another protocol": request(version=b"SIP/2.0"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "a hello of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2 + b"\r\n\r\n",
    "a proxy's line": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + request(),
    "random bytes": bytes(range(255, 127, -1)) * 8 + b"\r\n\r\n",
    "a reply": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "the authority": request(target=b"x:80"),
    "a fragment": request(target=b"#fragment"),
    "no slash": request(target=b"beside/1"),
    "an unknown method": request(b"FROBNICATE"),
    "an unknown method of 10 kB": request(b"A" * 10_000),
    "CONNECT": request(b"CONNECT", b"x:443"),
    "CONNECT to a path": request(b"CONNECT"),
    "TRACE": request(b"TRACE"),
    "TRACE of the server": request(b"TRACE", b"*"),
    "a path of 1 MB": lambda: request(target=b"/beside/" + b"a" * MEGABYTE),
    "a query of 1 MB": lambda: request(target=b"/gates/a?guards=" + b"a" * MEGABYTE),
    "a query of 1 MB of names": lambda: request(target=b"/gates/a?" + b"a=&" * 350_000),
    "a line that never ends its first megabyte": lambda: b"G" * MEGABYTE + b"\r\n\r\n",
}
LENIENT_LINES = {
    "a method in lower case": request(b"get"),
    "empty lines before it": b"\r\n\r\n" + request(),
    "bare LF": b"GET /beside/1 HTTP/1.1\nHost: x\n\n",
    "an absolute target": request(target=b"http://x/beside/1"),
    "an absolute target of another host": request(target=b"http://other/beside/1"),
    "an absolute target of another scheme": request(target=b"ftp://x/beside/1"),
    "an absolute target with user and port": request(target=b"http://user:word@x:99999/beside/1"),
    "the whole server": request(b"OPTIONS", b"*"),
    "the whole server by GET": request(target=b"*"),
    "a fragment after a path": request(target=b"/beside/1#more"),
    "HTTP/1.0 without a host": request(version=b"HTTP/1.0", host=None),
    "two slashes": request(target=b"//beside/1"),
    "a host for a path": request(target=b"//other/beside/1"),
    "dots": request(target=b"/beside/../../../../etc/passwd"),
    "escaped dots": request(target=b"/beside/%2e%2e/%2e%2e/etc/passwd"),
    "an escaped slash": request(target=b"/beside/a%2Fb"),
    "backslashes": request(target=b"/beside/..\\..\\etc"),
    "an escaped NUL": request(target=b"/beside/%00"),
    "an escape that is none": request(target=b"/beside/%zz%"),
    "an escaped line": request(target=b"/beside/%0d%0aX:%20y"),
    "invalid UTF-8, escaped": request(target=b"/beside/%ff%fe"),
    "invalid UTF-8": request(target=b"/beside/\xff\xfe"),
    "a lone surrogate": request(target=b"/beside/%ed%a0%80"),
    "UTF-8": request(target="/beside/\u00e9".encode()),
    "semicolons": request(target=b"/beside/1;a=b;c"),
    "10,000 slashes": request(target=b"/" * 10_000),
}
FIELDS = {
    "no colon": b"nothing",
    "a blank before the colon": b"X : y",
    "a tab before the colon": b"X\t: y",
    "an empty name": b": y",
    "a blank in the name": b"X Y: z",
    "a NUL in the name": b"X\x00: y",
    "a NUL in the value": b"X: y\x00z",
    "a control character in the name": b"X\x01: y",
    "UTF-8 in the name": "\u00c9: y".encode(),
    "a slash in the name": b"X/Y: z",
    "brackets in the name": b"X[]: z",
    "a quote in the name": b'"X": z',
    "two hosts": b"Host: y",
    "a header of 1 MB": b"X: " + b"y" * MEGABYTE,
    "a header with a name of 1 MB": b"X" * MEGABYTE + b": y",
    "10,000 headers": b"\r\n".join(b"X-%d: y" % number for number in range(10_000)),
    "a header of 1 MB for codings": b"Accept-Encoding: " + b"gzip, " * 170_000,
}
LENIENT_FIELDS = {
    "a control character in a value": b"X: \x01\x02\x1b",
    "bare CR in a value": b"X: y\rZ: a",
    "bare LF in a value": b"X: y\nZ: a",
    "a folded line": b"X: y\r\n z",
    "a folded line of nothing": b"X: y\r\n ",
    "10,000 ranges": b"Range: bytes=" + b",".join(b"%d-" % number for number in range(10_000)),
    "a range that is none": b"Range: bytes=9999999999999999999999-1,-,--5",
    "10,000 cookies": b"Cookie: " + b"; ".join(b"a%d=1" % number for number in range(6_000)),
    "cookies that are none": b'Cookie: ;;=;="; \xff=\xfe; badge="\\377\\400"; a',
    "invalid UTF-8 in a value": b"X-Trust: \xff\xfe",
    "two names for one header": b"X-Trust: a\r\nX_Trust: b",
    "a credential that is none": b"Authorization: \xff",
    "conditions that are none": b'If-None-Match: W/"\xff, "", *, \r\nIf-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT',
    "a forwarded scheme": b"X-Forwarded-Proto: gopher\r\nX-Forwarded-For: \xff\r\nForwarded: for=;;;",
    "a wish for everything at quality NaN": b"Accept: */*;q=nan, a/b;q=1e999, ;q=, /\r\n"
    b"Accept-Encoding: *;q=nan, gzip;q=-1",
    "upgrade to websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "upgrade to HTTP/2": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "upgrade to nothing": b"Connection: Upgrade\r\nUpgrade: \x7f",
    "a connection that is both": b"Connection: close, keep-alive\r\nKeep-Alive: timeout=999999999, max=-1",
    "a connection that names its headers": b"Connection: Host, Content-Length, X-Trust\r\nX-Trust: a",
    "an expectation that is none": b"Expect: miracles",
    "an expectation without a body": b"Expect: 100-continue",
}
HOSTS = {
    "empty": b"Host:",
    "with blanks": b"Host: a b",
    "with a slash": b"Host: x/y",
    "with a user": b"Host: user@x",
    "with a port that is none": b"Host: x:port",
    "with a port too large": b"Host: x:99999999",
    "of brackets": b"Host: [::1",
    "of invalid UTF-8": b"Host: \xff\xfe",
    "of 8,000 letters": b"Host: " + b"a" * 8_000,
    "with a comma": b"Host: a, b",
}


def heads() -> Iterator[Attack]:
    for name, sent in LINES.items():
        yield Attack(f"first line: {name}", sent, most=2)
    for name, data in LENIENT_LINES.items():
        yield Attack(f"first line: {name}", data, EITHER | {301, 308}, most=1)
    for name, field in FIELDS.items():
        yield Attack(f"header: {name}", request(b"GET", b"/gates/a", field))
    for name, field in LENIENT_FIELDS.items():
        for target in (b"/gates/a", b"/large") if name in ("10,000 ranges", "a range that is none") else (b"/gates/a",):
            yield Attack(f"header: {name} of {target.decode()}", request(b"GET", target, field), EITHER | {206, 304})
    for name, field in HOSTS.items():
        yield Attack(f"a host {name}", request(host=field), EITHER)
    yield Attack("no host", request(host=None))
    yield Attack("a head that never ends", request()[:-2], is_whole=False)
    yield Attack("a first line that never ends", b"GET /beside/", is_whole=False)
    yield Attack("a credential of 60 kB", request(b"GET", b"/treasures", b"Authorization: Bearer " + b"a" * 60_000))
    yield Attack("no credential", request(b"GET", b"/treasures"))
    yield Attack(
        "a credential that is invalid UTF-8", request(b"GET", b"/treasures", b"Authorization: Bearer \xff\x80")
    )
    yield from _expectations()
    yield from _connections()


def _expectations() -> Iterator[Attack]:
    expects = b"Expect: 100-continue"
    yield Attack("a body that is expected", letter(expects, b"Content-Length: 12"), OK)
    yield Attack(
        "a body that is expected and never comes", letter(expects, b"Content-Length: 12", body=b""), is_whole=False
    )
    yield Attack("a body that is expected and too large", letter(expects, b"Content-Length: 99999999999", body=b""))
    yield Attack("a body with a wrong expectation", letter(b"Expect: 200-ok", b"Content-Length: 12"), EITHER)


def _connections() -> Iterator[Attack]:
    many = b"".join(request(target=b"/beside/%d" % number) for number in range(100))
    yield Attack("100 requests at once", many, OK, most=100)
    yield Attack("100 letters at once", letter(b"Content-Length: 12") * 100, OK, most=100)
    yield Attack("a request after the last", request(b"GET", b"/beside/1", b"Connection: close") + request() * 5, OK)
    yield Attack("a request after the last of HTTP/1.0", request(version=b"HTTP/1.0") + request() * 5, OK)
    yield Attack(
        "requests after a broken one", request() + b"\x00\x01\x02\r\n\r\n" + request() * 3, OK | REFUSED, most=2
    )
    yield Attack("HEAD", request(b"HEAD"), OK, methods=("HEAD",))
    yield Attack("HEAD of much", request(b"HEAD", b"/large"), OK, methods=("HEAD",))
    yield Attack("a long reply and another request", request(b"GET", b"/large") + request(), OK, most=2)
    yield Attack("a stream and another request", request(b"GET", b"/streams") + request(), OK, most=2)
