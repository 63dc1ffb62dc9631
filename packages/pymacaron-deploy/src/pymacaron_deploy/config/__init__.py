"""The configuration: ``pym-config.yaml``, as far as shipping the service goes."""

from pymacaron_deploy.config.config import Config
from pymacaron_deploy.config.settings import DeploySettings, LocalSettings

__all__ = ["Config", "DeploySettings", "LocalSettings"]
