import os
import pickle
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymacaron_core import kept
from pymacaron_core.errors import DocumentError
from pymacaron_core.spec import extended, keeping, published, read, read_or_kept
from pymacaron_core.spec.codec import decode, encode
from pymacaron_core.spec.operation import Schema

SHOP = """
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /orders/{id}:
    get:
      operationId: get_order
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
components:
  schemas:
    Order:
      type: object
      x-persist: {table: orders, hash: id}
      properties: {id: {type: integer, readOnly: true}, customer: {$ref: 'parts.yaml#/Customer'}}
    Other: {type: object, properties: {a: {type: string, enum: [x, y], default: x}}}
"""
PARTS = "Customer: {type: object, properties: {name: {type: string}}}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "shop.yaml").write_text(SHOP)
    (tmp_path / "apis" / "parts.yaml").write_text(PARTS)
    return tmp_path


@pytest.fixture
def times_read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The documents that were read, not taken as kept."""
    found: list[Path] = []

    def reading(path: Path, **how: Any) -> Any:
        found.append(path)
        return read(path, **how)

    monkeypatch.setattr(keeping, "read", reading)
    return found


def load(root: Path, **how: Any) -> Any:
    return read_or_kept(root / "apis" / "shop.yaml", root=root, name="shop", **how)


def the_file(root: Path) -> Path:
    [found] = (root / ".pym" / "kept").glob("*.document")
    return found


def plain(specification: Any) -> str:
    return repr(replace(specification, schemas=dict(specification.schemas), document={}))


def test_an_unchanged_document_is_read_once_and_says_the_same(root: Path, times_read: list[Path]) -> None:
    first, faults = load(root)
    again, told = load(root)
    assert len(times_read) == 1
    assert plain(again) == plain(first) and told == faults
    assert dict(again.document) == dict(first.document)
    assert published(again, "/x") == published(first, "/x")
    assert list(again.schemas) == list(first.schemas) and len(again.schemas) == len(first.schemas)


def test_a_kept_schema_is_made_when_asked_for_and_stays_the_same(root: Path) -> None:
    load(root)
    schemas = load(root)[0].schemas
    assert schemas.decoded == {} and "Order" in schemas and "Nonsense" not in schemas
    assert schemas["Other"] is schemas["Other"] and list(schemas.decoded) == ["Other"]
    with pytest.raises(KeyError):
        schemas["Nonsense"]


def test_schemas_with_a_key_are_found_without_making_the_others(root: Path) -> None:
    first, _ = load(root)
    again, _ = load(root)
    assert [name for name, _ in extended(first.schemas, "x-persist")] == ["Order"]
    assert [name for name, _ in extended(again.schemas, "x-persist")] == ["Order"]
    assert list(again.schemas.decoded) == ["Order"]
    assert list(extended(again.schemas, "x-other")) == []


def change_document(root: Path) -> None:
    (root / "apis" / "shop.yaml").write_text(SHOP.replace("Shop", "Corner shop"))


def change_part(root: Path) -> None:
    (root / "apis" / "parts.yaml").write_text(PARTS.replace("name", "title"))


def remove_part(root: Path) -> None:
    (root / "apis" / "parts.yaml").unlink()


@pytest.mark.parametrize("change", [change_document, change_part])
def test_a_change_of_any_file_is_seen(root: Path, times_read: list[Path], change: Any) -> None:
    before, _ = load(root)
    change(root)
    after, _ = load(root)
    assert len(times_read) == 2 and plain(after) != plain(before)
    load(root)
    assert len(times_read) == 2


def test_what_was_edited_while_it_was_read_is_not_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_and_edited(path: Path, **how: Any) -> Any:
        found = read(path, **how)
        path.write_text(path.read_text().replace("title: ", "title: New "))
        return found

    monkeypatch.setattr(keeping, "read", read_and_edited)
    old, _ = read_or_kept(root / "apis" / "shop.yaml", root=root)
    monkeypatch.setattr(keeping, "read", read)
    new, _ = read_or_kept(root / "apis" / "shop.yaml", root=root)
    assert new.title == f"New {old.title}"


def test_a_file_that_is_gone_is_told(root: Path, times_read: list[Path]) -> None:
    load(root)
    remove_part(root)
    with pytest.raises(DocumentError, match=r"no file apis/parts\.yaml"):
        load(root)


def test_another_way_to_read_reads_anew(root: Path, times_read: list[Path]) -> None:
    load(root)
    load(root, sound_part=True)
    assert len(times_read) == 2


def test_another_version_of_the_code_reads_anew(
    root: Path, times_read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(root)
    monkeypatch.setattr(kept, "_code_version", lambda: "another")
    load(root)
    assert len(times_read) == 2


def test_warnings_are_told_each_time_and_faults_are_not_kept(root: Path, times_read: list[Path]) -> None:
    doubtful = SHOP.replace("title: Shop,", "title: Shop, descriptoin: x,")
    (root / "apis" / "shop.yaml").write_text(doubtful)
    warnings = load(root)[1]
    assert warnings and load(root)[1] == warnings and len(times_read) == 1
    (root / "apis" / "shop.yaml").write_text(SHOP.replace("type: string, enum", "type: nonsense, enum"))
    for _ in range(2):
        assert any(fault.severity == "error" for fault in load(root, sound_part=True)[1])
    assert len(times_read) == 3


def test_nothing_is_left_beside_a_document_that_is_no_project_s(root: Path) -> None:
    read_or_kept(root / "apis" / "shop.yaml", root=root / "apis")
    assert not (root / "apis" / ".pym").exists()


class Hostile:
    def __reduce__(self) -> Any:
        return os.mkdir, (self.folder,)

    def __init__(self, folder: str) -> None:
        self.folder = folder


def hostile(root: Path) -> bytes:
    index = pickle.dumps(Hostile(str(root / "was_here")))
    return len(index).to_bytes(8, "big") + index


@pytest.mark.parametrize(
    "content", [hostile, lambda root: b"", lambda root: b"\xff" * 100, lambda root: pickle.dumps({"a": 1})]
)
def test_content_that_is_not_ours_is_not_run_and_is_written_anew(
    root: Path, times_read: list[Path], content: Any
) -> None:
    load(root)
    head = the_file(root).read_bytes()[: len(kept._MARK) + 32]
    kept.write_kept(the_file(root), head[-32:], content(root))
    assert load(root)[0].title == "Shop" and len(times_read) == 2
    assert not (root / "was_here").exists()
    load(root)
    assert len(times_read) == 2


@pytest.mark.parametrize("change", [lambda file: file.chmod(0o666), lambda file: file.write_bytes(b"x"), os.unlink])
def test_a_file_that_is_not_to_be_trusted_is_written_anew(root: Path, times_read: list[Path], change: Any) -> None:
    load(root)
    change(the_file(root))
    load(root)
    load(root)
    assert len(times_read) == 2


def test_only_the_vocabulary_is_written_and_read() -> None:
    with pytest.raises(pickle.PicklingError, match="Path is no part of the vocabulary"):
        encode(Schema({"x-path": Path("x")}))
    with pytest.raises(pickle.UnpicklingError, match="is no part of the vocabulary"):
        decode(pickle.dumps(Path("x")))
    with pytest.raises(pickle.UnpicklingError, match=r"getattr is no part"):
        decode(b"cbuiltins\ngetattr\n.")


def test_a_project_that_cannot_be_written_to_is_kept_elsewhere(
    root: Path, tmp_path: Path, times_read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ".pym").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    load(root)
    load(root)
    assert len(times_read) == 1 and list((tmp_path / "cache").rglob("*.document"))


@pytest.fixture
def service(root: Path) -> Path:
    (root / "shop").mkdir()
    (root / "shop" / "api.py").write_text("def get_order(id):\n    return {'id': id}\n")
    (root / "apis" / "shop.yaml").write_text(SHOP.replace("      x-persist: {table: orders, hash: id}\n", ""))
    return root


def test_processes_that_start_at_once_all_serve(service: Path) -> None:
    code = """
    import sys
    from pymacaron_core import load
    print(load(sys.argv[1]).app.test_client().get("/orders/7").get_json())
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(service)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [each.communicate(timeout=120)[0].strip() for each in started] == ["{'id': 7}"] * 4
    assert read_or_kept(service / "apis" / "shop.yaml", root=service, name="shop", sound_part=True)[0].title == "Shop"
