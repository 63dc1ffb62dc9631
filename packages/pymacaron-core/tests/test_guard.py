"""The guard step: alternatives, conjunctions, where a credential stands, and refusal."""

import pytest
from pymacaron_core.context import CallContext
from pymacaron_core.errors import AuthorizationHeaderMissing, Forbidden, GuardMissing, TokenInvalid
from pymacaron_core.guard import Credential, guard_step, missing_guards
from pymacaron_core.receiving import from_wsgi
from pymacaron_core.spec.operation import Operation, SecurityScheme, Specification

KEY = SecurityScheme("key", "apiKey", place_in="header", parameter="X-Key")
QUERY = SecurityScheme("query", "apiKey", place_in="query", parameter="key")
COOKIE = SecurityScheme("cookie", "apiKey", place_in="cookie", parameter="sid")
BEARER = SecurityScheme("bearer", "http", scheme="bearer")
BASIC = SecurityScheme("basic", "http", scheme="basic")
CERTIFICATE = SecurityScheme("certificate", "mutualTLS")
SCHEMES = {s.name: s for s in (KEY, QUERY, COOKIE, BEARER, BASIC, CERTIFICATE)}


def call_with(query="", **headers):
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": query}
    environ.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
    return from_wsgi(environ, {}, CallContext())


def knows(*values):
    def guard(call, credential):
        if credential.value == "not for you":
            raise Forbidden()
        if credential.value not in values:
            raise TokenInvalid()
        return f"{credential.scheme.name}:{credential.value}"

    return guard


GUARDS = {name: knows("good", "SUCCESS") for name in SCHEMES}


def step_for(*security, guards=GUARDS):
    operation = Operation("GET", "/", "op", security=security)
    specification = Specification("shop", operations=(operation,), security_schemes=SCHEMES, file="apis/shop.yaml")
    return guard_step(operation, specification, guards)


def test_an_operation_without_security_has_no_guard():
    assert step_for() is None
    assert step_for({}) is None


@pytest.mark.parametrize(
    ("scheme", "shown"),
    [
        ("key", {"x_key": "good"}),
        ("query", {"query": "a=b&key=good"}),
        ("cookie", {"cookie": "a=b; sid=good"}),
        ("bearer", {"authorization": "Bearer good"}),
        ("bearer", {"authorization": "bearer  good"}),
        ("basic", {"authorization": "Basic good"}),
    ],
)
def test_a_credential_is_found_where_its_scheme_says(scheme, shown):
    call = call_with(**shown)
    step_for({scheme: ()})(call)
    assert call.context.identity == f"{scheme}:good"


@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_nothing_shown_is_a_401_that_says_what_is_wanted(scheme):
    with pytest.raises(AuthorizationHeaderMissing, match="this call needs") as caught:
        step_for({scheme: ()})(call_with())
    challenge = caught.value.headers.get("WWW-Authenticate")
    assert challenge == {"bearer": "Bearer", "basic": 'Basic realm="basic"'}.get(scheme)


def test_a_challenge_holds_what_a_header_can(monkeypatch):
    monkeypatch.setitem(SCHEMES, "odd", SecurityScheme('ключ "1"\n', "http", scheme="basic"))
    with pytest.raises(AuthorizationHeaderMissing) as caught:
        step_for({"odd": ()}, guards={"odd": knows("good")})(call_with())
    assert caught.value.headers["WWW-Authenticate"] == 'Basic realm="???? ?1??"'


def test_of_a_key_given_twice_the_last_counts_as_with_parameters():
    step_for({"query": ()})(call_with(query="key=bad&key=g%6Fod"))
    with pytest.raises(TokenInvalid):
        step_for({"query": ()})(call_with(query="key=good&key=%ff"))


def test_an_authorization_of_another_scheme_counts_as_none():
    with pytest.raises(AuthorizationHeaderMissing):
        step_for({"bearer": ()})(call_with(authorization="Basic good"))


def test_an_empty_bearer_token_is_invalid():
    with pytest.raises(TokenInvalid):
        step_for({"bearer": ()})(call_with(authorization="Bearer "))


def test_every_scheme_of_an_alternative_must_pass():
    step = step_for({"key": (), "bearer": ()})
    with pytest.raises(AuthorizationHeaderMissing):
        step(call_with(x_key="good"))
    with pytest.raises(TokenInvalid):
        step(call_with(x_key="good", authorization="Bearer bad"))
    step(call_with(x_key="good", authorization="Bearer good"))


def test_any_alternative_will_do():
    step = step_for({"key": ()}, {"bearer": ()})
    for shown in (
        {"x_key": "good"},
        {"authorization": "Bearer good"},
        {"x_key": "bad", "authorization": "Bearer good"},
    ):
        step(call_with(**shown))
    with pytest.raises(TokenInvalid):
        step(call_with(x_key="bad"))
    with pytest.raises(Forbidden):
        step(call_with(x_key="not for you"))


