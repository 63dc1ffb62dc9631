"""The command finds or starts the service, runs its tests, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymacaron_testing import TokenError, __version__, tokens
from pymacaron_testing.pymtest import main
from service import Reply, Service

SERVER = """\
import http.server, json, os, pathlib, signal, subprocess, sys, time

folder = pathlib.Path(__file__).parent
way = sys.argv[1] if len(sys.argv) > 1 else ""
print("the way is", repr(way), "and PYM_ENV is", os.environ.get("PYM_ENV"))
assert os.environ["PORT"] == os.environ["PYM_SERVER_PORT"] and "PYM_JWT_TOKEN" not in os.environ
if way == "dies":
    sys.exit("there is no database")
if way == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(folder / "pids").write_text(f"{os.getpid()} {child.pid} {os.getpgid(0)}")
if way == "late":
    time.sleep(0.5)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = 503 if way == "never" else 404 if self.path not in ("/ping", "/end") else 200
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({} if status == 200 else {"status": status, "error": "NONE"}).encode())
        if self.path == "/end":
            os._exit(3)


http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

PASSING = """\
import os
from pymacaron_testing import PyMacaronTestCase


class Tests(PyMacaronTestCase):
    def test_ping(self):
        self.assertHasPing()
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    (root / "testaccept").mkdir(parents=True)
    (root / "server.py").write_text(SERVER)
    (root / "pym-config.yaml").write_text("name: shop\n")
    written(root / "testaccept" / "test_ping.py", PASSING)
    monkeypatch.chdir(root)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    return root


@pytest.fixture(autouse=True)
def _no_auth(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on whether pymacaron-auth is installed here."""

    def absent(environ: object) -> list[str]:
        raise TokenError("there is no pymacaron-auth here")

    monkeypatch.setattr(tokens, "default_command", absent)


def written(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def serve(way: str = "") -> list[str]:
    return ["--serve", f"'{sys.executable}' server.py {way}".strip()]


def at(service: Service) -> list[str]:
    return ["--host", service.host, "--port", str(service.port)]


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody waits for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return os.path.isdir("/proc/self") is False and _signalled(pid)
    return state != "Z"


def _signalled(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def all_gone(project: Path) -> bool:
    leader, child, group = map(int, (project / "pids").read_text().split())
    assert leader == group
    return until(lambda: not alive(leader) and not alive(child), 5)


def logs(project: Path) -> list[Path]:
    return list(project.parent.glob("pymtest-*/server.log"))


def test_the_server_is_started_tested_and_stopped(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*serve("late")]) == 0
    told = capfd.readouterr()
    assert "1 passed" in told.out
    assert "testing http://127.0.0.1:" in told.err
    assert all_gone(project)
    assert not logs(project)


def test_failing_tests_show_the_end_of_the_servers_log(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    written(project / "testaccept" / "test_no.py", PASSING.replace("self.assertHasPing()", "self.assertHasVersion()"))
    assert main([*serve(), "--env", "dev"]) == 1
    told = capfd.readouterr()
    assert "the status is 404, not 200" in told.out
    assert f"the server's log, {logs(project)[0]}, ends:\n" in told.err
    assert "the way is '' and PYM_ENV is dev" in told.err
    assert '"GET /version HTTP/1.1" 404' in told.err
    assert "warning: pym-config.dev.yaml: there is no such file" in told.err
    assert all_gone(project)


def test_a_server_that_dies_at_start_is_told_with_its_log(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*serve("dies")]) == 2
    error = capfd.readouterr().err
    assert 'server.py dies" ended with exit status 1 before it answered GET /ping; its log, ' in error
    assert error.endswith("    there is no database\n")
    assert len(error.splitlines()) == 3


def test_a_server_that_is_never_ready_is_stopped(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*serve("never"), "--wait", "0.7"]) == 2
    error = capfd.readouterr().err
    assert "did not answer GET /ping with 200 within 0.7 seconds (" in error
    assert all_gone(project)


def test_the_time_to_wait_may_be_configured(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "pym-config.yaml").write_text("testing: {wait: 0.6}")
    assert main([*serve("never")]) == 2
    assert "within 0.6 seconds" in capfd.readouterr().err


