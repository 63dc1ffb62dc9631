"""What Prometheus fetches: an address of its own, apart from the service's, at which the numbers of all workers are."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import accumulate
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from pymacaron_core.config import MetricsSettings
from pymacaron_core.listening import bound_socket, port_from
from pymacaron_core.metrics.counting import Counting
from pymacaron_core.metrics.layout import BOUNDS, BYTES, FIRST_BUCKET, FIRST_STATUS, SECONDS, STATUSES

PATH = "/metrics"
PATIENCE = 10
"""Seconds that a caller may take for a request."""
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder where prometheus-client keeps what several processes count, where there are several."""

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Collector:
    """The numbers of a service, as prometheus-client collects them."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    def collect(self) -> Iterator[Any]:
        """All metrics (prometheus-client, custom collectors)."""
        core = import_module("prometheus_client.core")
        labels = ("api", "operation", "method")
        requests = core.CounterMetricFamily("pymacaron_requests", "Requests answered.", labels=(*labels, "status"))
        durations = core.HistogramMetricFamily(
            "pymacaron_request_duration_seconds", "How long requests took.", labels=labels
        )
        sent = core.CounterMetricFamily("pymacaron_response_bytes", "Bytes of bodies of replies.", labels=labels)
        bounds = [*(str(bound) for bound in BOUNDS), "+Inf"]
        for row, cells in self._counting.rows():
            whose = (row.api, row.operation, row.method)
            for status, count in zip(STATUSES, cells[FIRST_STATUS:FIRST_BUCKET], strict=True):
                if count:
                    requests.add_metric((*whose, status), count)
            counts = accumulate(cells[FIRST_BUCKET:])
            durations.add_metric(whose, list(zip(bounds, counts, strict=True)), cells[SECONDS])
            sent.add_metric(whose, cells[BYTES])
        in_flight = core.GaugeMetricFamily("pymacaron_requests_in_flight", "Requests that are being served.")
        in_flight.add_metric((), self._counting.in_flight())
        yield from (requests, durations, sent, in_flight)


def application_of(counting: Counting) -> Wsgi:
    """A WSGI application that tells the metrics of a service, and those that its code makes by prometheus-client."""
    client = import_module("prometheus_client")
    registry = client.CollectorRegistry()
    if os.path.isdir(os.environ.get(DIRECTORY, "")):
        import_module("prometheus_client.multiprocess").MultiProcessCollector(registry)
    else:
        registry.register(client.REGISTRY)
    registry.register(Collector(counting))
    metrics: Wsgi = client.make_wsgi_app(registry)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            return metrics(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [f"metrics are at {PATH}\n".encode()]

    return application


def scraped_at(settings: MetricsSettings, environ: Any) -> socket.socket:
    """The socket at which metrics are fetched. Raises ``StartError`` when the address cannot be had."""
    port = port_from(environ, "PYM_METRICS_PORT") or settings.port
    return bound_socket(settings.host, port, "core.metrics.host", "core.metrics.port")


def scraped(counting: Counting, listening: socket.socket) -> None:
    """Answer from now on, in a thread of this process. Several processes may do so at one socket."""
    server = _Server(listening)
    server.set_app(application_of(counting))
    threading.Thread(target=server.serve_forever, name="pymacaron-metrics", daemon=True).start()


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def log_message(self, format: str, *args: Any) -> None:
        """It is no request of the service."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket) -> None:
        address: Any = listening.getsockname()[:2]
        super().__init__(address, _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_name, self.server_port = address
        self.setup_environ()
