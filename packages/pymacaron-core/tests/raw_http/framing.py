"""Attacks on where a request ends: lengths and chunks that lie, and requests hidden in others (RFC 9112, 6, 7, 11)."""

from __future__ import annotations

from collections.abc import Iterator

from raw_http.attack import EITHER, JSON, MEGABYTE, OK, SMUGGLED, Attack, letter, request, sized

CHUNKED = b"Transfer-Encoding: chunked"
WHOLE = b'c\r\n{"text":"a"}\r\n0\r\n\r\n'

LENGTHS = {
    "signed": b"+12",
    "negative": b"-1",
    "a list of different ones": b"12, 5",
    "hexadecimal": b"0xc",
    "of letters": b"twelve",
    "empty": b"",
    "a fraction": b"12.0",
    "with an underscore": b"1_2",
    "of digits beyond ASCII": "\u0661\u0662".encode(),
    "of digits beyond ASCII in Latin-1": b"1\xb2",
    "huge": b"99999999999999999999",
    "of 5,000 digits": b"9" * 5000,
    "with a blank inside": b"1 2",
    "with a NUL": b"12\x00",
    "with a vertical tab": b"\x0b12",
    "more than is allowed": b"99999999999",
}
LENIENT_LENGTHS = {"after blanks": b"   12  ", "with zeros before it": b"0000000012"}
CODINGS = {
    "unknown": b"Transfer-Encoding: xchunked",
    "identity": b"Transfer-Encoding: identity",
    "chunked twice": b"Transfer-Encoding: chunked, chunked",
    "chunked and then identity": b"Transfer-Encoding: chunked, identity",
    "gzip": b"Transfer-Encoding: gzip, chunked",
    "empty": b"Transfer-Encoding:",
    "after a vertical tab": b"Transfer-Encoding: \x0bchunked",
    "in quotes": b'Transfer-Encoding: "chunked"',
    "folded": b"Transfer-Encoding:\r\n chunked",
    "with a blank before the colon": b"Transfer-Encoding : chunked",
    "after a blank": b" Transfer-Encoding: chunked",
    "behind a bare CR": b"X: y\rTransfer-Encoding: chunked",
    "behind a bare LF": b"X: y\nTransfer-Encoding: chunked",
    "with an underscore": b"Transfer_Encoding: chunked",
    "twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "with a NUL": b"Transfer-Encoding: chunked\x00",
    "with a parameter": b"Transfer-Encoding: chunked;q=1",
}
BROKEN_CHUNKS = {
    "a size with a plus": b'+c\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a size with a minus": b'-c\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a size with 0x": b'0xc\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a size with an underscore": b'0_c\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a size with a blank before it": b' c\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a size of letters": b'zz\r\n{"text":"a"}\r\n0\r\n\r\n',
    "an empty size": b'\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a size beyond ASCII": b'\xd9\xa1\r\n{"text":"a"}\r\n0\r\n\r\n',
    "bare LF after a size": b'c\n{"text":"a"}\r\n0\r\n\r\n',
    "bare CR after a size": b'c\r{"text":"a"}\r\n0\r\n\r\n',
    "more than a chunk tells": b'5\r\n{"text":"a"}\r\n0\r\n\r\n',
    "no line end after a chunk": b'c\r\n{"text":"a"}0\r\n\r\n',
    "an extension with a line feed": b'c;a\nb\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a NUL for a size": b'\x00\r\n{"text":"a"}\r\n0\r\n\r\n',
}
LENIENT_CHUNKS = {
    "a size of 17 digits": b'0000000000000000c\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a size of 100 digits": b"0" * 99 + b'c\r\n{"text":"a"}\r\n0\r\n\r\n',
    "a blank after a size": b'c \r\n{"text":"a"}\r\n0\r\n\r\n',
    "an extension in quotes": b'c;a="b;c"\r\n{"text":"a"}\r\n0\r\n\r\n',
    "an extension with a NUL": b'c;\x00\r\n{"text":"a"}\r\n0\r\n\r\n',
}
ENDLESS = {
    "a chunk of which little comes": b"ffffffff\r\nabc",
    "a size of 2**64": b'10000000000000000\r\n{"text":"a"}\r\n0\r\n\r\n',
    "no last chunk": b'c\r\n{"text":"a"}\r\n',
    "no line end after the last chunk": b'c\r\n{"text":"a"}\r\n0\r\n',
    "a size that does not end": b"1" * 15,
}
TRAILERS = {
    "a length": b"Content-Length: 500",
    "chunked": b"Transfer-Encoding: chunked",
    "a host": b"Host: other",
    "a credential": b"Authorization: Bearer good",
    "no colon": b"nothing",
    "a NUL": b"X: \x00",
    "folded": b"X: y\r\n z",
    "an empty name": b": x",
}


def framing() -> Iterator[Attack]:
    yield from _lengths()
    yield from _codings()
    yield from _chunks()
    yield from _smuggling()


