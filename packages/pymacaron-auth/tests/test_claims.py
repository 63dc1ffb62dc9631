"""Claims: a value that is frozen, says what a token says, and never shows it."""

import copy
import pickle
from dataclasses import FrozenInstanceError

import pytest
from forging import NOW, PAYLOAD, token
from pymacaron_auth import Claims
from pymacaron_core.logs import user_id

TOKEN = token()
CLAIMS = Claims.from_payload({**PAYLOAD, "email": "b@ob.se"}, TOKEN)


def scopes(**data):
    return Claims.from_payload({**PAYLOAD, **data}).scopes


def test_claims_are_frozen_and_so_are_their_data():
    with pytest.raises(FrozenInstanceError):
        CLAIMS.sub = "admin"
    with pytest.raises(TypeError):
        CLAIMS.data["email"] = "admin"


def test_data_handed_over_may_change_and_the_claims_do_not():
    data = {"email": "b@ob.se"}
    claims = Claims("bob", "shop", ("shop",), NOW, NOW, data)
    data["email"] = "admin"
    assert claims.data["email"] == "b@ob.se"


@pytest.mark.parametrize("show", [repr, str, "{}".format, lambda claims: f"{claims!r}"])
def test_the_token_does_not_show(show):
    assert "[REDACTED]" in show(CLAIMS) and TOKEN not in show(CLAIMS)
    assert "b@ob.se" not in show(CLAIMS), "what the data hold may be private"


def test_the_payload_is_what_a_token_carries():
    assert CLAIMS.payload() == {**PAYLOAD, "email": "b@ob.se"}
    assert Claims.from_payload({**PAYLOAD, "aud": ["a", "b"]}).payload()["aud"] == ["a", "b"]


def test_claims_can_be_copied_compared_and_pickled():
    assert pickle.loads(pickle.dumps(CLAIMS)) == copy.deepcopy(CLAIMS) == CLAIMS
    assert len({CLAIMS, copy.copy(CLAIMS)}) == 1


def test_logs_find_the_user():
    assert user_id(CLAIMS) == "bob"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, ()),
        ({"scope": "read write read"}, ("read", "write")),
        ({"scope": " "}, ()),
        ({"scope": ["read", "write"]}, ("read", "write")),
        ({"scp": "read"}, ("read",)),
        ({"scp": ["read", 7, None]}, ("read",)),
        ({"scope": "read", "scp": "write"}, ("read",)),
        ({"scope": 7}, ()),
        ({"scope": {"read": True}}, ()),
        ({"scope": None}, ()),
    ],
)
def test_scopes_are_words_of_scope_or_scp(data, expected):
    assert scopes(**data) == expected
