"""Documents refer to what lies outside of their project only where that is allowed by name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pymacaron_core import DocumentError
from pymacaron_core.cli.naming import read_named
from pymacaron_core.config import load_config
from pymacaron_core.errors import ConfigError
from pymacaron_core.gathering import Wishes, reach_of, read_all
from pymacaron_core.spec import Reach, read
from pymacaron_core.spec.operation import Specification
from spec_documents import NO_PATHS, OPENAPI, write


class Schemas(BaseHTTPRequestHandler):
    """Answers schemas, one of which refers to another, and a way out."""

    def do_GET(self) -> None:
        bodies = {
            "/open/money.yaml": b"properties: {cents: {$ref: 'parts/cents.yaml#/cents'}, out: {$ref: ../secret.yaml}}",
            "/open/fine.yaml": b"properties: {cents: {$ref: 'parts/cents.yaml#/cents'}}",
            "/open/parts/cents.yaml": b"cents: {type: integer}",
            "/secret.yaml": b"type: string",
        }
        if self.path == "/open/leads-on.yaml":
            self.send_response(302)
            self.send_header("Location", "/secret.yaml")
            self.end_headers()
            return
        body = bodies.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Schemas) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


def referring(folder: Path, ref: str, reach: Reach) -> Specification:
    """A document whose only schema is a reference."""
    text = f"{OPENAPI}{NO_PATHS}components: {{schemas: {{A: {{$ref: '{ref}'}}}}}}"
    return read(write(folder, text), root=folder, reach=reach)[0]


def told(folder: Path, ref: str, reach: Reach) -> str:
    with pytest.raises(DocumentError) as caught:
        referring(folder, ref, reach)
    return str(caught.value)


def test_what_is_allowed_is_fetched_and_what_it_refers_to(tmp_path: Path, address: str) -> None:
    found = referring(tmp_path, f"{address}/open/fine.yaml", Reach((), (f"{address}/open/",)))
    assert found.schemas["fine"].properties()["cents"].ref == "cents"
    assert found.schemas["cents"].types == ("integer",)
    assert found.files == ("api.yaml", f"{address}/open/fine.yaml", f"{address}/open/parts/cents.yaml")
    assert found.document["components"]["schemas"]["cents"] == {"type": "integer"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/secret.yaml", "nothing is fetched from a network unless `references`"),
        ("/open/../secret.yaml", "nothing is fetched from a network unless `references`"),
        ("/open/%2e%2e/secret.yaml", "nothing is fetched from a network unless `references`"),
        ("/open/%252e%252e/secret.yaml", "nothing is fetched from a network unless `references`"),
        ("/open/a b", "nothing is fetched from a network unless `references`"),
        ("/open/money.yaml", "secret.yaml is out of the project"),
        ("/open/leads-on.yaml", "secret.yaml, which is not allowed"),
        ("/open/none.yaml", "Not Found"),
    ],
)
def test_what_is_not_allowed_is_not_fetched(tmp_path: Path, address: str, path: str, words: str) -> None:
    assert words in told(tmp_path, address + path, Reach((), (f"{address}/open/",)))


def test_an_address_that_only_begins_alike_is_not_allowed(tmp_path: Path) -> None:
    reach = Reach((), ("https://schemas.example.com/",))
    assert "out of the project" in told(tmp_path, "https://schemas.example.com.evil.test/a.yaml", reach)
    assert "out of the project" in told(tmp_path, "https://schemas.example.com@evil.test/a.yaml", reach)


def test_nothing_is_fetched_in_production(tmp_path: Path, address: str) -> None:
    reach = Reach((), (f"{address}/",), fetches=False)
    assert "make one file of the document with 'pymacaron bundle'" in told(tmp_path, f"{address}/secret.yaml", reach)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be fetched" in told(tmp_path, "http://127.0.0.1:1/a.yaml", Reach((), ("http://127.0.0.1:1/",)))


def test_a_folder_beside_the_project_is_read_where_it_is_allowed(tmp_path: Path) -> None:
    write(tmp_path, "properties: {a: {$ref: parts/b.yaml}}", "shared/a.yaml")
    write(tmp_path, "properties: {out: {$ref: ../../other/c.yaml}}", "shared/parts/b.yaml")
    write(tmp_path, "type: string", "other/c.yaml")
    project = tmp_path / "project"
    shared, other = (tmp_path / "shared").resolve(), (tmp_path / "other").resolve()
    found = referring(project, "../shared/a.yaml", Reach((shared, other)))
    assert found.files == ("api.yaml", "../other/c.yaml", "../shared/a.yaml", "../shared/parts/b.yaml")
    assert "lies outside of the project" in told(project, "../shared/a.yaml", Reach((shared,)))


def test_the_configuration_names_what_is_allowed(tmp_path: Path) -> None:
    write(tmp_path, "type: string", "shared/a.yaml")
    project = tmp_path / "project"
    write(
        project, f"{OPENAPI}{NO_PATHS}components: {{schemas: {{A: {{$ref: '../../shared/a.yaml'}}}}}}", "apis/api.yaml"
    )
    write(project, "core: {references: [../shared, 'https://schemas.example.com/v1/']}", "pym-config.yaml")
    config = load_config(project, environ={})
    (found,) = read_all(project / "apis", project, Wishes(), (), config)
    assert found.files == ("apis/api.yaml", "../shared/a.yaml")
    assert reach_of(config).addresses == ("https://schemas.example.com/v1/",)


@pytest.mark.parametrize("bad", ["https://example.com", "https://example.com/a", "https://u@example.com/", "ftp://a/"])
def test_an_address_in_the_configuration_ends_with_a_slash(tmp_path: Path, bad: str) -> None:
    write(tmp_path, f"core: {{references: ['{bad}']}}", "pym-config.yaml")
    with pytest.raises(ConfigError, match="a list of folders, and of addresses as far as the last slash of their path"):
        load_config(tmp_path, environ={})


def test_the_commands_for_documents_reach_as_far_as_the_service(tmp_path: Path) -> None:
    write(tmp_path, "type: string", "shared/a.yaml")
    project = tmp_path / "project"
    text = f"{OPENAPI}{NO_PATHS}components: {{schemas: {{A: {{$ref: '../../shared/a.yaml'}}}}}}"
    document = write(project, text, "apis/api.yaml")
    with pytest.raises(DocumentError, match="lies outside of the project"):
        read_named(str(document))
    write(project, "core: {references: [../shared]}", "pym-config.yaml")
    assert read_named(str(document)).specification.schemas["a"].types == ("string",)
