"""The discovery room: what a service asks for is attached, handed over or found, and what nobody provides stops it."""

import textwrap
import time
from importlib.metadata import EntryPoint, EntryPoints
from threading import Barrier, Thread
from types import ModuleType

import flask
import pytest
from pymacaron_core import API, ConfigError, GuardMissing, Plugin, PluginMissing, StartError, TokenInvalid, load
from pymacaron_core.config import load_config
from pymacaron_core.discovery import plugin_of
from pymacaron_core.gathering import Wishes, read_all
from pymacaron_core.plugins import GROUP, installed_plugin, wanted_by

OPEN = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: listOrders
      responses: {"200": {description: all, content: {application/json: {schema: {type: string}}}}}
"""
LOCKED = OPEN.replace("      responses", "      security: [{jwt: []}]\n      responses") + (
    "components: {securitySchemes: {jwt: {type: http, scheme: bearer}}}\n"
)
PERSISTENT = OPEN + (
    "components: {schemas: {Order: {x-persist: {table: orders, hash: id}, properties: {id: {type: string}}}}}"
)
HANDLERS = {"listOrders": lambda: "all"}


@pytest.fixture
def project(tmp_path):
    """A function that writes a project and gives its folder."""

    def make(document=OPEN, config="name: shop\n"):
        (tmp_path / "apis").mkdir(exist_ok=True)
        (tmp_path / "apis" / "shop.yaml").write_text(document)
        (tmp_path / "pym-config.yaml").write_text(textwrap.dedent(config))
        return tmp_path

    return make


class Doorkeeper(Plugin):
    """Lets in whoever says 'please'."""

    name = "auth"

    def __init__(self):
        self.applications = []

    def attach(self, application):
        self.applications.append(application)

    def guards(self, specification):
        return dict.fromkeys(specification.security_schemes, self.ask)

    def ask(self, call, credential):
        if credential.value != "please":
            raise TokenInvalid()
        return {"sub": "guest"}


class Queue(Plugin):
    name = "async"

    def __init__(self, broken=""):
        self.broken = broken

    def check_ready(self):
        if self.broken:
            raise ConnectionError(self.broken)


def found(monkeypatch, **plugins):
    """Have entry points lead to these plugins."""
    module = ModuleType("plugins_of_a_test")
    vars(module).update(plugins)
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    points = [EntryPoint(name.rstrip("_"), f"{module.__name__}:{name}", GROUP) for name in plugins]
    monkeypatch.setattr("pymacaron_core.plugins.entry_points", lambda **chosen: EntryPoints(points).select(**chosen))


def served(root, **options):
    return API(flask.Flask("s"), root=root, handlers=HANDLERS, **options).load_apis().finish()


def test_a_plugin_that_is_handed_over_guards_what_the_document_protects(project):
    keeper = Doorkeeper()
    application = served(project(LOCKED), auth=keeper)
    assert application.plugins == {"auth": keeper} and keeper.applications == [application]
    client = application.app.test_client()
    assert client.get("/orders").status_code == 401
    assert client.get("/orders", headers={"Authorization": "Bearer now"}).status_code == 401
    assert client.get("/orders", headers={"Authorization": "Bearer please"}).status_code == 200


def test_an_installed_plugin_is_found_when_the_document_asks_for_it(project, monkeypatch):
    found(monkeypatch, auth=Doorkeeper)
    assert isinstance(served(project(LOCKED)).plugins["auth"], Doorkeeper)


def test_an_installed_plugin_that_nobody_asks_for_is_not_even_imported(project, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("looked for a plugin")

    monkeypatch.setattr("pymacaron_core.plugins.entry_points", refuse)
    assert served(project()).plugins == {}


def test_a_guard_of_the_service_itself_goes_before_that_of_a_plugin(project):
    application = served(project(LOCKED), auth=Doorkeeper(), guards={"jwt": lambda call, credential: "anybody"})
    assert application.app.test_client().get("/orders", headers={"Authorization": "Bearer x"}).status_code == 200


def test_what_is_protected_and_guarded_by_nobody_stops_the_start_and_names_the_package(project, monkeypatch):
    found(monkeypatch)
    with pytest.raises(GuardMissing, match=r"listOrders .* 'jwt'(.|\n)*pip install ./packages/pymacaron-auth"):
        served(project(LOCKED))


@pytest.mark.parametrize(
    ("document", "config", "package", "reason"),
    [
        (OPEN, "with_async: true\n", "pymacaron-async", "'with_async: true'"),
        (OPEN, "async: {broker: x}\n", "pymacaron-async", "a section 'async'"),
        (OPEN, "jwt_issuer: me\n", "pymacaron-auth", "'jwt_issuer'"),
        (OPEN, "env_jwt_secret: SHOP\n", "pymacaron-auth", "'env_jwt_secret'"),
        (OPEN, "dynamodb: {region: eu-west-1}\n", "pymacaron-dynamodb", "a section 'dynamodb'"),
        (PERSISTENT, "name: shop\n", "pymacaron-dynamodb", "apis/shop.yaml: Order says 'x-persist'"),
        (
            OPEN.replace("      responses", "      x-decorate-server: pymacaron.auth.requires_auth\n      responses"),
            "name: shop\n",
            "pymacaron-auth",
            "'x-decorate-server: pymacaron.auth.requires_auth'",
        ),
    ],
)
def test_what_is_asked_for_and_not_installed_stops_the_start_with_the_line_to_run(
    project, monkeypatch, document, config, package, reason
):
    found(monkeypatch)
    with pytest.raises(PluginMissing) as caught:
        served(project(document, config))
    assert reason in str(caught.value) and f"pip install ./packages/{package} " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("config", ["with_async: false\n", "worker_count: 3\n", "aws_region: eu-west-1\n", "async:\n"])
def test_what_only_sizes_or_switches_off_asks_for_nothing(project, config):
    assert wanted_by(load_config(project(config=config)), []) == []


SCHEMES = {
    "{type: http, scheme: Bearer}": True,
    "{type: openIdConnect, openIdConnectUrl: 'https://a.se/.well-known/openid-configuration'}": True,
    "{type: apiKey, in: header, name: AUTHORIZATION}": True,
    "{type: apiKey, in: cookie, name: session}": True,
    "{type: apiKey, in: header, name: X-Key}": False,
    "{type: apiKey, in: query, name: key}": False,
    "{type: http, scheme: basic}": False,
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_only_a_scheme_whose_credential_is_a_token_asks_for_the_package(project, scheme):
    root = project(LOCKED.replace("{type: http, scheme: bearer}", scheme))
    wants = wanted_by(load_config(root), read_all(root / "apis", root, Wishes()))
    assert [(want.slot, want.required) for want in wants] == [("auth", False)] * SCHEMES[scheme]


def test_a_class_that_persists_asks_for_the_package_only_where_it_is_installed(project):
    document = PERSISTENT.replace("{table: orders, hash: id}", "shop.db.Kept")
    root = project(document)
    wants = wanted_by(load_config(root), read_all(root / "apis", root, Wishes()))
    assert [(want.slot, want.required) for want in wants] == [("dynamodb", False)]


def test_discovery_can_be_switched_off(project, monkeypatch):
    found(monkeypatch, async_=Queue)
    root = project(config="with_async: true\ncore: {discover: false}\n")
    with pytest.raises(PluginMissing, match=r"'core.discover: false'.*API\(app, tasks=pymacaron_async.Tasks\(\)\)"):
        served(root)
    assert set(served(root, tasks=Queue()).plugins) == {"async"}


def test_something_else_than_a_plugin_is_refused_by_name(project):
    with pytest.raises(StartError, match=r"API\(auth=...\) takes a plugin like pymacaron_auth.Auth\(\), not 'x'"):
        API(flask.Flask("s"), root=project(), auth="x")
    with pytest.raises(StartError, match=r"API\(tasks=...\) takes"):
        API(flask.Flask("s"), root=project(), tasks=Doorkeeper())


def test_a_plugin_that_cannot_be_loaded_is_told_in_one_sentence(project, monkeypatch):
    class Broken(Plugin):
        name = "async"

        def __init__(self):
            raise RuntimeError("no such thing")

    found(monkeypatch, async_=Broken)
    with pytest.raises(StartError, match=r"cannot be loaded \(RuntimeError: no such thing\): reinstall it"):
        installed_plugin("async")


def test_a_plugin_that_is_set_up_wrongly_stops_the_start(project):
    class Picky(Queue):
        def attach(self, application):
            raise application.config.error("/name", "name is not to my taste")

    with pytest.raises(ConfigError, match="not to my taste"):
        served(project(), tasks=Picky())


def test_a_plugin_looks_at_the_models_before_anything_is_served(project):
    class Picky(Queue):
        def attach(self, application):
            self.application = application

        def loaded(self):
            raise StartError(f"I do not like {list(self.application.apis)}")

    with pytest.raises(StartError, match=r"I do not like \['shop', 'ping', 'health'\]"):
        served(project(), tasks=Picky())
    tolerated = []
    api = API(flask.Flask("s"), root=project(), handlers=HANDLERS, tasks=Picky())
    api._wishes = Wishes(tolerated=tolerated)
    api.load_apis().finish()
    assert [str(error) for error in tolerated] == ["I do not like ['shop', 'ping', 'health']"]


def test_a_package_finds_its_plugin_when_it_is_first_needed(project, monkeypatch):
    application = served(project())
    found(monkeypatch, async_=Queue)
    queue = plugin_of(application, "async", "a task was called")
    assert queue is plugin_of(application, "async", "again") is application.plugins["async"]
    found(monkeypatch)
    with pytest.raises(PluginMissing, match="a model was saved, and pymacaron-dynamodb is not installed"):
        plugin_of(application, "dynamodb", "a model was saved")


def test_of_threads_that_need_a_plugin_first_one_attaches_it(project, monkeypatch):
    class Slow(Queue):
        def attach(self, application):
            attached.append(self)
            time.sleep(0.05)

    attached, given, together = [], [], Barrier(4)
    application = served(project())
    found(monkeypatch, async_=Slow)

    def ask():
        together.wait(10)
        given.append(plugin_of(application, "async", "a task was called"))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert given == attached * 4 and len(attached) == 1


def test_a_plugin_that_is_found_while_readiness_is_asked_for_does_no_harm(project, monkeypatch):
    class Needy(Queue):
        def check_ready(self):
            plugin_of(application, "auth", "a token was made")

    application = served(project(), tasks=Needy())
    found(monkeypatch, auth=Doorkeeper)
    reply = application.app.test_client().get("/health/ready")
    assert reply.json == {"status": "ready", "checks": ["async"]} and set(application.readiness) == {"async", "auth"}


def test_readiness_asks_every_plugin_and_tells_callers_no_more_than_its_name(project, caplog):
    application = served(project(), auth=Doorkeeper(), tasks=Queue())
    reply = application.app.test_client().get("/health/ready")
    assert reply.status_code == 200 and reply.json == {"status": "ready", "checks": ["auth", "async"]}
    application.plugins["async"].broken = "redis://user:password@host is down"
    reply = application.app.test_client().get("/health/ready")
    assert reply.status_code == 503 and reply.json["error"] == "SERVICE_UNAVAILABLE"
    assert reply.json["error_description"] == "not ready: async" and reply.headers["Retry-After"]
    assert "is down" in caplog.text and "Traceback" not in caplog.text
    assert application.app.test_client().get("/health/live").json == {"status": "live"}


def test_two_applications_of_one_process_have_their_own_plugins(tmp_path, project):
    first = served(project(LOCKED), auth=Doorkeeper())
    assert served(project(OPEN)).plugins == {} and set(first.plugins) == {"auth"}


def test_a_folder_without_a_server_finds_its_plugins_too(project, monkeypatch):
    found(monkeypatch, auth=Doorkeeper)
    root = project(LOCKED.replace("listOrders", "shop_of_discovery.list_orders"))
    (root / "shop_of_discovery.py").write_text("def list_orders():\n    return 'all'\n")
    client = load(root).app.test_client()
    assert client.get("/orders", headers={"Authorization": "Bearer please"}).status_code == 200
