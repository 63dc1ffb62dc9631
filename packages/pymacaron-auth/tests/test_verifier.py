"""The verifier: what is good, the words for each refusal, clocks, and everything an attacker may try."""

import base64
import contextlib
import json

import pytest
from forging import HEADER, NOW, OTHER_SECRET, PAYLOAD, SECRET, b64, segment, signed, token
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pymacaron_auth import Issuer, Verifier, WeakSecret
from pymacaron_core import ConfigError, TokenExpired, TokenInvalid

VERIFIER = Verifier(SECRET, issuer="shop", audience="shop", clock=lambda: NOW)
GOOD = token()
UNREADABLE, FORGED, UNFIT = "token signature is invalid", "JWT token signature is invalid", "JWT token is invalid"
WRONG_AUDIENCE, FUTURE = "JWT has incorrect audience", "JWT token was issued in the future"
PEM = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ4MQJ2nGz4JUWpBfPQPpQ3Y9RYfz
-----END PUBLIC KEY-----"""
JWK = '{"kty": "oct", "k": "c2VjcmV0IG9mIHRoZSBzaG9wIG9uIHRoZSBoaWxs"}'
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5h0nV8Qy0m4mQpB4Yq0l1d2Zz8 bob@shop"


def changed_end(text, by):
    """The token with other bits in its last character."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ by]


def parts(header=None, payload=None, signature=None):
    """The good token with other segments; its signature is the old one."""
    own = GOOD.split(".")
    return ".".join(a if b is None else b for a, b in zip(own, (header, payload, signature), strict=True))


def test_a_good_token_gives_its_claims():
    claims = VERIFIER.verify(token(scope="read write", email="b@ob.se"))
    assert (claims.sub, claims.user_id, claims.issuer, claims.audience) == ("bob", "bob", "shop", ("shop",))
    assert (claims.issued_at, claims.expires_at) == (NOW - 10, NOW + 3600)
    assert claims.scopes == ("read", "write")
    assert dict(claims.data) == {"scope": "read write", "email": "b@ob.se"}


@pytest.mark.parametrize(
    "text",
    [
        token(aud=["other", "shop"]),
        token(header={"typ": "at+jwt"}),
        token(header={"typ": "application/AT+JWT"}),
        token(header={"iss": "shop"}),
        token(header={"kid": "2026-11", "x-own": [1]}),
        token(nbf=NOW),
        token(iat=NOW - 0.5, exp=NOW + 0.5),
        signed({"alg": "HS256"}, PAYLOAD),
        signed(HEADER, json.dumps({**PAYLOAD, "name": "Zoë \U0001f600"}, ensure_ascii=False)),
    ],
    ids=["audience-list", "at+jwt", "typ-any-case", "iss-in-header", "kid", "nbf", "fractions", "no-typ", "utf-8"],
)
def test_what_the_standards_allow_is_taken(text):
    assert VERIFIER.verify(text).sub == "bob"


def test_the_token_of_rfc_7515_appendix_a_1_has_a_good_signature_and_no_subject():
    key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    text = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    secret = base64.urlsafe_b64decode(key + "==").decode("utf-8", "surrogateescape")
    with pytest.raises(TokenInvalid, match=f"^{UNFIT}$"):
        Verifier(secret, issuer="joe", audience="joe").verify(text)


