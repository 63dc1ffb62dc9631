"""Hooks, handlers and templates that blueprints bring for the whole application, and those of their own routes."""

from typing import Any

import flask

from lean_cases.desk import OutOfPaper
from lean_cases.stage import Stage, case


def shop(stage: Stage, name: str = "shop") -> flask.Blueprint:
    """A blueprint with a route, and hooks for that route alone."""
    blueprint = flask.Blueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.before_request(stage.noting(f"{name} before"))
    blueprint.after_request(stage.passing(f"{name} after"))
    blueprint.teardown_request(stage.noting(f"{name} teardown"))
    blueprint.url_value_preprocessor(stage.noting(f"{name} preprocessor"))
    blueprint.add_url_rule("/by-hand", view_func=lambda: "by hand", endpoint="by_hand")
    return blueprint


@case(lean=1)
def hooks_of_a_blueprint_run_for_its_own_routes(stage: Stage) -> None:
    stage.app.register_blueprint(shop(stage))
    stage.open()
    stage.get("/items/7")
    stage.get("/shop/by-hand")


@case(lean=1)
def hooks_of_the_application_that_a_blueprint_brings(stage: Stage) -> None:
    blueprint = shop(stage)
    blueprint.before_app_request(stage.noting("app before"))
    blueprint.after_app_request(stage.passing("app after"))
    blueprint.teardown_app_request(stage.noting("app teardown"))
    blueprint.app_url_value_preprocessor(stage.noting("app preprocessor"))
    stage.app.before_request(stage.noting("own before"))
    stage.app.register_blueprint(blueprint)
    stage.open()
    stage.get("/items/7")
    stage.get("/shop/by-hand")


@case(lean=1)
def a_blueprint_registered_after_the_api(stage: Stage) -> None:
    app = stage.open()
    blueprint = shop(stage)
    blueprint.before_app_request(stage.noting("app before"))
    app.register_blueprint(blueprint)
    stage.get("/items/7")
    stage.get("/shop/by-hand")


@case(lean=1)
def blueprints_within_blueprints(stage: Stage) -> None:
    outer, inner = shop(stage, "outer"), shop(stage, "inner")
    inner.before_app_request(stage.noting("app before"))
    outer.register_blueprint(inner)
    stage.app.register_blueprint(outer)
    stage.open()
    stage.get("/items/7")
    stage.get("/outer/inner/by-hand")


@case
def a_blueprint_named_as_the_api(stage: Stage) -> None:
    blueprint = flask.Blueprint("desk:getItem", __name__)
    blueprint.before_request(stage.noting("before"))
    stage.app.register_blueprint(blueprint)
    stage.open()
    stage.get("/items/7")


@case
def handlers_of_errors_that_a_blueprint_brings(stage: Stage) -> None:
    blueprint = shop(stage)
    blueprint.app_errorhandler(OutOfPaper)(lambda error: (f"app: {error}", 507))
    blueprint.app_errorhandler(409)(lambda error: ("app: conflict", 409))
    blueprint.errorhandler(KeyError)(lambda error: ("its own", 400))
    stage.app.register_blueprint(blueprint)
    stage.open()
    for kind in ("own", "http", "key"):
        stage.get(f"/failures/{kind}")


@case
def templates_with_what_blueprints_and_the_application_put_there(stage: Stage) -> None:
    blueprint = shop(stage)
    blueprint.app_context_processor(lambda: {"from_blueprint": "blue"})
    blueprint.app_template_filter("loud")(str.upper)
    blueprint.app_template_global("twice")(lambda text: text * 2)
    stage.app.context_processor(lambda: {"from_app": flask.request.path})
    stage.app.register_blueprint(blueprint)

    @stage.acts
    def act() -> Any:
        flask.g.mark = "g"
        text = "{{ from_blueprint|loud }} {{ twice(from_app) }} {{ g.mark }} {{ request.method }} {{ url_for(name) }}"
        return {"text": flask.render_template_string(text, name="desk:act")}

    stage.open()
    stage.get("/acts")


@case
def defaults_of_urls_that_a_blueprint_brings(stage: Stage) -> None:
    blueprint = shop(stage)
    blueprint.app_url_defaults(lambda endpoint, values: values.setdefault("lang", "en"))
    stage.app.url_defaults(lambda endpoint, values: values.setdefault("id", 5))
    stage.app.register_blueprint(blueprint)
    stage.acts(lambda: {"url": flask.url_for("desk:getItem"), "other": flask.url_for("shop.by_hand")})
    stage.open()
    stage.get("/acts")
