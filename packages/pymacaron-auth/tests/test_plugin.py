"""The plugin: handed over or found, one for each application, and the start that fails closed."""

import subprocess
import sys
from threading import Thread

import pytest
from flask import Flask
from forging import OTHER_SECRET, SECRET
from pymacaron_auth import Auth, IdentityRefused, generate_token, get_userid
from pymacaron_core import API, ConfigError, GuardMissing, StartError
from pymacaron_core.context import CallContext, entered
from pymacaron_core.plugins import Plugin
from service import service


def test_it_is_found_where_the_document_asks_for_it(tmp_path):
    application = service(tmp_path, auth=False, config=f"jwt_secret: {SECRET}\n")
    assert isinstance(application.plugins["auth"], Auth)
    with entered(CallContext(application)):
        headers = {"Authorization": f"Bearer {generate_token('bob')}"}
    assert application.app.test_client().get("/me", headers=headers).get_json() == {"user": "bob"}


def test_it_brings_a_carrier_a_check_and_an_api(tmp_path):
    application = service(tmp_path)
    assert application.identity_carrier.open(application.identity_carrier.seal("bob", "t"), "t") == "bob"
    application.readiness["auth"]()
    assert application.apis["auth"].builtin


def test_auth_version_tells_what_version_tells(tmp_path):
    application = service(tmp_path)
    client = application.app.test_client()
    with entered(CallContext(application)):
        headers = {"Authorization": f"Bearer {generate_token('test-jwt-token')}"}
    response = client.get("/auth/version", headers=headers)
    assert response.status_code == 200
    assert response.get_json() == client.get("/version").get_json()
    assert client.get("/auth/version").status_code == 401


def test_auth_version_is_in_the_docs(tmp_path):
    client = service(tmp_path).app.test_client()
    assert "/auth/version" in client.get("/doc/auth.json").get_json()["paths"]


def test_a_secret_that_was_made_up_is_named_at_the_start(tmp_path, log_lines):
    service(tmp_path, auth=Auth())
    told = [line for line in log_lines if "PYM_JWT_SECRET is not set" in line]
    assert len(told) == 1 and ".pym/secrets.json" in told[0]


def test_a_production_without_a_secret_does_not_start(tmp_path):
    (tmp_path / "apis").mkdir()
    code = (
        "import sys, flask, pymacaron_core as core\nfrom pymacaron_auth import Auth\n"
        "config = core.load_config(sys.argv[1], production=True)\n"
        "try: core.API(flask.Flask('shop'), auth=Auth(), config=config)\n"
        "except core.StartError as error: sys.exit(str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "the secret PYM_JWT_SECRET is not set" in done.stderr


def test_one_of_two_applications_does_not_take_the_others_tokens(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    one, two = (
        service(folder, auth=Auth(secret=secret))
        for folder, secret in zip(folders, (SECRET, OTHER_SECRET), strict=True)
    )
    tokens = {}
    for application in (one, two):
        with entered(CallContext(application)):
            tokens[application] = {"Authorization": f"Bearer {generate_token('bob')}"}
    for application, other in ((one, two), (two, one)):
        client = application.app.test_client()
        for path in ("/me", "/decorated", "/auth/version"):
            assert client.get(path, headers=tokens[application]).status_code == 200
            assert client.get(path, headers=tokens[other]).get_json()["error"] == "TOKEN_INVALID"
        sealed = application.identity_carrier.seal("bob", "t")
        with pytest.raises(IdentityRefused):
            other.identity_carrier.open(sealed, "t")


def test_many_threads_each_have_their_own_user(tmp_path):
    application = service(tmp_path)
    with entered(CallContext(application)):
        tokens = {f"user-{n}": generate_token(f"user-{n}") for n in range(8)}
    seen = []

    def call(user):
        client = application.app.test_client()
        for path in ["/me", "/decorated", "/open"] * 20:
            answer = client.get(path, headers={"Authorization": f"Bearer {tokens[user]}"}).get_json()
            seen.append(answer == {"user": "" if path == "/open" else user})

    threads = [Thread(target=call, args=[user]) for user in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(seen) == 8 * 60 and all(seen)
    assert get_userid() == ""


def test_one_plugin_is_for_one_application(tmp_path):
    auth = Auth(secret=SECRET)
    service(tmp_path, auth=auth)
    with pytest.raises(StartError, match="belongs to another application already"):
        API(Flask("other"), root=tmp_path, auth=auth)


def test_a_plugin_that_was_not_handed_over_says_so():
    with pytest.raises(StartError, match="belongs to no application yet"):
        _ = Auth(secret=SECRET).tokens


class Foreign(Plugin):
    name = "auth"


def test_the_functions_need_their_own_plugin(tmp_path):
    (tmp_path / "apis").mkdir()
    application = API(Flask("shop"), root=tmp_path, auth=Foreign()).application
    with entered(CallContext(application)), pytest.raises(StartError, match="need its own plugin"):
        generate_token("bob")


@pytest.mark.parametrize(
    "given",
    [
        {"issuer": ""},
        {"issuer": 7},
        {"audience": ["a"]},
        {"default_user_id": ""},
        {"leeway": -1},
        {"leeway": True},
        {"leeway": "60"},
        {"token_timeout": 0},
        {"leeway": 3601},
        {"trusted_origins": "https://a.se"},
        {"trusted_origins": ["https://a.se/"]},
        {"trusted_origins": ["https://a.se", 7]},
        {"trusted_origins": 7},
    ],
)
def test_a_value_of_a_wrong_type_is_refused(given):
    name = next(iter(given))
    with pytest.raises(ConfigError, match=rf"Auth\(\.\.\.\): {name}(\.\d)? must be a .*, not"):
        Auth(**given)


def test_the_origins_handed_over_may_be_any_iterable(tmp_path):
    auth = Auth(secret=SECRET, trusted_origins=(f"https://{name}.se" for name in "ab"))
    service(tmp_path, auth=auth)
    assert auth.tokens.options.trusted_origins == ("https://a.se", "https://b.se")


KEYS_ONLY = """
openapi: 3.0.3
info: {title: Shop, version: "1.0"}
paths: {/me: {get: {operationId: me, security: [{key: []}], responses: {default: {description: x}}}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}}
"""


def test_a_service_may_have_an_api_of_the_same_name(tmp_path):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis/auth.yaml").write_text(KEYS_ONLY.replace("/me", "/own"))
    application = service(tmp_path, guards={"key": lambda call, credential: True})
    rules = {rule.rule for rule in application.app.url_map.iter_rules()}
    assert {"/own", "/auth/version"} <= rules
    assert application.app.test_client().get("/auth/version").status_code == 401


def test_it_is_not_asked_for_where_no_scheme_is_one_for_tokens(tmp_path):
    with pytest.raises(GuardMissing, match="'key'"):
        service(tmp_path, auth=False, document=KEYS_ONLY)
    assert not (tmp_path / ".pym/secrets.json").exists()


def test_its_clock_may_be_another(tmp_path):
    now = [1_000_000_000]
    application = service(tmp_path, auth=Auth(secret=SECRET, clock=lambda: now[0], token_timeout=100, leeway=10))
    with entered(CallContext(application)):
        headers = {"Authorization": f"Bearer {generate_token('bob')}"}
    client = application.app.test_client()
    now[0] += 109
    assert client.get("/me", headers=headers).status_code == 200
    now[0] += 1
    assert client.get("/me", headers=headers).get_json()["error"] == "TOKEN_EXPIRED"
