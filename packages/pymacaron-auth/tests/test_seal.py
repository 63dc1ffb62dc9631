"""Sealed identities: for one task of one service, without the token, and never mistaken for one."""

import base64
import json

import pytest
from forging import HEADER, NOW, OTHER_SECRET, PAYLOAD, SECRET, signed, token
from hypothesis import given, settings
from hypothesis import strategies as st
from pymacaron_auth import IdentityRefused, SealedIdentity, Verifier
from pymacaron_auth.secret import derived_key
from pymacaron_core import PyMacaronError, TokenInvalid
from pymacaron_core.protocol import IdentityCarrier

CARRIER: IdentityCarrier = SealedIdentity(SECRET, issuer="shop", clock=lambda: NOW)
VERIFIER = Verifier(SECRET, issuer="shop", audience="shop", clock=lambda: NOW)
TOKEN = token(scope="read")
CLAIMS = VERIFIER.verify(TOKEN)
SEALED = CARRIER.seal(CLAIMS, "task-1")
KEY = derived_key(SECRET.encode(), "task identity")


def test_an_identity_is_opened_for_its_task_without_its_token():
    opened = CARRIER.open(SEALED, "task-1")
    assert (opened.sub, opened.scopes, opened.token) == ("bob", ("read",), None)
    assert opened.payload() == CLAIMS.payload()


def test_the_token_is_nowhere_in_what_is_sealed():
    inside = "".join(str(base64.urlsafe_b64decode(part + "==")) for part in SEALED.split("."))
    for part in (TOKEN, *TOKEN.split(".")):
        assert part not in SEALED and part not in inside


def test_an_identity_is_opened_long_after_its_token_expired():
    late = SealedIdentity(SECRET, issuer="shop", clock=lambda: NOW * 2)
    assert late.open(SEALED, "task-1").expires_at == NOW + 3600


@pytest.mark.parametrize("identity", [None, "bob", 7, {"user_id": "bob", "roles": ["a"]}, [1]])
def test_an_identity_of_another_guard_travels_when_it_is_json(identity):
    assert CARRIER.open(CARRIER.seal(identity, "t"), "t") == identity


DEEP: list = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "identity", [object(), {"x": float("nan")}, {"x": {1}}, DEEP], ids=["object", "NaN", "set", "deep"]
)
def test_an_identity_that_cannot_travel_is_refused_when_it_is_sealed(identity):
    with pytest.raises(IdentityRefused, match="cannot go with a task"):
        CARRIER.seal(identity, "t")


def test_an_identity_too_large_to_be_opened_is_not_sealed():
    with pytest.raises(IdentityRefused, match="at most 65536"):
        CARRIER.seal("x" * 65536, "t")


@pytest.mark.parametrize(
    ("sealed", "told"),
    [
        (SEALED, "sealed for another task"),
        (TOKEN, "was changed"),
        ("", "was changed"),
        (None, "was changed"),
        (SealedIdentity(OTHER_SECRET, issuer="shop").seal(CLAIMS, "task-2"), "another secret"),
        (SealedIdentity(SECRET, issuer="other").seal(CLAIMS, "task-2"), "another service"),
        (signed(HEADER, {**PAYLOAD, "aud": "pym-task", "task": "task-2"}, KEY), "another service"),
        (signed({"alg": "HS256", "typ": "pym-task+jwt"}, {"iss": "shop", "aud": "pym-task"}, KEY), "another task"),
        (
            signed({"alg": "HS256", "typ": "pym-task+jwt"}, {"iss": "shop", "aud": "pym-task", "task": "task-2"}, KEY),
            "another version",
        ),
        (
            signed(
                {"alg": "HS256", "typ": "pym-task+jwt"},
                {"iss": "shop", "aud": "pym-task", "task": "task-2", "claims": {"sub": "admin"}},
                KEY,
            ),
            "another version",
        ),
    ],
)
def test_what_was_not_sealed_for_this_task_is_refused(sealed, told):
    with pytest.raises(IdentityRefused, match=told) as caught:
        CARRIER.open(sealed, "task-2")
    assert isinstance(caught.value, PyMacaronError) and "task-2" in str(caught.value)


def test_a_sealed_identity_is_no_access_token():
    for verifier in (VERIFIER, Verifier(SECRET, issuer="shop", audience="pym-task", clock=lambda: NOW)):
        with pytest.raises(TokenInvalid):
            verifier.verify(SEALED)


def test_a_token_dressed_as_a_sealed_identity_is_none():
    header = {"alg": "HS256", "typ": "pym-task+jwt"}
    payload = {"iss": "shop", "aud": "pym-task", "task": "task-1", "iat": NOW, "claims": PAYLOAD}
    with pytest.raises(IdentityRefused, match="was changed"):
        CARRIER.open(signed(header, payload), "task-1")


@settings(max_examples=2000, deadline=None)
@given(place=st.integers(0, len(SEALED) - 1), letter=st.sampled_from([chr(number) for number in range(256)]))
def test_no_letter_of_a_sealed_identity_can_be_changed(place, letter):
    if SEALED[place] != letter:
        with pytest.raises(IdentityRefused):
            CARRIER.open(SEALED[:place] + letter + SEALED[place + 1 :], "task-1")


def test_what_is_sealed_says_whose_it_is_and_for_which_task():
    payload = json.loads(base64.urlsafe_b64decode(SEALED.split(".")[1] + "=="))
    assert (payload["aud"], payload["iss"], payload["task"]) == ("pym-task", "shop", "task-1")
    assert "exp" not in payload
