"""``pymacaron bundle``: one file that says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pymacaron_core.cli import main
from pymacaron_core.spec import read
from pymacaron_core.yaml12 import parse
from spec_documents import OPENAPI, SWAGGER, write
from spec_vocabulary import vocabulary

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

COMMON = """\
    limit: {name: limit, in: query, schema: {type: integer}}
    Ok: {description: 'no', headers: {X-Next: {$ref: '#/Next'}}}
    Next: {schema: {$ref: '#/schemas/Money'}}
    schemas: {Money: {type: string, enum: ['on', "012", '2020-01-01']}}
    """
SPLIT = {
    "api.yaml": OPENAPI
    + """paths:
  /pets: {$ref: 'parts/paths.yaml#/pets'}
  /limited:
    get:
      operationId: limited
      parameters: [{$ref: 'parts/common.yaml#/limit'}]
      responses: {200: {$ref: 'parts/common.yaml#/Ok'}}
components:
  schemas:
    Pet: {$ref: parts/pet.yaml}
    Any: {oneOf: [{$ref: '#/components/schemas/Pet'}], discriminator: {propertyName: k, mapping: {p: parts/pet.yaml}}}
""",
    "parts/paths.yaml": """\
    pets:
      get:
        operationId: pets
        responses: {200: {description: ok, content: {application/json: {schema: {$ref: pet.yaml}}}}}
      post:
        operationId: addPet
        requestBody: {content: {application/json: {schema: {$ref: '../api.yaml#/components/schemas/Any'}}}}
        responses: {200: {description: ok}}
    """,
    "parts/pet.yaml": """\
    type: object
    required: [k]
    properties: {k: {type: string}, next: {$ref: '#'}, price: {$ref: 'common.yaml#/schemas/Money'}}
    """,
    "parts/common.yaml": COMMON,
}


@pytest.fixture
def split(tmp_path: Path) -> Path:
    for name, text in SPLIT.items():
        write(tmp_path / "split", text, name)
    return tmp_path / "split" / "api.yaml"


def bundled(document: Path, output: Path, *more: str) -> Any:
    assert main(["bundle", str(document), "--root", str(document.parent), "-o", str(output), *more]) == 0
    return parse(output.read_bytes())


def assert_same(one: Path, other: Path) -> None:
    first, _ = read(one, root=one.parent, name="one")
    second, _ = read(other, root=other.parent, name="one")
    assert vocabulary(first) == vocabulary(second)
    assert len(second.files) == 1


def test_what_stands_in_other_files_gets_a_name_among_the_components(split: Path, tmp_path: Path) -> None:
    document = bundled(split, tmp_path / "one.yaml")
    assert list(document) == ["openapi", "info", "paths", "components"]
    assert {group: list(members) for group, members in document["components"].items()} == {
        "schemas": ["Pet", "Any", "pet", "Money"],
        "parameters": ["limit"],
        "responses": ["Ok"],
        "headers": ["Next"],
    }
    assert document["paths"]["/limited"]["get"]["parameters"] == [{"$ref": "#/components/parameters/limit"}]
    assert document["components"]["schemas"]["Any"]["discriminator"]["mapping"] == {"p": "#/components/schemas/pet"}
    assert ".yaml" not in json.dumps(document)


def test_the_bundle_says_the_same(split: Path, tmp_path: Path) -> None:
    bundled(split, tmp_path / "one.yaml")
    assert_same(split, tmp_path / "one.yaml")


def test_the_bundle_is_the_same_twice_and_to_readers_of_yaml_1_1_and_as_json(split: Path, tmp_path: Path) -> None:
    document = bundled(split, tmp_path / "one.yaml")
    bundled(split, tmp_path / "two.yaml")
    assert (tmp_path / "one.yaml").read_bytes() == (tmp_path / "two.yaml").read_bytes()
    assert yaml.safe_load((tmp_path / "one.yaml").read_text()) == document
    assert bundled(split, tmp_path / "one.json") == document
    assert json.loads((tmp_path / "one.json").read_text()) == document


def test_a_bundle_of_a_bundle_is_the_same(split: Path, tmp_path: Path) -> None:
    bundled(split, tmp_path / "one.yaml")
    bundled(tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert (tmp_path / "one.yaml").read_bytes() == (tmp_path / "two.yaml").read_bytes()


def test_swagger_keeps_its_own_groups(tmp_path: Path) -> None:
    document = write(
        tmp_path,
        SWAGGER + "paths: {/a: {get: {parameters: [{$ref: 'c.yaml#/P'}], responses: {200: {$ref: 'c.yaml#/R'}}}}}\n",
    )
    write(
        tmp_path,
        "P: {name: p, in: query, type: string}\nR: {description: ok, schema: {$ref: '#/S'}}\nS: {type: string}",
        "c.yaml",
    )
    found = bundled(document, tmp_path / "one.yaml")
    assert {key: list(found[key]) for key in ("parameters", "responses", "definitions")} == {
        "parameters": ["P"],
        "responses": ["R"],
        "definitions": ["S"],
    }
    assert_same(document, tmp_path / "one.yaml")


def test_a_reference_that_nobody_follows_and_that_leads_nowhere_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        OPENAPI
        + "paths: {/a: {get: {responses: {200: {description: ok}}}}}\n"
        + "components:\n  responses:\n    R: {$ref: 'nope.yaml#/R'}\n"
    )
    write(tmp_path, text)
    assert main(["bundle", "api.yaml"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("api.yaml:6:9: warning: the reference `nope.yaml#/R`")
    assert parse(told.out)["components"]["responses"] == {"R": {"$ref": "nope.yaml#/R"}}


NAMES = ("a", "Pet", "on", "012", "pet money")


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A few files of schemas that refer to one another at random."""
    count = draw(st.integers(1, 3))
    everywhere = [(file, name) for file in range(count) for name in NAMES[: draw(st.integers(1, len(NAMES)))]]

    def reference(here: int) -> st.SearchStrategy[Any]:
        def told(to: tuple[int, str]) -> dict[str, str]:
            group = "/components/schemas/" if to[0] == 0 else "/defs/"
            return {"$ref": ("" if to[0] == here else f"f{to[0]}.yaml") + "#" + group + to[1].replace(" ", "%20")}

        return st.sampled_from(everywhere).map(told)

    def schema(here: int) -> st.SearchStrategy[Any]:
        plain = st.sampled_from([{"type": "string", "enum": ["no", "1"]}, {"type": "integer", "minimum": 2}])
        refs = reference(here)
        return (
            plain
            | st.dictionaries(st.sampled_from(NAMES), refs | plain, max_size=3).map(
                lambda members: {"type": "object", "properties": members}
            )
            | refs.map(lambda inner: {"type": "array", "items": inner})
        )

    found: dict[int, dict[str, Any]] = {number: {} for number in range(count)}
    for file, name in everywhere:
        found[file][name] = draw(schema(file))
    content = {"application/json": {"schema": draw(reference(0))}}
    paths = {"/p": {"get": {"responses": {"200": {"description": "ok", "content": content}}}}}
    main_file = {
        "openapi": draw(st.sampled_from(["3.0.3", "3.1.0"])),
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"schemas": found[0]},
    }
    return {"f0.yaml": main_file, **{f"f{number}.yaml": {"defs": found[number]} for number in range(1, count)}}


