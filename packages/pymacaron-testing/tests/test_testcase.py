"""Each assertion passes where it should, and fails where it should."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest
from pymacaron_testing import ConfigError, NotConnected, PyMacaronTestCase
from service import Asked, Reply, Service

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl"
ERROR = {"status": 404, "error": "NOT_FOUND", "error_description": "no such thing"}
HTML, TEXT = ({"Content-Type": f"text/{kind}; charset=utf-8"} for kind in ("html", "plain"))

# One row for each way an assertion is called: the call, what it gives back, and what is answered to make it pass.
# Below, each is called on answers that must make it fail.
JSON_CALLS = [
    ("assertGetReturnJson", ("thing",)),
    ("assertDeleteReturnJson", ("thing",)),
    ("assertPostReturnJson", ("thing", {"a": 1})),
    ("assertCallReturnJson", ("PATCH", "thing", {"a": 1})),
    ("assertCallReturnJson", ("put", "/thing", {"a": 1})),
]
DICT_CALLS = [
    ("assertGetReturnDict", ("thing", {"a": 1})),
    ("assertPostReturnDict", ("thing", {"x": 1}, {"a": 1})),
    ("assertCallReturnDict", ("GET", "thing", {"a": 1})),
]
OK_CALLS = [
    ("assertGetReturnOk", ("thing",)),
    ("assertPostReturnOk", ("thing", {"x": 1})),
    ("assertCallReturnOk", ("DELETE", "thing")),
]
ERROR_CALLS = [
    ("assertGetReturnError", ("thing", 404, "NOT_FOUND")),
    ("assertPostReturnError", ("thing", {}, 404, "NOT_FOUND")),
    ("assertCallReturnError", ("PATCH", "thing", 404, "NOT_FOUND")),
]
TEXT_CALLS = [("assertCallReturnHtml", ("GET", "thing"), HTML), ("assertCallReturnText", ("GET", "thing"), TEXT)]
EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")


def answered(service: Service, reply: Any, path: str = "/thing") -> None:
    for method in EVERY_METHOD:
        service[method, path] = reply


def failure_of(case: PyMacaronTestCase, name: str, *arguments: Any, **options: Any) -> str:
    with pytest.raises(AssertionError) as raised:
        getattr(case, name)(*arguments, **options)
    return str(raised.value)


@pytest.mark.parametrize(("name", "arguments"), JSON_CALLS)
def test_json_is_given_back(name: str, arguments: tuple[Any, ...], case: PyMacaronTestCase, service: Service) -> None:
    answered(service, Reply(json=[1, {"a": 1}]))
    assert getattr(case, name)(*arguments) == [1, {"a": 1}]
    answered(service, Reply(201, {"a": 1}))
    assert getattr(case, name)(*arguments, status=201) == {"a": 1}


@pytest.mark.parametrize(("name", "arguments"), JSON_CALLS)
@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(201, {}), "the status is 201, not 200"),
        (Reply(500, ERROR), "the status is 500, not 200"),
        (Reply(text="<p>"), "the body is no JSON"),
        (Reply(text=""), "the body is no JSON"),
        (Reply(text="[" * 100_000), "the body is no JSON"),
    ],
)
def test_a_wrong_status_or_no_json_fails(
    name: str, arguments: tuple[Any, ...], reply: Reply, sentence: str, case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, reply)
    assert failure_of(case, name, *arguments).startswith(sentence)


def test_an_error_may_be_allowed(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, Reply(404, ERROR))
    assert case.assertCallReturnJson("GET", "thing", allow_error=True) == ERROR
    answered(service, Reply(404, text="gone"))
    assert "the body is no JSON" in failure_of(case, "assertCallReturnJson", "GET", "thing", allow_error=True)
    answered(service, Reply(200, {}))
    failure = failure_of(case, "assertCallReturnJson", "GET", "thing", status=201, allow_error=True)
    assert "the status is 200, not 201" in failure


@pytest.mark.parametrize(("name", "arguments"), DICT_CALLS)
def test_a_dict_with_the_keys_is_given_back(
    name: str, arguments: tuple[Any, ...], case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, Reply(json={"a": 1, "b": 2}))
    assert getattr(case, name)(*arguments) == {"a": 1, "b": 2}


@pytest.mark.parametrize(("name", "arguments"), DICT_CALLS)
@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(json={"b": 1}), "it has no 'a'"),
        (Reply(json={"a": 2}), "'a' is 2, not 1"),
        (Reply(json={"a": None}), "'a' is None, not 1"),
        (Reply(json=["a"]), "the body is no JSON object"),
        (Reply(400, {"a": 1}), "the status is 400, not 200"),
        (Reply(text="a: 1"), "the body is no JSON"),
    ],
)
def test_a_dict_without_the_keys_fails(
    name: str, arguments: tuple[Any, ...], reply: Reply, sentence: str, case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, reply)
    assert sentence in failure_of(case, name, *arguments).splitlines()[0]


@pytest.mark.parametrize(("name", "arguments"), OK_CALLS)
def test_ok_is_200_and_an_empty_object(
    name: str, arguments: tuple[Any, ...], case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, Reply(json={}))
    assert getattr(case, name)(*arguments) is None


@pytest.mark.parametrize(("name", "arguments"), OK_CALLS)
@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(json={"a": 1}), "the body is not {}"),
        (Reply(json=[]), "the body is not {}"),
        (Reply(json=None), "the body is not {}"),
        (Reply(201, {}), "the status is 201, not 200"),
        (Reply(text="ok"), "the body is no JSON"),
    ],
)
def test_anything_else_is_not_ok(
    name: str, arguments: tuple[Any, ...], reply: Reply, sentence: str, case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, reply)
    assert failure_of(case, name, *arguments).startswith(sentence)


@pytest.mark.parametrize(("name", "arguments"), ERROR_CALLS)
def test_an_error_has_its_status_and_code(
    name: str, arguments: tuple[Any, ...], case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, Reply(404, ERROR))
    assert getattr(case, name)(*arguments) == ERROR


@pytest.mark.parametrize(("name", "arguments"), ERROR_CALLS)
@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(200, ERROR), "the status is 200, not 404"),
        (Reply(404, {**ERROR, "error": "GONE"}), "'error' is 'GONE', not 'NOT_FOUND'"),
        (Reply(404, {**ERROR, "status": 400}), "'status' is 400, not 404"),
        (Reply(404, {"error": "NOT_FOUND"}), "it has no 'status'"),
        (Reply(404, text="Not Found"), "the body is no JSON"),
    ],
)
def test_another_error_fails(
    name: str, arguments: tuple[Any, ...], reply: Reply, sentence: str, case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, reply)
    assert sentence in failure_of(case, name, *arguments).splitlines()[0]


@pytest.mark.parametrize(("name", "arguments", "headers"), TEXT_CALLS)
def test_text_of_the_right_type_is_given_back(
    name: str, arguments: tuple[Any, ...], headers: dict[str, str], case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, Reply(text="<p>Grüße", headers=headers))
    assert getattr(case, name)(*arguments) == "<p>Grüße"
    answered(service, Reply(302, text="", headers={"Location": "/other"}))
    answered(service, Reply(text="moved", headers=headers), "/other")
    assert getattr(case, name)(*arguments) == "moved"
    shouted = {"Content-Type": headers["Content-Type"].replace("utf-8", "UTF-8").replace("; ", ";")}
    answered(service, Reply(text="loud", headers=shouted))
    assert getattr(case, name)(*arguments) == "loud"


@pytest.mark.parametrize(("name", "arguments", "headers"), TEXT_CALLS)
def test_text_of_another_type_fails(
    name: str, arguments: tuple[Any, ...], headers: dict[str, str], case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, Reply(json={}))
    assert "the Content-Type is 'application/json', not 'text/" in failure_of(case, name, *arguments)
    answered(service, Reply(text="", headers={"Content-Type": headers["Content-Type"].partition(";")[0]}))
    assert "charset=utf-8" in failure_of(case, name, *arguments)
    answered(service, Reply(500, text="", headers=headers))
    assert "the status is 500, not 200" in failure_of(case, name, *arguments)
    answered(service, Reply(302, text="", headers={"Location": "/other"}))
    assert "the status is 302" in failure_of(case, name, *arguments, allow_redirects=False)


def test_a_redirect_gives_back_where_it_leads(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, Reply(302, text="", headers={"Location": "/other?a=1"}))
    assert case.assertCallReturnRedirect("GET", "thing") == f"{case.base_url}/other?a=1"
    answered(service, Reply(303, text="", headers={"Location": "https://example.com/"}))
    assert case.assertCallReturnRedirect("POST", "thing", {}, status=303) == "https://example.com/"
    assert len(service.asked) == 2


def test_what_is_no_redirect_fails(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, Reply(200, {}))
    assert "the status is 200, not 302" in failure_of(case, "assertCallReturnRedirect", "GET", "thing")
    assert "it is no redirect" in failure_of(case, "assertCallReturnRedirect", "GET", "thing", status=200)
    answered(service, Reply(302, {}))
    assert "it is no redirect" in failure_of(case, "assertCallReturnRedirect", "GET", "thing")


VERSION = {"name": "shop", "version": "3", "apis": []}
NO_VERSIONS = [{}, [], {"name": "shop"}, {"name": "shop", "version": 3}, {**VERSION, "pym_env": None}]


@pytest.mark.parametrize("body", [VERSION, {**VERSION, "pym_env": "live", "container": "c1"}])
def test_a_version_has_name_and_version(body: Any, case: PyMacaronTestCase, service: Service) -> None:
    case.assertIsVersion(body)
    answered(service, Reply(json=body), "/version")
    assert case.assertHasVersion() == body


@pytest.mark.parametrize("body", NO_VERSIONS)
def test_what_is_no_version_fails(body: Any, case: PyMacaronTestCase, service: Service) -> None:
    failure_of(case, "assertIsVersion", body)
    answered(service, Reply(json=body), "/version")
    failure_of(case, "assertHasVersion")


def test_a_service_has_ping(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, Reply(json={}), "/ping")
    case.assertHasPing()


@pytest.mark.parametrize("reply", [Reply(500, {}), Reply(json={"pong": 1}), Reply(text="pong")])
def test_a_service_without_ping_fails(reply: Reply, case: PyMacaronTestCase, service: Service) -> None:
    answered(service, reply, "/ping")
    failure_of(case, "assertHasPing")


def guarded(asked: Asked, lax: str = "") -> Reply:
    header = asked.headers.get("Authorization")
    if header == f"Bearer {TOKEN}" or header == lax != "":
        return Reply(json=VERSION)
    code = "TOKEN_INVALID" if header else "AUTHORIZATION_HEADER_MISSING"
    return Reply(401, {"status": 401, "error": code})


def test_a_guarded_version_refuses_what_is_no_token(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, guarded, "/auth/version")
    case.token = TOKEN
    assert case.assertHasAuthVersion() == VERSION
    headers = [asked.headers.get("Authorization") for asked in service.asked]
    assert headers == [
        None,
        "",
        "Bearer1234567890",
        "bearer foo bar",
        "Bearer 1234567890",
        f"Bearer {TOKEN}",
    ]


@pytest.mark.parametrize("lax", ["Bearer1234567890", "bearer foo bar", "Bearer 1234567890"])
def test_a_guard_that_takes_what_is_no_token_fails(lax: str, case: PyMacaronTestCase, service: Service) -> None:
    answered(service, lambda asked: guarded(asked, lax), "/auth/version")
    case.token = TOKEN
    failure = failure_of(case, "assertHasAuthVersion")
    assert failure.startswith(f"with 'Authorization: {lax}': the status is 200, not 401")


def test_a_guarded_version_needs_a_token_that_is_good(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, guarded, "/auth/version")
    assert "there is no token" in failure_of(case, "assertHasAuthVersion")
    case.token = f"{TOKEN}x"
    assert "the status is 401, not 200" in failure_of(case, "assertHasAuthVersion")
    answered(service, Reply(json=VERSION), "/auth/version")
    assert "the status is 200, not 401" in failure_of(case, "assertHasAuthVersion")


def test_eventually_gives_back_the_first_value_that_does_not_fail(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, [Reply(404, ERROR), Reply(json={"to": "eve"}), Reply(json={"to": "bob"})], "/mail")
    found = case.assertEventually(lambda: case.assertGetReturnDict("mail", {"to": "bob"}), interval=0)
    assert found == {"to": "bob"}
    assert len(service.asked) == 3


def test_eventually_tells_the_last_failure(
    case: PyMacaronTestCase, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(service, Reply(404, ERROR), "/mail")
    failure = failure_of(case, "assertEventually", lambda: case.assertGetReturnJson("mail"), timeout=0.05, interval=0)
    assert failure.startswith("still failing after 0.05 seconds and ")
    assert "the status is 404, not 200" in failure
    assert capsys.readouterr().out == ""
    failure = failure_of(case, "assertEventually", lambda: {}["x"], timeout=0)
    assert "1 tries: 'x'" in failure


def test_eventually_lets_a_test_skip_itself(case: PyMacaronTestCase) -> None:
    with pytest.raises(unittest.SkipTest):
        case.assertEventually(lambda: case.skipTest("docker: absent"))


def test_a_failure_tells_request_answer_and_curl_without_secrets(
    case: PyMacaronTestCase, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    case.token = "opaque-credential"
    body = {"token": TOKEN, "echo": "opaque-credential"}
    answered(service, Reply(201, body, headers={"Set-Cookie": "session=abc"}))
    failure = failure_of(case, "assertPostReturnJson", "thing?a=1", {"it": "it's"}, auth="Bearer opaque-credential")
    assert f"request   POST {case.base_url}/thing?a=1" in failure
    assert "Authorization: Bearer [REDACTED]" in failure
    assert "response  201 Created" in failure
    assert "Set-Cookie: [REDACTED]" in failure
    curl = failure.splitlines()[-1]
    assert curl.startswith(f"curl      curl -i -X POST '{case.base_url}/thing?a=1' -H ")
    assert curl.endswith("""--data-raw '{"it": "it'"'"'s"}'""")
    printed = capsys.readouterr().out
    assert printed.startswith(f"calling POST {case.base_url}/thing?a=1\n201 {{")
    for secret in (TOKEN, "opaque-credential", "session=abc"):
        assert secret not in failure + printed


def test_quiet_prints_no_body(case: PyMacaronTestCase, service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    answered(service, Reply(text="a page", headers=HTML))
    case.assertCallReturnHtml("GET", "thing", quiet=True)
    assert "a page" not in capsys.readouterr().out
    case.assertCallReturnHtml("GET", "thing")
    assert "a page" in capsys.readouterr().out


class Greeting:
    """A model, by the shape alone."""

    __pym_protocol__ = 1

    def __init__(self, word: str) -> None:
        self.word = word

    def to_json(self) -> dict[str, Any]:
        return {"word": self.word}


@pytest.mark.parametrize(
    ("data", "sent", "content_type"),
    [
        ({"a": [1, "ü"]}, {"a": [1, "ü"]}, "application/json"),
        (Greeting("hi"), {"word": "hi"}, "application/json"),
        ({"inner": [Greeting("hi")]}, {"inner": [{"word": "hi"}]}, "application/json"),
        ("[1, 2]", [1, 2], "application/json"),
        (None, None, None),
    ],
)
def test_data_is_sent_as_json(
    data: Any, sent: Any, content_type: str | None, case: PyMacaronTestCase, service: Service
) -> None:
    answered(service, Reply(json={}))
    case.assertPostReturnOk("thing", data)
    asked = service.asked[0]
    assert (json.loads(asked.body) if asked.body else None) == sent
    assert asked.headers.get("Content-Type") == content_type


def test_a_str_is_sent_as_it_is(case: PyMacaronTestCase, service: Service) -> None:
    answered(service, Reply(text="", headers=TEXT))
    case.assertCallReturnText("POST", "thing", "a=ü&b")
    assert service.asked[0].body == "a=ü&b".encode()
    assert "Content-Type" not in service.asked[0].headers


@pytest.mark.parametrize("data", [[1], 1, b"bytes", Greeting, {"a": object()}, {"a": Greeting}])
def test_other_data_is_a_type_error(data: Any, case: PyMacaronTestCase, service: Service) -> None:
    with pytest.raises(TypeError, match=r"data must be a dict, a str, a model or None, not|inside data cannot be sent"):
        case.assertPostReturnJson("thing", data)
    assert not service.asked


def test_a_number_that_json_does_not_have_is_refused(case: PyMacaronTestCase, service: Service) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        case.assertPostReturnJson("thing", {"a": float("nan")})
    assert not service.asked


def test_wrong_arguments_are_told(case: PyMacaronTestCase, service: Service) -> None:
    for error, call in (
        (TypeError, lambda: case.assertGetReturnJson(3)),  # type: ignore[arg-type]
        (TypeError, lambda: case.assertGetReturnJson("thing", "200")),  # type: ignore[arg-type]
        (TypeError, lambda: case.assertGetReturnError("thing", 404, 404)),  # type: ignore[arg-type]
        (TypeError, lambda: case.assertGetReturnDict("thing", [1])),  # type: ignore[arg-type]
        (ValueError, lambda: case.assertCallReturnJson("TRACE", "thing")),
    ):
        with pytest.raises(error, match="must be"):
            call()


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("thing", "/thing"),
        ("/thing", "/thing"),
        ("", "/"),
        ("a b/ü?q=x y#part", "/a%20b/%C3%BC?q=x%20y"),
        ("a%20b?c=%2F", "/a%20b?c=%2F"),
    ],
)
def test_a_path_may_begin_with_a_slash_or_not(path: str, asked: str, case: PyMacaronTestCase, service: Service) -> None:
    with pytest.raises(AssertionError):
        case.assertGetReturnJson(path)
    assert service.asked[0].path == asked


def test_no_service_is_an_error_that_names_the_address(case: PyMacaronTestCase, free_port: int) -> None:
    case.port = free_port
    with pytest.raises(NotConnected, match=f"nothing answers at {case.base_url}"):
        case.assertHasPing()


def test_the_environment_is_used_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(PyMacaronTestCase):
        host = "own.example.com"

    assert (Own().base_url, Own().token) == ("http://own.example.com:8080", None)
    monkeypatch.setenv("PYM_SERVER_PORT", "9000")
    assert Own().base_url == "http://own.example.com:9000"
    monkeypatch.setenv("PYM_SERVER_HOST", "https://shop.example.com/")
    monkeypatch.setenv("PYM_JWT_TOKEN", "abc")
    case = Own()
    assert (case.host, case.port, case.token) == ("shop.example.com", 9000, "abc")
    assert case.base_url == "https://shop.example.com:9000"
    assert case.load_port_host_token() == ("shop.example.com", 9000, "abc")
    monkeypatch.setenv("PYM_SERVER_PORT", "x")
    with pytest.raises(ConfigError, match="PYM_SERVER_PORT must be a port"):
        Own()


def test_asking_for_an_environment_that_is_not_set_is_an_error() -> None:
    with pytest.raises(ConfigError, match="please set both of PYM_SERVER_HOST and PYM_SERVER_PORT"):
        PyMacaronTestCase().load_port_host_token()


SIGNATURES = {
    "assertGetReturnJson": "path status=200 auth=None verify_ssl=True",
    "assertDeleteReturnJson": "path status=200 auth=None",
    "assertPostReturnJson": "path data status=200 auth=None verify_ssl=True",
    "assertGetReturnDict": "path kv status=200 auth=None verify_ssl=True",
    "assertPostReturnDict": "path data kv status=200 auth=None verify_ssl=True",
    "assertGetReturnOk": "path auth=None",
    "assertPostReturnOk": "path data auth=None",
    "assertGetReturnError": "path status error auth=None verify_ssl=True",
    "assertPostReturnError": "path data status error auth=None verify_ssl=True",
    "assertCallReturnJson": "method path data=None auth=None status=200 allow_error=False verify_ssl=True",
    "assertCallReturnDict": "method path kv data=None auth=None status=200 verify_ssl=True",
    "assertCallReturnOk": "method path data=None auth=None",
    "assertCallReturnError": "method path status error data=None auth=None",
    **dict.fromkeys(
        ("assertCallReturnHtml", "assertCallReturnText"),
        "method path data=None auth=None status=200 allow_redirects=True verify_ssl=True quiet=False",
    ),
    "assertCallReturnRedirect": (
        "method path data=None auth=None status=302 allow_redirects=False verify_ssl=True quiet=False"
    ),
    "assertIsVersion": "j",
    "assertHasPing": "",
    "assertHasVersion": "verify_ssl=True",
    "assertHasAuthVersion": "verify_ssl=True",
    "assertEventually": "callable timeout=10 interval=0.1",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_arguments_are_those_of_2x(name: str) -> None:
    parameters = list(inspect.signature(getattr(PyMacaronTestCase, name)).parameters.values())[1:]
    told = [each.name if each.default is each.empty else f"{each.name}={each.default}" for each in parameters]
    assert " ".join(told) == SIGNATURES[name]


def test_a_traceback_ends_at_the_line_of_the_test(service: Service, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "from pymacaron_testing import PyMacaronTestCase\n"
        "class Tests(PyMacaronTestCase):\n"
        "    def test_it(self):\n"
        "        self.assertGetReturnOk('nowhere')\n"
    )
    environ = {**os.environ, "PYM_SERVER_HOST": service.host, "PYM_SERVER_PORT": str(service.port)}
    for runner in (["pytest", "-p", "no:cacheprovider", "test_it.py"], ["unittest", "test_it"]):
        done = subprocess.run(
            [sys.executable, "-m", *runner], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60
        )
        output = done.stdout + done.stderr
        assert done.returncode == 1
        assert "the status is 404, not 200" in output
        assert "self.assertGetReturnOk('nowhere')" in output
        assert "calling.py" not in output
