"""Hand-written routes beside, over and under generated ones, and rules of all kinds that Werkzeug knows."""

from typing import Any

import flask
from werkzeug.routing import BaseConverter, Rule, Submount

from lean_cases.stage import Stage, case


def by_hand(stage: Stage, rule: str, name: str = "by_hand", **options: Any) -> None:
    """A route that tells its name and its values."""

    def view(**values: Any) -> Any:
        stage.note(f"{name} serves", values, flask.request.endpoint)
        return {name: {key: str(value) for key, value in values.items()}}

    stage.app.add_url_rule(rule, name, view, **options)


def asked(stage: Stage, *paths: str, methods: tuple[str, ...] = ("GET",)) -> None:
    """Requests of these paths with each of the methods."""
    for path in paths:
        for method in methods:
            stage.send(method, path)


@case(lean=1)
def a_route_beside(stage: Stage) -> None:
    by_hand(stage, "/by-hand")
    stage.open()
    asked(stage, "/by-hand", "/items/7", "/nowhere")


@case(lean=0)
def a_path_written_out_beside_a_variable(stage: Stage) -> None:
    by_hand(stage, "/items/new")
    stage.open()
    asked(stage, "/items/new", "/items/7", "/items/newer")


@case(lean=1)
def a_path_written_out_after_the_api(stage: Stage) -> None:
    stage.open()
    by_hand(stage, "/items/new")
    asked(stage, "/items/new", "/items/7", "/items")


@case(lean=0)
def a_converted_variable_over_a_generated_one(stage: Stage) -> None:
    by_hand(stage, "/items/<int:number>")
    stage.open()
    asked(stage, "/items/7", "/items/seven", "/items/07")


@case(lean=1)
def a_converted_variable_with_another_method(stage: Stage) -> None:
    by_hand(stage, "/items/<int:number>", methods=["PATCH", "POST"])
    stage.open()
    asked(stage, "/items/7", methods=("GET", "PATCH", "POST", "OPTIONS", "TRACE"))


@case(lean=2)
def a_variable_of_the_same_shape_before(stage: Stage) -> None:
    by_hand(stage, "/items/<name>")
    stage.open()
    asked(stage, "/items/7", "/items/seven", methods=("GET", "PUT"))


@case(lean=0)
def a_variable_of_the_same_shape_after(stage: Stage) -> None:
    stage.open()
    by_hand(stage, "/items/<name>")
    asked(stage, "/items/7", "/items/seven")


@case(lean=0)
def the_same_path_by_hand_before(stage: Stage) -> None:
    by_hand(stage, "/items")
    stage.open()
    asked(stage, "/items")


@case(lean=0)
def the_same_path_by_hand_after(stage: Stage) -> None:
    stage.open()
    by_hand(stage, "/items")
    asked(stage, "/items")


@case(lean=1)
def the_same_path_with_another_method(stage: Stage) -> None:
    by_hand(stage, "/items", methods=["DELETE"])
    stage.open()
    asked(stage, "/items", methods=("GET", "DELETE", "PATCH", "OPTIONS", "HEAD"))


@case(lean=1)
def the_same_path_with_a_slash_more(stage: Stage) -> None:
    by_hand(stage, "/items/")
    stage.open()
    asked(stage, "/items/", "/items")


@case(lean=2)
def all_the_rest(stage: Stage) -> None:
    by_hand(stage, "/<path:rest>")
    stage.open()
    asked(stage, "/items/7", "/items", "/", "/a/b/c", "/items/7/8", methods=("GET", "DELETE"))


@case(lean=0)
def a_rest_below_a_variable(stage: Stage) -> None:
    by_hand(stage, "/items/<path:rest>")
    stage.open()
    asked(stage, "/items/7", "/items/7/8")


@case(lean=2)
def a_rest_beside(stage: Stage) -> None:
    by_hand(stage, "/static-files/<path:rest>")
    stage.open()
    asked(stage, "/static-files/a/b", "/items/7", "/shelves/a/items/b")


@case(lean=0)
def a_part_of_a_segment(stage: Stage) -> None:
    by_hand(stage, "/items/<name>.json")
    stage.open()
    asked(stage, "/items/7.json", "/items/7")


