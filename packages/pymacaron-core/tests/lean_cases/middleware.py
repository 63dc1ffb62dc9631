"""What stands around a service: middleware put there before and after the API, proxies, dispatchers, debuggers."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import flask
from werkzeug.debug import DebuggedApplication
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.middleware.lint import LintMiddleware
from werkzeug.middleware.profiler import ProfilerMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.wrappers import Request, Response

from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case


def around(stage: Stage) -> Any:
    """Middleware that tells what it sees before and after."""
    app = stage.app.wsgi_app

    def middleware(environ: dict[str, Any], start_response: Any) -> Any:
        stage.note("middleware in", environ["PATH_INFO"], environ.get("werkzeug.request"))

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            stage.note("middleware start", status, bool(flask.request), environ.get("werkzeug.request"))
            return start_response(status, [*headers, ("X-Middleware", "yes")])

        try:
            return app(environ, start)
        finally:
            stage.note("middleware out", environ.get("werkzeug.request"))

    return middleware


@case
def middleware_put_around_after_the_api(stage: Stage) -> None:
    dressed(stage)
    app = stage.open()
    app.wsgi_app = around(stage)
    stage.get("/items/7")
    stage.get("/failures/own")


@case(off="wsgi_app")
def middleware_put_around_before_the_api(stage: Stage) -> None:
    dressed(stage)
    stage.app.wsgi_app = around(stage)  # type: ignore[method-assign]
    stage.open()
    stage.get("/items/7")
    stage.get("/failures/own")


@case
def middleware_around_the_application_itself(stage: Stage) -> None:
    stage.open()
    for path in ("/items/7", "/failures/own"):
        environ = Request.from_values(path).environ if hasattr(Request, "from_values") else {}
        stage.call(environ, app=LintMiddleware(stage.app))


@case
def a_proxy_in_front(stage: Stage) -> None:
    stage.acts(lambda: {"url": flask.url_for("desk:getItem", id=1, _external=True), "from": flask.request.remote_addr})
    app = stage.open()
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1)  # type: ignore[method-assign]
    stage.get(
        "/acts",
        headers={
            "X-Forwarded-For": "1.2.3.4",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "shop.example.com",
            "X-Forwarded-Prefix": "/shop",
        },
    )
    stage.get("/acts")


@case(lean=2)
def a_dispatcher_in_front(stage: Stage) -> None:
    stage.acts(lambda: {"url": flask.url_for("desk:getItem", id=1), "root": flask.request.script_root})
    app = stage.open()
    app.wsgi_app = DispatcherMiddleware(Response("front"), {"/desk": app.wsgi_app})  # type: ignore[method-assign]
    stage.get("/desk/acts")
    stage.get("/desk/items/7")
    stage.get("/items/7")


@case(lean=1)
def another_application_below_a_path(stage: Stage) -> None:
    app = stage.open()
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/items": Response("other")})  # type: ignore[method-assign]
    stage.get("/items/7")
    stage.get("/acts")


@case(lean=1)
def shared_files_in_front(stage: Stage) -> None:
    app = stage.open()
    shared = SharedDataMiddleware(app.wsgi_app, {"/items": str(stage.root / "apis" / "desk.yaml")}, cache=False)
    app.wsgi_app = shared  # type: ignore[method-assign]
    stage.get("/acts")
    stage.get("/items")


@case
def a_method_override_in_front(stage: Stage) -> None:
    app = stage.open()
    inner = app.wsgi_app

    def override(environ: dict[str, Any], start_response: Any) -> Any:
        environ["REQUEST_METHOD"] = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", environ["REQUEST_METHOD"])
        return inner(environ, start_response)

    app.wsgi_app = override  # type: ignore[method-assign]
    stage.post("/items/7", headers={"X-HTTP-Method-Override": "DELETE"})
    stage.post("/items", json={"name": "a"})


@case
def middleware_that_reads_the_body_first(stage: Stage) -> None:
    app = stage.open()
    inner = app.wsgi_app

    def reading(environ: dict[str, Any], start_response: Any) -> Any:
        data = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        stage.note("read", data)
        environ["wsgi.input"] = BytesIO(data)
        return inner(environ, start_response)

    app.wsgi_app = reading  # type: ignore[method-assign]
    stage.post("/items", json={"name": "a"})
    stage.post("/forms", data={"name": "a"})


@case
def middleware_that_makes_a_request_of_its_own(stage: Stage) -> None:
    app = stage.open()
    inner = app.wsgi_app

    def requesting(environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        stage.note("request", request.path, request.get_data())
        return inner(environ, start_response)

    app.wsgi_app = requesting  # type: ignore[method-assign]
    stage.get("/items/7")


@case
def middleware_that_writes(stage: Stage) -> None:
    app = stage.open()
    inner = app.wsgi_app

    def writing(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        stage.note("begins")
        body = inner(environ, start_response)
        yield from body
        close = getattr(body, "close", None)
        if close:
            close()
        stage.note("ends")

    app.wsgi_app = writing  # type: ignore[method-assign]
    stage.get("/items/7")
    stage.get("/streams")


@case
def a_start_response_that_raises(stage: Stage) -> None:
    dressed(stage)
    app = stage.open()
    inner = app.wsgi_app

    def refusing(environ: dict[str, Any], start_response: Any) -> Any:
        def start(*given: Any) -> Any:
            raise OSError("the caller left")

        return inner(environ, start)

    app.wsgi_app = refusing  # type: ignore[method-assign]
    stage.get("/items/7")
    stage.get("/failures/own")


@case(lean=2)
def flasks_own_way_called_by_its_name(stage: Stage) -> None:
    app = stage.open()
    inner = app.wsgi_app
    app.wsgi_app = lambda environ, start: flask.Flask.wsgi_app(app, environ, start)  # type: ignore[method-assign]
    stage.get("/items/7")
    app.wsgi_app = inner  # type: ignore[method-assign]
    stage.get("/items/7")
    stage.get("/items")


@case(lean=0)
def contexts_that_a_debugger_keeps(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    kept: list[Any] = []
    stage.get("/items/7", environ={"werkzeug.debug.preserve_context": kept.append})
    stage.note("kept", [type(each).__name__ for each in kept], kept[1].request.path if len(kept) > 1 else None)


@case
def a_debugger_in_front(stage: Stage) -> None:
    app = stage.open()
    app.debug = True
    app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=False, pin_security=False)  # type: ignore[method-assign]
    stage.get("/items/7")


@case
def a_profiler_in_front(stage: Stage) -> None:
    app = stage.open()
    app.wsgi_app = ProfilerMiddleware(app.wsgi_app, stream=None)  # type: ignore[method-assign]
    stage.get("/items/7")


@case(lean=1)
def another_host_in_front(stage: Stage) -> None:
    app = stage.open()
    app.wsgi_app = ProxyMiddleware(app.wsgi_app, {})  # type: ignore[method-assign]
    stage.get("/items/7")


@case
def a_service_within_a_service(stage: Stage) -> None:
    inner = Stage(stage.root, stage.is_lean, stage.looks)
    inner.journal = stage.journal
    dressed(inner)
    inner.open()
    dressed(stage)
    app = stage.open()
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/inner": inner.app})  # type: ignore[method-assign]
    stage.get("/inner/items/7")
    stage.get("/items/7")
