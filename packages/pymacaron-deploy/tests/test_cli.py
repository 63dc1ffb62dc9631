from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import FILES, commit, make_project, write_files
from pymacaron_deploy import Config, __version__
from pymacaron_deploy.cli import execution, main
from pymacaron_deploy.cli.menu import menu
from pymacaron_deploy.container import State
from pymacaron_deploy.errors import Locked, RollbackFailed, RolledBack, TestsFailed
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.image.making import dockerfile_of
from pymacaron_deploy.targets import Live

COMMANDS = list(next(action for action in menu()._actions if isinstance(action.choices, dict)).choices or ())


class Stand:
    """Stands in for the pipeline: remembers what is asked for, and fails as told."""

    asked: list[str]
    fails: Exception | BaseException | None = None
    live: Live | None = None

    def __init__(self, config: object, **options: object) -> None:
        self.config, self.options = config, options

    def __enter__(self) -> Stand:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _do(self, what: str) -> None:
        type(self).asked.append(what)
        if self.fails is not None and what != "target":
            raise self.fails

    def image(self) -> Image:
        self._do("image")
        return Image("acme/shop:1", "sha256:1", "1")

    def unit_test(self) -> None:
        self._do("unit_test")

    def test(self) -> None:
        self._do("test")

    def target(self) -> None:
        self._do("target")

    def check_secrets(self) -> None:
        self._do("check_secrets")

    def version(self) -> str:
        return "1"

    def push(self) -> str:
        self._do("push")
        return "acme/shop@sha256:2"

    def up(self) -> Live:
        self._do("up")
        return Live("http://127.0.0.1:1", "1", ())

    def down(self, *, data: bool = False) -> None:
        self._do(f"down {data}")

    def status(self) -> Live | None:
        self._do("status")
        return self.live


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Stand]:
    fresh = type("Fresh", (Stand,), {"asked": []})
    monkeypatch.setattr(execution, "Pipeline", fresh)
    write_files(tmp_path, {"pym-config.yaml": FILES["pym-config.yaml"]})
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYM_ENV", raising=False)
    monkeypatch.delenv("PYM_CONFIG", raising=False)
    return fresh


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path / "shop")
    monkeypatch.chdir(root)
    return root


Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    def run(*words: str) -> tuple[int, str, str]:
        status = main(words)
        found = capsys.readouterr()
        return status, found.out, found.err

    return run


def test_the_result_is_all_that_is_on_standard_output(stand: type[Stand], printed: Printed):
    assert printed("image") == (0, "acme/shop:1\n", "")
    assert printed("push", "--target", "local") == (0, "acme/shop@sha256:2\n", "")
    assert printed("up", "--target", "local") == (0, "http://127.0.0.1:1\n", "")
    assert printed("down", "--target", "local") == (0, "down\n", "")


def test_results_are_objects_for_programs(stand: type[Stand], printed: Printed):
    results = [json.loads(printed(*words, "--json")[1]) for words in (["image"], ["push"], ["up"], ["test"], ["down"])]
    assert results == [
        {"event": "result", "reference": "acme/shop:1", "id": "sha256:1", "version": "1"},
        {"event": "result", "reference": "acme/shop@sha256:2", "version": "1"},
        {"event": "result", "live": True, "url": "http://127.0.0.1:1", "version": "1", "containers": []},
        {"event": "result", "version": "1", "unit_tests": True, "acceptance_tests": True},
        {"event": "result", "live": False},
    ]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["up"], ["target", "check_secrets", "unit_test", "test", "up"]),
        (["up", "--no-unittest"], ["target", "check_secrets", "test", "up"]),
        (["up", "--no-test"], ["target", "check_secrets", "up"]),
        (["test"], ["check_secrets", "unit_test", "test"]),
        (["test", "--no-unittest"], ["check_secrets", "test"]),
        (["test", "--no-acceptance"], ["unit_test"]),
        (["push"], ["push", "image"]),
        (["down", "--data", "--yes"], ["down True"]),
    ],
)
def test_a_command_takes_its_stages_in_order(stand: type[Stand], printed: Printed, words: list[str], asked: list[str]):
    assert printed(*words)[0] == 0
    assert stand.asked == asked


