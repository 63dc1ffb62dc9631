"""How a service lies in the local engine: names, sidecars and containers, all as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pymacaron_deploy.config import Config
from pymacaron_deploy.container import ENTRY_CAPABILITIES, Container
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.image.dockerfile import PORT
from pymacaron_deploy.needs import Needs

WEB, WORKER, ONE_OFF = "web", "worker", "one-off"
"""Roles of the containers of one release."""

CREATE_TABLES = ("pymacaron-dynamodb", "create")

KEEP_IN_FILES = ("--bind", "0.0.0.0", "--protected-mode", "no", "--dir", "/data", "--appendonly", "yes")
"""What makes a Redis write every message to its volume, and answer its private network."""

AWAIT_PORTS = """
import socket, sys, time
for place in sys.argv[1:]:
    host, port = place.split(":")
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
            break
        except OSError:
            time.sleep(0.1)
"""
"""Runs in the service's image, which has Python, whatever the sidecars' images have."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A container that serves the service's own, and outlives its releases."""

    role: str
    port: int
    container: Container
    option: str
    """The option that names its image."""
    volume: str


@dataclass(frozen=True)
class Layout:
    """One release of a service in the local engine. ``service`` is also its network, and begins all names."""

    service: str
    image: Image
    run: str
    """A word of this release alone."""
    environ: Mapping[str, str] = field(repr=False)
    """The variables of the service's containers."""
    sidecars: tuple[Sidecar, ...] = ()
    creates_tables: bool = False
    worker_command: tuple[str, ...] = ()
    """What runs the tasks; empty for a service without."""

    @property
    def web_name(self) -> str:
        """The name of the live container that answers requests."""
        return f"{self.service}-{WEB}"

    @property
    def worker_name(self) -> str:
        """The name of the live container that runs tasks."""
        return f"{self.service}-{WORKER}"

    def labels(self, role: str) -> dict[str, str]:
        """The labels of a container of this release."""
        return {"service": self.service, "role": role, "run": self.run, "version": self.image.version}

    def web(self, *, name: str = "", published: int = 0) -> Container:
        """The container that answers requests, published on a port of 127.0.0.1."""
        return self._own(WEB, name=name, port=PORT, published=published)

    def worker(self) -> Container:
        """The container that runs tasks."""
        return self._own(WORKER, entrypoint=self.worker_command)

    def table_creation(self) -> Container:
        """A container that makes the tables that are missing, and ends."""
        return self._own(ONE_OFF, entrypoint=CREATE_TABLES)

    def probe(self) -> Container:
        """A container that ends when all sidecars take connections."""
        places = (f"{sidecar.role}:{sidecar.port}" for sidecar in self.sidecars)
        return self._own(ONE_OFF, entrypoint=("python3", "-c", AWAIT_PORTS, *places))

    def _own(
        self,
        role: str,
        *,
        name: str = "",
        entrypoint: tuple[str, ...] = (),
        port: int = 0,
        published: int = 0,
    ) -> Container:
        return Container(
            self.image.id,
            name=name or f"{self.service}-{role}-{self.run}",
            entrypoint=entrypoint,
            environ=self.environ,
            labels=self.labels(role),
            network=self.service,
            port=port,
            published=published,
        )


def lay_out(
    config: Config, image: Image, needs: Needs, secrets: Mapping[str, str], *, run: str, service: str = ""
) -> Layout:
    """The layout of a release. A broker or an endpoint that is among the secrets takes its sidecar's place."""
    service = service or service_of(config)
    sidecars = []
    environ = {"PORT": str(PORT)}
    if config.env:
        environ["PYM_ENV"] = config.env
    if needs.tasks and "PYM_BROKER_URL" not in secrets:
        sidecars.append(_redis(service, config.deploy.local.redis_image))
        environ["PYM_BROKER_URL"] = "redis://redis:6379/0"
    if needs.database and "PYM_DYNAMODB_ENDPOINT" not in secrets:
        sidecars.append(_database(service, config.deploy.local.database_image))
        environ["PYM_DYNAMODB_ENDPOINT"] = "http://database:8000"
        environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
    return Layout(
        service=service,
        image=image,
        run=run,
        environ=environ | dict(secrets),
        sidecars=tuple(sidecars),
        creates_tables=needs.database,
        worker_command=config.deploy.worker_command if needs.tasks else (),
    )


def service_of(config: Config) -> str:
    """What a service is called in the engine: its name, and its environment, in letters that names there have."""
    words = "-".join(word for word in (config.name, config.env) if word)
    return re.sub(r"[^a-z0-9_.]+", "-", f"pymacaron-{words}".lower()).strip("-._")


def _redis(service: str, image: str) -> Sidecar:
    container = _sidecar_container(service, "redis", image, ("redis-server", *KEEP_IN_FILES))
    return Sidecar("redis", 6379, container, "deploy.local.redis_image", f"{service}-redis")


def _database(service: str, image: str) -> Sidecar:
    container = _sidecar_container(service, "database", image, (), {"MOTO_PORT": "8000"})
    return Sidecar("database", 8000, container, "deploy.local.database_image", f"{service}-database")


def _sidecar_container(
    service: str, role: str, image: str, command: tuple[str, ...], environ: Mapping[str, str] | None = None
) -> Container:
    return Container(
        image,
        name=f"{service}-{role}",
        command=command,
        environ=environ or {},
        labels={"service": service, "role": role},
        network=service,
        aliases=(role,),
        volumes={f"{service}-{role}": "/data"},
        capabilities=ENTRY_CAPABILITIES,
        writable=True,
    )
