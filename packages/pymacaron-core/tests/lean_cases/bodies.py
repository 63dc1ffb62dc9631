"""Bodies of requests: read by the service, or by a hook before it, in part, twice, in chunks, too long, too short."""

from io import BytesIO
from typing import Any

import flask

from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case

ITEM = b'{"name": "a"}'


def posted(stage: Stage) -> None:
    """A request with each kind of body."""
    stage.post("/items", json={"name": "a"})
    stage.post("/acts", json={"any": ["thing"]})
    stage.post("/forms", data={"name": "a", "age": "3"})
    stage.post("/uploads", data={"name": "a", "file": (BytesIO(b"content"), "a.txt")})
    stage.post("/bytes", data=b"\0\1\2", content_type="application/octet-stream")


def read_by(stage: Stage, *readings: Any) -> None:
    """A hook reads the body in each of some ways before the service does."""

    @stage.app.before_request
    def read() -> None:
        for reading in readings:
            stage.note("read", reading(flask.request))

    stage.open()
    posted(stage)


def read_after(stage: Stage, *readings: Any) -> None:
    """A hook reads the body in each of some ways when the service has done so."""

    @stage.app.after_request
    def read(response: flask.Response) -> flask.Response:
        for reading in readings:
            stage.note("read", reading(flask.request))
        return response

    stage.open()
    posted(stage)


def data(request: flask.Request) -> Any:
    return request.get_data()


def parsed(request: flask.Request) -> Any:
    return request.get_json(silent=True)


def form(request: flask.Request) -> Any:
    return request.form.to_dict(False)


def files(request: flask.Request) -> Any:
    return {name: (file.filename, file.read(), file.seek(0)) for name, file in request.files.items()}


def values(request: flask.Request) -> Any:
    return request.values.to_dict(False)


def stream(request: flask.Request) -> Any:
    return request.stream.read(4)


@case
def bodies_of_all_kinds(stage: Stage) -> None:
    stage.open()
    posted(stage)


