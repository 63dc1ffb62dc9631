"""A real docker engine for the tests that need one, and everything they make in it removed again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import docker
import pytest
from ingredients import BASE, archive_of
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import DeployError


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine of this machine, with the images that ``.ci/engines`` makes."""
    try:
        engine = Engine.connect()
    except DeployError as error:
        pytest.skip(f"docker: no engine answers ({error})")
    with engine:
        if not engine.image_id(BASE):
            pytest.skip(f"docker: the engine has no image {BASE}: run .ci/engines")
        yield engine


@pytest.fixture
def token(engine: Engine) -> Iterator[str]:
    """A word of this test alone: whatever has it as its label ``test`` or ``service`` is removed at the end."""
    token = f"t{uuid.uuid4().hex[:10]}"
    yield token
    for label in ("test", "service"):
        engine.sweep({label: token}, volumes=True)


@pytest.fixture(scope="session")
def make_image(engine: Engine) -> Iterator[Callable[..., str]]:
    """Makes small images on the base: files and what runs there, without a builder; a reference each."""
    made: list[str] = []
    with closing(docker.from_env(version="auto")) as client:

        def make(files: Mapping[str, str], command: str, *, entrypoint: str = "[]", user: str = "10001:10001") -> str:
            container = client.containers.create(BASE)
            try:
                container.put_archive("/", archive_of(files))
                made.append(f"pymacaron/test-{uuid.uuid4().hex[:10]}:1")
                changes = f"ENTRYPOINT {entrypoint}\nCMD {command}\nUSER {user}"
                container.commit(*made[-1].split(":"), changes=changes)
            finally:
                container.remove()
            return made[-1]

        yield make
        for reference in made:
            client.images.remove(reference, force=True)
