"""The issuer: what its tokens say, and what it does not make."""

import base64
import json
from uuid import UUID

import pytest
from forging import NOW, SECRET
from hypothesis import given
from hypothesis import strategies as st
from pymacaron_auth import Grant, Issuer, Verifier

ISSUER = Issuer(SECRET, issuer="shop", audience="shop", clock=lambda: NOW + 0.75)
VERIFIER = Verifier(SECRET, issuer="shop", audience="shop", clock=lambda: NOW)


def parts(token):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def test_a_token_says_who_for_whom_and_until_when():
    header, payload = parts(ISSUER.issued(Grant("bob")).token)
    assert header == {"alg": "HS256", "typ": "JWT", "iss": "shop"}
    assert payload == {"iss": "shop", "sub": "bob", "aud": "shop", "iat": NOW, "exp": NOW + 86400}


def test_all_of_it_can_be_said():
    grant = Grant("bob", expire_in=60, data={"scope": "read"}, issuer="i", audience="a", iat=NOW - 5)
    _, payload = parts(ISSUER.issued(grant).token)
    assert payload == {"iss": "i", "sub": "bob", "aud": "a", "iat": NOW - 5, "exp": NOW + 55, "scope": "read"}


def test_the_claims_of_a_new_token_are_those_that_are_verified():
    claims = ISSUER.issued(Grant("bob", data={"email": "b@ob.se", "roles": ["a", {"b": None}]}))
    assert VERIFIER.verify(claims.token) == claims


@pytest.mark.parametrize("user_id", [7, "7"])
def test_a_user_id_that_is_a_number_becomes_a_text(user_id):
    assert VERIFIER.verify(ISSUER.issued(Grant(user_id)).token).sub == "7"


def test_data_do_not_replace_what_the_issuer_says():
    old = {"iss": "evil", "sub": "admin", "aud": "x", "exp": NOW * 2, "iat": 0, "token": "eyJ", "email": "b@ob.se"}
    claims = ISSUER.issued(Grant("bob", data=old))
    assert (claims.sub, claims.issuer, claims.expires_at) == ("bob", "shop", NOW + 86400)
    assert dict(claims.data) == {"email": "b@ob.se"}


def test_data_of_one_user_are_not_in_the_next_token():
    data = {"email": "b@ob.se"}
    ISSUER.issued(Grant("bob", data=data))
    assert data == {"email": "b@ob.se"}
    assert dict(ISSUER.issued(Grant("ann")).data) == {}


@pytest.mark.parametrize("user_id", [None, "", " ", "\ud800"])
def test_a_token_is_not_made_for_nobody(user_id):
    with pytest.raises(ValueError, match="a token needs a user's id"):
        ISSUER.issued(Grant(user_id))


@pytest.mark.parametrize("user_id", [True, b"bob", 7.5, object(), {"sub": "bob"}])
def test_an_object_that_is_no_id_does_not_get_into_a_token_as_a_text(user_id):
    with pytest.raises(TypeError, match="a user's id is a text, a number or a UUID, not of type"):
        ISSUER.issued(Grant(user_id))


def test_a_uuid_is_an_id():
    assert VERIFIER.verify(ISSUER.issued(Grant(UUID(int=7))).token).sub == "00000000-0000-0000-0000-000000000007"


def test_a_token_may_be_for_several():
    token = ISSUER.issued(Grant("bob", audience=("billing", "shop"))).token
    assert parts(token)[1]["aud"] == ["billing", "shop"]
    assert VERIFIER.verify(token).audience == ("billing", "shop")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"audience": value} for value in ("", [], ["shop", ""], [7])),
        *({"issuer": value} for value in ("", 7)),
        *({name: value} for name in ("iat", "expire_in") for value in (float("inf"), float("nan"), "60", True)),
    ],
)
def test_what_is_no_name_or_no_time_is_not_replaced_by_another(wrong):
    with pytest.raises(ValueError, match=f"a token needs {next(iter(wrong))} as a"):
        ISSUER.issued(Grant("bob", **wrong))


@pytest.mark.parametrize("grant", [Grant("b", expire_in=10**12), Grant("b", iat=-1), Grant("b", iat=10**12)])
def test_a_token_that_nobody_would_take_is_not_made(grant):
    with pytest.raises(ValueError, match="a token cannot live from"):
        ISSUER.issued(grant)


def test_a_token_too_large_to_be_taken_is_not_made():
    with pytest.raises(ValueError, match=r"would have \d+ characters, and at most 8192"):
        ISSUER.issued(Grant("bob", data={"x": "y" * 8192}))


@pytest.mark.parametrize(("data", "error"), [({"x": float("nan")}, ValueError), ({"x": object()}, TypeError)])
def test_data_must_be_json(data, error):
    with pytest.raises(error):
        ISSUER.issued(Grant("bob", data=data))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)


@given(user=TEXT, data=st.dictionaries(TEXT, st.integers() | TEXT, max_size=4))
def test_what_was_issued_is_verified_and_says_the_same(user, data):
    data = {f"x-{name}": value for name, value in data.items()}
    claims = VERIFIER.verify(ISSUER.issued(Grant(user, data=data)).token)
    assert (claims.sub, dict(claims.data)) == (user, data)
