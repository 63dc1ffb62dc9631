"""The options of this package: the section ``dynamodb`` of ``pym-config.yaml``, and the names of 2.x beside it."""

from __future__ import annotations

from pymacaron_core.config import Settings, option

ENDPOINT = r"^(auto|aws|https?://[A-Za-z0-9._-]+(:\d{1,5})?/?|https?://\[[0-9A-Fa-f:]+\](:\d{1,5})?/?)$"
WANTED_ENDPOINT = "auto, aws, or a URL like http://127.0.0.1:8000"


class DynamoDBSettings(Settings):
    """The options of the section ``dynamodb``. Those called ``aws_...`` may also stand at the top level, as in 2.x."""

    endpoint: str = option("auto", WANTED_ENDPOINT, pattern=ENDPOINT)
    """Where the database is: ``auto`` (AWS in production, an emulator in development), ``aws``, or a URL."""

    region: str | None = option(None, "the name of an AWS region, like eu-west-1", pattern=r"^[a-z0-9-]+$")
    """The AWS region; if not given, ``aws_region``, ``aws_default_region``, or the environment's."""

    table_prefix: str = option("", "letters, digits and . _ -", pattern=r"^[A-Za-z0-9_.-]{0,100}$")
    """Stands before the name of every table: one account holds several stages."""

    connect_timeout: float = option(1.0, "a number of seconds above 0", gt=0, le=60)
    """Seconds to wait for a connection."""

    read_timeout: float = option(2.0, "a number of seconds above 0", gt=0, le=60)
    """Seconds to wait for an answer."""

    deadline: float = option(5.0, "a number of seconds above 0", gt=0, le=300)
    """Seconds that one call may take with all its attempts."""

    aws_region: str | None = option(None, "the name of an AWS region, like eu-west-1")
    """As ``region``, by its name of 2.x."""

    aws_default_region: str | None = option(None, "the name of an AWS region, like eu-west-1")
    """As ``region``, by its name of 2.x."""

    aws_access_key_id: str | None = option(None, "the id of an AWS access key", repr=False)
    """The AWS access key; if not given, where AWS's own libraries look for it."""

    aws_secret_access_key: str | None = option(None, "the secret of an AWS access key", repr=False)
    """The secret of the AWS access key: name it under ``env_secrets``."""