def test_a_server_that_heeds_no_signal_is_killed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pymacaron_testing.server.Server.stop.__defaults__", (0.2,))
    assert main([*serve("stubborn")]) == 0
    assert all_gone(project)


def test_a_server_that_ends_during_the_tests_is_told(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    written(project / "testaccept" / "test_ping.py", PASSING.replace("assertHasPing()", "assertGetReturnOk('end')"))
    assert main([*serve()]) == 0
    assert "the server ended with exit status 3; its log, " in capfd.readouterr().err
    assert all_gone(project)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("no-such-server --now", "the server 'no-such-server --now' cannot be started: No such file"),
        ("", "--serve names no command"),
        ("python 'server.py", '--serve "python \'server.py" cannot be read (No closing quotation)'),
        ("./testaccept", "the server './testaccept' cannot be started: Permission denied"),
    ],
)
def test_a_command_that_cannot_be_started_is_told(
    command: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["--serve", command]) == 2
    assert capfd.readouterr().err.startswith(f"pymtest: error: {sentence}")


def test_no_shell_reads_the_command(project: Path) -> None:
    main(["--serve", f"'{sys.executable}' server.py dies; touch shell"])
    assert not (project / "shell").exists()


def test_the_server_runs_in_the_projects_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "testaccept")
    assert main([*serve()]) == 0


def test_a_port_may_be_chosen_for_the_server(free_port: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*serve(), "--port", str(free_port)]) == 0
    assert f"testing http://127.0.0.1:{free_port}\n" in capfd.readouterr().err


