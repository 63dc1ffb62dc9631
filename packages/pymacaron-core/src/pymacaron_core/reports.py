"""What a report says: when, of which answer, whose call, which server and which request."""

from __future__ import annotations

import os
import socket
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import flask

from pymacaron_core.context import CallContext, current_call
from pymacaron_core.errors import PyMacaronException
from pymacaron_core.lines import user_id
from pymacaron_core.redaction import Redaction

LONGEST_TRACE = 50_000
"""How many characters of a traceback are told: its end is, which says what happened."""
CLAIMS = ("name", "email", "preferred_username", "username", "given_name", "family_name", "language")
"""What of an identity is told beside its id, where it is there."""

Data = dict[str, Any]


@dataclass
class Server:
    """What reports say of the service."""

    api_name: str = ""
    api_version: str = ""
    environment: str = ""
    port: int | None = None

    def told(self, environ: Mapping[str, Any]) -> Data:
        port = str(environ.get("SERVER_PORT", ""))
        return {
            "fqdn": socket.gethostname(),
            "port": int(port) if port.isdecimal() else self.port,
            "api_name": self.api_name,
            "api_version": self.api_version,
            "PYM_ENV": self.environment,
            "pid": os.getpid(),
        }


def report_of(server: Server, redaction: Redaction, data: Mapping[str, Any], default_user_id: str | None) -> Data:
    """A report with what is known of the call; ``data`` stands beside that. Nothing that is secret is in it."""
    call, (environ, body) = current_call(), request_now()
    whole = {
        "time": time_of(call),
        "user": user_of(call, environ, default_user_id),
        "server": server.told(environ),
        "request": request_of(call, environ, body, redaction),
        **data,
    }
    query = str(environ.get("QUERY_STRING", ""))
    told: Data = redaction.value(whole, redaction.credentials(call.header, query) if call else ())
    return told


def request_now() -> tuple[Mapping[str, Any], bytes | None]:
    """The WSGI environment of the request being served, and as much of its body as somebody has read already."""
    if not flask.has_request_context():
        return {}, None
    return flask.request.environ, vars(flask.request._get_current_object()).get("_cached_data")  # type: ignore[attr-defined]


def time_of(call: CallContext | None) -> Data:
    """When a call began and ended (RFC 3339, UTC), and how many microseconds it took, where that is measured."""
    end = datetime.now(timezone.utc)
    started: float | None = getattr(call, "started", None)
    took = None if started is None else timedelta(seconds=time.perf_counter() - started)
    return {
        "start": (end - took).isoformat() if took is not None else None,
        "end": end.isoformat(),
        "microsecs": took // timedelta(microseconds=1) if took is not None else None,
    }


def response_of(error: PyMacaronException) -> Data:
    return {
        "status": error.status,
        "error_code": error.code,
        "error_description": error.message,
        "user_message": error.user_message,
    }


def user_of(call: CallContext | None, environ: Mapping[str, Any], default_user_id: str | None) -> Data:
    """Who calls, as far as the identity says, and from where."""
    identity = call.identity if call else None
    told: Data = {"id": user_id(identity) or default_user_id, "is_auth": identity is not None}
    for name in CLAIMS:
        found = _claim(identity, name)
        if isinstance(found, str) and found:
            told[name] = found[:200]
    if environ.get("REMOTE_ADDR"):
        told["ip"] = environ["REMOTE_ADDR"]
        told["forwarded_ip"] = str(environ.get("HTTP_X_FORWARDED_FOR", "")).partition(",")[0].strip()[:100] or None
        told["user_agent"] = str(environ.get("HTTP_USER_AGENT", ""))[:500] or None
    return told


def _claim(identity: Any, name: str) -> Any:
    for place in (identity, getattr(identity, "data", None)):
        found = place.get(name) if isinstance(place, Mapping) else getattr(place, name, None)
        if found is not None:
            return found
    return None


def request_of(call: CallContext | None, environ: Mapping[str, Any], body: bytes | None, redaction: Redaction) -> Data:
    """The request: its addresses, its query and its body without secrets. Its headers are not told."""
    if call is None:
        return {}
    told: Data = {"id": call.request_id, "url": call.url, "method": call.method}
    if not environ:
        return told
    base = base_url(environ)
    query = redaction.query(str(environ.get("QUERY_STRING", ""))[:10_000])
    return {
        "id": call.request_id,
        "url": f"{base}?{query}" if query else base,
        "base_url": base,
        "path": call.url,
        "method": call.method,
        "request_query": query,
        "request_body": redaction.body(body, str(environ.get("CONTENT_TYPE", ""))) if body else None,
    }


def base_url(environ: Mapping[str, Any]) -> str:
    """The address of a request without its query."""
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME')}:{environ.get('SERVER_PORT')}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}{path_of(environ)}"


def path_of(environ: Mapping[str, Any]) -> str:
    """The path of a request as a URI reference (RFC 3986), with what the service is mounted at."""
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return quote(path.encode("latin-1", "replace"), safe="/:@!$&'()*+,;=-._~")


def trace_of(exception: BaseException) -> str:
    return "".join(traceback.format_exception(exception))[-LONGEST_TRACE:]
