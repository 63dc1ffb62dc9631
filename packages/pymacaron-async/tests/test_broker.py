"""The broker: where it is named, which ones can be used, and that no password is shown."""

from pathlib import Path

import pytest
from pymacaron_async import AsyncSettings, BrokerError
from pymacaron_async.broker import Broker, checked, configured_broker, current_broker, shown
from pymacaron_core.config import load_config

NONE, NAMED = AsyncSettings(), AsyncSettings(broker="redis://configured/0")


def config(tmp_path: Path, production: bool = False, **environ: str):
    return load_config(tmp_path, environ=environ, production=production)


def test_the_setting_comes_first_then_the_environment_then_this_process(tmp_path, monkeypatch):
    named = config(tmp_path, PYM_BROKER_URL="redis://environment/0")
    assert current_broker(NAMED, named).url == "redis://configured/0"
    assert current_broker(NONE, named).url == "redis://environment/0"
    bare = config(tmp_path)
    assert current_broker(NONE, bare).in_process and configured_broker(NONE, bare) is None
    monkeypatch.setenv("PYM_BROKER_URL", "redis://later/0")
    assert current_broker(NONE, bare).url == "redis://later/0"


def test_production_needs_a_broker(tmp_path):
    with pytest.raises(BrokerError, match="no broker is named for background tasks: set the environment variable"):
        current_broker(NONE, config(tmp_path, production=True))
    with pytest.raises(BrokerError, match="PYM_BROKER_URL says 'in-process', which loses tasks"):
        current_broker(NONE, config(tmp_path, production=True, PYM_BROKER_URL="in-process"))
    assert current_broker(NONE, config(tmp_path, PYM_BROKER_URL="in-process")).in_process


@pytest.mark.parametrize(
    "url",
    [
        "redis://host",
        "redis://:secret@host:6379/1",
        "rediss://user:secret@host/0?ssl_cert_reqs=required",
        "redis+socket:///run/redis.sock?virtual_host=0",
        "amqp://user:secret@host:5672/name",
        "amqps://host",
    ],
)
def test_urls_that_can_be_used(url):
    broker = checked(url, "here")
    assert broker.url == url
    assert broker.is_redis == url.startswith("redis")
    assert "secret" not in f"{broker} {broker!r}"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqs://key:secret@host", "here begins with 'sqs://': it must begin with one of redis://"),
        ("memory://", "'memory://'"),
        ("secret", "is no URL"),
        ("REDIS://secret", "is no URL"),
        ("redis://", "is no complete URL: write it like redis://host:6379/0"),
        ("redis+socket://", "like redis.socket:///run/redis.sock"),
        ("redis+socket:///", "is no complete URL"),
        ("redis://host:secret/0", "is no complete URL"),
        ("redis://host:0/0", "is no complete URL"),
        ("redis://ho st", "is no complete URL"),
        ("redis://[secret", "is no complete URL"),
        ("amqp:///secret", "like amqp://"),
    ],
)
def test_urls_that_cannot_be_used_are_refused_without_showing_them(url, told):
    with pytest.raises(BrokerError, match=told) as raised:
        checked(url, "here")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("redis://u:p@w@host/0?password=x", "redis://u:***@host/0"),
        ("redis://host/0", "redis://host/0"),
        ("redis://user@host", "redis://user@host"),
        ("redis+socket://:p@/run/x.sock?virtual_host=0", "redis+socket://:***@/run/x.sock"),
    ],
)
def test_what_is_shown_of_a_url(url, seen):
    assert shown(url) == seen
    assert str(Broker("in-process", "in-process")) == "in-process"