@case
def bodies_of_all_kinds_with_every_hook(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    posted(stage)


@case
def a_hook_reads_the_bytes(stage: Stage) -> None:
    read_by(stage, data)


@case
def a_hook_reads_the_bytes_and_keeps_none(stage: Stage) -> None:
    read_by(stage, lambda request: request.get_data(cache=False))


@case
def a_hook_reads_the_json(stage: Stage) -> None:
    read_by(stage, parsed)


@case
def a_hook_reads_the_form(stage: Stage) -> None:
    read_by(stage, form)


@case
def a_hook_reads_the_files(stage: Stage) -> None:
    read_by(stage, files, form)


@case
def a_hook_reads_the_values(stage: Stage) -> None:
    read_by(stage, values)


@case
def a_hook_reads_some_of_the_stream(stage: Stage) -> None:
    read_by(stage, stream)


@case
def a_hook_reads_everything(stage: Stage) -> None:
    read_by(stage, data, parsed, form, files, values, stream)


@case
def a_hook_reads_the_bytes_of_a_form(stage: Stage) -> None:
    read_by(stage, lambda request: request.get_data(parse_form_data=True), form)


@case
def a_hook_reads_the_input_of_the_server(stage: Stage) -> None:
    read_by(stage, lambda request: request.environ["wsgi.input"].read(3))


@case
def a_hook_reads_the_json_once_it_was_read(stage: Stage) -> None:
    read_after(stage, parsed, data)


@case
def a_hook_reads_the_form_once_it_was_read(stage: Stage) -> None:
    read_after(stage, form, files)


@case
def a_hook_reads_the_stream_once_it_was_read(stage: Stage) -> None:
    read_after(stage, stream)


@case
def a_hook_reads_everything_once_it_was_read(stage: Stage) -> None:
    read_after(stage, values, data, parsed, form, files, stream)


@case
def the_function_reads_the_body_again(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        return {"data": flask.request.get_data().decode(), "json": flask.request.get_json(silent=True)}

    stage.handlers["actWith"] = lambda body: {"json": flask.request.json, "data": flask.request.data.decode()}
    stage.handlers["fillIn"] = lambda body: {"form": flask.request.form.to_dict(), "data": len(flask.request.data)}
    stage.handlers["takeBytes"] = lambda body: {"again": len(flask.request.get_data()), "first": len(body)}
    stage.open()
    posted(stage)
    stage.get("/acts", data=b'{"a": 1}', content_type="application/json")


@case
def a_hook_replaces_the_input(stage: Stage) -> None:
    @stage.app.before_request
    def replace() -> None:
        flask.request.environ["wsgi.input"] = BytesIO(b'{"name": "b"}')

    stage.open()
    stage.post("/items", json={"name": "a"})


@case
def a_hook_replaces_the_input_and_its_length(stage: Stage) -> None:
    @stage.app.before_request
    def replace() -> None:
        flask.request.environ.update({"wsgi.input": BytesIO(b'{"name": "longer"}'), "CONTENT_LENGTH": "18"})

    stage.app.after_request(stage.passing("after"))
    stage.open()
    stage.post("/items", json={"name": "a"})


@case
def a_preprocessor_replaces_the_input_without_a_request(stage: Stage) -> None:
    @stage.app.url_value_preprocessor
    def replace(endpoint: Any, values: Any) -> None:
        flask.globals.request_ctx.request.stream = BytesIO(b'{"name": "c"}')

    stage.open()
    stage.post("/items", json={"name": "a"})


@case
def a_hook_puts_what_it_read_into_place(stage: Stage) -> None:
    @stage.app.before_request
    def replace() -> None:
        flask.request._cached_data = b'{"name": "d"}'  # type: ignore[attr-defined]

    stage.open()
    stage.post("/items", json={"name": "a"})


@case
def a_limit_that_a_hook_sets(stage: Stage) -> None:
    @stage.app.before_request
    def limit() -> None:
        flask.request.max_content_length = 10

    stage.open()
    posted(stage)


@case
def limits_by_configuration(stage: Stage) -> None:
    stage.app.config.update(MAX_CONTENT_LENGTH=100, MAX_FORM_MEMORY_SIZE=20, MAX_FORM_PARTS=1)
    stage.open()
    posted(stage)
    stage.post("/items", json={"name": "a" * 100})
    stage.post("/forms", data={"name": "a" * 30})


@case
def limits_set_after_the_first_request(stage: Stage) -> None:
    app = stage.open()
    posted(stage)
    app.config["MAX_CONTENT_LENGTH"] = 5
    posted(stage)
    app.config["MAX_CONTENT_LENGTH"] = 0
    posted(stage)


@case
def limits_of_the_service(stage: Stage) -> None:
    stage.settings["max_body_bytes"] = 12
    stage.app.after_request(stage.passing("after"))
    stage.open()
    posted(stage)
    stage.post("/items", data=ITEM[:-3] + b"}", content_type="application/json")


@case
def limits_of_parts_that_a_hook_sets(stage: Stage) -> None:
    @stage.app.before_request
    def limit() -> None:
        flask.request.max_form_memory_size = 3
        flask.request.max_form_parts = 1

    stage.open()
    posted(stage)


def chunked(stage: Stage, body: bytes, **environ: Any) -> None:
    """A body that comes in chunks, which a server has put together."""
    given = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": None, **environ}
    stage.send("POST", "/items", data=body, content_type="application/json", environ=given)


@case
def bodies_in_chunks(stage: Stage) -> None:
    stage.open()
    chunked(stage, ITEM)
    chunked(stage, b"")
    chunked(stage, ITEM, **{"wsgi.input_terminated": None})
    chunked(stage, ITEM, CONTENT_LENGTH="5")
    chunked(stage, ITEM, HTTP_TRANSFER_ENCODING="gzip, chunked")


@case
def bodies_in_chunks_that_a_hook_reads(stage: Stage) -> None:
    stage.app.before_request(lambda: stage.note("data", flask.request.get_data()))
    stage.open()
    chunked(stage, ITEM)
    chunked(stage, ITEM, **{"wsgi.input_terminated": None})


@case
def bodies_in_chunks_that_are_too_long(stage: Stage) -> None:
    stage.app.config["MAX_CONTENT_LENGTH"] = 10
    stage.app.after_request(stage.passing("after"))
    stage.open()
    chunked(stage, ITEM)


def lied(stage: Stage, *lengths: str | None) -> None:
    for length in lengths:
        stage.send("POST", "/items", data=ITEM, content_type="application/json", environ={"CONTENT_LENGTH": length})


@case
def lengths_that_are_wrong(stage: Stage) -> None:
    stage.open()
    lied(stage, "5", "0", "100", "", None, "-1", "+13", "1_3", "x", " 13 ", "13, 13", "9" * 30, "\xb2")


@case
def lengths_that_are_wrong_with_every_hook(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    lied(stage, "5", "0", "100", "", None, "-1", "+13", "x")


@case
def lengths_that_are_wrong_for_who_reads_first(stage: Stage) -> None:
    stage.app.before_request(lambda: stage.note("data", flask.request.get_data()))
    stage.open()
    lied(stage, "5", "0", "100", "", None, "-1", "x")


@case
def a_get_with_a_body(stage: Stage) -> None:
    stage.acts(lambda: {"data": flask.request.get_data().decode()})
    stage.open()
    stage.get("/acts", data=b"body", content_type="text/plain")
    stage.get("/items/7", data=b"body", content_type="text/plain")


class Failing:
    """The input of a caller who leaves."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, size: int = -1) -> bytes:
        raise self.error


@case
def callers_that_leave(stage: Stage) -> None:
    stage.app.after_request(stage.passing("after"))
    stage.open()
    for error in (
        OSError("gone"),
        ConnectionResetError("reset"),
        ValueError("broken"),
        TimeoutError("slow"),
        KeyError(),
    ):
        for path, kind in (("/items", "application/json"), ("/forms", "application/x-www-form-urlencoded")):
            stage.post(path, content_type=kind, environ={"wsgi.input": Failing(error), "CONTENT_LENGTH": "9"})


class Trickling(BytesIO):
    """An input that gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(3, size) if size is not None and size >= 0 else 3)


@case
def bodies_that_come_in_small_pieces(stage: Stage) -> None:
    stage.open()
    for length in ("13", "12", "14"):
        stage.send(
            "POST",
            "/items",
            content_type="application/json",
            environ={"wsgi.input": Trickling(ITEM), "CONTENT_LENGTH": length},
        )
    stage.post("/forms", data={"name": "a"})


@case
def input_that_is_not_there(stage: Stage) -> None:
    stage.open()
    stage.post("/items", content_type="application/json", environ={"wsgi.input": None, "CONTENT_LENGTH": "9"})
    stage.get("/items/7", environ={"wsgi.input": None})


@case
def media_types_of_bodies(stage: Stage) -> None:
    stage.open()
    for kind in ("application/json", "application/json; charset=utf-8", "text/plain", "", "APPLICATION/JSON", "a/b/c"):
        stage.post("/items", data=ITEM, content_type=kind)
    stage.post("/items", data=ITEM, environ={"CONTENT_TYPE": None})


@case
def broken_bodies(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    for body in (
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 2_000,
        b'{"name": 1}',
        b'{"name": "\\ud800"}',
        b'{"name": "a", "name": "b"}',
    ):
        stage.post("/items", data=body, content_type="application/json")
    stage.post("/uploads", data=b"--x\r\nbroken", content_type="multipart/form-data; boundary=x")
    stage.post("/uploads", data=b"none", content_type="multipart/form-data")
    stage.post("/forms", data=b"name=%ff", content_type="application/x-www-form-urlencoded")


@case
def a_body_read_by_a_guard(stage: Stage) -> None:
    def guard(call: Any, credential: Any) -> str:
        stage.note("guard", flask.request.path, flask.request.get_data(), credential.value)
        return "somebody"

    stage.open(guards={"key": guard})
    stage.get("/secret", headers={"X-Key": "any"}, data=b"body")


@case
def files_that_the_function_keeps(stage: Stage) -> None:
    kept: list[Any] = []

    def upload(body: Any) -> Any:
        kept.append(body.file)
        return {"same": flask.request.files["file"].filename}

    stage.handlers["upload"] = upload
    stage.open()
    stage.post("/uploads", data={"name": "a", "file": (BytesIO(b"content"), "a.txt")})
    stage.note("closed", [each.file.closed if hasattr(each, "file") else None for each in kept])
