"""Extensions of Flask as their users set them up: limits, logins, other origins, traces, reports, metrics and the rest.

They are imported by the cases, which run on one Python; the rooms of all cases are imported on each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask
from blinker import NamedSignal

from lean_cases.sessions import cookie_of
from lean_cases.stage import Stage, case


@contextmanager
def traced(stage: Stage, **options: Any) -> Iterator[None]:
    """The service instrumented for OpenTelemetry; its spans are written down at the end."""
    from opentelemetry.instrumentation.flask import FlaskInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = FlaskInstrumentor()
    instrumentor.instrument_app(stage.app, tracer_provider=provider, **options)
    try:
        yield
    finally:
        instrumentor.uninstrument_app(stage.app)
        provider.shutdown()
    for span in exporter.get_finished_spans():
        errors = [(event.name, event.attributes.get("exception.type")) for event in span.events]
        stage.note("span", span.name, span.kind.name, dict(span.attributes), span.status.status_code.name, errors)
        stage.note("parent", span.parent and f"{span.parent.span_id:x}")


def requested(stage: Stage) -> None:
    stage.get("/items/7", headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    stage.post("/items", json={"name": "a"})
    stage.get("/failures/own")
    stage.get("/failures/http")
    stage.get("/nowhere")


@case(lean=4)
def opentelemetry_after_the_api(stage: Stage) -> None:
    stage.open()
    with traced(stage):
        requested(stage)


@case(off="wsgi_app")
def opentelemetry_before_the_api(stage: Stage) -> None:
    with traced(stage):
        stage.open()
        requested(stage)


@case(lean=4)
def opentelemetry_with_hooks_of_its_own(stage: Stage) -> None:
    stage.open()
    hooks = {
        "request_hook": lambda span, environ: stage.note(
            "request hook", environ["PATH_INFO"], flask.has_request_context()
        ),
        "response_hook": lambda span, status, headers: stage.note("response hook", status, flask.request.endpoint),
    }
    with traced(stage, **hooks, excluded_urls="nowhere", enable_commenter=False):
        requested(stage)


@case(lean=2)
def opentelemetry_within_a_function(stage: Stage) -> None:
    from opentelemetry import trace

    @stage.acts
    def act() -> Any:
        context = trace.get_current_span().get_span_context()
        return {"valid": context.is_valid, "trace": f"{context.trace_id:x}"}

    stage.open()
    with traced(stage):
        stage.get("/acts", headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
        stage.get("/items/7")


def limited(stage: Stage, **options: Any) -> Any:
    from flask_limiter import Limiter

    limits = {"storage_uri": "memory://", "headers_enabled": True, **options}
    return Limiter(lambda: flask.request.headers.get("X-Kind", "all"), app=stage.app, **limits)


@case(lean=6)
def limits_of_every_route(stage: Stage) -> None:
    limited(stage, default_limits=["2 per hour"], application_limits=["5 per hour"])
    stage.open()
    for kind in ("a", "a", "a", "b"):
        stage.get("/items/7", headers={"X-Kind": kind})
    stage.get("/items", headers={"X-Kind": "a"})
    stage.get("/failures/own", headers={"X-Kind": "b"})
    stage.get("/nowhere")


@case(lean=4)
def limits_of_one_view(stage: Stage) -> None:
    limiter = limited(stage)
    app = stage.open()
    app.view_functions["desk:getItem"] = limiter.limit("1 per hour")(app.view_functions["desk:getItem"])
    app.view_functions["desk:listItems"] = limiter.exempt(app.view_functions["desk:listItems"])
    for _ in range(2):
        stage.get("/items/7")
        stage.get("/items")
        stage.get("/acts")


@case(lean=3)
def limits_of_a_function(stage: Stage) -> None:
    limiter = limited(stage)
    stage.handlers["act"] = limiter.limit("1 per hour", error_message="slowly")(lambda: {"limited": True})
    stage.open()
    stage.get("/acts")
    stage.get("/acts")
    stage.get("/items/7")


@case(lean=3)
def limits_with_a_handler(stage: Stage) -> None:
    limited(stage, default_limits=["1 per hour"], on_breach=lambda limit: stage.note("breach", limit.limit))
    stage.app.register_error_handler(429, lambda error: ({"slow": str(error.description)}, 429))
    stage.open()
    for _ in range(3):
        stage.get("/items/7")


def with_logins(stage: Stage) -> None:
    """A service with users: a header, or a session, says who calls."""
    import flask_login

    class User(flask_login.UserMixin):
        def __init__(self, name: str) -> None:
            self.id = name

    stage.app.secret_key = "key"
    manager = flask_login.LoginManager(stage.app)
    manager.user_loader(lambda name: stage.note("loaded", name) or User(name))
    manager.request_loader(lambda request: User(request.headers["X-Kind"]) if "X-Kind" in request.headers else None)

    @stage.acts
    def act() -> Any:
        user = flask_login.current_user
        if flask.request.args.get("login"):
            flask_login.login_user(User("me"))
        if flask.request.args.get("logout"):
            flask_login.logout_user()
        return {"user": user.get_id(), "in": user.is_authenticated}


@case(lean=5)
def logins(stage: Stage) -> None:
    with_logins(stage)
    stage.open()
    stage.get("/acts")
    stage.get("/acts?login=1")
    sent = cookie_of(stage)
    stage.get("/acts", headers=sent)
    stage.get("/acts", headers={"X-Kind": "by-header"})
    stage.get("/acts?logout=1", headers=sent)


@case(lean=2)
def logins_that_are_required(stage: Stage) -> None:
    import flask_login

    with_logins(stage)
    stage.handlers["act"] = flask_login.login_required(lambda: {"user": flask_login.current_user.id})
    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers={"X-Kind": "me"})


@case(lean=2)
def logins_that_a_hook_requires(stage: Stage) -> None:
    import flask_login

    with_logins(stage)

    @stage.app.before_request
    def require() -> Any:
        return None if flask_login.current_user.is_authenticated else stage.app.login_manager.unauthorized()  # type: ignore[attr-defined]

    stage.open()
    stage.get("/items/7")
    stage.get("/items/7", headers={"X-Kind": "me"})


def crossed(stage: Stage) -> None:
    for origin in ("https://shop.example.com", "https://evil.example.com"):
        stage.get("/items/7", headers={"Origin": origin})
        stage.get("/failures/own", headers={"Origin": origin})
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "X-Kind"}
        stage.send("OPTIONS", "/items/7", headers=asked)


@case(lean=4)
def other_origins_by_flask_cors(stage: Stage) -> None:
    from flask_cors import CORS

    CORS(stage.app, origins=["https://shop.example.com"], supports_credentials=True, expose_headers=["X-Mark"])
    stage.open()
    crossed(stage)


@case(lean=4)
def other_origins_by_flask_cors_for_some_paths(stage: Stage) -> None:
    from flask_cors import CORS

    app = stage.open()
    CORS(app, resources={"/items/*": {"origins": "*", "max_age": 60}})
    crossed(stage)


@case(lean=2)
def other_origins_of_one_view_by_flask_cors(stage: Stage) -> None:
    from flask_cors import cross_origin

    app = stage.open()
    app.view_functions["desk:getItem"] = cross_origin(origins="*")(app.view_functions["desk:getItem"])
    crossed(stage)


@contextmanager
def reported(stage: Stage) -> Iterator[None]:
    """Sentry set up; what it would send is written down. It watches all of a process, so that is undone at the end."""
    import sentry_sdk
    from sentry_sdk import integrations
    from sentry_sdk.integrations.flask import FlaskIntegration

    def tell(event: Any, hint: Any) -> None:
        request, errors = event.get("request", {}), event.get("exception", {}).get("values", ())
        stage.note(
            "sentry", event.get("transaction"), request.get("url"), request.get("data"), [e["type"] for e in errors]
        )

    def trace(event: Any, hint: Any) -> None:
        stage.note("sentry traces", event["transaction"], event["transaction_info"], event["contexts"]["trace"]["op"])

    called = vars(flask.Flask)["__call__"]
    listened = [each for each in vars(flask.signals).values() if isinstance(each, NamedSignal)]
    before = [dict(each.receivers) for each in listened]
    integrations._processed_integrations.discard("flask")
    sentry_sdk.init(
        dsn="http://key@127.0.0.1/1",
        before_send=tell,
        before_send_transaction=trace,
        integrations=[FlaskIntegration()],
        default_integrations=False,
        auto_enabling_integrations=False,
        traces_sample_rate=1.0,
        shutdown_timeout=0,
    )
    try:
        yield
    finally:
        sentry_sdk.init(default_integrations=False, auto_enabling_integrations=False)
        flask.Flask.__call__ = called  # type: ignore[method-assign]
        for signal, known in zip(listened, before, strict=True):
            for key in signal.receivers.keys() - known.keys():
                signal.disconnect(signal.receivers[key]())


@case(lean=4)
def sentry(stage: Stage) -> None:
    stage.open()
    with reported(stage):
        requested(stage)


@case(lean=4)
def sentry_before_the_api(stage: Stage) -> None:
    with reported(stage):
        stage.open()
        requested(stage)


@case(lean=4)
def metrics_by_prometheus(stage: Stage) -> None:
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_flask_exporter import PrometheusMetrics

    registry = CollectorRegistry()
    PrometheusMetrics(stage.app, registry=registry, group_by="url_rule", default_latency_as_histogram=False)
    stage.open()
    requested(stage)
    lines = generate_latest(registry).decode().splitlines()
    stage.note("metrics", sorted(line for line in lines if "http_request_total" in line or "_count" in line))


@case(off="session_interface")
def sessions_kept_by_flask_session(stage: Stage) -> None:
    from cachelib import SimpleCache
    from flask_session import Session

    stage.app.config.update(
        SESSION_TYPE="cachelib", SESSION_CACHELIB=SimpleCache(), SESSION_SERIALIZATION_FORMAT="json"
    )
    Session(stage.app)
    stage.app.session_interface._generate_sid = lambda size: "sid"  # type: ignore[attr-defined]

    @stage.acts
    def act() -> Any:
        flask.session["visits"] = flask.session.get("visits", 0) + 1
        return dict(flask.session)

    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers={"Cookie": "session=sid"})
    stage.get("/items/7", headers={"Cookie": "session=sid"})


@case(lean=4)
def passwords_by_flask_httpauth(stage: Stage) -> None:
    from flask_httpauth import HTTPBasicAuth

    auth = HTTPBasicAuth()
    auth.verify_password(lambda name, password: name if password == "good" else None)
    stage.handlers["act"] = auth.login_required(lambda: {"user": auth.current_user()})
    stage.open()
    stage.get("/acts")
    stage.get("/acts", auth=("me", "good"))
    stage.get("/acts", auth=("me", "bad"))
    stage.get("/items/7")


@case(lean=4)
def forgeries_by_flask_wtf(stage: Stage) -> None:
    from flask_wtf.csrf import CSRFProtect, generate_csrf

    stage.app.secret_key = "key"
    CSRFProtect(stage.app)

    @stage.acts
    def act() -> Any:
        flask.session["csrf_token"] = "raw"
        return {"token": generate_csrf()}

    stage.open()
    stage.get("/acts")
    sent, token = cookie_of(stage), stage.journal.lines[-3].partition('"token":"')[2].partition('"')[0]
    stage.post("/items", json={"name": "a"})
    stage.post("/items", json={"name": "a"}, headers={**sent, "X-CSRFToken": token})
    stage.post("/forms", data={"name": "a", "csrf_token": token}, headers=sent)


@case(lean=2)
def replies_kept_by_flask_caching(stage: Stage) -> None:
    from flask_caching import Cache

    cache = Cache(stage.app, config={"CACHE_TYPE": "SimpleCache"})
    app = stage.open()
    app.view_functions["desk:getItem"] = cache.cached(key_prefix="item")(app.view_functions["desk:getItem"])
    for path in ("/items/7", "/items/8", "/items", "/items?q=a"):
        stage.get(path)


@case(lean=6)
def several_extensions_at_once(stage: Stage) -> None:
    from flask_cors import CORS

    CORS(stage.app, origins="*")
    with_logins(stage)
    limited(stage, default_limits=["3 per hour"])
    stage.open()
    with traced(stage):
        requested(stage)
        stage.get("/acts?login=1")
        stage.get("/acts", headers=cookie_of(stage))
