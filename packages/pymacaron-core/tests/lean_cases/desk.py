"""The service that the cases are about: a function for each operation of ``desk.yaml``."""

import asyncio
from pathlib import Path
from typing import Any

import flask
from pymacaron_core import NotFound, TokenInvalid, Upload
from werkzeug.exceptions import Conflict, ImATeapot

DOCUMENT = Path(__file__).with_name("desk.yaml")


class OutOfPaper(Exception):
    """An error of the service itself, of which neither Flask nor pymacaron knows."""


def list_items(q: str | None, limit: int, x_kind: str | None, visitor: str | None) -> Any:
    return [{"id": limit, "name": f"{q} {x_kind} {visitor}"}]


def create_item(body: Any) -> Any:
    return body


def get_item(id: int) -> Any:
    return {"id": id, "name": "one"}


def replace_item(body: Any, id: int) -> Any:
    return {"id": id, "name": body.name}


def delete_item(id: int) -> None:
    return None


def get_shelved(shelf_name: str, class_: str) -> Any:
    return {"shelf": shelf_name, "class": class_}


def fill_in(body: Any) -> Any:
    return {"name": body.name, "age": body.age}


def upload(body: Any) -> Any:
    file: Upload = body.file
    return {"name": body.name, "file": file.filename, "size": len(file.read())}


def take_bytes(body: Any) -> Any:
    return {"size": len(body)}


def stream() -> Any:
    for number in range(3):
        yield {"id": number, "name": "item"}


def fetch() -> Any:
    return DOCUMENT


def fail(kind: str) -> Any:
    raise {
        "own": OutOfPaper("no paper"),
        "pymacaron": NotFound("there is none"),
        "http": Conflict("taken"),
        "teapot": ImATeapot("short"),
        "value": ValueError("not a value"),
        "key": KeyError("missing"),
        "exit": SystemExit(3),
    }[kind]


async def answer_later() -> Any:
    await asyncio.sleep(0)
    return {"path": flask.request.path, "endpoint": flask.request.endpoint}


def read_tagged() -> Any:
    return {"tagged": True}


def move() -> Any:
    return None, 302, {"Location": "/items"}


def give_cookies() -> Any:
    return "cookies", 200, [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")]


def read_old() -> Any:
    return {"old": True}


def look_at_head() -> Any:
    return None, 200, {"X-Mark": "head"}


def tell_options() -> Any:
    return {"options": ["HEAD", "OPTIONS"]}


def read_secret() -> Any:
    return {"secret": True}


def key_guard(call: Any, credential: Any) -> str:
    if credential.value != "good":
        raise TokenInvalid("no such key")
    return "somebody"


HANDLERS = {
    "listItems": list_items,
    "createItem": create_item,
    "getItem": get_item,
    "replaceItem": replace_item,
    "deleteItem": delete_item,
    "getShelved": get_shelved,
    "act": lambda: {"acted": True},
    "actWith": lambda body: body,
    "fillIn": fill_in,
    "upload": upload,
    "takeBytes": take_bytes,
    "stream": stream,
    "fetch": fetch,
    "fail": fail,
    "answerLater": answer_later,
    "readTagged": read_tagged,
    "move": move,
    "giveCookies": give_cookies,
    "readOld": read_old,
    "lookAtHead": look_at_head,
    "tellOptions": tell_options,
    "readSecret": read_secret,
}
