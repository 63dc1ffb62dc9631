"""Credentials: the header and the cookie, word for word, and pages of other sites."""

import pytest
from pymacaron_auth.credentials import bearer_token, check_origin, cookie_of, cookie_token
from pymacaron_core import AuthorizationHeaderMissing, Forbidden, TokenInvalid

MISSING = "There is no Authorization header in the HTTP request"
NOT_BEARER = "Authorization header must start with Bearer"
NO_TOKEN = "Token not found in Authorization header"
TOO_MANY = "Authorization header must be Bearer + \\s + token"


@pytest.mark.parametrize("value", ["Bearer abc", "bearer abc", "BEARER abc", "  Bearer  abc ", "Bearer\tabc"])
def test_a_bearer_token_is_the_second_of_two_words(value):
    assert bearer_token(value) == "abc"


@pytest.mark.parametrize("value", [None, "", " ", "\t"])
def test_no_header_and_an_empty_one_are_the_same(value):
    with pytest.raises(AuthorizationHeaderMissing) as caught:
        bearer_token(value)
    assert caught.value.message == MISSING
    assert caught.value.headers == {"WWW-Authenticate": 'Bearer realm="api"'}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("Bearer1234567890", NOT_BEARER),
        ("Basic abc", NOT_BEARER),
        ("abc", NOT_BEARER),
        ("Bearer\u00a0abc", NOT_BEARER),
        ("Bearer,abc", NOT_BEARER),
        ("Bearer\nabc", NOT_BEARER),
        ("Bearer", NO_TOKEN),
        ("bearer  ", NO_TOKEN),
        ("bearer foo bar", TOO_MANY),
        ("Bearer abc,Bearer def", TOO_MANY),
    ],
)
def test_a_malformed_header_is_an_invalid_token(value, message):
    with pytest.raises(TokenInvalid) as caught:
        bearer_token(value)
    assert caught.value.message == message
    challenge = caught.value.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="api", error="invalid_token", error_description="')
    assert "\\" not in challenge


@pytest.mark.parametrize("value", ["abc", "Bearer abc", "Bearer%20abc", "bearer+abc", " abc "])
def test_a_cookie_holds_the_token_with_or_without_its_kind(value):
    assert cookie_token(value) == "abc"


@pytest.mark.parametrize("value", [None, "", "%20", "+", " "])
def test_a_blank_cookie_is_none(value):
    assert cookie_token(value) is None


@pytest.mark.parametrize("value", ["Bearer", "Bearer%20a%20b", "Basic%20abc"])
def test_a_malformed_cookie_is_an_invalid_token(value):
    with pytest.raises(TokenInvalid):
        cookie_token(value)


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ("token=abc", "abc"),
        ("a=b; token=abc; c=d", "abc"),
        ("a=b", None),
        (None, None),
        ("token", ""),
        ('token="a b"', "a b"),
    ],
)
def test_a_cookie_is_found_by_its_name(cookies, expected):
    assert cookie_of({"Cookie": cookies}.get, "token") == expected


def sent(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda name: named.get(name, "shop.example.com" if name == "Host" else None)


@pytest.mark.parametrize(
    ("method", "header"),
    [
        ("POST", sent()),
        ("POST", sent(Sec_Fetch_Site="same-origin")),
        ("POST", sent(Sec_Fetch_Site="none")),
        ("POST", sent(Origin="https://shop.example.com")),
        ("DELETE", sent(Origin="https://partner.example.com")),
        ("POST", sent(Sec_Fetch_Site="cross-site", Origin="https://partner.example.com")),
        ("GET", sent(Sec_Fetch_Site="cross-site", Origin="https://evil.example.com")),
        ("HEAD", sent(Sec_Fetch_Site="cross-site")),
    ],
)
def test_a_page_of_this_site_or_a_trusted_one_may_call_and_anybody_may_read(method, header):
    check_origin(method, header, ["https://partner.example.com"])


@pytest.mark.parametrize(
    "header",
    [
        sent(Sec_Fetch_Site="cross-site"),
        sent(Sec_Fetch_Site="same-site", Origin="https://shop.example.com"),
        sent(Sec_Fetch_Site="cross-site", Origin="https://evil.example.com"),
        sent(Origin="https://evil.example.com"),
        sent(Origin="null"),
        sent(Origin="https://shop.example.com.evil.com"),
        sent(Origin="https://shop.example.com:8443"),
        sent(Origin="https://[broken"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "put", "PATCH", "DELETE", "ODD"])
def test_a_page_of_another_site_cannot_use_the_cookie(method, header):
    with pytest.raises(Forbidden, match="a page of another site"):
        check_origin(method, header, ["https://partner.example.com"])
