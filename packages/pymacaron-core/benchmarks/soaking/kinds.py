"""What is sent, and what must come back: kinds of requests, each drawn with its share, by seed."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

LARGE = bytes(range(256)) * 4096
TEXT = "".join(f"line {number} of a text that is worth to be compressed\n" for number in range(400)).encode()
FEW, MANY = 40, 4000
"""Lines of a short stream, and of a long one (2 MB)."""


@dataclass(frozen=True)
class Request:
    """Bytes to send, and the reply: its status, its body, or what its body must have in it. A body that ends its
    connection (``is_last``) is one that the server need not read."""

    data: bytes
    status: int
    body: bytes | None = None
    part: bytes = b""
    is_packed: bool = False
    is_last: bool = False

    def fault(self, status: int, body: bytes) -> str | None:
        """What is wrong with a reply."""
        if status != self.status:
            return f"{status} in place of {self.status}: {body[:200]!r}"
        if self.body is not None:
            if body != self.body and (not self.is_packed or unpacked(body) != self.body):
                return f"another body of {len(body)} bytes: {body[:200]!r}"
        elif self.part not in body:
            return f"a body without {self.part!r}: {body[:200]!r}"
        return None


@cache
def unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompress(body, 31)
    except zlib.error:
        return b""


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def order(number: int, count: int = 2) -> dict[str, Any]:
    items = [{"sku": f"sku-{n}", "quantity": n + 1, "price": 2.5} for n in range(count)]
    return {"id": number, "status": "open", "items": items}


def get(target: str, *fields: str) -> bytes:
    return "\r\n".join((f"GET {target} HTTP/1.1", "Host: soak", *fields, "", "")).encode()


def sized(method: str, target: str, media_type: str, body: bytes, *fields: str) -> bytes:
    told = ("Host: soak", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *fields)
    return "\r\n".join((f"{method} {target} HTTP/1.1", *told, "", "")).encode() + body


def chunked(method: str, target: str, media_type: str, pieces: list[bytes]) -> bytes:
    told = ("Host: soak", f"Content-Type: {media_type}", "Transfer-Encoding: chunked")
    head = "\r\n".join((f"{method} {target} HTTP/1.1", *told, "", "")).encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"


def read_order(chance: random.Random) -> Request:
    number, limit = chance.randrange(1, 10) * 1000 + chance.randrange(400), chance.randrange(1, 9)
    tags = "".join(f"&tags=t{n}" for n in range(chance.randrange(4)))
    data = get(f"/orders/{number}?limit={limit}{tags}", f"X-Tenant: tenant-{number % 50}")
    return Request(data, 200, compact(order(number, limit)))


def create_order(chance: random.Random) -> Request:
    body = compact(order(chance.randrange(1, 10_000), chance.randrange(20)))
    return Request(sized("POST", "/orders", "application/json", body), 200, body)


def create_in_chunks(chance: random.Random) -> Request:
    body = compact(order(chance.randrange(1, 10_000), chance.randrange(1, 20)))
    at = chance.randrange(len(body))
    return Request(chunked("POST", "/orders", "application/json", [body[:at], body[at:]]), 200, body)


def invalid_body(chance: random.Random) -> Request:
    body = compact({"id": "one", "status": "lost", "items": [{"sku": 1, "quantity": 0}] * chance.randrange(4)})
    return Request(sized("POST", "/orders", "application/json", body), 400, None, b'"pointer":"/status"')


def broken_json(chance: random.Random) -> Request:
    body = compact(order(1))[: chance.randrange(1, 40)]
    return Request(sized("POST", "/orders", "application/json", body), 400, None, b"INVALID_PARAMETER")


def invalid_parameter(chance: random.Random) -> Request:
    data = get(f"/orders/{chance.randrange(1, 100)}?limit={chance.choice(('many', '0', '101', ''))}x")
    return Request(data, 400, None, b"INVALID_PARAMETER")


def unknown_path(chance: random.Random) -> Request:
    return Request(get(f"/nowhere/{chance.randrange(100_000)}"), 404, None, b"NOT_FOUND")


def wrong_method(chance: random.Random) -> Request:
    data = sized(chance.choice(("PUT", "DELETE")), "/orders", "application/json", b"{}")
    return Request(data, 405, None, b"METHOD_NOT_ALLOWED")


def wrong_media_type(chance: random.Random) -> Request:
    return Request(sized("POST", "/orders", "text/csv", b"a,b\n" * chance.randrange(1, 50)), 415, None, b"UNSUPPORTED")


def too_large(chance: random.Random) -> Request:
    head = sized("POST", "/orders", "application/json", b"").replace(b"Length: 0", b"Length: 1048577")
    return Request(head, 413, None, b"PAYLOAD_TOO_LARGE", is_last=True)


def declared_error(chance: random.Random) -> Request:
    number = chance.randrange(1, 9) * 1000
    if chance.random() < 0.5:
        return Request(get(f"/orders/{number + 404}"), 404, None, b"there is no order")
    return Request(get(f"/orders/{number + 409}"), 409, None, b"is taken")


def condition(chance: random.Random) -> Request:
    number = chance.randrange(1, 1000)
    if chance.random() < 0.5:
        return Request(get(f"/versions/{number}", f'If-None-Match: "v{number}"'), 304, b"")
    return Request(get(f"/versions/{number}", 'If-None-Match: "v0"'), 200, compact(order(number)))


def coroutine(chance: random.Random) -> Request:
    number = chance.randrange(1, 1000)
    return Request(get(f"/waiting/{number}"), 200, compact(order(number)))


def hooked(chance: random.Random) -> Request:
    number = chance.randrange(1, 1000)
    return Request(get(f"/hooked/{number}"), 200, compact(order(number)))


def form(chance: random.Random) -> Request:
    name = f"name{chance.randrange(1000)}"
    data = sized("POST", "/forms", "application/x-www-form-urlencoded", f"name={name}&age=5".encode())
    return Request(data, 200, compact({"size": 0, "name": name}))


def multipart(chance: random.Random) -> Request:
    size = chance.choice((10, 5000, 70_000, 600_000 if chance.random() < 0.1 else 2000))
    parts = b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n'
    parts += b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
    parts += b"Content-Type: application/octet-stream\r\n\r\n" + b"x" * size + b"\r\n--edge--\r\n"
    data = sized("POST", "/forms", "multipart/form-data; boundary=edge", parts)
    return Request(data, 200, compact({"size": size, "name": "Ada"}))


def upload(chance: random.Random) -> Request:
    size = chance.choice((100, 20_000, 300_000))
    if chance.random() < 0.5:
        data = chunked("PUT", "/streams", "application/octet-stream", [b"y" * (size // 4)] * 4)
    else:
        data = sized("PUT", "/streams", "application/octet-stream", b"y" * size)
    return Request(data, 200, compact({"size": size}))


def lines(count: int) -> bytes:
    return b"".join(compact({"line": n, "text": "x" * 500}) + b"\n" for n in range(count))


SHORT, LONG = lines(FEW), lines(MANY)


def stream(chance: random.Random) -> Request:
    return Request(get(f"/streams?lines={FEW}"), 200, SHORT)


def long_stream(chance: random.Random) -> Request:
    return Request(get(f"/streams?lines={MANY}"), 200, LONG)


def large(chance: random.Random) -> Request:
    return Request(get("/large"), 200, LARGE)


def packed(chance: random.Random) -> Request:
    return Request(get("/text", "Accept-Encoding: gzip"), 200, TEXT, is_packed=True)


def head_only(chance: random.Random) -> Request:
    """A request whose head breaks off, which only those who leave send."""
    return Request(get("/orders/1")[: chance.randrange(2, 30)], 0)


Kind = Callable[[random.Random], Request]
SHARES: dict[Kind, int] = {
    read_order: 300, create_order: 200, create_in_chunks: 40, invalid_body: 50, broken_json: 20, invalid_parameter: 40,
    unknown_path: 40, wrong_method: 20, wrong_media_type: 20, too_large: 10, declared_error: 50, condition: 50,
    coroutine: 30, hooked: 40, form: 30, multipart: 20, upload: 15, stream: 15, large: 5, packed: 30,
}  # fmt: skip
"""How often each kind is sent, of all their sum."""
LEFT: dict[Kind, int] = {long_stream: 4, large: 3, upload: 3, multipart: 1, create_order: 2, head_only: 1}
"""Kinds that callers leave half way."""


def name_of(kind: Kind) -> str:
    return kind.__name__.replace("_", " ")
