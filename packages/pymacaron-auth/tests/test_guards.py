"""Guards over HTTP: a document's ``security`` with every scheme of ours, and the words of 2.x for each refusal."""

import logging

import pytest
from forging import OTHER_SECRET, SECRET
from pymacaron_auth import Auth, Issuer
from pymacaron_auth.issuer import Grant
from pymacaron_core.errors import GuardMissing
from service import service

OURS = Issuer(SECRET, issuer="shop", audience="shop")


def token(**told):
    return OURS.issued(Grant(**{"user_id": "bob", **told})).token


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    return service(tmp_path_factory.mktemp("shop")).app.test_client(use_cookies=False)


def answer(response):
    body = response.get_json()
    return response.status_code, body.get("user") or body.get("error"), body.get("error_description")


HEADER_REFUSALS = {
    None: ("AUTHORIZATION_HEADER_MISSING", "There is no Authorization header in the HTTP request"),
    "": ("AUTHORIZATION_HEADER_MISSING", "There is no Authorization header in the HTTP request"),
    "Bearer1234567890": ("TOKEN_INVALID", "Authorization header must start with Bearer"),
    "Basic Ym9i": ("TOKEN_INVALID", "Authorization header must start with Bearer"),
    "Bearer": ("TOKEN_INVALID", "Token not found in Authorization header"),
    "bearer foo bar": ("TOKEN_INVALID", "Authorization header must be Bearer + \\s + token"),
    "Bearer 1234567890": ("TOKEN_INVALID", "token signature is invalid"),
    "Bearer " + Issuer(OTHER_SECRET, issuer="shop", audience="shop").issued(Grant("b")).token: (
        "TOKEN_INVALID",
        "JWT token signature is invalid",
    ),
    "Bearer " + token(audience="other"): ("TOKEN_INVALID", "JWT has incorrect audience"),
    "Bearer " + token(iat=4_000_000_000): ("TOKEN_INVALID", "JWT token was issued in the future"),
    "Bearer " + token(issuer="other"): ("TOKEN_INVALID", "JWT token is invalid"),
    "Bearer " + token(expire_in=-100): ("TOKEN_EXPIRED", "JWT token has expired"),
}
PATHS = ["/me", "/key", "/oauth", "/oidc", "/either", "/decorated", "/auth/version"]
EVERY_WAY = pytest.mark.parametrize("path", PATHS)


@EVERY_WAY
@pytest.mark.parametrize("header", HEADER_REFUSALS, ids=[str(number) for number in range(len(HEADER_REFUSALS))])
def test_a_refusal_has_the_code_and_the_words_of_2x(client, path, header):
    response = client.get(path, headers={} if header is None else {"Authorization": header})
    assert answer(response) == (401, *HEADER_REFUSALS[header])
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="api"')
    assert response.get_json().keys() == {"status", "error", "error_description"}


@EVERY_WAY
def test_a_good_token_is_let_in(client, path):
    response = client.get(path, headers={"Authorization": f"bearer {token(data={'scope': 'read write'})}"})
    assert response.status_code == 200
    assert response.get_json().get("user", "bob") == "bob"


@pytest.mark.parametrize("path", ["/cookie", "/either", "/decorated", "/auth/version"])
@pytest.mark.parametrize("before", ["", "Bearer%20", "bearer+"])
def test_a_cookie_holds_a_token_too(client, path, before):
    response = client.get(path, headers={"Cookie": f"token={before}{token()}"})
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/cookie", "/either", "/decorated", "/auth/version"])
@pytest.mark.parametrize("cookie", ["token=%20", "token=", "token", "token=+", "other=x"])
def test_a_blank_cookie_is_a_401_and_not_a_500(client, path, cookie):
    response = client.get(path, headers={"Cookie": cookie})
    assert answer(response)[:2] == (401, "AUTHORIZATION_HEADER_MISSING")
    assert "WWW-Authenticate" in response.headers


@pytest.mark.parametrize("path", ["/cookie", "/either", "/decorated"])
def test_a_bad_cookie_is_an_invalid_token(client, path):
    assert answer(client.get(path, headers={"Cookie": "token=abc"}))[:2] == (401, "TOKEN_INVALID")


def test_a_header_goes_before_the_cookie(client):
    headers = {"Authorization": f"Bearer {token(user_id='ann')}", "Cookie": f"token={token()}"}
    assert answer(client.get("/decorated", headers=headers))[:2] == (200, "ann")
    assert answer(client.get("/either", headers=headers))[:2] == (200, "ann")
    headers["Authorization"] = "Bearer abc"
    assert answer(client.get("/decorated", headers=headers))[:2] == (401, "TOKEN_INVALID")


