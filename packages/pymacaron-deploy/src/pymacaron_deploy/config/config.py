"""Reads ``pym-config.yaml`` and answers for it, as far as shipping the service goes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from pymacaron_deploy.config.faults import validation_faults
from pymacaron_deploy.config.lookup import absolute, find_file, find_root
from pymacaron_deploy.config.reading import Reading, read_document
from pymacaron_deploy.config.settings import DeploySettings
from pymacaron_deploy.errors import ConfigError


@dataclass(frozen=True)
class Config:
    """What is known of a service before its image is built. It holds names of secrets, and never a value."""

    root: Path
    """The project's folder."""

    file: Path | None
    """The file that was read; None where there is none and defaults apply."""

    env: str
    """The environment that was asked for (``--env``, ``PYM_ENV``), or ``''``."""

    name: str
    """The service's name; its folder's if not given."""

    deploy: DeploySettings = field(default_factory=DeploySettings)
    """The options of deploy."""

    secrets: tuple[str, ...] = ()
    """The names of the environment variables that the service needs (``env_secrets``)."""

    live_url: str | None = None
    """Where the service is reached when live."""

    live_host: str | None = None
    """As ``live_url``, by host alone, as in 2.x."""

    warnings: tuple[str, ...] = ()
    """What is odd, a sentence each."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The environment that values of secrets are taken from, at the moment they are handed to a container."""

    @classmethod
    def load(
        cls,
        root: Path | str | None = None,
        *,
        path: Path | str | None = None,
        env: str | None = None,
        environ: Mapping[str, str] | None = None,
        production: bool = True,
    ) -> Config:
        """Read the configuration of the project at ``root``, else of the nearest one above the working directory.

        ``path`` (``--config``) names the file, ``env`` (``--env``) overrules ``PYM_ENV``. Unless ``production`` is
        false, an environment must have its file. Raises :class:`~pymacaron_deploy.errors.ConfigError` with every
        fault, a line each.
        """
        environ = os.environ if environ is None else environ
        named = Path(path) if path is not None else None
        folder = find_root(Path(root) if root is not None else None, named, environ)
        env = environ.get("PYM_ENV", "") if env is None else env
        file, odd = find_file(folder, named, env, environ, production=production)
        document = read_document(file)
        reading = Reading(file, document, document.value or {})
        return cls(
            root=folder,
            file=file,
            env=env,
            name=reading.name or absolute(folder).name or "service",
            deploy=reading.deploy,
            secrets=reading.secrets,
            live_url=reading.live_url,
            live_host=reading.live_host,
            warnings=(odd, *reading.warnings) if odd else reading.warnings,
            environ=environ,
        )

    def changed(self, **options: object) -> Config:
        """This configuration with other options of deploy; those that are None stay as they are."""
        given = {name: value for name, value in options.items() if value is not None}
        try:
            deploy = DeploySettings.model_validate({**self.deploy.model_dump(), **given})
        except ValidationError as error:
            places = {name: f"/--{name}" for name in given}
            faults = validation_faults(error, DeploySettings, given, places)
            raise ConfigError("\n".join(fault.message for fault in faults)) from None
        return replace(self, deploy=deploy)

    @property
    def host(self) -> str | None:
        """The host that clients of the live service connect to."""
        return urlsplit(self.live_url).hostname if self.live_url else self.live_host

    @property
    def port(self) -> int | None:
        """The port that clients of the live service connect to."""
        if self.live_url:
            return urlsplit(self.live_url).port or (443 if self.live_url.startswith("https:") else 80)
        return (443 if self.deploy.aws_cert_arn else 80) if self.live_host else None

    def secret_values(self, names: Iterable[str]) -> dict[str, str]:
        """The values of secrets, from the environment. Raises ``ConfigError`` naming every one that is not set."""
        values = {name: self.environ.get(name, "") for name in names}
        missing = sorted(name for name in values if not values[name])
        if missing:
            word = "variable" if len(missing) == 1 else "variables"
            raise ConfigError(
                f"the service needs the secret{'s' if missing[1:] else ''} {', '.join(missing)}: "
                f"set the environment {word} before you deploy"
            )
        return values
