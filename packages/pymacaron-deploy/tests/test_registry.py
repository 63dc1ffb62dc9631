from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import docker
import pytest
from ingredients import archive_of
from pymacaron_deploy import registry
from pymacaron_deploy.config import Config
from pymacaron_deploy.credentials import Credentials, from_environ
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import ConfigError, PushFailed
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.manifests import MANIFESTS, Manifests, Place, is_loopback
from pymacaron_deploy.report import SilentReport

HTPASSWD = "ann:$2b$04$/cPqaDw5pJNisrXbx5KwguGf8hQSB7g8L39jtVX3d0i8RVUOvFUW6\n"  # of the password hunter2
LOGGED_IN = {"PYM_REGISTRY_USER": "ann", "PYM_REGISTRY_PASSWORD": "hunter2"}
DIGEST = "sha256:" + "a" * 64
Serve = Callable[..., str]
MakeImage = Callable[[str], Image]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts Debian's registry, and tells its host and port."""
    if shutil.which("docker-registry") is None:
        pytest.skip("docker: there is no docker-registry on this machine")
    started: list[subprocess.Popen[bytes]] = []

    def start(*, protected: bool = False) -> str:
        settings: dict[str, object] = {
            "version": 0.1,
            "storage": {"filesystem": {"rootdirectory": str(tmp_path / "images")}},
            "http": {"addr": "127.0.0.1:0"},
        }
        if protected:
            (tmp_path / "htpasswd").write_text(HTPASSWD)
            settings["auth"] = {"htpasswd": {"realm": "registry", "path": str(tmp_path / "htpasswd")}}
        (tmp_path / "settings.yml").write_text(json.dumps(settings))
        log = tmp_path / "log"
        with log.open("wb") as output:
            command = ["docker-registry", "serve", str(tmp_path / "settings.yml")]
            started.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))
        deadline = time.monotonic() + 20
        while not (found := re.search(r"listening on (127\.0\.0\.1:\d+)", log.read_text())):
            assert started[-1].poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        return found[1]

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


@pytest.fixture
def tiny_image(engine: Engine) -> Iterator[MakeImage]:
    """Makes an image of one small file, named for a registry."""
    made = []
    with closing(docker.from_env(version="auto")) as client:

        def make(host: str) -> Image:
            repository = f"{host}/acme/shop-{uuid.uuid4().hex[:8]}"
            client.api.import_image_from_data(archive_of({"hello": uuid.uuid4().hex}), repository, "1.0")
            made.append(f"{repository}:1.0")
            return Image(made[-1], engine.image_id(made[-1]), "1.0")

        yield make
        for reference in made:
            client.api.remove_image(reference, force=True)


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


def config(**environ: str) -> Config:
    return Config(root=Path(), file=None, env="", name="shop", environ=environ)


def get_manifest(host: str, path: str, tag: str) -> bytes:
    request = Request(f"http://{host}/v2/{path}/manifests/{tag}", headers={"Accept": ", ".join(MANIFESTS)})
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        return bytes(answer.read())


@pytest.mark.docker
def test_what_was_pushed_is_named_by_the_digest_of_what_the_registry_holds(
    engine: Engine, serve: Serve, tiny_image: MakeImage
) -> None:
    host = serve()
    image = tiny_image(host)
    reference = registry.push(engine, image, config(), SilentReport())
    path = image.reference.removeprefix(f"{host}/").removesuffix(":1.0")
    digest = hashlib.sha256(get_manifest(host, path, "1.0")).hexdigest()
    assert reference == f"{host}/{path}@sha256:{digest}"
    assert registry.push(engine, image, config(), SilentReport()) == reference, "once more, nothing changes"


@pytest.mark.docker
def test_a_second_tag_names_the_same_manifest(engine: Engine, serve: Serve, tiny_image: MakeImage) -> None:
    image = tiny_image(serve())
    pushed = registry.push(engine, image, config(), SilentReport())
    assert registry.retag(engine, image.reference, "stable", config()) == pushed
    assert registry.retag(engine, pushed, "latest", config()) == pushed
    with pytest.raises(PushFailed, match=r"does not give the manifest of 2\.0"):
        registry.retag(engine, image.reference.replace(":1.0", ":2.0"), "stable", config())


@pytest.mark.docker
def test_a_protected_registry_takes_credentials_of_the_environment(
    engine: Engine, serve: Serve, tiny_image: MakeImage
) -> None:
    image = tiny_image(serve(protected=True))
    assert "@sha256:" in registry.push(engine, image, config(**LOGGED_IN), SilentReport())
    assert "@sha256:" in registry.retag(engine, image.reference, "stable", config(**LOGGED_IN))


