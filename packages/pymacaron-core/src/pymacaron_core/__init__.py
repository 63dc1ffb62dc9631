"""Spec-first microservices on Flask: an OpenAPI document and one plain function per endpoint.

Names are imported when first used (PEP 562), so that light imports such as ``pymacaron_core.protocol`` stay light;
``__init__.pyi`` tells type checkers what they are.
"""

from importlib import import_module

__version__ = "3.0.0"

_ROOMS = {
    "pymacaron_core.app": ("API", "load"),
    "pymacaron_core.application": (
        "Application",
        "add_ping_hook",
        "apipool",
        "current_application",
        "get_config",
        "get_model",
        "report_error",
        "report_warning",
        "set_error_reporter",
    ),
    "pymacaron_core.call": ("Call",),
    "pymacaron_core.client": ("Client",),
    "pymacaron_core.conditions": ("check_conditions", "entity_tag"),
    "pymacaron_core.config": ("Config", "load_config"),
    "pymacaron_core.context": ("CallContext", "capture", "current_call", "restore"),
    "pymacaron_core.errors": (
        "AuthorizationHeaderMissing",
        "BadReply",
        "BadResponse",
        "BindingError",
        "CallError",
        "CallTimeout",
        "ConfigError",
        "Conflict",
        "DocumentError",
        "DocumentFault",
        "ErrorReply",
        "Forbidden",
        "FunctionMissing",
        "GuardMissing",
        "InternalValidationError",
        "InvalidParameter",
        "MethodNotAllowed",
        "ModelError",
        "NotAcceptable",
        "NotFound",
        "NotWritten",
        "PayloadTooLarge",
        "PluginMissing",
        "PreconditionFailed",
        "PreconditionRequired",
        "PyMacaronError",
        "PyMacaronException",
        "RequestFault",
        "RequestTimeout",
        "ServiceUnavailable",
        "StartError",
        "TokenExpired",
        "TokenInvalid",
        "TooManyRequests",
        "Unreachable",
        "Unsendable",
        "UnsupportedMediaType",
        "add_error",
        "is_error",
    ),
    "pymacaron_core.engines": ("Engine",),
    "pymacaron_core.guard": ("Credential", "Guard"),
    "pymacaron_core.logs": ("pymlogger", "set_level"),
    "pymacaron_core.models": ("Maybe", "Model", "Upload", "prune_none"),
    "pymacaron_core.plugins": ("Plugin",),
    "pymacaron_core.moments": ("timenow", "to_datetime", "to_epoch"),
    "pymacaron_core.starting": ("letsgo",),
    "pymacaron_core.streams": ("ServerSentEvent",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'pymacaron_core' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
