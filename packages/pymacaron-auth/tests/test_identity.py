"""The functions of 2.x: in requests, in tasks, in threads and in scripts; who calls, and acting as another."""

from threading import Thread

import pytest
from forging import NOW, OTHER_SECRET, SECRET, token
from pymacaron_auth import (
    Auth,
    Claims,
    NoCurrentUser,
    Verifier,
    authenticate_http_request,
    backend_token,
    current_user,
    generate_token,
    get_token_issuer,
    get_user_token,
    get_user_token_data,
    get_userid,
    load_auth_token,
)
from pymacaron_core import AuthorizationHeaderMissing, TokenExpired, TokenInvalid
from pymacaron_core.application import NoApplication
from pymacaron_core.context import CallContext, capture, current_call, entered, restore
from service import service


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    config = "default_user_id: robot\njwt_issuer: shop\n"
    auth = Auth(secret=SECRET, clock=lambda: NOW)
    return service(tmp_path_factory.mktemp("shop"), auth=auth, config=config)


@pytest.fixture
def call(application):
    """A call of nobody's yet."""
    with entered(CallContext(application, "/me", "GET")) as call:
        yield call


def test_nobody_is_logged_in_at_first(call):
    assert (get_userid(), get_user_token(), get_token_issuer()) == ("", "", "shop")
    for ask in (current_user, get_user_token_data):
        with pytest.raises(NoCurrentUser) as caught:
            ask()
        assert (caught.value.status, caught.value.code) == (401, "AUTHORIZATION_HEADER_MISSING")
        assert isinstance(caught.value, AuthorizationHeaderMissing) and isinstance(caught.value, AttributeError)
        assert caught.value.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_token_that_nobody_asked_for_is_not_said_to_be_missing(tmp_path):
    client = service(tmp_path, handlers={"open": lambda: {"user": current_user().sub}}).app.test_client()
    refused = client.get("/open").get_json()
    assert refused["error_description"] == "There is no Authorization header in the HTTP request"
    refused = client.get("/open", headers={"Authorization": "Bearer x"}).get_json()
    assert (refused["status"], refused["error"]) == (401, "AUTHORIZATION_HEADER_MISSING")
    assert refused["error_description"].startswith("nobody is logged in here: this operation asks for no token")


def test_outside_of_a_call_nobody_is_logged_in():
    assert (get_userid(), get_user_token()) == ("", "")
    with pytest.raises(NoCurrentUser):
        current_user()


def test_a_token_that_was_loaded_makes_its_user_the_current_one(call):
    text = generate_token(7, data={"email": "b@ob.se"})
    assert isinstance(load_auth_token(text), Claims)
    assert (get_userid(), current_user().sub, get_user_token(), get_token_issuer()) == ("7", "7", text, "shop")
    assert get_user_token_data() == {
        "iss": "shop",
        "sub": "7",
        "aud": "shop",
        "iat": NOW,
        "exp": NOW + 86400,
        "email": "b@ob.se",
        "token": text,
    }


def test_the_token_of_a_user_may_be_looked_at_and_not_loaded(call):
    assert load_auth_token(generate_token("bob"), load=False).sub == "bob"
    assert get_userid() == ""


@pytest.mark.parametrize(
    ("text", "error"),
    [(token(exp=NOW - 100), TokenExpired), (token(secret=OTHER_SECRET), TokenInvalid), ("abc", TokenInvalid)],
)
def test_a_bad_token_makes_nobody_the_current_user(call, text, error):
    with pytest.raises(error):
        load_auth_token(text)
    assert get_userid() == ""


def test_a_request_is_authenticated_by_the_value_of_its_header(call):
    text = generate_token("bob")
    assert authenticate_http_request(f"Bearer {text}").sub == "bob" == get_userid()
    for header in ("", "Bearer", text):
        with pytest.raises((AuthorizationHeaderMissing, TokenInvalid)):
            authenticate_http_request(header)


def test_where_there_is_no_request_there_is_no_header(call):
    with pytest.raises(AuthorizationHeaderMissing):
        authenticate_http_request()


def test_all_of_a_token_can_be_said(call):
    text = generate_token("bob", expire_in=60, data={"scope": "read"}, iat=NOW - 10, issuer="shop", audience="shop")
    claims = load_auth_token(text)
    assert (claims.issued_at, claims.expires_at, claims.scopes) == (NOW - 10, NOW + 50, ("read",))


def test_claims_of_one_user_are_not_in_the_token_of_the_next(call):
    generate_token("bob", data={"email": "b@ob.se"})
    with backend_token(data={"role": "x"}):
        pass
    assert dict(load_auth_token(generate_token("ann")).data) == {}


