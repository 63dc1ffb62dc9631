"""The routes of the docs page, as a Flask blueprint."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from pymacaron_core.docs.assets import Asset, load_assets
from pymacaron_core.docs.page import Entry, Page, page_headers, render_page
from pymacaron_core.spec.error_replies import ErrorReplies
from pymacaron_core.spec.operation import Specification
from pymacaron_core.spec.published import published
from pymacaron_core.yaml12 import dump

FOREVER = "public, max-age=31536000, immutable"


def docs_blueprint(
    service: str,
    version: str,
    specifications: Sequence[Specification],
    path: str = "doc",
    toc: str | None = None,
    *,
    errors: ErrorReplies | None = None,
) -> Blueprint:
    """The docs page of ``service`` under ``/<path>/``: the page, each document as YAML and JSON, and their index.

    ``toc`` is Markdown put before the description of every published document, ``errors`` what operations answer by
    themselves, which is written into it. All links are relative, so the page
    also works behind a path prefix that this process knows nothing of.
    """
    path = path.strip("/")
    docs = _Docs(
        service, version, {spec.name: spec for spec in specifications}, "../" * len(path.split("/")), toc, errors
    )
    blueprint = Blueprint("pymacaron_docs", __name__)
    routes = (
        (f"/{path}", "redirect", lambda: redirect(f"{path.rpartition('/')[2]}/")),
        (f"/{path}/", "first", docs.first_page),
        (f"/{path}/<api>", "page", docs.page),
        (f"/{path}/index.json", "index", docs.index),
        (f"/{path}/<api>.json", "json", docs.json),
        (f"/{path}/<api>.yaml", "yaml", docs.yaml),
        (f"/{path}/static/<digest>/<name>", "static", docs.asset),
    )
    for rule, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view)
    return blueprint


class _Docs:
    def __init__(
        self,
        service: str,
        version: str,
        specifications: Mapping[str, Specification],
        up: str,
        toc: str | None,
        errors: ErrorReplies | None,
    ) -> None:
        self.service, self.version, self.specifications = service, version, specifications
        self.toc, self.errors = toc, errors
        self.entries = tuple(
            Entry(spec.name, spec.title, spec.version, (up + spec.base_path.lstrip("/")).rstrip("/"))
            for spec in specifications.values()
        )
        self.written = lru_cache(maxsize=32)(self._write)

    @cached_property
    def assets(self) -> Mapping[str, Asset]:
        return load_assets()

    def first_page(self) -> Response:
        return self._page(self.entries[0] if self.entries else None)

    def page(self, api: str) -> Response:
        return self._page(next((entry for entry in self.entries if entry.name == api), None) or abort(404))

    def _page(self, chosen: Entry | None) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = Page(self.service, self.version, self.entries, chosen, self.assets, nonce)
        return Response(render_page(page), headers=page_headers(nonce), content_type="text/html; charset=utf-8")

    def index(self) -> AnyResponse:
        apis = [
            {
                "name": spec.name,
                "title": spec.title,
                "version": spec.version,
                "base_path": spec.base_path,
                "json": f"{spec.name}.json",
                "yaml": f"{spec.name}.yaml",
            }
            for spec in self.specifications.values()
        ]
        return _answer(_to_json({"service": self.service, "version": self.version, "apis": apis}), "application/json")

    def json(self, api: str) -> AnyResponse:
        return self._document(api, "json")

    def yaml(self, api: str) -> AnyResponse:
        return self._document(api, "yaml")

    def _document(self, api: str, form: str) -> AnyResponse:
        if api not in self.specifications:
            abort(404)
        return _answer(self.written(api, form, request.root_path), f"application/{form}")

    def _write(self, api: str, form: str, prefix: str) -> bytes:
        specification = self.specifications[api]
        document = published(specification, prefix.rstrip("/") + specification.base_path, self.toc, self.errors)
        return _to_json(document) if form == "json" else dump(document).encode()

    def asset(self, digest: str, name: str) -> AnyResponse:
        asset = self.assets.get(name) or abort(404)
        zipped = asset.compressed and request.accept_encodings.quality("gzip") > 0
        response = Response(
            asset.body if zipped else asset.plain(), content_type=f"{asset.content_type}; charset=utf-8"
        )
        if zipped:
            response.content_encoding = "gzip"
        if asset.compressed:
            response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOREVER if digest == asset.digest else "no-cache"
        response.set_etag(f"{asset.digest}-gzip" if zipped else asset.digest)
        return _checked(response)


def _answer(body: bytes, content_type: str) -> AnyResponse:
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return _checked(response)


def _checked(response: Response) -> AnyResponse:
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response.make_conditional(request)


def _to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
