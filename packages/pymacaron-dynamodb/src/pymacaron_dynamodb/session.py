"""The one AWS session: the only room that imports boto3. Clients without retries of their own, and what errors mean."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from pymacaron_dynamodb.deadline import Deadline
from pymacaron_dynamodb.emulator import in_process_sender
from pymacaron_dynamodb.endpoint import Endpoint
from pymacaron_dynamodb.errors import DatabaseRefused, DatabaseUnavailable, DynamoDBError, TableNotFound
from pymacaron_dynamodb.settings import DynamoDBSettings

THROTTLED = frozenset(
    (
        *("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "Throttling"),
        *(
            "InternalServerError",
            "InternalServerErrorException",
            "ServiceUnavailable",
            "TransactionInProgressException",
        ),
    )
)
"""Codes after which the same call may succeed (Amazon DynamoDB Developer Guide, "Error handling")."""

_CREDENTIALS = ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound")

_NO_FILES: Mapping[str, tuple[None, None, str | None, None]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""botocore's session variables (name in a file, in the environment, default, conversion), found nowhere."""


class Session:
    """Everything of AWS that one service uses on one endpoint. Made cheaply; boto3 is imported at the first use."""

    def __init__(self, endpoint: Endpoint, settings: DynamoDBSettings) -> None:
        self.endpoint = endpoint
        self.settings = settings
        self._lock = threading.Lock()
        self._client: Any = None
        self._resource: Any = None
        self._sender: Callable[..., Any] | None = None

    @property
    def client(self) -> Any:
        """The low-level client, made once; it may be used by many threads."""
        if self._client is None:
            with self._lock:
                if self._client is None:
                    self._client = self._made("client")
        return self._client

    @property
    def resource(self) -> Any:
        """boto3's resource, whose tables 2.x handed out."""
        with self._lock:
            if self._resource is None:
                self._resource = self._made("resource")
        return self._resource

    def serialized(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """An item of plain values, as boto3's tables give them, as it is on the wire."""
        serialize = import_module("boto3.dynamodb.types").TypeSerializer().serialize
        return {name: serialize(value) for name, value in item.items()}

    def call(self, what: str, operation: Callable[[], Any], attempts: int = 6) -> Any:
        """Carry out a call within the deadline; ``what`` opens the message of the error.

        Raises ``DatabaseUnavailable``, ``TableNotFound`` or ``DatabaseRefused``; what is no error of AWS passes.
        """
        settings = self.settings
        deadline = Deadline(settings.deadline, settings.connect_timeout + settings.read_timeout, attempts)
        try:
            return deadline.call(operation, is_transient)
        except Exception as error:
            told = self._told(what, error)
            if told is None:
                raise
            raise told from error

    def _made(self, kind: str) -> Any:
        errors = import_module("botocore.exceptions")
        try:
            return self._with_boto3(kind)
        except (errors.BotoCoreError, ValueError) as error:
            told = self._told("the database cannot be reached", error)
            raise told or DatabaseUnavailable(f"the database cannot be reached: {type(error).__name__}") from error

    def _with_boto3(self, kind: str) -> Any:
        settings, endpoint = self.settings, self.endpoint
        options: dict[str, Any] = {
            "connect_timeout": settings.connect_timeout,
            "read_timeout": settings.read_timeout,
            "retries": {"total_max_attempts": 1, "mode": "standard"},
            "max_pool_connections": 50,
            "tcp_keepalive": True,
        }
        if endpoint.is_local:
            options["proxies"] = {}
        config = import_module("botocore.config").Config(**options)
        made = getattr(self._session(), kind)("dynamodb", endpoint_url=endpoint.url or None, config=config)
        if endpoint.is_in_process:
            client = made if kind == "client" else made.meta.client
            self._sender = self._sender or in_process_sender()
            client.meta.events.register("before-send.dynamodb", self._sender)
        return made

    def _session(self) -> Any:
        """boto3's session; for a local database one that reads no profile and no file of AWS."""
        settings, local = self.settings, None
        key, secret = settings.aws_access_key_id, settings.aws_secret_access_key
        if self.endpoint.is_local:
            key, secret = "local", "local"
            local = import_module("botocore.session").Session(session_vars=_NO_FILES)
        return import_module("boto3").session.Session(
            key, secret, region_name=self.endpoint.region, botocore_session=local
        )

    def _told(self, what: str, error: Exception) -> DynamoDBError | None:
        """An error of AWS in our words, which name no secret; None where it is none of AWS."""
        errors = import_module("botocore.exceptions")
        code, message = code_of(error), ""
        if code == "ResourceNotFoundException":
            return TableNotFound(f"{what}: the table is not on {self.endpoint}")
        if is_transient(error):
            reason = code or type(error).__name__
            return DatabaseUnavailable(f"{what}: {self.endpoint} does not answer, or asks to wait ({reason})")
        if isinstance(error, errors.ClientError):
            if code == "ValidationException":
                message = f": {error.response['Error'].get('Message', '')}"
            return DatabaseRefused(f"{what}: {self.endpoint} refuses it ({code}){message}")
        if type(error).__name__ in _CREDENTIALS:
            return DatabaseUnavailable(
                f"{what}: there are no AWS credentials for {self.endpoint} ({type(error).__name__}): set "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the service a role"
            )
        if isinstance(error, errors.BotoCoreError):
            return DatabaseUnavailable(f"{what}: {self.endpoint} cannot be used ({type(error).__name__})")
        return None


def code_of(error: Exception) -> str:
    """The code of an answer of DynamoDB that is an error; empty where it is none."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def is_transient(error: Exception) -> bool:
    """Whether the same call may succeed a moment later."""
    errors = import_module("botocore.exceptions")
    if isinstance(error, errors.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in THROTTLED or status >= 500
    return isinstance(error, (errors.HTTPClientError, errors.ConnectionError))
