from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ingredients import make_wheel
from pymacaron_deploy import acceptance
from pymacaron_deploy.config import Config, DeploySettings, LocalSettings
from pymacaron_deploy.container import Ended, State
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import ConfigError, Interrupted, StartFailed, TestsFailed
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.needs import Needs
from pymacaron_deploy.report import SilentReport

PYMTEST = """\
import argparse, json, os, shlex, subprocess, sys, urllib.request
parser = argparse.ArgumentParser()
for name in ("--host", "--port", "--config", "--token-command"):
    parser.add_argument(name)
own = sys.argv[1:sys.argv.index("--")]
options = parser.parse_args(own)
told = {"arguments": sys.argv[1:], "environ": dict(os.environ), "folder": os.getcwd(), "token": "", "answer": ""}
if options.token_command:
    told["token"] = subprocess.check_output(shlex.split(options.token_command), text=True).strip()
if options.port != "1":
    with urllib.request.urlopen(f"http://{options.host}:{options.port}/ping") as answer:
        told["answer"] = answer.read().decode()
open("told.json", "w").write(json.dumps(told))
print("one line", os.environ["HOME"], told["token"])
print("and another", file=sys.stderr)
sys.exit(1 if os.path.exists("fail") else 0)
"""

SERVICE = """\
#!/usr/bin/env python3
import http.server, os, sys
if os.environ.get("MODE") == "dies":
    sys.exit("cannot start: " + os.environ["SECRET"])
class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ping" else 404)
        self.end_headers()
        self.wfile.write(b"pong")
print("serving with", os.environ["SECRET"], flush=True)
http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Service).serve_forever()
"""

AUTH = """\
#!/bin/sh
[ "$*" = "token --user test-jwt-token" ] || exit 64
echo "token-made-with-$SECRET"
"""


class Notes(SilentReport):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def progress(self, text: str) -> None:
        self.lines.append(text)

    def warn(self, text: str) -> None:
        self.lines.append(f"warning: {text}")


