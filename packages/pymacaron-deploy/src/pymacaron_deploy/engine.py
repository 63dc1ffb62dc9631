"""Speaks to the docker engine: the one room that imports docker-py.

::

    Container (what) -> Engine.create, start -> State (what became of it) -> stop, remove
"""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

import docker
from docker.auth import load_config
from docker.constants import MINIMUM_DOCKER_API_VERSION
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.types import LogConfig, Mount
from docker.utils import parse_repository_tag
from requests.exceptions import RequestException

from pymacaron_deploy.container import Container, Ended, State, labelled, unlabelled
from pymacaron_deploy.credentials import DOCKER_HUB, Credentials
from pymacaron_deploy.errors import PreflightError, StageFailed, StartFailed
from pymacaron_deploy.interruption import held, undoing
from pymacaron_deploy.needs import Needs, parse_needs

ANSWER_SECONDS = 60
"""How long the engine may take to answer a call that waits for nothing else."""

NO_PROGRAM = (126, 127)
"""The statuses that say that there is no such program."""

DESCRIBE = ("pymacaron", "describe", "--json")
_TMPFS = {"/tmp": "rw,nosuid,nodev,size=256m,mode=1777"}
_LOGS = LogConfig(type="json-file", config={"max-size": "10m", "max-file": "3"})