@case(lean=0)
def a_variable_as_the_first_segment(stage: Stage) -> None:
    by_hand(stage, "/<language>/<int:page>")
    stage.open()
    asked(stage, "/items/7", "/en/7")


@case(lean=1)
def a_route_with_defaults(stage: Stage) -> None:
    by_hand(stage, "/pages/", defaults={"page": 1})
    by_hand(stage, "/pages/<int:page>", "page")
    stage.open()
    asked(stage, "/pages/", "/pages/1", "/pages/2", "/items/7")


@case(lean=0)
def a_route_with_defaults_over_a_generated_one(stage: Stage) -> None:
    stage.app.add_url_rule("/items", "first", lambda id: {"first": id}, defaults={"id": "1"})
    stage.app.add_url_rule("/items/<id>", "first", methods=["GET"])
    stage.open()
    asked(stage, "/items", "/items/1", "/items/2")


@case(lean=1)
def a_route_that_redirects(stage: Stage) -> None:
    by_hand(stage, "/elders", redirect_to="/items")
    stage.open()
    asked(stage, "/elders", "/items")


@case(lean=0)
def a_route_that_redirects_over_a_generated_one(stage: Stage) -> None:
    by_hand(stage, "/items/<int:id>", redirect_to="/shelves/<id>")
    stage.open()
    asked(stage, "/items/7", "/items/seven")


@case(lean=1)
def a_route_that_is_an_alias(stage: Stage) -> None:
    stage.open()
    stage.app.url_map.add(Rule("/aka/<id>", endpoint="desk:getItem", alias=True, methods=["GET"]))
    asked(stage, "/aka/7", "/items/7")


@case
def another_rule_of_a_generated_endpoint(stage: Stage) -> None:
    stage.open()
    stage.app.add_url_rule("/things/<id>", "desk:getItem", methods=["GET"])
    asked(stage, "/things/7", "/items/7")


@case(lean=1)
def a_route_for_websockets(stage: Stage) -> None:
    stage.open()
    stage.app.url_map.add(Rule("/items", endpoint="socket", websocket=True))
    stage.app.view_functions["socket"] = lambda: "socket"
    asked(stage, "/items")
    stage.get("/items", headers={"Upgrade": "websocket", "Connection": "Upgrade"})


@case(lean=1)
def a_route_that_is_only_built(stage: Stage) -> None:
    stage.open()
    stage.app.url_map.add(Rule("/items/<id>", endpoint="built", build_only=True))
    stage.app.view_functions["built"] = lambda id: "built"
    asked(stage, "/items/7")


@case(lean=0)
def rules_from_a_factory(stage: Stage) -> None:
    stage.open()
    stage.app.url_map.add(Submount("/items", [Rule("/sub", endpoint="sub"), Rule("/sub/<int:n>", endpoint="sub")]))
    stage.app.view_functions["sub"] = lambda n=None: {"sub": n}
    asked(stage, "/items/sub", "/items/sub/3", "/items/subs")


class Even(BaseConverter):
    """A number that is even."""

    regex = "[0-9]*[02468]"

    def to_python(self, value: str) -> Any:
        return int(value)


@case(lean=0)
def an_own_converter(stage: Stage) -> None:
    stage.app.url_map.converters["even"] = Even
    by_hand(stage, "/items/<even:number>")
    stage.open()
    asked(stage, "/items/8", "/items/7")


class Word(BaseConverter):
    """What stands for a variable that names no converter."""

    regex = "[a-z0-9]+"

    def to_python(self, value: str) -> Any:
        return value.upper() if value.isalpha() else value


@case(lean=1)
def an_own_default_converter(stage: Stage) -> None:
    stage.app.url_map.converters["default"] = Word
    stage.open()
    asked(stage, "/items", "/items/7", "/shelves/a/items/b", "/shelves/A/items/b")


@case(lean=2)
def a_default_converter_after_the_routes(stage: Stage) -> None:
    stage.open()
    stage.app.url_map.converters["default"] = Word
    by_hand(stage, "/words/<word>")
    asked(stage, "/items/7", "/shelves/a/items/b", "/words/abc")


@case(lean=1)
def slashes_that_do_not_matter(stage: Stage) -> None:
    stage.app.url_map.strict_slashes = False
    by_hand(stage, "/pages/")
    stage.open()
    asked(stage, "/items/7", "/items/7/", "/items/", "/pages", "/pages/")


