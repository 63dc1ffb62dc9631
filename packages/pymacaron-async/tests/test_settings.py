"""The options: their defaults, those of 2.x at the top level, the queue's name."""

from pathlib import Path

import pytest
from pymacaron_async import AsyncSettings
from pymacaron_async.settings import default_worker_count, queue_name
from pymacaron_core import ConfigError, load_config


def read(tmp_path: Path, text: str):
    (tmp_path / "pym-config.yaml").write_text(text, encoding="utf-8")
    config = load_config(tmp_path, environ={})
    return config, config.read("async", AsyncSettings)


def test_the_names_of_2x_stand_at_the_top_level(tmp_path):
    _, settings = read(tmp_path, "with_async: true\nworker_count: 3\nasync: {lease: 10}\n")
    assert (settings.with_async, settings.worker_count, settings.lease) == (True, 3, 10)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("async: {leese: 3}", "leese"),
        ("async: {lease: 1}", "lease must be a number of seconds between 2 and 3600"),
        ("async: {time_limit: 0}", "time_limit must be a number of seconds"),
        ("async: {time_limit: null}", "time_limit must be"),
        ("async: {publish_timeout: 0}", "publish_timeout must be"),
        ("async: {queue: 'a b'}", "queue must be a name"),
        ("worker_count: two", "worker_count must be a number of processes"),
        ("with_async: maybe", "with_async must be true or false"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(ConfigError, match=rf"pym-config.yaml:1:\d+: .*{told}"):
        read(tmp_path, text)


def test_the_broker_may_be_a_secret(tmp_path):
    (tmp_path / "pym-config.yaml").write_text("env_secrets: [BROKER]\nasync: {broker: BROKER}\n", encoding="utf-8")
    config = load_config(tmp_path, environ={"BROKER": "redis://:geheim@host/0"})
    settings = config.read("async", AsyncSettings)
    assert settings.broker == "redis://:geheim@host/0"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: shop", "pymacaron.shop"),
        ("name: Mårten's shop!", "pymacaron.M-rten-s-shop-"),
        ("name: '€'", "pymacaron.-"),
        ("name: shop\nasync: {queue: other}", "other"),
    ],
)
def test_each_service_has_a_queue_of_its_own(tmp_path, text, name):
    config, settings = read(tmp_path, text)
    assert queue_name(settings, config) == name


def test_a_worker_runs_as_many_tasks_as_configured_two_in_development_else_two_for_each_processor(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert default_worker_count(AsyncSettings(worker_count=5), development=True) == 5
    assert default_worker_count(AsyncSettings(), development=True) == 2
    assert default_worker_count(AsyncSettings(), development=False) == 6
