"""The example as a docker image: built of what is committed, tested, pushed, run behind a health gate, and ended."""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import engines
from test_acceptance import ACCEPTANCE_TESTS, environ, program

REGISTRY = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
DEPLOY = """
deploy:
  target: local
  repository: {repository}
  base: pymacaron/base:bookworm
  wheels: wheels
  local:
    registry: 127.0.0.1:{port}
    redis_image: pymacaron/redis:test
    database_image: pymacaron/dynamodb:test
"""

pytestmark = pytest.mark.docker


def wheels() -> list[Path]:
    """The wheels of all packages, as the session that runs these tests has built them."""
    given = os.environ.get("PYMACARON_WHEELS", "")
    if not given:
        pytest.fail("PYMACARON_WHEELS names no wheels: run these tests by 'python3 noxfile.py -s tests-examples'")
    return [Path(each) for each in given.split(os.pathsep)]


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture(scope="module")
def registry() -> Iterator[int]:
    """The port of a real registry."""
    port = engines.free_port()
    with tempfile.TemporaryDirectory(prefix="pym-") as name:
        folder = Path(name)
        (folder / "registry.yml").write_text(REGISTRY.format(folder=folder / "data", port=port), encoding="utf-8")
        command = ["docker-registry", "serve", str(folder / "registry.yml")]
        with engines.running(command, folder, {}, folder / "log"):
            engines.awaited(lambda: engines.answers(f"http://127.0.0.1:{port}/v2/"), "a registry")
            yield port


@pytest.fixture(scope="module")
def project(registry: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example in a git repository of its own, with the wheels beside it that git does not know."""
    if not docker("version", "--format", "{{.Server.Version}}"):
        pytest.skip("docker: no engine answers")
    folder = engines.copy_of_example(tmp_path_factory.mktemp("container") / "helloworld")
    repository = f"pymacaron-test-{secrets.token_hex(4)}"
    with (folder / "pym-config.yaml").open("a", encoding="utf-8") as config:
        config.write(DEPLOY.format(repository=repository, port=registry))
    (folder / ".gitignore").write_text("/wheels/\n.pym/\n", encoding="utf-8")
    (folder / "wheels").mkdir()
    for wheel in wheels():
        shutil.copy(wheel, folder / "wheels")
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "The example"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    yield folder
    deploy(folder, "down", "--data", "--yes", check=False)
    images = docker("images", "--format", "{{.Repository}}:{{.Tag}}").splitlines()
    docker("image", "rm", "--force", *(image for image in images if repository in image))


def deploy(folder: Path, *words: str, check: bool = True, **more: str) -> Any:
    """What ``pymacaron-deploy`` prints, as the JSON of its last line."""
    more = {"PYM_JWT_SECRET": SECRET, **more}
    command = [program("pymacaron-deploy"), *words, "--json"]
    done = subprocess.run(command, cwd=folder, env=environ(**more), capture_output=True, text=True, timeout=900)
    assert SECRET not in done.stdout + done.stderr
    if check:
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else None


SECRET = secrets.token_hex(32)


@pytest.fixture(scope="module")
def live(project: Path) -> Any:
    """The service as ``up`` leaves it: built, tested inside of its image and over HTTP, and running."""
    return deploy(project, "up")


def test_the_dockerfile_of_the_example_is_the_one_the_tool_writes() -> None:
    command = [program("pymacaron-deploy"), "dockerfile"]
    done = subprocess.run(command, cwd=engines.EXAMPLE, env=environ(), capture_output=True, text=True)
    assert done.stdout == (engines.EXAMPLE / "Dockerfile").read_text(encoding="utf-8"), done.stderr


def test_the_service_comes_up_with_all_it_needs_and_passes_the_acceptance_tests(project: Path, live: Any) -> None:
    url = live["url"]
    assert json.loads(engines.got(f"{url}/health/ready"))["status"] == "ready"
    host, _, port = url.removeprefix("http://").partition(":")
    done = subprocess.run(
        [program("pymtest"), "--host", host, "--port", port.strip("/")],
        cwd=project,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"\b{ACCEPTANCE_TESTS} passed\b", done.stdout)


def test_the_image_is_pushed_and_its_digest_read_back(project: Path, live: Any) -> None:
    pushed = deploy(project, "push")
    assert re.search(r"@sha256:[0-9a-f]{64}$", str(pushed.get("reference") or pushed)), pushed


def test_nothing_of_it_runs_any_more_once_it_is_down(project: Path, live: Any) -> None:
    names = {each["name"] for each in live["containers"]}
    roles = {each["role"] for each in live["containers"] if each["running"]}
    assert roles >= {"web", "worker", "redis", "database"}
    assert names <= set(docker("ps", "--format", "{{.Names}}").split())
    deploy(project, "down", "--data", "--yes")
    assert not names & set(docker("ps", "--all", "--format", "{{.Names}}").split())
    with pytest.raises(OSError, match="refused"):
        engines.got(f"{live['url']}/ping")