ATTACKS = {
    # what is no token at all
    "empty": ("", UNREADABLE),
    "none": (None, UNFIT),
    "bytes": (GOOD.encode(), UNFIT),
    "words": ("1234567890", UNREADABLE),
    "two segments": (GOOD.rpartition(".")[0], UNREADABLE),
    "four segments": (GOOD + ".e30", UNREADABLE),
    "five segments, as JWE": (GOOD + ".e30.e30", UNREADABLE),
    "no signature": (GOOD.rpartition(".")[0] + ".", UNREADABLE),
    "only dots": ("..", UNREADABLE),
    "JSON serialisation": (json.dumps({"protected": GOOD.split(".")[0], "payload": "e30"}), UNREADABLE),
    "too long by one": ("e" * 8193, UNFIT),
    "four megabytes": (parts(payload="e" * 4_000_000), UNFIT),
    "leading space": (" " + GOOD, UNREADABLE),
    "trailing newline": (GOOD + "\n", UNREADABLE),
    "zero byte": (GOOD + "\0", UNREADABLE),
    "letters of another alphabet": (GOOD.replace("e", "\u0435"), UNREADABLE),
    "full-width dots": (GOOD.replace(".", "\uff0e"), UNREADABLE),
    # base64
    "padding": (GOOD + "=", UNREADABLE),
    "padding inside": (GOOD.replace(".", "=.", 1), UNREADABLE),
    "plain base64": (parts(header=segment(HEADER)[:-1] + "+"), UNREADABLE),
    "free bits of the signature": (changed_end(GOOD, 1), UNREADABLE),
    "other free bits of the signature": (changed_end(GOOD, 2), UNREADABLE),
    "a length that base64 cannot have": (parts(header="abcde"), UNREADABLE),
    # the header
    "header no JSON": (parts(header=b64(b"{")), UNREADABLE),
    "header a list": (signed([1], PAYLOAD), UNREADABLE),
    "header UTF-16": (signed(json.dumps(HEADER).encode("utf-16"), PAYLOAD), UNREADABLE),
    "header with byte order mark": (signed("\ufeff" + json.dumps(HEADER), PAYLOAD), UNREADABLE),
    "alg twice": (signed('{"alg":"none","alg":"HS256"}', PAYLOAD), UNREADABLE),
    "alg missing": (signed({"typ": "JWT"}, PAYLOAD), UNFIT),
    "alg none": (f"{segment({'alg': 'none'})}.{segment(PAYLOAD)}.e30", UNFIT),
    "alg none, no signature": (f"{segment({'alg': 'none'})}.{segment(PAYLOAD)}.", UNREADABLE),
    "alg nOnE": (signed({"alg": "nOnE"}, PAYLOAD), UNFIT),
    "alg NONE": (signed({"alg": "NONE"}, PAYLOAD), UNFIT),
    "alg hs256": (signed({"alg": "hs256"}, PAYLOAD), UNFIT),
    "alg null": (signed({"alg": None}, PAYLOAD), UNFIT),
    "alg list": (signed({"alg": ["HS256"]}, PAYLOAD), UNFIT),
    "alg number": (signed({"alg": 256}, PAYLOAD), UNFIT),
    "alg HS512": (signed({"alg": "HS512"}, PAYLOAD, algorithm="HS512"), UNFIT),
    "alg RS256": (signed({"alg": "RS256"}, PAYLOAD), UNFIT),
    "alg ES256, zero signature": (f"{segment({'alg': 'ES256'})}.{segment(PAYLOAD)}.{b64(bytes(64))}", UNFIT),
    "crit unknown": (token(header={"crit": ["exp"], "exp": 1}), UNFIT),
    "crit empty": (token(header={"crit": []}), UNFIT),
    "crit b64": (token(header={"crit": ["b64"], "b64": True}), UNFIT),
    "b64 false": (token(header={"b64": False}), UNFIT),
    "kid number": (token(header={"kid": 1}), UNFIT),
    "typ of an event": (token(header={"typ": "secevent+jwt"}), UNFIT),
    "typ of a refresh token": (token(header={"typ": "refresh+jwt"}), UNFIT),
    "typ of a task's identity": (token(header={"typ": "pym-task+jwt"}), UNFIT),
    "typ number": (token(header={"typ": 1}), UNFIT),
    "issuer of the header another": (token(header={"iss": "evil"}), UNFIT),
    # the signature
    "another secret": (token(secret=OTHER_SECRET), FORGED),
    "empty secret": (token(secret=""), FORGED),
    "secret in base64": (token(secret=base64.b64encode(SECRET.encode()).decode()), FORGED),
    "signature of another payload": (parts(payload=segment({**PAYLOAD, "sub": "admin"})), FORGED),
    "signature of another header": (parts(header=segment({**HEADER, "x": 1})), FORGED),
    "signature cut short": (parts(signature=b64(bytes(16))), FORGED),
    "key in the header": (token({"jwk": {"kty": "oct", "k": b64(OTHER_SECRET.encode())}}, OTHER_SECRET), FORGED),
    "key at a URL": (token({"jku": "https://evil.example.com", "x5u": "https://evil"}, OTHER_SECRET), FORGED),
    "certificate in the header": (token({"x5c": ["MIIB"]}, OTHER_SECRET), FORGED),
    "kid a file": (token({"kid": "../../../dev/null"}, ""), FORGED),
    "kid a query": (token({"kid": "x' UNION SELECT 'a"}, "a"), FORGED),
    # the payload
    "payload no JSON": (signed(HEADER, "{"), UNFIT),
    "payload a list": (signed(HEADER, [PAYLOAD]), UNFIT),
    "payload a token": (signed(HEADER, GOOD), UNFIT),
    "payload not UTF-8": (signed(HEADER, b"\xff\xfe"), UNFIT),
    "payload deep": (signed(HEADER, "[" * 5000), UNFIT),
    "sub twice": (signed(HEADER, json.dumps(PAYLOAD)[:-1] + ', "sub": "admin"}'), UNFIT),
    "a name twice inside": (signed(HEADER, json.dumps(PAYLOAD)[:-1] + ', "a": {"b": 1, "b": 2}}'), UNFIT),
    "NaN": (token(x=float("nan")), UNFIT),
    "Infinity": (token(x=float("inf")), UNFIT),
    "a number without bounds": (signed(HEADER, json.dumps(PAYLOAD)[:-1] + ', "x": 1e999}'), UNFIT),
    "no exp": (token(without=["exp"]), UNFIT),
    "no iat": (token(without=["iat"]), UNFIT),
    "no sub": (token(without=["sub"]), UNFIT),
    "no aud": (token(without=["aud"]), UNFIT),
    "no iss": (token(without=["iss"]), UNFIT),
    "exp text": (token(exp=str(NOW + 10)), UNFIT),
    "exp true": (token(exp=True), UNFIT),
    "exp null": (token(exp=None), UNFIT),
    "exp list": (token(exp=[NOW + 10]), UNFIT),
    "exp 1e300": (token(exp=1e300), UNFIT),
    "exp 10**16": (token(exp=10**16), UNFIT),
    "exp negative": (token(exp=-1), UNFIT),
    "iat text": (token(iat=str(NOW)), UNFIT),
    "iat false": (token(iat=False), UNFIT),
    "iat in the future": (token(iat=NOW + 61), FUTURE),
    "nbf in the future": (token(nbf=NOW + 61), UNFIT),
    "nbf text": (token(nbf="soon"), UNFIT),
    "sub number": (token(sub=1), UNFIT),
    "sub empty": (token(sub=""), UNFIT),
    "sub blank": (token(sub=" "), UNFIT),
    "sub null": (token(sub=None), UNFIT),
    "sub half a letter": (token(sub="\ud800"), UNFIT),
    "another issuer": (token(iss="evil"), UNFIT),
    "issuer list": (token(iss=["shop"]), UNFIT),
    "another audience": (token(aud="other"), WRONG_AUDIENCE),
    "no audience in the list": (token(aud=[]), WRONG_AUDIENCE),
    "audience part of a word": (token(aud="shopping"), WRONG_AUDIENCE),
    "audience number": (token(aud=7), WRONG_AUDIENCE),
    "audience mapping": (token(aud={"shop": 1}), WRONG_AUDIENCE),
    "audience list with a number": (token(aud=["shop", 7]), WRONG_AUDIENCE),
    "another audience, expired": (token(aud="other", exp=NOW - 999), WRONG_AUDIENCE),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_in_the_words_of_its_kind(name):
    text, message = ATTACKS[name]
    with pytest.raises(TokenInvalid) as caught:
        VERIFIER.verify(text)
    assert caught.value.message == message
    assert caught.value.headers["WWW-Authenticate"] == (
        f'Bearer realm="api", error="invalid_token", error_description="{message}"'
    )


@pytest.mark.parametrize("digits", [30, 400, 4000, 6000])
def test_an_integer_of_any_length_is_no_time(digits):
    payload = json.dumps(PAYLOAD).replace(str(NOW + 3600), "9" * digits)
    with pytest.raises(TokenInvalid, match=f"^{UNFIT}$"):
        VERIFIER.verify(signed(HEADER, payload))


def test_an_expired_token_was_good_once():
    with pytest.raises(TokenExpired, match=r"^JWT token has expired$") as caught:
        VERIFIER.verify(token(exp=NOW - 61))
    assert caught.value.status == 401 and caught.value.code == "TOKEN_EXPIRED"
    assert 'error="invalid_token"' in caught.value.headers["WWW-Authenticate"]


@pytest.mark.parametrize("leeway", [0, 60, 300])
@pytest.mark.parametrize(
    ("claim", "beyond", "inside"),
    [("exp", lambda leeway: NOW - leeway, 1), ("iat", lambda leeway: NOW + leeway + 1, -1)],
)
def test_clocks_may_differ_by_the_leeway_and_no_second_more(leeway, claim, beyond, inside):
    verifier = Verifier(SECRET, issuer="shop", audience="shop", leeway=leeway, clock=lambda: NOW)
    assert verifier.verify(token(**{claim: beyond(leeway) + inside}))
    with pytest.raises((TokenExpired, TokenInvalid)):
        verifier.verify(token(**{claim: beyond(leeway)}))


def test_the_time_may_be_given_with_the_token():
    assert VERIFIER.verify(GOOD, now=NOW + 3659)
    with pytest.raises(TokenExpired):
        VERIFIER.verify(GOOD, now=NOW + 3660)


def test_the_clock_is_the_machines_where_none_is_given():
    with pytest.raises(TokenInvalid, match=FUTURE):
        Verifier(SECRET, issuer="shop", audience="shop").verify(token(iat=NOW * 2, exp=NOW * 3))


@pytest.mark.parametrize(
    "secret", [None, b"f3b1c0de5a9d47e28b6f0c2d91e7a458", "", "short", "x" * 64, "PYM_JWT_SECRET_OF_THE_SERVICE_SHOP"]
)
def test_a_secret_of_no_worth_makes_no_verifier(secret):
    with pytest.raises(WeakSecret):
        Verifier(secret, issuer="shop", audience="shop")


@pytest.mark.parametrize("made", [Verifier, Issuer])
@pytest.mark.parametrize("name", ["issuer", "audience"])
@pytest.mark.parametrize("value", [None, "", " ", 7, ["shop"]])
def test_an_issuer_and_an_audience_must_have_a_name(made, name, value):
    with pytest.raises(ConfigError, match=f"tokens need {name} as a text"):
        made(SECRET, **{"issuer": "shop", "audience": "shop", name: value})


@pytest.mark.parametrize(
    "key", [PEM, " " + PEM, SSH, '{"kty": "oct", "k": "c2VjcmV0IG9mIHRoZSBzaG9wIG9uIHRoZSBoaWxs"}']
)
def test_a_public_key_is_no_secret(key):
    with pytest.raises(ConfigError, match=r"HS256 takes a secret text") as caught:
        Verifier(key, issuer="shop", audience="shop")
    assert key not in str(caught.value)


LETTERS = [chr(number) for number in range(256)] + ["\u0435", "\U0001f600"]


@settings(max_examples=5000, deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), letter=st.sampled_from(LETTERS))
@example(place=len(GOOD) - 1, letter="=")
@example(place=len(GOOD) - 1, letter=".")
def test_no_token_with_another_letter_anywhere_is_taken(place, letter):
    if GOOD[place] == letter:
        return
    with pytest.raises(TokenInvalid):
        VERIFIER.verify(GOOD[:place] + letter + GOOD[place + 1 :])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=1000, deadline=None)
@given(header=st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "iss"]), JSON), payload=JSON)
def test_whatever_is_signed_is_taken_or_refused_and_never_breaks(header, payload):
    """Also under the right key: a service that shares its secret must not bring another down."""
    claims = {**PAYLOAD, **payload} if isinstance(payload, dict) else payload
    with contextlib.suppress(TokenInvalid):
        VERIFIER.verify(signed({**HEADER, **header}, claims))


@settings(max_examples=1000, deadline=None)
@given(name=st.sampled_from(["iss", "sub", "aud", "iat", "exp", "nbf", "scope", "scp"]), value=JSON)
def test_a_claim_of_any_kind_is_taken_or_refused_and_never_breaks(name, value):
    with contextlib.suppress(TokenInvalid, TokenExpired):
        assert isinstance(VERIFIER.verify(token(**{name: value})).scopes, tuple)
