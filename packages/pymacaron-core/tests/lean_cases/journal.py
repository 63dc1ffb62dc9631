"""The journal: what happened, in order, as plain values that can be compared."""

import difflib
import re
import weakref
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import flask
from pymacaron_core import current_call

_ADDRESS = re.compile(r"(?<=0x)[0-9a-f]{6,}|(?<=memory:)[0-9a-f]+")
_MOMENT = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_SHOWN = {
    "pymacaron_core.lean.contexts.WsgiContext": "pymacaron_core.context.CallContext",
    "pymacaron_core.lean.contexts.LeanAppContext": "flask.ctx.AppContext",
    "LeanContext": "RequestContext",
}


class Journal:
    """What happened. ``ordinal`` tells objects apart that have no other name: the first one seen is 0, and so on."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._known: list[Any] = []

    def add(self, what: str, *facts: Any) -> None:
        """Write a line, and one for each of named facts."""
        named = facts[0] if len(facts) == 1 and isinstance(facts[0], dict) else {}
        self.lines.append(what if named else " ".join([what, *(repr(plain(fact)) for fact in facts)]))
        self.lines.extend(f"    {name}: {plain(fact)!r}" for name, fact in named.items())

    def ordinal(self, thing: Any) -> int:
        """The number of an object, the same whenever it is seen again."""
        for number, known in enumerate(self._known):
            if known is thing:
                return number
        self._known.append(thing)
        return len(self._known) - 1


def difference(one: Journal, other: Journal) -> str:
    """Where two journals differ, with what happened before; empty where they do not."""
    return "\n".join(difflib.unified_diff(one.lines, other.lines, "Flask's own way", "the lean way", lineterm="", n=6))


def plain(value: Any) -> Any:
    """A value as one that can be compared with that of another application: exceptions and the like as text."""
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return _timeless(_ADDRESS.sub("", value)) if isinstance(value, str) else value
    if isinstance(value, BaseException):
        return (type(value).__name__, plain(str(value)), plain(value.__cause__ or value.__context__))
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, map(plain, value)))
    if isinstance(value, weakref.ref):
        return "reference"  # whether it is dead is up to the garbage collector
    return _named(_timeless(_ADDRESS.sub("", repr(value))))


def _timeless(text: str) -> str:
    """A text whose moments that were made by a clock are alike: the other way is played in another second."""
    return _MOMENT.sub(_moment, text) if " GMT" in text else text


def _moment(found: re.Match[str]) -> str:
    is_made = parsedate_to_datetime(found[0]) > datetime.now(timezone.utc) - timedelta(minutes=5)
    return "a moment from now on" if is_made else found[0]


def _named(text: str) -> str:
    """What an object shows of itself, without the name of its class on the lean way."""
    for own, theirs in _SHOWN.items():
        text = text.replace(own, theirs)
    return text


def seen(journal: Journal) -> dict[str, Any]:
    """All that a hook, a handler or a function can see of the request that is being served, of Flask's and of ours."""
    call = current_call()
    told: dict[str, Any] = {
        "contexts": (flask.has_app_context(), flask.has_request_context()),
        "call": None if call is None else (call.url, call.method, call.operation_id, call.identity, call.request_id),
    }
    if flask.has_app_context():
        told["app"] = (flask.current_app.name, journal.ordinal(flask.g._get_current_object()), dict(vars(flask.g)))
    if flask.has_request_context():
        told.update(_request_seen(journal))
    return told


def _request_seen(journal: Journal) -> dict[str, Any]:
    request, context = flask.request, flask.globals.request_ctx
    rule, adapter = request.url_rule, context.url_adapter
    return {
        "request": (journal.ordinal(request._get_current_object()), type(request._get_current_object()).__name__),
        "matched": (request.endpoint, rule and (rule.rule, rule.methods), request.view_args, request.routing_exception),
        "blueprints": (request.blueprint, request.blueprints),
        "address": (request.url, request.full_path, request.script_root, request.host, request.remote_addr),
        "adapter": adapter and (adapter.server_name, adapter.script_name, adapter.path_info, adapter.default_method),
        "method": (request.method, request.content_length, request.mimetype, request.max_content_length),
        "given": (list(request.headers), request.args.to_dict(False), request.cookies.to_dict()),
        "session": (type(flask.session._get_current_object()).__name__, dict(flask.session), context.flashes),
        "after": len(context._after_request_functions),
    }