@pytest.fixture(scope="session")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for pymacaron-testing that tells what it was given."""
    folder = tmp_path_factory.mktemp("wheels")
    make_wheel(folder, "pymacaron-testing", version="3.0.0", program=PYMTEST, command="pymtest")
    return folder


@pytest.fixture
def project(tmp_path: Path, cached: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a folder of acceptance tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cached))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "testaccept").mkdir()
    return tmp_path


def config_of(project: Path, wheels: Path, name: str = "shop", env: str = "", **local: Any) -> Config:
    deploy = DeploySettings(target="local", wheels=str(wheels), local=LocalSettings(**local))
    return Config(root=project, file=project / "pym-config.yaml", env=env, name=name, deploy=deploy)


def told(project: Path) -> dict[str, Any]:
    return dict(json.loads((project / "told.json").read_text()))


def test_the_tests_run_in_the_projects_folder_with_nothing_but_what_they_need(
    project: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    monkeypatch.setenv("PYM_JWT_TOKEN", "of somebody else")
    notes = Notes()
    config = config_of(project, wheels, env="staging")
    acceptance.test_address(config, "127.0.0.1", 1, notes, token="abc.def", secrets=[])
    seen = told(project)
    assert seen["folder"] == str(project) and seen["environ"]["PYM_ENV"] == "staging"
    assert seen["token"] == "abc.def" and not any("abc.def" in word for word in seen["arguments"])
    assert seen["arguments"][:4] == ["--host", "127.0.0.1", "--port", "1"]
    assert not {"SECRET", "PYM_JWT_TOKEN", "PIP_NO_INDEX"} & seen["environ"].keys()
    assert {"PATH", "HOME"} <= seen["environ"].keys()
    assert f"one line {os.environ['HOME']} [REDACTED]" in notes.lines and "and another" in notes.lines


def test_tests_that_fail_are_told_with_what_they_printed(project: Path, wheels: Path) -> None:
    (project / "fail").touch()
    with pytest.raises(TestsFailed, match="ended with status 1") as caught:
        acceptance.test_address(config_of(project, wheels), "127.0.0.1", 1, Notes(), token="", secrets=["another"])
    assert caught.value.exit_code == 3
    assert "one line" in caught.value.output and "and [REDACTED]" in caught.value.output


def test_a_project_without_acceptance_tests_is_warned(project: Path, wheels: Path) -> None:
    (project / "testaccept").rmdir()
    notes = Notes()
    acceptance.test_address(config_of(project, wheels), "127.0.0.1", 1, notes, token="", secrets=[])
    assert notes.lines == ["warning: there are no acceptance tests in testaccept/"]


def test_a_folder_of_wheels_that_is_not_there_is_named(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"deploy\.wheels"):
        acceptance.contents_of(config_of(project, project / "nowhere"))


def test_further_requirements_stand_beside_the_tests(project: Path, wheels: Path) -> None:
    assert acceptance.contents_of(config_of(project, wheels)).file is None
    (project / "testaccept" / "requirements.txt").write_text("requests\n")
    assert acceptance.contents_of(config_of(project, wheels)).file == project / "testaccept" / "requirements.txt"


class OneContainer:
    """An engine with a container whose programs end as told."""

    def __init__(self, ended: Ended) -> None:
        self.ended = ended

    def execute(self, id: str, command: tuple[str, ...]) -> Ended:
        return self.ended


@pytest.mark.parametrize(
    ("ended", "token", "said"),
    [
        (Ended(0, "abc.def\n"), "abc.def", []),
        (Ended(127, "", "no such file"), "", []),
        (Ended(126, "no such file", ""), "", []),
        (Ended(2, "", "cannot: hunter2 is too short\n"), "", ["status 2: cannot: [REDACTED] is too short"]),
        (Ended(0, "two\nlines"), "", ["status 0"]),
        (Ended(0, ""), "", ["status 0: it does not say why"]),
    ],
)
def test_a_token_is_made_inside_of_the_container_where_it_can_be(ended: Ended, token: str, said: list[str]) -> None:
    web = State(id="1", name="web", image="i", running=True, exit_code=0, labels={})
    notes = Notes()
    made = acceptance.make_token(OneContainer(ended), web, {"S": "hunter2"}, notes)  # type: ignore[arg-type]
    assert made == token
    assert len(notes.lines) == len(said) and all(part in line for part, line in zip(said, notes.lines, strict=True))


Make = Callable[..., str]


@pytest.fixture(scope="session")
def images(engine: Engine, make_image: Make) -> Mapping[str, str]:
    return {
        "open": make_image({"/srv/service": SERVICE}, '["/srv/service"]'),
        "auth": make_image({"/srv/service": SERVICE, "/usr/bin/pymacaron-auth": AUTH}, '["/srv/service"]'),
    }


@pytest.fixture
def nothing_left(engine: Engine, token: str) -> Iterator[str]:
    """A name of a service, of which nothing may be left at the end."""
    yield token
    assert [state for state in all_states(engine) if token in state.name] == []


def all_states(engine: Engine) -> tuple[State, ...]:
    return engine.find({"role": "web"})


@pytest.mark.docker
@pytest.mark.parametrize("kind", ["open", "auth"])
def test_an_image_is_tested_in_a_container_of_its_own(
    engine: Engine, images: Mapping[str, str], nothing_left: str, project: Path, wheels: Path, kind: str
) -> None:
    image = Image(images[kind], engine.image_id(images[kind]), "1.0")
    config = config_of(project, wheels, nothing_left)
    acceptance.test_image(engine, image, Needs("shop"), {"SECRET": "hunter2"}, config, Notes())
    seen = told(project)
    assert seen["answer"] == "pong"
    assert seen["token"] == ("token-made-with-hunter2" if kind == "auth" else "")


@pytest.mark.docker
def test_an_image_that_fails_shows_the_services_last_lines_without_secrets(
    engine: Engine, images: Mapping[str, str], nothing_left: str, project: Path, wheels: Path
) -> None:
    (project / "fail").touch()
    notes = Notes()
    image = Image(images["auth"], engine.image_id(images["auth"]), "1.0")
    config = config_of(project, wheels, nothing_left)
    with pytest.raises(TestsFailed):
        acceptance.test_image(engine, image, Needs("shop"), {"SECRET": "hunter2"}, config, notes)
    assert any("serving with [REDACTED]" in line for line in notes.lines)
    assert not any("hunter2" in line for line in notes.lines)


@pytest.mark.docker
def test_an_image_that_dies_is_not_tested(
    engine: Engine, images: Mapping[str, str], nothing_left: str, project: Path, wheels: Path
) -> None:
    image = Image(images["open"], engine.image_id(images["open"]), "1.0")
    secrets = {"SECRET": "hunter2", "MODE": "dies"}
    with pytest.raises(StartFailed, match=r"ended with status 1: cannot start: \[REDACTED\]"):
        acceptance.test_image(engine, image, Needs("shop"), secrets, config_of(project, wheels, nothing_left), Notes())
    assert not (project / "told.json").exists()


@pytest.mark.docker
def test_ctrl_c_while_tests_run_removes_the_container(
    engine: Engine,
    images: Mapping[str, str],
    nothing_left: str,
    project: Path,
    wheels: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(acceptance, "follow", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    image = Image(images["open"], engine.image_id(images["open"]), "1.0")
    with pytest.raises(Interrupted):
        acceptance.test_image(
            engine, image, Needs("shop"), {"SECRET": "x"}, config_of(project, wheels, nothing_left), Notes()
        )
