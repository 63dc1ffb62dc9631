"""The command ``pymacaron``: its menu, and the commands that look at a project."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import DOCUMENT, FUNCTIONS, MORE, PETSTORE, PROGRAM, environment, make_project, pymacaron, warm
from pymacaron_core import __version__
from pymacaron_core.cli import main
from pymacaron_core.cli.menu import menu
from pymacaron_core.cli.watching import Watch

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

COMMANDS = ("new", "run", "serve", "generate", "routes", "check", "diff", "bundle", "convert", "describe", "completion")

STARTED = (
    *(("routes",), ("check", "--strict"), ("describe",), ("convert", "apis/shop.yaml")),
    *(("bundle", "apis/shop.yaml"), ("diff", "apis/shop.yaml", "apis/shop.yaml"), ("generate",), ("check", "--nope")),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "shop")


def test_help_is_a_menu_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    told = capsys.readouterr().out
    assert [name for name in COMMANDS if f"  {name}" not in told] == []
    assert "examples:" in told


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_80_columns(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        menu().parse_args([command, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert len(told) > 200
    assert [line for line in told.splitlines() if len(line) > 80] == []


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"pymacaron {__version__}\n"


@pytest.mark.parametrize("arguments", STARTED, ids=lambda arguments: arguments[0])
def test_a_command_tells_the_same_when_python_starts_for_it(arguments: tuple[str, ...], tmp_path: Path) -> None:
    here, there = make_project(tmp_path / "here" / "shop"), make_project(tmp_path / "there" / "shop")
    command = [sys.executable, *PROGRAM, *arguments]
    alone = subprocess.run(command, cwd=here, env=environment(), capture_output=True, text=True, timeout=60)
    forked = warm().run(PROGRAM[1], arguments, there, environment(), timeout=60)
    assert (alone.returncode, alone.stdout, alone.stderr) == (forked.returncode, forked.stdout, forked.stderr)
    assert alone.returncode == (2 if "--nope" in arguments else 0)
    assert alone.stdout or alone.stderr


def test_help_imports_nothing_heavy() -> None:
    asked = (
        "import sys, pymacaron_core.cli; print(*sorted({'flask', 'pydantic', 'yaml', 'werkzeug'} & sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", asked], env=environment(), capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""


@pytest.mark.parametrize("arguments", [("nope",), ("run", "--port", "0"), ("serve", "--workers", "none")])
def test_a_wrong_command_line_is_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = pymacaron(*arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    told = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in told] == []
    assert "mock-missing" in told


def test_fish_knows_which_values_are_files_folders_or_words(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "fish"])
    told = capsys.readouterr().out
    for option in (
        "from bundle' -s o -l output -r -F -d",
        "from bundle' -l format -x -a 'yaml json' -d",
        "from check' -s C -l root -x -a '(__fish_complete_directories)' -d",
        "from check' -l env -x -d",
        "from check' -l strict -d",
    ):
        assert f"-n '__fish_seen_subcommand_{option}" in told


def test_bash_completes_commands_options_and_their_values(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    script = capsys.readouterr().out
    for line, wanted in (
        ("pymacaron ge", "generate"),
        ("pymacaron run --mo", "--mock-missing"),
        ("pymacaron diff old new --fail-on ma", "maybe"),
        ("pymacaron diff old new --ignore type-c", "type-changed"),
        ("pymacaron bundle --output ap", "apis"),
        ("pymacaron convert apis/sh", "apis/shop.yaml"),
        ("pymacaron check --str", "--strict"),
        ("pymacaron bundle --format = js", "json"),
        ("pymacaron bundle --format =", "yaml json"),
        ("pymacaron check --config apis/sh", "apis/shop.yaml"),
        ("pymacaron check --env shop", ""),
    ):
        words = line.split()
        asked = f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _pymacaron; echo ${{COMPREPLY[@]}}"
        ended = subprocess.run(["bash", "-c", asked], cwd=project, capture_output=True, text=True, check=True)
        assert ended.stdout.strip() == wanted


def test_bash_as_people_type_in_it_completes_folders_and_names_with_spaces(tmp_path: Path) -> None:
    (tmp_path / "my docs").mkdir()
    (tmp_path / "my docs" / "a.yaml").touch()
    asked = "PS1=; eval \"$(cat script)\"; bind 'set enable-bracketed-paste off'\n"
    ended = subprocess.run(
        [sys.executable, "-m", "pymacaron_core.cli", "completion", "bash"], env=environment(), capture_output=True
    )
    (tmp_path / "script").write_bytes(ended.stdout)
    answer, terminal = pty.openpty()
    bash = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"], cwd=tmp_path, stdin=terminal, stdout=terminal, stderr=terminal,
        env={**environment(), "TERM": "dumb"}, start_new_session=True,
    )  # fmt: skip
    os.write(answer, f"{asked}pymacaron() {{ printf '<%s>' \"$@\" done; }}\npymacaron bun\tm\ta\t\nexit\n".encode())
    assert bash.wait(timeout=20) == 0
    os.close(terminal)
    told = b""
    with contextlib.suppress(OSError):  # what Linux says at the end of a terminal
        while said := os.read(answer, 65536):
            told += said
    os.close(answer)
    assert b"<bundle><my docs/a.yaml><done>" in told


def test_routes_names_the_function_and_the_rule_that_found_it(project: Path) -> None:
    ended = pymacaron("routes", cwd=project)
    assert ended.returncode == 0
    line = next(line for line in ended.stdout.splitlines() if "listOrders" in line)
    assert " ".join(line.split()) == "GET /v1/orders listOrders shop.api.list_orders operationId in handlers -"


def test_routes_names_what_answers_501(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = "  /bad: {get: {operationId: bad, parameters: [{name: q, in: qury}], responses: {200: {description: ok}}}}\n"
    project = make_project(tmp_path / "shop", DOCUMENT.replace("paths:\n", f"paths:\n{bad}"))
    assert main(["routes", "--root", str(project)]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "/bad" in line)
    assert " ".join(line.split()) == "GET /v1/bad bad answers 501 - -"
    assert main(["routes", "--root", str(project), "--json"]) == 0
    served = {route["path"]: route["served"] for route in json.loads(capsys.readouterr().out)}
    assert (served["/v1/bad"], served["/v1/orders"]) == (False, True)


def test_routes_as_json_has_security_and_what_is_not_written(tmp_path: Path) -> None:
    project = make_project(tmp_path / "pets", (PETSTORE / "openapi.yaml").read_text(), functions=None)
    ended = pymacaron("routes", "--json", cwd=project)
    assert ended.returncode == 0
    routes = {route["operation"]: route for route in json.loads(ended.stdout)}
    assert routes["addPet"]["security"] == [{"petstore_auth": ["write:pets", "read:pets"]}]
    assert routes["addPet"]["function"] is None
    assert routes["ping"]["rule"] == "built in"
    assert "'pymacaron check' tells" in ended.stderr


def test_check_of_a_good_project_is_status_0(project: Path) -> None:
    ended = pymacaron("check", "--strict", cwd=project)
    assert (ended.returncode, ended.stdout) == (0, "all is well: 1 route, each with its function\n")


def test_check_finds_everything_at_once_with_its_place(tmp_path: Path) -> None:
    more = MORE.replace("operationId: getMore", "operationId: getMore\n      security: [{key: []}]")
    schemes = "  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}\n"
    document = DOCUMENT.replace("components:\n", more).replace("minimum: 1", "minimum: 1, default: x") + schemes
    project = make_project(tmp_path / "shop", document, FUNCTIONS.replace("(limit)", "()"))
    broken = "openapi: 3.0.3\ninfo: {title: B, version: '1'}\npaths: {/x: {get: {parameters: [{in: no, name: y}]}}}\n"
    (project / "apis" / "broken.yaml").write_text(broken)
    (project / "pym-config.yaml").write_text("nane: shop\n")
    ended = pymacaron("check", "--json", cwd=project)
    told = json.loads(ended.stdout)
    found = {(each["severity"], each["file"], each["line"]) for each in told["findings"]}
    messages = "\n".join(each["message"] for each in told["findings"])
    assert ended.returncode == 1
    assert {file for severity, file, _ in found if severity == "error"} == {"apis/broken.yaml", "apis/shop.yaml"}
    assert all(line for _, _, line in found)
    for part in (
        "getMore (GET /more) has no function",
        "nothing guards it",
        "does not take limit",
        "default is not applied",
    ):
        assert part in messages
    assert "did you mean 'name'?" in messages
    assert told["errors"] == len([each for each in told["findings"] if each["severity"] == "error"])


def test_check_reads_the_documents_also_when_the_configuration_or_the_code_is_broken(project: Path) -> None:
    (project / "apis" / "shop.yaml").write_text(DOCUMENT.replace("in: query", "in: qery"))
    (project / "server.py").write_text("import nothing_like_this\n")
    told = pymacaron("check", cwd=project).stdout
    assert "apis/shop.yaml:9:25: error:" in told
    assert "server.py:1: error: ModuleNotFoundError" in told
    (project / "pym-config.yaml").write_text("core: {prt: 1}\n")
    told = pymacaron("check", cwd=project).stdout
    assert "pym-config.yaml:1:8: error: core.prt is no option" in told
    assert "apis/shop.yaml:9:25: error:" in told


def test_warnings_alone_fail_only_a_strict_check(tmp_path: Path) -> None:
    project = make_project(tmp_path / "shop", DOCUMENT, FUNCTIONS.replace("(limit)", "()"))
    assert pymacaron("check", cwd=project).returncode == 0
    assert pymacaron("check", "--strict", cwd=project).returncode == 1


def test_describe_tells_names_of_secrets_and_no_value(project: Path) -> None:
    (project / "pym-config.yaml").write_text(
        "name: corner-shop\nenv_secrets: [SHOP_KEY, JWT]\ndatabase: SHOP_KEY\nauth: {jwt_secret: JWT}\n"
    )
    (project / "server.py").write_text("raise RuntimeError('no code is run')\n")
    ended = pymacaron("describe", "--json", cwd=project, SHOP_KEY="very secret")
    told = json.loads(ended.stdout)
    assert ended.returncode == 0
    keys = ["name", "version", "python", "environment", "apis", "routes", "secrets", "sections"]
    assert list(told) == [*keys, "plugins", "tasks", "tables"]
    assert (told["plugins"], told["tasks"], told["tables"]) == (["auth"], False, [])
    assert (told["name"], told["secrets"], told["sections"]) == ("corner-shop", ["SHOP_KEY", "JWT"], ["auth"])
    assert told["apis"] == [
        {"name": "shop", "title": "Shop", "version": "1.2", "base_path": "/v1", "documents": ["apis/shop.yaml"]}
    ]
    assert told["routes"][0]["path"] == "/v1/orders"
    assert "very secret" not in ended.stdout
    assert not (project / ".pym").exists()
    assert "secrets: SHOP_KEY, JWT" in pymacaron("describe", cwd=project).stdout


def test_describe_tells_of_tasks_and_tables_whether_or_not_their_packages_are_installed(project: Path) -> None:
    (project / "pym-config.yaml").write_text("with_async: true\n")
    document = project / "apis" / "shop.yaml"
    document.write_text(document.read_text().replace("Order: {", "Order: {x-persist: {table: orders, hash: id}, "))
    told = json.loads(pymacaron("describe", "--json", cwd=project).stdout)
    assert (told["plugins"], told["tasks"], told["tables"]) == (["async", "dynamodb"], True, ["orders"])


@pytest.mark.parametrize("command", ["run", "serve", "generate", "routes", "describe"])
def test_a_folder_that_is_no_project_is_one_clear_message(
    command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "-C", str(tmp_path)]) == 2
    told = capfd.readouterr().err
    assert told.startswith("error: ")
    assert "Traceback" not in told


def test_a_broken_pipe_is_silent(project: Path) -> None:
    asked = f"'{sys.executable}' -m pymacaron_core.cli completion bash | true"
    ended = subprocess.run(["bash", "-c", asked], cwd=project, env=environment(), capture_output=True, text=True)
    assert ended.stderr == ""


def test_generate_writes_models_and_check_finds_stale_ones(project: Path) -> None:
    assert pymacaron("generate", "--check", cwd=project).returncode == 1
    assert not (project / "apis" / "shop_models.py").exists()
    assert pymacaron("generate", cwd=project).stdout == "apis/shop_models.py written\napis/apipool.pyi written\n"
    ended = pymacaron("generate", "--check", "--json", cwd=project)
    assert ended.returncode == 0
    models = [{"file": file, "fresh": True, "why": ""} for file in ("apis/shop_models.py", "apis/apipool.pyi")]
    assert json.loads(ended.stdout) == {"models": models, "stubs": []}
    models = project / "apis" / "shop_models.py"
    written = models.read_text()
    cases = {
        "# mine": "it was not generated by PyMacaron 3",
        f"{written}\n# mine\n": "it was edited by hand",
        re.sub(r"generator \S+", "generator 0", written): "another version of PyMacaron wrote it",
    }
    for text, why in cases.items():
        models.write_text(text)
        ended = pymacaron("generate", "--check", cwd=project)
        assert ended.returncode == 1
        assert f"apis/shop_models.py is stale, {why}: run 'pymacaron generate'" in ended.stdout
    models.write_text(written)
    (project / "apis" / "shop.yaml").write_text(DOCUMENT.replace("id: {type: string}", "id: {type: integer}"))
    ended = pymacaron("generate", "--check", cwd=project)
    assert ended.returncode == 1
    assert "is stale, apis/shop.yaml, or what it depends on, changed since: run" in ended.stdout


def test_stubs_are_added_and_what_exists_is_not_touched(project: Path) -> None:
    (project / "apis" / "shop.yaml").write_text(DOCUMENT.replace("components:\n", MORE))
    functions = project / "shop" / "api.py"
    ended = pymacaron("generate", "--handlers", cwd=project)
    assert "shop/api.py extended: get_more" in ended.stdout
    text = functions.read_text()
    assert FUNCTIONS.partition("\n")[2].strip() in text
    assert "from pymacaron_core import NotWritten" in text
    assert 'raise NotWritten("getMore is not written yet")' in text
    assert pymacaron("check", "--strict", cwd=project).returncode == 0
    assert "every operation has its function" in pymacaron("generate", "--handlers", cwd=project).stdout
    assert functions.read_text() == text


def test_stubs_go_where_the_document_binds_them(tmp_path: Path) -> None:
    document = DOCUMENT.replace("operationId: listOrders", "x-bind-server: shop.orders.every_one")
    project = make_project(tmp_path / "shop", document, functions=None)
    ended = pymacaron("generate", "--handlers", cwd=project)
    assert "shop/orders.py written: every_one" in ended.stdout
    assert "def every_one(*, limit: int | None) -> list[Order]:" in (project / "shop" / "orders.py").read_text()
    assert pymacaron("check", "--strict", cwd=project).returncode == 0


def test_stubs_are_not_written_into_a_module_that_is_broken(project: Path) -> None:
    (project / "apis" / "shop.yaml").write_text(DOCUMENT.replace("components:\n", MORE))
    (project / "shop" / "api.py").write_text("def broken(:\n")
    ended = pymacaron("generate", "--handlers", cwd=project)
    assert ended.returncode == 2
    assert "api.py:1" in ended.stderr
    assert (project / "shop" / "api.py").read_text() == "def broken(:\n"


@pytest.mark.parametrize(
    ("missing", "server", "extra"),
    [("granian", "granian", "server"), ("gunicorn", "granian", "server"), ("gunicorn", "gunicorn", "gunicorn")],
)
def test_serve_without_a_server_says_what_to_install(project: Path, missing: str, server: str, extra: str) -> None:
    hidden = (
        f"import sys; sys.modules[{missing!r}] = None; from pymacaron_core.cli import main; "
        f"sys.exit(main(['serve', '--server', {server!r}]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", hidden], cwd=project, env=environment(), capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert f"{missing} is not installed" in ended.stderr
    assert f"pymacaron-core[{extra}]" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_watch_sees_code_and_documents_and_nothing_that_a_service_writes(tmp_path: Path) -> None:
    make_project(tmp_path / "p")
    root = tmp_path / "p"
    for folder in (".git", ".pym", "node_modules", "__pycache__", "env"):
        (root / folder).mkdir()
        (root / folder / "x.py").touch()
    (root / "env" / "pyvenv.cfg").touch()
    (root / "apis" / "shop_models.py").write_text("# generated by pymacaron from apis/shop.yaml; do not edit\n")
    (root / "data.json").touch()
    (root / "apis" / "part.json").touch()
    (root / ".env").touch()
    watch = Watch(root)
    before = watch.snapshot()
    names = {str(Path(path).relative_to(root)) for path in before}
    assert names == {".env", "apis/part.json", "apis/shop.yaml", "shop/__init__.py", "shop/api.py"}
    (root / "shop" / "more.py").touch()
    (root / ".env").unlink()
    assert watch.changed(before, watch.settled()) == [".env", "shop/more.py"]
