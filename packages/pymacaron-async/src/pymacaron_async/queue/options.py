"""How Celery is set up: late acknowledgement, leases, JSON, no results, and an end to every wait."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from pymacaron_async.broker import Broker
from pymacaron_async.settings import AsyncSettings

TASK = "pymacaron.task"
"""The one task that Celery knows; its argument is a message, which names the function."""
ANSWER = 2.0
"""Seconds a worker waits for the broker to take a connection or to answer."""
GRACE = 5
"""Seconds between the interruption of a task at its time limit and its end by force."""

QUIET = ("celery", "kombu", "amqp")
"""Loggers of Celery that say more than people who run a service want to read."""


def celery_options(settings: AsyncSettings, queue: str) -> dict[str, Any]:
    """Celery's options that publishers and workers share."""
    return {
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_backend": None,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_default_queue": queue,
        "task_default_exchange": queue,
        "task_default_routing_key": queue,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure_or_timeout": True,
        "task_soft_time_limit": settings.time_limit,
        "task_time_limit": settings.time_limit + GRACE,
        "task_publish_retry": False,
        "task_send_sent_event": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_consumer": "pymacaron_async.queue.consumer:KeepingConsumer",
    }


def worker_transport(settings: AsyncSettings, broker: Broker, queue: str) -> dict[str, Any]:
    """The transport's options of a worker: on Redis, whose tasks are whose, and for how long.

    The keys of the lease carry the queue's name, since kombu's own are shared by all that use one Redis, and a service
    with a shorter lease would take over the tasks of the others.
    """
    if not broker.is_redis:
        return {}
    return {
        "visibility_timeout": settings.lease,
        "unacked_key": f"{queue}.unacked",
        "unacked_index_key": f"{queue}.unacked_index",
        "unacked_mutex_key": f"{queue}.unacked_mutex",
        "unacked_mutex_expire": max(2, settings.lease // 2),
        "taken_key": f"{queue}.taken",
        "priority_steps": [0],
        "unacked_restore_interval": min(5.0, max(1.0, settings.lease / 5)),
        "unacked_restore_throttle": 1,
        "socket_timeout": ANSWER,
        "socket_connect_timeout": ANSWER,
        "socket_keepalive": True,
    }


def publisher_transport(settings: AsyncSettings, broker: Broker, queue: str) -> dict[str, Any]:
    """The transport's options of a publisher: every wait is so short that two attempts fit into the time-out."""
    wait = settings.publish_timeout / 2
    once = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}  # else it tries for ever
    if broker.is_redis:
        waits = {"socket_timeout": wait, "socket_connect_timeout": wait}
        return {**worker_transport(settings, broker, queue), **waits, **once}
    return {"confirm_publish": True, "read_timeout": wait, "write_timeout": wait, **once}


def tls_options(broker: Broker) -> dict[str, Any] | None:
    """Celery's ``broker_use_ssl``: kombu checks no certificate of ``rediss://`` unless it is told to."""
    if broker.scheme != "rediss" or "ssl_cert_reqs=" in broker.url:
        return None
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}


def folder_transport(folder: Path) -> dict[str, Any]:
    """The options of the transport of files: one private folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {"folder": str(folder), "polling_interval": 0.05}
