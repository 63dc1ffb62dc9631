"""Replies of all kinds: files, streams, cookies, conditions, redirects, codings, what is done once they are sent."""

import threading
from typing import Any

import flask
from pymacaron_core import current_call
from werkzeug.wrappers import Response

from lean_cases.desk import OutOfPaper
from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case

EVERYTHING = (
    *("/items", "/items/7", "/shelves/a/items/b", "/acts", "/streams", "/files", "/later", "/tagged", "/moved"),
    *("/cookies", "/old", "/secret"),
)


def acting(stage: Stage, *made: Any) -> None:
    """Requests whose function returns each of some replies, made when they are asked for."""
    left = list(made)
    stage.acts(lambda: left.pop(0)())
    stage.open()
    for _ in made:
        stage.get("/acts")


@case(lean=13)
def every_operation(stage: Stage) -> None:
    stage.open()
    for path in EVERYTHING:
        stage.get(path)
    stage.send("PUT", "/items/7", json={"name": "b"})
    stage.send("DELETE", "/items/7")


@case(lean=13)
def every_operation_with_every_hook(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    for path in EVERYTHING:
        stage.get(path)
    stage.send("PUT", "/items/7", json={"name": "b"})
    stage.send("DELETE", "/items/7")


@case(lean=11)
def every_operation_with_a_hook_after_it(stage: Stage) -> None:
    stage.app.after_request(stage.passing("after"))
    stage.open()
    for path in EVERYTHING:
        stage.get(path)


@case
def conditions_of_a_request(stage: Stage) -> None:
    stage.app.after_request(stage.passing("after"))
    stage.open()
    tag = '"dfbbcdd9d6dda0b3ae4b7cdc81d7ed90a0ac9fa9"'
    for given in ({"If-None-Match": "*"}, {"If-None-Match": tag}, {"If-Match": '"other"'}, {"If-None-Match": "W/*"}):
        stage.get("/tagged", headers=given)
        stage.get("/items/7", headers=given)


@case
def conditions_and_ranges_of_files(stage: Stage) -> None:
    stage.open()
    for given in ({"Range": "bytes=0-9"}, {"Range": "bytes=9999999-"}, {"If-None-Match": "*"}, {"Range": "x"}):
        stage.get("/files", headers=given)


@case
def files_by_the_wrapper_of_the_server(stage: Stage) -> None:
    def wrapped(file: Any, size: int) -> list[bytes]:
        with file:
            return [b"wrapped ", str(size).encode(), file.read(8)]

    stage.app.after_request(stage.passing("after"))
    stage.open()
    for path in ("/files", "/streams", "/items/7"):
        stage.get(path, environ={"wsgi.file_wrapper": wrapped})


@case
def what_is_accepted(stage: Stage) -> None:
    stage.open()
    for accept in (
        "application/json",
        "text/html",
        "*/*;q=0",
        "application/problem+json",
        "",
        "x",
        "text/*, */*;q=0.1",
    ):
        stage.get("/items/7", headers={"Accept": accept})


@case
def replies_that_flask_makes(stage: Stage) -> None:
    acting(
        stage,
        lambda: flask.jsonify(a=1),
        lambda: flask.make_response({"a": 1}, 203, {"X-Made": "yes"}),
        lambda: flask.Response("text", 202, {"X-Made": "twice"}, mimetype="text/plain"),
        lambda: flask.redirect("/items", 303),
        lambda: Response("theirs", 201),
        lambda: flask.send_file(__file__, max_age=5),
        lambda: flask.render_template_string("{{ 1 + 1 }}"),
    )


@case
def replies_of_statuses_of_all_kinds(stage: Stage) -> None:
    statuses = (200, 201, 204, 205, 206, 299, 304, 400, 404, 418, 451, 500, 503, 599)
    acting(stage, *(lambda status=status: ({"status": status}, status) for status in statuses))


@case
def replies_of_statuses_that_are_none(stage: Stage) -> None:
    acting(stage, *(lambda status=status: ({}, status) for status in (0, 99, 100, 101, 199, 600, 999, -1, "teapot")))


@case
def replies_with_headers(stage: Stage) -> None:
    acting(
        stage,
        lambda: ({}, 200, {"X-A": "1", "Content-Type": "text/x", "Content-Length": "2"}),
        lambda: ({}, {"X-A": "1"}),
        lambda: ({}, 200, [("X-A", "1"), ("X-A", "2"), ("Vary", "X")]),
        lambda: ({}, 200, {"X-A": "a\r\nb"}),
        lambda: ({}, 200, {"X-Ä": "ü"}),
        lambda: ({}, 200, {"Location": "/items"}),
        lambda: (None, 204, {"Content-Type": "text/x"}),
    )


@case
def replies_that_do_not_fit_the_document(stage: Stage) -> None:
    acting(
        stage,
        lambda: 5,
        lambda: None,
        lambda: "text",
        lambda: [1],
        lambda: object(),
        lambda: {"a": object()},
        lambda: b"",
    )
    stage.handlers["getItem"] = lambda id: {"id": "x"}


@case
def replies_without_a_body(stage: Stage) -> None:
    stage.app.after_request(stage.passing("after"))
    stage.handlers["readTagged"] = lambda: (None, 304)
    stage.open()
    stage.send("DELETE", "/items/7")
    stage.get("/tagged")
    stage.get("/moved")


@case
def a_stream_within_its_request(stage: Stage) -> None:
    def stream() -> Any:
        for number in range(2):
            flask.g.count = flask.g.get("count", 0) + 1
            yield {"id": number, "name": f"{flask.request.path} {flask.g.count} {bool(current_call())}"}
        stage.note("stream ends")

    dressed(stage)
    stage.handlers["stream"] = stream
    stage.open()
    stage.get("/streams")


@case
def a_stream_that_fails(stage: Stage) -> None:
    def stream() -> Any:
        yield {"id": 1, "name": "a"}
        raise OutOfPaper("half way")

    dressed(stage)
    stage.handlers["stream"] = stream
    stage.open()
    stage.get("/streams")


@case
def a_stream_that_fails_at_once(stage: Stage) -> None:
    def stream() -> Any:
        raise OutOfPaper("at once")
        yield

    dressed(stage)
    stage.handlers["stream"] = stream
    stage.open()
    stage.get("/streams")


@case
def a_stream_of_flask_with_its_context(stage: Stage) -> None:
    def pieces() -> Any:
        yield flask.request.path
        yield str(flask.g.get("mark"))
        stage.note("piece")

    def act() -> Any:
        flask.g.mark = "marked"
        return flask.Response(flask.stream_with_context(pieces()), mimetype="text/plain")

    dressed(stage)
    stage.acts(act)
    stage.open()
    stage.get("/acts")
    stage.get("/items/7")


@case
def a_stream_of_flask_without_its_context(stage: Stage) -> None:
    def pieces() -> Any:
        yield f"{flask.has_request_context()} {flask.has_app_context()} {current_call()}"

    stage.acts(lambda: flask.Response(pieces(), mimetype="text/plain"))
    stage.open()
    stage.get("/acts")


@case
def a_hook_that_streams_with_the_context(stage: Stage) -> None:
    @stage.app.after_request
    def after(response: flask.Response) -> flask.Response:
        whole = response.get_data()
        response.response = flask.stream_with_context(iter([whole, flask.request.path.encode()]))
        response.headers.pop("Content-Length", None)
        return response

    stage.app.teardown_request(stage.noting("teardown"))
    stage.app.teardown_appcontext(stage.noting("app teardown"))
    stage.open()
    stage.get("/items/7")
    stage.get("/items/7")


@case
def what_is_done_when_a_reply_is_closed(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        response = flask.jsonify(a=1)
        response.call_on_close(stage.noting("closed"))
        return response

    @stage.app.after_request
    def after(response: flask.Response) -> flask.Response:
        response.call_on_close(stage.noting("closed, of a hook"))
        return response

    stage.app.teardown_request(stage.noting("teardown"))
    stage.open()
    stage.get("/acts")
    stage.get("/items/7")


@case
def cookies_of_functions_and_hooks(stage: Stage) -> None:
    @stage.app.after_request
    def after(response: flask.Response) -> flask.Response:
        response.set_cookie("c", "3", httponly=True, samesite="Lax")
        response.delete_cookie("d")
        return response

    stage.open()
    stage.get("/cookies", headers={"Cookie": "a=0; d=1"})


@case
def a_reply_that_a_hook_makes_conditional(stage: Stage) -> None:
    @stage.app.after_request
    def after(response: flask.Response) -> flask.Response:
        response.add_etag()
        return response.make_conditional(flask.request)

    stage.open()
    stage.get("/items/7")
    stage.get("/items/7", headers={"If-None-Match": "*"})


@case
def replies_compressed(stage: Stage) -> None:
    stage.settings["compression"] = {"min_bytes": 1}
    stage.open()
    for path in ("/items/7", "/streams", "/files", "/failures/http"):
        stage.get(path, headers={"Accept-Encoding": "gzip"})
    stage.get("/items/7")


@case
def replies_for_other_origins(stage: Stage) -> None:
    stage.settings["cors"] = {"origins": ["https://shop.example.com"]}
    stage.open()
    for origin in ("https://shop.example.com", "https://evil.example.com"):
        stage.get("/items/7", headers={"Origin": origin})
        stage.get("/failures/own", headers={"Origin": origin})


@case(lean=0)
def preflights(stage: Stage) -> None:
    stage.settings["cors"] = {"origins": ["*"]}
    stage.open()
    stage.send("OPTIONS", "/items/7", headers={"Origin": "https://a.b", "Access-Control-Request-Method": "PUT"})


@case
def replies_that_are_guarded(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    for key in ("good", "bad", ""):
        stage.get("/secret", headers={"X-Key": key})
    stage.get("/secret")


@case
def replies_from_coroutines(stage: Stage) -> None:
    async def act() -> Any:
        flask.g.mark = "marked"
        flask.after_this_request(stage.passing("this"))
        stage.note("inside", flask.url_for("desk:act"))
        return {"thread": threading.current_thread() is threading.main_thread()}

    dressed(stage)
    stage.handlers["act"] = act
    stage.open()
    stage.get("/acts")


@case
def replies_from_coroutines_that_fail(stage: Stage) -> None:
    async def act() -> Any:
        raise OutOfPaper(flask.request.path)

    stage.handlers["act"] = act
    stage.app.register_error_handler(OutOfPaper, lambda error: (f"{error}", 507))
    stage.open()
    stage.get("/acts")


@case
def replies_cut_off_by_who_asked(stage: Stage) -> None:
    def stream() -> Any:
        try:
            for number in range(1_000):
                yield {"id": number, "name": "a"}
        finally:
            stage.note("stream closed", flask.has_request_context())

    stage.handlers["stream"] = stream
    app = stage.open()
    inner = app.wsgi_app

    def cut(environ: Any, start_response: Any) -> Any:
        body = inner(environ, start_response)
        first = next(iter(body))
        body.close()  # type: ignore[attr-defined]
        return [first]

    app.wsgi_app = cut  # type: ignore[method-assign]
    stage.get("/streams")
