"""The command: tables planned and made from a project, an emulator served, each failure one sentence and a status."""

import json
import re
import signal
import socket
import subprocess
import sys
from uuid import uuid4

import pytest
from documents import SHOP
from pymacaron_dynamodb import __version__, emulator
from pymacaron_dynamodb.cli import main
from pymacaron_dynamodb.endpoint import VARIABLE


@pytest.fixture
def project(tmp_path):
    """A function that writes a project; gives the arguments that name it."""

    def make(document=SHOP, prefix="", **files):
        (tmp_path / "apis").mkdir(exist_ok=True)
        (tmp_path / "apis" / "shop.yaml").write_text(document)
        patient = ", read_timeout: 30, deadline: 60" if prefix else ""  # emulators on a busy machine take their time
        (tmp_path / "pym-config.yaml").write_text(f"dynamodb: {{table_prefix: '{prefix}'{patient}}}")
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        return ["-C", str(tmp_path)]

    return make


@pytest.fixture
def prefix():
    return f"t{uuid4().hex}."


def run(capsys, *arguments):
    """The status of a command, and what it prints on both streams."""
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code
    out, err = capsys.readouterr()
    return status, out, err


def test_tables_are_planned_made_and_kept(project, prefix, moto_url, capsys):
    where = [*project(prefix=prefix), "--endpoint", moto_url]
    status, out, err = run(capsys, "plan", *where)
    assert (status, err) == (0, "")
    assert re.search(rf"(?m)^{prefix}books \(id: N\) +create +it is not on {moto_url}$", out)
    status, out, err = run(capsys, "create", *where, "--json")
    assert status == 0
    assert [(each["table"], each["action"]) for each in json.loads(out)] == [
        (f"{prefix}books", "created"),
        (f"{prefix}readings", "created"),
    ]
    assert {each["reason"] for each in json.loads(out)} == {"it was not there"}
    status, out, err = run(capsys, "create", *where)
    assert status == 0 and out.count(" keep ") == 2


def test_a_table_with_another_key_is_a_fault_of_the_plan_and_stops_create(project, prefix, moto_url, capsys):
    run(capsys, "create", *project(prefix=prefix), "--endpoint", moto_url)
    where = [*project(SHOP.replace("hash: id", "hash: title"), prefix), "--endpoint", moto_url]
    status, out, err = run(capsys, "plan", *where)
    assert status == 1 and re.search(rf"(?m)^{prefix}books \(title: S\) +differs ", out)
    status, out, err = run(capsys, "create", *where)
    assert (status, out) == (2, "")
    assert re.fullmatch(rf"error: the table on .* is {prefix}books \(id: N\), not .*: declare that key, .*\n", err)


def test_the_environment_may_name_the_database(project, prefix, moto_url, capsys, monkeypatch):
    monkeypatch.setenv(VARIABLE, moto_url)
    status, out, _err = run(capsys, "create", *project(prefix=prefix))
    assert status == 0 and out.count(" created ") == 2


def test_functions_and_guards_that_are_missing_do_not_matter(project, prefix, moto_url, capsys):
    served = SHOP.replace("paths: {}", "paths: {/a: {get: {operationId: nobodys, security: [{k: []}], responses: {}}}}")
    served = served.replace("components:", "components:\n  securitySchemes: {k: {type: http, scheme: basic}}")
    status, out, _err = run(capsys, "plan", *project(served, prefix), "--endpoint", moto_url)
    assert (status, out.count(" create ")) == (0, 2)


def test_a_project_without_tables_is_told(project, moto_url, capsys):
    status, out, _err = run(
        capsys, "plan", *project(re.sub(r"(?m)^      x-persist.*\n", "", SHOP)), "--endpoint", moto_url
    )
    assert status == 0 and "no document declares a table" in out


@pytest.mark.parametrize(
    ("document", "files", "arguments", "message"),
    [
        (SHOP, {}, [], "no database is named: say --endpoint aws or --endpoint URL"),
        (SHOP, {}, ["--endpoint", "mars"], "the endpoint must be auto, aws, or a URL"),
        (SHOP, {}, ["--endpoint", "aws"], "Amazon DynamoDB needs a region"),
        (SHOP, {}, ["--endpoint", "http://127.0.0.1:1"], "http://127.0.0.1:1 does not answer"),
        (SHOP, {}, ["--config", "no.yaml"], "no.yaml"),
        (SHOP.replace("hash: id", "hash: isbn"), {}, [], "hash must be a property"),
        (SHOP.replace("3.1.0", "9.9"), {}, [], "9.9"),
        (SHOP, {"server": "1 / 0"}, [], "server.py:1: ZeroDivisionError: division by zero"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(project, document, files, arguments, message, capsys):
    sys.modules.pop("server", None)
    status, out, err = run(capsys, "create", *project(document, **files), *arguments)
    assert (status, out) == (2, "")
    assert message in err and "Traceback" not in err
    assert all(line.startswith("error: ") for line in err.splitlines() if "no paths" not in line)


def test_debug_shows_the_traceback(project, capsys):
    status, _out, err = run(capsys, "create", *project(), "--debug")
    assert status == 2 and "Traceback" in err


def test_help_has_examples_and_the_version_is_told(capsys):
    assert run(capsys)[0] == 0
    status, out, _err = run(capsys, "--help")
    assert status == 0 and "examples:\n  pymacaron-dynamodb plan" in out
    assert run(capsys, "--version") == (0, f"pymacaron-dynamodb {__version__}\n", "")
    assert run(capsys, "destroy")[0] == 2


def test_the_emulator_serves_until_it_is_told_to_stop():
    command = [sys.executable, "-m", "pymacaron_dynamodb", "emulator", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        told = process.stderr.readline()
        port = int(re.search(r"http://127\.0\.0\.1:(\d+); its data are gone when it stops", told)[1])
        socket.create_connection(("127.0.0.1", port), 5).close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""


def test_a_port_in_use_is_one_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, _out, err = run(capsys, "emulator", "--port", str(taken.getsockname()[1]))
    assert status == 2 and re.match(
        r"error: the emulator cannot listen on 127.0.0.1:\d+ \(.*\): choose another --port\n", err
    )
    assert run(capsys, "emulator", "--port", "99999")[0] == 2


def test_an_emulator_that_is_not_installed_is_one_sentence(capsys, monkeypatch):
    monkeypatch.setattr(emulator, "find_spec", lambda name: None)
    status, _out, err = run(capsys, "emulator")
    assert status == 2 and 'pip install "./packages/pymacaron-dynamodb[embedded]"' in err and err.count("\n") == 1
