"""What PyMacaron makes of schemas: a document is read, its models are made, and values validated as bodies are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pymacaron_core import spec
from pymacaron_core.models import Catalog, faults_of, load_models

_made = 0


def document(named: dict[str, Any], bodies: list[Any], dialect: str) -> dict[str, Any]:
    """A document of the dialect: one operation for each of the schemas of bodies."""
    modern = dialect != "2.0"
    paths = {}
    for at, body in enumerate(bodies):
        operation: dict[str, Any] = {"operationId": f"do{at}", "responses": {"204": {"description": "done"}}}
        if modern:
            operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
        else:
            operation["consumes"] = ["application/json"]
            operation["parameters"] = [{"in": "body", "name": "body", "schema": body}]
        paths[f"/{at}"] = {"post": operation}
    head = {"openapi": {"3.0": "3.0.3", "3.1": "3.1.0"}[dialect]} if modern else {"swagger": "2.0"}
    tail = {"components": {"schemas": named}} if modern else {"definitions": named}
    return {**head, "info": {"title": "Conformance", "version": "1"}, "paths": paths, **tail}


def validators(named: dict[str, Any], bodies: list[Any], dialect: str, folder: Path) -> list[Callable[[str], str]]:
    """For each of the bodies' schemas what says of a JSON text ``""`` (it fits), ``refused``, or how it failed."""
    global _made
    _made += 1
    path = folder / f"doc{_made}.json"
    path.write_text(json.dumps(document(named, bodies, dialect)), encoding="utf-8")
    before = set(sys.modules)
    try:
        specification, _ = spec.read(path, root=folder)
        module = load_models(specification, root=folder, write=False)
        catalog = Catalog(specification, module)
        found = []
        for operation in specification.operations:
            body = operation.body
            schema = body.content[0].schema if body else None
            if schema is None:
                raise LookupError(f"{operation.label} has no body")
            found.append(_validator(catalog.adapter(schema).validator))
        return found
    finally:
        path.unlink()
        for name in set(sys.modules) - before:
            if f"doc{_made}" in name:
                del sys.modules[name]


def _validator(validator: Any) -> Callable[[str], str]:
    def judge(text: str) -> str:
        try:
            validator.validate_json(text, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            return "refused" if faults_of(error, "body") else "failed: it is refused without a word"
        except Exception as error:
            return f"failed: {type(error).__name__}: {error}"
        return ""

    return judge
