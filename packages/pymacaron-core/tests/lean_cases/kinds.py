"""Applications of other kinds: subclasses of Flask, methods put over its own, other requests, responses and parts."""

import functools
import importlib.metadata
import json
from typing import Any

import flask
import pytest
from flask.ctx import AppContext, RequestContext
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import Rule

from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case


def requested(stage: Stage) -> None:
    """A service is made, and a few requests are sent: some go well, some fail, one is at no route."""
    dressed(stage)
    stage.open()
    stage.get("/items/7")
    stage.post("/items", json={"name": "a"})
    stage.get("/failures/own")
    stage.get("/failures/http")
    stage.get("/nowhere")


def around(stage: Stage, name: str) -> None:
    """A subclass of Flask with one method of its own, that tells when it is called and goes on as Flask does."""

    def method(self: flask.Flask, *given: Any, **named: Any) -> Any:
        stage.journal.add(f"own {name}")
        return getattr(flask.Flask, name)(self, *given, **named)

    stage.app = type("Own", (flask.Flask,), {name: method})("desk")
    requested(stage)


def patched(stage: Stage, name: str) -> None:
    """An application of which one method was put over with another, as a tool that watches it does."""
    app = stage.app
    whole = getattr(app, name)

    def method(*given: Any, **named: Any) -> Any:
        stage.journal.add(f"patched {name}")
        return whole(*given, **named)

    setattr(app, name, method)
    requested(stage)


@case(lean=4)
def a_subclass_that_changes_nothing(stage: Stage) -> None:
    stage.app = type("Own", (flask.Flask,), {"testing_mark": True})("desk")
    requested(stage)


@case(off="dispatch_request")
def a_subclass_with_its_own_dispatch_request(stage: Stage) -> None:
    around(stage, "dispatch_request")


@case(off="full_dispatch_request")
def a_subclass_with_its_own_full_dispatch_request(stage: Stage) -> None:
    around(stage, "full_dispatch_request")


@case(off="make_response")
def a_subclass_with_its_own_make_response(stage: Stage) -> None:
    around(stage, "make_response")


@case(off="process_response")
def a_subclass_with_its_own_process_response(stage: Stage) -> None:
    around(stage, "process_response")


@case(off="preprocess_request")
def a_subclass_with_its_own_preprocess_request(stage: Stage) -> None:
    around(stage, "preprocess_request")


@case(off="finalize_request")
def a_subclass_with_its_own_finalize_request(stage: Stage) -> None:
    around(stage, "finalize_request")


@case(lean=4)
def a_subclass_with_its_own_handle_exception(stage: Stage) -> None:
    around(stage, "handle_exception")


@case(lean=4)
def a_subclass_with_its_own_handle_user_exception(stage: Stage) -> None:
    around(stage, "handle_user_exception")


@case(lean=4)
def a_subclass_with_its_own_handle_http_exception(stage: Stage) -> None:
    around(stage, "handle_http_exception")


@case(lean=4)
def a_subclass_with_its_own_should_ignore_error(stage: Stage) -> None:
    around(stage, "should_ignore_error")


@case(lean=4)
def a_subclass_with_its_own_trap_http_exception(stage: Stage) -> None:
    around(stage, "trap_http_exception")


@case(lean=4)
def a_subclass_with_its_own_make_default_options_response(stage: Stage) -> None:
    around(stage, "make_default_options_response")


@case(off="do_teardown_request")
def a_subclass_with_its_own_teardown(stage: Stage) -> None:
    around(stage, "do_teardown_request")


@case(off="do_teardown_appcontext")
def a_subclass_with_its_own_teardown_of_the_application_context(stage: Stage) -> None:
    around(stage, "do_teardown_appcontext")


@case(off="create_url_adapter")
def a_subclass_with_its_own_url_adapter(stage: Stage) -> None:
    around(stage, "create_url_adapter")


@case(off="ensure_sync")
def a_subclass_with_its_own_ensure_sync(stage: Stage) -> None:
    around(stage, "ensure_sync")


@case(off="wsgi_app")
def a_subclass_with_its_own_wsgi_app(stage: Stage) -> None:
    around(stage, "wsgi_app")


@case(lean=4)
def a_subclass_with_its_own_call(stage: Stage) -> None:
    around(stage, "__call__")