def test_a_port_that_another_has_is_told_and_the_other_is_not_tested(
    project: Path, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    service["GET", "/ping"] = Reply(json={})
    assert main([*serve("late"), "--port", str(service.port)]) == 2
    told = capfd.readouterr()
    assert f"pymtest: error: port {service.port} of 127.0.0.1 is taken" in told.err and told.out == ""
    assert not (project / "pids").exists()


def test_of_a_log_without_end_the_last_part_is_shown(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "server.py").write_text("import sys\nprint('x' * 1000000)\nsys.exit('there is no database')\n")
    assert main(serve()) == 2
    told = capfd.readouterr().err
    assert told.rstrip().endswith("there is no database") and len(told) < 20000


@pytest.fixture
def running(project: Path) -> Iterator[subprocess.Popen[str]]:
    """``pymtest`` in a process of its own, with a test that takes its time."""
    text = PASSING + "        open('begun', 'w').close()\n        __import__('time').sleep(600)\n"
    written(project / "testaccept" / "test_ping.py", text)
    code = "import sys; from pymacaron_testing.pymtest import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *serve(), "--token-command", "echo token"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)


@pytest.mark.parametrize("whole_group", [True, False], ids=["Ctrl-C", "a signal to pymtest alone"])
def test_an_interruption_ends_tests_and_server(
    whole_group: bool, project: Path, running: subprocess.Popen[str]
) -> None:
    assert until((project / "begun").exists)
    (os.killpg if whole_group else os.kill)(running.pid, signal.SIGINT)
    output, _ = running.communicate(timeout=30)
    assert running.returncode == 2
    assert "KeyboardInterrupt" in output
    assert "Traceback" not in output
    assert all_gone(project)


def test_being_asked_to_end_while_the_server_starts_stops_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import sys; from pymacaron_testing.pymtest import main; sys.exit(main())"
    process = subprocess.Popen([sys.executable, "-c", code, *serve("never")], start_new_session=True)
    assert until((project / "pids").exists)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 130
    assert capfd.readouterr().err.endswith("pymtest: interrupted\n")
    assert all_gone(project)
    assert not logs(project)


def test_a_host_is_tested(project: Path, service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    service["GET", "/ping"] = Reply(json={})
    assert main(at(service)) == 0
    assert main(["--host", f"http://{service.host}:{service.port}/"]) == 0
    service["GET", "/ping"] = Reply(500, {})
    assert main(at(service)) == 1
    capfd.readouterr()


def test_nothing_that_answers_is_one_sentence(free_port: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", str(free_port)]) == 2
    error = capfd.readouterr().err
    assert error.startswith(f"pymtest: error: nothing answers at http://127.0.0.1:{free_port} (")
    assert error.endswith("start the service, or name it with --serve, --host or --env\n")
    assert len(error.splitlines()) == 1


def test_the_first_failure_stops_unless_told_otherwise(
    project: Path, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = "class Tests:\n    def test_a(self):\n        assert 0\n    def test_b(self):\n        assert 0\n"
    written(project / "testaccept" / "test_ping.py", failing.replace("Tests", "TestBoth"))
    assert main(at(service)) == 1
    assert "1 failed" in capfd.readouterr().out
    assert main([*at(service), "--no-stop"]) == 1
    assert "2 failed" in capfd.readouterr().out


def test_the_loop_ends_at_the_first_failure(project: Path, service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    service["GET", "/ping"] = [*[Reply(json={})] * 4, Reply(500, {})]
    assert main([*at(service), "--loop"]) == 1
    out = capfd.readouterr().out
    assert (out.count("1 passed"), out.count("1 failed")) == (3, 1)


def test_paths_and_options_of_pytest_are_handed_on(
    project: Path, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    service["GET", "/ping"] = Reply(json={})
    written(project / "more" / "test_more.py", "def test_one():\n    print('seen')\n\ndef test_two():\n    assert 0\n")
    assert main([*at(service), "more", "--nocapture", "--", "-k", "one", "--verbose"]) == 0
    out = capfd.readouterr().out
    assert "seen" in out
    assert "1 passed, 1 deselected" in out
    assert main([*at(service), "--debug", "more/test_more.py::test_one"]) == 0
    assert "-m pytest -x more/test_more.py::test_one\n" in capfd.readouterr().err


def test_the_exit_code_is_pytests(project: Path, service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*at(service), "--", "-k", "nothing"]) == 5
    assert main([*at(service), "--", "--no-such-option"]) == 4
    capfd.readouterr()


def test_tests_that_are_not_there_are_told(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*serve(), "nowhere"]) == 2
    assert "there are no tests at nowhere: correct the path" in capfd.readouterr().err
    (project / "testaccept").rename(project / "acceptance")
    assert main([*serve()]) == 2
    assert "there are no tests at testaccept: write some there" in capfd.readouterr().err
    (project / "pym-config.yaml").write_text("testing: {paths: [acceptance]}")
    assert main([*serve()]) == 0
    capfd.readouterr()


def test_tests_of_linked_folders_are_run_too(
    project: Path, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    service["GET", "/ping"] = Reply(json={})
    library = project.parent / "library"
    written(library / "testaccept" / "test_library.py", PASSING)
    (library / ".git").mkdir()
    (library / "src").mkdir()
    (project / "library").symlink_to(library / "src")
    (project.parent / "bare" / ".git").mkdir(parents=True)
    (project / "pym-config.yaml").write_text("include_links: [library, ../bare]")
    assert main(at(service)) == 0
    assert "2 passed" in capfd.readouterr().out


SHOWN = PASSING.replace("self.assertHasPing()", "print('environment', [os.environ.get(n) for n in NAMES])")
SHOWN = "NAMES = ('PYM_SERVER_HOST', 'PYM_SERVER_PORT', 'PYM_ENV', 'PYM_JWT_TOKEN', 'NO_SSL_CHECK')\n" + SHOWN


def environment_of(capfd: pytest.CaptureFixture[str]) -> list[str | None]:
    line = next(line for line in capfd.readouterr().out.splitlines() if "environment [" in line)
    return list(eval(line.partition("environment ")[2].removesuffix(".")))


def test_an_environment_names_the_live_service(
    project: Path, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    written(project / "testaccept" / "test_ping.py", SHOWN)
    port = str(service.port)
    for env, options in (("live", ["--live"]), ("staging", ["--staging"]), ("qa", ["--env", "qa"])):
        (project / f"pym-config.{env}.yaml").write_text(f"live_url: http://127.0.0.1:{port}/\n")
        assert main([*options, "--nocapture", "--no-ssl-check"]) == 0
        assert environment_of(capfd) == ["127.0.0.1", port, env, None, "1"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "pym-config.live.yaml: there is no such file"),
        ("name: shop", "pym-config.live.yaml does not say where the service is live: add live_url"),
        ("live_url: shop", "pym-config.live.yaml:1:11: live_url must be a URL"),
        ("testing: {pahts: []}", "pym-config.live.yaml:1:11: testing.pahts is no option; there are: paths"),
    ],
)
def test_an_environment_that_names_none_is_told(
    text: str | None, sentence: str, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (project / "pym-config.live.yaml").write_text(text)
    assert main(["--live"]) == 2
    assert capfd.readouterr().err.startswith(f"pymtest: error: {sentence}")


TOKEN = "secret-token-of-this-test"


def test_a_token_is_made_in_the_projects_folder_and_never_shown(
    project: Path, service: Service, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYM_JWT_TOKEN", "inherited-token")
    maker = f"import os\nassert 'PYM_JWT_TOKEN' not in os.environ and os.environ['PYM_ENV'] == 'dev'\nprint('{TOKEN}')"
    (project / "maker.py").write_text(maker)
    (project / "pym-config.dev.yaml").write_text("")
    (project / "testaccept" / "test_ping.py").write_text(
        f"import os\n\ndef test_token():\n    assert os.environ['PYM_JWT_TOKEN'] == 'secret-' + {TOKEN[7:]!r}\n"
    )
    monkeypatch.chdir(project / "testaccept")
    options = [*at(service), "--env", "dev", "--debug", "--token-command", f"'{sys.executable}' maker.py"]
    assert main(options) == 0
    told = capfd.readouterr()
    assert " with a token\n" in told.err
    assert TOKEN not in told.out + told.err


def test_a_token_comes_unasked_from_pymacaron_auth(
    project: Path, service: Service, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(project / "testaccept" / "test_ping.py", SHOWN)
    monkeypatch.setenv("PYM_JWT_TOKEN", "inherited-token")
    assert main([*at(service), "--nocapture"]) == 0
    assert environment_of(capfd)[3] is None
    stub = [sys.executable, "-c", f"print('{TOKEN}')"]
    monkeypatch.setattr(tokens, "default_command", lambda environ: stub)
    assert main([*at(service), "--nocapture"]) == 0
    assert environment_of(capfd)[3] == TOKEN


def test_a_token_that_was_asked_for_must_be_made(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*at(service), "--gen-token"]) == 2
    assert capfd.readouterr().err == "pymtest: error: there is no pymacaron-auth here\n"
    assert main([*at(service), "--token-command", "no-such-command"]) == 2
    assert "the command for a token, 'no-such-command', cannot be started" in capfd.readouterr().err
    assert main([*serve(), "--gen-token"]) == 2
    assert all_gone(Path())


def test_an_image_is_the_work_of_deploy(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--image", "shop:1"]) == 2
    assert "run `pymacaron-deploy test`" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--host", "x", "--serve", "y"], "--serve starts a service here: it does not go with --host"),
        (["--wait", "5"], "--wait is for a server that --serve starts"),
        (["--wait", "soon", "--serve", "y"], "must be a number of seconds above 0, not 'soon'"),
        (["--live", "--staging"], "not allowed with argument"),
        (["--no-such-option"], "unrecognized arguments"),
    ],
)
def test_a_wrong_command_line_is_told(options: list[str], sentence: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(options)
    assert raised.value.code == 2
    assert sentence in capfd.readouterr().err


@pytest.mark.parametrize(
    "options", [["--port", "0"], ["--port", "x"], ["--host", "ftp://x"], ["--host", "http://[::1"]]
)
def test_a_wrong_address_is_told(options: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(options) == 2
    assert capfd.readouterr().err.startswith("pymtest: error: ")


def test_debug_shows_the_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--debug"]) == 2
    assert "Traceback" in capfd.readouterr().err


def test_help_and_version_need_no_project(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("pymtest")
    shown = subprocess.run([command, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "pymtest --serve 'python server.py'" in shown
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    assert version == f"pymtest {__version__}\n"
