"""Paths and methods as callers write them: other letters, escapes, broken text, dots, slashes, no methods at all."""

from typing import Any

import flask

from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case


def sent(stage: Stage, *paths: str, method: str = "GET") -> None:
    """Requests whose ``PATH_INFO`` is as it is given here: Latin-1 text that stands for bytes (PEP 3333)."""
    for path in paths:
        stage.send(method, "/", environ={"PATH_INFO": path, "REQUEST_URI": path, "RAW_URI": path})


def written(text: str) -> str:
    """A text as a server puts it into ``PATH_INFO``."""
    return text.encode().decode("latin-1")


@case(lean=0)
def letters_of_other_languages(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    sent(stage, *(f"/shelves/{written(text)}/items/b" for text in ("å", "日本", "e\u0301", "😀", "\u202e", "\ufeff")))


@case(lean=0)
def text_that_is_not_utf_8(stage: Stage) -> None:
    stage.open()
    sent(
        stage,
        *(f"/shelves/{text}/items/b" for text in ("\xff", "\xc3", "a\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80")),
    )
    sent(stage, "/\xff", "\xff")


@case
def signs_within_ascii(stage: Stage) -> None:
    stage.open()
    signs = (
        "a b",
        "a%b",
        "a%2Fb",
        "a+b",
        "a;v=1",
        "a,b",
        "a:b",
        "a@b",
        "$",
        "'",
        '"',
        "<b>",
        "{id}",
        "[0]",
        "\\",
        "|",
        "^",
        "`",
    )
    sent(stage, *(f"/shelves/{text}/items/b" for text in signs))


@case
def signs_that_control(stage: Stage) -> None:
    stage.open()
    sent(stage, *(f"/shelves/{text}/items/b" for text in ("\0", "\n", "\r\n", "\t", "\x7f", "\x1b", "a\n")))
    sent(stage, "/items/7\n", "/items/\n")


@case(lean=0)
def ends_of_lines_after_a_path(stage: Stage) -> None:
    stage.open()
    sent(stage, "/items\n", "/acts\r\n", "\n/items", "/items/\n/")


@case(lean=4)
def dots(stage: Stage) -> None:
    stage.open()
    sent(stage, "/shelves/./items/b", "/shelves/../items/b", "/items/.", "/items/..", "/./items", "/items/../items/7")


@case(lean=0)
def paths_with_nothing_between_slashes(stage: Stage) -> None:
    stage.open()
    sent(
        stage, "/items/", "/items//", "//", "/shelves//items/", "/shelves/a/items/", "/items/7/", "//items", "/items//7"
    )


@case(lean=0)
def paths_that_do_not_begin_with_a_slash(stage: Stage) -> None:
    stage.open()
    sent(stage, "items", "", "*", "items/7", "http://localhost/items", "?", "#", "x/items", "x/items/7", ".", "./items")


@case
def very_long_paths(stage: Stage) -> None:
    stage.open()
    sent(stage, f"/shelves/{'x' * 20_000}/items/{'y' * 20_000}")


@case(lean=0)
def paths_of_very_many_segments(stage: Stage) -> None:
    stage.open()
    sent(stage, "/items" * 3_000, "/" * 3_000)


@case(lean=0)
def letters_in_another_case(stage: Stage) -> None:
    stage.open()
    sent(stage, "/ITEMS", "/Items/7")


@case(lean=1)
def paths_that_are_not_there_at_all(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    stage.send("GET", "/", environ={"PATH_INFO": None})
    stage.send("GET", "/", environ={"PATH_INFO": "/items", "SCRIPT_NAME": None})


@case
def prefixes_of_the_server(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    for prefix in ("/shop", "/shop/", "/a b", written("/å"), "//", "shop"):
        stage.send("GET", "/", environ={"PATH_INFO": "/items/7", "SCRIPT_NAME": prefix})


@case(lean=1)
def heads(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    for path in ("/items", "/items/7", "/streams", "/files", "/failures/own", "/tagged", "/nowhere", "/acts", "/heads"):
        stage.send("HEAD", path)
    stage.send("OPTIONS", "/heads")
    stage.send("GET", "/heads")
    stage.get("/items")


@case(lean=0)
def options(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    for path in ("/items", "/items/7", "/nowhere", "/acts"):
        stage.send("OPTIONS", path)
    stage.send("OPTIONS", "/", environ={"PATH_INFO": "*"})


@case(lean=0)
def methods_that_are_not_allowed(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    for method in ("POST", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "G\xc9T", "", "GET "):
        stage.send("GET", "/items/7", environ={"REQUEST_METHOD": method})


@case
def methods_that_headers_ask_for(stage: Stage) -> None:
    dressed(stage)
    stage.open()
    stage.post("/items", json={"name": "a"}, headers={"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "PUT"})


@case
def queries(stage: Stage) -> None:
    stage.acts(lambda: {"args": flask.request.args.to_dict(False), "url": flask.request.url})
    stage.open()
    for query in (
        "",
        "q=a",
        "q=a&q=b",
        "q=%C3%A5",
        "q=%FF",
        "q",
        "&&",
        "limit=x",
        "limit=101",
        "unknown=1",
        "q=a+b%20c",
    ):
        stage.send("GET", "/items", query_string=query)
        stage.send("GET", "/acts", query_string=query)
    stage.send("GET", "/items", environ={"QUERY_STRING": written("q=å")})
    stage.send("GET", "/items", environ={"QUERY_STRING": None})


@case
def headers(stage: Stage) -> None:
    stage.acts(
        lambda: {"headers": [list(each) for each in flask.request.headers], "auth": str(flask.request.authorization)}
    )
    stage.open()
    for given in ({"X-Kind": "a"}, {"X-Kind": "b\xfc"}, {"Cookie": "visitor=me; a=b"}, {"Authorization": "Basic YTpi"}):
        stage.get("/items", headers=given)
        stage.get("/acts", headers=given)
    stage.get("/items", environ={"HTTP_X_KIND": ""})
    stage.get("/acts", environ={"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": ""})


@case(lean=1)
def upgrades(stage: Stage) -> None:
    stage.open()
    stage.get("/items/7", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    stage.get("/items/7", headers={"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings"})
    stage.get("/items/7", headers={"Connection": "Upgrade"})


@case
def callers_behind_other_addresses(stage: Stage) -> None:
    @stage.acts
    def act() -> Any:
        request = flask.request
        return {"from": request.remote_addr, "route": list(request.access_route), "user": request.remote_user}

    stage.open()
    stage.get("/acts", environ={"REMOTE_ADDR": "10.0.0.1", "REMOTE_USER": "me"}, headers={"X-Forwarded-For": "1.2.3.4"})
    stage.get("/acts", environ={"REMOTE_ADDR": None})
