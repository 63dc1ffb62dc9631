"""The HTML of the docs page, and the headers that keep it to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from pymacaron_core.docs.assets import Asset, are_built

HOW_TO_BUILD = "pip install -e packages/pymacaron-core"


@dataclass(frozen=True, slots=True)
class Entry:
    """One API on the page: ``base`` is the URL of its routes, relative to the page."""

    name: str
    title: str
    version: str
    base: str

    @property
    def label(self) -> str:
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Page:
    """What one rendering of the page shows: the service, its APIs, and which of them is open."""

    service: str
    version: str
    entries: Sequence[Entry]
    chosen: Entry | None
    assets: Mapping[str, Asset]
    nonce: str


def page_headers(nonce: str) -> dict[str, str]:
    """Only this page's own scripts run, only this server is asked, and nobody frames the page (CSP level 3)."""
    policy = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": f"'nonce-{nonce}'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def render_page(page: Page) -> str:
    title = escape(f"{page.service} API")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{page.assets["favicon.svg"].url}">
{_styles(page)}
</head>
<body>
{_header(page)}
{_main(page)}
{_scripts(page)}
</body>
</html>
"""


def _styles(page: Page) -> str:
    sheets = [page.assets[name] for name in ("swagger-ui.css", "page.css") if name in page.assets]
    return "\n".join(f'<link rel="stylesheet" nonce="{page.nonce}" href="{sheet.url}">' for sheet in sheets)


def _header(page: Page) -> str:
    return f"""<header class="bar">
<a class="service" href="./"><img src="{page.assets["favicon.svg"].url}" alt="" width="30" height="30">
<strong>{escape(page.service)}</strong> <span class="version">{escape(page.version)}</span></a>
{_switch(page)}
{_downloads(page.chosen)}
</header>"""


def _switch(page: Page) -> str:
    """Links between the APIs, where there are several."""
    if len(page.entries) < 2:
        return ""
    links = "\n".join(_switch_link(entry, entry is page.chosen) for entry in page.entries)
    return f'<nav class="apis" aria-label="APIs of this service">\n{links}\n</nav>'


def _switch_link(entry: Entry, current: bool) -> str:
    mark = ' aria-current="page"' if current else ""
    return f'<a href="./{escape(entry.name)}"{mark}>{escape(entry.label)}</a>'


def _downloads(entry: Entry | None) -> str:
    if entry is None:
        return ""
    name = escape(entry.name)
    return f"""<nav class="documents" aria-label="The document">
<a href="./{name}.yaml">YAML</a>
<a href="./{name}.json">JSON</a>
</nav>"""


def _main(page: Page) -> str:
    if page.chosen is None:
        return '<main class="note"><h1>No API yet</h1><p>This service has no API document.</p></main>'
    if not are_built(page.assets):
        return f"""<main class="note"><h1>The docs page is not built</h1>
<p>This checkout was never installed, so Swagger UI is missing. Run this at its top and start the service again:</p>
<pre>{HOW_TO_BUILD}</pre>
<p>The documents are served all the same: see the links above.</p></main>"""
    name, base = escape(page.chosen.name), escape(page.chosen.base)
    return f"""<main id="api" data-document="./{name}.json" data-base="{base}" aria-busy="true">
<p class="note">Loading {escape(page.chosen.label)}…</p>
<noscript><p class="note">This page needs JavaScript; the document itself is under the links above.</p></noscript>
</main>"""


def _scripts(page: Page) -> str:
    if page.chosen is None or not are_built(page.assets):
        return ""
    scripts = [page.assets[name] for name in ("swagger-ui-bundle.js", "page.js")]
    return "\n".join(f'<script nonce="{page.nonce}" src="{script.url}" defer></script>' for script in scripts)
