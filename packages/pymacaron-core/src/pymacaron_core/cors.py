"""Other origins: pages of which other sites may call this service from a browser, and what they may send and read.

As the Fetch standard has it (section 3.2, CORS protocol). Without ``core: cors:`` no such header is sent, and browsers
refuse. What is allowed at an address is what its documents declare: methods, headers of requests, headers of replies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from pymacaron_core.conditions import condition_headers, made_headers
from pymacaron_core.config import CorsSettings
from pymacaron_core.deprecation import goodbye
from pymacaron_core.spec.operation import Operation, Specification

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
PREFLIGHT = "pymacaron.preflight"
"""Where a request that asks what is allowed keeps what it is answered."""

_ALWAYS_READABLE = frozenset(
    ("cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma")
)

Key = tuple[str, str]


class Cors:
    """What other origins may do with one service, compiled; the hooks of its Flask object."""

    def __init__(self, settings: CorsSettings) -> None:
        self.settings = settings
        self.takes_any = "*" in settings.origins
        self._origins = frozenset(settings.origins)
        self._patterns = tuple(_pattern(each) for each in settings.origins if "*" in each and each != "*")
        self._asked: dict[Key, str] = {}
        self._exposed: dict[Key, str] = {}
        self._asked_elsewhere = _joined(("Content-Type", *settings.headers))
        self._exposed_elsewhere = _joined(settings.expose)

    def install(self, app: flask.Flask) -> None:
        """Answer what browsers ask before anything else looks at it, and have the last word on every reply."""
        app.before_request_funcs.setdefault(None, []).insert(0, self.preflight)
        app.after_request_funcs.setdefault(None, []).insert(0, self.dress)

    def know(self, rule: str, operation: Operation, specification: Specification) -> None:
        """Take in what an operation reads and answers."""
        key = rule, operation.method
        self._asked[key] = _joined((*asked_headers(operation, specification), *self.settings.headers))
        self._exposed[key] = _joined((*exposed_headers(operation), *self.settings.expose))

    def allows(self, origin: str) -> bool:
        """Whether pages of an origin may call. ``null`` is any page in a sandbox, and never named."""
        if self.takes_any:
            return True
        return origin in self._origins or any(pattern.fullmatch(origin) for pattern in self._patterns)

    def preflight(self) -> flask.Response | None:
        """The answer to a request that asks whether another may be sent (Fetch, CORS-preflight request).

        None for every other request, where the origin is refused, and where nothing is at the address.
        """
        request = flask.request
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or asked is None or not self.allows(request.headers.get("Origin") or "null"):
            return None
        adapter = flask.globals.request_ctx.url_adapter
        methods = set(adapter.allowed_methods()) - {"OPTIONS"} if adapter is not None else set()
        if adapter is None or not methods:
            return None
        told = [("Access-Control-Allow-Methods", ", ".join(sorted(methods)))]
        if asked in methods:
            told.append(("Access-Control-Allow-Headers", self._asked_at(_rule_of(adapter, asked), asked)))
        if self.settings.max_age is not None:
            told.append(("Access-Control-Max-Age", str(self.settings.max_age)))
        if self.settings.private_network and request.headers.get("Access-Control-Request-Private-Network") == "true":
            told.append(("Access-Control-Allow-Private-Network", "true"))
        request.environ[PREFLIGHT] = told
        response = flask.current_app.response_class(b"", 204, content_type=None)
        response.headers.pop("Content-Type", None)
        response.headers[ALLOW_ORIGIN] = "*"  # others that look after origins leave it alone then
        return response

    def dress(self, response: flask.Response) -> flask.Response:
        """Tell a browser whether the page may read a reply. What others said is replaced where the origin may."""
        if not self.takes_any:
            response.vary.add("Origin")
        request = flask.request
        origin = request.headers.get("Origin")
        if not self.takes_any and (origin is None or not self.allows(origin)):
            return response
        for name in {name for name, _ in response.headers if name.lower().startswith("access-control-")}:
            response.headers.pop(name)
        response.headers[ALLOW_ORIGIN] = "*" if self.takes_any else origin or ""
        if self.settings.credentials:
            response.headers["Access-Control-Allow-Credentials"] = "true"
        told = request.environ.get(PREFLIGHT)
        exposed = None if told is not None else self._exposed_at(request.url_rule, request.method)
        if exposed:
            response.headers["Access-Control-Expose-Headers"] = exposed
        response.headers.extend(told or ())
        return response

    def _asked_at(self, rule: Rule | None, method: str) -> str:
        return _at(self._asked, rule, method, self._asked_elsewhere)

    def _exposed_at(self, rule: Rule | None, method: str) -> str:
        return _at(self._exposed, rule, method, self._exposed_elsewhere)


def asked_headers(operation: Operation, specification: Specification) -> Iterable[str]:
    """The headers of requests that an operation reads: its parameters, its credentials, its body's media type."""
    yield from (each.name for each in operation.parameters if each.place_in == "header")
    for name in sorted({name for requirement in operation.security for name in requirement}):
        scheme = specification.security_schemes.get(name)
        if scheme is not None and scheme.type in ("http", "oauth2", "openIdConnect"):
            yield "Authorization"
        elif scheme is not None and scheme.place_in == "header":
            yield scheme.parameter
    if operation.body is not None:
        yield "Content-Type"
    yield from condition_headers(operation)


def exposed_headers(operation: Operation) -> Iterable[str]:
    """The headers of replies that an operation declares, less those that every page may read."""
    names = [header.name for reply in operation.replies for header in reply.headers]
    names.extend(name for name, _ in goodbye(operation))
    if made_headers(operation):
        names.append("ETag")
    return (name for name in names if name.lower() not in _ALWAYS_READABLE)


def _rule_of(adapter: object, method: str) -> Rule | None:
    try:
        rule, _ = adapter.match(method=method, return_rule=True)  # type: ignore[attr-defined]
    except HTTPException:
        return None
    return rule if isinstance(rule, Rule) else None


def _at(known: dict[Key, str], rule: Rule | None, method: str, elsewhere: str) -> str:
    if rule is None:
        return elsewhere
    found = known.get((rule.rule, method))
    if found is None and method == "HEAD":
        found = known.get((rule.rule, "GET"))
    return elsewhere if found is None else found


def _joined(names: Iterable[str]) -> str:
    """Names of headers, each once whatever its case, in an order that stays."""
    return ", ".join(sorted({name.lower(): name for name in names}.values(), key=str.lower))


def _pattern(origin: str) -> re.Pattern[str]:
    """``https://*.example.com`` as what every origin below that name matches; ``:*`` is any port, or none."""
    text = re.escape(origin).replace(r"://\*\.", r"://(?:[a-z0-9-]+\.)+")
    return re.compile(re.sub(r":\\\*$", r"(?::[0-9]{1,5})?", text))
