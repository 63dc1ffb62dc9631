"""Decorators: what they keep of a function, and what they hand over."""

import asyncio
import inspect

import pytest
from flask import Flask
from forging import SECRET
from pymacaron_auth import Auth, add_auth, generate_token, get_userid, load_auth_token, requires_auth
from pymacaron_core import API, AuthorizationHeaderMissing
from pymacaron_core.context import CallContext, entered


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "apis").mkdir()
    return API(Flask("shop"), root=folder, auth=Auth(secret=SECRET))


@pytest.fixture
def call(api):
    with entered(CallContext(api.application)) as call:
        yield call


def fetch(path: str, /, limit: int = 3, headers: dict | None = None) -> tuple:
    """Fetch it."""
    return path, limit, headers


async def fetch_later(path, headers=None):
    return path, get_userid(), headers


@pytest.mark.parametrize("decorate", [requires_auth, add_auth])
def test_a_decorated_function_looks_as_before(decorate):
    decorated = decorate(fetch)
    assert (decorated.__name__, decorated.__doc__, decorated.__wrapped__) == ("fetch", "Fetch it.", fetch)
    assert inspect.signature(decorated) == inspect.signature(fetch)


@pytest.mark.parametrize("decorate", [requires_auth, add_auth])
def test_a_coroutine_function_stays_one(decorate):
    assert inspect.iscoroutinefunction(decorate(fetch_later))


def test_a_call_to_a_service_carries_the_users_token(call):
    text = generate_token("bob")
    load_auth_token(text)
    assert add_auth(fetch)("/a", limit=1) == ("/a", 1, {"Authorization": f"Bearer {text}"})
    assert asyncio.run(add_auth(fetch_later)("/a")) == ("/a", "bob", {"Authorization": f"Bearer {text}"})


def test_other_headers_are_kept_and_an_old_token_is_not(call):
    text = generate_token("bob")
    load_auth_token(text)
    own = {"Accept": "text/csv", "authorization": "Basic x"}
    assert add_auth(fetch)("/a", headers=own)[2] == {"Accept": "text/csv", "Authorization": f"Bearer {text}"}
    assert own == {"Accept": "text/csv", "authorization": "Basic x"}
    assert add_auth(fetch)("/a", headers=None)[2] == {"Authorization": f"Bearer {text}"}


def test_where_nobody_is_logged_in_nothing_is_handed_over(call):
    assert add_auth(fetch)("/a") == ("/a", 3, None)


def test_a_function_that_requires_a_user_does_not_run_without_one(call):
    with pytest.raises(AuthorizationHeaderMissing):
        requires_auth(lambda: pytest.fail("it ran"))()
    with pytest.raises(AuthorizationHeaderMissing):
        asyncio.run(requires_auth(fetch_later)("/a"))


def test_a_view_written_by_hand_is_protected_too(api):
    @api.app.get("/by-hand")
    @requires_auth
    def by_hand():
        return get_userid()

    client = api.app.test_client()
    with entered(CallContext(api.application)):
        text = generate_token("bob")
    assert client.get("/by-hand", headers={"Authorization": f"Bearer {text}"}).get_data(as_text=True) == "bob"
    refused = client.get("/by-hand")
    assert (refused.status_code, refused.get_json()["error"]) == (401, "AUTHORIZATION_HEADER_MISSING")