@case
def a_subclass_with_its_own_way_to_run_coroutines(stage: Stage) -> None:
    class Own(flask.Flask):
        def async_to_sync(self, function: Any) -> Any:
            stage.journal.add("own async_to_sync")
            return super().async_to_sync(function)

    async def after(response: flask.Response) -> flask.Response:
        return response

    stage.app = Own("desk")
    stage.app.after_request(after)
    stage.open()
    stage.get("/items/7")
    stage.get("/later")


@case(lean=4)
def a_subclass_with_its_own_log_exception(stage: Stage) -> None:
    around(stage, "log_exception")


@case(lean=4)
def a_subclass_with_its_own_url_for(stage: Stage) -> None:
    around(stage, "url_for")


@case(off="request_context")
def a_subclass_with_its_own_contexts(stage: Stage) -> None:
    class Context(RequestContext):
        def push(self) -> None:
            stage.journal.add("own push")
            super().push()

    class Own(flask.Flask):
        def request_context(self, environ: Any) -> RequestContext:
            return Context(self, environ)

    stage.app = Own("desk")
    requested(stage)


@case(off="app_context")
def a_subclass_with_its_own_application_context(stage: Stage) -> None:
    class Context(AppContext):
        def pop(self, *given: Any) -> None:
            stage.journal.add("own pop")
            super().pop(*given)

    class Own(flask.Flask):
        def app_context(self) -> AppContext:
            return Context(self)

    stage.app = Own("desk")
    requested(stage)


@case(off="full_dispatch_request")
def full_dispatch_request_is_patched(stage: Stage) -> None:
    patched(stage, "full_dispatch_request")


@case(off="make_response")
def make_response_is_patched(stage: Stage) -> None:
    patched(stage, "make_response")


@case(lean=4)
def handle_exception_is_patched(stage: Stage) -> None:
    patched(stage, "handle_exception")


@case(lean=4)
def handle_user_exception_is_patched(stage: Stage) -> None:
    patched(stage, "handle_user_exception")


@case(off="preprocess_request")
def preprocess_request_is_patched(stage: Stage) -> None:
    patched(stage, "preprocess_request")


@case(lean=1, off="full_dispatch_request")
def a_method_patched_after_the_first_request(stage: Stage) -> None:
    app = stage.open()
    stage.get("/items/7")
    whole = app.full_dispatch_request
    app.full_dispatch_request = lambda: stage.note("patched") or whole()  # type: ignore[method-assign, func-returns-value]
    stage.get("/items/7")


def watched(stage: Stage, patch: pytest.MonkeyPatch, *names: str) -> None:
    """Methods of Flask itself are put over, as tools that watch every application of a process do."""

    def watcher(name: str, whole: Any) -> Any:
        @functools.wraps(whole)
        def method(self: flask.Flask, *given: Any) -> Any:
            stage.journal.add(f"watched {name}")
            return whole(self, *given)

        return method

    for name in names:
        patch.setattr(flask.Flask, name, watcher(name, getattr(flask.Flask, name)))