@given(files())
@settings(max_examples=60, deadline=None)
def test_any_bundle_says_the_same(tmp_path_factory: pytest.TempPathFactory, documents: dict[str, Any]) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name, value in documents.items():
        (folder / name).write_text(json.dumps(value))
    bundled(folder / "f0.yaml", folder / "one.yaml")
    assert_same(folder / "f0.yaml", folder / "one.yaml")


@pytest.mark.parametrize("command", ["bundle", "convert"])
def test_what_cannot_be_done_is_one_sentence_and_status_2(
    command: str, split: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    (tmp_path / "page.yaml").write_text("<html>")
    (tmp_path / "faulty.yaml").write_text("openapi: 3.0.3\npaths: []\n")
    cases = {
        (str(tmp_path / "none.yaml"),): "there is no such file",
        (str(tmp_path),): "is a folder",
        (str(tmp_path / "binary.yaml"),): "this is a binary file",
        (str(tmp_path / "page.yaml"),): "HTML",
        (str(tmp_path / "faulty.yaml"),): "must be a mapping",
        (str(split), "-o", str(split.parent / "parts" / "pet.yaml")): "read from",
        (str(split), "-o", str(tmp_path)): "folder",
        (str(split), "-o", str(tmp_path / "none" / "a.yaml")): "cannot be written",
    }
    for arguments, said in cases.items():
        assert main([command, *arguments]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("error: ")
        assert said in told.err
        assert "Traceback" not in told.err
    assert split.read_text() == SPLIT["api.yaml"]


def test_an_output_that_exists_keeps_its_rights_and_no_other_file_is_left(split: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "one.yaml"
    output.parent.mkdir()
    output.touch(0o600)
    output.chmod(0o640)
    bundled(split, output)
    assert output.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in output.parent.iterdir()] == ["one.yaml"]


def test_within_an_id_what_is_brought_in_is_still_found_by_other_readers(tmp_path: Path) -> None:
    write(
        tmp_path,
        """\
        openapi: 3.1.0
        info: {title: T, version: '1'}
        components:
          schemas:
            Node:
              $id: node.json
              properties:
                next: {$ref: '#'}
                kind: {$ref: '#kind'}
                tree: {$ref: tree.yaml}
                k: {$anchor: kind, enum: [a]}
        """,
    )
    write(tmp_path, "type: object", "tree.yaml")
    out = tmp_path / "out.json"
    assert main(["bundle", str(tmp_path / "api.yaml"), "--root", str(tmp_path), "-o", str(out)]) == 0
    assert json.loads(out.read_text())["components"]["schemas"] == {
        "Node": {
            "properties": {
                "next": {"$ref": "#/components/schemas/Node"},
                "kind": {"$ref": "#/components/schemas/Node/properties/k"},
                "tree": {"$ref": "#/components/schemas/tree"},
                "k": {"enum": ["a"]},
            }
        },
        "tree": {"type": "object"},
    }