def test_an_empty_requirement_lets_the_nameless_in_but_not_the_liar():
    step = step_for({"key": ()}, {})
    nameless = call_with()
    step(nameless)
    assert nameless.context.identity is None
    with pytest.raises(TokenInvalid):
        step(call_with(x_key="bad"))


def test_a_guard_that_breaks_is_not_a_refusal():
    def broken(call, credential):
        raise RuntimeError("database gone")

    with pytest.raises(RuntimeError):
        step_for({"key": ()}, {}, guards={**GUARDS, "key": broken})(call_with(x_key="good"))


def test_a_guard_that_compares_refuses_by_false():
    step = step_for({"key": ()}, guards={"key": lambda call, credential: credential.value == "good"})
    step(call_with(x_key="good"))
    with pytest.raises(TokenInvalid):
        step(call_with(x_key="bad"))


@pytest.mark.parametrize("order", [("key", "bearer"), ("bearer", "key")])
def test_a_guard_that_compares_does_not_hide_who_calls(order):
    guards = {"key": lambda call, credential: credential.value == "good", "bearer": knows("good")}
    call = call_with(x_key="good", authorization="Bearer good")
    step_for(dict.fromkeys(order, ()), guards=guards)(call)
    assert call.context.identity == "bearer:good"
    alone = call_with(x_key="good")
    step_for({"key": ()}, guards=guards)(alone)
    assert alone.context.identity is True


class OwnReader:
    """A guard that takes any word before the token, and has words of its own for a request without one."""

    def shown(self, call, scheme):
        given = call.header("Authorization")
        if given is None:
            raise AuthorizationHeaderMissing(f"nothing for {scheme.name}")
        return given.split()[-1] if given.strip() else None

    def __call__(self, call, credential):
        return credential.value


def test_a_guard_may_find_the_credential_itself():
    step, call = step_for({"bearer": ()}, guards={"bearer": OwnReader()}), call_with(authorization="Odd word good")
    step(call)
    assert call.context.identity == "good"
    with pytest.raises(AuthorizationHeaderMissing, match="this call needs credentials"):
        step(call_with(authorization=" "))
    with pytest.raises(AuthorizationHeaderMissing, match="nothing for bearer"):
        step(call_with())


class AsynchronousGuard:
    async def __call__(self, call, credential):
        return knows("good")(call, credential)


async def asynchronous_guard(call, credential):
    return knows("good")(call, credential)


@pytest.mark.parametrize(
    "guard", [asynchronous_guard, AsynchronousGuard(), lambda call, credential: asynchronous_guard(call, credential)]
)
def test_a_guard_that_is_a_coroutine_is_run_before_anybody_is_let_in(guard):
    step, call = step_for({"key": ()}, guards={"key": guard}), call_with(x_key="good")
    step(call)
    assert call.context.identity == "key:good"
    with pytest.raises(TokenInvalid):
        step(call_with(x_key="bad"))


@pytest.mark.parametrize("told", ["", "NONE", "FAILED:unable to verify the first certificate", None])
def test_a_caller_without_a_verified_certificate_is_asked_for_one(told):
    call = call_with()
    if told is not None:
        call.environ["SSL_CLIENT_VERIFY"] = told
    with pytest.raises(AuthorizationHeaderMissing, match="client certificate"):
        step_for({"certificate": ()}, guards={"certificate": lambda call, credential: "anybody"})(call)


def test_a_verified_certificate_is_shown_to_its_guard():
    call = call_with()
    call.environ["SSL_CLIENT_VERIFY"] = "SUCCESS"
    step_for({"certificate": ()}, guards={"certificate": lambda call, credential: credential.value})(call)
    assert call.context.identity == "SUCCESS"


def test_a_guard_that_is_no_function_stops_the_start():
    with pytest.raises(GuardMissing, match="the guard of 'key' is a str, not a function"):
        step_for({"key": ()}, guards={"key": "the key itself"})


def test_a_scheme_without_a_guard_stops_the_start():
    with pytest.raises(GuardMissing, match=r"apis/shop.yaml: op \(GET /\) .*'bearer'.*guards="):
        step_for({"bearer": ()}, guards={})


def test_a_guard_may_be_for_one_api_only():
    step_for({"key": ()}, guards={"shop.key": knows("good")})(call_with(x_key="good"))


def test_missing_guards_are_named_with_their_operations():
    operation = Operation("GET", "/", "op", security=({"key": (), "bearer": ()},))
    specification = Specification("shop", operations=(operation,), security_schemes=SCHEMES)
    assert missing_guards(specification, {"key": GUARDS["key"]}) == {"bearer": [operation]}


def test_a_credential_never_shows_its_value():
    assert "hunter2" not in repr(Credential(KEY, "hunter2"))
