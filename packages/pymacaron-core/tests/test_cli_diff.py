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


def test_a_change_is_a_line_with_its_places_its_rule_and_its_operations(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "wider.yaml"]) == 1
    assert capsys.readouterr().out == (
        "wider.yaml:16:16: breaking: Pet.name is integer or string now, was string (reply of listPets (GET /pets)) "
        "type-widened [was old.yaml:16:16]\n"
        "1 breaking, 0 maybe breaking, 0 compatible change\n"
    )


def test_json_has_the_same_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.yaml", "added.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "breaking": 0,
        "maybe": 0,
        "compatible": 1,
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
    assert "apis/parts.yaml:2:21: breaking: parts.name is integer now, was string" in told
    assert "[was HEAD:apis/parts.yaml:2:21]" in told
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
