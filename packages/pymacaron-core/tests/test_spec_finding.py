"""Which files are API documents, and what they are called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pymacaron_core.errors import DocumentError
from pymacaron_core.spec import api_name, find, read
from spec_documents import OPENAPI, write


def test_a_document_is_a_file_whose_root_says_so(tmp_path: Path) -> None:
    for name, text in {
        "shop.yaml": "# a comment\n\n---\nswagger: '2.0'\n",
        "more/users-v2.yml": "info: {}\n'openapi' : 3.0.3\n",
        "data.json": '{"info": {}, "openapi": "3.0.3"}',
        "flow.yaml": "{openapi: 3.0.3}",
        "part.yaml": "Pet: {description: openapi and swagger}\nother:\n  openapi: 3.0.3\n",
        "part.json": '{"a": {"swagger": "2.0"}}',
        "text.txt": "openapi: 3.0.3",
        ".#shop.yaml": "openapi: 3.0.3",
        "#shop.yaml#": "openapi: 3.0.3",
        "shop.yaml~": "openapi: 3.0.3",
        ".hidden/shop.yaml": "openapi: 3.0.3",
    }.items():
        write(tmp_path, text, name)
    found = find(tmp_path)
    assert {name: path.relative_to(tmp_path).as_posix() for name, path in found.items()} == {
        "data": "data.json",
        "flow": "flow.yaml",
        "shop": "shop.yaml",
        "users_v2": "more/users-v2.yml",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"openapi: 3.0.3\n\tpaths: {}\n",
        b"openapi: 3.0.3\ninfo: {title: \xe9}\n",
        b"swagger: '2.0'\n<<<<<<< ours\n",
        b'{"openapi": "3.0.3", ',
    ],
)
def test_a_broken_document_is_found_and_reported(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "shop.yaml").write_bytes(data)
    found = find(tmp_path)
    assert list(found) == ["shop"]
    with pytest.raises(DocumentError, match=r"shop\.yaml:\d+:\d+: "):
        read(found["shop"], root=tmp_path)


def test_a_document_that_may_not_be_read_is_found_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "shop.yaml"))

    write(tmp_path, OPENAPI, "shop.yaml")
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = find(tmp_path)
    with pytest.raises(DocumentError, match=r"shop\.yaml cannot be opened: Permission denied"):
        read(found["shop"], root=tmp_path)


def test_two_documents_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, OPENAPI, "shop.yaml")
    write(tmp_path, OPENAPI, "old/shop.json")
    with pytest.raises(DocumentError, match=r"^.*/shop\.yaml: the API `shop` is already in .*; rename one of the two"):
        find(tmp_path)


def test_a_folder_without_documents_has_none(tmp_path: Path) -> None:
    assert find(tmp_path) == {}
    assert find(tmp_path / "none") == {}


@pytest.mark.parametrize(
    ("file", "name"),
    [("shop.yaml", "shop"), ("my-shop.v2.yaml", "my_shop_v2"), ("2shop.yaml", "api_2shop"), ("class.yml", "class_")],
)
def test_the_name_of_an_api_is_the_stem_as_an_identifier(file: str, name: str) -> None:
    assert api_name(file) == name
    assert name.isidentifier()


def test_reading_documents_imports_no_server_and_no_models() -> None:
    code = "import sys, pymacaron_core.spec; print({'flask', 'werkzeug', 'pydantic'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\n<!doctype html><title>swagger</title>", "HTML"),
        (b"\xef\xbb\xbf<html><body>openapi: 3.0.3</body></html>", "HTML"),
        (b'<?xml version="1.0"?><a/>', "XML"),
        (b"\x1f\x8b\x08\0\0\xff", "binary"),
        (b"PK\x03\x04\0\0\xff", "binary"),
    ],
)
@pytest.mark.parametrize("name", ["pets.yaml", "pets.json"])
def test_what_can_be_no_part_is_found_beside_documents_and_told(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    write(tmp_path, OPENAPI, "shop.yaml")
    (tmp_path / name).write_bytes(data)
    found = find(tmp_path)
    assert list(found) == ["pets", "shop"]
    with pytest.raises(DocumentError, match=told):
        read(found["pets"], root=tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_the_encoding_of_a_file_does_not_matter(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "shop.yaml").write_bytes(OPENAPI.encode(encoding))
    (tmp_path / "part.yaml").write_bytes("Pet: {type: object}".encode(encoding))
    assert list(find(tmp_path)) == ["shop"]
