"""``pymacaron diff``: what is told, what it ends with, and what it cannot do."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pymacaron_core.cli import main
from spec_documents import OPENAPI, write

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

OLD = (
    OPENAPI
    + """\
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
components:
  schemas:
    Pet:
      type: object
      properties:
        name: {type: string}
"""
)
WIDER = OLD.replace("name: {type: string}", "name: {type: [string, integer]}").replace("3.0.3", "3.1.0")
ADDED = OLD.replace("        name: {type: string}\n", "        name: {type: string}\n        age: {type: integer}\n")


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("old", OLD), ("wider", WIDER), ("added", ADDED)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_changes_are_told_by_whom_they_break_with_their_places_rules_and_operations(
    documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wider = WIDER.replace("{name: limit,", "{name: limit, required: true,").replace(
        "type: object\n", "type: object\n      required: [name]\n"
    )
    write(documents, wider.replace("  /pets:\n", "  /cats:\n    get: {responses: {}}\n  /pets:\n"), "wider.yaml")
    assert main(["diff", "old.yaml", "wider.yaml"]) == 1
    assert (
        capsys.readouterr().out
        == """\
breaking, for those who send: what they send may be refused
  wider.yaml:10:11: listPets (GET /pets) wants the query parameter `limit` now
    parameter-became-required, was at old.yaml:8:11

breaking, for those who read: they may get what they do not know
  wider.yaml:19:16: Pet.name is integer or string now, was string
    type-widened, in listPets (GET /pets), was at old.yaml:16:16

compatible, in what is read
  wider.yaml:17:7: Pet.name must be there now
    required-added, in listPets (GET /pets), was at old.yaml:13:5

compatible
  wider.yaml:5:5: GET /cats is new
    operation-added

2 breaking, 2 compatible changes
"""
    )


def test_what_is_gone_is_told_where_it_was(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(documents, OPENAPI + "paths: {/cats: {get: {responses: {}}}}\n", "gone.yaml")
    assert main(["diff", "old.yaml", "gone.yaml", "--show", "breaking"]) == 1
    assert (
        capsys.readouterr().out
        == """\
breaking, for all who call
  old.yaml:5:5: listPets (GET /pets) is gone
    operation-removed

1 breaking, 1 compatible changes
"""
    )


def test_less_is_shown_and_all_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "added.yaml", "--show", "breaking", "--fail-on", "any"]) == 1
    assert capsys.readouterr().out == "1 compatible change\n"
    assert main(["diff", "old.yaml", "added.yaml", "--show", "maybe", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["compatible"], told["changes"]) == (1, [])


def test_documents_of_two_versions_are_compared_by_what_they_say(
    documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = """\
swagger: '2.0'
info: {title: T, version: '1'}
paths:
  /pets:
    get:
      operationId: listPets
      produces: [application/json]
      parameters:
        - {name: limit, in: query, type: integer}
      responses:
        "200": {description: ok, schema: {$ref: "#/definitions/Pet"}}
definitions:
  Pet: {type: object, properties: {name: {type: string}}}
