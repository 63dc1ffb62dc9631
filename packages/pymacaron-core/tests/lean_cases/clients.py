"""Test clients, contexts that are kept, copied or pushed by hand, and requests within requests."""

import gc
import threading
import weakref
from contextvars import copy_context
from typing import Any

import flask
from flask.globals import _cv_app, _cv_request
from flask.testing import FlaskClient
from pymacaron_core import current_call
from werkzeug.test import Client

from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case


def left(stage: Stage) -> None:
    """Write down what is left of a request."""
    stage.note("left", _cv_app.get(None) is None, _cv_request.get(None) is None, current_call() is None)


@case(lean=3)
def a_client(stage: Stage) -> None:
    dressed(stage)
    client = stage.open().test_client()
    stage.answer(client.get("/items/7"))
    stage.answer(client.post("/items", json={"name": "a"}))
    stage.answer(client.get("/failures/http"))
    left(stage)


@case(lean=2)
def a_client_that_follows_redirects(stage: Stage) -> None:
    client = stage.open().test_client()
    stage.answer(client.get("/moved", follow_redirects=True))


@case(lean=3)
def a_client_that_keeps_cookies(stage: Stage) -> None:
    stage.acts(lambda: {"cookies": flask.request.cookies.to_dict()})
    client = stage.open().test_client()
    for path in ("/acts", "/cookies", "/acts"):
        stage.answer(client.get(path))


@case(lean=2)
def a_client_that_raises_what_the_service_raises(stage: Stage) -> None:
    app = stage.open()
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = None
    for kind in ("own", "http"):
        try:
            stage.answer(app.test_client().get(f"/failures/{kind}"))
        except Exception as error:
            stage.note("raised", error)
    left(stage)


@case(lean=0)
def a_client_that_keeps_the_context(stage: Stage) -> None:
    dressed(stage)
    with stage.open().test_client() as client:
        stage.answer(client.get("/items/7?q=1"))
        stage.note("kept", flask.request.args["q"], flask.request.endpoint, flask.g.get("x"))
        stage.answer(client.get("/items/8"))
        stage.note("kept", flask.request.view_args)
    left(stage)


@case(lean=1)
def a_session_that_a_client_looks_into(stage: Stage) -> None:
    stage.app.secret_key = "key"
    stage.acts(lambda: {"visits": flask.session.get("visits")})
    client = stage.open().test_client()
    with client.session_transaction() as session:
        session["visits"] = 5
    stage.answer(client.get("/acts"))
    with client.session_transaction() as session:
        stage.note("session", dict(session))


@case(lean=1)
def a_client_of_werkzeug(stage: Stage) -> None:
    client = Client(stage.open())
    stage.answer(client.get("/items/7"))


@case(lean=1)
def an_own_kind_of_clients(stage: Stage) -> None:
    class Own(FlaskClient):
        def open(self, *given: Any, **named: Any) -> Any:
            named.setdefault("headers", {})["X-Kind"] = "own"
            return super().open(*given, **named)

    stage.app.test_client_class = Own
    stage.answer(stage.open().test_client().get("/items"))


@case(lean=2)
def a_response_with_its_request(stage: Stage) -> None:
    client = stage.open().test_client()
    for path in ("/items/7", "/failures/http"):
        reply = client.get(path)
        stage.note("request", reply.request.path, reply.request.environ.get("werkzeug.request"))


@case(lean=0)
def an_application_context_around_a_request(stage: Stage) -> None:
    dressed(stage)
    app = stage.open()
    with app.app_context():
        flask.g.outer = "outer"
        stage.acts(dict)
        stage.answer(app.test_client().get("/items/7"))
        stage.note("outer", dict(vars(flask.g)), flask.has_request_context())
    left(stage)


@case(lean=0)
def a_context_of_another_application_around_a_request(stage: Stage) -> None:
    app = stage.open()
    with flask.Flask("other").app_context():
        flask.g.outer = "outer"
        stage.answer(app.test_client().get("/items/7"))
        stage.note("outer", flask.current_app.name, dict(vars(flask.g)))


