"""The options of core: the section ``core`` of ``pym-config.yaml``, and the names of 2.x at its top level."""

from __future__ import annotations

import logging
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SECTIONS = ("core", "auth", "async", "dynamodb", "testing", "deploy")
"""The sections of ``pym-config.yaml``, one for each package."""

FLAT: dict[str, tuple[str, ...]] = {
    "core": (
        "app_name_dev",
        "app_name_live",
        "env_secrets",
        "live_host",
        "live_url",
        "name",
        "report_call_exceeding_ms",
        "scout_key",
    ),
    "auth": (
        "default_user_id",
        "env_jwt_audience",
        "env_jwt_secret",
        "jwt_audience",
        "jwt_issuer",
        "jwt_secret",
        "jwt_token_renew_after",
        "jwt_token_timeout",
    ),
    "async": (
        "with_async",
        "worker_count",
    ),
    "dynamodb": (
        "aws_access_key_id",
        "aws_default_region",
        "aws_region",
        "aws_secret_access_key",
    ),
    "testing": (),
    "deploy": (
        "aws_access_key_id",
        "aws_cert_arn",
        "aws_default_region",
        "aws_hosts_max",
        "aws_hosts_min",
        "aws_instance_type",
        "aws_keypair",
        "aws_region",
        "aws_secret_access_key",
        "aws_user",
        "aws_zone_id",
        "cpu_count",
        "deploy_target",
        "docker_base",
        "docker_bucket",
        "docker_repo",
        "gcp_memory",
        "gcp_region",
        "gcp_request_concurrency",
        "include_links",
        "worker_count",
    ),
}
"""The names of 2.x that each package reads at the top level."""


def option(default: Any, wanted: str, **more: Any) -> Any:
    """A field of :class:`Settings` whose fault reads ``<name> must be <wanted>, not <value>``."""
    return Field(default, json_schema_extra={"wanted": wanted}, **more)


def level_number(level: str | int) -> int:
    """A level of log lines, by name in any case or by number, as a number. Raises ``ValueError`` for no level."""
    number: object = level
    if isinstance(level, str):
        number = int(level) if level.strip().isdecimal() else logging.getLevelName(level.strip().upper())
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError(f"the level must be debug, info, warning, error, critical or a number, not {level!r}")
    return number


References = Annotated[
    tuple[Annotated[str, Field(strict=True, pattern=r"^([^\x00:]+|https?://[^/?#\s@]+/([^?#\s]*/)?)$")], ...],
    Field(strict=False),
]
Strings = Annotated[tuple[Annotated[str, Field(strict=True, min_length=1)], ...], Field(strict=False)]

_MODULE = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
_MODULE_WANTED = "the dotted name of a Python module, like shop.api"


class Settings(BaseModel):
    """Base of a section's options: frozen, strict, and unknown names are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://((\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:([1-9][0-9]{0,4}|\*))?")
_TOO_WIDE = re.compile(r"://\*\.(?!localhost(:|$))[^.:]+(:.*)?$")
_NEEDLESS_PORT = re.compile(r"http://.*:80|https://.*:443")


def _as_browsers_send(origin: str) -> str:
    """An origin as a browser sends it (RFC 6454, section 6.2), or a pattern. Raises ``ValueError`` for others."""
    is_one = _ORIGIN.fullmatch(origin) and not _TOO_WIDE.search(origin) and not _NEEDLESS_PORT.fullmatch(origin)
    if origin != "*" and not is_one:
        raise ValueError("no browser sends such an origin")
    return origin


Origins = Annotated[
    tuple[Annotated[str, Field(strict=True), AfterValidator(_as_browsers_send)], ...], Field(strict=False)
]
HeaderNames = Annotated[
    tuple[Annotated[str, Field(strict=True, pattern=r"^[!#$%&'+.^_`|~0-9A-Za-z-]+$")], ...], Field(strict=False)
]


class CorsSettings(Settings):
    """What pages of other origins may do, under ``core.cors``. Methods and headers are those of the documents."""

    origins: Origins = option(
        (), "a list of origins like https://shop.example, https://*.shop.example or http://localhost:*; or of '*' alone"
    )
    """The origins whose pages may call: scheme, host and port, as browsers send them. ``null`` is never one."""

    credentials: bool = option(False, "true or false")
    """Their requests may carry cookies and what else the browser keeps for this service."""

    headers: HeaderNames = option((), "a list of names of headers")
    """Headers of requests beside those that the documents declare."""

    expose: HeaderNames = option((), "a list of names of headers")
    """Headers of replies that pages may read, beside those that the documents declare."""

    max_age: int | None = option(600, "a number of seconds, or null for what the browser likes", ge=0)
    """How long a browser may remember what is allowed."""

    private_network: bool = option(False, "true or false")
    """Pages of public sites may call this service in a private network."""


Coding = Literal["zstd", "br", "gzip"]


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class CompressionSettings(Settings):
    """How replies are compressed, under ``core.compression``."""

    codings: Annotated[tuple[Coding, ...], Field(strict=False)] | None = option(None, "a list of zstd, br and gzip")
    """The content codings, the one liked best first; gzip, and those whose libraries are installed, if not given."""

    min_bytes: int = option(1024, "a number of bytes", ge=0)
    """Shorter bodies are sent as they are."""


class MetricsSettings(Settings):
    """Where Prometheus fetches metrics, under ``core.metrics``: an address of its own, apart from the service's."""

    host: str = option("127.0.0.1", "an address or the name of a host to listen on", min_length=1)
    """The address metrics are fetched at."""

    port: int = option(9464, "an integer between 1 and 65535", ge=1, le=65535)
    """The port metrics are fetched at, where ``PYM_METRICS_PORT`` names none."""


