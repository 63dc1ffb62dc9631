"""``pymacaron check FILE``: any document, wherever it is, without a project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pymacaron_core.cli import main
from spec_documents import OK, OPENAPI, write

SOUND = OPENAPI + f"paths: {{/a: {{get: {{{OK}}}}}}}\n"
FAULTY = (
    OPENAPI
    + f"""\
paths:
  /a:
    get:
      parameters:
        - {{name: p, in: qury, schema: {{type: string}}}}
      {OK}
  /b:
    get:
      responses: {{200: {{$ref: '#/components/responses/Pett'}}}}
components:
  responses: {{Pet: {{description: ok}}}}
"""
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("pymacaron_core.spec.validate.find_spec", lambda name: None)  # it takes a second each time
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SOUND, "sound.yaml")
    write(tmp_path, FAULTY, "below/faulty.yaml")
    write(tmp_path, "a: 1\n", "below/part.yaml")
    return tmp_path


def test_all_is_well_with_a_sound_document(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main(["check", "sound.yaml", "--strict"]) == 0
    assert capsys.readouterr().out == "all is well: 1 document\n"
    assert sorted(each.name for each in folder.iterdir()) == ["below", "sound.yaml"]


def test_a_folder_stands_for_its_documents_and_every_fault_has_its_place_and_pointer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "sound.yaml", "below"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("below/faulty.yaml:7:21: error: unknown `in`: `qury`")
    assert told[0].endswith("did you mean `query`? (at /paths/~1a/get/parameters/0/in) [enum]")
    assert told[1].startswith("below/faulty.yaml:11:25: error: the reference `#/components/responses/Pett`")
    assert told[-1] == "2 errors, 0 warnings"


ALL_AT_ONCE = """\
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    get:
      parameters:
        - {name: p, in: query, schema: {type: integr, maximum: "9", minimum: x, nullable: 7}}
      responses: {'200': {description: ok}}
components:
  schemas:
    A: {type: object, requierd: [a], properties: {a: {type: string, pattern: '('}}}
