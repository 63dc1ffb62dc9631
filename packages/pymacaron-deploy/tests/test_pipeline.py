"""The stages of a small project, from its checkout to where it runs, with a real engine."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import test_registry
from projects import BASE, FILES, commit, make_project, make_wheels, write_files
from pymacaron_deploy import Config, ConfigError, Image, Needs, Pipeline, PreflightError, PushFailed, UsageError
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.report import SilentReport

serve = test_registry.serve
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null", "SHOP_KEY": "open-sesame"}


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture
def project(tmp_path: Path, wheels: Path, token: str) -> Path:
    text = f"name: {token}\nenv_secrets: [SHOP_KEY]\ndeploy: {{target: local, base: {BASE}, wheels: {wheels}}}\n"
    return make_project(tmp_path / "shop", {"pym-config.yaml": text, "testaccept/test_live.py": None})


@pytest.fixture
def pipelines(engine: Engine, project: Path, token: str) -> Iterator[list[Pipeline]]:
    made: list[Pipeline] = []
    yield made
    engine.sweep({"service": f"pymacaron-{token}"}, volumes=True)
    for each in made:
        engine.untag(each.making.reference)


def begun(pipelines: list[Pipeline], engine: Engine, project: Path, **options: object) -> Pipeline:
    config = Config.load(project, environ=OFFLINE).changed(**options)
    pipelines.append(Pipeline(config, engine=engine))
    return pipelines[-1]


def version_at(url: str) -> str:
    with urllib.request.urlopen(f"{url}/version", timeout=10) as answer:
        return str(json.load(answer)["version"])


@pytest.mark.docker
def test_a_commit_goes_live_and_the_next_takes_its_place(pipelines, engine: Engine, project: Path, token: str):
    first = begun(pipelines, engine, project)
    first.unit_test()
    image = first.image()
    assert image == Image(f"{token}:{first.version()}", image.id, first.version())
    assert first.needs() == Needs("shop", ("apis/shop.yaml",), ("SHOP_KEY",))
    first.test()
    live = first.up()
    assert version_at(live.url) == live.version == first.version()

    write_files(project, {"shop/api.py": "def ping():\n    return 'pong'\n\n\nNEW = True\n"})
    commit(project)
    second = begun(pipelines, engine, project)
    newer = second.up()
    assert newer.url == live.url and version_at(newer.url) == second.version() != first.version()
    assert second.status() == newer

    second.down(data=True)
    assert second.status() is None


@pytest.mark.docker
def test_a_pushed_image_is_named_by_its_digest(pipelines, engine: Engine, project: Path, token: str, serve, tmp_path):
    host = serve()
    pipeline = begun(pipelines, engine, project, registry="ghcr.io", local={"registry": host}, repository="acme")
    reference = pipeline.push()
    assert re.fullmatch(rf"{re.escape(host)}/acme/{token}@sha256:[0-9a-f]{{64}}", reference)
    assert pipeline.image().reference == f"{host}/acme/{token}:{pipeline.version()}"


@pytest.mark.docker
def test_a_registry_that_is_not_there_is_told(pipelines, engine: Engine, project: Path):
    pipeline = begun(pipelines, engine, project, registry="127.0.0.1:9")
    with pytest.raises(PushFailed, match=r"127\.0\.0\.1:9"):
        pipeline.push()


def test_a_secret_that_is_not_set_is_told_before_anything_is_built(tmp_path: Path):
    root = make_project(tmp_path / "shop")
    config = Config.load(root, environ={})
    for stage in ("test", "up"):
        pipeline = Pipeline(config, engine=NoEngine())  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match="the service needs the secret SHOP_KEY"):
            getattr(pipeline, stage)()


def test_a_checkout_that_is_not_clean_is_told_once_it_matters(tmp_path: Path):
    root = make_project(tmp_path / "shop")
    write_files(root, {"shop/new.py": ""})
    with Pipeline(Config.load(root, environ=OFFLINE)) as pipeline:
        for stage in (pipeline.version, pipeline.image, pipeline.unit_test):
            with pytest.raises(PreflightError, match=r"not committed: shop/new\.py"):
                stage()
    assert Pipeline(Config.load(root, environ=OFFLINE), allow_dirty=True).version().endswith("-dirty")


def test_an_image_that_no_registry_takes_is_not_built_to_be_pushed(tmp_path: Path):
    root = make_project(tmp_path / "shop")
    with pytest.raises(ConfigError, match=r"set deploy\.repository \(docker_repo\), or deploy\.registry"):
        Pipeline(Config.load(root, environ=OFFLINE), engine=NoEngine()).push()  # type: ignore[arg-type]


def test_a_project_without_unit_tests_is_warned_of(tmp_path: Path):
    class Told(SilentReport):
        warnings: list[str] = []  # noqa: RUF012

        def warn(self, text: str) -> None:
            self.warnings.append(text)

    root = make_project(tmp_path / "shop", {"test/test_shop.py": None})
    Pipeline(Config.load(root, environ=OFFLINE), report=Told()).unit_test()
    assert Told.warnings == ["there are no unit tests in test/"]


def test_a_target_that_is_to_come_is_refused(tmp_path: Path):
    write_files(tmp_path, {"pym-config.yaml": FILES["pym-config.yaml"]})
    config = Config.load(tmp_path, environ=OFFLINE).changed(target="aws-beanstalk")
    for stage in ("up", "down", "status"):
        with pytest.raises(UsageError, match="the target aws-beanstalk cannot be deployed to yet"):
            getattr(Pipeline(config), stage)()


class NoEngine:
    """Fails the test when it is asked anything."""
