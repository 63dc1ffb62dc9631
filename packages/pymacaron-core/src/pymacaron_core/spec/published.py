"""The document as a service publishes it: the author's own, with this server in place of the servers it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymacaron_core.spec.error_replies import ErrorReplies, with_error_replies
from pymacaron_core.spec.operation import Specification


def published(
    specification: Specification, base_url: str, toc: str | None = None, errors: ErrorReplies | None = None
) -> dict[str, Any]:
    """The document with ``base_url`` (``/prefix/v1``) as its only server; ``toc`` (Markdown) opens its description,
    ``errors`` says what operations answer beside what the author declared.

    Servers elsewhere are left out, so that who reads the document from a service talks to that service.
    """
    document = dict(specification.document)
    if errors is not None:
        document = with_error_replies(document, specification, errors)
    if toc:
        info = dict(document.get("info") or {})
        info["description"] = "\n\n".join(text for text in (toc.strip(), info.get("description")) if text)
        document["info"] = info
    if specification.dialect.startswith("2"):
        return _served_at_base_path(document, base_url)
    return _served_at_server(document, base_url)


def _served_at_base_path(document: dict[str, Any], base_url: str) -> dict[str, Any]:
    kept = {key: value for key, value in document.items() if key not in ("host", "schemes")}
    return {**kept, "basePath": base_url or "/"}


def _served_at_server(document: dict[str, Any], base_url: str) -> dict[str, Any]:
    served = {**document, "servers": [{"url": base_url or "/"}]}
    if isinstance(document.get("paths"), Mapping):
        served["paths"] = {path: _without_servers(item) for path, item in document["paths"].items()}
    return served


def _without_servers(item: Any) -> Any:
    """A path item without servers of its own, nor of its operations."""
    if not isinstance(item, Mapping):
        return item
    own = {key: value for key, value in item.items() if key != "servers"}
    return {
        key: {k: v for k, v in value.items() if k != "servers"} if isinstance(value, Mapping) else value
        for key, value in own.items()
    }
