"""How Celery is set up, as far as it can be told without a broker."""

import ssl

import pytest
from celery import Celery
from kombu import Connection
from pymacaron_async import AsyncSettings
from pymacaron_async.broker import checked
from pymacaron_async.queue.app import make_sender
from pymacaron_async.queue.options import celery_options, folder_transport, publisher_transport, worker_transport

SETTINGS = AsyncSettings()
REDIS = checked("redis://host/0", "here")


def test_celery_knows_every_option():
    app = Celery("shop", set_as_current=False)
    known = set(app.conf)
    assert set(celery_options(SETTINGS, "pymacaron.shop")) <= known


def test_what_makes_tasks_safe_is_on():
    options = celery_options(AsyncSettings(time_limit=7), "pymacaron.shop")
    for name in (
        "task_acks_late",
        "task_reject_on_worker_lost",
        "task_acks_on_failure_or_timeout",
        "task_ignore_result",
    ):
        assert options[name] is True
    assert options["worker_prefetch_multiplier"] == 1
    assert options["accept_content"] == ["json"] and options["task_serializer"] == "json"
    assert (options["task_soft_time_limit"], options["task_time_limit"]) == (7, 12)
    assert options["result_backend"] is None


@pytest.mark.parametrize(("lease", "interval"), [(2, 1.0), (10, 2.0), (60, 5.0)])
def test_a_killed_workers_task_is_back_within_the_lease_and_a_few_seconds(lease, interval):
    options = worker_transport(AsyncSettings(lease=lease), REDIS, "pymacaron.shop")
    assert options["visibility_timeout"] == lease
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] == interval
    assert options["unacked_mutex_expire"] <= max(2, lease)


def test_the_keys_of_a_lease_belong_to_one_service():
    keys = [worker_transport(SETTINGS, REDIS, queue)[key] for queue in ("a", "b") for key in ("unacked_key",)]
    assert keys == ["a.unacked", "b.unacked"]


def test_two_waits_of_a_publisher_fit_into_its_time_out():
    options = publisher_transport(AsyncSettings(publish_timeout=3), REDIS, "pymacaron.shop")
    assert (options["socket_timeout"], options["socket_connect_timeout"], options["max_retries"]) == (1.5, 1.5, 0)
    rabbit = publisher_transport(SETTINGS, checked("amqp://host", "here"), "pymacaron.shop")
    assert rabbit["confirm_publish"] is True and rabbit["read_timeout"] == 1.0
    assert worker_transport(SETTINGS, checked("amqp://host", "here"), "pymacaron.shop") == {}


def test_messages_in_files_lie_in_one_private_folder(tmp_path):
    options = folder_transport(tmp_path / "tasks")
    assert options["folder"] == str(tmp_path / "tasks")
    assert (tmp_path / "tasks").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("rediss://host/0", ssl.CERT_REQUIRED),
        ("rediss://host/0?ssl_cert_reqs=required", ssl.CERT_REQUIRED),
        ("rediss://host/0?ssl_cert_reqs=none", ssl.CERT_NONE),
    ],
)
def test_certificates_are_checked_unless_the_url_says_otherwise(url, wanted):
    connection: Connection = make_sender(SETTINGS, checked(url, "here"), "pymacaron.shop", None).connection()
    assert connection.ssl["ssl_cert_reqs"] == wanted
