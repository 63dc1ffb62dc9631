"""Passing on: what goes with a call so that it can be followed from service to service."""

from __future__ import annotations

import re
import sys

from pymacaron_core.context import CallContext

CALLER_ID, CALLER_PATH = "PymCallerID", "PymCallerPath"
"""The headers of 2.x: the id of the call that led to this one, and the way it has taken."""
LONGEST_PATH = 1_000
_TRACE_STATE = re.compile(r"[\x20-\x7e]{1,512}\Z")
_TRACE_PARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")


def passed_on(call: CallContext | None, request_id: str, is_internal: bool) -> dict[str, str]:
    """The headers that tell of the call being served: ``X-Request-ID``, ``traceparent`` and ``tracestate`` (W3C Trace
    Context), and to services of ours the way that led here.

    Where OpenTelemetry is in use, it tells of its own span.
    """
    headers = {"X-Request-ID": request_id}
    if call is not None:
        headers |= _trace(call)
        if is_internal:
            headers |= _way(call, request_id)
    propagate = sys.modules.get("opentelemetry.propagate")
    if propagate is not None:
        propagate.inject(headers)
    return headers


def _trace(call: CallContext) -> dict[str, str]:
    parent, state = call.trace_parent or "", call.header("tracestate") or ""
    if not _TRACE_PARENT.match(parent):
        return {}
    return {"traceparent": parent, **({"tracestate": state} if _TRACE_STATE.match(state) else {})}


def _way(call: CallContext, request_id: str) -> dict[str, str]:
    name = getattr(call.application, "name", "") or "?"
    so_far = call.header(CALLER_PATH) or ""
    way = f"{so_far}/{name}.{call.operation_id or call.method}".lstrip("/")
    plain = re.sub(r"[^\x21-\x7e]", "_", way)
    return {CALLER_ID: request_id, CALLER_PATH: plain[-LONGEST_PATH:]}
