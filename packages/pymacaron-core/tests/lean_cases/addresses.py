"""Addresses: ``url_for`` in functions and hooks, below prefixes, behind server names, and hosts that are let in."""

from typing import Any

import flask

from lean_cases.stage import ANY, Stage, case


def telling(stage: Stage, **config: Any) -> flask.Flask:
    """A service whose function tells addresses."""
    stage.app.config.update(config)

    @stage.acts
    def act() -> Any:
        return {
            "plain": flask.url_for("desk:getItem", id=3),
            "external": flask.url_for("desk:getItem", id=3, _external=True),
            "secure": flask.url_for("desk:listItems", q="a b", _external=True, _scheme="https", _anchor="x"),
            "strange": flask.url_for("desk:getShelved", value_0="å/b", value_1="ü"),
            "static": flask.url_for("static", filename="a.css"),
            "own": flask.url_for(flask.request.endpoint or ""),
            "request": [flask.request.url, flask.request.root_path, flask.request.host_url, flask.request.base_url],
        }

    return stage.app


@case
def addresses_told_by_a_function(stage: Stage) -> None:
    telling(stage)
    stage.open()
    stage.get("/acts?a=%C3%A5")


@case
def addresses_below_a_prefix(stage: Stage) -> None:
    telling(stage)
    stage.open()
    stage.get("/acts", base_url="https://shop.example.com:8443/prefix/")


@case
def addresses_by_an_application_root(stage: Stage) -> None:
    telling(stage, APPLICATION_ROOT="/root", PREFERRED_URL_SCHEME="https")
    stage.open()
    stage.get("/acts")


@case
def addresses_of_a_server_with_a_name(stage: Stage) -> None:
    telling(stage, SERVER_NAME="shop.example.com")
    stage.open()
    stage.get("/acts", base_url="http://shop.example.com/")
    stage.get("/acts", base_url="http://other.example.com/")
    stage.get("/acts", base_url="http://sub.shop.example.com/")


@case
def addresses_of_a_server_with_a_name_and_a_port(stage: Stage) -> None:
    telling(stage, SERVER_NAME="shop.example.com:8080", APPLICATION_ROOT="/r", PREFERRED_URL_SCHEME="https")
    stage.open()
    stage.get("/acts", base_url="http://shop.example.com:8080/")
    stage.get("/acts")


@case
def a_server_that_gets_its_name_after_the_first_request(stage: Stage) -> None:
    app = telling(stage)
    stage.open()
    stage.get("/acts")
    app.config["SERVER_NAME"] = "late.example.com"
    stage.get("/acts")


@case
def an_address_that_cannot_be_built(stage: Stage) -> None:
    stage.acts(lambda: {"url": flask.url_for("nowhere")})
    stage.open()
    stage.get("/acts")


@case
def an_address_that_cannot_be_built_has_a_handler(stage: Stage) -> None:
    stage.app.url_build_error_handlers.append(lambda error, endpoint, values: f"/built/{endpoint}/{values.get('a')}")
    stage.acts(lambda: {"url": flask.url_for("nowhere", a=1)})
    stage.open()
    stage.get("/acts")


@case
def addresses_told_by_hooks(stage: Stage) -> None:
    app = stage.app
    app.before_request(lambda: stage.note("before", flask.url_for("desk:listItems", _external=True)))
    app.teardown_request(lambda error: stage.note("teardown", flask.url_for("desk:listItems")))
    app.config["SERVER_NAME"] = "localhost"
    app.teardown_appcontext(lambda error: stage.note("app teardown", flask.url_for("desk:listItems", _external=True)))
    stage.open()
    stage.get("/items/7")


@case
def an_address_relative_to_the_blueprint_of_a_request(stage: Stage) -> None:
    stage.acts(lambda: {"url": flask.url_for(".act")})
    stage.open()
    stage.get("/acts")


@case
def addresses_by_the_adapter_of_a_request(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        adapter = flask.globals.request_ctx.url_adapter
        return {
            "matched": str(adapter.match("/items/3", "GET")),
            "allowed": sorted(adapter.allowed_methods()),
            "tested": adapter.test("/items", "PATCH"),
            "host": adapter.get_host(None),
            "query": str(adapter.query_args),
        }

    stage.open()
    stage.get("/acts?a=1")


@case(off="matches hosts")
def an_application_with_subdomains(stage: Stage) -> None:
    telling(stage, SERVER_NAME="example.com")
    stage.app = flask.Flask("desk", subdomain_matching=True)
    telling(stage, SERVER_NAME="example.com")
    stage.app.add_url_rule("/by-hand", "by_hand", lambda: "sub", subdomain="sub")
    stage.open()
    stage.get("/acts", base_url="http://example.com/")
    stage.get("/by-hand", base_url="http://sub.example.com/")
    stage.get("/acts", base_url="http://sub.example.com/")


@case(off="matches hosts")
def an_application_that_matches_hosts(stage: Stage) -> None:
    stage.app = flask.Flask("desk", host_matching=True, static_host="static.example.com")
    stage.app.add_url_rule("/by-hand", "by_hand", lambda: "host", host="other.example.com")
    stage.open()
    stage.get("/items/7")
    stage.get("/by-hand", base_url="http://other.example.com/")


@case(off="TRUSTED_HOSTS")
def hosts_that_are_trusted(stage: Stage) -> None:
    telling(stage, TRUSTED_HOSTS=["localhost", ".example.com"])
    stage.open()
    for host in ("localhost", "a.example.com", "evil.org", "localhost:99"):
        stage.get("/acts", headers={"Host": host})


@case(lean=2)
def hosts_that_are_trusted_after_the_first_request(stage: Stage) -> None:
    app = telling(stage)
    stage.open()
    stage.get("/acts", headers={"Host": "evil.org"})
    stage.get("/acts", headers={"Host": "localhost"})
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    stage.get("/acts", headers={"Host": "evil.org"})
    stage.get("/acts", headers={"Host": "localhost"})


@case
def names_of_hosts_that_are_odd(stage: Stage) -> None:
    telling(stage)
    stage.open()
    for host in ("UPPER.example.com", "localhost:80", "127.0.0.1:5000", "[::1]:80", "xn--bcher-kva.example", "a_b.c"):
        stage.get("/acts", headers={"Host": host})
    stage.get("/acts", environ={"HTTP_HOST": None})
    stage.get("/acts", environ={"HTTP_HOST": None, "SERVER_NAME": "named", "SERVER_PORT": "8080"})


@case(lean=ANY)
def names_of_servers_where_nobody_names_the_host(stage: Stage) -> None:
    telling(stage)
    stage.open()
    for server in ("localhost", "a b", "[::1", "b\xfccher", "x" * 300, "named"):
        stage.get("/acts", environ={"HTTP_HOST": None, "SERVER_NAME": server})
    stage.get("/acts", environ={"HTTP_HOST": None, "SERVER_PORT": "no number"})


@case(lean=ANY)
def names_of_hosts_that_are_none(stage: Stage) -> None:
    telling(stage)
    stage.open()
    for host in ("b\xfccher.example", "a b", "a/b", "a@b", "<script>", "a..b", "x" * 300, ":80", "[::1"):
        stage.get("/items/7", headers={"Host": host})
    stage.get("/items/7", environ={"HTTP_HOST": ""})
