"""The options of deploy: the section ``deploy`` of ``pym-config.yaml``, and the names of 2.x at its top level."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SECTIONS = ("core", "auth", "async", "dynamodb", "testing", "deploy")
"""The sections of ``pym-config.yaml``, one for each package."""

RENAMED = {"deploy_target": "target", "docker_base": "base", "docker_repo": "repository"}
"""Names of 2.x that have another one inside of the section."""

SHARED = ("env_secrets", "live_host", "live_url", "name")
"""Options of core that deploy reads too, at the top level or below ``core:``."""

CREDENTIALS = ("aws_access_key_id", "aws_secret_access_key")
"""Names of 2.x that deploy never keeps: credentials come from the usual places of the cloud's own tools."""

DEFAULT_PYTHON = "3.13"

_REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*$"
_PATH = r"^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$"
_HOST = r"^[A-Za-z0-9.-]+(:[0-9]+)?$"


def option(default: Any, wanted: str, **more: Any) -> Any:
    """A field whose fault reads ``<name> must be <wanted>, not <value>``."""
    return Field(default, json_schema_extra={"wanted": wanted}, **more)


Strings = Annotated[tuple[Annotated[str, Field(strict=True, min_length=1)], ...], Field(strict=False)]
Words = Annotated[tuple[Annotated[str, Field(strict=True, min_length=1)], ...], Field(strict=False, min_length=1)]


class Settings(BaseModel):
    """Base of a section's options: frozen, strict, and unknown names are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LocalSettings(Settings):
    """Options of the target ``local``, under ``deploy.local``."""

    port: int | None = option(None, "an integer between 1 and 65535", ge=1, le=65535)
    """The port of 127.0.0.1 that the service is published on; a free one if not given."""

    redis_image: str = option("redis:7-alpine", "the name of an image", pattern=_REFERENCE)
    """The image of the sidecar that carries tasks."""

    database_image: str = option("motoserver/moto:latest", "the name of an image", pattern=_REFERENCE)
    """The image of the sidecar that stands for the database, on port 8000."""

    registry: str | None = option(None, "a host, with its port where needed, like localhost:5000", pattern=_HOST)
    """Where ``push`` sends the image when the target is ``local``, in place of ``deploy.registry``."""


class DeploySettings(Settings):
    """The options of deploy. Those of 2.x (:data:`FLAT`) may also stand at the top level."""

    target: Literal["local", "aws-beanstalk", "gcp-cloud-run", "gke"] = option(
        "aws-beanstalk", "local, aws-beanstalk, gcp-cloud-run or gke"
    )
    """Where the service runs (``deploy_target`` in 2.x)."""

    repository: str | None = option(None, "lower-case words joined by '/', like acme or acme/shop", pattern=_PATH)
    """What stands before the service's name in the name of its image (``docker_repo`` in 2.x)."""

    registry: str | None = option(None, "a host, with its port where needed, like ghcr.io", pattern=_HOST)
    """The registry that takes the image; Docker Hub if not given."""

    base: str = option("", "the name of an image", pattern=r"^$|" + _REFERENCE)
    """The image to build upon (``docker_base`` in 2.x); if not given, Debian's slim image of ``python``."""

    python: str = option(
        DEFAULT_PYTHON, "a version of Python in quotes, like '3.13'", pattern=r"^3\.[0-9]+(\.[0-9]+)?$"
    )
    """The version of Python in the image, where ``base`` is not given."""

    wheels: str | None = option(None, "a folder", min_length=1)
    """A folder of wheels that pip looks into first; from the project's folder, and git need not know it."""

    network: Literal["default", "host", "none"] = option("default", "default, host or none")
    """The network of the steps of a build; ``host`` where the engine's own reaches no package index."""

    web_command: Words | None = option(None, "a list of words")
    """What runs the service in the image, in place of ``pymacaron serve --host 0.0.0.0``."""

    worker_command: Words = option(("pymacaron-async", "worker"), "a list of words")
    """What runs a worker in the image, for a service with tasks."""

    local: LocalSettings = Field(default_factory=LocalSettings, json_schema_extra={"wanted": "a mapping of options"})
    """Options of the target ``local``."""

    include_links: Strings = option((), "a list of links in the project's folder")
    """Links to folders outside of the project whose content goes into the image in their place."""

    docker_bucket: str | None = option(None, "the name of an S3 bucket")
    """The bucket for bundles of Elastic Beanstalk."""

    aws_user: str | None = option(None, "the name of a profile")
    """The profile of the AWS credentials."""

    aws_region: str | None = option(None, "the name of a region")
    """The region of AWS."""

    aws_default_region: str | None = option(None, "the name of a region")
    """The region of AWS where ``aws_region`` is not given."""

    aws_keypair: str | None = option(None, "the name of a key pair")
    """The key pair of the instances."""

    aws_instance_type: str | None = option(None, "a type of instances")
    """The type of the instances."""

    aws_cert_arn: str | None = option(None, "an ARN")
    """The certificate of the load balancer."""

    aws_zone_id: str | None = option(None, "the id of a hosted zone")
    """The hosted zone; read and not used, as in 2.x."""

    aws_hosts_min: int = option(1, "a number from 0 on", ge=0)
    """The least number of instances."""

    aws_hosts_max: int = option(4, "a number from 1 on", ge=1)
    """The largest number of instances."""

    gcp_region: str = option("europe-west1", "the name of a region")
    """The region of Google Cloud."""

    gcp_memory: str = option("512Mi", "an amount of memory, like 512Mi", pattern=r"^[0-9]+(Mi|Gi|M|G)$")
    """The memory of a Cloud Run instance."""

    gcp_request_concurrency: int = option(10, "a number from 1 on", ge=1)
    """How many requests a Cloud Run instance serves at once."""

    cpu_count: int = option(1, "a number from 1 on", ge=1)
    """The processors of an instance."""

    worker_count: int | None = option(None, "a number from 1 on", ge=1)
    """The processes of a worker; twice ``cpu_count`` if not given."""

    @property
    def base_image(self) -> str:
        """The image that the service's own is built upon."""
        return self.base or f"python:{self.python}-slim"


FLAT = (
    *CREDENTIALS,
    *sorted(RENAMED),
    "aws_cert_arn",
    "aws_default_region",
    "aws_hosts_max",
    "aws_hosts_min",
    "aws_instance_type",
    "aws_keypair",
    "aws_region",
    "aws_user",
    "aws_zone_id",
    "cpu_count",
    "docker_bucket",
    "gcp_memory",
    "gcp_region",
    "gcp_request_concurrency",
    "include_links",
    "worker_count",
)
"""The names of 2.x that deploy reads at the top level."""