def test_a_token_is_renewed_with_the_data_of_the_old(call):
    load_auth_token(generate_token("bob", expire_in=10, data={"scope": "read"}))
    claims = load_auth_token(generate_token(get_userid(), data=get_user_token_data()))
    assert (claims.expires_at, dict(claims.data)) == (NOW + 86400, {"scope": "read"})


def test_a_block_acts_as_another_user_and_then_no_more(call):
    own = load_auth_token(generate_token("bob"))
    with backend_token(data={"scope": "admin"}, expire_in=60) as text:
        assert (get_userid(), get_user_token()) == ("robot", text)
        assert load_auth_token(text, load=False).expires_at == NOW + 60
        with backend_token(user_id="svc") as inner:
            assert (get_userid(), get_user_token()) == ("svc", inner)
        assert (get_userid(), current_user().scopes) == ("robot", ("admin",))
        assert current_call().request_id == call.request_id
    assert current_user() == own and call.identity == own


def test_nobody_does_not_act_as_the_service_itself(call):
    with pytest.raises(ValueError, match="a token needs a user's id"), backend_token(user_id=get_userid()):
        pytest.fail("acting as somebody")
    assert get_userid() == ""


def test_a_block_that_fails_is_left_as_well(call):
    load_auth_token(generate_token("bob"))
    with pytest.raises(ZeroDivisionError), backend_token():
        raise ZeroDivisionError
    assert get_userid() == "bob"


def test_a_block_does_not_change_who_calls_in_other_threads_of_the_call(application):
    with entered(CallContext(application)) as call:
        load_auth_token(generate_token("bob"))
        with backend_token():
            assert call.identity.sub == "bob"


def test_a_token_for_another_service_is_not_ours(call):
    with backend_token(audience="billing", issuer="shop-backend") as text:
        assert current_user().audience == ("billing",) and get_token_issuer() == "shop-backend"
        with pytest.raises(TokenInvalid):
            load_auth_token(text, load=False)


def test_in_a_task_the_user_is_the_same_and_the_token_is_a_new_one(application):
    with entered(CallContext(application, "/me", "POST", request_id="abc")):
        load_auth_token(generate_token("bob", expire_in=10, data={"scope": "read", "email": "b@ob.se"}))
        caught, text = capture(), get_user_token()
    sealed = application.identity_carrier.seal(caught.identity, "task-1")
    with restore(caught, application) as task:
        task.identity = application.identity_carrier.open(sealed, "task-1")
        assert (get_userid(), current_user().scopes, current_user().token) == ("bob", ("read",), None)
        assert get_user_token_data()["email"] == "b@ob.se" and "token" not in get_user_token_data()
        new = load_auth_token(get_user_token(), load=False)
        assert new.token != text
        assert (new.sub, new.scopes, new.expires_at) == ("bob", ("read",), NOW + 300)


def test_in_a_task_the_token_is_for_those_the_callers_was_for(application):
    with entered(CallContext(application, "/me", "POST")), backend_token("shop-backend", "svc", audience="billing"):
        sealed = application.identity_carrier.seal(current_user(), "task-1")
    opened = application.identity_carrier.open(sealed, "task-1")
    with entered(CallContext(application, identity=opened)):
        text = get_user_token()
    claims = Verifier(SECRET, issuer="shop-backend", audience="billing", clock=lambda: NOW).verify(text)
    assert (claims.sub, claims.expires_at) == ("svc", NOW + 300)


def test_a_thread_knows_the_user_when_the_call_is_restored_in_it(application):
    seen = []
    with entered(CallContext(application)):
        load_auth_token(generate_token("bob"))
        caught = capture()

    def work():
        seen.append(get_userid())
        with restore(caught, application):
            seen.append(get_userid())

    thread = Thread(target=work)
    thread.start()
    thread.join(10)
    assert seen == ["", "bob"]


def test_a_script_without_a_call_logs_in_makes_tokens_and_acts_as_another(application, monkeypatch):
    monkeypatch.setattr("pymacaron_auth.identity.current_application", lambda: application)
    assert get_userid() == ""
    with backend_token() as text:
        assert get_userid() == "robot"
    assert get_userid() == ""
    load_auth_token(text)
    assert (get_userid(), current_call().application) == ("robot", application)


def test_without_an_application_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr("pymacaron_core.application._applications", set())
    with pytest.raises(NoApplication, match="no application is loaded here"):
        generate_token("bob")


def test_the_identity_of_another_guard_has_an_id_and_no_claims(call):
    call.identity = {"user_id": "own"}
    assert (get_userid(), get_user_token(), get_token_issuer()) == ("own", "", "shop")
    with pytest.raises(NoCurrentUser):
        current_user()


@pytest.mark.parametrize("identity", [object(), 7, "bob", {"sub": None}, [], {}])
def test_asking_for_the_id_never_fails(call, identity):
    call.identity = identity
    assert get_userid() == ""
