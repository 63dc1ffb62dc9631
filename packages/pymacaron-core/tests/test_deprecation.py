"""What replies say of operations that go: RFC 9745 (``Deprecation``) and RFC 8594 (``Sunset``)."""

import flask
import pytest
from pymacaron_core import API, NotFound, StartError

REPLIES = "responses: {'200': {description: ok, content: {application/json: {}}}}"
DOCUMENT = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /here:
    get: {operationId: here, %s, %s}
    post: {operationId: stays, %s}
"""


def client_of(tmp_path, said, cors=""):
    (tmp_path / "apis").mkdir(exist_ok=True)
    (tmp_path / "apis" / "shop.yaml").write_text(DOCUMENT % (said, REPLIES, REPLIES))
    (tmp_path / "pym-config.yaml").write_text(f"core: {{{cors}}}\n")

    def here():
        answers = {"own": ({}, {"Deprecation": "@5", "Link": "<a>; rel=next"}), "no": NotFound("gone")}
        answer = answers.get(flask.request.args.get("say"), {})
        if isinstance(answer, Exception):
            raise answer
        return answer

    api = API(flask.Flask("shop"), root=tmp_path, handlers={"here": here, "stays": dict}).load_apis()
    return api.finish().app.test_client()


def said_by(answer):
    return {name: answer.headers[name] for name in ("Deprecation", "Sunset", "Link") if name in answer.headers}


DOCS = "externalDocs: {url: 'https://docs.example/here'}"


@pytest.mark.parametrize(
    ("said", "headers"),
    [
        ("deprecated: false", {}),
        (DOCS, {}),
        ("deprecated: true", {"Deprecation": "@0"}),
        ("x-deprecated-at: 2023-06-30T23:59:59Z", {"Deprecation": "@1688169599"}),
        ("deprecated: true, x-deprecated-at: 2023-07-01T01:59:59+02:00", {"Deprecation": "@1688169599"}),
        ("x-sunset: 2018-12-31T23:59:59Z", {"Sunset": "Mon, 31 Dec 2018 23:59:59 GMT"}),
        ("x-sunset: 2018-12-31", {"Sunset": "Mon, 31 Dec 2018 00:00:00 GMT"}),
        (
            f"deprecated: true, x-sunset: 2018-12-31, {DOCS}",
            {
                "Deprecation": "@0",
                "Sunset": "Mon, 31 Dec 2018 00:00:00 GMT",
                "Link": '<https://docs.example/here>; rel="deprecation"',
            },
        ),
        (
            f"x-sunset: 2018-12-31, {DOCS}",
            {"Sunset": "Mon, 31 Dec 2018 00:00:00 GMT", "Link": '<https://docs.example/here>; rel="sunset"'},
        ),
    ],
)
def test_every_reply_of_an_operation_that_goes_says_so(tmp_path, said, headers):
    client = client_of(tmp_path, said)
    for answer in (client.get("/here"), client.head("/here"), client.get("/here?say=no")):
        assert said_by(answer) == headers
    assert said_by(client.post("/here")) == said_by(client.delete("/here")) == {}


def test_what_the_function_says_comes_first_and_links_are_several(tmp_path):
    answer = client_of(tmp_path, f"deprecated: true, {DOCS}").get("/here?say=own")
    assert answer.headers.getlist("Deprecation") == ["@5"]
    assert answer.headers.getlist("Link") == ["<a>; rel=next", '<https://docs.example/here>; rel="deprecation"']


def test_pages_of_other_origins_may_read_it(tmp_path):
    client = client_of(tmp_path, "deprecated: true, x-sunset: 2018-12-31", "cors: {origins: ['*']}")
    assert client.get("/here").headers["Access-Control-Expose-Headers"] == "Deprecation, Sunset"


@pytest.mark.parametrize(
    "wrong",
    [
        "soon",
        "2018-13-01",
        "20181231",
        "2018-W01-1",
        "0001-01-01T00:00:00+14:00",
        "true",
        "20181",
        "[2018-12-31]",
        "''",
    ],
)
def test_what_is_no_date_stops_the_start(tmp_path, wrong):
    with pytest.raises(StartError, match=r"here \(GET /here\) has an x-sunset that is no date: write it like 2027"):
        client_of(tmp_path, f"x-sunset: {wrong}")
