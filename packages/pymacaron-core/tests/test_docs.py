"""The docs page: its documents, its headers, its files."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from pymacaron_core.docs import assets, docs_blueprint
from pymacaron_core.docs.page import HOW_TO_BUILD, Entry, Page, render_page
from pymacaron_core.spec.operation import Specification

SHOP: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1.2", "description": "Sells"},
    "servers": [{"url": "https://shop.example.com/v1"}],
    "paths": {
        "/orders": {
            "servers": [{"url": "https://elsewhere.example.com"}],
            "parameters": [{"name": "servers", "in": "query", "schema": {"type": "string"}}],
            "get": {"operationId": "listOrders", "servers": [{"url": "https://far.example.com"}], "responses": {}},
        }
    },
}
LEGACY: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Legacy <b>", "version": "9"},
    "host": "legacy.example.com",
    "schemes": ["https"],
    "basePath": "/old",
    "paths": {"/ping": {"get": {"responses": {"200": {"description": "pong"}}}}},
}
SPECIFICATIONS = [
    Specification(name="shop", title="Shop", version="1.2", dialect="3.1", base_path="/v1", document=SHOP),
    Specification(name="legacy", title="Legacy <b>", version="9", dialect="2.0", base_path="/old", document=LEGACY),
]


def client_of(*specifications: Specification, **options: Any) -> FlaskClient:
    app = Flask("shop")
    app.register_blueprint(docs_blueprint("shop", "3.4", specifications, **options))
    return app.test_client()


@pytest.fixture
def client() -> FlaskClient:
    return client_of(*SPECIFICATIONS)


@pytest.fixture
def built() -> Mapping[str, assets.Asset]:
    found = assets.load_assets()
    assert assets.are_built(found), f"Swagger UI is missing: {HOW_TO_BUILD}"
    return found


def test_page_names_service_version_and_every_api(client: FlaskClient) -> None:
    page = client.get("/doc/").text
    assert "<strong>shop</strong>" in page
    assert "3.4" in page
    assert '<a href="./shop" aria-current="page">Shop</a>' in page
    assert '<a href="./legacy">' in page


def test_titles_are_text_not_markup(client: FlaskClient) -> None:
    page = client.get("/doc/legacy").text
    assert "Legacy &lt;b&gt;" in page
    assert "<b>" not in page


def test_one_api_needs_no_switch() -> None:
    assert 'class="apis"' not in client_of(SPECIFICATIONS[0]).get("/doc/").text


def test_page_of_an_api_shows_its_document(client: FlaskClient) -> None:
    page = client.get("/doc/legacy").text
    assert 'data-document="./legacy.json"' in page
    assert 'data-base="../old"' in page


def test_service_without_documents_says_so() -> None:
    answer = client_of().get("/doc/")
    assert answer.status_code == 200
    assert "No API yet" in answer.text


def test_path_without_slash_leads_to_the_page_relatively(client: FlaskClient) -> None:
    answer = client.get("/doc")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "doc/"


def test_page_can_stand_deeper() -> None:
    client = client_of(SPECIFICATIONS[0], path="/about/doc/")
    assert client.get("/about/doc").headers["Location"] == "doc/"
    assert 'data-base="../../v1"' in client.get("/about/doc/").text


def test_every_url_of_the_page_is_relative(client: FlaskClient) -> None:
    urls = re.findall(r'(?:href|src|data-\w+)="([^"]*)"', client.get("/doc/").text)
    assert urls
    assert not [url for url in urls if url.startswith("/") or ":" in url]


def test_only_own_scripts_run_and_nobody_frames_the_page(client: FlaskClient) -> None:
    first, second = client.get("/doc/"), client.get("/doc/")
    policy = first.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert policy != second.headers["Content-Security-Policy"], "a nonce is for one answer"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("built")
def test_scripts_carry_the_nonce_of_the_policy(client: FlaskClient) -> None:
    answer = client.get("/doc/")
    nonce = re.search(r"script-src 'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    assert re.findall(r'<script nonce="([^"]+)"', answer.text) == [nonce[1], nonce[1]]


def test_json_and_yaml_say_the_same(client: FlaskClient) -> None:
    as_json, as_yaml = client.get("/doc/shop.json"), client.get("/doc/shop.yaml")
    assert (as_json.content_type, as_yaml.content_type) == ("application/json", "application/yaml")
    assert as_json.get_json() == yaml.safe_load(as_yaml.text)


def test_document_names_only_this_server(client: FlaskClient) -> None:
    document = client.get("/doc/shop.json").get_json()
    assert document["servers"] == [{"url": "/v1"}]
    assert "example.com" not in json.dumps(document)
    assert document["paths"]["/orders"]["parameters"] == SHOP["paths"]["/orders"]["parameters"]


def test_document_of_2_0_names_no_host(client: FlaskClient) -> None:
    document = client.get("/doc/legacy.json").get_json()
    assert document["basePath"] == "/old"
    assert not {"host", "schemes"} & document.keys()


def test_document_carries_the_prefix_that_the_server_knows(client: FlaskClient) -> None:
    base = {"base_url": "http://localhost/prefix/"}
    assert client.get("/doc/shop.json", **base).get_json()["servers"] == [{"url": "/prefix/v1"}]
    assert client.get("/doc/legacy.json", **base).get_json()["basePath"] == "/prefix/old"
    assert client.get("/doc/legacy.json").get_json()["basePath"] == "/old"


def test_api_without_base_path_is_served_at_the_root() -> None:
    client = client_of(Specification(name="shop", dialect="3.0", document=SHOP))
    assert client.get("/doc/shop.json").get_json()["servers"] == [{"url": "/"}]
    assert 'data-base=".."' in client.get("/doc/").text


def test_table_of_contents_opens_every_description() -> None:
    client = client_of(*SPECIFICATIONS, toc="# All APIs")
    assert client.get("/doc/shop.json").get_json()["info"]["description"] == "# All APIs\n\nSells"
    assert client.get("/doc/legacy.json").get_json()["info"]["description"] == "# All APIs"


def test_publishing_leaves_the_specification_as_it_was() -> None:
    before = json.dumps(SHOP)
    client_of(*SPECIFICATIONS, toc="# All APIs").get("/doc/shop.json")
    assert json.dumps(SHOP) == before


def test_index_lists_the_apis(client: FlaskClient) -> None:
    index = client.get("/doc/index.json").get_json()
    assert (index["service"], index["version"]) == ("shop", "3.4")
    assert index["apis"][0] == {
        "name": "shop",
        "title": "Shop",
        "version": "1.2",
        "base_path": "/v1",
        "json": "shop.json",
        "yaml": "shop.yaml",
    }


@pytest.mark.parametrize("path", ["/doc/nope", "/doc/nope.json", "/doc/nope.yaml", "/doc/static/0/nope.js"])
def test_what_is_not_there_is_a_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_unchanged_document_is_a_304(client: FlaskClient) -> None:
    etag = client.get("/doc/shop.yaml").headers["ETag"]
    again = client.get("/doc/shop.yaml", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_asset_is_kept_for_good_under_its_digest(client: FlaskClient) -> None:
    asset = assets.load_assets()["page.js"]
    answer = client.get(f"/doc/{asset.url}")
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(f"/doc/{asset.url}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_asset_under_the_digest_of_another_release_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/doc/static/0123/page.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_swagger_ui_travels_compressed_where_the_browser_can_read_it(
    client: FlaskClient, built: Mapping[str, assets.Asset]
) -> None:
    bundle = built["swagger-ui-bundle.js"]
    zipped = client.get(f"/doc/{bundle.url}", headers={"Accept-Encoding": "gzip, br"})
    plain = client.get(f"/doc/{bundle.url}")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert zipped.headers["Vary"] == "Accept-Encoding"


def test_the_page_weighs_less_than_a_megabyte(built: Mapping[str, assets.Asset]) -> None:
    assert sum(len(asset.body) for asset in built.values()) < 1_000_000


def test_page_without_swagger_ui_says_how_to_build_it() -> None:
    own = {name: asset for name, asset in assets.load_assets().items() if name not in assets.VENDORED}
    entry = Entry("shop", "Shop", "1.2", "../v1")
    html = render_page(Page("shop", "3.4", [entry], entry, own, "n"))
    assert "pip install -e" in html
    assert "./shop.yaml" in html
    assert "<script" not in html