def _lengths() -> Iterator[Attack]:
    for name, value in LENGTHS.items():
        yield Attack(f"a length that is {name}", letter(b"Content-Length: " + value))
    for name, value in LENIENT_LENGTHS.items():
        yield Attack(f"a length {name}", letter(b"Content-Length: " + value), EITHER)
    yield Attack("a list of one length twice", letter(b"Content-Length: 12, 12"), EITHER)
    yield Attack("one length twice", letter(b"Content-Length: 12", b"Content-Length: 12"), EITHER)
    yield Attack("two lengths", letter(b"Content-Length: 12", b"Content-Length: 5"))
    yield Attack("two lengths, the first zero", letter(b"Content-Length: 0", b"Content-Length: 12"))
    yield Attack("a length with an underscore in its name", letter(b"Content_Length: 12", body=b""))
    yield Attack("no length", letter(body=b""))
    yield Attack("a length shorter than the body", letter(b"Content-Length: 0", body=b"\x00garbage\r\n\r\n"), most=2)
    yield Attack("a length longer than the body", letter(b"Content-Length: 500"), is_whole=False)
    yield Attack("a length and nothing", letter(b"Content-Length: 500", body=b""), is_whole=False)
    yield Attack(
        "a body no operation asked for", sized(b"/beside/1", b"text/plain", b"x" * 5000, method=b"GET"), EITHER
    )
    yield Attack("a large body no path asked for", lambda: sized(b"/nowhere", b"text/plain", b"x" * 5 * MEGABYTE))
    yield Attack("a body after a refusal", sized(b"/letters", b"text/plain", SMUGGLED))
    yield Attack("a body after a refusal of its method", sized(b"/letters", b"text/plain", SMUGGLED, method=b"PUT"))
    yield Attack("a body larger than is taken", lambda: sized(b"/letters", b"application/json", b" " * 11 * MEGABYTE))


def _codings() -> Iterator[Attack]:
    for name, field in CODINGS.items():
        inner = b"0\r\n\r\n" + SMUGGLED
        yield Attack(
            f"a coding that is {name}, and a length", letter(field, b"Content-Length: %d" % len(inner), body=inner)
        )
    for name in ("unknown", "identity", "chunked and then identity", "empty", "with a NUL"):
        yield Attack(f"a coding that is {name}, and chunks", letter(CODINGS[name], body=WHOLE), most=2)
    yield Attack("chunks in capitals", letter(b"Transfer-Encoding: CHUNKED", body=WHOLE), OK)
    yield Attack(
        "chunks in HTTP/1.0", request(b"POST", b"/letters", JSON, CHUNKED, body=WHOLE, version=b"HTTP/1.0"), EITHER
    )


def _chunks() -> Iterator[Attack]:
    yield Attack("chunks", letter(CHUNKED, body=WHOLE), OK)
    for name, body in BROKEN_CHUNKS.items():
        yield Attack(f"chunks with {name}", letter(CHUNKED, body=body + SMUGGLED))
    for name, body in LENIENT_CHUNKS.items():
        yield Attack(f"chunks with {name}", letter(CHUNKED, body=body), EITHER)
    for name, body in ENDLESS.items():
        yield Attack(f"chunks with {name}", letter(CHUNKED, body=body), is_whole=False)
    for name, line in TRAILERS.items():
        trailed = WHOLE[:-2] + line + b"\r\n\r\n"
        yield Attack(f"a trailer that is {name}", letter(CHUNKED, body=trailed), EITHER)
    yield Attack("chunks of one byte", letter(CHUNKED, body=_small(b'{"text":"' + b"a" * 20_000 + b'"}')), OK)
    for size in (1 << 10, 1 << 20):
        extended = b"c;" + b"e" * size + WHOLE[1:]
        yield Attack(f"an extension of {size} bytes", letter(CHUNKED, body=extended), EITHER)
    many = b"".join(b"X-%d: y\r\n" % number for number in range(10_000))
    yield Attack("10,000 trailers", letter(CHUNKED, body=WHOLE[:-2] + many + b"\r\n"), EITHER)
    yield Attack(
        "a trailer of 1 MB", lambda: letter(CHUNKED, body=WHOLE[:-2] + b"X: " + b"y" * MEGABYTE + b"\r\n\r\n"), EITHER
    )
    piece = b"100000\r\n" + b" " * MEGABYTE + b"\r\n"
    yield Attack("chunks that are too much", lambda: letter(CHUNKED, body=piece * 12 + b"0\r\n\r\n"))
    yield Attack("chunks that never end", lambda: letter(CHUNKED, body=piece * 16), is_whole=False)
    binary = b"Content-Type: application/octet-stream"
    broken = request(b"PUT", b"/streams", binary, CHUNKED, body=b"3\r\nabc\r\nzz\r\n" + SMUGGLED)
    yield Attack("chunks of a stream, broken", broken)


def _smuggling() -> Iterator[Attack]:
    inner = b"0\r\n\r\n" + SMUGGLED
    length = b"Content-Length: %d" % len(inner)
    for name, fields in {"length, chunks": (length, CHUNKED), "chunks, length": (CHUNKED, length)}.items():
        yield Attack(f"a request hidden behind {name}", letter(*fields, body=inner))
        short = b"Content-Length: 4"
        fields = tuple(short if field is length else field for field in fields)
        hidden = b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n"
        yield Attack(f"a request hidden within {name}", letter(*fields, body=hidden))
    yield Attack("a request hidden in a body", sized(b"/forms", b"application/x-www-form-urlencoded", SMUGGLED), EITHER)
    yield Attack(
        "a request hidden in a body of GET", sized(b"/beside/1", b"text/plain", SMUGGLED, method=b"GET"), EITHER
    )
    yield Attack(
        "a request hidden in a body of HEAD",
        sized(b"/beside/1", b"text/plain", SMUGGLED, method=b"HEAD"),
        EITHER,
        methods=("HEAD",),
    )
    yield Attack(
        "a request hidden in a target",
        request(target=b"/beside/1%20HTTP/1.1%0d%0aHost:x%0d%0a%0d%0aGET%20/beside/smuggled"),
        EITHER,
    )
    yield Attack(
        "a header hidden in a query", request(target=b"/gates/a?guards=x%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a"), EITHER
    )


def _small(data: bytes) -> bytes:
    return b"".join(b"1\r\n" + data[at : at + 1] + b"\r\n" for at in range(len(data))) + b"0\r\n\r\n"
