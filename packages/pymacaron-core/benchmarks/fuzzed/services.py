"""Whole services, each of one document: its functions are those of ``workshop``, or made up from the document."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
from pymacaron_core import API, spec
from pymacaron_core.mock import mock_function
from werkzeug.serving import WSGIRequestHandler, make_server

from fuzzed import workshop

HERE = Path(__file__).parent
CORE = HERE.parents[1]
EXAMPLE = CORE.parents[1] / "examples" / "helloworld" / "apis"


@dataclass(frozen=True)
class Service:
    """A document to be served; ``name`` is what its page is called."""

    name: str
    document: Path
    title: str
    functions: str = "made up from the document"

    @property
    def has_state(self) -> bool:
        """Whether one call shows what another did."""
        return self.functions == "a store in memory"


SERVICES = (
    Service(
        "workshop",
        HERE / "workshop.yaml",
        "Workshop, 3.1: every style, kind of body and kind of reply",
        "a store in memory",
    ),
    Service("swagger", CORE / "tests" / "petstore" / "swagger.yaml", "Petstore, 2.0, as published"),
    Service("openapi", CORE / "tests" / "petstore" / "openapi.yaml", "Petstore, 3.0, as published"),
    Service("helloworld", EXAMPLE / "helloworld.yaml", "Example service: helloworld"),
    Service("guestbook", EXAMPLE / "guestbook.yaml", "Example service: guestbook"),
    Service("account", EXAMPLE / "account.yaml", "Example service: account"),
    Service("ping", CORE / "src/pymacaron_core/builtin/ping.yaml", "Built in: ping", "its own"),
    Service("health", CORE / "src/pymacaron_core/builtin/health.yaml", "Built in: health", "its own"),
)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *said: Any) -> None:
        """Nothing: there are too many."""


def made(service: Service, root: Path) -> flask.Flask:
    """The service as a Flask application, its document published below ``/doc/``."""
    if str(EXAMPLE.parent) not in sys.path:
        sys.path.append(str(EXAMPLE.parent))  # its document names a parent class there
    (root / "apis").mkdir()
    (root / "pym-config.yaml").write_text("core: {discover: false}\n")
    app = flask.Flask(service.name, root_path=str(root))
    if service.functions == "its own":
        API(app, root=root).publish_apis().finish()
        return app
    text = service.document.read_text(encoding="utf-8")
    text = re.sub("(?m)^ *x-persist:.*\n", "", text)  # no database is called here
    (root / "apis" / f"{service.name}.yaml").write_text(text, encoding="utf-8")
    specification, _ = spec.read(root / "apis" / f"{service.name}.yaml", root=root, name=service.name)
    made_up = {o.id: mock_function(o, specification) for o in specification.operations}
    handlers: Mapping[str, Any] = vars(workshop) if service.has_state else made_up
    guards = dict.fromkeys(specification.security_schemes, workshop.guard)
    named = {o.id: handlers[o.id] for o in specification.operations}
    API(app, root=root, handlers=named, guards=guards).load_apis().publish_apis().finish()
    return app


@contextmanager
def served(app: flask.Flask) -> Iterator[str]:
    """The application on the loopback address; where that is."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
