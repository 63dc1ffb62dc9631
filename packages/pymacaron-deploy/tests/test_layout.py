from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_deploy.config import Config, DeploySettings, LocalSettings
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.needs import Needs
from pymacaron_deploy.targets.layout import Layout, lay_out, service_of

IMAGE = Image("acme/shop:1.0", "sha256:abc", "1.0")


def config(name: str = "shop", env: str = "") -> Config:
    local = LocalSettings(redis_image="redis:8", database_image="acme/db:1")
    return Config(root=Path(), file=None, env=env, name=name, deploy=DeploySettings(local=local))


def laid_out(needs: Needs, env: str = "", **secrets: str) -> Layout:
    return lay_out(config(env=env), IMAGE, needs, secrets, run="r1")


@pytest.mark.parametrize(
    ("name", "env", "service"),
    [
        ("shop", "", "pymacaron-shop"),
        ("shop", "staging", "pymacaron-shop-staging"),
        ("My Shop!", "", "pymacaron-my-shop"),
        ("Ä/é", "", "pymacaron"),
    ],
)
def test_a_service_has_a_name_that_the_engine_takes(name: str, env: str, service: str) -> None:
    assert service_of(config(name, env)) == service


def test_a_service_without_needs_has_no_sidecars_and_is_told_its_port_alone() -> None:
    layout = laid_out(Needs("shop"))
    assert layout.sidecars == () and layout.worker_command == () and not layout.creates_tables
    assert layout.environ == {"PORT": "8080"}


def test_sidecars_follow_needs_and_their_images_configuration() -> None:
    layout = laid_out(Needs("shop", tasks=True, tables=("orders",), database=True))
    assert [(each.role, each.container.image, each.option) for each in layout.sidecars] == [
        ("redis", "redis:8", "deploy.local.redis_image"),
        ("database", "acme/db:1", "deploy.local.database_image"),
    ]
    assert all(not each.container.port for each in layout.sidecars), "none is published"
    assert layout.probe().entrypoint[-2:] == ("redis:6379", "database:8000")
    assert layout.worker().entrypoint == ("pymacaron-async", "worker")
    assert layout.table_creation().entrypoint == ("pymacaron-dynamodb", "create")


def test_a_database_has_its_tables_made_whether_or_not_their_names_are_known() -> None:
    assert laid_out(Needs("shop", database=True)).creates_tables


def test_the_database_is_an_emulator_told_to_listen_where_it_is_looked_for() -> None:
    assert LocalSettings().database_image == "motoserver/moto:latest"
    database = laid_out(Needs("shop", database=True)).sidecars[0]
    assert database.container.environ == {"MOTO_PORT": str(database.port)}


def test_secrets_and_environment_reach_each_container_of_the_service_and_no_text() -> None:
    layout = laid_out(Needs("shop", tasks=True), env="staging", SECRET="hunter2", PYM_BROKER_URL="redis://mine/0")
    for container in (layout.web(), layout.worker()):
        assert container.environ["SECRET"] == "hunter2" and container.environ["PYM_ENV"] == "staging"
        assert container.environ["PYM_BROKER_URL"] == "redis://mine/0"
        assert container.image == IMAGE.id and container.network == "pymacaron-shop-staging"
        assert not container.writable and container.capabilities == ()
    assert layout.sidecars == () and "hunter2" not in repr(layout)


def test_containers_tell_by_labels_whose_they_are() -> None:
    layout = laid_out(Needs("shop"))
    assert layout.web().labels == {"service": "pymacaron-shop", "role": "web", "run": "r1", "version": "1.0"}
    assert layout.web().name == "pymacaron-shop-web-r1"
