"""Whether an application is one that the lean way knows all about; where it is not, Flask serves it alone."""

from __future__ import annotations

import importlib.metadata
import inspect
from types import FunctionType

import flask
from flask import globals as flask_globals
from flask.sessions import SecureCookieSessionInterface

METHODS = (
    *("wsgi_app", "full_dispatch_request", "dispatch_request", "preprocess_request", "process_response"),
    *("finalize_request", "make_response", "do_teardown_request", "do_teardown_appcontext", "request_context"),
    *("app_context", "create_url_adapter", "ensure_sync"),
)
"""What of Flask the lean way goes around, or calls at another moment. Others are called where Flask calls them."""

KNOWN = ((3, 0), (3, 1))
"""The versions of Flask whose inside is known here."""


def unfit(app: flask.Flask) -> str | None:
    """Why an application is served by Flask alone; None where the lean way may serve it."""
    version = tuple(int(part) for part in importlib.metadata.version("flask").split(".")[:2])
    if version not in KNOWN or not hasattr(flask_globals, "_cv_request") or not hasattr(app.url_map, "_remap"):
        return f"Flask {importlib.metadata.version('flask')} is not known to it"
    changed = [name for name in METHODS if (name in vars(app) and name != "wsgi_app") or _is_own(type(app), name)]
    if changed:
        return f"the application has its own {', '.join(changed)}"
    if app.request_class is not flask.Request:
        return "the application has its own request_class"
    if type(app.session_interface) is not SecureCookieSessionInterface:
        return "the application has its own session_interface"
    if app.url_map.host_matching or app.subdomain_matching:
        return "the application matches hosts or subdomains"
    if app.config.get("TRUSTED_HOSTS") is not None:
        return "the application has TRUSTED_HOSTS"
    return None


def _is_own(kind: type, name: str) -> bool:
    """Whether a class has a method that is not Flask's, be it that somebody has put it over Flask's."""
    found = inspect.getattr_static(kind, name, None)
    return type(found) is not FunctionType or not found.__globals__["__name__"].startswith("flask.")
