"""Secrets: what is one, and keys for other ends."""

import secrets
import string

import pytest
from forging import OTHER_SECRET, SECRET
from pymacaron_auth.errors import WeakSecret
from pymacaron_auth.secret import checked_secret, derived_key

REFUSED = {
    "secret": "placeholder",
    "changeme": "placeholder",
    "jwt_secret": "placeholder",
    "your-256-bit-secret": "placeholder",
    "change-me-change-me-change-me-change-me": "placeholder",
    "this-is-a-very-long-secret-for-the-jwt-in-test": "placeholder",
    "my_super_secret_key_please_change_it_in_production": "placeholder",
    "00000000000000000000000000000000": "placeholder",
    "12345678901234567890123456789012": "placeholder",
    "deadbeefdeadbeefdeadbeefdeadbeef": "placeholder",
    "PYM_JWT_SECRET": "the name of an environment variable",
    "PYM_JWT_SECRET_OF_THE_SERVICE_HELLOWORLD": "the name of an environment variable",
    "kA9x": "has 4 bytes, and HS256 needs 32",
    "kA9xT3pQ8zLm2Vw7RbN5sYc4HdJ6gF1": "has 31 bytes, and HS256 needs 32",
}


@pytest.mark.parametrize("secret", REFUSED)
def test_a_secret_that_could_be_guessed_is_refused_and_not_shown(secret):
    with pytest.raises(WeakSecret) as caught:
        checked_secret(secret, "auth.secret")
    assert str(caught.value).startswith("auth.secret ") and REFUSED[secret] in str(caught.value)
    assert len(secret) < 10 or secret not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: secrets.token_hex(16),
        lambda: secrets.token_hex(32),
        lambda: secrets.token_urlsafe(24),
        lambda: secrets.token_urlsafe(32),
        lambda: "".join(secrets.choice(string.ascii_letters) for _ in range(32)),
        lambda: "".join(secrets.choice(string.digits) for _ in range(40)),
        lambda: "".join(secrets.choice(string.punctuation) for _ in range(32)),
        lambda: "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(52)),
        lambda: "blåbär, åkerbär, hjortron och lingon",
    ],
)
def test_a_random_secret_of_any_alphabet_is_taken(make):
    for _ in range(50):
        secret = make()
        assert checked_secret(secret, "it") == secret.encode()


def test_a_secret_is_measured_in_bytes():
    assert len(checked_secret("åäöéüßøñçłšžðþæœ", "it")) == 32


def test_a_derived_key_is_none_of_the_others():
    secret = SECRET.encode()
    keys = {
        secret,
        derived_key(secret, "a"),
        derived_key(secret, "b"),
        derived_key(OTHER_SECRET.encode(), "a"),
    }
    assert len(keys) == 4 and all(len(key) == 32 for key in keys - {secret})
    assert derived_key(secret, "a") == derived_key(secret, "a")