def test_data_are_not_removed_without_a_yes(stand: type[Stand], printed: Printed, monkeypatch: pytest.MonkeyPatch):
    status, _, told = printed("down", "--data")
    assert (status, stand.asked) == (1, [])
    assert "wants --yes" in told
    for answer, status in (("n\n", 1), ("\n", 1), ("y\n", 0)):
        monkeypatch.setattr("sys.stdin", _Terminal(answer))
        found = printed("down", "--data")
        assert found[0] == status and "Remove what shop stored? [y/N]" in found[2]
    assert stand.asked == ["down True"]


class _Terminal:
    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._answer


def test_status_tells_what_runs(stand: type[Stand], printed: Printed):
    assert printed("status") == (1, "nothing serves\n", "")
    states = [State("1", "shop-web", "", True, 0, {"role": "web"}), State("2", "shop-worker", "", False, 3, {})]
    stand.live = Live("http://127.0.0.1:1", "1", tuple(states))
    text = "1 serves http://127.0.0.1:1\n  shop-web  runs\n  shop-worker  ended with 3\n"
    assert printed("status") == (0, text, "")
    assert json.loads(printed("status", "--json")[1])["containers"] == [
        {"name": "shop-web", "role": "web", "running": True},
        {"name": "shop-worker", "role": "", "running": False},
    ]


@pytest.mark.parametrize(
    "error", [TestsFailed("it fails", "out"), RolledBack("it fails"), RollbackFailed("it fails"), Locked("it fails")]
)
def test_an_error_is_one_sentence_and_its_status(stand: type[Stand], printed: Printed, error: Exception):
    stand.fails = error
    status = error.exit_code  # type: ignore[attr-defined]
    assert printed("up") == (status, "", "error: it fails\n")
    found = printed("up", "--json")
    assert json.loads(found[1]) == {"event": "error", "text": "it fails", "status": status}
    assert "Traceback" in printed("up", "--debug")[2]


def test_ctrl_c_is_an_error_like_others(stand: type[Stand], printed: Printed):
    stand.fails = KeyboardInterrupt()
    assert printed("up") == (7, "", "error: interrupted; what was started was stopped\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_in_order(number: int, stand: type[Stand], printed: Printed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stand, "image", lambda _: os.kill(os.getpid(), number))
    before = signal.signal(number, signal.SIG_DFL)  # who runs the tests may ignore it, as nohup does
    try:
        status, _, told = printed("image")
    finally:
        signal.signal(number, before)
    assert status == 7 and "error: interrupted" in told


def test_a_handler_that_was_there_before_is_there_again(stand: type[Stand], printed: Printed, monkeypatch):
    def handler(number: int, frame: object) -> None:
        raise AssertionError("nobody else hears it while a command runs")

    before = signal.signal(signal.SIGTERM, handler)
    try:
        monkeypatch.setattr(stand, "image", lambda _: os.kill(os.getpid(), signal.SIGTERM))
        assert printed("image")[0] == 7
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_reader_that_leaves_is_no_error(project: Path):
    command = f"{sys.executable} -m pymacaron_deploy.cli config | true; echo ${{PIPESTATUS[0]}}"
    finished = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert finished.stdout.strip() in ("0", "141")
    assert finished.stderr == ""


def test_nothing_to_do_is_the_help(printed: Printed):
    status, out, _ = printed()
    assert status == 0 and "examples:" in out and "exit status:" in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as raised:
        main([command, "--help"])
    assert raised.value.code == 0
    assert f"pymacaron-deploy {command}" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["fly"], ["image", "--fly"], ["completion", "tcsh"]])
