"""Which database a service talks to: a URL, Amazon's own, or the emulator of development."""

from __future__ import annotations

import ipaddress
import os
import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pymacaron_core.config import Config

from pymacaron_dynamodb.errors import TableError
from pymacaron_dynamodb.settings import ENDPOINT, DynamoDBSettings

VARIABLE = "PYM_DYNAMODB_ENDPOINT"
"""The environment variable that says where the database is, unless the configuration does."""

IN_PROCESS = "http://in-process.localhost"
_LOCAL_REGION = "us-east-1"
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a database is: ``url`` is empty for Amazon's own."""

    url: str
    region: str

    @property
    def is_in_process(self) -> bool:
        return self.url == IN_PROCESS

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine or its private network, where no cloud is: a loopback address, a bare name."""
        host = urlsplit(self.url).hostname or ""
        if not host:
            return False
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return "." not in host or host.endswith(".localhost")

    def __str__(self) -> str:
        if self.is_in_process:
            return "the emulator in this process"
        return self.url or f"Amazon DynamoDB in {self.region}"


def find_endpoint(settings: DynamoDBSettings, config: Config, environ: Mapping[str, str] | None = None) -> Endpoint:
    """The database to use now. Amazon's own is used in production, or where ``endpoint: aws`` says so.

    Raises ``ConfigError`` when Amazon's own is meant and no region is named, ``TableError`` for a wrong variable.
    """
    if environ is None:  # asked in every call: nothing is copied
        environ = ChainMap(os.environ, config.environ)  # type: ignore[arg-type]  # only read
    named = settings.endpoint if settings.endpoint != "auto" else _from_environment(environ)
    region = settings.region or settings.aws_region or settings.aws_default_region
    region = region or next((environ[name] for name in _REGIONS if environ.get(name)), None)
    if named not in ("", "aws"):
        return Endpoint(named.rstrip("/"), region or _LOCAL_REGION)
    if named == "" and not config.production:
        return Endpoint(IN_PROCESS, region or _LOCAL_REGION)
    if not region:
        raise config.error(
            "/dynamodb", "Amazon DynamoDB needs a region: set dynamodb.region, or the environment variable AWS_REGION"
        )
    return Endpoint("", region)


def is_named(settings: DynamoDBSettings, environ: Mapping[str, str]) -> bool:
    """Whether somebody said which database to use."""
    return settings.endpoint != "auto" or bool(_from_environment(environ))


def _from_environment(environ: Mapping[str, str]) -> str:
    named = environ.get(VARIABLE, "")
    if named in ("", "auto"):
        return ""
    if not re.match(ENDPOINT, named):
        raise TableError(f"the environment variable {VARIABLE} must be aws, or a URL like http://127.0.0.1:8000")
    return named
