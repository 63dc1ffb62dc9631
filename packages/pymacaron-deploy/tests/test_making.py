"""Images of a small project, made by a real engine."""

from __future__ import annotations

import base64
import gzip
import io
import os
import signal
import subprocess
import sys
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus

import docker
import pytest
from projects import BASE, commit, git, make_project, make_wheels, write_files
from pymacaron_deploy.config import Config
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import BuildFailed, ConfigError, PreflightError, TestsFailed
from pymacaron_deploy.image import making
from pymacaron_deploy.image.builder import Build, find_client
from pymacaron_deploy.image.dockerfile import write_dockerfile
from pymacaron_deploy.image.making import Making, dockerfile_of, image_name
from pymacaron_deploy.report import TerminalReport

CANARY = "canary+open/sesame=7"
OFFLINE = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "SHOP_KEY": CANARY}


class Told:
    """A report that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, name: str) -> None:
        self.lines.append(name)

    progress = done = warn = step


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture
def project(tmp_path: Path, wheels: Path) -> Path:
    root = make_project(tmp_path / "shop", {"name.txt": uuid.uuid4().hex, ".dockerignore": "shop\ntest\n"})
    (root / "wheels").symlink_to(wheels)
    return root


@pytest.fixture
def client(engine: Engine) -> Iterator[docker.DockerClient]:
    try:
        find_client()
    except PreflightError as error:
        pytest.skip(f"docker: no client with BuildKit ({error})")
    client = docker.from_env(version="auto")
    yield client
    client.close()


@pytest.fixture
def make(client: docker.DockerClient) -> Iterator[Callable[..., Making]]:
    """Makes projects ready to be built; their images are removed at the end."""
    made: list[Making] = []

    def ready(root: Path, environ: Mapping[str, str] | None = None, **options: object) -> Making:
        config = Config.load(root, environ={**OFFLINE, **(environ or {})}).changed(**options)
        made.append(Making(config, Told(), allow_dirty=True))
        return made[-1]

    yield ready
    for each in made:
        for image in client.images.list(each.reference.partition(":")[0]):
            if each.reference in image.tags:
                client.images.remove(each.reference, force=True)


def printed(client: docker.DockerClient, image: str, command: str, **more: object) -> str:
    output = client.containers.run(
        image, ["sh", "-c", command], remove=True, read_only=True, network_mode="none", **more
    )
    return output.decode().strip()  # type: ignore[no-any-return]


def told_by(making: Making) -> str:
    return "\n".join(making._report.lines)  # type: ignore[attr-defined]


@pytest.mark.docker
def test_the_image_holds_the_service_and_nothing_else(make: Callable[..., Making], project: Path, client):
    making = make(project)
    image = making.service()
    assert image.reference == f"shop:{making.source.version}" and image.version == making.source.version
    assert client.images.get(image.reference).id == image.id
    files = printed(client, image.id, "cd /pym && find . -path ./virtenv -prune -o -type f -print | sort").split()
    assert files == [
        "./.gitignore",
        "./VERSION",
        "./apis/shop.yaml",
        "./apis/shop_models.py",
        "./name.txt",
        "./pym-config.yaml",
        "./requirements.txt",
        "./shop/__init__.py",
        "./shop/api.py",
    ]
    assert printed(client, image.id, "cat /pym/VERSION") == image.version
    assert printed(client, image.id, "python -c 'import pytest' 2>&1 | tail -n 1").startswith("ModuleNotFoundError")
    assert printed(client, image.id, ". /pym/virtenv/bin/activate && command -v pip") == "/pym/virtenv/bin/pip"


@pytest.mark.docker
def test_the_image_is_labelled_and_drops_its_rights(make: Callable[..., Making], project: Path, client):
    making = make(project)
    assert making.recipe.name == "shop"
    making.recipe = replace(making.recipe, name='my "$HOME" shop')
    config = client.images.get(making.service().id).attrs["Config"]
    assert config["User"] == "10001:10001"
    assert (config["Cmd"], config["Entrypoint"]) == (["pymacaron", "serve", "--host", "0.0.0.0"], None)
    assert list(config["ExposedPorts"]) == ["8080/tcp"]
    assert {"PORT=8080", "PYTHONUNBUFFERED=1"} <= set(config["Env"])
    labels = {name.rpartition(".")[2]: value for name, value in config["Labels"].items() if "opencontainers" in name}
    assert labels == {
        "title": 'my "$HOME" shop',
        "version": making.source.version,
        "revision": git(project, "rev-parse", "HEAD"),
        "created": "2020-04-15T06:19:30Z",
    }


@pytest.mark.docker
def test_it_serves_from_a_file_system_that_cannot_be_written(
    make: Callable[..., Making], project: Path, client, engine
):
    making = make(project)
    image = making.service()
    needs = engine.read_needs(image.id)
    assert (needs.name, needs.secrets, needs.documents) == ("shop", ("SHOP_KEY",), ("apis/shop.yaml",))
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8080/ping').read().decode())"
    often = f'for i in $(seq 100); do python -c "{ask}" 2>/dev/null && break; sleep 0.1; done'
    waiting = f"pymacaron serve --host 127.0.0.1 2>/dev/null & {often}"
    assert image.version in printed(client, image.id, waiting)


@pytest.mark.docker
def test_an_edit_of_the_code_changes_one_small_layer_and_the_version(
    make: Callable[..., Making], project: Path, client
):
    first = client.images.get(make(project).service().id)
    write_files(project, {"shop/api.py": "def ping():\n    return 'peng'\n"})
    commit(project)
    second = client.images.get(make(project).service().id)
    before, after = (each.attrs["RootFS"]["Layers"] for each in (first, second))
    assert before[:-2] == after[:-2] and before[-2] != after[-2]
    assert sum(layer["Size"] for layer in second.history()[:8]) < 100_000


@pytest.mark.docker
def test_unit_tests_run_in_an_image_of_their_own(make: Callable[..., Making], project: Path, client):
    making = make(project)
    before = {image.id for image in client.images.list(filters={"dangling": True})}
    assert making.test()
    assert "1 passed" in told_by(making)
    left = {image.id for image in client.images.list(filters={"dangling": True})} - before
    assert not any(_is_of(client, image, making) for image in left)


def _is_of(client: docker.DockerClient, image: str, making: Making) -> bool:
    return making.source.revision in str(client.images.get(image).attrs["Config"].get("Labels"))


@pytest.mark.docker
def test_unit_tests_that_fail_are_shown(make: Callable[..., Making], project: Path):
    write_files(project, {"test/test_shop.py": "def test_sum():\n    assert 1 + 1 == 3, 'so it is'\n"})
    making = make(project)
    with pytest.raises(TestsFailed, match=r"^the unit tests fail: 1 failed in [\d.]+s$") as raised:
        making.test()
    assert "FAILED test/test_shop.py::test_sum - AssertionError: so it is" in told_by(making)
    assert "def test_sum" in raised.value.output


@pytest.mark.docker
def test_a_project_without_tests_has_none_to_run(make: Callable[..., Making], project: Path):
    (project / "test" / "test_shop.py").unlink()
    assert make(project).test() is False


@pytest.mark.docker
def test_what_the_service_adds_is_added_by_root_before_the_user_is_dropped(make, project: Path, client):
    extra = "RUN apt-get --version >/apt.txt && pip --version >/pip.txt && id -u >/user.txt\nUSER daemon\n"
    write_files(project, {"Dockerfile.extra": extra})
    image = make(project).service()
    assert printed(client, image.id, "cat /user.txt; id -u; grep -c /pym/virtenv /pip.txt").split() == [
        "0",
        "10001",
        "1",
    ]


@pytest.mark.docker
def test_a_step_that_fails_is_told_with_its_last_lines(make: Callable[..., Making], project: Path):
    write_files(project, {"Dockerfile.extra": "RUN echo one && echo two >&2 && exit 3\n"})
    with pytest.raises(BuildFailed) as raised:
        make(project).service()
    told = str(raised.value)
    assert told.startswith("the image cannot be built, the step [dependencies ")
    assert "one" in told and "two" in told and raised.value.exit_code == 3


@pytest.mark.docker
def test_a_base_that_is_not_there_is_told(make: Callable[..., Making], project: Path):
    with pytest.raises(BuildFailed, match=r"127\.0\.0\.1:1/none"):
        make(project, base="127.0.0.1:1/none:1").service()


@pytest.mark.docker
def test_no_secret_of_the_building_machine_is_in_the_image(make: Callable[..., Making], project: Path, client):
    write_files(project, {".env": CANARY, "untracked.pem": CANARY})
    git(project, "rm", "--quiet", "--cached", "name.txt")
    write_files(project, {".gitignore": "wheels\n.env\n*.pem\nname.txt\n"})
    environ = {
        "PIP_NO_INDEX": "",
        "PIP_RETRIES": "0",
        "PIP_TIMEOUT": "1",
        "PIP_INDEX_URL": f"http://ada:{quote_plus(CANARY)}@127.0.0.1:9/simple",
        "PIP_CERT": str(project / "untracked.pem"),
    }
    making = make(project, environ, network="none")
    image = making.service()
    contents = dict(_contents(client, image.id))
    assert any(b"GENERATED = True" in content for content in contents.values())
    forms = (CANARY, quote_plus(CANARY), base64.b64encode(CANARY.encode()).decode().rstrip("="))
    hits = [(place, form) for place, content in contents.items() for form in forms if form.encode() in content]
    assert hits == []
    assert CANARY not in told_by(making) and quote_plus(CANARY) not in told_by(making)
    assert printed(client, image.id, "ls -A /run/secrets") == ""


def _contents(client: docker.DockerClient, image: str) -> Iterator[tuple[str, bytes]]:
    """Every file of every layer of a saved image, and what is written beside them."""
    saved = io.BytesIO(b"".join(client.images.get(image).save()))
    with tarfile.open(fileobj=saved) as archive:
        for member in archive:
            content = archive.extractfile(member).read() if member.isfile() else b""  # type: ignore[union-attr]
            content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
            yield member.name, content


@pytest.mark.docker
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_build_and_leaves_nothing(project: Path, client, tmp_path: Path, number: signal.Signals):
    seconds = f"600.{uuid.uuid4().int % 10**9:09}"
    write_files(project, {"Dockerfile.extra": f"RUN echo begun && sleep {seconds}\n"})
    commit(project)
    command = [sys.executable, "-m", "pymacaron_deploy.cli", "image", "-C", str(project)]
    log = tmp_path / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **OFFLINE}, stdout=output, stderr=output)
        try:
            _await(lambda: bool(_processes_with(f"sleep\0{seconds}")))
            process.send_signal(number)
            assert process.wait(30) == 7
        finally:
            process.kill()
            process.wait()
    assert log.read_text().rstrip().endswith("error: interrupted; what was started was stopped")
    _await(lambda: not _processes_with(f"sleep\0{seconds}"))
    reference = Making(Config.load(project, environ=OFFLINE), TerminalReport()).reference
    with pytest.raises(docker.errors.ImageNotFound):
        client.images.get(reference)


def _await(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _processes_with(words: str) -> list[str]:
    """The processes whose command line holds these words, which a zero separates."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [file.parent.name] if words in file.read_text(errors="replace") else []
        except OSError:  # it ended meanwhile
            continue
    return found