def test_what_is_not_understood_ends_with_1(words: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as raised:
        main(words)
    assert raised.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == "" and "usage: pymacaron-deploy" in printed.err and "\nerror: " in printed.err


def test_the_version_of_the_tool_is_told(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"pymacaron-deploy {__version__}\n"


def test_the_version_of_the_image_is_told(project: Path, printed: Printed):
    assert re.fullmatch(r"200415-0619-1-[0-9a-f]{6}\n", printed("version")[1])
    write_files(project, {"shop/new.py": ""})
    status, out, told = printed("version")
    assert (status, out) == (2, "") and "not committed: shop/new.py" in told
    assert printed("version", "--allow-dirty")[1].endswith("-dirty\n")


def test_the_configuration_is_told_without_secrets(
    project: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SHOP_KEY", "open-sesame")
    status, out, _ = printed("config", "-C", str(project))
    assert status == 0 and "open-sesame" not in out
    assert {"name: shop", "secrets: SHOP_KEY", "deploy.target: local", "deploy.wheels: wheels"} <= set(out.splitlines())
    told = json.loads(printed("config", "--json")[1])
    assert (told["secrets"], told["deploy"]["local"]["port"]) == (["SHOP_KEY"], None)


def test_odd_options_are_warned_of(project: Path, printed: Printed):
    write_files(project, {"pym-config.yaml": "docker_rep: acme\n"})
    assert "warning: pym-config.yaml:1:1: 'docker_rep' is no option" in printed("config")[2]


def test_the_dockerfile_is_printed_and_compared(project: Path, printed: Printed):
    status, text, _ = printed("dockerfile")
    assert status == 0 and text.startswith("# Made by 'pymacaron-deploy dockerfile'")
    assert json.loads(printed("dockerfile", "--json")[1]) == {"event": "result", "dockerfile": text}
    assert printed("dockerfile", "--check")[0] == 1
    write_files(project, {"Dockerfile": text})
    assert printed("dockerfile", "--check") == (0, "", "")
    assert json.loads(printed("dockerfile", "--check", "--json")[1]) == {"event": "result", "same": True}
    assert text == dockerfile_of(Config.load(project))


def test_a_target_that_is_to_come_is_told_before_anything_is_built(project: Path, printed: Printed):
    status, _, told = printed("up", "--target", "gke")
    assert (status, told) == (
        1,
        "error: the target gke cannot be deployed to yet: use --target local, or deploy.target: local\n",
    )


def test_without_docker_it_is_told_to_install_it(project: Path, printed: Printed, monkeypatch, tmp_path: Path):
    write_files(project, {"wheels/shop.whl": ""})
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    status, _, told = printed("image")
    assert status == 2 and "error: there is no program 'docker' on this machine" in told


def test_without_an_engine_it_is_told_to_start_one(
    project: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    status, out, told = printed("status")
    assert (status, out) == (2, "") and told.startswith("error: no docker engine answers")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_reads_the_script_that_completes(shell: str, printed: Printed, tmp_path: Path):
    text = printed("completion", shell)[1]
    assert all(command in text for command in COMMANDS)
    if shell != "fish":
        (tmp_path / "script").write_text(text.replace("autoload", ": autoload"))
        subprocess.run(["bash", "-n", str(tmp_path / "script")], check=True)


def test_bash_completes_commands_and_options(printed: Printed, tmp_path: Path):
    (tmp_path / "script").write_text(printed("completion", "bash")[1])

    def completed(*words: str) -> list[str]:
        line = (
            f". {tmp_path}/script; COMP_WORDS=(pymacaron-deploy {' '.join(map(repr, words))}); COMP_CWORD={len(words)}"
        )
        command = f'{line}; _pymacaron_deploy; echo "${{COMPREPLY[@]}}"'
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.split()

    assert completed("pu") == ["push"]
    assert completed("up", "--no") == ["--no-unittest", "--no-test"]
    assert completed("completion", "f") == ["fish"]
    assert completed("up", "--wheels", str(tmp_path)) == [str(tmp_path)]


def test_the_command_runs_as_a_module(project: Path):
    commit(project)
    finished = subprocess.run(
        [sys.executable, "-m", "pymacaron_deploy.cli", "version"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYM_ENV": ""},
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.startswith("200415-0619-2-")
