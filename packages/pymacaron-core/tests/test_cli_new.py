"""``pymacaron new``: what it makes runs, answers, passes its own tests and the type checker at once."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from cli_project import DOCUMENT, PETSTORE, SOURCE, Running, answer, pymacaron, unmeasured
from pymacaron_core.cli.names import project_name
from pymacaron_core.errors import StartError

pytestmark = pytest.mark.any_python  # processes and files: minutes on each Python, for the same answer

PETSTORES = ("swagger.yaml", "openapi.yaml")

TYPED = {} if Path(SOURCE).name == "site-packages" else {"MYPYPATH": SOURCE}
"""What mypy must be told to find the package; among the installed ones it finds it by itself."""


def made(tmp_path: Path, *arguments: str) -> Path:
    ended = pymacaron("new", *arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"cd {arguments[0]}\n  pymacaron run\n" in ended.stdout
    return tmp_path / arguments[0]


def test_a_folder_with_a_space_is_named_as_a_shell_takes_it(tmp_path: Path) -> None:
    assert "  cd 'my shop'\n" in pymacaron("new", "my shop", cwd=tmp_path).stdout


def own_tests_pass(project: Path) -> bool:
    command = [sys.executable, "-m", "unittest", "discover", "test"]
    ended = subprocess.run(command, cwd=project, env=unmeasured(), capture_output=True, text=True)
    return ended.returncode == 0 and "OK" in ended.stderr


def tool(project: Path, *command: str) -> str:
    """What a tool complains of."""
    whole = [sys.executable, "-m", *command]
    ended = subprocess.run(whole, cwd=project, env=unmeasured(**TYPED), capture_output=True, text=True)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


def called(curl: list[str]) -> str:
    """What a command line of curl gets; asked by curl itself where there is one."""
    if shutil.which("curl"):
        return subprocess.run([*curl, "-s"], capture_output=True, text=True, check=True).stdout
    program, url, *options = curl
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert (program, set(given)) == ("curl", {"-H", "-d"})
    name, _, value = given["-H"].partition(": ")
    request = urllib.request.Request(url, given["-d"].encode(), {name: value})
    with urllib.request.urlopen(request, timeout=10) as reply:
        text: str = reply.read().decode()
        return text


def test_a_new_service_answers_the_curl_of_its_readme(tmp_path: Path, port: str) -> None:
    project = made(tmp_path, "shop")
    line = next(line for line in (project / "README.md").read_text().splitlines() if line.startswith("    curl"))
    command = shlex.split(line.replace(":8080", f":{port}"))
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        assert json.loads(called(command)) == {"id": 1, "text": "buy milk"}
        assert answer(f"http://127.0.0.1:{port}/notes/1") == (200, '{"id":1,"text":"buy milk"}')
        assert answer(f"http://127.0.0.1:{port}/notes?limit=0")[0] == 400
        assert answer(f"http://127.0.0.1:{port}/doc/")[0] == 200
        assert run.stop(signal.SIGINT) == 0


def test_a_new_service_passes_its_own_tests_and_check(tmp_path: Path) -> None:
    project = made(tmp_path, "shop")
    assert own_tests_pass(project)
    assert pymacaron("check", "--strict", cwd=project).returncode == 0
    assert pymacaron("generate", "--check", cwd=project).returncode == 0


@pytest.mark.any_python
@pytest.mark.parametrize("document", [None, *PETSTORES])
def test_what_is_made_passes_type_checker_and_linter(tmp_path: Path, document: str | None) -> None:
    project = made(tmp_path, "shop", *(["--from", str(PETSTORE / document)] if document else []))
    assert tool(project, "mypy", "--strict", ".") == ""
    assert tool(project, "ruff", "check", "--select", "E4,E7,E9,F,I,UP,B", ".") == ""
    assert tool(project, "ruff", "format", "--check", ".") == ""


@pytest.mark.parametrize("document", PETSTORES)
def test_every_operation_of_a_given_document_answers_at_once(tmp_path: Path, port: str, document: str) -> None:
    project = made(tmp_path, "pets", "--from", str(PETSTORE / document))
    assert (project / "apis" / "pets.yaml").read_bytes() == (PETSTORE / document).read_bytes()
    assert own_tests_pass(project)
    routes = json.loads(pymacaron("routes", "--json", cwd=project).stdout)
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        for route in (route for route in routes if route["api"] == "pets"):
            path = re.sub(r"\{[^}]*\}", "1", route["path"])
            status, body = answer(
                f"http://127.0.0.1:{port}{path}?status=sold&tags=a&username=a&password=b", route["method"]
            )
            told = json.loads(body)
            wanted = (401, 400, 415) if route["security"] else (501, 400, 415)
            assert (route["operation"], status in wanted, "error" in told) == (route["operation"], True, True)


def test_a_stub_answers_501_and_a_guard_stub_401(tmp_path: Path, port: str) -> None:
    project = made(tmp_path, "pets", "--from", str(PETSTORE / "openapi.yaml"))
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        base = f"http://127.0.0.1:{port}/v3"
        status, body = answer(f"{base}/user/somebody")
        assert (status, json.loads(body)["error"]) == (501, "NOT_IMPLEMENTED")
        status, body = answer(f"{base}/store/inventory", api_key="anything")
        assert (status, json.loads(body)["error"]) == (401, "TOKEN_INVALID")


def test_operations_without_a_name_are_bound_in_server_py(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(
        json.dumps(
            {
                "openapi": "3.0.3",
                "info": {"title": "Mine", "version": "1"},
                "paths": {
                    "/things/{id}": {
                        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                        "get": {"responses": {"200": {"description": "ok"}}},
                        "put": {"operationId": "json.load", "responses": {"200": {"description": "ok"}}},
                    }
                },
            }
        )
    )
    project = made(tmp_path, "my-things", "--from", "mine.json")
    assert '"GET /things/{id}": functions.get_things_id,' in (project / "server.py").read_text()
    assert '"json.load": functions.json_load,' in (project / "server.py").read_text()
    assert (project / "apis" / "my_things.json").is_file()
    assert pymacaron("check", "--strict", cwd=project).returncode == 0
    assert tool(project, "mypy", "--strict", ".") == ""


def test_a_document_in_several_files_is_copied_whole(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "schemas").mkdir(parents=True)
    document = DOCUMENT.partition("components:")[0].replace("#/components/schemas/Order", "schemas/order.yaml#/Order")
    (source / "openapi.yaml").write_text(document)
    (source / "schemas" / "order.yaml").write_text("Order: {type: object, properties: {id: {type: string}}}\n")
    (source / "unrelated.yaml").write_text("a: 1\n")
    project = made(tmp_path, "shop", "--from", "source/openapi.yaml")
    files = {str(path.relative_to(project)) for path in (project / "apis").rglob("*") if path.is_file()}
    generated = {"apis/openapi_models.py", "apis/apipool.pyi"}
    assert files == {"apis/openapi.yaml", "apis/schemas/order.yaml", *generated}
    assert (project / "apis" / "openapi.yaml").read_text() == document
    assert pymacaron("check", "--strict", cwd=project).returncode == 0
    assert "def list_orders" in (project / "shop" / "api.py").read_text()


@pytest.mark.parametrize("content", ["openapi: 3.0.3\n", "a: [\n", None])
def test_a_document_that_cannot_be_served_makes_nothing(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "bad.yaml").write_text(content)
    ended = pymacaron("new", "shop", "--from", "bad.yaml", cwd=tmp_path)
    assert ended.returncode == 2
    assert "bad.yaml" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "shop").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine.txt").write_text("mine")
    ended = pymacaron("new", "shop", cwd=tmp_path)
    assert ended.returncode == 2
    assert "is not an empty folder" in ended.stderr
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["mine.txt"]
    (tmp_path / "shop" / "mine.txt").unlink()
    made(tmp_path, "shop")


@pytest.mark.parametrize(
    ("given", "package"),
    [
        ("shop", "shop"),
        ("My Shop-2", "my_shop_2"),
        ("42", "api_42"),
        ("test", "test_service"),
        ("class", "class_service"),
    ],
)
def test_a_package_has_a_name_that_python_and_its_libraries_leave_free(given: str, package: str) -> None:
    assert project_name(given).package == package


def test_a_name_without_a_letter_is_refused() -> None:
    with pytest.raises(StartError, match="cannot name a service"):
        project_name("---")


def test_a_project_named_like_a_module_of_python_works(tmp_path: Path) -> None:
    project = made(tmp_path, "test")
    assert own_tests_pass(project)


def test_a_stub_takes_the_body_as_it_is_read(tmp_path: Path) -> None:
    project = made(tmp_path, "shop", "--from", str(PETSTORE / "openapi.yaml"))
    functions = (project / "shop" / "api.py").read_text()
    assert "def add_pet(body: Pet) -> Pet:" in functions, "XML beside JSON is not read"
    assert "def place_order(body: Order | None) -> Order:" in functions
