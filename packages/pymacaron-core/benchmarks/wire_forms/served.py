"""The cases as requests to one service: each declaration is an operation, and what its function got comes back."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import flask
from pymacaron_core import API

from wire_forms.cases import Case
from wire_forms.values import SHARED

JSON = "application/json"


def outcomes(cases: list[Case], folder: Path) -> Iterator[tuple[Case, bool, str]]:
    """Each case, whether it came out as expected, and what came out. Path values are sent with the raw target and,
    where nothing in them is escaped, without it."""
    app, paths = _service(cases, folder)
    for case in cases:
        got = _sent(app, case, paths[_key(case)], raw=True)
        if case.place == "path" and "%" not in (case.wire or "") and _is_expected(case, got):
            got = _sent(app, case, paths[_key(case)], raw=False)
        yield case, _is_expected(case, got), got


def _is_expected(case: Case, got: str) -> bool:
    if case.fault is not None:
        place = "body" if case.place == "formData" else case.place
        return got == f"400 {place} {case.fault[0]} {case.fault[1]}"
    return got.startswith("200 ") and _is_same(json.loads(got[4:]), case.value)


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are one in JSON, which has numbers and does not tell 1 from 1.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _key(case: Case) -> str:
    return json.dumps([case.dialect, case.parameter], sort_keys=True)


def _service(cases: list[Case], folder: Path) -> tuple[flask.Flask, dict[str, str]]:
    keys = {_key(case): case for case in cases}
    paths, functions = {}, {}
    for number, (key, case) in enumerate(keys.items()):
        paths[key] = f"/{'abc'[('2.0', '3.0.3', '3.1.0').index(case.dialect)]}{number}"
        functions[f"read{number}"] = _answer
    (folder / "apis").mkdir()
    for dialect in ("2.0", "3.0.3", "3.1.0"):
        operations = {
            paths[key] + ("/{color}" if case.place == "path" else ""): _operation(case, int(paths[key][2:]))
            for key, case in keys.items()
            if case.dialect == dialect
        }
        if not operations:
            continue
        name = "api" + dialect.replace(".", "_")
        (folder / "apis" / f"{name}.json").write_text(json.dumps(_document(dialect, operations)))
    app = flask.Flask("wire_forms", root_path=str(folder))
    API(app, root=folder, handlers=functions).load_apis().finish()
    return app, paths


def _answer(color: Any = None) -> dict[str, Any]:
    return {"color": _plain(color)}


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _operation(case: Case, number: int) -> dict[str, Any]:
    method = "post" if case.place == "formData" else "get"
    reply: dict[str, Any] = {"description": "what was read"}
    if case.dialect != "2.0":
        reply["content"] = {JSON: {"schema": {}}}
    else:
        reply["schema"] = {}
    found = {"operationId": f"read{number}", "parameters": [case.parameter], "responses": {"200": reply}}
    if method == "post":
        found["consumes"] = ["application/x-www-form-urlencoded"]
    return {method: found}


def _document(dialect: str, paths: dict[str, Any]) -> dict[str, Any]:
    info = {"title": "Wire forms", "version": "1"}
    if dialect == "2.0":
        return {"swagger": "2.0", "info": info, "paths": paths}
    return {"openapi": dialect, "info": info, "paths": paths, "components": {"schemas": SHARED}}


def _sent(app: flask.Flask, case: Case, path: str, raw: bool) -> str:
    target = f"{path}/{case.wire}" if case.place == "path" else path
    body = (case.wire or "").encode("latin-1") if case.place == "formData" else b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(target).decode("latin-1"),
        "QUERY_STRING": case.wire if case.place == "query" and case.wire else "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    if raw:
        environ["RAW_URI"] = f"{target}?{environ['QUERY_STRING']}"
    if body:
        environ |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    if case.place in ("header", "cookie") and case.wire is not None:
        environ["HTTP_COLOR" if case.place == "header" else "HTTP_COOKIE"] = case.wire
    status: list[str] = []
    chunks = app(environ, lambda line, headers, exc_info=None: status.append(line))
    answer = json.loads(b"".join(chunks))
    if status[0].startswith("200"):
        return f"200 {json.dumps(answer['color'], sort_keys=True)}"
    told = sorted(f"{fault['in']} {fault['pointer']} {fault['rule']}" for fault in answer.get("errors", ()))
    return f"{status[0][:3]} {'; '.join(told) or answer['error']}"
