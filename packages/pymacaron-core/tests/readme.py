"""What a README shows: its blocks of code, and its lines of ``curl`` with what they print."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

MASKS = {
    r"\d{4}-\d\d-\d\dT[\d:.]+Z": "<date-time>",
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "<uuid>",
    r'"(error_id|call|saved_in|task)":"[0-9a-f-]+"': r'"\1":"<id>"',
    r'"token":"[\w.-]+"': '"token":"<token>"',
}


def blocks(readme: Path, language: str) -> list[str]:
    """The blocks of a language, in order, without their fences."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", readme.read_text(encoding="utf-8"))


def curls(readme: Path) -> Iterator[tuple[str, str]]:
    """Every line ``$ curl ...``, and what is printed below it."""
    for block in blocks(readme, "console"):
        for command, printed in re.findall(r"(?ms)^\$ (curl .*?)\n(.*?)(?=^\$ |\Z)", block):
            yield command, printed.strip()


def masked(text: str) -> str:
    for pattern, mask in MASKS.items():
        text = re.sub(pattern, mask, text)
    return text


def curl(client: Client, command: str, folder: Path) -> TestResponse:
    """Carry out a line of ``curl`` against a WSGI client. Files it sends are looked for in ``folder``."""
    words = shlex.split(command)[1:]
    method, fields, options = None, [], {"headers": {}, "data": None}
    while words:
        word = words.pop(0)
        if word.startswith("http"):
            url = urlsplit(word)
        elif word == "-X":
            method = words.pop(0)
        elif word == "--json":
            options["data"] = words.pop(0)
            options["headers"]["Content-Type"] = "application/json"
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            options["headers"][name] = value
        elif word in ("-d", "-F"):
            fields.append((word, *words.pop(0).split("=", 1)))
        else:
            raise ValueError(f"{word!r} of {command!r} is no option this test knows")
    if fields:
        options["data"] = _form(fields, folder)
        kind = "multipart/form-data" if fields[0][0] == "-F" else "application/x-www-form-urlencoded"
        options["headers"]["Content-Type"] = kind
    method = method or ("POST" if options["data"] is not None else "GET")
    return client.open(url.path, query_string=url.query, method=method, **options)


def _form(fields: list[tuple[str, str, str]], folder: Path) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for _, name, value in fields:
        is_file = value.startswith("@")
        form[name] = (open(folder / value[1:], "rb"), value[1:], "application/octet-stream") if is_file else value  # noqa: SIM115
    return form
