"""The call context: the same in functions, hooks and teardowns on both ways, and gone afterwards."""

from typing import Any

import flask
from pymacaron_core import context, current_call
from pymacaron_core.context import CallContext, capture, entered, restore

from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case


def of(call: CallContext | None) -> Any:
    """What a call tells."""
    if call is None:
        return None
    parts = (call.url, call.method, call.operation_id, call.identity, call.known_request_id, call.trace_parent)
    return [*parts, call.header("x-kind"), call.header("X-KIND"), call.header("Content-Type"), call.header("none")]


@case(lean=1)
def a_call_seen_everywhere(stage: Stage) -> None:
    app = dressed(stage)
    app.before_request(lambda: stage.note("before", of(current_call())))
    app.after_request(lambda response: stage.note("after", of(current_call())) or response)
    app.teardown_request(lambda error: stage.note("teardown", of(current_call())))
    app.teardown_appcontext(lambda error: stage.note("app teardown", of(current_call())))
    app.url_value_preprocessor(lambda endpoint, values: stage.note("preprocessor", of(current_call())))
    stage.acts(lambda: {"call": of(current_call())})
    stage.open()
    headers = {"X-Request-ID": "given-1", "traceparent": "00-1-2-01", "X-Kind": "kind"}
    stage.get("/acts", headers=headers)
    stage.get("/nowhere", headers=headers)


@case
def ids_of_requests(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        call = current_call()
        assert call is not None
        return {"known": call.known_request_id, "id": call.request_id, "again": call.request_id}

    stage.open()
    for given in ("given-1", "", "a b", "x" * 200, "\xe4", "../../etc"):
        stage.get("/acts", headers={"X-Request-ID": given})
    stage.get("/acts")


@case
def nobody_asks_for_an_id(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    stage.get("/items/7")
    stage.note("drawn", context.new_request_id())


@case
def the_identity_that_a_guard_tells(stage: Stage) -> None:
    stage.handlers["readSecret"] = lambda: {"identity": getattr(current_call(), "identity", None)}
    stage.app.before_request(lambda: stage.note("before", of(current_call())))
    stage.app.after_request(lambda response: stage.note("after", of(current_call())) or response)
    stage.open()
    stage.get("/secret", headers={"X-Key": "good"})
    stage.get("/secret", headers={"X-Key": "bad"})


@case
def the_identity_that_a_hook_tells(stage: Stage) -> None:
    @stage.app.before_request
    def identify() -> None:
        call = current_call()
        if call is not None:
            call.identity = flask.request.headers.get("X-Kind")

    stage.app.after_request(lambda response: stage.note("after", of(current_call())) or response)
    stage.acts(lambda: {"identity": getattr(current_call(), "identity", None)})
    stage.open()
    stage.get("/acts", headers={"X-Kind": "me"})


@case(lean=1)
def a_call_captured_and_restored(stage: Stage) -> None:
    kept: list[Any] = []

    @stage.acts
    def act() -> Any:
        kept.append(capture())
        with entered(CallContext(url="other")):
            inner = of(current_call())
        return {"inner": inner, "outer": of(current_call())}

    stage.open()
    stage.get("/acts", headers={"X-Request-ID": "given"})
    with restore(kept[0]):
        stage.note("restored", of(current_call()))
        stage.get("/acts")
    stage.note("left", of(current_call()))


@case(lean=0)
def a_call_within_another(stage: Stage) -> None:
    stage.open()
    with entered(CallContext(url="outer", request_id="outer")):
        stage.get("/items/7")
        stage.note("still", of(current_call()))


@case
def the_header_of_a_call_is_that_of_the_moment(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        call = current_call()
        assert call is not None
        flask.request.environ["HTTP_X_KIND"] = "changed"
        kept = [call.header(name) for name in ("X-Kind", "x_kind", "Host", "Content-Length", "Content-Type", "")]
        return {"headers": kept}

    stage.open()
    stage.get("/acts", headers={"X-Kind": "first"})


@case
def the_environment_that_extensions_read(stage: Stage) -> None:
    def tell(*given: Any) -> Any:
        environ = flask.request.environ
        stage.note("environ", "werkzeug.request" in environ, bool(environ.get("werkzeug.request")))
        stage.note("same", environ["werkzeug.request"] == flask.request)
        return given[0] if given else None

    stage.app.before_request(tell)
    stage.app.after_request(tell)
    stage.app.teardown_request(tell)
    stage.open()
    stage.get("/items/7")


@case
def a_reply_checked_as_it_was_declared(stage: Stage) -> None:
    stage.settings["operations"] = {"act": {"replies": "log"}}
    stage.acts(lambda: [1])
    stage.open()
    stage.get("/acts")