@case(lean=0)
def a_request_context_made_by_hand(stage: Stage) -> None:
    dressed(stage)
    app = stage.open()
    with app.test_request_context("/items/7?q=1"):
        stage.note("inside", flask.request.endpoint, flask.request.view_args, flask.url_for("desk:listItems"))
        stage.note("before", app.preprocess_request())
        stage.note("dispatched", app.full_dispatch_request().get_data())
    left(stage)


@case(lean=1)
def a_request_within_a_request(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        flask.g.mark = "outer"
        reply = flask.current_app.test_client().get("/items/7")
        call = current_call()
        return {"inner": reply.json, "path": flask.request.path, "g": dict(vars(flask.g)), "call": call and call.url}

    stage.app.teardown_request(stage.noting("teardown"))
    stage.app.teardown_appcontext(stage.noting("app teardown"))
    stage.open()
    stage.get("/acts")


@case(lean=1)
def a_request_within_a_hook(stage: Stage) -> None:
    @stage.app.before_request
    def ask() -> None:
        if flask.request.path == "/acts":
            reply = flask.current_app.test_client().get("/items/7")
            stage.note("asked", reply.status, flask.request.path)

    dressed(stage)
    stage.open()
    stage.get("/acts")


@case(lean=2)
def a_request_of_another_service_within_a_request(stage: Stage) -> None:
    other = Stage(stage.root, stage.is_lean, stage.looks)
    other.journal = stage.journal
    dressed(other)
    other.open()

    @stage.acts
    def act() -> Any:
        flask.g.mark = "outer"
        reply = copy_context().run(lambda: None) or other.app.test_client().get("/items/7")
        return {"inner": reply.json, "app": flask.current_app.name, "g": dict(vars(flask.g))}

    stage.open()
    stage.get("/acts")
    stage.get("/items/7")


@case
def a_request_copied_into_a_thread(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        told: list[Any] = []
        flask.g.mark = "marked"

        @flask.copy_current_request_context
        def work() -> None:
            told.append((flask.request.path, flask.request.endpoint, flask.g.get("mark"), flask.current_app.name))
            told.append((current_call() is None, flask.url_for("desk:act"), dict(flask.session)))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return {"told": told}

    stage.app.teardown_request(stage.noting("teardown"))
    stage.app.teardown_appcontext(stage.noting("app teardown"))
    stage.open()
    stage.get("/acts")


@case
def contexts_copied_into_a_thread(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        told: list[Any] = []
        flask.g.mark = "marked"
        context = copy_context()

        def work() -> None:
            call = current_call()
            told.append((flask.request.path, flask.g.mark, call and call.url))

        thread = threading.Thread(target=lambda: context.run(work))
        thread.start()
        thread.join()
        return {"told": told}

    stage.open()
    stage.get("/acts")


@case
def a_thread_without_contexts(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        told: list[Any] = []
        app = flask.current_app._get_current_object()  # type: ignore[attr-defined]

        def work() -> None:
            told.append((flask.has_request_context(), current_call() is None))
            with app.app_context():
                told.append((flask.current_app.name, list(vars(flask.g))))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return {"told": told}

    stage.open()
    stage.get("/acts")


@case
def contexts_that_the_function_pushes(stage: Stage) -> None:
    def act() -> Any:
        app = flask.current_app._get_current_object()  # type: ignore[attr-defined]
        told: list[Any] = []
        with app.app_context():
            flask.g.inner = True
            told.append((sorted(vars(flask.g)), flask.request.path))
        with app.test_request_context("/items/9"):
            told.append((flask.request.path, flask.request.endpoint))
        told.append((sorted(vars(flask.g)), flask.request.path))
        return {"told": told}

    dressed(stage)
    stage.acts(act)
    stage.open()
    stage.get("/acts")


@case
def contexts_that_are_entered_again(stage: Stage) -> None:
    def act() -> Any:
        flask.g.mark = "marked"
        with flask.globals.request_ctx:
            told: list[Any] = [flask.request.path]
        with flask.globals.app_ctx:
            told.append(sorted(vars(flask.g)))
        return {"told": told, "still": flask.request.path}

    dressed(stage)
    stage.acts(act)
    stage.open()
    stage.get("/acts")
    stage.get("/items/7")


@case
def a_context_that_the_function_keeps(stage: Stage) -> None:
    kept: list[Any] = []

    @stage.acts
    def act() -> Any:
        kept.append(flask.globals.request_ctx._get_current_object())
        flask.g.mark = "marked"
        return {}

    stage.app.teardown_request(stage.noting("teardown"))
    stage.open()
    stage.get("/acts?q=1")
    with kept[0]:
        stage.note("again", flask.request.args["q"], flask.request.endpoint, flask.g.get("mark"))
    left(stage)
    stage.note("repr", repr(kept[0]).partition(" ")[2])


@case
def a_context_that_the_function_copies(stage: Stage) -> None:
    kept: list[Any] = []
    stage.app.secret_key = "key"

    @stage.acts
    def act() -> Any:
        flask.session["a"] = 1
        kept.append(flask.globals.request_ctx.copy())
        return {}

    stage.app.teardown_request(stage.noting("teardown"))
    stage.open()
    stage.get("/acts")
    with kept[0]:
        stage.note("copied", flask.request.path, dict(flask.session), flask.request.endpoint)
    left(stage)


@case
def work_that_goes_on_after_its_request(stage: Stage) -> None:
    kept: list[Any] = []

    @stage.acts
    def act() -> Any:
        flask.g.mark = "marked"
        kept.append(copy_context())
        return {}

    def work() -> None:
        call = current_call()
        stage.note("goes on", flask.request.url, flask.g.mark, flask.current_app.name, call and call.url)

    stage.open()
    stage.get("/acts")
    kept[0].run(work)
    stage.app.teardown_request_funcs[None].append(stage.noting("teardown"))
    stage.get("/acts")
    kept[1].run(work)


@case
def a_context_that_is_never_left(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        flask.globals.request_ctx.push()
        return {}

    stage.app.teardown_request(stage.noting("teardown"))
    stage.open()
    stage.get("/acts")


@case
def requests_are_freed_at_once(stage: Stage) -> None:
    seen: list[Any] = []

    def see(*given: Any) -> Any:
        seen.extend(weakref.ref(each) for each in (flask.request._get_current_object(), flask.g._get_current_object()))  # type: ignore[attr-defined]
        return given[0] if given else None

    stage.acts(lambda: see() or {})
    stage.open()
    gc.disable()
    try:
        stage.get("/acts")
        stage.app.after_request_funcs[None] = [see]
        stage.get("/items/7")
        stage.post("/items", json={"name": "a"})
        stage.journal.add("freed", [each() is None for each in seen])
    finally:
        gc.enable()


@case
def attributes_put_on_contexts(stage: Stage) -> None:
    @stage.app.before_request
    def put() -> None:
        flask.globals.request_ctx.own = "request"
        flask.globals.app_ctx.own = "application"
        flask.request.own = "own"  # type: ignore[attr-defined]

    @stage.acts
    def act() -> Any:
        return {"told": [flask.globals.request_ctx.own, flask.globals.app_ctx.own, flask.request.own]}  # type: ignore[attr-defined]

    stage.open()
    stage.get("/acts")


@case
def parts_of_contexts(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        request, app = flask.globals.request_ctx, flask.globals.app_ctx
        return {
            "same": [request.request is flask.request._get_current_object(), app.g is flask.g._get_current_object()],  # type: ignore[attr-defined]
            "kinds": [
                isinstance(request._get_current_object(), flask.ctx.RequestContext),
                request.app.name,
                app.app.name,
            ],
            "flashes": request.flashes,
            "adapter": [request.url_adapter.path_info, app.url_adapter],
            "session": [type(request.session).__name__, flask.session == request.session],
            "tokens": [len(request._cv_tokens), len(app._cv_tokens)],
            "truth": [bool(flask.request), bool(flask.g), bool(flask.current_app), bool(flask.session)],
        }

    stage.open()
    stage.get("/acts")


@case
def a_request_that_a_context_is_given(stage: Stage) -> None:
    @stage.app.before_request
    def swap() -> None:
        environ = {**flask.request.environ, "QUERY_STRING": "q=swapped"}
        request = flask.Request(environ)
        request.url_rule, request.view_args = flask.request.url_rule, flask.request.view_args
        flask.globals.request_ctx.request = request

    stage.acts(lambda: {"q": flask.request.args.get("q")})
    stage.open()
    stage.get("/acts?q=asked")
    stage.get("/items?q=asked")