class ApiSettings(Settings):
    """What can be said of one API, under ``core.apis.<name>``."""

    base_path: str | None = option(None, "a path that begins with '/', or '' for none", pattern=r"^(/.*)?$")
    """Stands before every path of the API, instead of the document's own; ``''`` is what 2.x did."""

    handlers: str | None = option(None, _MODULE_WANTED, pattern=_MODULE)
    """The module whose functions plain operation ids name; ``<api>.api`` if not given."""


_SECONDS = "a number of seconds above 0"


class ClientSettings(Settings):
    """How another service is called, under ``core.clients.<api>``."""

    url: str | None = option(
        None, "a URL that begins with http:// or https://", pattern=r"^https?://[^\s/?#@]+[^\s?#]*$"
    )
    """Where the service is; a path in it stands for that of the document. The document's first server if not given."""

    connect_timeout: Seconds = option(5.0, _SECONDS)
    """How long a connection may take to be made."""

    read_timeout: Seconds = option(30.0, _SECONDS)
    """How long the service may be silent within a call."""

    timeout: Seconds = option(60.0, _SECONDS)
    """How long a call may take with everything: all attempts, and the pauses between them."""

    max_attempts: int = option(3, "a number of attempts", ge=1, le=100)
    """How often a call is made that may be repeated."""

    max_reply_bytes: int = option(32 * 1024 * 1024, "a number of bytes", ge=1)
    """Larger replies are refused, and not read to their end."""

    internal: bool = option(False, "true or false")
    """The service is one of ours: the caller's credentials and the path of the call are passed on to it."""


Policy = Literal["ignore", "refuse"]
Replies = Literal["off", "log", "raise"]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]


class OperationSettings(Settings):
    """What can be said of one operation, under ``core.operations.<operationId>``: options of the service by the same
    name, which hold where an operation says nothing of its own."""

    replies: Replies | None = option(None, "off, log or raise")
    """As ``core.replies``, for this operation."""

    replies_sample: Share | None = option(None, "a number between 0 and 1")
    """As ``core.replies_sample``, for this operation."""

    unknown_parameters: Policy | None = option(None, "ignore or refuse")
    """As ``core.unknown_parameters``, for this operation."""

    repeated_parameters: Policy | None = option(None, "ignore or refuse")
    """As ``core.repeated_parameters``, for this operation."""

    repeated_keys: Policy | None = option(None, "ignore or refuse")
    """As ``core.repeated_keys``, for this operation."""

    max_body_bytes: int | None = option(None, "a number of bytes", ge=0)
    """As ``core.max_body_bytes``, for this operation."""


