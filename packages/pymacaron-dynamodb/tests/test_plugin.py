"""The plugin: what core is told, and which database an application has."""

import sys

import flask
import pytest
from documents import SHOP
from pymacaron_core import API, ConfigError, PluginMissing, StartError, load
from pymacaron_core import plugins as core_plugins
from pymacaron_core.application import loading
from pymacaron_dynamodb import DatabaseUnavailable, EmulatorMissing, Persistence, TableError, emulator
from pymacaron_dynamodb import TableNotFound as NoTable
from pymacaron_dynamodb.endpoint import VARIABLE
from pymacaron_dynamodb.plugin import current_store


@pytest.fixture
def project(tmp_path):
    """A function that writes a project and gives its folder."""

    def make(document=SHOP, config="{}"):
        (tmp_path / "apis").mkdir(exist_ok=True)
        (tmp_path / "apis" / "shop.yaml").write_text(document)
        (tmp_path / "pym-config.yaml").write_text(config)
        return tmp_path

    return make


def test_it_is_found_when_a_document_asks_for_it(project):
    assert isinstance(load(project()).plugins["dynamodb"], Persistence)


def test_its_tables_are_those_of_the_documents(application):
    plugin = application(SHOP, config="dynamodb: {table_prefix: live.}").plugins["dynamodb"]
    assert [str(table) for table in plugin.tables()] == ["live.books (id: N)", "live.readings (user: S, at: S)"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (SHOP.replace("hash: id", "hash: isbn"), "x-persist of shop.Book: hash must be a property, .* 'isbn'"),
        (SHOP.replace("table: readings", "table: books"), "two models declare the table books with different keys"),
    ],
)
def test_a_table_that_is_declared_wrongly_stops_the_start(application, document, message):
    with pytest.raises(TableError, match=message):
        application(document)


def test_wrong_options_stop_the_start(application):
    with pytest.raises(ConfigError, match=r"dynamodb.endpoint must be"):
        application(SHOP, config="dynamodb: {endpoint: mars}")


def test_production_without_a_region_stops_the_start(project):
    with pytest.raises(ConfigError, match="needs a region"):
        load(project(), production=True)


def test_development_gets_one_emulator_whose_address_is_handed_on(application, monkeypatch):
    plugin = application(SHOP).plugins["dynamodb"]
    (engine,) = plugin.engines()
    assert engine.command[0] == sys.executable and engine.command[-2:] == ("--port", "{port}")
    assert dict(engine.environ) == {VARIABLE: "http://127.0.0.1:{port}"}
    assert engine.ready == "tcp:127.0.0.1:{port}" and "until it stops" in engine.told
    assert type(engine).from_json(engine.to_json()) == engine
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:1")
    assert list(plugin.engines()) == []
    assert plugin.endpoint.url == "http://127.0.0.1:1"


def test_no_emulator_is_started_where_a_database_is_named_or_in_production(application, project):
    named = application(SHOP, config="dynamodb: {endpoint: 'http://127.0.0.1:1'}")
    assert list(named.plugins["dynamodb"].engines()) == []
    live = load(project(config="dynamodb: {region: eu-west-1}"), production=True)
    assert list(live.plugins["dynamodb"].engines()) == []


def test_the_store_follows_the_environment(application, monkeypatch, caplog):
    plugin = application(SHOP).plugins["dynamodb"]
    assert plugin.store is plugin.store and plugin.store.endpoint.is_in_process
    assert plugin.store.makes_tables
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:1")
    assert plugin.store.endpoint.url == "http://127.0.0.1:1"


def test_a_worker_that_starts_has_a_store_of_its_own(application):
    loaded = application(SHOP)
    plugin = loaded.plugins["dynamodb"]
    before = plugin.store
    loaded.start_worker()
    assert plugin.store is not before


def test_one_line_says_that_models_in_this_process_do_not_last(application, caplog):
    store = application(SHOP).plugins["dynamodb"].store
    store.tables.answer()
    store.session.resource.meta.client.list_tables()
    assert [record.getMessage() for record in caplog.records if record.name == emulator.__name__] == [
        "models are kept in this process only, and are gone when it ends: 'pymacaron run' keeps them longer"
    ]


def test_without_the_extra_one_sentence_names_it(application, monkeypatch):
    plugin = application(SHOP).plugins["dynamodb"]
    monkeypatch.setattr(emulator, "find_spec", lambda name: None)
    for operation in (plugin.engines, plugin.store.tables.answer):
        with pytest.raises(
            EmulatorMissing, match=r'not installed: pip install "./packages/pymacaron-dynamodb\[embedded\]"'
        ):
            operation()


def test_tables_are_made_once_engines_run(application, moto_url, monkeypatch):
    plugin = application(SHOP, config="dynamodb: {table_prefix: started.}").plugins["dynamodb"]
    monkeypatch.setenv(VARIABLE, moto_url)
    plugin.started()
    assert [step.action for step in plugin.store.tables.plan(plugin.tables())] == ["keep", "keep"]
    plugin.check_ready()


def test_in_production_no_table_is_made_and_a_missing_one_is_not_ready(project, moto_url, monkeypatch):
    monkeypatch.setenv(VARIABLE, moto_url)
    application = load(project(config="dynamodb: {table_prefix: nowhere.}"), production=True)
    plugin = application.plugins["dynamodb"]
    plugin.started()
    with pytest.raises(NoTable, match=r"nowhere.books is not on"):
        plugin.check_ready()
    answer = application.app.test_client().get("/health/ready")
    assert answer.status_code == 503
    with pytest.raises(NoTable):
        plugin.store.load(application.apis["shop"].catalog.Book, 1)


def test_a_database_that_does_not_answer_is_not_ready(application, monkeypatch):
    plugin = application(SHOP).plugins["dynamodb"]
    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:1")
    with pytest.raises(DatabaseUnavailable, match=r"the database is asked: http://127.0.0.1:1 does not answer"):
        plugin.check_ready()


def test_the_store_is_that_of_the_current_application(application):
    application = application(SHOP)
    with loading(application):
        assert current_store() is application.plugins["dynamodb"].store


def test_an_application_that_asks_for_nothing_gets_the_plugin_when_it_is_first_needed(tmp_path):
    bare = API(flask.Flask("bare"), root=tmp_path).application
    with loading(bare):
        assert current_store().endpoint.is_in_process
    assert "dynamodb" in bare.plugins


def test_another_plugin_in_the_slot_is_told(tmp_path):
    other = type("Other", (core_plugins.Plugin,), {"name": "dynamodb"})()
    bare = API(flask.Flask("bare"), root=tmp_path, persistence=other).application
    with loading(bare), pytest.raises(StartError, match=r"models are kept by pymacaron_dynamodb.Persistence"):
        current_store()


def test_discovery_may_be_forbidden(tmp_path):
    (tmp_path / "pym-config.yaml").write_text("core: {discover: false}")
    bare = API(flask.Flask("bare"), root=tmp_path).application
    with loading(bare), pytest.raises(PluginMissing, match=r"persistence=pymacaron_dynamodb.Persistence"):
        current_store()