@pytest.mark.parametrize("path", ["/cookie", "/decorated"])
@pytest.mark.parametrize("told", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.com"}])
def test_a_page_of_another_site_cannot_act_as_the_user(client, path, told):
    cookie = {"Cookie": f"token={token()}"}
    assert answer(client.post(path, headers={**cookie, **told}))[:2] == (403, "FORBIDDEN")
    assert answer(client.get(path, headers={**cookie, **told}))[:2] == (200, "bob")
    assert answer(client.post(path, headers=cookie))[:2] == (200, "bob")
    assert answer(client.post(path, headers={**cookie, "Origin": "http://localhost"}))[:2] == (200, "bob")


def test_a_trusted_site_may_act_as_the_user(tmp_path):
    config = f"auth:\n  secret: {SECRET}\n  trusted_origins: [https://partner.example.com]\n"
    client = service(tmp_path, auth=Auth(), config=config).app.test_client(use_cookies=False)
    headers = {"Cookie": f"token={token()}", "Origin": "https://partner.example.com", "Sec-Fetch-Site": "cross-site"}
    assert answer(client.post("/cookie", headers=headers))[:2] == (200, "bob")


@pytest.mark.parametrize(
    ("path", "scope", "needed"),
    [("/oauth", "read", "read write"), ("/oauth", "", "read write"), ("/oidc", "write", "read")],
)
def test_a_token_that_lacks_a_scope_is_forbidden(client, path, scope, needed):
    response = client.get(path, headers={"Authorization": f"Bearer {token(data={'scope': scope})}"})
    lacking = " ".join(set(needed.split()) - set(scope.split()))
    assert answer(response)[:2] == (403, "INSUFFICIENT_SCOPE")
    assert sorted(answer(response)[2].split()[5:]) == sorted(lacking.split())
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="api", error="insufficient_scope"')
    assert response.headers["WWW-Authenticate"].endswith(f'scope="{needed}"')


@pytest.mark.parametrize(
    ("scheme", "status"),
    [("{type: apiKey, in: header, name: Authorization}", 200), ("{type: http, scheme: bearer}", 403)],
)
def test_scopes_are_asked_of_tokens_and_not_of_keys(tmp_path, scheme, status):
    document = (
        "openapi: 3.1.0\ninfo: {title: Shop, version: '1.0'}\n"
        "paths: {/me: {get: {operationId: me, security: [{it: [read]}], responses: {'200': {description: Told., "
        "content: {application/json: {schema: {type: object}}}}}}}}\n"
        f"components: {{securitySchemes: {{it: {scheme}}}}}\n"
    )
    client = service(tmp_path, document=document).app.test_client()
    assert client.get("/me", headers={"Authorization": f"Bearer {token()}"}).status_code == status


def test_every_scheme_of_an_alternative_is_asked_for(client):
    bearer, key = {"Authorization": f"Bearer {token()}"}, {"X-Key": "good"}
    assert client.get("/both", headers=bearer).status_code == 401
    assert client.get("/both", headers=key).status_code == 401
    assert client.get("/both", headers={**bearer, "X-Key": "bad"}).status_code == 401
    assert answer(client.get("/both", headers={**bearer, **key}))[:2] == (200, "bob")
    assert answer(client.get("/both-turned", headers={**bearer, **key}))[:2] == (200, "bob")


def test_any_alternative_will_do_and_each_scheme_has_its_own_header(client):
    assert client.get("/basic", headers={"Authorization": "Basic good"}).status_code == 200
    assert client.get("/basic", headers={"Authorization": f"Bearer {token()}"}).status_code == 200
    refused = client.get("/basic", headers={"Authorization": "Basic bad"})
    assert answer(refused)[:2] == (401, "TOKEN_INVALID") and "Bearer" not in answer(refused)[2]


def test_optional_security_lets_the_nameless_in_and_not_the_liar(client):
    assert answer(client.get("/optional"))[0] == 200
    assert client.get("/optional").get_json()["user"] == ""
    assert answer(client.get("/optional", headers={"Authorization": f"Bearer {token()}"}))[:2] == (200, "bob")
    for bad in ("Bearer abc", "Bearerabc", f"Bearer {token(expire_in=-100)}"):
        assert client.get("/optional", headers={"Authorization": bad}).status_code == 401


def test_an_operation_without_security_does_not_look_at_the_header(client):
    assert client.get("/open", headers={"Authorization": "Bearer abc"}).get_json()["user"] == ""


def test_the_user_of_one_call_is_not_the_user_of_the_next(client):
    client.get("/me", headers={"Authorization": f"Bearer {token()}"})
    assert client.get("/open").get_json()["user"] == ""


def test_two_authorization_headers_are_refused(client):
    good = f"Bearer {token()}"
    response = client.get("/me", headers=[("Authorization", good), ("Authorization", good)])
    assert answer(response)[:2] == (401, "TOKEN_INVALID")


def test_a_huge_header_is_refused(client):
    response = client.get("/me", headers={"Authorization": "Bearer " + "e" * 65536})
    assert answer(response) == (401, "TOKEN_INVALID", "JWT token is invalid")


def test_who_calls_is_settled_before_the_request_is_read(client):
    assert client.post("/cookie", data="{", content_type="application/json").status_code == 401


def test_a_scheme_that_shows_no_token_is_the_services_own_to_guard(tmp_path):
    document = (
        "openapi: 3.0.3\ninfo: {title: Shop, version: '1.0'}\n"
        "paths: {/me: {get: {operationId: me, security: [{key: []}], responses: {default: {description: x}}}}}\n"
        "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}}\n"
    )
    with pytest.raises(GuardMissing, match="'key'"):
        service(tmp_path, document=document)


def test_a_guard_of_the_services_own_goes_first(tmp_path):
    client = service(tmp_path, guards={"jwt": lambda call, credential: {"sub": "own"}}).app.test_client()
    assert answer(client.get("/me", headers={"Authorization": "Bearer x"}))[:2] == (200, "own")
    assert answer(client.get("/key", headers={"Authorization": "Bearer x"}))[:2] == (401, "TOKEN_INVALID")


def test_debug_lines_tell_neither_header_nor_token(client, log_lines):
    logging.getLogger("pymacaron").debug("a line")
    for header in (f"Bearer {token()}", f"Bearer {token(expire_in=-100)}", "Bearer secret words"):
        client.get("/decorated", headers={"Authorization": header})
        client.get("/me", headers={"Authorization": header})
    assert "pymacaron a line" in log_lines
    assert not [line for line in log_lines if "secret words" in line or "Bearer ey" in line]