class CoreSettings(Settings):
    """The options of core. Those of 2.x (:data:`FLAT`) may also stand at the top level."""

    name: str = option("", "a name of one line", pattern=r"^[^\x00-\x1f\x7f]+$")
    """The service's name; the name of its folder if not given."""

    live_url: str | None = option(None, "a URL that begins with http:// or https://", pattern=r"^https?://[^\s/]+")
    """Where the service is reached when live."""

    live_host: str | None = option(None, "the name of a host, without http://", pattern=r"^[^\s/]+$")
    """As ``live_url``, by host alone, as in 2.x."""

    app_name_live: str | None = option(None, "a name")
    """How traces name the service when live."""

    app_name_dev: str | None = option(None, "a name")
    """How traces name the service elsewhere."""

    scout_key: str | None = option(None, "a key")
    """The key of the monitoring service that 2.x used; accepted, and not used."""

    host: str = option("127.0.0.1", "an address or the name of a host to listen on", min_length=1)
    """The address ``run`` and ``serve`` listen on."""

    port: int = option(8080, "an integer between 1 and 65535", ge=1, le=65535)
    """The port ``run`` and ``serve`` listen on, where neither ``--port`` nor the environment names one."""

    server: Literal["granian", "gunicorn"] = option("granian", "granian or gunicorn")
    """What serves HTTP under ``serve``: granian's, in the processes that gunicorn keeps, or gunicorn's own threads."""

    renew_after: int | None = option(100_000, "a number of requests, or null for never", ge=1)
    """A worker of ``serve`` is replaced by a new one after so many requests, and up to a fifth more by chance."""

    debug: bool = option(False, "true or false")
    """Error bodies tell the exception that led to them."""

    docs: bool | None = option(None, "true or false")
    """Serve the docs page and the documents; if not given, in development only."""

    handlers: str | None = option(None, _MODULE_WANTED, pattern=_MODULE)
    """The module whose functions plain operation ids name, for every API; ``<api>.api`` if not given."""

    documents: Literal["strict", "warn", "off"] = option("warn", "strict, warn or off")
    """What happens when a document has faults: nothing is served; or what is sound, and every fault told, or not."""

    references: References = option((), "a list of folders, and of addresses as far as the last slash of their path")
    """What documents may refer to outside of the project: folders, and what addresses (http, https) begin with."""

    replies: Replies = option("raise", "off, log or raise")
    """What happens to a reply that its document does not declare: nothing, a log line, or ``BAD_RESPONSE``."""

    replies_sample: Share = option(1.0, "a number between 0 and 1")
    """Which part of all requests has its reply looked at; the others are answered as with ``replies: off``."""

    undeclared: Literal["drop", "keep", "refuse"] = option("drop", "drop, keep or refuse")
    """What becomes of properties that a schema with properties does not declare, where it has no
    ``additionalProperties`` to say it."""

    read_only: Literal["ignore", "refuse"] = option("ignore", "ignore or refuse")
    """What happens to a request that has properties which only replies have (``readOnly``)."""

    unknown_parameters: Policy = option("ignore", "ignore or refuse")
    """What happens to a request whose query has names that the operation does not declare."""

    repeated_parameters: Policy = option("ignore", "ignore or refuse")
    """What happens to a request that has a parameter, or a field of a form, of one value more than once: the last one
    counts (of cookies the first, which is the most specific: RFC 6265, section 5.4), or it is refused."""

    repeated_keys: Policy = option("refuse", "ignore or refuse")
    """What happens to JSON in a body, or in a field of a form, that has a key more than once in one object: it is
    refused, since readers differ in which one they take (RFC 8259, section 4), or the last one counts."""

    max_body_bytes: int | None = option(10 * 1024 * 1024, "a number of bytes, or null for no limit", ge=0)
    """Larger bodies of requests are refused with 413."""

    log_level: Annotated[str | int, AfterValidator(level_number)] = option(
        logging.INFO, "debug, info, warning, error, critical, or a number"
    )
    """The least level of log lines, kept as a number."""

    log_format: Literal["auto", "text", "json"] = option("auto", "auto, text or json")
    """How log lines are written: as text, or each as a JSON object; by itself JSON in production without a terminal."""

    log_requests: bool = option(False, "true or false")
    """Write a log line for each request, and have each reply tell its ``X-Request-ID``."""

    errors: Literal["pymacaron", "problem"] = option("pymacaron", "pymacaron or problem")
    """The form of error bodies: PyMacaron's, or ``application/problem+json`` (RFC 9457) whatever callers accept."""

    fault_status: Literal[400, 422] = option(400, "400 or 422")
    """The status of requests that do not fit the document."""

    report_call_exceeding_ms: int | None = option(1000, "a number of milliseconds, or null for no limit", ge=0)
    """Calls slower than this are logged and reported; none where it is 0."""

    redact: Strings = option((), "a list of words")
    """Names that hold one of these words have secret values too, in reports."""

    env_secrets: Strings = option((), "a list of names of environment variables")
    """Any value of the file that equals such a name is replaced by the variable's content."""

    lean: bool = option(True, "true or false")
    """Serve generated routes without the parts of Flask that nobody has asked for; else Flask alone serves them."""

    compression: CompressionSettings | None = option(None, "a mapping of options, {} for the usual ones")
    """Compress replies to callers that take it; not if not given."""

    cors: CorsSettings | None = option(None, "a mapping of options, with the origins that may call")
    """What pages of other origins may do; nothing if not given."""

    metrics: MetricsSettings | None = option(None, "a mapping of options, {} for the usual ones")
    """Count and time requests by operation, for Prometheus; not if not given."""

    apis: dict[str, ApiSettings] = Field(
        default_factory=dict,
        json_schema_extra={"wanted": "a mapping of APIs to their options", "inside": "a mapping of options"},
    )
    """Options of single APIs, by name."""

    clients: dict[str, ClientSettings] = Field(
        default_factory=dict,
        json_schema_extra={"wanted": "a mapping of APIs to their options", "inside": "a mapping of options"},
    )
    """How other services are called, by the names of their APIs."""

    operations: dict[str, OperationSettings] = Field(
        default_factory=dict,
        json_schema_extra={
            "wanted": "a mapping of operation ids to their options",
            "inside": "a mapping of options",
        },
    )
    """Options of single operations, by ``operationId``."""

    ignore: Strings = option((), "a list of names of APIs")
    """APIs in ``apis/`` that are not loaded."""

    discover: bool = option(True, "true or false")
    """Find installed sibling packages by their entry points when a document or this file asks for them."""

    def of_operation(self, operation_id: str | None) -> OperationSettings:
        """The options of one operation, each filled in: its own, else the service's."""
        own = self.operations.get(operation_id or "") or OperationSettings()
        said = {name: getattr(own, name) for name in OperationSettings.model_fields}
        return OperationSettings(
            **{name: getattr(self, name) if value is None else value for name, value in said.items()}
        )