class Engine:
    """A docker engine. Every method raises :class:`~pymacaron_deploy.errors.DeployError` in one sentence."""

    def __init__(self, api: docker.APIClient) -> None:
        self._api: Any = api  # its types are published apart, and wrong for half of what is used here

    @classmethod
    def connect(cls) -> Engine:
        """The engine of ``DOCKER_HOST``, else of docker's current context, else of this machine.

        Raises :class:`~pymacaron_deploy.errors.PreflightError` when none answers, or when it does not let us in.
        """
        try:
            with closing(_client(MINIMUM_DOCKER_API_VERSION)) as asking:
                _knock(asking)
                spoken = asking.version(api_version=False)["ApiVersion"]
            return cls(_client(spoken))
        except (DockerException, RequestException, OSError, LookupError, TypeError, ValueError) as error:
            raise _unreachable(error) from error

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self._api.close()

    # Images

    def image_id(self, reference: str) -> str:
        """The id of an image in the engine, ``''`` when there is none of that name."""
        with _asking(f"look for the image {reference}"):
            try:
                return str(self._api.inspect_image(reference)["Id"])
            except ImageNotFound:
                return ""

    def pull(self, reference: str) -> None:
        """Get an image from its registry."""
        with _asking(f"pull the image {reference}"):
            for event in self._api.pull(reference, stream=True, decode=True):
                if "error" in event:
                    raise StageFailed(f"the image {reference} cannot be pulled: {event['error']}")

    def tag(self, image: str, reference: str) -> None:
        """Give an image another name, like ``ghcr.io/acme/shop:1``."""
        repository, tag = parse_repository_tag(reference)
        with _asking(f"name an image {reference}"):
            self._api.tag(image, repository, tag, force=True)

    def untag(self, reference: str) -> None:
        """Take a name away again, and the image with its last one."""
        with _asking(f"remove the name {reference}"), suppress(NotFound):
            self._api.remove_image(reference, noprune=True)

    def push(self, reference: str, credentials: Credentials | None) -> Iterator[Mapping[str, Any]]:
        """Send an image to the registry in its name, and tell the events of it.

        The engine tells what goes wrong as events too (``error``), so nothing is raised for it here.
        """
        repository, tag = parse_repository_tag(reference)
        known = {"username": credentials.username, "password": credentials.password} if credentials else {}
        with _asking(f"push {reference}"):
            yield from self._api.push(repository, tag, stream=True, decode=True, auth_config=known)

    def credentials(self, registry: str) -> Credentials | None:
        """What docker's own configuration, or the helper that it names, knows for a registry (its host)."""
        with _asking(f"read the credentials of {registry}"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a helper that is missing is told below, as an error
            found = load_config().resolve_authconfig(None if registry == DOCKER_HUB else registry) or {}
        known = {name.lower(): value for name, value in found.items()}
        if not known.get("username") or not known.get("password"):
            return None
        return Credentials(known["username"], known["password"])

    def read_needs(self, image: str, *, patience: float = ANSWER_SECONDS) -> Needs:
        """What the service in an image needs, as its own ``pymacaron describe --json`` tells it, without a network."""
        finished = self.run(Container(image, entrypoint=DESCRIBE), patience=patience)
        if finished.status:
            said = "\n".join((finished.errors or finished.output).splitlines()[-20:])
            missing = finished.status in NO_PROGRAM
            why = "is pymacaron-core 3 in requirements.txt?" if missing or not said else said.splitlines()[-1].strip()
            what = f"'{' '.join(DESCRIBE)}' ended with status {finished.status} in the image {image}"
            raise StageFailed(f"{what}: {why}", said)
        return parse_needs(finished.output)

    # Containers

    def create(self, container: Container) -> str:
        """Make a container without starting it, and tell its id."""
        networking = None
        if container.network:
            endpoint = self._api.create_endpoint_config(aliases=list(container.aliases) or None)
            networking = self._api.create_networking_config({container.network: endpoint})
        with _asking(f"make a container of {container.image}"):
            made = self._api.create_container(
                container.image,
                name=container.name or None,
                entrypoint=list(container.entrypoint) or None,
                command=list(container.command) or None,
                environment=dict(container.environ),
                labels=labelled(container.labels),
                user=container.user or None,
                ports=[container.port] if container.port else None,
                host_config=self._host_config(container),
                networking_config=networking,
            )
        return str(made["Id"])

    def _host_config(self, container: Container) -> Any:
        bindings = {container.port: ("127.0.0.1", container.published or None)} if container.port else None
        return self._api.create_host_config(
            init=True,
            cap_drop=["ALL"],
            cap_add=list(container.capabilities) or None,
            security_opt=["no-new-privileges"],
            read_only=not container.writable,
            tmpfs=None if container.writable else _TMPFS,
            mounts=[Mount(folder, volume, type="volume") for volume, folder in container.volumes.items()],
            network_mode=container.network or "none",
            port_bindings=bindings,
            log_config=_LOGS,
        )

    def start(self, id: str) -> None:
        """Start a container that was made, or stopped."""
        with _asking("start a container"):
            try:
                self._api.start(id)
            except APIError as error:
                if "already allocated" in _explained(error) or "address already in use" in _explained(error):
                    state = self.state(id)
                    raise StartFailed(
                        f"port {state.port if state else 0} of 127.0.0.1 is taken: stop what listens there, "
                        "or choose another one as deploy.local.port"
                    ) from error
                raise

    def run(self, container: Container, *, patience: float) -> Ended:
        """Run a container to its end, and remove it. Raises ``StartFailed`` after ``patience`` seconds."""
        with undoing() as undo:
            with held():
                id = self.create(container)
                undo.callback(self.remove, id)
                self.start(id)
            status = self.wait(id, patience)
            with _asking("read what a container printed"):
                output = self._api.logs(id, stdout=True, stderr=False)
                errors = self._api.logs(id, stdout=False, stderr=True)
            return Ended(status, _text(output), _text(errors))

    def wait(self, id: str, patience: float) -> int:
        """Wait until a container ends, and tell its status. Raises ``StartFailed`` after ``patience`` seconds."""
        with _asking("wait for a container"):
            try:
                return int(self._api.wait(id, timeout=patience)["StatusCode"])
            except RequestException as error:
                state = self.state(id)
                if state is None or not state.running:
                    return state.exit_code if state else 0
                raise StartFailed(f"a container did not end within {patience:g} s", self.tail(id)) from error

    def execute(self, id: str, command: tuple[str, ...]) -> Ended:
        """Run a program inside a running container. :data:`NO_PROGRAM` are the statuses of one that is not there."""
        with _asking("run a program in a container"):
            made = self._api.exec_create(id, list(command))["Id"]
            output, errors = self._api.exec_start(made, demux=True)
            status = int(self._api.exec_inspect(made)["ExitCode"])
        return Ended(status, _text(output), _text(errors))

    def state(self, name: str) -> State | None:
        """A container by its name or id, as it is now; None when there is none."""
        with _asking("look at a container"):
            try:
                return _state(self._api.inspect_container(name))
            except NotFound:
                return None

    def find(self, labels: Mapping[str, str]) -> tuple[State, ...]:
        """The containers that have all of these labels, by name, running or not."""
        wanted = {"label": [f"{name}={value}" for name, value in labelled(labels).items()]}
        with _asking("list containers"):
            found = [self.state(each["Id"]) for each in self._api.containers(all=True, filters=wanted)]
        return tuple(sorted((state for state in found if state), key=lambda state: state.name))

    def tail(self, id: str, lines: int = 20) -> str:
        """The last lines that a container printed, ``''`` when it is gone."""
        with _asking("read what a container printed"):
            try:
                return _text(self._api.logs(id, tail=lines)).rstrip()
            except NotFound:
                return ""

    def rename(self, id: str, name: str) -> None:
        """Give a container another name."""
        with _asking(f"name a container {name}"):
            self._api.rename(id, name)

    def keep_running(self, id: str) -> None:
        """Have the engine start a container again when it ends, or the machine does; one that has ended stays so."""
        with _asking("set when a container is started again"):
            try:
                self._api.update_container(id, restart_policy={"Name": "unless-stopped"})
            except APIError:
                state = self.state(id)
                if state is None or state.running:
                    raise

    def stop(self, id: str, patience: int = 10) -> None:
        """End a container: SIGTERM, and SIGKILL after ``patience`` seconds. One that is gone is well."""
        with _asking("stop a container"), suppress(NotFound):
            self._api.stop(id, timeout=patience)

    def remove(self, id: str) -> None:
        """Remove a container with its nameless volumes, killing it where it runs. One that is gone is well."""
        with _asking("remove a container"), suppress(NotFound):
            try:
                self._api.remove_container(id, v=True, force=True)
            except APIError as error:
                if error.status_code != 409:  # another one removes it already
                    raise

    # Networks and volumes

    def ensure_network(self, name: str, labels: Mapping[str, str]) -> bool:
        """Make a network unless there is one of that name, and tell whether it was made."""
        with _asking(f"make the network {name}"):
            if self._networks(name):
                return False
            self._api.create_network(name, driver="bridge", labels=labelled(labels), check_duplicate=True)
        return True

    def remove_network(self, name: str) -> None:
        """Remove a network. One that is gone is well."""
        with _asking(f"remove the network {name}"), suppress(NotFound):
            self._api.remove_network(name)

    def ensure_volume(self, name: str, labels: Mapping[str, str]) -> bool:
        """Make a volume unless there is one of that name, and tell whether it was made."""
        with _asking(f"make the volume {name}"):
            try:
                self._api.inspect_volume(name)
            except NotFound:
                self._api.create_volume(name, labels=labelled(labels))
                return True
        return False

    def remove_volume(self, name: str) -> None:
        """Remove a volume and what is in it. One that is gone is well."""
        with _asking(f"remove the volume {name}"), suppress(NotFound):
            self._api.remove_volume(name)

    def sweep(self, labels: Mapping[str, str], *, volumes: bool = False) -> None:
        """Remove every container and network with all of these labels, and with ``volumes`` those as well."""
        wanted = {"label": [f"{name}={value}" for name, value in labelled(labels).items()]}
        for state in self.find(labels):
            self.remove(state.id)
        with _asking("list networks and volumes"):
            networks = [each["Name"] for each in self._api.networks(filters=wanted)]
            data = [each["Name"] for each in self._api.volumes(filters=wanted)["Volumes"] or ()]
        for name in networks:
            self.remove_network(name)
        for name in data if volumes else ():
            self.remove_volume(name)

    def _networks(self, name: str) -> list[Any]:
        return [each for each in self._api.networks(names=[name]) if each["Name"] == name]


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Tell a failure of the engine in one sentence."""
    try:
        yield
    except ImageNotFound as error:
        raise StartFailed(f"the docker engine cannot {what}: it has no such image") from error
    except APIError as error:
        raise StartFailed(f"the docker engine cannot {what}: {_explained(error)}") from error
    except (DockerException, RequestException) as error:
        raise StageFailed(f"the docker engine does not {what}: {error}") from error


def _client(version: str) -> Any:
    """A client of docker-py that speaks a version of the API, and has asked nothing yet."""
    return docker.from_env(version=version, timeout=ANSWER_SECONDS).api


def _knock(api: Any) -> None:
    """Connect once to where docker-py will, which leaves a socket open when that fails."""
    path = getattr(api.get_adapter(api.base_url), "socket_path", "")
    if path:
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(ANSWER_SECONDS)
            knocking.connect(path)


def _unreachable(error: BaseException) -> PreflightError:
    place = "DOCKER_HOST, docker's context or the usual socket"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PermissionError):
            return PreflightError("the docker engine does not let this user in: add the user to the group 'docker'")
        cause = cause.__cause__ or cause.__context__
    return PreflightError(f"no docker engine answers at {place}: start docker, or set DOCKER_HOST")


def _explained(error: APIError) -> str:
    return str(error.explanation or error).strip().rstrip(".")


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def _state(told: Mapping[str, Any]) -> State:
    bindings = (told["NetworkSettings"].get("Ports") or {}) | {}
    wanted = told["HostConfig"].get("PortBindings") or {}
    ports = [entry.get("HostPort") for entries in (*bindings.values(), *wanted.values()) for entry in entries or ()]
    return State(
        id=told["Id"],
        name=told["Name"].lstrip("/"),
        image=told["Image"],
        running=bool(told["State"]["Running"]),
        exit_code=int(told["State"]["ExitCode"]),
        labels=unlabelled(told["Config"].get("Labels")),
        port=next((int(port) for port in ports if port), 0),
    )