@case(off="full_dispatch_request, dispatch_request, preprocess_request, finalize_request")
def methods_of_flask_itself_watched_before(stage: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        names = ("full_dispatch_request", "dispatch_request", "preprocess_request", "finalize_request")
        watched(stage, patch, *names)
        requested(stage)


@case(off="wsgi_app")
def the_way_of_flask_itself_watched_before(stage: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        watched(stage, patch, "wsgi_app")
        requested(stage)


@case(off="wsgi_app")
def the_way_of_flask_itself_watched_after_the_api(stage: Stage) -> None:
    stage.open()
    with pytest.MonkeyPatch.context() as patch:
        watched(stage, patch, "wsgi_app")
        stage.get("/items/7")


@case
def the_call_of_flask_itself_watched(stage: Stage) -> None:
    stage.open()
    with pytest.MonkeyPatch.context() as patch:
        watched(stage, patch, "__call__")
        stage.get("/items/7")


@case(off="request_class")
def an_own_kind_of_requests(stage: Stage) -> None:
    class Request(flask.Request):
        max_content_length = 5

        @property
        def loud(self) -> str:
            return self.path.upper()

    stage.app.request_class = Request
    stage.acts(lambda: {"loud": flask.request.loud})  # type: ignore[attr-defined]
    stage.open()
    stage.get("/acts")
    stage.post("/items", json={"name": "a"})


@case(off="request_class")
def an_own_kind_of_requests_by_a_subclass(stage: Stage) -> None:
    class Request(flask.Request):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            stage.journal.add("own request", self.path)

    stage.app = type("Own", (flask.Flask,), {"request_class": Request})("desk")
    requested(stage)


@case
def an_own_kind_of_responses(stage: Stage) -> None:
    class Response(flask.Response):
        default_mimetype = "text/own"
        charset = "latin-1"

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.headers["X-Own"] = "response"

    stage.app.response_class = Response
    stage.acts(dict)
    stage.open()
    for path in ("/items/7", "/acts", "/streams", "/cookies", "/failures/http"):
        stage.get(path)
    stage.send("DELETE", "/items/7")


@case(off="not known")
def a_version_of_flask_that_nobody_has_looked_at(stage: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "version", lambda name: "9.9.9")
        requested(stage)


@case
def a_response_that_changes_its_headers_as_it_is_sent(stage: Stage) -> None:
    class Response(flask.Response):
        def get_wsgi_headers(self, environ: Any) -> Any:
            headers = super().get_wsgi_headers(environ)
            headers["X-Sent"] = environ["PATH_INFO"]
            return headers

    stage.app.response_class = Response
    stage.open()
    stage.get("/items/7")


@case
def an_own_json_provider(stage: Stage) -> None:
    class Provider(DefaultJSONProvider):
        def dumps(self, value: Any, **named: Any) -> str:
            return json.dumps(value, indent=3, sort_keys=True)

        def loads(self, text: Any, **named: Any) -> Any:
            return {"loaded": json.loads(text)}

    stage.app.json = Provider(stage.app)
    stage.app.before_request(
        lambda: stage.note("json", flask.request.get_json(silent=True), flask.jsonify(a=1).get_data())
    )
    stage.acts(lambda: flask.jsonify(b=1, a=2))
    stage.open()
    stage.get("/acts")
    stage.post("/items", json={"name": "a"})
    stage.get("/failures/http")


@case
def an_own_kind_of_g(stage: Stage) -> None:
    class Globals(flask.ctx._AppCtxGlobals):
        def __init__(self) -> None:
            self.mark = "own"

    stage.app.app_ctx_globals_class = Globals
    stage.acts(lambda: {"mark": flask.g.mark})
    stage.open()
    stage.get("/acts")


@case(lean=0)
def an_own_kind_of_rules(stage: Stage) -> None:
    class Own(Rule):
        def __init__(self, text: str, *given: Any, **named: Any) -> None:
            named.setdefault("strict_slashes", False)
            super().__init__(text, *given, **named)

    stage.app.url_rule_class = Own
    stage.open()
    stage.get("/items/7")
    stage.get("/items")
    stage.get("/items/7/")


@case(lean=0)
def an_own_kind_of_rules_that_match_otherwise(stage: Stage) -> None:
    class Own(Rule):
        def get_converter(self, name: str, *given: Any) -> Any:
            converter = super().get_converter(name, *given)
            converter.to_python = lambda text: f"{text}1"
            return converter

    stage.app.url_rule_class = Own
    stage.open()
    stage.get("/items/7")


@case
def a_configuration_of_json(stage: Stage) -> None:
    stage.app.json.sort_keys = False  # type: ignore[attr-defined]
    stage.app.json.compact = False  # type: ignore[attr-defined]
    stage.acts(lambda: flask.jsonify(b=1, a=2))
    stage.open()
    stage.get("/acts")
    stage.get("/items/7")


@case
def a_debugged_application_with_every_hook(stage: Stage) -> None:
    dressed(stage).debug = True
    stage.open()
    stage.get("/items/7")
    stage.get("/acts")


@case
def two_services_in_one_process(stage: Stage) -> None:
    other = Stage(stage.root, stage.is_lean, stage.looks)
    other.app.before_request(stage.noting("before the other"))
    other.open()
    stage.app.before_request(stage.noting("before this"))
    stage.open()
    stage.get("/items/7")
    other.journal = stage.journal
    other.get("/items/8")
    stage.sent += other.sent
    stage.get("/items/7")


@case
def a_service_below_another_name(stage: Stage) -> None:
    stage.app = flask.Flask("desk", instance_path=str(stage.root), root_path=str(stage.root))
    stage.app.name = "renamed"
    stage.open()
    stage.get("/failures/own")
