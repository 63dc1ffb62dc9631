"""The errors that a service answers by itself, written into the document it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pymacaron_core.spec.operation import Operation, Specification

FAULT = {
    "type": "object",
    "required": ["in", "pointer", "rule", "message"],
    "properties": {name: {"type": "string"} for name in ("in", "pointer", "rule", "message")},
}
MORE = {
    "error_id": {"type": "string", "description": "A mark to find the error by in logs."},
    "user_message": {"type": "string", "description": "A sentence for the caller's user."},
    "errors": {"type": "array", "description": "Every fault of the request, with its place.", "items": FAULT},
}
BODY = {
    "type": "object",
    "description": "What went wrong.",
    "required": ["status", "error", "error_description"],
    "properties": {
        "status": {"type": "integer", "description": "The HTTP status."},
        "error": {"type": "string", "description": "A word for machines."},
        "error_description": {"type": "string", "description": "A sentence for people."},
        **MORE,
    },
}
PROBLEM = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "What HTTP calls the status."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "A sentence for people."},
        "instance": {"type": "string", "format": "uri-reference", "description": "The path of the request."},
        "error": {"type": "string", "description": "A word for machines."},
        **MORE,
    },
}


@dataclass(frozen=True, slots=True)
class ErrorReplies:
    """How a service answers errors: ``form`` is ``pymacaron``, ``problem``, or ``own``, of which nothing is known.

    ``refuses_unknown`` says that names in a query which are not declared are refused.
    """

    form: str = "pymacaron"
    fault_status: int = 400
    limits_bodies: bool = True
    refuses_unknown: bool = False

    def statuses(self, operation: Operation) -> tuple[int, ...]:
        """The statuses that an operation answers by itself, whatever its function does."""
        parameters = operation.parameters
        content = [media.name for media in operation.body.content] if operation.body else []
        success = [m.name for r in operation.replies if r.status.startswith("2") for m in r.content]
        found = {
            self.fault_status: bool(parameters or content) or self.refuses_unknown,
            401: any(operation.security),  # a credential that is wrong is refused where none is needed, too
            403: any(operation.security),
            404: any(p.place_in == "path" for p in parameters),
            406: bool(success) and not any("*" in name for name in success),
            413: bool(content) and self.limits_bodies,
            415: bool(content) and "*/*" not in content,
            500: True,
        }
        return tuple(sorted(status for status, is_there in found.items() if is_there))


def with_error_replies(
    document: Mapping[str, Any], specification: Specification, errors: ErrorReplies
) -> dict[str, Any]:
    """The document with the errors of each operation. What the author declared, `default` included, stays."""
    whole, is_old = dict(document), specification.dialect.startswith("2")
    paths = {path: _inlined(item, document) for path, item in _mapping(whole.get("paths")).items()}
    content = _Content(whole, is_old, errors.form)
    for operation in specification.operations:
        item = paths.get(operation.path)
        declared = _mapping(item).get(operation.method.lower())
        if isinstance(item, dict) and isinstance(declared, Mapping):
            item[operation.method.lower()] = _completed(declared, errors.statuses(operation), content)
    if paths:
        whole["paths"] = paths
    return whole


def _completed(declared: Mapping[str, Any], statuses: tuple[int, ...], content: _Content) -> dict[str, Any]:
    replies = _mapping(declared.get("responses"))
    known = {str(status).upper() for status in replies}
    missing = [s for s in statuses if not known & {str(s), f"{s // 100}XX", "DEFAULT"}]
    added = {str(status): {"description": HTTPStatus(status).phrase, **content.written()} for status in missing}
    return {**declared, "responses": {**replies, **added}}


class _Content:
    """The body of an error as a dialect writes it; its schemas are put into the document when first asked for."""

    def __init__(self, document: dict[str, Any], is_old: bool, form: str) -> None:
        self.document, self.is_old, self.form = document, is_old, form
        self._written: dict[str, Any] | None = None

    def written(self) -> dict[str, Any]:
        if self._written is None:
            self._written = self._write() if self.form != "own" else {}
        return self._written

    def _write(self) -> dict[str, Any]:
        schema, problem = self.form == "pymacaron", not self.is_old or self.form == "problem"
        body = {"$ref": self._add("PyMacaronError", BODY)} if schema else None
        about = {"$ref": self._add("PyMacaronProblem", PROBLEM)} if problem else None
        if self.is_old:
            return {"schema": body or about}
        told = {"application/json": body, "application/problem+json": about}
        return {"content": {name: {"schema": ref} for name, ref in told.items() if ref is not None}}

    def _add(self, name: str, schema: dict[str, Any]) -> str:
        """The reference to a schema of ours, under a name that the author has not given to another."""
        steps = ["definitions"] if self.is_old else ["components", "schemas"]
        home = self.document
        for step in steps:
            home[step] = dict(_mapping(home.get(step)))
            home = home[step]
        free, number = name, 2
        while free in home and home[free] != schema:
            free, number = f"{name}{number}", number + 1
        home[free] = schema
        return f"#/{'/'.join(steps)}/{free}"


def _inlined(item: Any, document: Mapping[str, Any]) -> Any:
    """A path item to be changed, in place of a reference to one."""
    seen = 0
    while isinstance(item, Mapping) and isinstance(item.get("$ref"), str) and seen < 100:
        seen += 1
        found: Any = document
        for step in item["$ref"].removeprefix("#/").split("/"):
            found = _mapping(found).get(step.replace("~1", "/").replace("~0", "~"))
        if not isinstance(found, Mapping):
            return item
        item = {**found, **{key: value for key, value in item.items() if key != "$ref"}}
    return dict(item) if isinstance(item, Mapping) else item


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