# Without an engine


def load(root: Path, **options: object) -> Making:
    return Making(Config.load(root, environ=OFFLINE).changed(**options), Told(), allow_dirty=True)


def test_an_image_is_named_by_registry_repository_name_and_version(project: Path):
    version = load(project).source.version
    assert load(project, registry="ghcr.io", repository="acme/web").reference == f"ghcr.io/acme/web/shop:{version}"
    local = {"local": {"registry": "localhost:5000"}, "registry": "ghcr.io"}
    assert load(project, **local).reference == f"localhost:5000/shop:{version}"
    assert load(project, target="gke", **local).reference == f"ghcr.io/shop:{version}"


@pytest.mark.parametrize(("name", "wanted"), [("shop", "shop"), ("My  Shop_2!", "my-shop-2"), ("Ö-a.b", "a-b")])
def test_a_name_is_made_fit_for_registries(name: str, wanted: str):
    assert image_name(name) == wanted


def test_a_name_without_letters_is_refused():
    with pytest.raises(ConfigError, match="has no letter"):
        image_name("--")


def test_the_dockerfile_is_the_same_whether_printed_or_built(project: Path, wheels: Path):
    write_files(
        project, {"requirements-test.txt": "", "Dockerfile.extra": "RUN true", "requirements.txt": "-r more/a.txt"}
    )
    write_files(project, {"more/a.txt": "shop"})
    commit(project)
    for options in ({}, {"wheels": str(wheels)}, {"wheels": "wheels"}, {"python": "3.12", "base": ""}):
        config = Config.load(project, environ=OFFLINE).changed(**options)
        assert dockerfile_of(config) == write_dockerfile(Making(config, Told()).recipe)
    assert f"FROM {BASE} AS dependencies" in dockerfile_of(Config.load(project, environ=OFFLINE))
    assert "FROM python:3.12-slim AS dependencies" in dockerfile_of(config)


def test_wheels_outside_of_the_project_have_a_place_of_their_own(project: Path, wheels: Path):
    for folder in (str(wheels), "my wheels", ".", "../shop", "-r/../$HOME"):
        assert load(project, wheels=folder).recipe.wheels == ".wheels"
    for folder in ("dist", "./dist", "build/dist", str(project / "dist")):
        assert load(project, wheels=folder).recipe.wheels in ("dist", "build/dist")


def test_an_image_of_tests_is_discarded_even_when_its_build_is_interrupted(
    project: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch
):
    marks: list[str] = []

    def interrupted(client: str, made: Build, *_: object) -> str:
        marks.append(made.mark)
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "find_client", lambda: "docker")
    monkeypatch.setattr(making, "build", interrupted)
    monkeypatch.setattr(making, "discard", lambda client, mark: marks.append(mark))
    with pytest.raises(KeyboardInterrupt):
        load(project).test()
    assert len(marks) == 2 and marks[0] == marks[1] != ""