"""


@pytest.mark.parametrize("info", ["", "info: 3"])
def test_no_fault_hides_another(capsys: pytest.CaptureFixture[str], folder: Path, info: str) -> None:
    text = ALL_AT_ONCE.replace("info: {title: T, version: '1'}", info) if info else ALL_AT_ONCE
    write(folder, text, "all.yaml")
    write(folder, text, "apis/all.yaml")
    (folder / "pym-config.yaml").touch()
    for arguments in (["all.yaml"], []):
        assert main(["check", *arguments, "--json"]) == 1
        found = json.loads(capsys.readouterr().out)["findings"]
        rules = [each["rule"] for each in found if each["line"] == 7]
        assert rules == ["type", "shape", "shape", "shape"]
        assert {"unknown-key", "pattern"} <= {each["rule"] for each in found if each["line"] == 11}
        assert ("shape" in {each["rule"] for each in found if each["line"] == 2}) == bool(info)


def test_the_shape_of_the_json_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "below/faulty.yaml", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["errors"], told["warnings"]) == (2, 0)
    assert told["findings"][0] == {
        "file": "below/faulty.yaml",
        "line": 7,
        "column": 21,
        "pointer": "/paths/~1a/get/parameters/0/in",
        "rule": "enum",
        "severity": "error",
        "message": told["findings"][0]["message"],
        "hint": "query",
    }
    assert told["findings"][1]["hint"] == "Pet"


@pytest.mark.any_python
def test_warnings_fail_a_strict_check_of_documents_alone(folder: Path) -> None:
    write(folder, SOUND.replace("{title: T, version: '1'}", "{titel: T, version: '1'}"), "doubtful.yaml")
    assert main(["check", "doubtful.yaml"]) == 0
    assert main(["check", "doubtful.yaml", "--strict"]) == 1


def test_what_cannot_be_looked_at_is_status_2(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "empty").mkdir()
    for named, said in {"none.yaml": "there is no such file or folder", "empty": "there is no API document"}.items():
        assert main(["check", named]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", [["check"], ["check", "sound.yaml"], ["bundle", "sound.yaml"]])
@pytest.mark.parametrize("root", ["nowhere", "sound.yaml"])
def test_a_root_that_is_no_folder_is_status_2(
    capsys: pytest.CaptureFixture[str], command: list[str], root: str
) -> None:
    assert main([*command, "--root", root]) == 2
    assert capsys.readouterr().err == f"error: {root}: there is no such folder: name another one after --root\n"


def test_a_file_that_is_no_document_is_a_fault_with_its_place(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    write(folder, "<html>", "page.yaml")
    write(folder, "a: [\n", "broken.yaml")
    for named, said in {
        "binary.yaml": "binary.yaml: error: this is a binary file",
        "page.yaml": "page.yaml:1:1: error: this is an HTML or XML page",
        "broken.yaml": "broken.yaml:2:1: error: the file ends too early",
        "below/part.yaml": "below/part.yaml:1:1: error: the document says neither",
    }.items():
        assert main(["check", named]) == 1
        assert said in capsys.readouterr().out


@pytest.mark.any_python
def test_a_strict_check_says_when_nobody_validates(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pymacaron_core.cli.check.can_validate", lambda: False)
    assert main(["check", "sound.yaml", "--strict"]) == 0
    assert "openapi-spec-validator is not installed" in capsys.readouterr().err
    assert main(["check", "sound.yaml"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.any_python
def test_what_is_read_as_an_object_is_noted_and_nothing_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    schemas = ", ".join(f"{name}: {{properties: {{a: {{type: string}}}}}}" for name in "ABCDE")
    info = "info: {title: T, version: '1'}"
    Path("five.yaml").write_text(f"openapi: 3.0.3\n{info}\npaths: {{}}\ncomponents: {{schemas: {{{schemas}}}}}\n")
    assert main(["check", "five.yaml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(note["pointer"], note["line"]) for note in told["notes"]] == [
        (f"/components/schemas/{name}", 4) for name in "ABCDE"
    ]
    assert "note" not in {finding["severity"] for finding in told["findings"]}
    assert main(["check", "five.yaml"]) == 0
    told = "note: 5 schemas with `properties` have no `type`, and are read as objects: "
    assert f"{told}five.yaml:4:24, five.yaml:4:62, five.yaml:4:100 and 2 more\n" in capsys.readouterr().out


def test_what_is_wrong_very_often_is_counted_and_told_whole_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pymacaron_core.spec.validate.find_spec", lambda name: name)
    paths = "".join(f"  /a{n}: {{get: {{parameters: [{{name: p, in: qury}}], {OK}}}}}\n" for n in range(1200))
    write(tmp_path, f"{OPENAPI}paths:\n{paths}", "many.yaml")
    assert main(["check", "many.yaml"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 23
    assert told[-3:] == [
        "many.yaml: error: 1,180 more like these; --all shows them [enum]",
        "many.yaml: note: the document validator was not asked yet: it is when the errors of this document are mended"
        " [validator]",
        "1,200 errors, 0 warnings",
    ]
    assert main(["check", "many.yaml", "--all"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1202
    assert main(["check", "many.yaml", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 1200
    assert main(["bundle", "many.yaml"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert (len(told), told[-1]) == (51, "error: there are 1,150 more: 'pymacaron check --all' tells them")


def test_what_a_document_says_moves_no_cursor_and_colours_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, OPENAPI + f'paths: {{"/a\\e[31m\\n": {{gett: {{{OK}}}, get: {{{OK}}}}}}}\n', "odd.yaml")
    main(["check", "odd.yaml"])
    told = capsys.readouterr().out
    assert r"\x1b[31m\n" in told
    assert "\x1b" not in told
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["check", "odd.yaml"])
    assert "\x1b[33mwarning\x1b[0m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["check", "odd.yaml"])
    assert "\x1b" not in capsys.readouterr().out


def test_faults_in_several_files_are_counted_by_file_and_standard_input_is_told_to_be_none(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write(folder, FAULTY, "below/other.yaml")
    assert main(["check", "below"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "4 errors, 0 warnings in 2 files"
    assert main(["check", "-"]) == 2
    assert "not read from standard input" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("head", "content"), [("openapi: 3.0.3\ninfo: x\n", "{text/plain: {}}"), (OPENAPI, "[application/json]")]
)
def test_one_fault_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str], head: str, content: str) -> None:
    reply = f"{{200: {{description: ok, content: {content}}}}}"
    write(tmp_path, f"{head}paths: {{/a: {{get: {{responses: {reply}}}}}}}\n", "once.yaml")
    assert main(["check", "once.yaml"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 error, 0 warnings"


@pytest.mark.parametrize(("mode", "severity"), [("strict", "error"), ("warn", "warning")])
def test_a_pattern_that_no_engine_takes_is_told_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mode: str, severity: str
) -> None:
    root = tmp_path / "service"
    pattern = "components: {schemas: {S: {type: string, pattern: '(a'}}}"
    write(root, f"{OPENAPI}paths: {{}}\n{pattern}", "apis/shop.yaml")
    write(root, f"core: {{documents: {mode}}}", "pym-config.yaml")
    main(["check", "--root", str(root), "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [each["severity"] for each in findings if each["rule"] == "pattern"] == [severity]
