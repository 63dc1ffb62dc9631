"""Names in a query that nobody declared, and parameters that come more than once: by the policy of the service."""

import json

import flask
import pytest
from pymacaron_core import API

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
SIZE = {"type": "object", "properties": {"w": INTEGER, "h": INTEGER}}


def query(name, schema, **more):
    return {"name": name, "in": "query", "schema": schema, **more}


PARAMETERS = {
    "plain": [
        query("limit", INTEGER),
        query("tags", {"type": "array", "items": STRING}),
        query("ids", {"type": "array", "items": INTEGER}, explode=False),
        query("size", SIZE),
        query("filter", SIZE, style="deepObject", explode=True),
        {"name": "plan", "in": "query", "content": {"application/json": {"schema": SIZE}}},
        {"name": "session", "in": "cookie", "schema": STRING},
    ],
    "open": [query("limit", INTEGER), query("rest", {"type": "object"}), query("f", SIZE, style="deepObject")],
    "two": [query("rest", {"type": "object", "additionalProperties": STRING}), query("size", SIZE)],
    "none": [],
    "keyed": [query("limit", INTEGER)],
    "own": [query("limit", INTEGER)],
}
EVERY = "limit=1&tags=a&tags=b&ids=1,2&w=1&h=2&filter[w]=3&plan={}"


def document():
    reply = {"200": {"description": "read", "content": {"application/json": {"schema": {}}}}}
    paths = {
        f"/{name}": {"get": {"operationId": name, "parameters": parameters, "responses": reply}}
        for name, parameters in PARAMETERS.items()
    }
    paths["/keyed"]["get"]["security"] = [{"key": []}]
    key = {"type": "apiKey", "in": "query", "name": "api_key"}
    info = {"title": "Shop", "version": "1"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"securitySchemes": {"key": key}}}


def plain(values):
    return {key: value.to_json() if hasattr(value, "to_json") else value for key, value in values.items()}


def client_of(root, core):
    (root / "apis").mkdir(parents=True)
    (root / "apis" / "shop.json").write_text(json.dumps(document()))
    (root / "pym-config.yaml").write_text(f"core: {core}\n")
    handlers = dict.fromkeys(PARAMETERS, lambda **values: plain(values))
    api = API(flask.Flask("shop", root_path=str(root)), root=root, handlers=handlers, guards={"key": lambda *_: None})
    return api.load_apis().finish().app.test_client(use_cookies=False)


@pytest.fixture(scope="module")
def lenient(tmp_path_factory):
    return client_of(tmp_path_factory.mktemp("lenient"), "{operations: {own: {unknown_parameters: refuse}}}")


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    own = "operations: {own: {unknown_parameters: ignore, repeated_parameters: ignore}}"
    root = tmp_path_factory.mktemp("strict")
    return client_of(root, f"{{unknown_parameters: refuse, repeated_parameters: refuse, {own}}}")


def faults(client, url, **options):
    answer = client.get(url, **options)
    assert answer.status_code == 400, answer.text
    return [(fault["pointer"], fault["rule"]) for fault in answer.json["errors"]]


def test_what_is_declared_is_read_under_either_policy(lenient, strict):
    for client in (lenient, strict):
        read = client.get(f"/plain?{EVERY}").json
        assert (read["limit"], read["tags"], read["ids"]) == (1, ["a", "b"], [1, 2])
        assert (read["size"], read["filter"], read["plan"]) == ({"w": 1, "h": 2}, {"w": 3}, {})
        assert client.get("/keyed?api_key=secret&limit=1").json == {"limit": 1}


def test_unknown_names_are_ignored_unless_they_are_refused(lenient, strict):
    unknown = "&limt=1&Limit=2&tags[]=a&a/b~=1&=&size=1"
    assert lenient.get(f"/plain?{EVERY}{unknown}").status_code == 200
    pointers = ["/limt", "/Limit", "/tags[]", "/a~1b~0", "/"]
    assert faults(strict, f"/plain?{EVERY}{unknown}") == [(pointer, "unknown") for pointer in pointers]
    assert faults(strict, "/none?a=1") == [("/a", "unknown")]
    assert lenient.get("/none?a=1").json == {}


def test_wrong_values_and_unknown_names_are_told_together(strict):
    assert faults(strict, "/plain?limit=x&limt=1") == [("/limit", "type"), ("/limt", "unknown")]


def test_many_unknown_names_are_counted_and_a_long_one_is_cut(strict):
    told = faults(strict, "/none?" + "&".join(f"x{number}" for number in range(900)))
    assert told == [*((f"/x{number}", "unknown") for number in range(20)), ("", "unknown")]
    assert faults(strict, "/none?" + "x" * 5_000) == [("/" + "x" * 200, "unknown")]


def test_an_operation_has_a_policy_of_its_own(lenient, strict):
    assert faults(lenient, "/own?limt=1") == [("/limt", "unknown")]
    assert strict.get("/own?limt=1&limit=1&limit=2").json == {"limit": 2}


def test_an_object_that_takes_any_name_takes_none_of_the_others(lenient, strict):
    for client in (lenient, strict):
        assert client.get("/open?limit=1&a=2&f[w]=3&b[c]=4").json == {
            "limit": 1,
            "rest": {"a": "2", "b[c]": "4"},
            "f": {"w": 3},
        }
        assert client.get("/two?w=1&a=2").json == {"rest": {"a": "2"}, "size": {"w": 1}}
        assert client.get("/two?rest=&size=").json == {"rest": None, "size": None}


REPEATED = {
    "limit=1&limit=2": ("/limit", {"limit": 2}),
    "ids=1&ids=2,3": ("/ids", {"ids": [2, 3]}),
    "w=1&w=2": ("/size", {"size": {"w": 2}}),
    "filter[w]=1&filter[w]=2": ("/filter", {"filter": {"w": 2}}),
    'plan={}&plan={"w":1}': ("/plan", {"plan": {"w": 1}}),
}


@pytest.mark.parametrize("sent", REPEATED)
def test_of_what_is_repeated_the_last_counts_and_nothing_is_joined_unless_it_is_refused(lenient, strict, sent):
    pointer, value = REPEATED[sent]
    assert {key: each for key, each in lenient.get(f"/plain?{sent}").json.items() if each is not None} == value
    assert faults(strict, f"/plain?{sent}") == [(pointer, "repeated")]


def test_of_repeated_cookies_the_first_counts_unless_they_are_refused(lenient, strict):
    headers = {"Cookie": "session=a; session=b"}
    assert lenient.get("/plain", headers=headers).json["session"] == "a"
    assert faults(strict, "/plain", headers=headers) == [("/session", "repeated")]
