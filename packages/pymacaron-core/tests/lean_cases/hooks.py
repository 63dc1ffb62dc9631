"""Hooks of the application: their order, what they see, what they answer, raise and change."""

import functools
from io import BytesIO
from typing import Any

import flask
from pymacaron_core import Forbidden
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from lean_cases.desk import OutOfPaper
from lean_cases.stage import Stage, case


def dressed(stage: Stage) -> flask.Flask:
    """The stage's application with two hooks of each kind, which tell when they run."""
    app = stage.app
    app.url_value_preprocessor(stage.noting("preprocessor"))
    for number in (1, 2):
        app.before_request(stage.noting(f"before {number}"))
        app.after_request(stage.passing(f"after {number}"))
        app.teardown_request(stage.noting(f"teardown {number}"))
        app.teardown_appcontext(stage.noting(f"app teardown {number}"))
    stage.acts(stage.noting("function", {}))
    return app


def replying(stage: Stage, reply: Any) -> None:
    """A hook before the second of three answers in place of the function."""
    app = dressed(stage)
    app.before_request_funcs[None].insert(1, lambda: reply() if flask.request.method == "GET" else None)
    stage.open()
    stage.get("/items/7")
    stage.post("/items", json={"name": "a"})


def raising(error: BaseException) -> Any:
    """A hook that raises."""

    def hook(*given: Any) -> None:
        raise error

    return hook