"""
    write(documents, older, "older.yaml")
    assert main(["diff", "older.yaml", "old.yaml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["changes"], told["failed"]) == ([], False)
    assert told["documents"] == {
        "old": {"file": "older.yaml", "dialect": "2.0", "version": "1"},
        "new": {"file": "old.yaml", "dialect": "3.0", "version": "1"},
    }


def test_of_an_old_document_with_faults_what_is_sound_is_compared(
    documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cats = "  /cats:\n    get: {parameters: [{name: a, in: %s, schema: {type: string}}], responses: {}}\n"
    write(documents, OLD.replace("paths:\n", "paths:\n" + cats % "nowhere"), "faulty.yaml")
    write(documents, WIDER.replace("paths:\n", "paths:\n" + cats % "query"), "mended.yaml")
    assert main(["diff", "faulty.yaml", "mended.yaml"]) == 1
    told = capsys.readouterr()
    assert told.err == "faulty.yaml: GET /cats has faults, and is not compared\n"
    assert "type-widened" in told.out
    assert "GET /cats" not in told.out
    assert main(["diff", "faulty.yaml", "mended.yaml", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["uncompared"] == ["GET /cats"]
    assert main(["diff", "mended.yaml", "faulty.yaml"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_json_has_the_same_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "added.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "breaking": 0,
        "maybe": 0,
        "compatible": 1,
        "failed": False,
        "documents": {
            "old": {"file": "old.yaml", "dialect": "3.0", "version": "1"},
            "new": {"file": "added.yaml", "dialect": "3.0", "version": "1"},
        },
        "uncompared": [],
        "changes": [
            {
                "rule": "property-added",
                "severity": "compatible",
                "direction": "reply",
                "message": "Pet.age is new",
                "operations": ["listPets (GET /pets)"],
                "old": {"file": "old.yaml", "line": 15, "column": 7, "pointer": "/components/schemas/Pet/properties"},
                "new": {
                    "file": "added.yaml",
                    "line": 17,
                    "column": 9,
                    "pointer": "/components/schemas/Pet/properties/age",
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("old.yaml", "old.yaml", "--fail-on", "any"), 0),
        (("old.yaml", "wider.yaml"), 1),
        (("old.yaml", "wider.yaml", "--fail-on", "none"), 0),
        (("old.yaml", "wider.yaml", "--ignore", "type-widened"), 0),
        (("old.yaml", "wider.yaml", "--ignore", "type-widened:Pet.name"), 0),
        (("old.yaml", "wider.yaml", "--ignore", "type-widened:GET /pets"), 0),
        (("old.yaml", "wider.yaml", "--ignore", "type-widened:Pet.age"), 1),
        (("old.yaml", "added.yaml"), 0),
        (("old.yaml", "added.yaml", "--fail-on", "maybe"), 0),
        (("old.yaml", "added.yaml", "--fail-on", "any"), 1),
    ],
)
def test_the_status_says_whether_it_fails(arguments: tuple[str, ...], status: int) -> None:
    assert main(["diff", *arguments]) == status


def test_documents_without_a_difference_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "old.yaml"]) == 0
    assert capsys.readouterr().out == "nothing changed for callers\n"


def test_a_document_may_be_of_a_revision_with_the_files_it_had(
    documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "init.defaultBranch=main"]
    write(documents, OLD.replace('{$ref: "#/components/schemas/Pet"}', "{$ref: parts.yaml}"), "apis/shop.yaml")
    write(documents, "type: object\nproperties: {name: {type: string}}\n", "apis/parts.yaml")
    for command in (["init", "-q"], ["add", "apis"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True, cwd=documents)
    write(documents, "type: object\nproperties: {name: {type: integer}}\n", "apis/parts.yaml")
    assert main(["diff", "git:HEAD:apis/shop.yaml", "apis/shop.yaml"]) == 1
    told = capsys.readouterr().out
    assert "  apis/parts.yaml:2:21: parts.name is integer now, was string\n" in told
    assert ", was at HEAD:apis/parts.yaml:2:21\n" in told
    for wrong, said in {
        "git:HEAD": "write git:REVISION:FILE",
        "git:nope:apis/shop.yaml": "nope",
        "git:HEAD:apis/none.yaml": "there is no apis/none.yaml in HEAD",
        "git:--output=x:apis/shop.yaml": "write git:REVISION:FILE",
    }.items():
        assert main(["diff", wrong, "apis/shop.yaml"]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("wrong_first", [True, False])
def test_what_cannot_be_compared_is_named_and_status_2(
    documents: Path, wrong_first: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(documents)
    (documents / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    (documents / "faulty.yaml").write_text("openapi: 3.0.3\npaths: []\n")
    for wrong in ("none.yaml", ".", "binary.yaml", "faulty.yaml"):
        pair = (wrong, "old.yaml") if wrong_first else ("old.yaml", wrong)
        assert main(["diff", *pair]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"error: {wrong}"), told.err
        assert "Traceback" not in told.err


def test_an_unknown_rule_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "old.yaml", "--ignore", "type-widend"]) == 2
    assert "did you mean type-widened?" in capsys.readouterr().err