@case(lean=1)
def slashes_that_are_not_merged(stage: Stage) -> None:
    stage.app.url_map.merge_slashes = False
    stage.open()
    asked(stage, "/items/7", "//items/7", "/items//7", "/items//")


@case(lean=1)
def a_route_with_slashes_that_are_merged(stage: Stage) -> None:
    by_hand(stage, "/items//new")
    stage.open()
    asked(stage, "/items/new", "/items//new", "/items/7", "/items")


@case(lean=1)
def slashes_that_are_merged(stage: Stage) -> None:
    stage.open()
    asked(stage, "/items/7", "//items/7", "/items//7", "/shelves//items/b", "/shelves/a//items/b", "///")


@case(lean=2)
def a_route_added_after_the_first_request(stage: Stage) -> None:
    app = stage.open()
    asked(stage, "/items/7", "/items/late")
    app._got_first_request = False
    by_hand(stage, "/items/late")
    asked(stage, "/items/late", "/items/7")


@case(lean=1)
def a_rule_added_to_the_map_after_the_first_request(stage: Stage) -> None:
    app = stage.open()
    asked(stage, "/items/7")
    app.url_map.add(Rule("/items/<path:rest>", endpoint="rest"))
    app.view_functions["rest"] = lambda rest: {"rest": rest}
    asked(stage, "/items/7", "/items/7/8")


@case(lean=1)
def a_route_cannot_be_added_once_requests_are_served(stage: Stage) -> None:
    stage.open()
    asked(stage, "/items/7")
    try:
        by_hand(stage, "/late")
    except AssertionError as error:
        stage.note("refused", error)


@case(lean=2)
def methods_taken_from_a_rule(stage: Stage) -> None:
    app = stage.open()
    asked(stage, "/items")
    for rule in app.url_map.iter_rules("desk:createItem"):
        rule.methods = {"PATCH"}
    app.url_map._remap = True
    stage.post("/items", json={"name": "a"})
    stage.send("PATCH", "/items", json={"name": "a"})


@case(lean=1)
def a_view_replaced(stage: Stage) -> None:
    app = stage.open()
    app.view_functions["desk:getItem"] = lambda id: {"replaced": id}
    asked(stage, "/items/7", "/items")


@case(lean=2)
def a_view_wrapped_after_the_first_request(stage: Stage) -> None:
    app = stage.open()
    asked(stage, "/items/7")
    view = app.view_functions["desk:getItem"]

    def wrapped(**values: Any) -> Any:
        stage.note("around", values)
        response = flask.make_response(view(**values))
        response.headers["X-Wrapped"] = "yes"
        return response

    app.view_functions["desk:getItem"] = wrapped
    asked(stage, "/items/7")
    app.view_functions["desk:getItem"] = view
    asked(stage, "/items/7")


@case(lean=1)
def every_view_wrapped(stage: Stage) -> None:
    app = stage.open()
    asked(stage, "/items/7")
    for name, view in list(app.view_functions.items()):
        app.view_functions[name] = lambda _view=view, **values: stage.note("wrapped", values) or _view(**values)
    asked(stage, "/items/7", "/acts", "/failures/own")


@case(lean=1)
def a_view_removed(stage: Stage) -> None:
    app = stage.open()
    asked(stage, "/items")
    del app.view_functions["desk:getItem"]
    asked(stage, "/items/7")


@case(lean=0)
def views_given_attributes(stage: Stage) -> None:
    app = stage.open()
    for view in app.view_functions.values():
        view.provide_automatic_options = True  # type: ignore[attr-defined]
    asked(stage, "/items/7", methods=("OPTIONS", "HEAD"))


@case(lean=2)
def an_api_below_a_path(stage: Stage) -> None:
    stage.settings["apis"] = {"desk": {"base_path": "/v1/desk"}}
    by_hand(stage, "/v1/<name>")
    stage.open()
    asked(stage, "/v1/desk/items/7", "/v1/desk", "/items/7", "/v1/desk/items")


@case(lean=0)
def static_files_of_the_application(stage: Stage) -> None:
    stage.app = flask.Flask("desk", static_folder=str(stage.root), static_url_path="")
    stage.open()
    asked(stage, "/apis/desk.yaml", "/items/7", "/nowhere")
