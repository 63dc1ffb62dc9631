"""The emulator of development, the only room that imports moto: a process of its own, or inside of this one."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from pymacaron_dynamodb.errors import EmulatorMissing, TableError

log = logging.getLogger(__name__)

INSTALL = 'pip install "./packages/pymacaron-dynamodb[embedded]" in a clone of the repository'
_ACCOUNTS = itertools.count(1)


def is_installed() -> bool:
    """Whether the extra ``embedded`` is there."""
    return all(find_spec(name) is not None for name in ("moto", "flask_cors"))


def require_installed() -> None:
    """Raise ``EmulatorMissing`` where the extra ``embedded`` is not there."""
    if not is_installed():
        raise EmulatorMissing(
            f"development needs an emulator of DynamoDB, which is not installed: {INSTALL}; or say where a "
            "database is, by dynamodb.endpoint or the environment variable PYM_DYNAMODB_ENDPOINT"
        )


def in_process_sender() -> Callable[..., Any]:
    """What answers a client's requests from an emulator in this process, with tables of its own; warns once.

    It takes botocore's event ``before-send``: nothing is patched, and no socket is used.
    """
    require_installed()
    client = import_module("werkzeug.test").Client(_application(), use_cookies=False)
    answer = import_module("botocore.awsrequest").AWSResponse
    account = f"{next(_ACCOUNTS):012d}"
    log.warning("models are kept in this process only, and are gone when it ends: 'pymacaron run' keeps them longer")

    def send(request: Any, **unused: Any) -> Any:
        headers = [
            (name, value.decode() if isinstance(value, bytes) else value) for name, value in request.headers.items()
        ]
        got = client.post("/", data=request.body, headers=[*headers, ("x-moto-account-id", account)])
        return answer(request.url, got.status_code, dict(got.headers), _Body(got.data))

    return send


class _Body(BytesIO):
    """The body of an answer, as botocore reads it."""

    def stream(self, **unused: Any) -> Any:
        yield self.read()


def _application() -> Any:
    """moto as a WSGI application that answers one request after the other: its conditional writes are not atomic."""
    application = import_module("moto.moto_server.werkzeug_app").create_backend_app("dynamodb")
    one_by_one = threading.Lock()

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length))  # a slow caller keeps nobody waiting
        with one_by_one:
            return application(environ, start_response)

    return answer


def serve_emulator(host: str, port: int, told: Callable[[str], None]) -> None:
    """Serve an emulator until SIGTERM or Ctrl-C. Raises ``TableError`` when the port is in use."""
    require_installed()
    serving = import_module("werkzeug.serving")

    class Handler(serving.WSGIRequestHandler):  # type: ignore[misc, name-defined]
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            """Answer a connection to its end; one that is gone, as all are at the end, is nobody's fault."""
            with contextlib.suppress(OSError):
                super().handle()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    listening = _listening(host, port)
    _forget_aws()
    server = serving.make_server(
        host, listening.getsockname()[1], _application(), threaded=True, request_handler=Handler, fd=listening.fileno()
    )
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    shown = f"[{host}]" if ":" in host else host
    told(f"the DynamoDB emulator answers on http://{shown}:{server.port}; its data are gone when it stops")
    server.serve_forever()


def _forget_aws() -> None:
    """Have moto, in a process of its own, stumble over no profile and no file of AWS that this machine has."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        os.environ[name] = os.devnull


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
        )
    except OSError as error:
        raise TableError(f"the emulator cannot listen on {host}:{port} ({error}): choose another --port") from error


def _end(number: int, frame: object) -> None:
    raise SystemExit(0)