@pytest.mark.docker
def test_a_protected_registry_takes_credentials_of_dockers_own_login(
    engine: Engine, serve: Serve, tiny_image: MakeImage, tmp_path: Path
) -> None:
    host = serve(protected=True)
    image = tiny_image(host)
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": "YW5uOmh1bnRlcjI="}}}))
    assert "@sha256:" in registry.push(engine, image, config(), SilentReport())


@pytest.mark.docker
@pytest.mark.parametrize("environ", [{}, LOGGED_IN | {"PYM_REGISTRY_PASSWORD": "hunter3-wrong"}], ids=["none", "wrong"])
def test_without_the_right_credentials_it_says_how_to_give_them(
    engine: Engine, serve: Serve, tiny_image: MakeImage, environ: dict[str, str]
) -> None:
    image = tiny_image(serve(protected=True))
    with pytest.raises(PushFailed, match=r"docker login.*PYM_REGISTRY_USER") as caught:
        registry.push(engine, image, config(**environ), SilentReport())
    assert caught.value.exit_code == 3 and "hunter3-wrong" not in str(caught.value)
    with pytest.raises(PushFailed, match=r"status 401.*docker login"):
        registry.retag(engine, image.reference, "stable", config(**environ))


@pytest.mark.docker
def test_a_dead_registry_is_a_failure_though_docker_py_raises_none(engine: Engine, tiny_image: MakeImage) -> None:
    image = tiny_image("127.0.0.1:1")
    with pytest.raises(PushFailed, match=r"127\.0\.0\.1:1 .*does not answer.*is deploy\.registry right"):
        registry.push(engine, image, config(), SilentReport())
    with pytest.raises(PushFailed, match=r"127\.0\.0\.1:1 does not answer"):
        registry.retag(engine, image.reference, "stable", config())


@pytest.mark.docker
def test_a_registry_that_holds_something_else_is_a_failure(
    engine: Engine, serve: Serve, tiny_image: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tiny_image(serve())
    monkeypatch.setattr(Manifests, "digest", lambda *_: DIGEST)
    with pytest.raises(PushFailed, match=f"holds {DIGEST}.*which was sent"):
        registry.push(engine, image, config(), SilentReport())


@pytest.mark.docker
def test_what_a_registry_does_not_hold_has_no_digest(engine: Engine, serve: Serve) -> None:
    host = serve()
    assert Manifests(Place(host, "acme/shop", "1.0"), None).digest("1.0") == ""
    with pytest.raises(HTTPError):
        get_manifest(host, "acme/shop", "1.0")


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("shop", Place("docker.io", "library/shop", "latest")),
        ("acme/shop:1", Place("docker.io", "acme/shop", "1")),
        ("localhost/shop:1", Place("localhost", "shop", "1")),
        ("localhost:5000/acme/shop:1", Place("localhost:5000", "acme/shop", "1")),
        ("ghcr.io/acme/shop", Place("ghcr.io", "acme/shop", "latest")),
        (f"ghcr.io/acme/shop@{DIGEST}", Place("ghcr.io", "acme/shop", DIGEST)),
    ],
)
def test_references_are_read_as_docker_reads_them(reference: str, place: Place) -> None:
    assert registry.parse_reference(reference) == place


PLACE = Place("ghcr.io", "acme/shop", "1")


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([{"error": "denied: requested access is denied."}], "docker login"),
        ([{"error": "dial tcp: lookup ghcr.io: no such host"}], "does not answer"),
        ([{"error": "manifest invalid"}, {"aux": {"Digest": DIGEST}}], "manifest invalid"),
        ([{"status": "Pushed", "id": "a"}], "does not tell what it sent"),
        ([{"aux": {"Digest": "sha256:short"}}], "does not tell what it sent"),
    ],
)
def test_events_of_a_push_that_failed_are_errors(events: list[dict[str, object]], said: str) -> None:
    with pytest.raises(PushFailed, match=said):
        registry.read_events(events, PLACE, SilentReport())


def test_the_digest_is_among_the_events() -> None:
    events = [{"status": "Preparing", "id": "a"}, {"status": "Pushed", "id": "a"}, {"aux": {"Digest": DIGEST}}]
    assert registry.read_events(events, PLACE, SilentReport()) == DIGEST


def test_half_of_the_credentials_is_an_error_that_names_the_other() -> None:
    assert from_environ({}) is None
    assert from_environ(LOGGED_IN) == Credentials("ann", "hunter2")
    with pytest.raises(ConfigError, match="PYM_REGISTRY_PASSWORD is not set"):
        from_environ({"PYM_REGISTRY_USER": "ann"})
    with pytest.raises(ConfigError, match="PYM_REGISTRY_USER is not set"):
        from_environ({"PYM_REGISTRY_PASSWORD": "hunter2"})


def test_only_this_machine_is_spoken_to_in_plain_http() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(is_loopback, ("10.0.0.1", "registry", "localhost.example.org", "")))