@case
def every_hook_runs_in_order(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    stage.get("/items/7")
    stage.get("/acts")
    stage.post("/items", json={"name": "a"})


@case
def a_hook_before_a_request_alone(stage: Stage) -> None:
    stage.app.before_request(stage.noting("before"))
    stage.open()
    stage.get("/items/7")


@case
def a_hook_after_a_request_alone(stage: Stage) -> None:
    stage.app.after_request(stage.passing("after"))
    stage.open()
    stage.get("/items/7")
    stage.send("DELETE", "/items/7")


@case
def a_teardown_alone(stage: Stage) -> None:
    stage.app.teardown_request(stage.noting("teardown"))
    stage.open()
    stage.get("/items/7")


@case
def a_teardown_of_the_application_context_alone(stage: Stage) -> None:
    stage.app.teardown_appcontext(stage.noting("app teardown"))
    stage.open()
    stage.get("/items/7")


@case
def a_preprocessor_of_values_alone(stage: Stage) -> None:
    stage.app.url_value_preprocessor(stage.noting("preprocessor"))
    stage.open()
    stage.get("/shelves/a/items/b")


@case
def hooks_put_there_after_the_api(stage: Stage) -> None:
    stage.open()
    dressed(stage)
    stage.get("/items/7")


@case
def a_hook_in_front_of_the_call_context(stage: Stage) -> None:
    app = stage.open()
    app.before_request_funcs[None].insert(0, stage.noting("first of all"))
    app.teardown_request_funcs[None].insert(0, stage.noting("last of all"))
    stage.get("/items/7")


@case
def hooks_of_the_api_taken_away(stage: Stage) -> None:
    app = stage.open()
    app.before_request_funcs[None].clear()
    app.teardown_request_funcs[None].clear()
    stage.acts(dict)
    app.after_request(stage.passing("after"))
    stage.get("/items/7")


@case
def a_hook_replies_with_text(stage: Stage) -> None:
    replying(stage, lambda: "in place")


@case
def a_hook_replies_with_nothing_in_a_text(stage: Stage) -> None:
    replying(stage, lambda: "")


@case
def a_hook_replies_with_a_tuple(stage: Stage) -> None:
    replying(stage, lambda: ("made", 201, {"X-Made": "yes"}))


@case
def a_hook_replies_with_data(stage: Stage) -> None:
    replying(stage, lambda: {"in": "place", "list": [1, 2]})


@case
def a_hook_replies_with_a_response(stage: Stage) -> None:
    replying(stage, lambda: flask.Response("own", 203, mimetype="text/css"))


@case
def a_hook_replies_with_a_response_of_werkzeug(stage: Stage) -> None:
    replying(stage, lambda: Response("theirs", 203))


@case
def a_hook_replies_with_a_generator(stage: Stage) -> None:
    replying(stage, lambda: (part for part in ("a", "b")))


@case
def a_hook_replies_with_a_wsgi_application(stage: Stage) -> None:
    replying(stage, lambda: Response("application"))


@case
def a_hook_replies_with_what_is_no_reply(stage: Stage) -> None:
    replying(stage, lambda: 42)


@case
def a_hook_redirects(stage: Stage) -> None:
    replying(stage, lambda: flask.redirect("/items", 307))


@case
def a_hook_aborts(stage: Stage) -> None:
    replying(stage, lambda: flask.abort(403))


@case
def a_hook_aborts_with_a_response(stage: Stage) -> None:
    replying(stage, lambda: flask.abort(flask.Response("no", 418)))


@case
def a_hook_raises_an_error_of_pymacaron(stage: Stage) -> None:
    replying(stage, raising(Forbidden("not you")))


@case
def a_hook_raises(stage: Stage) -> None:
    replying(stage, raising(OutOfPaper("in a hook")))


@case
def a_hook_ends_the_process(stage: Stage) -> None:
    replying(stage, raising(SystemExit(4)))


@case
def a_preprocessor_raises(stage: Stage) -> None:
    dressed(stage).url_value_preprocessor(raising(OutOfPaper("in a preprocessor")))
    stage.open()
    stage.get("/items/7")


@case(lean=1)
def a_hook_changes_the_response(stage: Stage) -> None:
    @stage.app.after_request
    def change(response: flask.Response) -> flask.Response:
        response.set_data(response.get_data().upper())
        response.status_code = 299
        response.headers["Content-Type"] = "text/loud"
        response.set_cookie("seen", "yes")
        return response

    dressed(stage)
    stage.open()
    stage.get("/items/7")
    stage.send("HEAD", "/items/7")


@case
def a_hook_replaces_the_response(stage: Stage) -> None:
    stage.app.after_request(lambda response: flask.Response("another", 202))
    dressed(stage)
    stage.open()
    stage.get("/items/7")


@case
def a_hook_after_a_request_gives_nothing_back(stage: Stage) -> None:
    stage.app.after_request(lambda response: None)
    dressed(stage)
    stage.open()
    stage.get("/items/7")


@case
def a_hook_after_a_request_raises(stage: Stage) -> None:
    stage.app.after_request(raising(OutOfPaper("after")))
    dressed(stage)
    stage.open()
    stage.get("/items/7")
    stage.get("/failures/own")


@case
def a_hook_after_a_request_aborts(stage: Stage) -> None:
    stage.app.after_request(raising(NotFound()))
    dressed(stage)
    stage.open()
    stage.get("/items/7")


@case
def a_hook_after_a_request_raises_once(stage: Stage) -> None:
    errors = [OutOfPaper("once")]

    @stage.app.after_request
    def once(response: flask.Response) -> flask.Response:
        if errors:
            raise errors.pop()
        return response

    dressed(stage)
    stage.open()
    stage.get("/items/7")
    stage.get("/items/7")


@case
def a_teardown_raises(stage: Stage) -> None:
    app = dressed(stage)
    app.teardown_request(raising(OutOfPaper("teardown")))
    stage.open()
    stage.get("/items/7")
    stage.get("/failures/own")


@case
def a_teardown_of_the_application_context_raises(stage: Stage) -> None:
    app = dressed(stage)
    app.teardown_appcontext(raising(OutOfPaper("app teardown")))
    stage.open()
    stage.get("/items/7")


@case
def both_teardowns_raise(stage: Stage) -> None:
    app = dressed(stage)
    app.teardown_request(raising(OutOfPaper("teardown")))
    app.teardown_appcontext(raising(OutOfPaper("app teardown")))
    stage.open()
    stage.get("/items/7")
    stage.get("/items/8")


@case
def teardowns_are_told_of_errors_that_nobody_handled(stage: Stage) -> None:
    app = dressed(stage)
    app.register_error_handler(KeyError, lambda error: ("handled", 500))
    stage.open()
    for kind in ("own", "key", "http", "pymacaron", "exit"):
        stage.get(f"/failures/{kind}")


@case
def what_the_function_wants_done_after_this_request(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        flask.after_this_request(stage.passing("this 1"))
        flask.after_this_request(stage.passing("this 2"))
        return {}

    stage.open()
    stage.get("/acts")
    stage.get("/items/7")


@case
def what_a_hook_wants_done_after_this_request(stage: Stage) -> None:
    @stage.app.before_request
    def before() -> None:
        flask.after_this_request(stage.passing("this"))

    dressed(stage)
    stage.open()
    stage.get("/items/7")
    stage.get("/failures/http")


@case
def what_is_done_after_this_request_raises(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        flask.after_this_request(raising(OutOfPaper("this")))
        return {}

    stage.open()
    stage.get("/acts")


@case
def what_is_done_after_this_request_wants_more_done(stage: Stage) -> None:
    def more(response: flask.Response) -> flask.Response:
        flask.after_this_request(stage.passing("more"))
        return response

    @stage.acts
    def act() -> Any:
        flask.after_this_request(more)
        return {}

    stage.open()
    stage.get("/acts")


@case
def hooks_that_are_coroutines(stage: Stage) -> None:
    @stage.app.before_request
    async def before() -> None:
        stage.note("before", flask.request.path)

    @stage.app.after_request
    async def after(response: flask.Response) -> flask.Response:
        stage.note("after", response.status)
        response.headers["X-After"] = flask.request.path
        return response

    @stage.app.teardown_request
    async def teardown(error: Any) -> None:
        stage.note("teardown", error)

    @stage.app.teardown_appcontext
    async def app_teardown(error: Any) -> None:
        stage.note("app teardown", error)

    stage.open()
    stage.get("/items/7")
    stage.get("/later")
    stage.get("/failures/own")


@case
def a_coroutine_replies_in_place(stage: Stage) -> None:
    @stage.app.before_request
    async def before() -> Any:
        return {"in": "place"}, 203

    stage.open()
    stage.get("/items/7")


@case
def a_coroutine_is_wanted_after_this_request(stage: Stage) -> None:
    async def later(response: flask.Response) -> flask.Response:
        response.headers["X-Later"] = "yes"
        return response

    @stage.acts
    def act() -> Any:
        flask.after_this_request(later)
        return {}

    stage.open()
    stage.get("/acts")


class Counting:
    """A hook that is an object, equal to others of its kind: it cannot be hashed."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counting)

    def __call__(self, *given: Any) -> Any:
        self.stage.note("counted", len(given))
        return given[0] if given else None


@case
def hooks_that_are_objects(stage: Stage) -> None:
    app = stage.app
    app.before_request(Counting(stage))
    app.after_request(Counting(stage))
    app.teardown_request(Counting(stage))
    app.teardown_appcontext(Counting(stage))
    stage.open()
    stage.get("/items/7")


@case
def hooks_that_are_partial_functions(stage: Stage) -> None:
    async def late(what: str, *given: Any) -> Any:
        stage.note(what)
        return given[0] if given else None

    app = stage.app
    app.before_request(functools.partial(stage.note, "before"))
    app.before_request(functools.partial(late, "before, late"))
    app.after_request(functools.partial(late, "after, late"))
    stage.open()
    stage.get("/items/7")


@case
def what_one_hook_puts_into_g_the_others_find(stage: Stage) -> None:
    app = stage.app

    @app.before_request
    def begin() -> None:
        flask.g.count = 1
        flask.g.setdefault("seen", []).append("before")

    @stage.acts
    def act() -> Any:
        flask.g.count += 1
        flask.g.seen.append("function")
        return {"count": flask.g.count, "has": "count" in flask.g, "none": flask.g.get("none")}

    @app.after_request
    def after(response: flask.Response) -> flask.Response:
        response.headers["X-Seen"] = " ".join(flask.g.seen)
        return response

    @app.teardown_request
    def teardown(error: Any) -> None:
        stage.note("teardown", flask.g.pop("count"), sorted(flask.g))

    @app.teardown_appcontext
    def app_teardown(error: Any) -> None:
        stage.note("app teardown", sorted(flask.g))

    stage.open()
    stage.get("/acts")
    stage.get("/items/7")


@case
def g_is_new_for_each_request(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        flask.g.count = flask.g.get("count", 0) + 1
        return {"count": flask.g.count}

    stage.open()
    stage.get("/acts")
    stage.get("/acts")


@case
def a_preprocessor_changes_the_values(stage: Stage) -> None:
    @stage.app.url_value_preprocessor
    def change(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "id" in values:
            values["id"] = "9"

    stage.open()
    stage.get("/items/7")
    stage.send("PUT", "/items/7", json={"name": "a"})


@case
def a_preprocessor_takes_a_value_out(stage: Stage) -> None:
    @stage.app.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        flask.g.id = values.pop("id", None) if values else None

    stage.app.after_request(stage.passing("after"))
    stage.open()
    stage.get("/items/7")


@case
def a_hook_changes_the_values_of_the_path(stage: Stage) -> None:
    @stage.app.before_request
    def change() -> None:
        flask.request.view_args = {"id": "9"}

    stage.open()
    stage.get("/items/7")


@case
def a_hook_has_another_endpoint_serve(stage: Stage) -> None:
    @stage.app.before_request
    def change() -> None:
        rules = flask.current_app.url_map.iter_rules("desk:listItems")
        flask.request.url_rule, flask.request.view_args = next(iter(rules)), {}

    stage.open()
    stage.get("/items/7")


@case
def a_hook_says_that_there_is_no_route(stage: Stage) -> None:
    @stage.app.before_request
    def hide() -> None:
        flask.request.routing_exception = NotFound()

    stage.open()
    stage.get("/items/7")


@case
def a_hook_changes_the_environment(stage: Stage) -> None:
    @stage.app.before_request
    def change() -> None:
        flask.request.environ["HTTP_X_KIND"] = "changed"
        flask.request.environ["QUERY_STRING"] = "q=changed&limit=3"
        flask.request.environ["desk.mark"] = "left"

    stage.open()
    stage.get("/items?q=asked")


@case
def a_hook_calls_the_function_by_itself(stage: Stage) -> None:
    @stage.app.before_request
    def call() -> Any:
        request = flask.request
        view = flask.current_app.view_functions[request.endpoint or ""]
        response = flask.make_response(view(**(request.view_args or {})))
        response.headers["X-Called"] = "by a hook"
        return response

    stage.open()
    stage.get("/items/7")
    stage.send("PUT", "/items/7", json={"name": "a"})


@case
def a_hook_has_flask_dispatch_the_request(stage: Stage) -> None:
    @stage.app.before_request
    def dispatch() -> Any:
        return flask.current_app.ensure_sync(flask.current_app.dispatch_request)()  # type: ignore[attr-defined]

    stage.open()
    stage.get("/items/7")


@case
def a_hook_cannot_be_added_once_requests_are_served(stage: Stage) -> None:
    app = stage.open()
    stage.get("/items/7")
    try:
        app.before_request(stage.noting("late"))
    except AssertionError as error:
        stage.note("refused", error)
    stage.get("/items/7")


@case
def a_hook_put_into_the_lists_once_requests_are_served(stage: Stage) -> None:
    app = stage.open()
    stage.get("/items/7")
    app.before_request_funcs.setdefault(None, []).append(stage.noting("late"))
    app.after_request_funcs.setdefault(None, []).append(stage.passing("late"))
    app.teardown_request_funcs.setdefault(None, []).append(stage.noting("late"))
    app.teardown_appcontext_funcs.append(stage.noting("late"))
    stage.get("/items/7")
    app.before_request_funcs[None].pop()
    app.after_request_funcs.clear()
    stage.get("/items/7")


@case
def lists_of_hooks_without_hooks(stage: Stage) -> None:
    app = stage.open()
    app.after_request_funcs[None] = []
    app.url_value_preprocessors[None] = []
    stage.get("/items/7")


@case
def hooks_know_that_a_request_is_served(stage: Stage) -> None:
    app = dressed(stage)
    stage.open()
    app.after_request_funcs[None].append(
        lambda response: stage.note("first request served", app._got_first_request) or response
    )
    stage.get("/items/7")


@case
def the_request_is_let_go_at_its_end(stage: Stage) -> None:
    closed: list[Any] = []

    @stage.app.before_request
    def keep() -> None:
        closed.append(flask.request._get_current_object())  # type: ignore[attr-defined]

    stage.open()
    stage.post("/uploads", data={"name": "a", "file": (BytesIO(b"content"), "a.bin")})
    stage.note("closed", [file.closed for file in closed[0].files.values()])


@case
def resources_of_a_request_are_closed_by_a_teardown(stage: Stage) -> None:
    class Connection:
        def close(self) -> None:
            stage.note("closed")

    @stage.acts
    def act() -> Any:
        flask.g.db = Connection()
        return {}

    @stage.app.teardown_appcontext
    def close(error: Any) -> None:
        db = flask.g.pop("db", None)
        if db is not None:
            db.close()

    stage.open()
    stage.get("/acts")
    stage.get("/items/7")
